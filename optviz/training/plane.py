"""A plane through the space of all weights: where it lies, and the paths of a training in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optviz.words import tr

#: How far the picture reaches beyond the paths, as a share of their extent.
MARGIN = 0.15
#: The smallest extent of an axis as a share of the other's, where a path hardly leaves a line.
THINNEST = 0.05
#: The finest grid has so many points along each side; every fourth and every second make the coarser ones.
SIDE, STRIDES = 41, (4, 2, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """The plane centre + x·first + y·second; all three are weights, float32 of shape (parameters,).

    `explained` are the shares of the paths' variance along the first principal components, most first;
    empty for a plane that was drawn by chance.
    """

    centre: np.ndarray
    first: np.ndarray
    second: np.ndarray
    explained: tuple[float, ...] = ()

    def project(self, weights: np.ndarray) -> np.ndarray:
        """The nearest points of the plane to weights (n, parameters): their x and y, shape (n, 2)."""
        axes = np.stack([self.first, self.second]).astype(np.float64)
        inner = np.array([axes @ (row.astype(np.float64) - self.centre) for row in weights]).reshape(-1, 2)
        return np.linalg.solve(axes @ axes.T, inner.T).T

    def at(self, x: float, y: float) -> np.ndarray:
        """The weights at a point of the plane."""
        return self.centre + np.float32(x) * self.first + np.float32(y) * self.second


def principal_plane(weights: np.ndarray, centre: np.ndarray) -> Plane:
    """The plane of the first two principal components of `weights`, shape (n, parameters), through `centre`.

    The components come from the inner products of the n centred rows, which is a small matrix however large
    the network is. They have length 1, and the last row has a coordinate of at least that of the first one.

    Raises:
        ValueError: with fewer than three different rows, which span no plane.
    """
    rows = weights.astype(np.float64)
    rows -= rows.mean(axis=0)
    variances, vectors = np.linalg.eigh(rows @ rows.T)
    variances, vectors = variances[::-1], vectors[:, ::-1]
    if len(rows) < 3 or variances[1] <= 1e-12 * max(variances[0], 1e-300):
        raise ValueError(tr("The weights have moved along a line at most, so their path spans no plane."))
    signs = np.where(vectors[-1, :2] >= vectors[0, :2], 1.0, -1.0)
    axes = (vectors[:, :2] * signs / np.sqrt(variances[:2])).T @ rows
    shares = np.maximum(variances, 0) / variances.clip(0).sum()
    return Plane(
        centre.astype(np.float32),
        axes[0].astype(np.float32),
        axes[1].astype(np.float32),
        tuple(float(share) for share in shares[:10]),
    )


def random_plane(centre: np.ndarray, shapes: Sequence[tuple[int, ...]], seed: int) -> Plane:
    """A plane of two random directions, normalised filter by filter.

    Each direction is Gaussian; what leads into a unit is scaled to the length of the weights that lead into
    it, and biases are not moved. Li et al., Visualizing the loss landscape of neural nets (2018), section 4.
    """
    generator = np.random.default_rng(seed)

    def direction() -> np.ndarray:
        parts, at = [], 0
        for shape in shapes:
            size = int(np.prod(shape))
            own = centre[at : at + size].reshape(shape)
            at += size
            if len(shape) == 1:
                parts.append(np.zeros(size, dtype=np.float32))
                continue
            drawn = generator.standard_normal(shape, dtype=np.float32)
            lengths = np.linalg.norm(own, axis=1, keepdims=True) / np.linalg.norm(
                drawn, axis=1, keepdims=True
            )
            parts.append((drawn * lengths).reshape(-1))
        return np.concatenate(parts)

    return Plane(centre.astype(np.float32), direction(), direction())


def axis_through_zero(low: float, high: float) -> np.ndarray:
    """SIDE evenly spaced places that reach from `low` or below to `high` or above and have 0 among them.

    0 belongs to the coarsest grid too, so that every stage shows the loss at the centre itself.
    """
    step, before = np.inf, 0
    for left in range(0, SIDE, STRIDES[0]):
        right = SIDE - 1 - left
        if (low < 0 and not left) or (high > 0 and not right):
            continue
        needed = max(-low / left if left else 0.0, high / right if right else 0.0)
        if 0 < needed < step:
            step, before = needed, left
    return step * (np.arange(SIDE) - before)


def axes_around(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two axes of a grid around points (n, 2) and the centre, with a margin; each of shape (SIDE,)."""
    low, high = np.minimum(points.min(axis=0), 0), np.maximum(points.max(axis=0), 0)
    widest = float((high - low).max()) or 1.0
    extents = np.maximum(high - low, THINNEST * widest)
    middle = (low + high) / 2
    low, high = middle - extents * (0.5 + MARGIN), middle + extents * (0.5 + MARGIN)
    return axis_through_zero(low[0], high[0]), axis_through_zero(low[1], high[1])
