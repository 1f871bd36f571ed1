"""How a run ended, in words: the statement first, its numbers second."""

import math
from dataclasses import dataclass

import numpy as np

from optviz.engine.formula_text import root_hint
from optviz.engine.objective import Objective
from optviz.engine.optimizers import Optimizer
from optviz.engine.run_patterns import hops, hovers, pole_between, settled, steps_left, surroundings

ARRIVED = 1e-3  # distance to a known minimum that counts as having reached it
OVERFLOWING = 1e50  # beyond it f is NaN because of ∞ - ∞, not because it is undefined there
AT_REST = 1e-6  # length of the gradient that counts as zero


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    `kind` is one of converged, minimum (one that is not listed), valley (of minima), saddle, maximum, flat,
    moving, slow, hopping (between two points), hovering (about a level, under noise), wandering, diverging
    (finite, but growing), falling (without a lower bound), pole (jumped over), diverged, undefined. `step`
    is the step that the sentence speaks of. `minimum` is the index of the known minimum nearest to the end,
    and `distance` how far it is.
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
    noise: float = 0.0,
) -> Outcome:
    """Say how a run ended.

    `points` (k+1, d), `heights` (k+1,) and `gradients` (k+1, d) describe it; `broke_at` is the first step
    at which something was not finite, or None. `noise` is the standard deviation of what was added to the
    gradients.
    """
    with np.errstate(all="ignore"):
        if broke_at is not None:
            return _broken(objective, optimizer, values, points, heights, gradients, broke_at)
        return _finite(objective, optimizer, values, points, heights, gradients, noise)


def _broken(objective, optimizer, values, points, heights, gradients, k) -> Outcome:  # noqa: ANN001
    within_reach = k < len(points) and bool(np.abs(points[k]).max() < OVERFLOWING)
    what = f"Stopped at step {k}" if k else "Did not start"
    if within_reach and np.isnan(heights[k]):
        hint = root_hint(objective.formula)
        place = point(points[k])
        return Outcome("undefined", k, f"{what}: f has no real value at {place}.{f' {hint}' if hint else ''}")
    if within_reach and np.isfinite(heights[k]):
        state = "undefined" if np.isnan(gradients[k]).any() else "infinite"
        return Outcome(
            "undefined",
            k,
            f"{what}: the gradient is {state} at {point(points[k])}, where f is {number(float(heights[k]))}.",
        )
    last = points[max(k - 1, 0)]
    if k == 0:
        return Outcome("undefined", 0, f"Did not start: f is infinite at {point(last)}.")
    pole = _pole(objective, points[:k])
    if pole:
        return pole
    if objective.group == "unbounded" and heights[k - 1] < heights[0]:
        return Outcome(
            "falling", k, f"Fell without end: f has no lower bound. At step {k} the numbers overflowed."
        )
    low, span = _levels(objective, heights[0])
    endless = k < len(heights) and heights[k] == -np.inf and heights[k - 1] < low
    if endless or heights[k - 1] < low - 1e3 * (1 + span):
        return Outcome(
            "falling",
            k,
            f"f seems to have no lower bound: it fell to {number(float(heights[k - 1]))}, and at step {k} "
            "the numbers overflowed.",
        )
    return Outcome("diverged", k, f"Blew up at step {k}. {_why(objective, optimizer, values, points[:k])}")


def _pole(objective: Objective, points: np.ndarray) -> Outcome | None:
    found = pole_between(objective, points)
    if found is None:
        return None
    step, place = found
    sentence = f"Jumped over a pole at step {step}: near {_place(objective, place)} f runs from −∞ to ∞."
    return Outcome("pole", step, sentence)


def _levels(objective: Objective, start: float) -> tuple[float, float]:
    """The lowest of f at the start and on a coarse grid of the domain, and how far f spans there."""
    axes = [np.linspace(low, high, 21) for low, high in objective.domain]
    values = objective.value(np.stack(np.meshgrid(*axes), axis=-1))
    values = np.append(values[np.isfinite(values)], start)
    return float(values.min()), float(np.ptp(values))


def _finite(objective, optimizer, values, points, heights, gradients, noise) -> Outcome:  # noqa: ANN001
    steps, end, height = len(points) - 1, points[-1], float(heights[-1])
    index, distance = nearest_minimum(objective, end)
    length = float(np.linalg.norm(gradients[-1]))
    last = float(np.linalg.norm(points[-1] - points[-2])) if steps else 0.0

    def outcome(kind: str, sentence: str, step: int = steps) -> Outcome:
        return Outcome(kind, step, sentence, index, distance)

    if index >= 0 and distance <= ARRIVED:
        since = settled(points, objective.minima[index], ARRIVED)
        if since is None and length <= AT_REST:
            since = steps
        if since is not None:
            lowest = float(np.min(objective.value(objective.minima)))
            rank = "the minimum" if len(objective.minima) == 1 else _rank(objective, index, lowest)
            place = point(np.array(objective.minima[index]))
            return outcome("converged", f"Reached {rank} at {place} at step {since}.", since)
    if length <= AT_REST and last <= ARRIVED:
        kind, name = _stationary(objective, end)
        zero = "zero" if length == 0 else f"zero ({length:.0e})".replace("e-0", "e−").replace("e-", "e−")
        return outcome(kind, f"{name} {_place(objective, end)}: the gradient is {zero}.")
    pole = _pole(objective, points)
    if pole:
        return pole
    if hops(points):
        places = f"{_place(objective, points[-2])} and {_place(objective, end)}"
        return outcome("hopping", f"Hops between {places}, and does not settle.")
    if _falls(objective, points, heights, gradients):
        known = "has" if objective.group == "unbounded" else "seems to have"
        return outcome(
            "falling", f"f {known} no lower bound: it is at {number(height)} after {_steps(steps)}."
        )
    grew = height > heights[0] and height > heights[len(heights) * 3 // 4] and steps > 1
    if grew and np.linalg.norm(end - points[0]) > 0 and distance_grew(objective, points):
        return _growing(objective, optimizer, values, points, heights, outcome)
    return _unfinished(objective, points, heights, noise, outcome)


def _falls(objective: Objective, points: np.ndarray, heights: np.ndarray, gradients: np.ndarray) -> bool:
    """Whether f falls outside the domain, below everything in it, and does not get less steep."""
    if not _outside(objective, points[-1]) or not heights[-1] < heights[0]:
        return False
    if objective.group == "unbounded":
        return True
    low, span = _levels(objective, float(heights[0]))
    if not heights[-1] < low - span or objective.group != "typed":
        return False
    left = next(i for i, x in enumerate(points) if _outside(objective, x))
    steepness = np.linalg.norm(gradients, axis=-1)
    return bool(steepness[-1] >= 0.999 * steepness[left])


def _growing(objective, optimizer, values, points, heights, outcome) -> Outcome:  # noqa: ANN001
    steps, grown = len(points) - 1, f"f grew from {number(float(heights[0]))} to {number(float(heights[-1]))}"
    moves = np.linalg.norm(np.diff(points, axis=0), axis=-1)
    if _outside(objective, points[-1]) or (moves[-1] > moves[0] and (np.diff(moves[-4:]) > 0).all()):
        from_what = " from the minimum" if objective.minima else ""
        why = _why(objective, optimizer, values, points)
        return outcome("diverging", f"Moves away{from_what}: {grown}. {why}")
    return outcome("wandering", f"Wanders and does not settle: {grown} in {_steps(steps)}.")


def _unfinished(objective, points, heights, noise, outcome) -> Outcome:  # noqa: ANN001
    steps, height = len(points) - 1, float(heights[-1])
    f = f"f = {number(height)}"
    lowest = float(np.min(objective.value(objective.minima))) if objective.minima else float(heights.min())
    if noise > 0 and hovers(heights, lowest):
        level = float(np.median(heights[-(len(heights) // 4) :]))
        return outcome("hovering", f"Hovers at the noise floor: the noise keeps f near {number(level)}.")
    if objective.minima:
        index, _ = nearest_minimum(objective, points[-1])
        distances = np.linalg.norm(points - np.asarray(objective.minima[index]), axis=-1)
        left = steps_left(distances, ARRIVED)
        if left is not None and left > 10 * steps:
            return outcome(
                "slow", f"Slow: not there after {_steps(steps)} ({f}), {_about(left)} more at this pace."
            )
        if left:
            return outcome(
                "moving",
                f"Not there yet after {_steps(steps)}, still getting closer ({f}); {_about(left)} more at "
                "this pace.",
            )
    quarter = heights[-1 - (len(heights) // 4) :]
    if len(heights) >= 20 and quarter.max() > heights[0] - 0.5 * (heights[0] - quarter.min()):
        falls = int((np.diff(quarter) < 0).sum())
        if falls < 0.8 * (len(quarter) - 1):
            low, high = number(float(quarter.min())), number(float(quarter.max()))
            last = f"in the last {_steps(len(quarter) - 1)} f is between {low} and {high}"
            return outcome("wandering", f"Wanders and does not settle: {last}.")
    return outcome("moving", f"Not there yet after {_steps(steps)}, still moving ({f}).")


def _about(steps: float) -> str:
    if steps > 1e6:
        return "more than a million steps"
    digits = 10 ** max(0, math.floor(math.log10(max(steps, 1.0))) - 1)
    return f"about {_steps(math.ceil(steps / digits) * digits)}"


def _place(objective: Objective, x: np.ndarray) -> str:
    """A point, with zero for coordinates that are zero as far as the domain can show."""
    widths = np.array([high - low for low, high in objective.domain])
    return point(np.where(np.abs(x) < 1e-6 * widths, 0.0, x))


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
    """Tell apart what a vanishing gradient can mean, by the signs of the Hessian's eigenvalues, or by f."""
    hessian = objective.hessian(x)
    kind = ""
    if np.isfinite(hessian).all():
        curvature = np.linalg.eigvalsh(hessian)
        tiny = 1e-6 * max(1.0, float(np.abs(curvature).max()))
        if (curvature > tiny).all():
            kind = "minimum"
        elif (curvature < -tiny).all():
            kind = "maximum"
        elif curvature.min() < -tiny and curvature.max() > tiny:
            kind = "saddle"
    kind = kind or surroundings(objective, x)
    if kind == "mixed" and objective.dimension == 1:
        return "flat", "Stuck on a flat place of a slope at"
    listed = "a local minimum that is not listed," if objective.minima else "a minimum,"
    return {
        "minimum": ("minimum", f"Reached {listed}"),
        "valley": ("valley", "At rest in a valley of minima, at"),
        "maximum": ("maximum", "Stuck on the maximum at"),
        "saddle": ("saddle", "Stuck on the saddle at"),
        "mixed": ("saddle", "Stuck on the degenerate saddle at"),
        "flat": ("flat", "Stuck on a flat place at"),
    }[kind]


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
            times = values["lr"] / edge
            return (
                f"lr {number(values['lr'])} is {_times(times)} times the stable {number(edge)}"
                f" (λmax = {number(curvature)}{where})."
            )
    return "Try a smaller learning rate."


def _times(ratio: float) -> str:
    """A ratio above 1 with as many digits as show that it is above 1."""
    return f"{ratio:.0f}" if 10 <= ratio < 1e6 else number(float(f"{ratio:.{2 if ratio >= 1.1 else 3}g}"))
