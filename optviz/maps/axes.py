"""The sides of a map, how large a map may be, and how it is made coarse first and fine after."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from optviz.engine.optimizers import Optimizer, as_optimizer
from optviz.words import tr

T = TypeVar("T")
Progress = Callable[[float], object]

MOST_RUNS = 1_000_000
MOST_WORK = 5_000_000_000  # runs times steps: some minutes
COARSE = 8  # the first map of `refine` has so many times fewer cells along each side
WORTH_REFINING = 64  # cells along a side below which the fine map comes at once


def checked(runs: int, steps: int) -> int:
    """`runs`, if so many of so many steps can be made.

    Raises:
        ValueError: with a sentence that says how many are allowed.
    """
    if runs > MOST_RUNS:
        raise ValueError(
            tr(
                "{runs} runs do not fit; allowed are {most}. Choose a coarser map.",
                runs=f"{runs:,}",
                most=f"{MOST_RUNS:,}",
            )
        )
    if runs * steps > MOST_WORK:
        raise ValueError(
            tr(
                "{runs} runs of {steps} steps are too much work; allowed are {most} steps.",
                runs=f"{runs:,}",
                steps=f"{steps:,}",
                most=f"{MOST_WORK // runs:,}",
            )
        )
    return runs


@dataclass(frozen=True, slots=True)
class Axis:
    """One side of a map: a range of one hyperparameter, evenly spaced, in logarithms where `log` says so."""

    name: str
    low: float
    high: float
    log: bool = False

    @classmethod
    def of(
        cls, optimizer: Optimizer | str, name: str, low: float | None = None, high: float | None = None
    ) -> "Axis":
        """The range from `low` to `high` of an optimizer's hyperparameter, or all of it.

        Raises:
            HyperparameterError: for a name that it does not have or an end that is not allowed.
            ValueError: for a range that is empty or reversed.
        """
        optimizer = as_optimizer(optimizer)
        optimizer.complete({name: optimizer.defaults.get(name, 0.0)})  # refuses an unknown name
        h = next(h for h in optimizer.hyperparameters if h.name == name)
        low, high = h.validate(h.low if low is None else low), h.validate(h.high if high is None else high)
        if not low < high:
            raise ValueError(
                tr(
                    "The range of {name} from {low} to {high} is empty or reversed.",
                    name=name,
                    low=f"{low:g}",
                    high=f"{high:g}",
                )
            )
        return cls(name, low, high, log=h.log)

    def values(self, count: int) -> np.ndarray:
        """`count` values from end to end, both ends exact."""
        if count < 2:
            raise ValueError(tr("A map needs at least two cells along each side."))
        return (np.geomspace if self.log else np.linspace)(self.low, self.high, count)


def refine(
    make: Callable[..., T], *arguments: Any, resolution: int, progress: Progress | None = None, **how: Any
) -> Iterator[T]:
    """Yield `make(*arguments, resolution=…, **how)` coarse at once, then fine; the last one counts."""
    levels = [resolution] if resolution < WORTH_REFINING else [resolution // COARSE, resolution]
    cells, done = sum(n * n for n in levels), 0
    for n in levels:
        yield make(
            *arguments, resolution=n, progress=part_of(progress, done / cells, (done + n * n) / cells), **how
        )
        done += n * n


def part_of(progress: Progress | None, start: float, end: float) -> Progress | None:
    """Report a part of the work as its share of the whole."""
    if progress is None:
        return None
    return lambda share: progress(start + (end - start) * share)
