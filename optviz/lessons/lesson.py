"""What a lesson is: an idea, a picture, numbers printed beside numbers computed, and a page to try it on.

Links are made from the settings themselves and pictures from runs, so that neither can go stale.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from optviz.engine.objective import Objective
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.outcomes import number
from optviz.settings import experiment as experiments
from optviz.settings import minibatches
from optviz.settings.experiment import Experiment
from optviz.settings.minibatches import MiniBatches
from optviz.teaching.line import landscape

CHAPTERS: dict[str, str] = {
    "descent": "Walking downhill",
    "plane": "Two directions at once",
    "momentum": "Momentum",
    "rates": "A rate for each coordinate",
    "bugs": "Spot the bug",
    "places": "Hard places",
    "noise": "Batches and noise",
    "activations": "Activations",
    "losses": "Losses",
    "regularization": "Regularization",
    "networks": "Networks",
}


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """A picture of paths on a landscape; each has a name, an optimizer's key for its colour, and (k, d)."""

    objective: Objective
    domain: tuple[tuple[float, float], ...]
    paths: tuple[tuple[str, str, np.ndarray], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line of a chart: x and y of shape (n,)."""

    name: str
    x: np.ndarray
    y: np.ndarray
    dots: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A picture of lines, or of bars with a label and a height each; `log` axes are "", "x", "y" or "xy"."""

    lines: tuple[Line, ...] = ()
    bars: tuple[tuple[str, float], ...] = ()
    x: str = ""
    y: str = ""
    log: str = ""


Picture = Paths | Chart


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a check: the values as text, and whether they agree; None where nothing is claimed."""

    values: str
    agrees: bool | None
    terms: str


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """Numbers that are computed, beside what the course notes print or claim.

    Exact ones: `printed` holds the numbers, and the computed ones must round to them with `digits` decimals.
    Claims and random ones: the numbers must lie in `interval`, and `said` is how the notes put it. With
    neither, the number is only shown. `within` is a tolerance wider than the digits, for a lesson that says
    why. `source` says where the numbers come from when no run makes them now.
    """

    what: str
    computed: Callable[[], Sequence[float]]
    printed: tuple[float, ...] = ()
    digits: int = 6
    interval: tuple[float, float] | None = None
    said: str = ""
    within: float = 0.0
    source: str = ""

    @property
    def tolerance(self) -> float:
        """Half a unit of the last printed digit, and what rounding may add to it."""
        return self.within or 0.5 * 10.0**-self.digits * (1 + 1e-6)

    @property
    def shown(self) -> str:
        """What stands under “printed”."""
        return self.said or ", ".join(f"{v:.{self.digits}f}".replace("-", "−") for v in self.printed) or "—"

    def verdict(self) -> Verdict:
        """Compute, and compare with what is printed."""
        values = [float(v) for v in self.computed()]
        if self.printed:
            close = len(values) == len(self.printed) and all(
                abs(v - p) <= self.tolerance for v, p in zip(values, self.printed, strict=True)
            )
            text = ", ".join(f"{v:.{self.digits}f}".replace("-", "−") for v in values)
            terms = f"within {self.within:f}" if self.within else f"to {self.digits} decimals"
            return Verdict(text, close, terms)
        text = ", ".join(number(v) for v in values)
        if self.interval:
            low, high = self.interval
            inside = bool(values) and all(low <= v <= high for v in values)
            return Verdict(text or "not measured", inside if values else None, _between(low, high))
        return Verdict(text or "not measured", None, "")


def _between(low: float, high: float) -> str:
    if math.isinf(high):
        return f"at least {number(low)}"
    if math.isinf(low):
        return f"at most {number(high)}"
    return f"between {number(low)} and {number(high)}"


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """One lesson; `page` and `link` say where it opens, `covers` which entry of the printed figures it holds.

    `erratum` explains a mistake of the notes. `codes` are pairs of a title and source to compare.
    """

    key: str
    title: str
    chapter: str
    idea: str
    formula: str
    look_at: str
    try_next: str
    page: str
    link: Mapping[str, str]
    picture: Callable[[], Picture]
    checks: tuple[Check, ...]
    covers: str = ""
    erratum: str = ""
    codes: tuple[tuple[str, str], ...] = field(default=())

    @property
    def words(self) -> str:
        """What a search looks through, in lower case."""
        parts = (self.title, CHAPTERS[self.chapter], self.idea, self.look_at, self.try_next, self.erratum)
        more = (self.key, *self.link.values(), *(check.what for check in self.checks))
        return " ".join((*parts, *more)).lower()


def matching(lessons: Sequence[Lesson], text: str) -> list[Lesson]:
    """The lessons that have every word of `text` somewhere, in their order."""
    return [lesson for lesson in lessons if all(word in lesson.words for word in text.lower().split())]


def paths_of(experiment: Experiment) -> Paths:
    """The paths of an experiment as a picture."""
    names = [OPTIMIZERS[e.optimizer].name for e in experiment.entrants]
    keys = [e.optimizer for e in experiment.entrants]
    points = [run.points for run in experiment.run()]
    return Paths(experiment.landscape(), experiment.domain, tuple(zip(names, keys, points, strict=True)))


def paths_of_batches(settings: MiniBatches) -> Paths:
    """The paths of batch, mini-batch and stochastic descent as a picture, the noisiest lowest."""
    objective = landscape(settings.points())
    runs = sorted(zip(settings.run(), ("gd", "momentum", "nag"), strict=True), key=lambda r: -r[0][1].noise)
    return Paths(objective, objective.domain, tuple((name, key, run.points) for (name, run), key in runs))


def on_trajectories(experiment: Experiment) -> tuple[str, dict[str, str]]:
    """Page and link that open an experiment."""
    return "trajectories", experiments.encode(experiment)


def on_minibatches(settings: MiniBatches) -> tuple[str, dict[str, str]]:
    """Page and link that open settings of the mini-batches."""
    return "minibatches", minibatches.encode(settings)


def ends(experiment: Experiment, which: int = 0) -> Callable[[], Sequence[float]]:
    """Computes where one entrant of an experiment ends."""
    return lambda: experiment.run()[which].points[-1].tolist()


def sampled(name: str, function: Callable[[np.ndarray], np.ndarray], low: float, high: float) -> Line:
    """A function between two places as a line."""
    x = np.linspace(low, high, 201)
    return Line(name, x, np.asarray(function(x)))
