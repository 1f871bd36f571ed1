"""The loss on a plane through the weights, on many images at once: coarse first, then finer.

Along a plane the first layer is linear in x and y: its three products with the images are computed once,
and each point of the plane only adds them. For a network on MNIST that is most of the arithmetic.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from optviz.training.activations import ACTIVATIONS
from optviz.training.config import TrainingConfig
from optviz.training.networks import loss_function
from optviz.training.plane import STRIDES, Plane
from optviz.training.weight_path import shapes

#: Images in one product: enough to keep a core busy, few enough to stay in its cache.
CHUNK = 1000
Layers = list[tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What is known so far: `values` of shape (y, x), NaN where nothing is computed, `done` of all points.

    `stride` is that of the finest grid that is complete, or 0 before the first one.
    """

    values: np.ndarray
    done: int
    stride: int


class Surface:
    """The loss of a network of `config` as a function of its weights, on images (n, pixels) and labels (n,).

    Dropout is switched off, as in an evaluation.
    """

    def __init__(self, config: TrainingConfig, images: torch.Tensor, labels: torch.Tensor) -> None:
        self.config = config
        self.device = images.device
        self.images, self.labels = images.split(CHUNK), labels.split(CHUNK)
        self.loss = loss_function(config)
        module = ACTIVATIONS[config.activation].module.on(nn)
        self.activation: Callable[[torch.Tensor], torch.Tensor] = module

    def layers(self, weights: np.ndarray) -> Layers:
        """Flat weights as pairs of weights (units, inputs) and biases (units,)."""
        flat, parts, at = torch.tensor(weights, device=self.device), [], 0
        for shape in shapes(self.config):
            size = math.prod(shape)
            parts.append(flat[at : at + size].reshape(shape))
            at += size
        return list(zip(parts[::2], parts[1::2], strict=True))

    @torch.inference_mode()
    def at(self, weights: np.ndarray) -> float:
        """The mean loss with these weights, shape (parameters,): the network's true loss on these images."""
        (weight, bias), *rest = self.layers(weights)
        return self._mean((torch.addmm(bias, chunk, weight.T) for chunk in self.images), rest)

    @torch.inference_mode()
    def on(self, plane: Plane, x: np.ndarray, y: np.ndarray) -> Iterator[Stage]:
        """The mean loss at every point of a grid: after each row, so that it can be shown and interrupted."""
        parts = [self.layers(part) for part in (plane.centre, plane.first, plane.second)]
        first = [
            [torch.addmm(bias, chunk, weight.T) for weight, bias in (layers[0] for layers in parts)]
            for chunk in self.images
        ]
        values = np.full((len(y), len(x)), np.nan)
        seen = np.zeros_like(values, dtype=bool)
        complete = 0
        for stride in STRIDES:
            for i in range(0, len(y), stride):
                for j in range(0, len(x), stride):
                    if not seen[i, j]:
                        values[i, j] = self._point(parts, first, float(x[j]), float(y[i]))
                        seen[i, j] = True
                yield Stage(values, int(seen.sum()), complete)
            complete = stride
            yield Stage(values, int(seen.sum()), complete)

    def _point(self, parts: list[Layers], first: list[list[torch.Tensor]], x: float, y: float) -> float:
        """The mean loss at one point of the plane."""

        def mixed(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
            return torch.add(a, b, alpha=x).add_(c, alpha=y)

        rest = [
            (mixed(*(pair[0] for pair in layer)), mixed(*(pair[1] for pair in layer)))
            for layer in zip(*(layers[1:] for layers in parts), strict=True)
        ]
        return self._mean((mixed(*three) for three in first), rest)

    def _mean(self, first: Iterator[torch.Tensor], rest: Layers) -> float:
        """The mean loss over all images from the outputs of the first layer, before its activation."""
        total = torch.zeros((), dtype=torch.float64, device=self.device)
        for z, labels in zip(first, self.labels, strict=True):
            for weight, bias in rest:
                z = torch.addmm(bias, self.activation(z), weight.T)
            total += self.loss(z, labels).double() * len(labels)
        return float(total) / sum(map(len, self.labels))
