"""What the page Maps shows, as one value: which map, of what, over which ranges.

A kind of map is a row of KINDS: which fields it has, how it is made, and which experiment stands behind a
place on it. Its picture is a row of `figures.map_figures`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS, Optimizer
from optviz.engine.outcomes import point
from optviz.maps.axes import Axis, Progress, refine
from optviz.settings import link
from optviz.settings.experiment import NOISE, SCHEDULE, SEED, STEPS, Experiment
from optviz.settings.fields import Described, Number, OneOf, Range
from optviz.settings.landscapes import DomainField, LandscapeField, OnLandscape, StartField
from optviz.settings.link import Reader, Section, Settings, Unfit, encode, setting, short
from optviz.settings.map_kinds import KINDS, Ends, Kind, Map, Side, refuse_side, side_of, sides_of
from optviz.settings.setups import Compared, Entrant, Values
from optviz.words import join, tr

__all__ = [
    "DEFAULTS",
    "KINDS",
    "Kind",
    "Map",
    "MapSettings",
    "Side",
    "decode",
    "encode",
    "side_of",
    "sides_of",
]

RATE = OPTIMIZERS["gd"].hyperparameters[0]
MAP_STEPS = replace(STEPS, default=200)
MAP_NOISE = replace(NOISE, default=1.0)
RESOLUTION = Hyperparameter(
    "resolution", "n", 200, 20, 500, integer=True, help="Values along each side of the map."
)
SEEDS = Hyperparameter(
    "seeds", "m", 200, 2, 1000, log=True, integer=True, help="How many draws of the noise each one meets."
)


def _shown_for(name: str) -> dict[str, list[str]]:
    """When a field is shown: for the kinds that have it."""
    return {"map": [kind.key for kind in KINDS.values() if name in kind.fields]}


class NoRangeError(HyperparameterError):
    """A text that is no range; its sentence begins with the text."""


@dataclass(frozen=True, slots=True)
class RateRange(Range):
    """The range of a sweep; the whole of it is replaced where an end is not allowed."""

    def parse(self, text: str) -> Ends:
        """Both ends, as in 0.001_10.0."""
        side = _read_side(OPTIMIZERS["gd"], f"lr_{text}")
        return side.low, side.high

    def shown(self, value: Ends) -> str:
        """As a sentence says it."""
        return tr("{low} to {high}", low=f"{value[0]:g}", high=f"{value[1]:g}")


@dataclass(frozen=True, slots=True)
class SidesField(Described):
    """Both sides of a stability map, as x and y; the others have none."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """One attribute holds both."""
        return ("sides",)

    def write(self, settings: Any) -> link.Link:
        """As in lr_0.001_2.0."""
        table = {h.name: h for h in settings.entrants[0].row.hyperparameters}
        return {
            name: f"{side.name}_{table[side.name].write(side.low)}_{table[side.name].write(side.high)}"
            for name, side in zip("xy", settings.sides, strict=False)
        }

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The sides, or those that a stability map of that optimizer begins with."""
        if values["kind"] != "stability":
            for name in "xy":
                reader.take(name)
            return {"sides": ()}
        optimizer = values["entrants"][0].row
        if not has_two(optimizer):
            return {"sides": usual.sides}
        found = []
        for name, default in zip("xy", sides_of(optimizer), strict=True):
            text = reader.take(name)
            try:
                found.append(default if text is None else _read_side(optimizer, text))
            except HyperparameterError as error:
                complain = reader.doubt if isinstance(error, NoRangeError) else reader.complain
                complain((name,), str(error), tr("That side shows {name}.", name=default.name))
                found.append(default)
        if found[0].name == found[1].name:
            sentence = tr("The two sides of the map must differ; both were {name}.", name=found[0].name)
            reader.complain(("x", "y"), sentence)
            return {"sides": sides_of(optimizer)}
        return {"sides": tuple(found)}

    def describe(self, usual: Any) -> list[dict[str, Any]]:  # type: ignore[override]
        """Two fields, each a hyperparameter of the optimizer with its range."""
        described = Described.describe(self, usual) | {"kind": "side", "default": None}
        return [
            described | {"name": "x", "label": tr("Across")},
            described | {"name": "y", "label": tr("Up")},
        ]


@dataclass(frozen=True, slots=True)
class MapSettings(OnLandscape, Settings):
    """What the map shows. `kind` is a key of KINDS; objective, start and domain are an experiment's.

    `rates` is the range of a sweep, `sides` are those of a stability map and empty for the others.
    `noise`, `seed` and `seeds` belong to the noise bands, `resolution` to the other three.
    """

    page: ClassVar[str] = "maps"
    kinds: ClassVar[frozenset[str]] = frozenset({"map"})
    sections: ClassVar[tuple[Section, ...]] = (
        Section("", ("map", "objective", "start", "domain", "o", "rates", "sides", "steps")),
        Section("", ("noise", "seeds", "resolution")),
        Section("Schedule and seed", ("schedule", "seed"), folded=True),
    )

    kind: str = setting(
        OneOf("map", "Map", attribute="kind", choices={k.key: k.name for k in KINDS.values()}), "sweep"
    )
    objective: str = setting(LandscapeField("objective", "Objective"), "ravine")
    formula: str = ""
    start: tuple[float, ...] = setting(
        StartField("start", "Start", "Every run begins here.", when=_shown_for("start")),
        OBJECTIVES["ravine"].start,
    )
    domain: tuple[Ends, ...] = setting(
        DomainField(
            "domain", "Starts", "The starts, from where to where in each variable.", when=_shown_for("domain")
        ),
        OBJECTIVES["ravine"].domain,
    )
    steps: int = setting(Number.of(MAP_STEPS, "Steps"), 200)
    entrants: tuple[Entrant, ...] = setting(
        Compared(
            "o",
            "Optimizers",
            attribute="entrants",
            most=lambda values: KINDS[values["kind"]].most,
            most_by_kind={kind.key: kind.most for kind in KINDS.values()},
            without={"sweep": ("lr",)},
        ),
        (Entrant.of("gd"), Entrant.of("momentum", momentum=0.8), Entrant.of("adam")),
    )
    rates: Ends = setting(
        RateRange(
            "rates",
            "Learning rates",
            "From the smallest to the largest.",
            kind=RATE,
            when=_shown_for("rates"),
        ),
        (0.001, 10.0),
    )
    sides: tuple[Side, ...] = setting(SidesField("sides", "Sides", when=_shown_for("x")), ())
    resolution: int = setting(
        Number.of(RESOLUTION, "Cells along each side", when=_shown_for("resolution")), 200
    )
    noise: float = setting(Number.of(MAP_NOISE, "Gradient noise", when=_shown_for("noise")), 1.0)
    seed: int = setting(Number.of(SEED, "First seed of the noise", when=_shown_for("seed")), 0)
    seeds: int = setting(Number.of(SEEDS, "Draws of the noise", when=_shown_for("seeds")), 200)
    schedule: str = setting(SCHEDULE, "constant")
    schedule_values: Values = ()

    @classmethod
    def usual(cls, given: Mapping[str, str]) -> Self:
        """The map that its kind begins with."""
        return DEFAULTS.get(given.get("map", ""), DEFAULTS["sweep"])  # type: ignore[return-value]

    @classmethod
    def unfit(cls, values: Mapping[str, Any]) -> list[Unfit]:
        """A stability map needs an optimizer with two hyperparameters."""
        first = values["entrants"][0].row
        if values["kind"] != "stability" or has_two(first):
            return []
        default = DEFAULTS["stability"]
        return [
            Unfit(
                ("o1",),
                tr(
                    "{optimizer} has one hyperparameter, a stability map needs two;",
                    optimizer=tr(first.name),
                ),
                tr("showing the default optimizer."),
                {"entrants": default.entrants, "sides": default.sides},
            )
        ]

    def on(self, objective: str, formula: str = "") -> "MapSettings":
        """The same map of another landscape, from its recommended start, on its own domain."""
        moved = replace(self, objective=objective, formula=formula if objective == "formula" else "")
        landscape = moved.landscape()
        return replace(moved, start=landscape.start, domain=landscape.domain)

    @property
    def row(self) -> Kind:
        """The kind of map."""
        return KINDS[self.kind]

    @property
    def swept(self) -> frozenset[str]:
        """The hyperparameters that the map goes through, so that the entrants' own values do not count."""
        return self.row.swept(self)

    @property
    def fineness(self) -> int:
        """How many values along a side, or seeds, the finished map has."""
        return getattr(self, self.row.fineness)

    def maps(
        self, *, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None
    ) -> Iterator[Map]:
        """The map, coarse at once and then fine; the last one counts."""
        return refine(self.make, resolution=self.fineness, progress=progress, cancelled=cancelled)

    def make(
        self,
        *,
        resolution: int,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Map:
        """The map with so many values along each side, or so many seeds."""
        return self.row.make(
            self,
            resolution,
            schedule=self.schedule,
            schedule_values=dict(self.schedule_values),
            progress=progress,
            cancelled=cancelled,
        )

    def axes(self) -> tuple[Axis, Axis]:
        """The sides of a stability map; raises ValueError for those that cannot be."""
        optimizer = self.entrants[0].row
        x, y = (Axis.of(optimizer, side.name, side.low, side.high) for side in self.sides)
        return x, y

    def complaint(self) -> str | None:
        """Say in one sentence why there can be no such map, or return None if there can."""
        return self.row.refusal(self)

    def objection(self) -> tuple[str, str] | None:
        """No run can begin where f or its gradient is not finite."""
        if "start" not in self.row.fields:
            return None
        landscape = self.landscape()
        gradient = landscape.gradient(self.start)
        if np.isfinite(landscape.value(self.start)) and np.isfinite(gradient).all():
            return None
        said = tr(
            "f or its gradient has no finite value at {place}, so no run can begin there.",
            place=point(np.array(self.start)),
        )
        return "start", join(said, tr("Choose another start."))

    def experiment(self, made: Map, x: float = 0.0, y: float = 0.0) -> Experiment:
        """The experiment behind the place (x, y) of a map that these settings made."""
        e = Experiment(
            objective=self.objective,
            formula=self.formula,
            start=self.start,
            domain=self.domain,
            steps=self.steps,
            entrants=self.entrants,
            schedule=self.schedule,
            schedule_values=self.schedule_values,
        )
        return self.row.open_at(self, made, e, x, y)


def has_two(optimizer: Optimizer) -> bool:
    """Whether it has two hyperparameters, for the sides of a stability map."""
    return len(optimizer.hyperparameters) > 1


WITH_TWO = tuple(key for key, optimizer in OPTIMIZERS.items() if has_two(optimizer))
DEFAULTS: dict[str, MapSettings] = {
    "sweep": MapSettings(),
    "stability": MapSettings(
        "stability",
        entrants=(Entrant.of("momentum"),),
        sides=(Side("lr", 0.01, 2.0), Side("momentum", 0.0, 0.999)),
    ),
    "basins": MapSettings(
        "basins",
        entrants=(
            Entrant.of("gd", lr=0.01),
            Entrant.of("momentum", lr=0.01, momentum=0.9),
            Entrant.of("adam", lr=0.2),
        ),
    ).on("himmelblau"),
    "noise": MapSettings(
        "noise", entrants=(Entrant.of("gd"), Entrant.of("momentum", momentum=0.8), Entrant.of("adam"))
    ),
}


def decode(given: Any) -> tuple[MapSettings, list[str]]:
    """Read the settings from the parameters of a link; never raises.

    Returns them and one sentence for each thing that could not be used. An empty link is the default map,
    without complaint; one that says no more than the kind is the default map of that kind.
    """
    return link.decode(MapSettings, given)


def _read_side(optimizer: Optimizer, text: str) -> Side:
    """A side as in lr_0.001_2.0; raises HyperparameterError."""
    name, *ends = text.split("_")
    h = next((h for h in optimizer.hyperparameters if h.name == name), None)
    if h is None:
        said = tr(
            "{optimizer} has no hyperparameter “{name}”.", optimizer=tr(optimizer.name), name=short(name)
        )
        raise HyperparameterError(said)
    if len(ends) != 2:
        raise NoRangeError(tr("“{text}” is no range of {name}.", text=short(text), name=name))
    side = Side(name, *(h.parse(end) for end in ends))
    refused = refuse_side(optimizer, side)
    if refused:
        raise HyperparameterError(refused)
    return side
