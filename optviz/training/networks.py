"""From a configuration to torch: the network with its first weights, its loss, and its optimizer."""

import inspect
import math
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from optviz.engine.optimizers import OF_MATRICES
from optviz.training.activations import ACTIVATIONS
from optviz.training.config import TrainingConfig
from optviz.training.initialisations import INITIALISATIONS
from optviz.training.losses import LOSSES
from optviz.training.muon import MuonWithAdamW
from optviz.training.step_optimizer import StepOptimizer

#: Takes logits (n, classes) and labels (n,), returns the mean loss as a scalar tensor.
LossFunction = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class TrainingError(RuntimeError):
    """A run is impossible as it was asked for; the message is a sentence for people."""


class Dropout(nn.Module):
    """Dropout that draws from its own generator.

    It draws the same masks as `torch.nn.Dropout` with the global generator in the same state. Two runs in
    one process do not disturb each other, and the generator's state can be saved in a checkpoint.
    """

    def __init__(self, share: float, generator: torch.Generator) -> None:
        super().__init__()
        self.share = share
        self.generator = generator

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Switch off a share of `x` while training, and scale the rest so that the mean stays."""
        if not self.training or self.share == 0:
            return x
        keep = torch.empty_like(x).bernoulli_(1 - self.share, generator=self.generator)
        return x * keep.div_(1 - self.share)


def build(config: TrainingConfig, device: torch.device, generator: torch.Generator) -> nn.Sequential:
    """The network with its first weights, which depend on the seed alone and not on the device.

    It maps images (n, pixels) to logits (n, classes). `generator` is what dropout draws from later; on
    the CPU it is also the one that has drawn the weights, as torch's global generator would have.
    """
    activation = ACTIVATIONS[config.activation].module
    layers: list[nn.Module] = []
    for (inputs, units), share in zip(pairwise(config.widths[:-1]), config.dropout, strict=True):
        layers += [_linear(inputs, units), activation.on(nn)]
        if share:
            layers.append(Dropout(share, generator))
    layers.append(_linear(*config.widths[-2:]))
    drawing = generator if device.type == "cpu" else torch.Generator().manual_seed(config.seed)
    for layer in layers:
        if isinstance(layer, nn.Linear):
            initialise(layer, config.initialisation, drawing)
    return nn.Sequential(*layers).to(device)


def _linear(inputs: int, units: int) -> nn.Linear:
    """A linear layer whose weights are not drawn yet: torch's global generator stays as it is."""
    layer: nn.Linear = nn.utils.skip_init(nn.Linear, inputs, units)
    return layer


def initialise(layer: nn.Linear, how: str, generator: torch.Generator) -> None:
    """Draw a layer's first weights; `how` is a key of INITIALISATIONS."""
    draw = INITIALISATIONS[how].weights
    if draw is not None:
        draw.on(nn.init, layer.weight, generator=generator)
        nn.init.zeros_(layer.bias)
        return
    # What `layer.reset_parameters()` does, but from our own generator.
    bound = 1 / math.sqrt(layer.in_features)
    nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=generator)
    nn.init.uniform_(layer.bias, -bound, bound, generator=generator)


def probabilities(config: TrainingConfig, logits: torch.Tensor) -> torch.Tensor:
    """The network's probability of each class, shape (n, classes), as its loss defines it."""
    shares: torch.Tensor = LOSSES[config.loss].output.method.on(logits)
    return shares


def loss_function(config: TrainingConfig) -> LossFunction:
    """The loss of a batch, a mean over its images, and for squared errors over the classes too."""
    row = LOSSES[config.loss]

    def loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        given = logits if row.takes == "logits" else probabilities(config, logits)
        if row.targets == "one-hot":
            labels = functional.one_hot(labels, logits.shape[1]).to(logits.dtype)
        mean: torch.Tensor = row.function.on(functional, given, labels)
        return mean

    return loss


def optimizer_class(config: TrainingConfig) -> Callable[..., torch.optim.Optimizer]:
    """The class in `torch.optim`, or one of ours where torch has none for all parameters."""
    row = config.entrants[0].row
    if row.key in OF_MATRICES:
        return MuonWithAdamW
    kind: Callable[..., torch.optim.Optimizer]
    kind = getattr(torch.optim, row.torch) if row.torch else StepOptimizer
    return kind


def optimizer_keywords(config: TrainingConfig) -> dict[str, Any]:
    """What the class is called with besides the parameters, weight decay included."""
    (entrant, *_), values = config.entrants, dict(config.optimizer_values)
    row = entrant.row
    if not row.torch:
        return {"optimizer": row, "values": values}
    keywords = row.torch_keywords(values)
    if row.key in OF_MATRICES:
        shared = {name: keywords[name] for name in ("lr", "weight_decay")}
        return {"matrices": keywords, "others": {**shared, "fused": True}}
    return {**keywords, "weight_decay": config.weight_decay} if config.weight_decay else keywords


def build_optimizer(config: TrainingConfig, model: nn.Module, device: torch.device) -> torch.optim.Optimizer:
    """The optimizer, in torch's fused implementation where there is one.

    On CUDA its step can be captured in a graph where `can_be_captured` says so. The learning rate is then
    a tensor, so that a captured step uses the rate of the moment.
    """
    kind, keywords = optimizer_class(config), optimizer_keywords(config)
    known = inspect.signature(kind).parameters
    if device.type == "cuda" and can_be_captured(kind):
        keywords["lr"] = torch.tensor(keywords["lr"], device=device)
        if "capturable" in known:
            keywords["capturable"] = True
    if "fused" in known:
        with suppress(RuntimeError):  # torch has no fused form on this device
            return kind(model.parameters(), **keywords, fused=True)
    return kind(model.parameters(), **keywords)


def can_be_captured(kind: Callable[..., torch.optim.Optimizer]) -> bool:
    """Whether torch lets this optimizer's step be part of a CUDA graph.

    The classes that allow it have a keyword `capturable`. SGD needs none: it keeps no step count, and its
    fused form takes the learning rate as a tensor.
    """
    return kind is torch.optim.SGD or "capturable" in inspect.signature(kind).parameters
