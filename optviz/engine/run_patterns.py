"""What the last part of a run looks like: a hop between two points, noise about a level, a pace, a pole."""

import functools
import math

import numpy as np
import sympy

from optviz.engine.formula_text import read
from optviz.engine.objective import Objective

MOST_SEGMENTS = 200
SAMPLES = 65


def settled(points: np.ndarray, target: np.ndarray | tuple[float, ...], radius: float) -> int | None:
    """The first step after which `points` (k+1, d) stay within `radius` of `target`, or None.

    A run that has only just come by, and moves on, has not settled: it must have been there for two steps
    and for a twentieth of the time since it first came.
    """
    near = np.linalg.norm(points - np.asarray(target), axis=-1) <= radius
    if not near[-1]:
        return None
    outside = np.flatnonzero(~near)
    since = int(outside[-1]) + 1 if outside.size else 0
    last, first = len(points) - 1, int(np.argmax(near))
    at_rest = last == since and (last == 0 or np.array_equal(points[-1], points[-2]))
    return since if at_rest or last - since >= max(1, (last - first) / 20) else None


def hops(points: np.ndarray) -> bool:
    """Whether the last quarter of the run jumps to and fro between two points, without getting shorter."""
    count = max(6, len(points) // 4)
    if len(points) <= count:
        return False
    moves = np.diff(points[-count - 1 :], axis=0)
    lengths = np.linalg.norm(moves, axis=-1)
    if not lengths.min() > 0 or np.ptp(lengths) > 1e-3 * lengths.max():
        return False
    turned = np.linalg.norm(moves[1:] + moves[:-1], axis=-1)
    return bool((turned <= 1e-2 * lengths.max()).all())


def hovers(heights: np.ndarray, lowest: float) -> bool:
    """Whether f in the last quarter is about what it was in the quarter before, far below the start."""
    if len(heights) < 40:
        return False
    quarter = len(heights) // 4
    above = heights - lowest
    before, now = float(np.median(above[-2 * quarter : -quarter])), float(np.median(above[-quarter:]))
    return now <= 0.1 * above[0] and 0.5 * before <= now <= 2 * before


def steps_left(distances: np.ndarray, goal: float) -> float | None:
    """How many more steps the pace of the last quarter needs to come within `goal`; None if it is no pace.

    `distances` (k+1,) to the goal must have fallen from eighth to eighth of the run.
    """
    last = len(distances) - 1
    quarter = last // 4
    if quarter < 2:
        return None
    early, middle, now = (float(distances[i]) for i in (last - quarter, last - quarter // 2, last))
    if not 0 < now < middle < early:
        return None
    factor = math.log(early / now) / quarter
    return math.log(now / goal) / factor if now > goal else 0.0


def pole_between(objective: Objective, points: np.ndarray) -> tuple[int, np.ndarray] | None:
    """The first of the longest moves that jumps over a pole, where f leaps from -∞ to ∞: (step, place)."""
    if len(points) < 2 or not _may_have_poles(objective.formula):
        return None
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=-1)
    for k in np.sort(np.argsort(lengths)[-MOST_SEGMENTS:]):
        a, b = points[k], points[k + 1]
        along = np.linspace(0.0, 1.0, SAMPLES)[:, None]
        samples = a + along * (b - a)
        values = objective.value(samples)
        turns = np.flatnonzero(np.sign(values[1:]) * np.sign(values[:-1]) < 0)
        for i in turns[:8]:
            place = _bisected(objective, samples[i], samples[i + 1])
            size = 1.0 + float(np.abs(values[[i, i + 1]]).max())
            if not abs(float(objective.value(place))) < 1e6 * size:
                return int(k) + 1, place
    return None


@functools.lru_cache(maxsize=256)
def _may_have_poles(formula: str) -> bool:
    expression = read(formula)
    return expression.has(sympy.tan) or any(
        power.exp.is_number and power.exp.is_negative and power.base.free_symbols
        for power in expression.atoms(sympy.Pow)
    )


def _bisected(objective: Objective, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    sign = np.sign(float(objective.value(a)))
    for _ in range(60):
        middle = (a + b) / 2
        if np.array_equal(middle, a) or np.array_equal(middle, b):
            break
        if np.sign(float(objective.value(middle))) == sign:
            a = middle
        else:
            b = middle
    return max((a, b), key=lambda x: abs(float(objective.value(x))))


def surroundings(objective: Objective, x: np.ndarray) -> str:
    """What f does about x where the Hessian cannot tell: minimum, valley, maximum, flat, or mixed."""
    widths = np.array([high - low for low, high in objective.domain])
    angles = np.linspace(0.0, 2 * np.pi, 32, endpoint=False)
    ways = np.array([[-1.0], [1.0]])
    if objective.dimension == 2:
        ways = np.column_stack([np.cos(angles), np.sin(angles)])
    radii = np.array([1e-4, 1e-3, 1e-2])
    rises = objective.value(x + radii[:, None, None] * ways * widths) - float(objective.value(x))
    rises = rises[np.isfinite(rises).all(axis=1)]
    if not rises.size:
        return "mixed"
    noise = 1e-13 * (1 + abs(float(objective.value(x))))
    # What the first-order term of a gradient that is not quite zero can add is no rise and no fall.
    slope = float(np.linalg.norm(objective.gradient(x) * widths))
    allowed = noise + 2 * slope * radii[: len(rises), None]
    up, down = (rises > allowed).any(axis=0), (rises < -allowed).any(axis=0)
    if not up.any() and not down.any():
        return "flat"
    if not down.any():
        return "minimum" if up.all() else "valley"
    return "mixed" if up.any() else "maximum" if down.all() else "flat"
