"""Maps: what a learning rate, a momentum, a start or the noise does, seen at one glance.

Each function makes the data of one map, one ensemble for each optimizer in it. `progress` and
`cancelled` are passed on to `simulate_many`; `refine` makes a coarse map first and the fine one after.
The maps of two sides stand here; those of one side are in `sweeps`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optviz.engine.curvature import Conditioning, conditioning
from optviz.engine.ensembles import simulate_many
from optviz.engine.landscapes import as_objective
from optviz.engine.objective import Objective
from optviz.engine.optimizers import Optimizer, as_optimizer
from optviz.engine.outcomes import largest_curvature
from optviz.maps.axes import Axis, Progress, checked, refine
from optviz.maps.sweeps import Band, NoiseBands, Sweep, SweepCurve, learning_rate_sweep, noise_bands
from optviz.words import tr

__all__ = [
    "DIVERGED",
    "NOT_YET",
    "UNDEFINED",
    "Axis",
    "Band",
    "Basins",
    "Conditioning",
    "NoiseBands",
    "StabilityMap",
    "Sweep",
    "SweepCurve",
    "basins",
    "conditioning",
    "learning_rate_sweep",
    "noise_bands",
    "refine",
    "stability_map",
]

NOT_YET, DIVERGED, UNDEFINED = -1, -2, -3


@dataclass(frozen=True, slots=True)
class StabilityMap:
    """Two hyperparameters against each other; arrays are (ys, xs), see `Ensemble` for their meaning.

    `boundary` is the curve (xs, ys) of the largest stable rates, where theory has one: on quadratics.
    """

    optimizer: Optimizer
    x: Axis
    y: Axis
    xs: np.ndarray
    ys: np.ndarray
    losses: np.ndarray
    diverged_at: np.ndarray
    reached: np.ndarray
    reached_at: np.ndarray
    boundary: tuple[np.ndarray, np.ndarray] | None


def stability_map(
    objective: Objective | str,
    optimizer: Optimizer | str,
    x: Axis,
    y: Axis,
    start: Sequence[float] | None = None,
    steps: int = 200,
    *,
    values: Mapping[str, float] | None = None,
    resolution: int = 200,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    **how: Any,
) -> StabilityMap:
    """Run `optimizer` with every pair of values along `x` and `y`; `values` fixes the other ones.

    Raises:
        HyperparameterError: for a value that is not allowed.
        ValueError: for two equal axes, or more runs than fit.
    """
    objective, optimizer = as_objective(objective), as_optimizer(optimizer)
    if x.name == y.name:
        raise ValueError(tr("The two sides of the map must differ; both are {name}.", name=x.name))
    checked(resolution * resolution, steps)
    fixed = optimizer.complete({k: v for k, v in (values or {}).items() if k not in (x.name, y.name)})
    xs, ys = (_whole(optimizer, axis, axis.values(resolution)) for axis in (x, y))
    shape = (len(ys), len(xs))
    start = tuple(objective.start if start is None else start)
    ends = simulate_many(
        objective,
        optimizer,
        np.broadcast_to(start, (xs.size * ys.size, len(start))),
        steps,
        progress=progress,
        cancelled=cancelled,
        **{**how, **fixed, x.name: np.tile(xs, len(ys)), y.name: np.repeat(ys, len(xs))},
    )
    return StabilityMap(
        optimizer,
        x,
        y,
        xs,
        ys,
        ends.values.reshape(shape),
        ends.diverged_at.reshape(shape),
        ends.reached.reshape(shape),
        ends.reached_at.reshape(shape),
        _boundary(objective, optimizer, fixed, start, (x.name, xs), (y.name, ys)),
    )


def _boundary(
    objective: Objective,
    optimizer: Optimizer,
    fixed: Mapping[str, float],
    start: tuple[float, ...],
    x: tuple[str, np.ndarray],
    y: tuple[str, np.ndarray],
) -> tuple[np.ndarray, np.ndarray] | None:
    """The largest stable rate for every value of the other hyperparameter."""
    if "lr" not in (x[0], y[0]) or optimizer.edge is None or not objective.is_quadratic:
        return None
    curvature = largest_curvature(objective, np.array(start))
    if not curvature > 0:
        return None
    name, along = y if x[0] == "lr" else x
    edges = np.array([optimizer.stable_rate({**fixed, name: float(v)}, curvature) for v in along])
    return (edges, along) if x[0] == "lr" else (along, edges)


@dataclass(frozen=True, slots=True)
class Basins:
    """Every start by the minimum that it reaches; arrays are (ys, xs), or (xs,) in one variable.

    `axes` holds the starts along each variable. `ends` is the index of the known minimum, or NOT_YET,
    DIVERGED, or UNDEFINED where f has no value at the start. `steps` says when: the first step near the
    minimum, or the one that diverged, or all of them. `shares` counts the ends by code, as shares of all
    starts.
    """

    optimizer: Optimizer
    axes: tuple[np.ndarray, ...]
    ends: np.ndarray
    steps: np.ndarray
    values: np.ndarray
    shares: dict[int, float]


def basins(
    objective: Objective | str,
    optimizer: Optimizer | str,
    steps: int = 200,
    *,
    domain: Sequence[tuple[float, float]] | None = None,
    values: Mapping[str, float] | None = None,
    resolution: int = 200,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    **how: Any,
) -> Basins:
    """Run `optimizer` from a grid of starts over `domain`, by default the objective's own.

    Raises:
        HyperparameterError: for a value that is not allowed.
        ValueError: for a domain that is empty or reversed, or more runs than fit.
    """
    objective, optimizer = as_objective(objective), as_optimizer(optimizer)
    domain = objective.domain if domain is None else domain
    if len(domain) != objective.dimension:
        raise ValueError(
            tr(
                "The domain needs {wanted} ranges, not {given}.",
                wanted=objective.dimension,
                given=len(domain),
            )
        )
    for low, high in domain:
        if not (np.isfinite([low, high]).all() and low < high):
            raise ValueError(
                tr("A domain from {low} to {high} is empty or reversed.", low=f"{low:g}", high=f"{high:g}")
            )
    checked(resolution**objective.dimension, steps)
    axes = tuple(Axis("start", low, high).values(resolution) for low, high in domain)
    grid = np.meshgrid(*axes)
    run = simulate_many(
        objective,
        optimizer,
        np.stack([g.ravel() for g in grid], axis=-1),
        steps,
        progress=progress,
        cancelled=cancelled,
        **{**how, **(values or {})},
    )
    ends = np.select([run.diverged_at == 0, run.diverged_at > 0], [UNDEFINED, DIVERGED], run.reached)
    taken = np.select([run.diverged_at >= 0, run.reached >= 0], [run.diverged_at, run.reached_at], steps)
    codes, counts = np.unique(ends, return_counts=True)
    shape = grid[0].shape
    return Basins(
        optimizer,
        axes,
        ends.reshape(shape),
        taken.reshape(shape),
        run.values.reshape(shape),
        {int(code): float(count) / ends.size for code, count in zip(codes, counts, strict=True)},
    )


def _whole(optimizer: Optimizer, axis: Axis, values: np.ndarray) -> np.ndarray:
    """Whole numbers, each once, where the hyperparameter is one."""
    integer = any(h.integer for h in optimizer.hyperparameters if h.name == axis.name)
    return np.unique(np.round(values)) if integer else values
