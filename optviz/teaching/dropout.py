"""Dropout: units switched off by chance, and the others made larger so that the mean stays the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from optviz.engine.hyperparameters import Hyperparameter
from optviz.teaching.losses import cross_entropy_from_logits
from optviz.words import mark, tr

SHARE = Hyperparameter(
    "share", "p", 0.5, 0.0, 0.9, help=mark("The probability with which a unit is switched off in one step.")
)


def mask(shape: int | tuple[int, ...], share: float, random: np.random.Generator) -> np.ndarray:
    """True for each unit that stays; each is switched off with the probability `share`, on its own."""
    return random.random(shape) >= share


def dropout(values: np.ndarray, kept: np.ndarray, share: float) -> np.ndarray:
    """h·m/(1 − p): 0 where a unit is off, and made larger where it stays, so that E[result] = `values`.

    `kept` is a `mask` of a shape that goes with `values`. A share of 1 leaves nothing and is refused.

    Raises:
        ValueError: when the share is not in 0 ≤ p < 1.
    """
    if not 0 <= share < 1:
        raise ValueError(tr("The share that is dropped must be at least 0 and below 1."))
    return np.where(kept, values / (1 - share), 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """One draw of dropout on a small network: which units stay in its layers, with the outputs.

    `kept` has one mask per hidden layer. The rest is of the first hidden layer: `values` (units,) before
    dropout, `first` (units,) after this draw, and `averages` (draws, units) the means over the first 1, 2,
    … draws.
    """

    kept: tuple[np.ndarray, ...]
    values: np.ndarray
    first: np.ndarray
    averages: np.ndarray

    @property
    def error(self) -> float:
        """The largest distance of an average over all draws from the value that it should keep."""
        return float(np.abs(self.averages[-1] - self.values).max())


def drawn(share: float, units: tuple[int, ...], seed: int, draws: int = 2000) -> Layers:
    """Draw masks for hidden layers of `units`, and measure what stays of the first layer's mean.

    The outputs of the first layer are max(0, N(0, 1)) + 0.1, which stands for any outputs of a ReLU.
    """
    random = np.random.default_rng(seed)
    values = np.maximum(random.normal(size=units[0]), 0.0) + 0.1
    first = mask((draws, units[0]), share, random)
    outputs = dropout(values, first, share)
    averages = np.cumsum(outputs, axis=0) / np.arange(1, draws + 1)[:, None]
    rest = tuple(mask(n, share, random) for n in units[1:])
    return Layers((first[0], *rest), values, outputs[0], averages)


def around_a_sigmoid(z: float, share: float, seed: int, draws: int = 10_000) -> tuple[np.ndarray, np.ndarray]:
    """Averages over the first 1, 2, … draws of a sigmoid unit with the input `z`, each (draws,).

    The first is with dropout after the sigmoid, the second with dropout before it, with the same masks.
    """
    kept = mask(draws, share, np.random.default_rng(seed))
    after = dropout(np.full(draws, _sigmoid(z)), kept, share)
    before = _sigmoid(dropout(np.full(draws, z), kept, share))
    count = np.arange(1, draws + 1)
    return np.cumsum(after) / count, np.cumsum(before) / count


def before_a_sigmoid(z: float, share: float) -> float:
    """The exact mean of a sigmoid unit with dropout before the sigmoid: p σ(0) + (1 − p) σ(z/(1 − p))."""
    return float(share * _sigmoid(0.0) + (1 - share) * _sigmoid(z / (1 - share)))


def on_the_output(logits: Sequence[float], label: int, share: float) -> float:
    """The mean cross entropy of one example over all masks on its logits, each weighed by its probability."""
    total = 0.0
    for kept in product((True, False), repeat=len(logits)):
        weight = float(np.prod(np.where(kept, 1 - share, share)))
        made = dropout(np.asarray(logits, dtype=float), np.array(kept), share)
        total += weight * float(cross_entropy_from_logits(made[None], (label,)))
    return total


def _sigmoid(z: float | np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.asarray(z, dtype=float))))
