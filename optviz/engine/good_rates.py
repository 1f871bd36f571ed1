"""A search for a good learning rate: the same run with many rates, and which of them ends lowest.

`good_rates.js` is the same search in the browser; a test holds both to the same answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optviz.engine.ensembles import simulate_many
from optviz.engine.objective import Objective
from optviz.engine.optimizers import Optimizer
from optviz.engine.outcomes import ARRIVED, number
from optviz.words import join, tr, trn

DECADES = 5  # below the highest rate that is allowed
PER_DECADE = 12
#: Ends that differ by less than this share of the fall from the start are equally low: the rest is rounding.
ALIKE = 1e-10


@dataclass(frozen=True, slots=True)
class RateSearch:
    """What became of the rates that were tried.

    `rates` (n,) grow; n is 0 where the rule allows none above zero. `ends` (n,) are the values of f after the
    last step, infinite where the run overflowed. `best` is the rate that ends lowest, None where none ends
    lower than the start or where all walk alike (`same`). Several may end equally low: `alike` is how many,
    and `best` is the one that is there first, at step `first`. `arrived` is how many end within ARRIVED of a
    known minimum, None where none is known. `too_large` are the largest rates without a gap that all end
    higher than they began.
    """

    rates: tuple[float, ...]
    steps: int
    ends: tuple[float, ...] = field(repr=False)
    best: float | None = None
    alike: int = 0
    first: int = 0
    arrived: int | None = None
    too_large: tuple[float, ...] = ()
    same: bool = False

    def sentence(self, *, noisy: bool = False, unbounded: bool = False) -> str:
        """What was tried and what came of it.

        `noisy` says that the gradients had noise, `unbounded` that f has no lower bound.
        """
        if not self.rates:
            return tr("This rule allows no learning rate above zero, so none was tried.")
        if self.same:
            return self._tried(tr("the rate makes no difference here."), noisy=noisy)
        if self.best is None:
            return self._tried(tr("none ends lower than it began."), noisy=noisy)
        best = number(self.best)
        if self.alike > 1:
            found = tr(
                "{count} fall equally far to ten digits; {rate} is there first, at step {step}.",
                count=self.alike,
                rate=best,
                step=self.first,
            )
        else:
            found = tr("{rate} ends lowest, at f = {value}.", rate=best, value=number(min(self.ends)))
        parts = [self._tried(found, noisy=noisy)]
        if self.too_large:
            first = number(self.too_large[0])
            if len(self.too_large) > 1:
                parts.append(tr("{rate} and above end higher than at the start.", rate=first))
            else:
                parts.append(tr("{rate} ends higher than at the start.", rate=first))
        if unbounded:
            parts.append(tr("f has no lower bound, so this tells only how far it falls."))
        elif self.arrived == 0:
            parts.append(tr("None arrives at a known minimum."))
        return join(*parts)

    def _tried(self, found: str, *, noisy: bool) -> str:
        """Which rates were tried, and what was found."""
        tried = {
            "count": len(self.rates),
            "low": number(self.rates[0]),
            "high": number(self.rates[-1]),
            "steps": trn("{count} step", "{count} steps", self.steps),
            "found": found,
        }
        if noisy:
            return tr(
                "{count} rates from {low} to {high} were tried for {steps} with this noise: {found}", **tried
            )
        return tr("{count} rates from {low} to {high} were tried for {steps}: {found}", **tried)


def tried_rates(low: float, high: float) -> tuple[float, ...]:
    """The rates that are tried of those from `low` to `high`, none where `high` is not above zero.

    They have two digits each, PER_DECADE are in a decade, and the lowest is at most DECADES below `high`.
    """
    if high <= 0:
        return ()
    found = (float(f"{high * 10 ** (-k / PER_DECADE):.2g}") for k in range(DECADES * PER_DECADE + 1))
    return tuple(sorted({min(rate, high) for rate in found if rate >= low}))


def search_rates(
    objective: Objective,
    optimizer: Optimizer,
    start: Sequence[float],
    steps: int,
    values: Mapping[str, float],
    **how: Any,
) -> RateSearch:
    """Run `optimizer` with each of its `tried_rates`, all else as it is.

    `values` are its hyperparameters, of which lr is not used. `how` goes on to `simulate_many`: the schedule,
    the noise and its seed, which is the same for all.

    Raises:
        HyperparameterError, ValueError: as `simulate_many` does.
    """
    h = next(h for h in optimizer.hyperparameters if h.name == "lr")
    rates = np.array(tried_rates(h.low, h.high))
    if not len(rates):
        return RateSearch((), steps, ())
    starts = np.broadcast_to(np.asarray(start, dtype=float), (len(rates), len(start)))
    runs = simulate_many(
        objective, optimizer, starts, steps, record_every=1, **{**how, **values, "lr": rates}
    )
    assert runs.record is not None
    heights = runs.record.values
    with np.errstate(all="ignore"):
        begun = float(objective.value(np.asarray(start, dtype=float)))
    ends = np.where(runs.diverged_at < 0, runs.values, np.inf)
    return RateSearch(
        tuple(rates.tolist()),
        steps,
        tuple(ends.tolist()),
        arrived=_arrived(objective, runs.points[runs.diverged_at < 0]),
        **_judged(rates, ends, heights, begun),
    )


def _judged(rates: np.ndarray, ends: np.ndarray, heights: np.ndarray, begun: float) -> dict[str, Any]:
    """Which rate is best; `heights` (steps + 1, n) are the values of f on the way."""
    lower = ends < begun
    kept = len(ends) - int(np.argmax(lower[::-1])) if lower.any() else 0
    too_large = tuple(rates[kept:].tolist()) if kept else ()
    # Before the end a row that overflowed stays at its last point, so ends say whether all walk alike.
    if len(rates) > 1 and np.isfinite(ends).all() and (heights == heights[:, :1]).all():
        return {"same": True}
    if not lower.any():
        return {}
    lowest = float(ends.min())
    level = lowest + ALIKE * (begun - lowest)
    alike = np.flatnonzero(ends <= level)
    above = heights[:, alike] > level
    first = np.where(above.any(axis=0), len(heights) - np.argmax(above[::-1], axis=0), 0)
    place = int(np.argmin(first))
    return {
        "best": float(rates[alike[place]]),
        "alike": len(alike),
        "first": int(first[place]),
        "too_large": too_large,
    }


def _arrived(objective: Objective, ends: np.ndarray) -> int | None:
    if not objective.minima:
        return None
    away = np.linalg.norm(ends[:, None, :] - np.asarray(objective.minima), axis=-1)
    return int((away.min(axis=1, initial=np.inf) <= ARRIVED).sum())
