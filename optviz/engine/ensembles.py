"""Thousands of runs at once, with the same step functions and the same bits as one run alone.

Every coordinate is one contiguous array over the rows, and so is each part of the state; rows are taken
in blocks that stay in the processor's cache. Rows never touch each other: a row that overflows stays
at its last finite point, and the others go on.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from optviz.engine.elementwise import Rows
from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError, complete
from optviz.engine.landscapes import as_objective
from optviz.engine.noise import gaussian_noise
from optviz.engine.objective import Objective
from optviz.engine.optimizers import Optimizer, as_optimizer
from optviz.engine.outcomes import ARRIVED, AT_REST
from optviz.engine.questions import Counted, walk_together
from optviz.engine.safe_radius import safe_radius
from optviz.engine.schedules import Schedule, as_schedule

MOST_STEPS = 100_000
MOST_RECORDED = 64_000_000  # numbers in a record: half a gigabyte
BLOCK = 8192  # rows; arrays of 64 KiB were the fastest on every processor tried
MOST_DRAWS = 4_000_000  # numbers of noise that a block holds at once: 32 MB
BREATH = 25  # steps between two reports of progress, and two questions whether to stop


class CancelledError(Exception):
    """The caller asked to stop; what was computed so far is dropped."""


@dataclass(frozen=True, slots=True)
class Record:
    """Every k-th step of every row; a row that diverged stays at its last finite point.

    `steps` (m,), `points` (m, n, d), `values` (m, n).
    """

    steps: np.ndarray
    points: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Where n runs ended.

    `points` (n, d) and `values` (n,) are the last finite ones. `diverged_at` (n,) is the first step at
    which a point, its value or its gradient was not finite, -1 if none. `reached` (n,) is the index of
    the known minimum that the run has settled at, -1 if none; `reached_at` (n,) the step from which on it
    has stayed within ARRIVED of it, -1 if none. `record` holds the way there, if it was asked for.
    """

    points: np.ndarray
    values: np.ndarray
    diverged_at: np.ndarray
    reached: np.ndarray
    reached_at: np.ndarray
    record: Record | None = None


def simulate_many(
    objective: Objective | str,
    optimizer: Optimizer | str,
    starts: Any,
    steps: int = 200,
    *,
    schedule: Schedule | str = "constant",
    schedule_values: Mapping[str, float] | None = None,
    noise: float = 0.0,
    seed: Any = 0,
    record_every: int | None = None,
    progress: Callable[[float], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
    **hyperparameters: Any,
) -> Ensemble:
    """Run `optimizer` on `objective` from every row of `starts` (n, d); each row is what `simulate` gives.

    Each hyperparameter is one number or (n,) numbers, and so is `seed`: one seed means that all rows
    meet the same noise. `record_every` = k keeps every k-th step and the last one. `progress` is called
    with the share that is done; `cancelled` is asked now and then whether to stop. Memory beyond the
    result does not grow with n.

    Raises:
        CancelledError: when `cancelled` says so.
        FormulaError: for a formula that is not allowed.
        HyperparameterError: for a hyperparameter that is not allowed; the sentence names the row,
            counted from 0.
        KeyError: for an unknown optimizer or schedule.
        ValueError: for starts, steps, noise, seeds or a record that make no sense.
    """
    objective = as_objective(objective)
    optimizer = as_optimizer(optimizer)
    schedule = as_schedule(schedule)
    starts = _starts(starts, objective.dimension)
    n = len(starts)
    if not 0 <= steps <= MOST_STEPS:
        raise ValueError(f"The steps must be 0 to {MOST_STEPS}.")
    if not 0 <= noise < math.inf:
        raise ValueError("The noise must be a finite number, zero or more.")
    seeds = np.asarray(seed)
    if seeds.shape not in ((), (n,)) or seeds.dtype.kind not in "iu" or (seeds < 0).any():
        raise ValueError(f"The seed must be a whole number, zero or more, or {n} of them.")
    work = _Work(
        objective,
        optimizer,
        schedule.factors(steps, schedule.complete(schedule_values or {})).tolist(),
        per_row(optimizer, hyperparameters, n),
        noise,
        seeds,
    )
    result = Ensemble(
        points=np.empty((n, objective.dimension)),
        values=np.empty(n),
        diverged_at=np.full(n, -1),
        reached=np.full(n, -1),
        reached_at=np.full(n, -1),
        record=_empty_record(n, objective.dimension, steps, record_every),
    )
    size = BLOCK
    if noise and seeds.ndim:
        size = min(size, max(1, MOST_DRAWS // max(1, steps * objective.dimension)))
    with np.errstate(all="ignore"):
        for first in range(0, n, size):
            block = work.block(starts, first, min(first + size, n))
            for t in _run(block, work, result):
                if cancelled is not None and cancelled():
                    raise CancelledError
                if progress is not None:
                    progress((first + (min(first + size, n) - first) * t / max(1, steps)) / n)
    if progress is not None:
        progress(1.0)
    return result


def per_row(optimizer: Optimizer, given: Mapping[str, Any], n: int) -> dict[str, Any]:
    """Every hyperparameter of `n` rows: a number, or an array (n,) where one was given.

    Raises:
        HyperparameterError: for an unknown name, a wrong length or a value that is not allowed.
    """
    arrays = {name: np.asarray(value) for name, value in given.items() if np.ndim(value)}
    single = {name: value for name, value in given.items() if name not in arrays}
    single |= {name: value.item() for name, value in single.items() if isinstance(value, np.generic)}
    single |= {name: optimizer.defaults.get(name, 0.0) for name in arrays}
    values: dict[str, Any] = complete(optimizer.hyperparameters, single)
    for h in optimizer.hyperparameters:
        if h.name in arrays:
            values[h.name] = _validated(h, arrays[h.name], n)
    return values


def _validated(h: Hyperparameter, given: np.ndarray, n: int) -> np.ndarray:
    if given.shape != (n,) or given.dtype.kind not in "iuf":
        raise HyperparameterError(f"{h.name} must be one number, or one for each of the {n} rows.")
    values = given.astype(float, copy=False)
    allowed = (values >= h.low) & (values <= h.high)  # what is not a number compares as false
    if h.integer:
        allowed &= values == np.floor(values)
    if not allowed.all():
        row = int(np.argmin(allowed))
        raise HyperparameterError(f"Row {row}: {h.complaint(float(values[row]))}")
    return values


def _starts(given: Any, dimension: int) -> np.ndarray:
    starts = np.asarray(given, dtype=float)
    if starts.ndim == 1 and dimension == 1:
        starts = starts[:, None]
    if starts.ndim != 2 or starts.shape[1] != dimension:
        raise ValueError(f"The starts must be rows of {dimension} numbers, not an array {starts.shape}.")
    if not np.isfinite(starts).all():
        row = int(np.argmin(np.isfinite(starts).all(axis=1)))
        raise ValueError(f"The start in row {row} is not finite.")
    return starts


def _empty_record(n: int, dimension: int, steps: int, every: int | None) -> Record | None:
    if every is None:
        return None
    if every < 1:
        raise ValueError("A record needs every first, second, … step: a whole number from 1 on.")
    kept = np.unique(np.append(np.arange(0, steps + 1, every), steps))
    size = len(kept) * n * (dimension + 1)
    if size > MOST_RECORDED:
        raise ValueError(
            f"A record of {n:,} rows at {len(kept):,} steps holds {size:,} numbers; allowed are "
            f"{MOST_RECORDED:,}. Record fewer steps."
        )
    return Record(kept, np.empty((len(kept), n, dimension)), np.empty((len(kept), n)))


@dataclass(frozen=True, slots=True)
class _Work:
    """What all blocks have in common."""

    objective: Objective
    optimizer: Optimizer
    factors: list[float]
    values: dict[str, Any]
    noise: float
    seeds: np.ndarray

    def block(self, starts: np.ndarray, first: int, last: int) -> "_Block":
        """The rows from `first` to `last`, at their starts."""
        n, dimension = last - first, self.objective.dimension
        block = _Block(
            rows=np.arange(first, last),
            x=[np.array(starts[first:last, i]) for i in range(dimension)],
            state=[[0.0] * len(self.optimizer.state) for _ in range(dimension)],
            values={
                name: Rows.of(np.ascontiguousarray(v[first:last])) if isinstance(v, np.ndarray) else v
                for name, v in self.values.items()
            },
            came=np.full((len(self.objective.minima), n), -1),
            since=np.full((len(self.objective.minima), n), -1),
        )
        if self.noise:
            seeds = self.seeds[first:last] if self.seeds.ndim else self.seeds.reshape(1)
            distinct, places = np.unique(seeds, return_inverse=True)
            draws = [gaussian_noise(int(s), len(self.factors), dimension) * self.noise for s in distinct]
            block.draws = np.stack(draws, axis=-1)
            block.seed_of = np.broadcast_to(places, n)
        return block


@dataclass(slots=True)
class _Block:
    """The rows of one block that are still under way.

    `came` (minima, rows) is the first step within ARRIVED of each minimum, `since` the step from which on the
    row has been there without a break; -1 for none.
    """

    rows: np.ndarray
    x: list[np.ndarray]
    state: list[list[Any]]
    values: dict[str, Any]
    came: np.ndarray
    since: np.ndarray
    draws: np.ndarray | None = None  # (steps, d, distinct seeds)
    seed_of: np.ndarray | None = None

    def keep(self, which: np.ndarray) -> None:
        """Go on with these rows only; a part of the state may be one number for all rows."""
        self.rows, self.came, self.since = self.rows[which], self.came[:, which], self.since[:, which]
        self.x = [coordinate[which] for coordinate in self.x]
        self.state = [[s[which] if np.ndim(s) else s for s in parts] for parts in self.state]
        self.values = {name: v[which] if np.ndim(v) else v for name, v in self.values.items()}
        if self.seed_of is not None:
            self.seed_of = self.seed_of[which]

    def step(
        self, optimizer: Optimizer, gradient: list[np.ndarray], t: int, factor: float, ground: Counted
    ) -> None:
        """Take step t with the learning rate times `factor`."""
        values = self.values
        if factor != 1.0:
            values = {**values, "lr": values["lr"] * factor}
        x = []
        tilt = None if self.draws is None else [draw[self.seed_of] for draw in self.draws[t - 1]]
        if optimizer.looks:
            ground.tilt = tilt
            walked = walk_together(optimizer, ground, self.x, t, self.state, values)
            self.state = [parts for _, *parts in walked]
            self.x = [self._rows(moved) for moved, *_ in walked]
            return
        for i, g in enumerate(gradient):
            if tilt is not None:
                g = g + tilt[i]
            moved, *self.state[i] = optimizer.step(self.x[i], g, t, *self.state[i], **values)
            x.append(self._rows(moved))
        self.x = x

    def _rows(self, moved: Any) -> np.ndarray:
        """An array; a rule may send every row to the same place, as one number or a hyperparameter."""
        return moved if type(moved) is np.ndarray else np.full(len(self.rows), moved, dtype=float)

    def note_arrivals(self, minima: tuple[tuple[float, ...], ...], t: int) -> None:
        """Write down which rows have come within ARRIVED of a minimum, and which have left it again."""
        for minimum, came, since in zip(minima, self.came, self.since, strict=True):
            close = np.abs(self.x[0] - minimum[0]) <= ARRIVED
            if not close.any() and not (since >= 0).any():
                continue
            candidates = np.flatnonzero(close)
            away = [x[candidates] - m for x, m in zip(self.x, minimum, strict=True)]
            there = candidates[_length(away) <= ARRIVED]
            near = np.zeros(len(since), dtype=bool)
            near[there] = True
            since[~near] = -1
            since[near & (since < 0)] = t
            came[near & (came < 0)] = t


def _length(vector: list[np.ndarray]) -> np.ndarray:
    return np.sqrt(sum(v * v for v in vector))


def _run(block: _Block, work: _Work, result: Ensemble) -> Iterator[int]:
    """Take all steps with one block and write down what becomes of its rows; yields now and then."""
    objective, record, steps = work.objective, result.record, len(work.factors)
    radius, recorded, before = safe_radius(objective), 0, block.x
    ground = Counted(
        lambda *x: _columns(objective.gradient_at, list(x)), lambda *x: _heights(objective, list(x))
    )
    for t in range(steps + 1):
        if t % BREATH == 0:
            yield t
        gradients = _columns(objective.gradient_at, block.x)
        # A sum of squares is quick, and not a number or infinite as soon as one of them is.
        if not all(x @ x < radius * radius for x in block.x):
            good = np.logical_and.reduce(np.isfinite([*block.x, *gradients, _heights(objective, block.x)]))
            if not good.all():
                _put_away(block, before, ~good, t, objective, result, recorded)
                block.keep(good)
                gradients, before = [s[good] for s in gradients], [x[good] for x in before]
                if not len(block.rows):
                    return
        block.note_arrivals(objective.minima, t)
        if record is not None and record.steps[recorded] == t:
            record.points[recorded, block.rows] = np.stack(block.x, axis=-1)
            record.values[recorded, block.rows] = _heights(objective, block.x)
            recorded += 1
        if t < steps:
            before = block.x
            block.step(work.optimizer, gradients, t + 1, work.factors[t], ground)
    result.points[block.rows] = np.stack(block.x, axis=-1)
    result.values[block.rows] = _heights(objective, block.x)
    resting = np.logical_and.reduce([x == b for x, b in zip(block.x, before, strict=True)])
    _say_who_reached(block, objective, result, steps, resting, _length(gradients) <= AT_REST)


def _columns(function: Callable[..., tuple[Any, ...]], x: list[np.ndarray]) -> list[np.ndarray]:
    """The function's entries as arrays: a constant one comes as a plain number."""
    return [e if isinstance(e, np.ndarray) else np.full(len(x[0]), float(e)) for e in function(*x)]


def _heights(objective: Objective, x: list[np.ndarray]) -> np.ndarray:
    return _columns(objective.value_at, x)[0]


def _put_away(
    block: _Block,
    before: list[np.ndarray],
    bad: np.ndarray,
    t: int,
    objective: Objective,
    result: Ensemble,
    recorded: int,
) -> None:
    """Freeze the bad rows where they were before step t: here and in what is recorded from now on."""
    rows, last = block.rows[bad], [x[bad] for x in before]
    result.diverged_at[rows] = t
    result.points[rows] = np.stack(last, axis=-1)
    result.values[rows] = _heights(objective, last)
    if result.record is not None:
        result.record.points[recorded:, rows] = result.points[rows]
        result.record.values[recorded:, rows] = result.values[rows]


def _say_who_reached(
    block: _Block,
    objective: Objective,
    result: Ensemble,
    steps: int,
    resting: np.ndarray,
    flat: np.ndarray,
) -> None:
    """Name the nearest minimum of every row that has settled within ARRIVED of it, as for a single run.

    `resting` (rows) says whether the last step moved nothing, `flat` whether the gradient is as good as zero.
    See `run_patterns.settled`.
    """
    if not objective.minima:
        return
    distances = np.stack(
        [_length([x - m for x, m in zip(block.x, minimum, strict=True)]) for minimum in objective.minima]
    )
    nearest = distances.argmin(axis=0)[None]
    distance, came, since = (
        np.take_along_axis(a, nearest, axis=0)[0] for a in (distances, block.came, block.since)
    )
    stayed = steps - since >= np.maximum(1, (steps - came) / 20)
    settled = (since >= 0) & (stayed | ((since == steps) & resting))
    there = (distance <= ARRIVED) & (settled | flat)
    result.reached[block.rows] = np.where(there, nearest[0], -1)
    result.reached_at[block.rows] = np.where(there, np.where(settled, since, steps), -1)
