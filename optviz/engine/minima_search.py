"""The minima of a function on a rectangle, found numerically: from a grid, by a pattern search, by Newton.

The search works on all candidates at once and uses no random numbers, so it is quick and always finds the
same. It needs no derivative to arrive, so kinks are found too. What lies between two grid points may be
missed.
"""

from collections.abc import Callable, Sequence

import numpy as np

Values = Callable[[np.ndarray], np.ndarray]

GRID = {1: 2001, 2: 101}  # points in each direction
MOST_CANDIDATES = 80
MOST_MINIMA = 25  # of more, as on Rastrigin, the lowest are kept
SMALLEST = 1e-10  # the last step of the pattern search, relative to the domain
NEWTON_STEPS = 8


def search(
    value: Values,
    gradient: Values,
    hessian: Values,
    domain: Sequence[tuple[float, float]],
) -> tuple[tuple[float, ...], ...]:
    """The strict local minima inside `domain`, the lowest first; d numbers each.

    `value` takes points (n, d) and returns (n,), `gradient` (n, d), `hessian` (n, d, d); they may hold nan.
    """
    low, high = np.array(domain, dtype=float).T
    width = high - low
    points = _candidates(value, low, high)
    if not len(points):
        return ()
    with np.errstate(all="ignore"):
        points = _pattern_search(value, points, low, high)
        points = _newton(value, gradient, hessian, points, width)
        points = _rounded(value, points, width)
        inside = ((points > low + 1e-6 * width) & (points < high - 1e-6 * width)).all(axis=1)
        points = points[inside & _strict(value, gradient, points, width)]
    heights = value(points)
    # Equal heights are ordered by place, not by the last bit of f.
    order = np.lexsort((*points.T[::-1], np.round(heights, 9)))
    kept: list[np.ndarray] = []
    for x in points[order]:
        if all(np.abs((x - other) / width).max() > 1e-4 for other in kept):
            kept.append(x)
    return tuple(tuple(map(float, x)) for x in kept[:MOST_MINIMA])


def _candidates(value: Values, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The grid points that are no higher than their neighbours, the lowest of them, shape (n, d)."""
    count = GRID[len(low)]
    axes = [np.linspace(a, b, count) for a, b in zip(low, high, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    heights = value(grid)
    heights = np.where(np.isfinite(heights), heights, np.inf)
    padded = np.pad(heights, 1, constant_values=np.inf)
    lowest, higher = np.ones(heights.shape, dtype=bool), np.zeros(heights.shape, dtype=bool)
    for shift in np.ndindex((3,) * len(low)):
        neighbour = padded[tuple(slice(s, s + count) for s in shift)]
        lowest &= heights <= neighbour
        higher |= heights < neighbour
    found = lowest & higher & np.isfinite(heights)
    points, heights = grid[found], heights[found]
    return points[np.argsort(heights, kind="stable")[:MOST_CANDIDATES]]


def _pattern_search(value: Values, points: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Move each point to the best of its neighbours, and look nearer where none is better."""
    d, width = points.shape[1], high - low
    ways = np.stack(np.meshgrid(*[[-1.0, 0.0, 1.0]] * d), axis=-1).reshape(-1, d)
    reach = np.full(len(points), 1.0 / (GRID[d] - 1))
    rows = np.arange(len(points))
    for _ in range(200):
        if (reach < SMALLEST).all():
            break
        around = np.clip(points[:, None] + reach[:, None, None] * ways * width, low, high)
        heights = value(around)
        heights = np.where(np.isfinite(heights), heights, np.inf)
        heights[:, len(ways) // 2] = np.nextafter(heights[:, len(ways) // 2], -np.inf)  # ties: stay
        best = heights.argmin(axis=1)
        points = around[rows, best]
        reach = np.where(best == len(ways) // 2, reach / 2, reach)
    return points


def _newton(
    value: Values, gradient: Values, hessian: Values, points: np.ndarray, width: np.ndarray
) -> np.ndarray:
    """The last digits, where f is smooth: steps that make the gradient smaller and do not raise f."""
    for _ in range(NEWTON_STEPS):
        slopes, curvatures = gradient(points), hessian(points)
        finite = np.isfinite(slopes).all(axis=1) & np.isfinite(curvatures).all(axis=(1, 2))
        usable = np.array(finite, dtype=bool)
        usable[usable] = np.abs(np.linalg.det(curvatures[usable])) > 1e-12
        moved = points.copy()
        moved[usable] -= np.linalg.solve(curvatures[usable], slopes[usable][..., None])[..., 0]
        near = (np.abs(moved - points) < 1e-2 * width).all(axis=1)
        smaller = np.linalg.norm(gradient(moved), axis=1) < np.linalg.norm(slopes, axis=1)
        low_enough = value(moved) <= value(points) + 1e-12 * (1 + np.abs(value(points)))
        better = usable & near & smaller & low_enough
        if not better.any():
            break
        points = np.where(better[:, None], moved, points)
    return points


def _rounded(value: Values, points: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Twelve digits, and zero for what is nearly zero, where f is no higher there."""
    decimals = (12 - np.floor(np.log10(width))).astype(int)
    columns = [np.round(points[:, i], max(0, decimals[i])) + 0.0 for i in range(points.shape[1])]
    neat = np.stack(columns, axis=1)
    heights = value(points)
    kept = value(neat) <= heights + 1e-15 * np.abs(heights)
    return np.where(kept[:, None], neat, points)


def _strict(value: Values, gradient: Values, points: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Whether f is continuous and higher all around; it is not in a valley of minima or beside a pole."""
    d = points.shape[1]
    ways = np.array([[-1.0], [1.0]])
    if d == 2:
        angles = np.linspace(0.0, 2 * np.pi, 33)[:-1]
        ways = np.column_stack([np.cos(angles), np.sin(angles)])
    heights = value(points)[:, None]

    def rise(radius: float) -> np.ndarray:
        return value(points[:, None] + radius * ways * width) - heights

    noise = 1e-14 * (1 + np.abs(heights))
    higher = (rise(1e-3) > noise).all(axis=1) & (rise(3e-3) > noise).all(axis=1)
    continuous = np.abs(rise(1e-7)).max(axis=1) <= 0.3 * np.abs(rise(1e-3)).max(axis=1)
    # In a narrow, bent valley all of these directions may rise; the gradient knows the way down.
    slopes = gradient(points) * width
    length = np.linalg.norm(slopes, axis=1, keepdims=True)
    downhill = np.where(length > 0, -slopes / np.where(length > 0, length, 1.0), 0.0)
    falls = np.zeros(len(points), dtype=bool)
    for radius in (1e-4, 1e-5, 1e-6, 1e-7):
        falls |= value(points + radius * downhill * width) < heights[:, 0] - noise[:, 0]
    return higher & continuous & ~falls
