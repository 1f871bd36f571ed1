"""Final values of f as heights: above the lowest known value, in logarithms, for colours and axes."""

from dataclasses import dataclass

import numpy as np

from optviz.engine.objective import Objective
from optviz.figures.landscapes import lowest_known

TINY = 1e-300
DEEPEST = 16  # decades below the start that are told apart
GROWTH = 3  # decades above the start that are told apart


@dataclass(frozen=True, slots=True)
class Heights:
    """How a map measures f: `label` names f − `floor`, from 10^`bottom` to 10^`top` is shown."""

    floor: float
    label: str
    bottom: float
    top: float

    def log(self, values: np.ndarray) -> np.ndarray:
        """log₁₀ of the heights; what is not finite stays so, and zero counts as TINY."""
        with np.errstate(all="ignore"):
            return np.log10(np.maximum(values - self.floor, TINY))

    def above(self, values: np.ndarray) -> np.ndarray:
        """The heights themselves, for a logarithmic axis: zero as TINY, which leaves through the bottom."""
        return np.maximum(values - self.floor, TINY)

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
    than `deepest` decades below it.
    """
    finite = np.concatenate([e[np.isfinite(e)].ravel() for e in ends] or [np.zeros(1)])
    lowest = float(finite.min()) if finite.size else 0.0
    known = lowest_known(objective)
    floor = lowest if known is None else min(known, lowest)
    label = "f" if floor == 0 else ("f − f*" if known is not None else "f − lowest f reached")
    above = finite - floor
    above = above[above > 0]
    begin = np.log10(first - floor) if np.isfinite(first) and first > floor else 0.0
    top = min(float(np.log10(above.max())) if above.size else begin, begin + GROWTH)
    top = max(top, float(begin))
    bottom = max(float(np.log10(above.min())) if above.size else top - 1, top - GROWTH - deepest)
    return Heights(floor, label, min(bottom, top - 1), top)
