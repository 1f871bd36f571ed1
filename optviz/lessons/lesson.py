"""What a lesson is: an idea, a picture, printed numbers beside computed ones, and a page to try it on.

Links are written from settings, and pictures and numbers are computed by runs, so they cannot go stale.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optviz.engine.objective import Objective
from optviz.engine.outcomes import number
from optviz.lessons.chapters import CHAPTERS
from optviz.lessons.glossary import called
from optviz.settings import activations, maps, minibatches
from optviz.settings import experiment as experiments
from optviz.settings.experiment import Experiment
from optviz.settings.maps import MapSettings
from optviz.settings.minibatches import MiniBatches
from optviz.teaching.line import landscape
from optviz.words import LANGUAGES, Message, speaking, tr


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """A picture of paths on a landscape.

    A path is its name, the key of the optimizer that gives its colour, and its points of shape (k, d).
    """

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
    """A picture of lines, or of bars, each a label and a height.

    `x` and `y` are the titles of the axes; `log` names the logarithmic ones: "", "x", "y" or "xy".
    """

    lines: tuple[Line, ...] = ()
    bars: tuple[tuple[str, float], ...] = ()
    x: str = ""
    y: str = ""
    log: str = ""


Picture = Paths | Chart


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check.

    `values` are the computed numbers as text, `agrees` is None where nothing is printed or claimed, and
    `terms` says how close the numbers had to be.
    """

    values: str
    agrees: bool | None
    terms: str


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """Computed numbers beside those that the course notes print or claim.

    With `printed`, the computed numbers must round to the printed ones at `digits` decimals, or be as near
    as `within`, where the lesson says why that is wider. With `interval`, they must lie in it: that is for
    claims and for random numbers, and `claim` is what the notes say. With neither, the numbers are only
    shown. `what` names them. `source` says where they come from if no run computes them now.
    """

    what: Message
    computed: Callable[[], Sequence[float]]
    printed: tuple[float, ...] = ()
    digits: int = 6
    interval: tuple[float, float] | None = None
    claim: Message = ""
    within: float = 0.0
    source: Message = ""

    @property
    def tolerance(self) -> float:
        """The largest difference that agrees: by default half a unit of the last printed digit."""
        return self.within or 0.5 * 10.0**-self.digits * (1 + 1e-6)

    @property
    def shown(self) -> str:
        """The text of the column “Printed or claimed”."""
        return (
            tr(self.claim) or ", ".join(f"{v:.{self.digits}f}".replace("-", "−") for v in self.printed) or "—"
        )

    def verdict(self) -> Verdict:
        """Compute the numbers and compare them with what is printed or claimed."""
        values = [float(v) for v in self.computed()]
        if self.printed:
            close = len(values) == len(self.printed) and all(
                abs(v - p) <= self.tolerance for v, p in zip(values, self.printed, strict=True)
            )
            text = ", ".join(f"{v:.{self.digits}f}".replace("-", "−") for v in values)
            if self.within:
                return Verdict(text, close, tr("within {distance}", distance=f"{self.within:f}"))
            return Verdict(text, close, tr("to {count} decimals", count=self.digits))
        text = ", ".join(number(v) for v in values)
        if self.interval:
            low, high = self.interval
            inside = bool(values) and all(low <= v <= high for v in values)
            return Verdict(text or tr("not measured"), inside if values else None, _between(low, high))
        return Verdict(text or tr("not measured"), None, "")


def _between(low: float, high: float) -> str:
    if math.isinf(high):
        return tr("at least {low}", low=number(low))
    if math.isinf(low):
        return tr("at most {high}", high=number(high))
    return tr("between {low} and {high}", low=number(low), high=number(high))


@dataclass(frozen=True, slots=True)
class Target:
    """A page of the app, by its key, and the link that sets it up."""

    page: str
    link: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """A question to answer before one tries: `right` is the place of the answer in `choices`, from 0."""

    asks: Message
    choices: tuple[Message, ...]
    right: int
    reason: Message


@dataclass(frozen=True, slots=True)
class Where:
    """A question for a place: where does the one path of `run` end?

    The end is computed by the run. `within` is the distance, in units of x and y, up to which a mark counts
    as near.
    """

    asks: Message
    run: Experiment
    within: float
    reason: Message

    @property
    def end(self) -> tuple[float, float]:
        """The last point (x, y) of the path."""
        x, y = self.run.run()[0].points[-1]
        return float(x), float(y)

    def distance(self, mark: Sequence[float]) -> float:
        """How far a mark (x, y) is from the end."""
        return math.dist(mark, self.end)


@dataclass(frozen=True, slots=True)
class Discovery:
    """What one finds by doing what a lesson says to try.

    `holds` tells it from the settings of the page that the lesson opens, and `sentence` says it. `by` are
    changes, texts by name, that lead there from the state that the lesson opens.
    """

    holds: Callable[[Any], bool]
    sentence: Message
    by: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Code:
    """Source code to compare with another, and its title."""

    title: Message
    source: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lesson:
    """One lesson.

    `chapter` is a key of CHAPTERS and `formula` is LaTeX, marked as a message where it has words. `notice`
    says what to see in the picture, and `tries` what to do on the page that the lesson `opens`. `quiz` says
    that its question comes before everything that would give the answer away. `covers` is the key of the
    printed figure that the lesson is about, if any; `errata` explain mistakes of the notes. `codes` are to
    be compared.
    """

    key: str
    title: Message
    chapter: str
    idea: Message
    formula: str
    notice: Message
    tries: Message
    opens: Target
    picture: Callable[[], Picture]
    checks: tuple[Check, ...]
    covers: str = ""
    errata: tuple[Message, ...] = ()
    codes: tuple[Code, ...] = ()
    quiz: bool = False

    @property
    def page(self) -> str:
        """The key of the page that the lesson opens."""
        return self.opens.page

    @property
    def link(self) -> Mapping[str, str]:
        """The link that sets up that page."""
        return self.opens.link

    @property
    def words(self) -> str:
        """The text that a search looks through, in lower case and in every language."""
        parts = (self.title, CHAPTERS[self.chapter].name, self.idea, self.notice, self.tries, *self.errata)
        texts = (*parts, *(check.what for check in self.checks))
        said = [self.key, *self.link.values()]
        for language in LANGUAGES:
            with speaking(language):
                said += [tr(text) for text in texts]
        return " ".join(said).lower()


def matching(lessons: Sequence[Lesson], text: str) -> list[Lesson]:
    """The lessons whose text contains every word of `text`, or what the glossary calls it, in their order."""
    wanted = [called(word) for word in re.findall(r"[^\s,，、]+", text)]
    return [
        lesson
        for lesson, words in ((lesson, lesson.words) for lesson in lessons)
        if all(any(name in words for name in names) for names in wanted)
    ]


def paths_of(experiment: Experiment) -> Paths:
    """The paths of an experiment as a picture."""
    names = [tr(e.row.name) for e in experiment.entrants]
    keys = [e.optimizer for e in experiment.entrants]
    points = [run.points for run in experiment.run()]
    return Paths(experiment.landscape(), experiment.domain, tuple(zip(names, keys, points, strict=True)))


def paths_of_batches(settings: MiniBatches) -> Paths:
    """The paths of batch, mini-batch and stochastic descent as a picture; the noisiest is drawn first."""
    objective = landscape(settings.points())
    runs = sorted(zip(settings.run(), ("gd", "momentum", "nag"), strict=True), key=lambda r: -r[0][1].noise)
    return Paths(objective, objective.domain, tuple((name, key, run.points) for (name, run), key in runs))


def on_trajectories(experiment: Experiment) -> Target:
    """Opens an experiment."""
    return Target("trajectories", experiments.encode(experiment))


def on_minibatches(settings: MiniBatches) -> Target:
    """Opens the page Mini-batches with these settings."""
    return Target("minibatches", minibatches.encode(settings))


def on_activations(view: str, **values: Any) -> Target:
    """Opens a view of the page Activations and losses with these values."""
    return Target("activations", activations.encode(activations.shown_at(view, **values)))


def on_maps(settings: MapSettings) -> Target:
    """Opens the page Maps with these settings."""
    return Target("maps", maps.encode(settings))


def final_position(experiment: Experiment, place: int = 0) -> Callable[[], Sequence[float]]:
    """A function that computes the last position of one entrant, counted from 0."""
    return lambda: experiment.run()[place].points[-1].tolist()


def sampled_line(name: str, function: Callable[[np.ndarray], np.ndarray], low: float, high: float) -> Line:
    """The line of a function from `low` to `high`, at 201 values of x."""
    x = np.linspace(low, high, 201)
    return Line(name, x, np.asarray(function(x)))
