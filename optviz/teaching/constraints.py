"""A quadratic loss of two weights, and its lowest place inside a circle (L2) or a diamond (L1).

A penalty λ on the size of the weights and a bound on that size are two ways to say the same: the lowest
place inside the bound is that of the loss plus penalty for one certain λ, which is computed here too.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from optviz.engine.hyperparameters import Hyperparameter
from optviz.words import mark

RADIUS = Hyperparameter("radius", "r", 1.0, 0.0, 4.0, help=mark("How large the weights may be together."))
CENTRE_X = Hyperparameter(
    "c1", "c_1", 1.0, -3.0, 3.0, help=mark("Where the loss alone would put the weight w₁.")
)
CENTRE_Y = Hyperparameter(
    "c2", "c_2", 2.2, -3.0, 3.0, help=mark("Where the loss alone would put the weight w₂.")
)
TILT = Hyperparameter(
    "tilt",
    "a",
    0.4,
    -0.9,
    0.9,
    help=mark("Coupling of the weights: the mixed second derivative of the loss."),
)


@dataclass(frozen=True, slots=True)
class Bowl:
    """The loss ½ (w − c)ᵀ A (w − c) with A = [[1, tilt], [tilt, 1]]."""

    centre: tuple[float, float] = (CENTRE_X.default, CENTRE_Y.default)
    tilt: float = TILT.default

    @property
    def matrix(self) -> np.ndarray:
        """A, positive definite for |tilt| < 1."""
        return np.array([[1.0, self.tilt], [self.tilt, 1.0]])

    def value(self, w: np.ndarray) -> np.ndarray:
        """(..., 2) -> (...)."""
        d = np.asarray(w) - self.centre
        return 0.5 * np.einsum("...i,ij,...j->...", d, self.matrix, d)

    def gradient(self, w: np.ndarray) -> np.ndarray:
        """(..., 2) -> (..., 2)."""
        return (np.asarray(w) - self.centre) @ self.matrix


@dataclass(frozen=True, slots=True)
class Bound:
    """The lowest place inside a bound of one kind, its loss, and the λ of the penalty that leads there.

    The penalty is λ‖w‖₁ for L1 and λ/2 ‖w‖² for L2; λ is 0 where the bound does not hold the weights back,
    and infinite where the radius is 0 under L2.
    """

    kind: str
    point: tuple[float, float]
    loss: float
    penalty: float

    @property
    def zeros(self) -> int:
        """How many of the two weights are exactly 0."""
        return sum(v == 0 for v in self.point)


def lowest_in_circle(bowl: Bowl, radius: float) -> Bound:
    """The lowest place with ‖w‖₂ ≤ r: (A + λI) w = A c, and λ such that ‖w‖ = r."""
    centre = np.array(bowl.centre)
    if np.hypot(*centre) <= radius:
        return Bound("l2", bowl.centre, 0.0, 0.0)
    values, vectors = np.linalg.eigh(bowl.matrix)
    along = values * (vectors.T @ centre)
    # ‖w‖ falls as λ grows, and both values are positive, so ‖w‖ < ‖along‖ / λ.
    high = float(np.linalg.norm(along)) / radius if radius > 0 else np.inf
    if high == np.inf:
        return Bound("l2", (0.0, 0.0), float(bowl.value(np.zeros(2))), np.inf)

    def excess(penalty: float) -> float:
        return float(np.linalg.norm(along / (values + penalty))) - radius

    penalty = brentq(excess, 0.0, high, xtol=1e-300, maxiter=1000)
    w = vectors @ (along / (values + penalty))
    return Bound("l2", (float(w[0]), float(w[1])), float(bowl.value(w)), penalty)


def lowest_in_diamond(bowl: Bowl, radius: float) -> Bound:
    """The lowest place with |w₁| + |w₂| ≤ r: inside, or the best of its four edges, each a parabola."""
    if abs(bowl.centre[0]) + abs(bowl.centre[1]) <= radius:
        return Bound("l1", bowl.centre, 0.0, 0.0)
    corners = radius * np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    best = corners[0]
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        way = end - start
        curvature = way @ bowl.matrix @ way
        share = 0.0 if curvature == 0 else float(np.clip(-bowl.gradient(start) @ way / curvature, 0, 1))
        w = end if share == 1 else start + share * way  # so that a corner's zero is exactly 0
        best = w if bowl.value(w) < bowl.value(best) else best
    # Where a weight is not 0, |∂loss/∂w| = λ; where both are 0, λ is at least the larger of both.
    penalty = float(np.abs(bowl.gradient(best)).max())
    return Bound("l1", (float(best[0]), float(best[1])), float(bowl.value(best)), penalty)
