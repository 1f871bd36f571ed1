"""Minima in a part of a landscape, found numerically: so that a map can say where runs come to rest."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from optviz.engine.objective import Objective
from optviz.engine.outcomes import ARRIVED

ACROSS = 241  # points along each side of the grid on which valleys are looked for
NEWTON = 30  # steps of Newton's method from the lowest point of each valley
FLAT = 1e-6  # share of the largest curvature below which a valley has no lowest point of its own
MOST = 200  # minima that a map can tell apart


@lru_cache(maxsize=64)
def with_minima(objective: Objective, domain: tuple[tuple[float, float], ...]) -> Objective:
    """The objective with the minima that are found in `domain` after the listed ones, the lowest first.

    Found are those with a definite Hessian, so neither kinks nor valleys without a lowest point.
    """
    if objective.group == "unbounded":
        return objective
    found: list[tuple[float, ...]] = []
    known = list(objective.minima)
    for x in _polished(objective, domain):
        near = [np.linalg.norm(x - np.asarray(other)) < 2 * ARRIVED for other in (*known, *found)]
        if not any(near):
            found.append(tuple(float(v) for v in x))
    return replace(objective, minima=(*known, *found[:MOST]))


def _polished(objective: Objective, domain: tuple[tuple[float, float], ...]) -> list[np.ndarray]:
    """The minima in the domain, the lowest first, some of them twice."""
    axes = [np.linspace(low, high, ACROSS) for low, high in domain]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    x = grid[_lower_than_around(objective.value(grid))]
    begun, cell = x.copy(), np.array([(high - low) / (ACROSS - 1) for low, high in domain])
    with np.errstate(all="ignore"):
        for _ in range(NEWTON):
            hessian, gradient = objective.hessian(x), objective.gradient(x)
            fit = np.isfinite(hessian).all((1, 2)) & np.isfinite(gradient).all(1)
            x, begun, hessian, gradient = x[fit], begun[fit], hessian[fit], gradient[fit]
            curvature = np.linalg.eigvalsh(hessian)
            fit = curvature[:, 0] > FLAT * np.abs(curvature[:, -1])
            x, begun = x[fit], begun[fit]
            x = x - np.linalg.solve(hessian[fit], gradient[fit][..., None])[..., 0]
    low, high = np.array(domain).T
    stayed = (np.abs(x - begun) <= 3 * cell).all(1) & (x >= low).all(1) & (x <= high).all(1)
    x = x[stayed]
    # To the digits that Newton's method leaves uncertain, so that equal depths keep the order of the grid.
    return list(x[np.argsort(np.round(objective.value(x), 9), kind="stable")]) if len(x) else []


def _lower_than_around(values: np.ndarray) -> np.ndarray:
    """Which points of the grid are not above any of their neighbours along the axes."""
    values = np.where(np.isfinite(values), values, np.inf)
    low = np.isfinite(values)
    for axis in range(values.ndim):
        for shift in (1, -1):
            beside = np.roll(values, shift, axis)
            edge = [slice(None)] * values.ndim
            edge[axis] = slice(0, 1) if shift == 1 else slice(-1, None)
            beside[tuple(edge)] = np.inf
            low &= values <= beside
    return low
