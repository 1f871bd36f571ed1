"""Dying ReLU: a small network trained with gradient descent, and how many of its units get no gradient.

One input, 100 hidden units, one output, on y = sin(3x) with 64 points in −1…1, mean squared error, all
points in every step. The same seed gives the same first weights whatever the activation and the rate.
"""

from dataclasses import dataclass

import numpy as np

from optviz.engine.hyperparameters import Hyperparameter
from optviz.teaching.activations import ACTIVATIONS
from optviz.words import mark

UNITS, POINTS = 100, 64
STEPS = 200
RATE = Hyperparameter(
    "rate",
    r"\eta",
    0.3,
    0.001,
    0.5,
    log=True,
    help=mark("Learning rate: a large step can throw a unit off for good."),
)


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """A training of the small network, by step and the start first, all of shape (steps + 1,).

    `dead` is the share of units whose incoming weights have the gradient zero: nothing changes them any
    more. `silent` is the share of units whose input is negative for every point. A silent ReLU is dead, a
    silent leaky ReLU is not. `returned` is how many of the units that were ever silent are not at the end,
    as a share of all units. `losses` are mean squared errors; `broke_at` is the first step at which one was
    not finite, or None, and there the rows end.
    """

    activation: str
    dead: np.ndarray
    silent: np.ndarray
    returned: float
    losses: np.ndarray
    broke_at: int | None


def trained(activation: str, rate: float, seed: int, steps: int = STEPS) -> Units:
    """Train with gradient descent at this rate; `activation` is a key of ACTIVATIONS."""
    row = ACTIVATIONS[activation]
    random = np.random.default_rng(seed)
    x = np.linspace(-1.0, 1.0, POINTS)[:, None]
    y = np.sin(3 * x)
    w1 = random.normal(0.0, np.sqrt(2.0), (1, UNITS))  # He: one input
    b1 = np.zeros(UNITS)
    w2 = random.normal(0.0, np.sqrt(2.0 / UNITS), (UNITS, 1))
    b2 = np.zeros(1)
    dead, silent, losses, broke_at = [], [], [], None
    now: np.ndarray = np.zeros(UNITS, bool)
    ever = now
    with np.errstate(all="ignore"):
        for step in range(steps + 1):
            z = x @ w1 + b1
            h = row.function(z)
            error = h @ w2 + b2 - y
            loss = float((error**2).mean())
            if not np.isfinite(loss):
                broke_at = step
                break
            losses.append(loss)
            back = 2 * error / POINTS
            behind = (back @ w2.T) * row.derivative(z)
            now = np.asarray((z < 0).all(axis=0))
            ever = ever | now
            silent.append(float(now.mean()))
            dead.append(float((behind == 0).all(axis=0).mean()))
            w2, b2 = w2 - rate * h.T @ back, b2 - rate * back.sum(axis=0)
            w1, b1 = w1 - rate * x.T @ behind, b1 - rate * behind.sum(axis=0)
    returned = float((ever & ~now).mean())
    return Units(activation, np.array(dead), np.array(silent), returned, np.array(losses), broke_at)
