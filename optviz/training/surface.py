"""The loss on a plane through the weights, on many images at once: coarse first, then finer.

Along a plane the first layer is linear in x and y: its three products with the images are computed once,
and each point of the plane only adds them. For a network on MNIST that is most of the arithmetic. What is
left is nearly all in the products of the second layer.

On a CPU each core takes some of the images at a time through a whole row of the grid, all by itself: cores
that share every product would wait for each other a hundred times as often.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from optviz.training.activations import ACTIVATIONS
from optviz.training.config import TrainingConfig
from optviz.training.networks import loss_function
from optviz.training.plane import STRIDES, Plane
from optviz.training.weight_path import shapes

#: Images in one product: enough to keep a core busy, few enough that what it makes stays in its cache.
CHUNK = 500
Layers = list[tuple[torch.Tensor, torch.Tensor]]
#: Takes a function and what to call it with, as `map` does.
Each = Callable[
    [Callable[..., np.ndarray], Iterable[tuple[list[torch.Tensor], torch.Tensor]]], Iterable[np.ndarray]
]


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
        chunks = zip(self.images, self.labels, strict=True)
        total = sum(
            float(self._sum(torch.addmm(bias, chunk, weight.T), labels, rest)) for chunk, labels in chunks
        )
        return total / sum(map(len, self.labels))

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
        with _each_on_its_own_core(self.device) as each:
            for stride in STRIDES:
                for i in range(0, len(y), stride):
                    wanted = [j for j in range(0, len(x), stride) if not seen[i, j]]
                    places = [(float(x[j]), float(y[i])) for j in wanted]
                    values[i, wanted] = self._means(parts, first, places, each)
                    seen[i, wanted] = True
                    yield Stage(values, int(seen.sum()), complete)
                complete = stride
                yield Stage(values, int(seen.sum()), complete)

    def _means(
        self,
        parts: list[Layers],
        first: list[list[torch.Tensor]],
        places: list[tuple[float, float]],
        each: Each,
    ) -> np.ndarray:
        """The mean loss at places (x, y) of the plane, shape (places,)."""
        rests = [
            [
                (_mixed([pair[0] for pair in layer], *place), _mixed([pair[1] for pair in layer], *place))
                for layer in zip(*(layers[1:] for layers in parts), strict=True)
            ]
            for place in places
        ]

        def summed(chunk: tuple[list[torch.Tensor], torch.Tensor]) -> np.ndarray:
            three, labels = chunk
            with torch.inference_mode():  # which holds for one thread only
                sums = [
                    self._sum(_mixed(three, *place), labels, rest)
                    for place, rest in zip(places, rests, strict=True)
                ]
                found: np.ndarray = torch.stack(sums).cpu().numpy() if sums else np.empty(0)
            return found

        total = sum(each(summed, zip(first, self.labels, strict=True)), np.zeros(len(places)))
        return total / sum(map(len, self.labels))

    def _sum(self, z: torch.Tensor, labels: torch.Tensor, rest: Layers) -> torch.Tensor:
        """The loss summed over images, from the outputs of the first layer before its activation."""
        for weight, bias in rest:
            z = torch.addmm(bias, self.activation(z), weight.T)
        return self.loss(z, labels).double() * len(labels)


def _mixed(three: Sequence[torch.Tensor], x: float, y: float) -> torch.Tensor:
    """The centre and the two directions at a place of the plane."""
    centre, first, second = three
    return torch.add(centre, first, alpha=x).add_(second, alpha=y)


@contextmanager
def _each_on_its_own_core(device: torch.device) -> Iterator[Each]:
    """As `map`, on a CPU with a thread for each of torch's, which does not share its products with others."""
    cores = torch.get_num_threads()
    if device.type != "cpu" or cores == 1:
        yield map
        return
    with ThreadPoolExecutor(cores, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        try:
            yield pool.map
        finally:
            torch.set_num_threads(cores)
