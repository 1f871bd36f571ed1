"""The losses of torch.nn that the course speaks of: what each takes, and what it computes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optviz.teaching.losses import (
    binary_cross_entropy,
    binary_cross_entropy_from_logits,
    cross_entropy_from_logits,
    negative_log_likelihood,
)
from optviz.words import Message


@dataclass(frozen=True, slots=True)
class TorchLoss:
    """A class of torch.nn: what it takes, its formula as LaTeX, and the same in numpy.

    `example` holds what is given and its targets, as the class takes them; `ours` computes the loss of both.
    """

    name: str
    takes: Message
    formula: str
    ours: Callable[[np.ndarray, np.ndarray], float]
    example: tuple[tuple, tuple]


def _of_labels(logits: np.ndarray, targets: np.ndarray) -> float:
    """The mean over labels of each label's binary cross entropy."""
    return float(binary_cross_entropy_from_logits(logits, targets))


ROWS = ((0.5953, 0.9872, 0.7510), (0.9447, 0.0602, 0.7399))
LOG_ROWS = ((-0.7, -1.2, -1.61), (-2.3, -0.36, -1.61))
LOGITS, YES_OR_NO = (-0.7001, -0.7231, -0.2049), (0.0, 0.0, 1.0)
TORCH_LOSSES: tuple[TorchLoss, ...] = (
    TorchLoss(
        "CrossEntropyLoss",
        "logits, class numbers",
        r"-\log \mathrm{softmax}(z)_y",
        lambda z, y: float(cross_entropy_from_logits(z.tolist(), y.tolist())),
        (ROWS, (1, 0)),
    ),
    TorchLoss(
        "NLLLoss",
        "log-probabilities, class numbers",
        r"-\log p_y",
        lambda z, y: float(negative_log_likelihood(z.tolist(), y.tolist())),
        (LOG_ROWS, (0, 1)),
    ),
    TorchLoss(
        "BCEWithLogitsLoss",
        "logits, 0 or 1",
        r"-y \log \sigma(z) - (1 - y) \log(1 - \sigma(z))",
        lambda z, y: float(binary_cross_entropy_from_logits(z, y)),
        (LOGITS, YES_OR_NO),
    ),
    TorchLoss(
        "BCELoss",
        "probabilities, 0 or 1",
        r"-y \log p - (1 - y) \log(1 - p)",
        lambda p, y: float(binary_cross_entropy(p, y)),
        ((0.3, 0.6, 0.9), YES_OR_NO),
    ),
    TorchLoss(
        "SoftMarginLoss",
        "logits, −1 or 1",
        r"\log(1 + e^{-y z})",
        lambda z, y: float(np.mean(np.logaddexp(0.0, -y * z))),
        (LOGITS, (-1.0, -1.0, 1.0)),
    ),
    TorchLoss(
        "MultiLabelSoftMarginLoss",
        "a row of logits, a 0 or 1 for each",
        r"\frac{1}{k} \sum_j \mathrm{BCE}(z_j, y_j)",
        _of_labels,
        ((LOGITS,), (YES_OR_NO,)),
    ),
    TorchLoss(
        "MSELoss",
        "numbers, numbers",
        r"(a - y)^2",
        lambda a, y: float(np.mean((a - y) ** 2)),
        ((1.0, 2.0, 4.0), (1.5, 2.0, 1.0)),
    ),
    TorchLoss(
        "L1Loss",
        "numbers, numbers",
        r"\lvert a - y \rvert",
        lambda a, y: float(np.mean(np.abs(a - y))),
        ((1.0, 2.0, 4.0), (1.5, 2.0, 1.0)),
    ),
)
