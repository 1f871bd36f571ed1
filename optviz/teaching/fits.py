"""Polynomials fitted to a few noisy points: too simple, right, and too bent.

The truth is a polynomial of degree 3, so that a degree below 3 cannot follow it, and one above 3 follows
the noise.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre

from optviz.engine.hyperparameters import Hyperparameter
from optviz.words import mark

TRUTH = (5.0, 1.2, -1.7, 0.9)  # 5 + 1.2 x − 1.7 x² + 0.9 x³
LOW, HIGH = -2.0, 2.0
MOST = 18
TEST_POINTS = 400

DEGREE = Hyperparameter(
    "degree", "d", 9, 0, MOST, integer=True, help=mark("The highest power of x in the fit.")
)
SAMPLES = Hyperparameter(
    "samples", "n", 20, 5, 200, log=True, integer=True, help=mark("How many points are there to learn from.")
)
NOISE = Hyperparameter(
    "noise",
    r"\sigma",
    1.5,
    0.0,
    5.0,
    help=mark("Standard deviation of the noise, in the test too."),
)


def truth(x: np.ndarray) -> np.ndarray:
    """5 + 1.2 x − 1.7 x² + 0.9 x³, any shape."""
    return np.polynomial.polynomial.polyval(x, TRUTH)


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """Least squares for every degree from 0 to MOST on the same points.

    `x`, `y` (n,) are the points; `train` and `test` (MOST + 1,) the mean squared errors on them and on
    fresh points with the same noise.
    """

    x: np.ndarray
    y: np.ndarray
    train: np.ndarray
    test: np.ndarray
    coefficients: tuple[np.ndarray, ...]

    def curve(self, degree: int, x: np.ndarray) -> np.ndarray:
        """The fit of that degree at `x`, any shape."""
        return legendre.legval(_scaled(x), self.coefficients[degree])

    @property
    def best(self) -> int:
        """The degree with the smallest error on the test points."""
        return int(np.argmin(self.test))

    @property
    def longest(self) -> int:
        """The largest degree that the points can decide: one less than there are points, at most MOST."""
        return min(MOST, len(self.x) - 1)


def fitted(samples: int, noise: float, seed: int) -> Fits:
    """Draw points evenly at random and fit every degree.

    Legendre polynomials span the same space as powers of x, but lose no digits. With fewer points than
    coefficients there are many exact fits; the shortest is taken, as `lstsq` does.
    """
    x, y, fresh, target = _points(samples, noise, seed)
    columns, new = legendre.legvander(_scaled(x), MOST), legendre.legvander(_scaled(fresh), MOST)
    found, train, test = [], [], []
    for width in range(1, MOST + 2):
        c = np.linalg.lstsq(columns[:, :width], y, rcond=None)[0]
        found.append(c)
        train.append(((columns[:, :width] @ c - y) ** 2).mean())
        test.append(((new[:, :width] @ c - target) ** 2).mean())
    return Fits(x, y, np.array(train), np.array(test), tuple(found))


@dataclass(frozen=True, slots=True, eq=False)
class Descended:
    """Mean squared errors by epoch, the start first, (epochs + 1,): on the points, and on fresh ones."""

    train: np.ndarray
    test: np.ndarray

    @property
    def best(self) -> int:
        """The epoch with the smallest error on the fresh points."""
        return int(np.argmin(self.test))


def descended(samples: int, noise: float, seed: int, degree: int, rate: float, epochs: int) -> Descended:
    """Fit the points of `fitted` by gradient descent in place of exactly: all coefficients begin at 0.

    The coefficients are those of Legendre polynomials, and every epoch is one step on all points.
    """
    x, y, fresh, target = _points(samples, noise, seed)
    columns, new = legendre.legvander(_scaled(x), degree), legendre.legvander(_scaled(fresh), degree)
    c = np.zeros(degree + 1)
    path = [c]
    for _ in range(epochs):
        c = c - rate * 2 / samples * columns.T @ (columns @ c - y)
        path.append(c)
    every = np.array(path).T
    return Descended(
        ((columns @ every - y[:, None]) ** 2).mean(axis=0),
        ((new @ every - target[:, None]) ** 2).mean(axis=0),
    )


def _points(samples: int, noise: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Points x, y (samples,) to learn from, and fresh ones, with the same noise."""
    random = np.random.default_rng(seed)
    x = np.sort(random.uniform(LOW, HIGH, samples))
    y = truth(x) + noise * random.normal(size=samples)
    fresh = random.uniform(LOW, HIGH, TEST_POINTS)
    return x, y, fresh, truth(fresh) + noise * random.normal(size=TEST_POINTS)


def _scaled(x: np.ndarray) -> np.ndarray:
    """From LOW…HIGH to −1…1, where Legendre polynomials live."""
    return (2 * np.asarray(x) - LOW - HIGH) / (HIGH - LOW)
