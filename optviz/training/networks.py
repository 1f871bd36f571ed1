"""From a configuration to torch: the network with its first weights, its loss, and its optimizer."""

import inspect
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from optviz.training.config import NETWORK_OPTIMIZERS, TrainingConfig

#: Takes logits (n, classes) and labels (n,), returns the mean loss as a scalar tensor.
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class TrainingError(RuntimeError):
    """A run cannot be done as it was asked for; the message is a sentence for people."""


class Dropout(nn.Module):
    """Dropout that draws from a generator of its own.

    It draws the same masks as `torch.nn.Dropout` with the global generator in the same state, but two
    runs in one process do not disturb each other, and the state can be kept in a checkpoint.
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


ACTIVATION_MODULES: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "identity": nn.Identity,
}


def build(config: TrainingConfig, device: torch.device, generator: torch.Generator) -> nn.Sequential:
    """The network with its first weights, which depend on the seed alone and not on the device.

    It maps images (n, pixels) to logits (n, classes). `generator` is what dropout draws from later; on
    the CPU it is also the one that has drawn the weights, as torch's global generator would have.
    """
    layers: list[nn.Module] = []
    widths = config.widths
    for inputs, units, share in zip(widths, widths[1:-1], config.dropout, strict=False):
        layers += [nn.utils.skip_init(nn.Linear, inputs, units), ACTIVATION_MODULES[config.activation]()]
        if share:
            layers.append(Dropout(share, generator))
    layers.append(nn.utils.skip_init(nn.Linear, widths[-2], widths[-1]))
    drawing = generator if device.type == "cpu" else torch.Generator().manual_seed(config.seed)
    for layer in layers:
        if isinstance(layer, nn.Linear):
            initialise(layer, config.initialisation, drawing)
    return nn.Sequential(*layers).to(device)


def initialise(layer: nn.Linear, how: str, generator: torch.Generator) -> None:
    """Draw a layer's first weights, in the way that INITIALISATIONS describes."""
    if how == "torch":
        bound = 1 / math.sqrt(layer.in_features)
        nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=generator)
        nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
        return
    if how == "he":
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
    elif how == "xavier":
        nn.init.xavier_uniform_(layer.weight, generator=generator)
    else:
        nn.init.normal_(layer.weight, std=0.01, generator=generator)
    nn.init.zeros_(layer.bias)


def probabilities(config: TrainingConfig, logits: torch.Tensor) -> torch.Tensor:
    """What the network says of each class: softmax, or sigmoids where the loss is on sigmoids."""
    return logits.sigmoid() if config.loss == "mse_sigmoid" else logits.softmax(dim=1)


def loss_function(config: TrainingConfig) -> Loss:
    """The loss of a batch, a mean over its images, and for squared errors over the classes too."""
    if config.loss == "cross_entropy":
        return functional.cross_entropy

    def mean_squared_error(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        target = functional.one_hot(labels, logits.shape[1]).to(logits.dtype)
        return functional.mse_loss(probabilities(config, logits), target)

    return mean_squared_error


def optimizer_class(config: TrainingConfig) -> Any:
    """The class in `torch.optim`."""
    return getattr(torch.optim, NETWORK_OPTIMIZERS[config.optimizer].torch)


def optimizer_keywords(config: TrainingConfig) -> dict[str, Any]:
    """What the class in `torch.optim` is called with, weight decay included."""
    keywords = NETWORK_OPTIMIZERS[config.optimizer].torch_keywords(dict(config.optimizer_values))
    return {**keywords, "weight_decay": config.weight_decay} if config.weight_decay else keywords


def build_optimizer(config: TrainingConfig, model: nn.Module, device: torch.device) -> torch.optim.Optimizer:
    """The optimizer, in torch's fused implementation where there is one.

    On CUDA its step can be captured in a graph where `can_be_captured` says so; the learning rate is
    then a tensor, so that a captured step sees it change.
    """
    kind, keywords = optimizer_class(config), optimizer_keywords(config)
    known = inspect.signature(kind).parameters
    if device.type == "cuda" and can_be_captured(kind):
        keywords["lr"] = torch.tensor(keywords["lr"], device=device)
        if "capturable" in known:
            keywords["capturable"] = True
    if "fused" in known:
        try:
            return kind(model.parameters(), **keywords, fused=True)
        except RuntimeError:  # not on this device
            pass
    return kind(model.parameters(), **keywords)


def can_be_captured(kind: type[torch.optim.Optimizer]) -> bool:
    """Whether torch lets this optimizer's step be part of a CUDA graph.

    Those that can say so by a keyword; SGD keeps no step count and its fused form takes a tensor rate.
    """
    return kind is torch.optim.SGD or "capturable" in inspect.signature(kind).parameters
