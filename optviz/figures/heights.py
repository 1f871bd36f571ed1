"""Final values of f as heights: above the lowest known value, in logarithms, for colours and axes."""

from dataclasses import dataclass

import numpy as np

from optviz.engine.objective import Objective
from optviz.engine.outcomes import number
from optviz.figures.landscapes import lowest_known
from optviz.words import tr

TINY = 1e-300
DEEPEST = 16  # decades below the start that are told apart: what is lower is rounding
GROWTH = 3  # decades above the start that are told apart
PRINTABLE = 300.0  # decades on either side of 1 within which 10^decade is a number
ACROSS = 33  # points along each side of the view at which f is looked at
MACHINE_ZERO = 1e-16  # a loss below it is rounding
FALL = 1e6  # spreads of f in view that a typed formula may lie below the view


@dataclass(frozen=True, slots=True)
class Heights:
    """How a map measures f: `label` names f − `floor`, from 10^`bottom` to 10^`top` is shown.

    Below `limit` f has fallen without end, outside of what the landscape shows; it has no height there.
    """

    floor: float
    label: str
    bottom: float
    top: float
    limit: float = -np.inf

    def log(self, values: np.ndarray) -> np.ndarray:
        """log₁₀ of the heights; what is not finite stays so, and zero counts as TINY."""
        with np.errstate(all="ignore"):
            return np.log10(self.above(values))

    def above(self, values: np.ndarray) -> np.ndarray:
        """The heights themselves, for a logarithmic axis: zero as TINY, which leaves through the bottom.

        What has fallen below the limit is NaN.
        """
        return np.where(self.fell(values), np.nan, np.maximum(values - self.floor, TINY))

    def fell(self, values: np.ndarray) -> np.ndarray:
        """Which values lie below the limit."""
        return np.asarray(values) < self.limit

    @property
    def ticks(self) -> tuple[list[int], list[str]]:
        """Decades for a colour bar, at most about eight of them, with their names."""
        low, high = int(np.ceil(self.bottom)), int(np.floor(self.top))
        decades = list(range(low, high + 1, max(1, -(-(high - low) // 8))))
        return decades, [str(10**k) if k in (0, 1) else f"10<sup>{k}</sup>" for k in decades]


def heights(objective: Objective, first: float, *ends: np.ndarray, deepest: int = DEEPEST) -> Heights:
    """How to show the values `ends`, of runs that began at the height `first`.

    The lowest known value of f is the zero, or the lowest that was reached if that is lower or none is
    known. Colours and axes need not show what is far above the start, as it has grown, nor what is more
    than `deepest` decades below it, nor what has fallen without end.
    """
    limit = _limit(objective)
    finite = np.concatenate([e[np.isfinite(e) & (e >= limit)].ravel() for e in ends] or [np.zeros(1)])
    lowest = float(finite.min()) if finite.size else (first if np.isfinite(first) else 0.0)
    known = lowest_known(objective)
    floor = lowest if known is None else min(known, lowest)
    label = "f" if floor == 0 else ("f − f*" if known is not None else tr("f − lowest f reached"))
    above = finite - floor
    above = above[(above > 0) & np.isfinite(above)]
    begin = float(np.log10(first - floor)) if np.isfinite(first) and first > floor else 0.0
    begin = min(max(begin, -PRINTABLE), PRINTABLE - GROWTH - 1)
    top = min(float(np.log10(above.max())) if above.size else begin, begin + GROWTH)
    top = max(top, begin)
    bottom = max(float(np.log10(above.min())) if above.size else top - 1, begin - deepest)
    return Heights(floor, label, min(bottom, top - 1), top, limit)


def _limit(objective: Objective) -> float:
    """The value below which f has fallen without end.

    Where the minima are known, that is as far below the view as f spreads in it: nothing lower belongs to
    what the landscape shows. A typed formula may have its minimum outside of the view, so much more is
    allowed. Minus infinity where f has no finite value in view.
    """
    axes = [np.linspace(low, high, ACROSS) for low, high in objective.domain]
    values = objective.value(np.stack(np.meshgrid(*axes), axis=-1))
    values = values[np.isfinite(values)]
    if not values.size:
        return -np.inf
    low, spread = float(values.min()), float(np.ptp(values))
    listed = bool(objective.minima) or objective.group == "unbounded"
    return low - (1.0 if listed else FALL) * max(spread, TINY)


def lowest_text(value: float, measure: Heights) -> str:
    """The lowest value of f in words, where it cannot be told from the zero of the axis."""
    if 0 < value < MACHINE_ZERO and measure.floor == 0:
        return tr("zero to machine precision")
    return number(value)
