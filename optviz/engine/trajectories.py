"""One optimizer on one objective: its trajectory, and how the run ended."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optviz.engine.ensembles import MOST_STEPS
from optviz.engine.ensembles import simulate_many as simulate_many
from optviz.engine.landscapes import as_objective
from optviz.engine.noise import gaussian_noise
from optviz.engine.objective import Objective
from optviz.engine.optimizers import Optimizer, as_optimizer
from optviz.engine.outcomes import Outcome, judge
from optviz.engine.questions import Counted, walk_together
from optviz.engine.schedules import Schedule, as_schedule


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The path of one run; row 0 of every array is the start.

    `points` (k+1, d), `values` (k+1,), `gradients` (k+1, d), the true ones even when the steps used
    noisy ones; `state` maps the name of each part of the optimizer's state to (k+1, d). k is the number
    of steps asked for, or fewer if the run overflowed: then the last row is the last finite one.
    `gradients_asked` and `values_asked` (k+1,) are how many gradients and values of f the steps up to each
    row took. Most optimizers take one gradient a step; what is evaluated to draw the run is not counted.
    """

    points: np.ndarray
    values: np.ndarray
    gradients: np.ndarray
    state: dict[str, np.ndarray]
    outcome: Outcome
    gradients_asked: np.ndarray
    values_asked: np.ndarray

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.points) - 1


def simulate(
    objective: Objective | str,
    optimizer: Optimizer | str,
    start: Sequence[float] | float | None = None,
    steps: int = 100,
    *,
    schedule: Schedule | str = "constant",
    schedule_values: dict[str, float] | None = None,
    noise: float = 0.0,
    seed: int = 0,
    **hyperparameters: float,
) -> Trajectory:
    """Run `optimizer` on `objective` for `steps` steps from `start` (d numbers).

    Objective, optimizer and schedule may be given by key. `noise` is the standard deviation of Gaussian
    noise added to every coordinate of every gradient. The draws depend on `seed` alone, so all
    optimizers get the same noise.

    Raises:
        FormulaError, HyperparameterError: for a formula or a hyperparameter that is not allowed.
        KeyError: for an unknown optimizer or schedule.
        ValueError: for a start that is not d finite numbers, or steps or noise out of range.
    """
    objective = as_objective(objective)
    optimizer = as_optimizer(optimizer)
    schedule = as_schedule(schedule)
    x = [float(v) for v in np.atleast_1d(objective.start if start is None else start)]
    if len(x) != objective.dimension or not all(map(math.isfinite, x)):
        raise ValueError(f"The start must be {objective.dimension} finite numbers.")
    if not 0 <= steps <= MOST_STEPS:
        raise ValueError(f"The steps must be 0 to {MOST_STEPS}.")
    if not 0 <= noise < math.inf:
        raise ValueError("The noise must be a finite number, zero or more.")
    values = optimizer.complete(hyperparameters)
    factors = schedule.factors(steps, schedule.complete(schedule_values or {}))
    draws = gaussian_noise(seed, steps, objective.dimension) * noise if noise else None
    with np.errstate(all="ignore"):  # infinities are found and reported below
        counted = Counted(_plain_gradient(objective), _plain_value(objective))
        points, states, asked, broke_at = _walk(
            counted,
            optimizer,
            x,
            values,
            factors.tolist(),
            None if draws is None else draws.tolist(),
        )
        path = np.array(points)
        heights, gradients = objective.value(path), objective.gradient(path)
    # A point may be finite while the function there no longer is: the run ended there as well.
    finite = np.isfinite(heights) & np.isfinite(gradients).all(axis=-1)
    end = len(path)
    if not finite.all():
        broke_at = int(np.argmin(finite))
        end = max(broke_at, 1)
    outcome = judge(objective, optimizer, values, path, heights, gradients, broke_at, noise)
    state = {name: np.array(states[i][:end]) for i, name in enumerate(optimizer.state)}
    gradients_asked, values_asked = np.array(asked[:end]).T
    return Trajectory(
        path[:end], heights[:end], gradients[:end], state, outcome, gradients_asked, values_asked
    )


def _walk(
    ground: Counted,
    optimizer: Optimizer,
    start: list[float],
    values: dict[str, float],
    factors: list[float],
    draws: list[list[float]] | None,
) -> tuple[list[list[float]], list[list[list[float]]], list[tuple[int, int]], int | None]:
    """Take the steps on plain floats, one coordinate at a time: numpy is slow for two numbers.

    Returns the points, the state's parts, how many gradients and values each point has cost so far, and the
    first step whose point is not finite, or None.
    """
    step, coordinates = optimizer.step, range(len(start))
    x, state = list(start), [[0.0] * len(optimizer.state) for _ in coordinates]
    points, states = [x], [[[0.0] * len(start)] for _ in optimizer.state]
    values, base, asked = dict(values), values["lr"], [(0, 0)]
    for t, factor in enumerate(factors, 1):
        ground.tilt = None if draws is None else draws[t - 1]
        values["lr"] = base * factor
        following = []
        if optimizer.looks:
            for i, (moved, *parts) in enumerate(walk_together(optimizer, ground, x, t, state, values)):
                state[i] = parts
                following.append(moved)
        else:
            g = ground.gradient(x)
            for i in coordinates:
                moved, *state[i] = step(x[i], g[i], t, *state[i], **values)
                following.append(moved)
        if not all(map(math.isfinite, following)):
            return points, states, asked, t
        x = following
        points.append(x)
        asked.append((ground.gradients, ground.values))
        for j, history in enumerate(states):
            history.append([state[i][j] for i in coordinates])
    return points, states, asked, None


def _plain_value(objective: Objective) -> Callable[..., float]:
    """f on plain floats, with infinities where plain floats raise an error."""
    fast = objective.value_at

    def value(*x: float) -> float:
        try:
            return float(fast(*x)[0])
        except (ZeroDivisionError, OverflowError):
            return float(objective.value(x))

    return value


def _plain_gradient(objective: Objective) -> Callable[..., Sequence[float]]:
    """The gradient on plain floats, with infinities where plain floats raise an error."""
    fast = objective.gradient_at

    def gradient(*x: float) -> Sequence[float]:
        try:
            return fast(*x)
        except (ZeroDivisionError, OverflowError):
            return objective.gradient(x).tolist()

    return gradient
