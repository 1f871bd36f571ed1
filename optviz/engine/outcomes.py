"""How a run ended, in words: converged where, still moving, stuck at a saddle, diverged and why."""

from dataclasses import dataclass

import numpy as np

from optviz.engine.objective import Objective
from optviz.engine.optimizers import Optimizer

ARRIVED = 1e-3  # distance to a known minimum that counts as having reached it
OVERFLOWING = 1e50  # beyond it f is NaN because of ∞ - ∞, not because it is undefined there
AT_REST = 1e-6  # length of the gradient that counts as zero


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    `kind` is one of converged, minimum (one that is not listed), saddle, maximum, flat, moving,
    diverging (finite, but growing), falling (without a lower bound), diverged, undefined. `step` is the
    step that the sentence speaks of. `minimum` is the index of the known minimum nearest to the end, and
    `distance` how far it is.
    """

    kind: str
    step: int
    sentence: str
    minimum: int = -1
    distance: float = float("nan")


def number(value: float) -> str:
    """Four significant digits, the way people write them."""
    if value == 0:
        return "0"
    text = f"{value:.4g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    return text.replace("-", "−")


def point(x: np.ndarray) -> str:
    """A point with four significant digits."""
    return f"({', '.join(number(float(v)) for v in np.atleast_1d(x))})"


def nearest_minimum(objective: Objective, x: np.ndarray) -> tuple[int, float]:
    """Index of the known minimum nearest to x and the distance to it; (-1, nan) if none is known."""
    if not objective.minima:
        return -1, float("nan")
    distances = np.linalg.norm(np.asarray(objective.minima) - x, axis=-1)
    index = int(np.argmin(distances))
    return index, float(distances[index])


def first_within(points: np.ndarray, target: np.ndarray | tuple[float, ...], radius: float) -> int | None:
    """The first step at which `points` (k+1, d) lie within `radius` of `target`, or None."""
    near = np.linalg.norm(points - np.asarray(target), axis=-1) <= radius
    return int(np.argmax(near)) if near.any() else None


def judge(
    objective: Objective,
    optimizer: Optimizer,
    values: dict[str, float],
    points: np.ndarray,
    heights: np.ndarray,
    gradients: np.ndarray,
    broke_at: int | None,
) -> Outcome:
    """Say how a run ended.

    `points` (k+1, d), `heights` (k+1,) and `gradients` (k+1, d) describe it; `broke_at` is the first step
    at which something was not finite, or None.
    """
    with np.errstate(all="ignore"):
        if broke_at is not None:
            return _broken(objective, optimizer, values, points, heights, gradients, broke_at)
        return _finite(objective, optimizer, values, points, heights, gradients)


def _broken(objective, optimizer, values, points, heights, gradients, k) -> Outcome:  # noqa: ANN001
    within_reach = k < len(points) and bool(np.abs(points[k]).max() < OVERFLOWING)
    if within_reach and (np.isnan(heights[k]) or np.isnan(gradients[k]).any()):
        what = "f has no real value" if np.isnan(heights[k]) else "the gradient of f is undefined"
        return Outcome("undefined", k, f"Stopped at step {k}: {what} at {point(points[k])}.")
    last = points[max(k - 1, 0)]
    if k == 0:
        return Outcome("undefined", 0, f"Did not start: f is infinite at {point(last)}.")
    if objective.group == "unbounded" and heights[k - 1] < heights[0]:
        return Outcome(
            "falling",
            k,
            f"Fell without end, as f has no lower bound: at step {k} the numbers overflowed, "
            f"the last finite point was {point(last)}.",
        )
    why = _why(objective, optimizer, values, points[:k])
    return Outcome(
        "diverged",
        k,
        f"Diverged: at step {k} the numbers overflowed, the last finite point was {point(last)}. {why}",
    )


def _finite(objective, optimizer, values, points, heights, gradients) -> Outcome:  # noqa: ANN001
    steps, end, height = len(points) - 1, points[-1], float(heights[-1])
    index, distance = nearest_minimum(objective, end)
    length = float(np.linalg.norm(gradients[-1]))
    if index >= 0 and distance <= ARRIVED:
        since = first_within(points, objective.minima[index], ARRIVED)
        lowest = float(np.min(objective.value(objective.minima)))
        rank = "the minimum" if len(objective.minima) == 1 else _rank(objective, index, lowest)
        sentence = (
            f"Reached {rank} at {point(np.array(objective.minima[index]))}: first within "
            f"{number(ARRIVED)} at step {since}."
        )
        return Outcome("converged", since or 0, sentence, index, distance)
    if length <= AT_REST:
        kind, name = _stationary(objective, end)
        sentence = f"At rest at {name} near {point(end)}: the gradient is {number(length)} long."
        return Outcome(kind, steps, sentence, index, distance)
    grew = height > heights[0] and height > heights[len(heights) * 3 // 4] and steps > 1
    if grew and np.linalg.norm(end - points[0]) > 0 and distance_grew(objective, points):
        why = _why(objective, optimizer, values, points)
        sentence = (
            f"Diverging: after {_steps(steps)} f has grown from {number(float(heights[0]))} to "
            f"{number(height)}. {why}"
        ).strip()
        return Outcome("diverging", steps, sentence, index, distance)
    if objective.group == "unbounded" and height < heights[0] and _outside(objective, end):
        sentence = (
            f"Falling without end, as f has no lower bound: f is {number(height)} after {_steps(steps)}."
        )
        return Outcome("falling", steps, sentence, index, distance)
    last = float(np.linalg.norm(points[-1] - points[-2])) if steps else 0.0
    sentence = (
        f"Still moving after {_steps(steps)}: f is {number(height)}, the gradient {number(length)} long, "
        f"the last step {number(last)}."
    )
    return Outcome("moving", steps, sentence, index, distance)


def _steps(count: int) -> str:
    return f"{count} step" if count == 1 else f"{count} steps"


def _rank(objective: Objective, index: int, lowest: float) -> str:
    height = float(objective.value(objective.minima[index]))
    return "a global minimum" if height <= lowest + 1e-6 * (1 + abs(lowest)) else "a local minimum"


def distance_grew(objective: Objective, points: np.ndarray) -> bool:
    """Whether the run ends farther from its nearest known minimum than it began; without one, outside."""
    if not objective.minima:
        return _outside(objective, points[-1])
    return nearest_minimum(objective, points[-1])[1] > nearest_minimum(objective, points[0])[1]


def _outside(objective: Objective, x: np.ndarray) -> bool:
    return any(not low <= v <= high for v, (low, high) in zip(x, objective.domain, strict=True))


def _stationary(objective: Objective, x: np.ndarray) -> tuple[str, str]:
    """Tell apart what a vanishing gradient can mean, by the signs of the Hessian's eigenvalues."""
    hessian = objective.hessian(x)
    if not np.isfinite(hessian).all():
        return "flat", "a point without curvature"
    curvature = np.linalg.eigvalsh(hessian)
    tiny = 1e-6 * max(1.0, float(np.abs(curvature).max()))
    if (curvature > tiny).all():
        return "minimum", "a local minimum that is not listed" if objective.minima else "a minimum"
    if (curvature < -tiny).all():
        return "maximum", "a maximum"
    if curvature.min() < -tiny and curvature.max() > tiny:
        return "saddle", "a saddle point"
    if objective.group == "unbounded":
        return "saddle", "a degenerate saddle point"
    return "flat", "a flat place"


def largest_curvature(objective: Objective, x: np.ndarray) -> float:
    """The largest eigenvalue of the Hessian at x, or nan where there is none."""
    with np.errstate(all="ignore"):
        hessian = objective.hessian(x)
    return float(np.linalg.eigvalsh(hessian).max()) if np.isfinite(hessian).all() else float("nan")


def _why(objective: Objective, optimizer: Optimizer, values: dict[str, float], points: np.ndarray) -> str:
    """Compare the learning rate with the largest stable one, where theory has one."""
    if objective.is_quadratic:
        places = [(points[0], "")]
    else:
        places = [(points[0], " at the start")]
        if objective.minima:
            index, _ = nearest_minimum(objective, points[0])
            places.insert(0, (np.array(objective.minima[index]), " at the nearest minimum"))
    for x, where in places:
        curvature = largest_curvature(objective, x)
        edge = optimizer.stable_rate(values, curvature)
        if edge is not None and values["lr"] > edge:
            return (
                f"The learning rate {number(values['lr'])} exceeds {number(edge)}, the largest stable one "
                f"for a curvature of λmax = {number(curvature)}{where}."
            )
    return "Try a smaller learning rate."
