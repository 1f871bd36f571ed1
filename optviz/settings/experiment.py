"""An experiment: everything that the Trajectories page shows, as one value."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from optviz.engine.good_rates import RateSearch, search_rates
from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import Objective
from optviz.engine.optimizers import Optimizer
from optviz.engine.optimizers.base import rate
from optviz.engine.schedules import SCHEDULES
from optviz.engine.trajectories import Trajectory, simulate
from optviz.settings import link
from optviz.settings.fields import Number, OneOf, Toggle
from optviz.settings.landscapes import (
    COORDINATE,
    DomainField,
    LandscapeField,
    OnLandscape,
    StartField,
    domain_complaint,
    landscape,
)
from optviz.settings.link import Link, Section, Settings, Unfit, encode, setting
from optviz.settings.setups import MOST_ENTRANTS, Compared, Configured, Entrant, Values
from optviz.settings.telling import told_rates, told_steps
from optviz.words import mark, per_language, tr

__all__ = ["COORDINATE", "MOST_ENTRANTS", "Entrant", "Experiment", "decode", "domain_complaint", "encode"]

#: The default is what a link without steps has always meant; a first visit has more, see Experiment.
STEPS = Hyperparameter(
    "steps", "T", 50, 1, 2000, log=True, integer=True, help="Number of steps per optimizer."
)
NOISE = Hyperparameter(
    "noise",
    r"\sigma",
    0.0,
    0.0,
    100.0,
    help="Standard deviation of Gaussian noise added to every gradient, as if from small batches.",
)
SEED = Hyperparameter("seed", "s", 0, 0, 2**31 - 1, integer=True, help="Picks the draws of the noise.")

OWN_RATES, SAME_RATE, BEST_RATES = "own", "same", "best"
RATES = OneOf(
    "rates",
    "Learning rates",
    "Which rates are compared: those on the cards, one for all, or for each the one that ends lowest of many "
    "that are tried.",
    choices={OWN_RATES: "Own", SAME_RATE: "Same for all", BEST_RATES: "Each one's best"},
    hints={
        OWN_RATES: "Each optimizer has the rate on its card.",
        SAME_RATE: "All have the rate below.",
        BEST_RATES: "Many rates are tried, and each optimizer has the one that ends lowest.",
    },
    unsaid=OWN_RATES,
)
COMMON_RATE = replace(
    rate(0.1), name="rate", label="rate for all", help="The learning rate of all optimizers."
)


@dataclass(frozen=True, slots=True)
class CommonRate(Number):
    """The learning rate of all optimizers: a link says it where it is used."""

    def write(self, settings: Any) -> Link:
        """The rate, unless it is neither used nor set."""
        if settings.rates == SAME_RATE:
            return {self.name: self.text(settings.rate)}
        return Number.write(self, settings)


STEP_AXIS, GRADIENT_AXIS = "step", "gradients"
ACROSS = OneOf(
    "across",
    "Loss against",
    "Some optimizers take several gradients for each step.",
    choices={STEP_AXIS: "Steps", GRADIENT_AXIS: "Gradient evaluations"},
    unsaid=STEP_AXIS,
)

SCHEDULE = Configured(
    "schedule",
    "Learning-rate schedule",
    "Multiplies the learning rate at each step.",
    table=SCHEDULES,
    noun="schedule",
    fallback="constant",
)
#: How the landscape is shown: name in the panel, and what the picture is called in words.
VIEWS = {
    "contour": (mark("Contour"), mark("Contour plot")),
    "heat": (mark("Heat map"), mark("Heat map")),
    "surface": (mark("3D"), mark("Surface plot")),
    "multiples": (mark("Small multiples"), mark("One contour plot for each optimizer")),
}
VIEW = OneOf(
    "view",
    "View",
    "How the landscape is shown. One of a single variable is always a curve.",
    choices={key: name for key, (name, _) in VIEWS.items()},
    unsaid="contour",
)
RAVINE = OBJECTIVES["ravine"]
FIRST_STEPS = 200  # all three arrive, so that there is a ranking


@dataclass(frozen=True, slots=True)
class Experiment(OnLandscape, Settings):
    """What is shown: which landscape, from where, which optimizers, how long, how noisy.

    `objective` is a key of OBJECTIVES, or "formula" with the text in `formula`. `start` holds d numbers,
    `domain` (low, high) for each variable. `log_loss` asks for a logarithmic loss axis. `rates` says which
    learning rates are compared: a key of RATES, where SAME_RATE means `rate` for all. `across` says what the
    loss is drawn against: a key of ACROSS. `view` is a key of VIEWS.
    """

    page: ClassVar[str] = "trajectories"
    sections: ClassVar[tuple[Section, ...]] = (
        Section("", ("objective", "view", "start", "o", "steps", "rates", "rate")),
        Section(
            "Schedule, noise, view", ("schedule", "noise", "seed", "domain", "across", "loss"), folded=True
        ),
    )

    objective: str = setting(LandscapeField("objective", "Objective"), RAVINE.key)
    formula: str = ""
    start: tuple[float, ...] = setting(
        StartField("start", "Start", "Or click the picture, or drag the ring."), RAVINE.start
    )
    domain: tuple[tuple[float, float], ...] = setting(
        DomainField("domain", "Shown", "The part of the landscape that is shown."), RAVINE.domain
    )
    steps: int = setting(Number.of(STEPS, "Steps"), FIRST_STEPS)
    entrants: tuple[Entrant, ...] = setting(
        Compared(
            "o",
            "Optimizers",
            attribute="entrants",
            by="rates",
            without={SAME_RATE: ("lr",), BEST_RATES: ("lr",)},
            finds=True,
        ),
        (
            Entrant.of("gd", lr=0.4),
            Entrant.of("momentum", lr=0.1, momentum=0.8),
            Entrant.of("adam", lr=0.4),
        ),
    )
    schedule: str = setting(SCHEDULE, "constant")
    schedule_values: Values = ()
    noise: float = setting(Number.of(NOISE, "Gradient noise"), 0.0)
    seed: int = setting(Number.of(SEED, "Seed of the noise"), 0)
    log_loss: bool = setting(
        Toggle("loss", "Logarithmic loss axis", attribute="log_loss", on="log", off="linear"), True
    )
    rates: str = setting(RATES, OWN_RATES)
    rate: float = setting(
        CommonRate.of(COMMON_RATE, "Rate for all", when={"rates": (SAME_RATE,)}, unsaid="0.1"),
        COMMON_RATE.default,
    )
    across: str = setting(ACROSS, STEP_AXIS)
    view: str = setting(VIEW, "contour")

    @classmethod
    def usual(cls, given: Mapping[str, str]) -> Self:
        """The defaults for a link: one that says anything, but no steps, has always meant 50 of them."""
        return cls(steps=int(STEPS.default)) if given else cls()

    @classmethod
    def unfit(cls, values: Mapping[str, Any]) -> list[Unfit]:
        """A rate for all that a rule of somebody's own does not allow."""
        if values["rates"] != SAME_RATE:
            return []
        for entrant in values["entrants"]:
            try:
                entrant.having(lr=values["rate"])
            except HyperparameterError as error:
                said = tr(
                    "The rate for all does not suit {optimizer}: {sentence}",
                    optimizer=tr(entrant.row.name),
                    sentence=error,
                )
                return [Unfit(("rate", "rates"), said, tr("Each has its own rate."), {"rates": OWN_RATES})]
        return []

    @property
    def racers(self) -> tuple[Entrant, ...]:
        """The entrants with the learning rates that they run with."""
        if self.rates == SAME_RATE:
            return tuple(entrant.having(lr=self.rate) for entrant in self.entrants)
        if self.rates == BEST_RATES:
            return tuple(map(self._at_its_best, self.entrants))
        return self.entrants

    def _at_its_best(self, entrant: Entrant) -> Entrant:
        best = self.search(entrant).best
        return entrant if best is None else entrant.having(lr=best)

    def search(self, entrant: Entrant) -> RateSearch:
        """Many learning rates tried with one optimizer of this comparison, all else as it is."""
        values = tuple((name, value) for name, value in entrant.values if name != "lr")
        return _search(self._walk(replace(entrant, values=values)))

    def run(self) -> tuple[Trajectory, ...]:
        """The trajectory of every entrant, in order."""
        return tuple(_trajectory(self._walk(entrant)) for entrant in self.racers)

    def _walk(self, entrant: Entrant) -> "_Walk":
        schedule = (self.schedule, self.schedule_values)
        return _Walk(
            self.objective, self.formula, self.start, self.steps, entrant, schedule, self.noise, self.seed
        )

    def on(self, objective: str, formula: str = "") -> "Experiment":
        """The same comparison on another landscape, from its recommended start, on its own domain."""
        moved = replace(self, objective=objective, formula=formula if objective == "formula" else "")
        landscape = moved.landscape()
        return replace(moved, start=landscape.start, domain=landscape.domain)

    def told_on(self, objective: str) -> "Experiment":
        """The comparison on another landscape of the table, with rates and steps that tell something there.

        What a person has set, so that it is neither the default nor what tells something on the landscape
        before, stays.
        """
        moved, before = self.on(objective), self.landscape()
        steps = told_steps(self.steps, before, moved.landscape())
        return replace(moved, entrants=told_rates(self.entrants, before, moved.landscape()), steps=steps)


@dataclass(frozen=True, slots=True)
class _Walk:
    """All that one run depends on. A change of one entrant leaves the others', and a class opens the same."""

    objective: str
    formula: str
    start: tuple[float, ...]
    steps: int
    entrant: Entrant
    schedule: tuple[str, Values]
    noise: float
    seed: int

    @property
    def way(self) -> tuple[Objective, Optimizer, tuple[float, ...], int]:
        """Where it goes and by which rule."""
        return landscape(self.objective, self.formula), self.entrant.row, self.start, self.steps

    @property
    def terms(self) -> dict[str, Any]:
        """Its schedule and noise, by the names that the engine has for them."""
        key, values = self.schedule
        return {"schedule": key, "schedule_values": dict(values), "noise": self.noise, "seed": self.seed}


@per_language(256)
def _trajectory(walk: _Walk) -> Trajectory:
    return simulate(*walk.way, **walk.terms | dict(walk.entrant.values))


@functools.lru_cache(maxsize=128)
def _search(walk: _Walk) -> RateSearch:
    """One search; the entrant stands here without its rate."""
    return search_rates(*walk.way, dict(walk.entrant.values), **walk.terms)


def decode(given: Any) -> tuple[Experiment, list[str]]:
    """Read an experiment from the parameters of a link; never raises.

    Returns the experiment and one sentence for each thing that could not be used. An empty link is the
    default experiment, without complaint.
    """
    return link.decode(Experiment, given)
