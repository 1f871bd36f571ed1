"""Many runs from one start: a sweep over learning rates, and bands over many draws of the noise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optviz.engine.ensembles import simulate_many
from optviz.engine.landscapes import as_objective
from optviz.engine.objective import Objective
from optviz.engine.optimizers import Optimizer, as_optimizer
from optviz.engine.outcomes import largest_curvature, nearest_minimum
from optviz.maps.axes import Progress, checked, part_of
from optviz.words import tr

Chosen = tuple[Optimizer | str, Mapping[str, float]]

POINTS_OF_A_BAND = 400


@dataclass(frozen=True, slots=True)
class SweepCurve:
    """One optimizer over all rates; every array has the shape (rates,), see `Ensemble` for their meaning.

    `predicted` is the largest stable rate of theory, None where theory has none. `observed` is the
    largest rate up to which no run ends higher than it started, None if the smallest one already does.
    """

    optimizer: Optimizer
    values: dict[str, float]
    losses: np.ndarray
    diverged_at: np.ndarray
    reached: np.ndarray
    reached_at: np.ndarray
    predicted: float | None
    observed: float | None


@dataclass(frozen=True, slots=True)
class Sweep:
    """Final loss against learning rate. `curvature` is the λmax that the predictions use, at `place`."""

    rates: np.ndarray
    curves: tuple[SweepCurve, ...]
    curvature: float
    place: tuple[float, ...]


def learning_rate_sweep(
    objective: Objective | str,
    entrants: Sequence[Chosen],
    start: Sequence[float] | None = None,
    steps: int = 200,
    rates: Sequence[float] | np.ndarray | None = None,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    **how: Any,
) -> Sweep:
    """Run every entrant, an optimizer with its values but for lr, with each of the `rates`.

    The predictions are exact on quadratics; elsewhere they hold near the known minimum that is nearest to
    the start, or at the start if none is known. `how` goes on to `simulate_many`.

    Raises:
        HyperparameterError: for a value that is not allowed, the number of a wrong rate as its row.
        ValueError: for rates that do not grow, or too many of them.
    """
    objective = as_objective(objective)
    start = tuple(objective.start if start is None else start)
    rates = np.geomspace(1e-3, 10.0, 200) if rates is None else np.asarray(rates, dtype=float)
    if rates.ndim != 1 or len(rates) < 2 or not (np.diff(rates) > 0).all():
        raise ValueError(tr("The rates must be at least two numbers, from small to large."))
    checked(len(rates) * max(1, len(entrants)), steps)
    place = start
    if objective.minima and not objective.is_quadratic:
        place = objective.minima[nearest_minimum(objective, np.array(start))[0]]
    curvature = largest_curvature(objective, np.array(place))
    curves = []
    for i, (optimizer, given) in enumerate(entrants):
        optimizer = as_optimizer(optimizer)
        values = optimizer.complete({k: v for k, v in given.items() if k != "lr"})
        ends = simulate_many(
            objective,
            optimizer,
            np.broadcast_to(start, (len(rates), len(start))),
            steps,
            progress=part_of(progress, i / len(entrants), (i + 1) / len(entrants)),
            cancelled=cancelled,
            **{**how, **values, "lr": rates},
        )
        calm = (ends.diverged_at < 0) & (ends.values <= objective.value(start))
        upto = len(calm) if calm.all() else int(np.argmin(calm))
        curves.append(
            SweepCurve(
                optimizer,
                values,
                ends.values,
                ends.diverged_at,
                ends.reached,
                ends.reached_at,
                predicted=optimizer.stable_rate(values, curvature),
                observed=float(rates[upto - 1]) if upto else None,
            )
        )
    return Sweep(rates, tuple(curves), curvature, place)


@dataclass(frozen=True, slots=True)
class Band:
    """One optimizer's loss over many draws of the noise: (steps,) arrays, and the share that diverged."""

    optimizer: Optimizer
    values: dict[str, float]
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray
    diverged: float


@dataclass(frozen=True, slots=True)
class NoiseBands:
    """Bands of several optimizers at the same `steps`, over the same `seeds` draws of the noise."""

    steps: np.ndarray
    bands: tuple[Band, ...]
    seeds: int


def noise_bands(
    objective: Objective | str,
    entrants: Sequence[Chosen],
    start: Sequence[float] | None = None,
    steps: int = 200,
    *,
    noise: float,
    seeds: int = 200,
    seed: int = 0,
    quantiles: tuple[float, float] = (0.1, 0.9),
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    **how: Any,
) -> NoiseBands:
    """Run every entrant with the seeds `seed`, `seed` + 1, …: all of them meet the same noise.

    A run that diverged counts as infinitely high from then on. Up to about POINTS_OF_A_BAND steps are kept.

    Raises:
        HyperparameterError: for a value that is not allowed.
        ValueError: for quantiles that are none, or more runs than fit.
    """
    objective = as_objective(objective)
    start = tuple(objective.start if start is None else start)
    if not 0 <= quantiles[0] < quantiles[1] <= 1:
        raise ValueError(tr("The quantiles must be two numbers from 0 to 1, the smaller one first."))
    if seeds < 1:
        raise ValueError(tr("A band needs at least one seed."))
    checked(seeds * max(1, len(entrants)), steps)
    bands, at = [], np.zeros(0, dtype=int)
    for i, (optimizer, given) in enumerate(entrants):
        optimizer = as_optimizer(optimizer)
        values = optimizer.complete(given)
        runs = simulate_many(
            objective,
            optimizer,
            np.broadcast_to(start, (seeds, len(start))),
            steps,
            noise=noise,
            seed=np.arange(seed, seed + seeds),
            record_every=max(1, steps // POINTS_OF_A_BAND),
            progress=part_of(progress, i / len(entrants), (i + 1) / len(entrants)),
            cancelled=cancelled,
            **{**how, **values},
        )
        assert runs.record is not None
        at = runs.record.steps
        gone = (runs.diverged_at >= 0) & (runs.diverged_at <= at[:, None])
        losses = np.where(gone, np.inf, runs.record.values)
        # Between an infinity and a number nothing can be interpolated: take the nearest run's loss.
        low, median, high = np.quantile(losses, (quantiles[0], 0.5, quantiles[1]), axis=1, method="nearest")
        bands.append(Band(optimizer, values, median, low, high, float((runs.diverged_at >= 0).mean())))
    return NoiseBands(at, tuple(bands), seeds)
