"""What an optimizer carries from step to step, and what it makes of each gradient, over a whole run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optviz.engine.noise import gaussian_noise
from optviz.engine.schedules import Schedule, as_schedule
from optviz.engine.trajectories import Trajectory


@dataclass(frozen=True, slots=True)
class StepStates:
    """A run's steps as arrays of k + 1 rows.

    Row t belongs to step t, which leads from point t - 1 to point t. Row 0 is the start: NaN, except for
    the state, which starts at zero. `rates` (k+1,) is the learning rate after the schedule, `gradients`
    (k+1, d) those that the steps used, with their noise, `moves` (k+1, d) from point to point, `lengths` and
    `gradient_norms` (k+1,) are Euclidean. `effective_rates` (k+1, d) is -move / gradient, NaN where the
    gradient is zero. `state` maps the name of each part of the optimizer's state to (k+1, d).
    """

    rates: np.ndarray
    gradients: np.ndarray
    moves: np.ndarray
    lengths: np.ndarray
    gradient_norms: np.ndarray
    effective_rates: np.ndarray
    state: dict[str, np.ndarray]


def step_states(
    trajectory: Trajectory,
    steps: int,
    rate: float,
    *,
    schedule: Schedule | str = "constant",
    schedule_values: Mapping[str, float] | None = None,
    noise: float = 0.0,
    seed: int = 0,
    used: np.ndarray | None = None,
) -> StepStates:
    """The steps of a trajectory that `simulate` made with these arguments.

    `steps` is how many were asked for: a schedule depends on it. `rate` is the hyperparameter lr. `used`
    (k, d) are the gradients that the steps used, where they asked for them elsewhere.

    Raises:
        HyperparameterError, KeyError: for a schedule that is not there or a value that it does not allow.
    """
    taken, dimension = trajectory.steps, trajectory.points.shape[1]
    plan = as_schedule(schedule)
    factors = plan.factors(steps, plan.complete(dict(schedule_values or {})))
    if used is None:
        used = trajectory.gradients[:taken]
        if noise:
            used = used + gaussian_noise(seed, steps, dimension)[:taken] * noise
    moves = np.diff(trajectory.points, axis=0)
    effective = np.full_like(moves, np.nan)
    np.divide(-moves, used, out=effective, where=used != 0)
    return StepStates(
        rates=_from_step_one(rate * factors[:taken]),
        gradients=_from_step_one(used),
        moves=_from_step_one(moves),
        lengths=_from_step_one(_norms(moves)),
        gradient_norms=_from_step_one(_norms(used)),
        effective_rates=_from_step_one(effective),
        state=dict(trajectory.state),
    )


def _norms(vectors: np.ndarray) -> np.ndarray:
    """Euclidean norms of rows, without overflow in the squares."""
    return np.hypot.reduce(vectors, axis=1)


def _from_step_one(rows: np.ndarray | Sequence[float]) -> np.ndarray:
    """NaN in row 0, as no step leads to the start."""
    rows = np.asarray(rows, dtype=float)
    return np.concatenate([np.full((1, *rows.shape[1:]), np.nan), rows])
