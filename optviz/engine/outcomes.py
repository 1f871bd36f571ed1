"""How a run ended, in words: the statement first, its numbers second."""

import math
from dataclasses import dataclass

import numpy as np

from optviz.engine.formula_text import root_hint
from optviz.engine.objective import Objective
from optviz.engine.optimizers import Optimizer
from optviz.engine.run_patterns import hops, hovers, pole_between, settled, steps_left, surroundings
from optviz.words import join, mark, tr

ARRIVED = 1e-3  # distance to a known minimum that counts as having reached it
OVERFLOWING = 1e50  # beyond it f is NaN because of ∞ - ∞, not because it is undefined there
AT_REST = 1e-6  # length of the gradient that counts as zero
#: What is said of a point without a gradient, by the kind of point.
STATIONARY = {
    "unlisted": mark("Reached a local minimum that is not listed, {place}: the gradient is {zero}."),
    "minimum": mark("Reached a minimum, {place}: the gradient is {zero}."),
    "valley": mark("At rest in a valley of minima, at {place}: the gradient is {zero}."),
    "maximum": mark("Stuck on the maximum at {place}: the gradient is {zero}."),
    "saddle": mark("Stuck on the saddle at {place}: the gradient is {zero}."),
    "mixed": mark("Stuck on the degenerate saddle at {place}: the gradient is {zero}."),
    "flat": mark("Stuck on a flat place at {place}: the gradient is {zero}."),
    "slope": mark("Stuck on a flat place of a slope at {place}: the gradient is {zero}."),
}


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
    if within_reach and np.isnan(heights[k]):
        said = _stopped(k, tr("f has no real value at {place}.", place=point(points[k])))
        return Outcome("undefined", k, join(said, root_hint(objective.formula)))
    if within_reach and np.isfinite(heights[k]):
        place, height = point(points[k]), number(float(heights[k]))
        if np.isnan(gradients[k]).any():
            why = tr("the gradient is undefined at {place}, where f is {value}.", place=place, value=height)
        else:
            why = tr("the gradient is infinite at {place}, where f is {value}.", place=place, value=height)
        return Outcome("undefined", k, _stopped(k, why))
    last = points[max(k - 1, 0)]
    if k == 0:
        return Outcome("undefined", 0, _stopped(0, tr("f is infinite at {place}.", place=point(last))))
    pole = _pole(objective, points[:k])
    if pole:
        return pole
    if objective.group == "unbounded" and heights[k - 1] < heights[0]:
        said = tr("Fell without end: f has no lower bound. At step {step} the numbers overflowed.", step=k)
        return Outcome("falling", k, said)
    low, span = _levels(objective, heights[0])
    endless = k < len(heights) and heights[k] == -np.inf and heights[k - 1] < low
    if endless or heights[k - 1] < low - 1e3 * (1 + span):
        said = tr(
            "f seems to have no lower bound: it fell to {value}, and at step {step} the numbers overflowed.",
            value=number(float(heights[k - 1])),
            step=k,
        )
        return Outcome("falling", k, said)
    blew = tr("Blew up at step {step}.", step=k)
    return Outcome("diverged", k, join(blew, _why(objective, optimizer, values, points[:k])))


def _stopped(step: int, why: str) -> str:
    if step:
        return tr("Stopped at step {step}: {why}", step=step, why=why)
    return tr("Did not start: {why}", why=why)


def _pole(objective: Objective, points: np.ndarray) -> Outcome | None:
    found = pole_between(objective, points)
    if found is None:
        return None
    step, place = found
    sentence = tr(
        "Jumped over a pole at step {step}: near {place} f runs from −∞ to ∞.",
        step=step,
        place=_place(objective, place),
    )
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
            said = tr(
                _arrival(objective, index, lowest),
                place=point(np.array(objective.minima[index])),
                step=since,
            )
            return outcome("converged", said, since)
    if length <= AT_REST and last <= ARRIVED:
        kind, said = _stationary(objective, end)
        digits = f"{length:.0e}".replace("e-0", "e−").replace("e-", "e−")
        zero = tr("zero") if length == 0 else tr("zero ({length})", length=digits)
        return outcome(kind, tr(said, place=_place(objective, end), zero=zero))
    pole = _pole(objective, points)
    if pole:
        return pole
    if hops(points):
        one, other = _place(objective, points[-2]), _place(objective, end)
        said = tr("Hops between {one} and {other}, and does not settle.", one=one, other=other)
        return outcome("hopping", said)
    if _falls(objective, points, heights, gradients):
        fallen = {"value": number(height), "steps": steps_said(steps)}
        if objective.group == "unbounded":
            said = tr("f has no lower bound: it is at {value} after {steps}.", **fallen)
        else:
            said = tr("f seems to have no lower bound: it is at {value} after {steps}.", **fallen)
        return outcome("falling", said)
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
    grown = {"first": number(float(heights[0])), "last": number(float(heights[-1]))}
    moves = np.linalg.norm(np.diff(points, axis=0), axis=-1)
    if _outside(objective, points[-1]) or (moves[-1] > moves[0] and (np.diff(moves[-4:]) > 0).all()):
        if objective.minima:
            said = tr("Moves away from the minimum: f grew from {first} to {last}.", **grown)
        else:
            said = tr("Moves away: f grew from {first} to {last}.", **grown)
        return outcome("diverging", join(said, _why(objective, optimizer, values, points)))
    said = tr(
        "Wanders and does not settle: f grew from {first} to {last} in {steps}.",
        steps=steps_said(len(points) - 1),
        **grown,
    )
    return outcome("wandering", said)


def _unfinished(objective, points, heights, noise, outcome) -> Outcome:  # noqa: ANN001
    steps, height = len(points) - 1, float(heights[-1])
    lowest = float(np.min(objective.value(objective.minima))) if objective.minima else float(heights.min())
    if noise > 0 and hovers(heights, lowest):
        level = float(np.median(heights[-(len(heights) // 4) :]))
        said = tr("Hovers at the noise floor: the noise keeps f near {value}.", value=number(level))
        return outcome("hovering", said)
    if objective.minima:
        index, _ = nearest_minimum(objective, points[-1])
        distances = np.linalg.norm(points - np.asarray(objective.minima[index]), axis=-1)
        left = steps_left(distances, ARRIVED)
        told = {"steps": steps_said(steps), "value": number(height)}
        if left is not None and left > 10 * steps:
            said = tr(
                "Slow: not there after {steps} (f = {value}), {more} more at this pace.",
                more=_about(left),
                **told,
            )
            return outcome("slow", said)
        if left:
            said = tr(
                "Not there yet after {steps}, still getting closer (f = {value}); {more} more at this pace.",
                more=_about(left),
                **told,
            )
            return outcome("moving", said)
    quarter = heights[-1 - (len(heights) // 4) :]
    if len(heights) >= 20 and quarter.max() > heights[0] - 0.5 * (heights[0] - quarter.min()):
        falls = int((np.diff(quarter) < 0).sum())
        if falls < 0.8 * (len(quarter) - 1):
            said = tr(
                "Wanders and does not settle: in the last {steps} f is between {low} and {high}.",
                steps=steps_said(len(quarter) - 1),
                low=number(float(quarter.min())),
                high=number(float(quarter.max())),
            )
            return outcome("wandering", said)
    said = tr(
        "Not there yet after {steps}, still moving (f = {value}).",
        steps=steps_said(steps),
        value=number(height),
    )
    return outcome("moving", said)


def _about(steps: float) -> str:
    if steps > 1e6:
        return tr("more than a million steps")
    digits = 10 ** max(0, math.floor(math.log10(max(steps, 1.0))) - 1)
    return tr("about {steps}", steps=steps_said(math.ceil(steps / digits) * digits))


def _place(objective: Objective, x: np.ndarray) -> str:
    """A point, with zero for coordinates that are zero as far as the domain can show."""
    widths = np.array([high - low for low, high in objective.domain])
    return point(np.where(np.abs(x) < 1e-6 * widths, 0.0, x))


def steps_said(count: int) -> str:
    """A number of steps in words."""
    return tr("{count} step", count=count) if count == 1 else tr("{count} steps", count=count)


def _arrival(objective: Objective, index: int, lowest: float) -> str:
    """The message about having reached that minimum."""
    if len(objective.minima) == 1:
        return mark("Reached the minimum at {place} at step {step}.")
    height = float(objective.value(objective.minima[index]))
    if height <= lowest + 1e-6 * (1 + abs(lowest)):
        return mark("Reached a global minimum at {place} at step {step}.")
    return mark("Reached a local minimum at {place} at step {step}.")


def distance_grew(objective: Objective, points: np.ndarray) -> bool:
    """Whether the run ends farther from its nearest known minimum than it began; without one, outside."""
    if not objective.minima:
        return _outside(objective, points[-1])
    return nearest_minimum(objective, points[-1])[1] > nearest_minimum(objective, points[0])[1]


def _outside(objective: Objective, x: np.ndarray) -> bool:
    return any(not low <= v <= high for v, (low, high) in zip(x, objective.domain, strict=True))


def _stationary(objective: Objective, x: np.ndarray) -> tuple[str, str]:
    """What a vanishing gradient means, by the Hessian's eigenvalues or by f: the kind, and a message."""
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
        return "flat", STATIONARY["slope"]
    if kind == "minimum" and objective.minima:
        return "minimum", STATIONARY["unlisted"]
    return "saddle" if kind == "mixed" else kind, STATIONARY[kind]


def largest_curvature(objective: Objective, x: np.ndarray) -> float:
    """The largest eigenvalue of the Hessian at x, or nan where there is none."""
    with np.errstate(all="ignore"):
        hessian = objective.hessian(x)
    return float(np.linalg.eigvalsh(hessian).max()) if np.isfinite(hessian).all() else float("nan")


def _why(objective: Objective, optimizer: Optimizer, values: dict[str, float], points: np.ndarray) -> str:
    """Compare the learning rate with the largest stable one, where theory has one."""
    if objective.is_quadratic:
        places = [(points[0], mark("lr {rate} is {times} times the stable {edge} (λmax = {curvature})."))]
    else:
        said = mark("lr {rate} is {times} times the stable {edge} (λmax = {curvature} at the start).")
        places = [(points[0], said)]
        if objective.minima:
            index, _ = nearest_minimum(objective, points[0])
            said = mark(
                "lr {rate} is {times} times the stable {edge} (λmax = {curvature} at the nearest minimum)."
            )
            places.insert(0, (np.array(objective.minima[index]), said))
    for x, said in places:
        curvature = largest_curvature(objective, x)
        edge = optimizer.stable_rate(values, curvature)
        if edge is not None and values["lr"] > edge:
            return tr(
                said,
                rate=number(values["lr"]),
                times=_times(values["lr"] / edge),
                edge=number(edge),
                curvature=number(curvature),
            )
    return tr("Try a smaller learning rate.")


def _times(ratio: float) -> str:
    """A ratio above 1 with as many digits as show that it is above 1."""
    return f"{ratio:.0f}" if 10 <= ratio < 1e6 else number(float(f"{ratio:.{2 if ratio >= 1.1 else 3}g}"))
