"""Measurements of a network: test accuracy, confusion matrix, single predictions, first-layer weights."""

import base64

import torch
from torch import nn

from optviz.training.config import TrainingConfig
from optviz.training.events import FirstLayer, Samples
from optviz.training.networks import probabilities

#: Images in one forward pass: enough to keep a device busy, and little memory.
CHUNK = 2000
#: How many test images a `Samples` event shows, and how many of them are mistakes at most.
SHOWN, MISTAKES = 12, 9
#: How many images from the beginning of the test set it shows besides, as the notes do.
FIRST = 6
#: How many units of the first layer a `FirstLayer` event shows at most.
UNITS_SHOWN = 32


@torch.inference_mode()
def logits_of(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """The network's logits for images (n, pixels), shape (n, classes), with dropout switched off."""
    model.eval()
    logits = torch.cat([model(chunk) for chunk in images.split(CHUNK)])
    model.train()
    return logits


def accuracy(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """The share of images whose largest logit is that of the true class."""
    return int((logits.argmax(dim=1) == labels).sum()) / len(labels)


def confusion(logits: torch.Tensor, labels: torch.Tensor) -> tuple[tuple[int, ...], ...]:
    """Counts of images: a row for each true class, a column for each predicted class."""
    classes = logits.shape[1]
    counts = torch.bincount(labels * classes + logits.argmax(dim=1), minlength=classes * classes)
    return tuple(tuple(row) for row in counts.reshape(classes, classes).tolist())


def samples(config: TrainingConfig, step: int, logits: torch.Tensor, labels: torch.Tensor) -> Samples:
    """The mistakes with the highest probability, the right answers with the lowest, and the first images."""
    shares = probabilities(config, logits)
    sureness, answers = shares.max(dim=1)
    wrong = (answers != labels).nonzero().flatten()
    right = (answers == labels).nonzero().flatten()
    wrong = wrong[sureness[wrong].argsort(descending=True, stable=True)][:MISTAKES]
    right = right[sureness[right].argsort(stable=True)][: SHOWN - len(wrong)]
    shown = torch.cat([wrong, right])
    return Samples(
        step,
        tuple(shown.tolist()),
        tuple(labels[shown].tolist()),
        _rounded(shares[shown]),
        first_labels=tuple(labels[:FIRST].tolist()),
        first=_rounded(shares[:FIRST]),
    )


def _rounded(shares: torch.Tensor) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(share, 6) for share in row) for row in shares.tolist())


def first_layer(model: nn.Module, step: int, shape: tuple[int, int]) -> FirstLayer:
    """The weights into the first units, an image of `shape` (height, width) for each unit."""
    weight = next(model.parameters()).detach()
    shown = weight[:UNITS_SHOWN]
    scale = float(shown.abs().max()) or 1.0
    pixels = (shown / scale * 127 + 128).round().to(torch.uint8).cpu().numpy()
    return FirstLayer(
        step, len(shown), len(weight), *shape, scale, base64.b64encode(pixels.tobytes()).decode("ascii")
    )
