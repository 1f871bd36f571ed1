"""What the page Maps shows, as one value: which map, of what, over which ranges; and that value as a link.

As with experiments, a link holds stable keys, every value and a version, and reading never fails. The
settings make their map, and turn a place on it into the very experiment that stands behind it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import Objective, parse
from optviz.engine.optimizers import OPTIMIZERS, Optimizer, as_optimizer
from optviz.engine.outcomes import point
from optviz.engine.schedules import SCHEDULES
from optviz.maps.axes import Axis, Progress, part_of, refine
from optviz.maps.grids import Basins, NoiseBands, StabilityMap, Sweep, basins, stability_map
from optviz.maps.sweeps import learning_rate_sweep, noise_bands
from optviz.settings.experiment import NOISE, SEED, STEPS, Experiment
from optviz.settings.link import (
    VERSION,
    Entrant,
    Reader,
    Values,
    domain_complaint,
    join,
    short,
    write_choice,
)

Map = Sweep | StabilityMap | tuple[Basins, ...] | NoiseBands
Range = tuple[float, float]
RATE = OPTIMIZERS["gd"].hyperparameters[0]
MAP_STEPS = replace(STEPS, default=200)
MAP_NOISE = replace(NOISE, default=1.0)
RESOLUTION = Hyperparameter(
    "resolution", "n", 200, 20, 500, integer=True, help="Values along each side of the map."
)
SEEDS = Hyperparameter(
    "seeds", "m", 200, 2, 1000, log=True, integer=True, help="How many draws of the noise each one meets."
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the maps: its name, what it answers, and how many optimizers it shows."""

    key: str
    name: str
    question: str
    most: int


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("sweep", "Learning rate", "Which learning rate is best, and from which on is it too large?", 6),
        Kind("stability", "Stability", "Which pairs of two hyperparameters work together?", 1),
        Kind("basins", "Basins", "From which start does one reach which minimum?", 3),
        Kind("noise", "Noise bands", "What is luck, and what is the optimizer?", 6),
    )
}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a stability map: a hyperparameter and its range."""

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MapSettings:
    """What the map shows. `kind` is a key of KINDS; objective, start and domain are an experiment's.

    `rates` is the range of a sweep, `sides` are those of a stability map and empty for the others.
    `noise`, `seed` and `seeds` belong to the noise bands, `resolution` to the other three.
    """

    kind: str = "sweep"
    objective: str = "ravine"
    formula: str = ""
    start: tuple[float, ...] = OBJECTIVES["ravine"].start
    domain: tuple[Range, ...] = OBJECTIVES["ravine"].domain
    steps: int = int(MAP_STEPS.default)
    entrants: tuple[Entrant, ...] = field(
        default=(Entrant.of("gd"), Entrant.of("momentum", momentum=0.8), Entrant.of("adam"))
    )
    rates: Range = (0.001, 10.0)
    sides: tuple[Side, ...] = ()
    resolution: int = int(RESOLUTION.default)
    noise: float = MAP_NOISE.default
    seed: int = 0
    seeds: int = int(SEEDS.default)
    schedule: str = "constant"
    schedule_values: Values = ()

    def landscape(self) -> Objective:
        """The objective that is meant; raises FormulaError for a formula that cannot be used."""
        return parse(self.formula) if self.objective == "formula" else OBJECTIVES[self.objective]

    def on(self, objective: str, formula: str = "") -> "MapSettings":
        """The same map of another landscape, from its recommended start, on its own domain."""
        moved = replace(self, objective=objective, formula=formula if objective == "formula" else "")
        landscape = moved.landscape()
        return replace(moved, start=landscape.start, domain=landscape.domain)

    @property
    def swept(self) -> frozenset[str]:
        """The hyperparameters that the map goes through, so that the entrants' own values do not count."""
        if self.kind == "sweep":
            return frozenset({"lr"})
        return frozenset(side.name for side in self.sides)

    @property
    def fineness(self) -> int:
        """How many values along a side, or seeds, the finished map has."""
        return self.seeds if self.kind == "noise" else self.resolution

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
        landscape, chosen = self.landscape(), [(e.optimizer, dict(e.values)) for e in self.entrants]
        how: dict[str, Any] = {
            "schedule": self.schedule,
            "schedule_values": dict(self.schedule_values),
            "progress": progress,
            "cancelled": cancelled,
        }
        if self.kind == "sweep":
            rates = np.geomspace(*self.rates, resolution)
            return learning_rate_sweep(landscape, chosen, self.start, self.steps, rates, **how)
        if self.kind == "noise":
            seeds = max(2, resolution)
            how |= {"noise": self.noise, "seeds": seeds, "seed": self.seed}
            return noise_bands(landscape, chosen, self.start, self.steps, **how)
        if self.kind == "stability":
            (optimizer, values), (x, y) = chosen[0], self.axes()
            how |= {"values": values, "resolution": resolution}
            return stability_map(landscape, optimizer, x, y, self.start, self.steps, **how)
        how |= {"domain": self.domain, "resolution": resolution}
        made = []
        for i, (optimizer, values) in enumerate(chosen):
            how["progress"] = part_of(progress, i / len(chosen), (i + 1) / len(chosen))
            made.append(basins(landscape, optimizer, self.steps, values=values, **how))
        return tuple(made)

    def axes(self) -> tuple[Axis, Axis]:
        """The sides of a stability map; raises ValueError for those that cannot be."""
        optimizer = self.entrants[0].optimizer
        x, y = (Axis.of(optimizer, side.name, side.low, side.high) for side in self.sides)
        return x, y

    def complaint(self) -> str | None:
        """Say in one sentence why there can be no such map, or return None if there can."""
        if self.kind == "sweep":
            return _complaint(OPTIMIZERS["gd"], Side("lr", *self.rates))
        if self.kind == "stability":
            if self.sides[0].name == self.sides[1].name:
                return f"The two sides of the map must differ; both are {self.sides[0].name}."
            optimizer = OPTIMIZERS[self.entrants[0].optimizer]
            return next(filter(None, (_complaint(optimizer, side) for side in self.sides)), None)
        return domain_complaint(self.domain) if self.kind == "basins" else None

    def start_complaint(self) -> str | None:
        """Say why no run can begin at the start, or return None if it can."""
        landscape = self.landscape()
        if self.kind == "basins":
            return None
        slope = landscape.gradient(self.start)
        if np.isfinite(landscape.value(self.start)) and np.isfinite(slope).all():
            return None
        return (
            f"f or its slope has no finite value at {point(np.array(self.start))}, so no run can begin there."
        )

    def experiment(self, made: Map, x: float = 0.0, y: float = 0.0) -> Experiment:
        """The experiment behind the place (x, y) of a map that these settings made.

        The nearest run that the map holds is meant. A rate of a sweep and the start of a basin are those of
        all the optimizers that are compared.
        """
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
        if isinstance(made, Sweep):
            rate = _nearest(made.rates, x, log=True)
            return replace(e, entrants=tuple(_with(entrant, lr=rate) for entrant in self.entrants))
        if isinstance(made, StabilityMap):
            found = {
                made.x.name: _nearest(made.xs, x, log=made.x.log),
                made.y.name: _nearest(made.ys, y, log=made.y.log),
            }
            return replace(e, entrants=(_with(self.entrants[0], **found),))
        if isinstance(made, NoiseBands):
            return replace(e, noise=self.noise, seed=self.seed)
        axes = made[0].axes
        return replace(e, start=tuple(_nearest(a, v) for a, v in zip(axes, (x, y), strict=False)))


def sides_of(optimizer: Optimizer | str) -> tuple[Side, Side]:
    """The sides that a stability map of an optimizer begins with: its rate, and what comes next."""
    optimizer = as_optimizer(optimizer)
    first, second = optimizer.hyperparameters[:2]
    return side_of(first), side_of(second)


def side_of(h: Hyperparameter) -> Side:
    """The range of a side that one has not chosen: where something happens on the plots."""
    return Side(h.name, 0.01, h.high) if h.name == "lr" else Side(h.name, float(h.low), float(h.high))


WITH_TWO = tuple(key for key, optimizer in OPTIMIZERS.items() if len(optimizer.hyperparameters) > 1)
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


def encode(settings: MapSettings) -> dict[str, str]:
    """The settings as the parameters of a link."""
    m = settings
    link = {"v": VERSION, "map": m.kind, "objective": m.objective}
    if m.objective == "formula":
        link["formula"] = m.formula
    link["start"] = join(m.start)
    link["domain"] = join(v for interval in m.domain for v in interval)
    link["steps"] = MAP_STEPS.write(m.steps)
    for i, entrant in enumerate(m.entrants, 1):
        table = OPTIMIZERS[entrant.optimizer].hyperparameters
        link[f"o{i}"] = write_choice(entrant.optimizer, entrant.values, table)
    link["rates"] = "_".join(RATE.write(v) for v in m.rates)
    for name, side in zip("xy", m.sides, strict=False):
        h = _of(OPTIMIZERS[m.entrants[0].optimizer], side.name)
        link[name] = f"{side.name}_{h.write(side.low)}_{h.write(side.high)}"
    link["resolution"] = RESOLUTION.write(m.resolution)
    link["noise"] = MAP_NOISE.write(m.noise)
    link["seed"] = SEED.write(m.seed)
    link["seeds"] = SEEDS.write(m.seeds)
    link["schedule"] = write_choice(m.schedule, m.schedule_values, SCHEDULES[m.schedule].hyperparameters)
    return link


def decode(link: Mapping[str, Any]) -> tuple[MapSettings, list[str]]:
    """Read the settings from the parameters of a link; never raises.

    Returns them and one sentence for each thing that could not be used. An empty link is the default map,
    without complaint; one that says no more than the kind is the default map of that kind.
    """
    reader = Reader(link, MapSettings().objective)
    kind = reader.one_of("map", tuple(KINDS))
    default = DEFAULTS[kind]
    if reader.given.keys() <= {"map"}:
        return default, reader.complaints
    reader.default_objective = default.objective
    reader.version()
    objective, formula = reader.objective()
    landscape = parse(formula) if objective == "formula" else OBJECTIVES[objective]
    schedule, schedule_values = reader.choice("schedule", "constant", SCHEDULES, "schedule")
    entrants = reader.entrants(default.entrants, KINDS[kind].most)
    if kind == "stability" and entrants[0].optimizer not in WITH_TWO:
        name = OPTIMIZERS[entrants[0].optimizer].name
        reader.complaints.append(
            f"{name} has one hyperparameter, a stability map needs two; showing the default optimizer."
        )
        entrants = default.entrants
    settings = MapSettings(
        kind=kind,
        objective=objective,
        formula=formula,
        start=reader.start(landscape),
        domain=reader.domain(landscape),
        steps=int(reader.number("steps", MAP_STEPS)),
        entrants=entrants,
        rates=_read_rates(reader),
        sides=_read_sides(reader, OPTIMIZERS[entrants[0].optimizer]) if kind == "stability" else (),
        resolution=int(reader.number("resolution", RESOLUTION)),
        noise=reader.number("noise", MAP_NOISE),
        seed=int(reader.number("seed", SEED)),
        seeds=int(reader.number("seeds", SEEDS)),
        schedule=schedule,
        schedule_values=schedule_values,
    )
    reader.unknown()
    return settings, reader.complaints


def _read_rates(reader: Reader) -> Range:
    text, default = reader.take("rates"), MapSettings().rates
    if text is None:
        return default
    side = _read_side(OPTIMIZERS["gd"], f"lr_{text}")
    if isinstance(side, str):
        reader.complaints.append(f"{side} The sweep goes from {default[0]:g} to {default[1]:g}.")
        return default
    return side.low, side.high


def _read_sides(reader: Reader, optimizer: Optimizer) -> tuple[Side, Side]:
    found = []
    for name, default in zip("xy", sides_of(optimizer), strict=True):
        text = reader.take(name)
        side: Side | str = default if text is None else _read_side(optimizer, text)
        if isinstance(side, str):
            reader.complaints.append(f"{side} That side shows {default.name}.")
            side = default
        found.append(side)
    x, y = found
    if x.name == y.name:
        reader.complaints.append(f"The two sides of the map must differ; both were {x.name}.")
        x, y = sides_of(optimizer)
    return x, y


def _read_side(optimizer: Optimizer, text: str) -> Side | str:
    """A side as in lr_0.001_2.0, or the sentence that refuses it."""
    name, *ends = text.split("_")
    try:
        h = _of(optimizer, name)
        low, high = (h.parse(end) for end in ends)
    except StopIteration:
        return f"{optimizer.name} has no hyperparameter “{short(name)}”."
    except ValueError as error:
        said = str(error) if len(ends) == 2 else f"“{short(text)}” is no range of {name}."
        return f"The link's {said}"
    side = Side(name, low, high)
    return _complaint(optimizer, side) or side


def _complaint(optimizer: Optimizer, side: Side) -> str | None:
    try:
        Axis.of(optimizer, side.name, side.low, side.high)
    except ValueError as error:
        return str(error)
    return None


def _of(optimizer: Optimizer, name: str) -> Hyperparameter:
    return next(h for h in optimizer.hyperparameters if h.name == name)


def _with(entrant: Entrant, **values: float) -> Entrant:
    """The entrant with other values; whole numbers stay whole."""
    return Entrant.of(entrant.optimizer, **{**dict(entrant.values), **values})


def _nearest(values: np.ndarray, wanted: float, *, log: bool = False) -> float:
    if log:
        return float(values[np.abs(np.log(values) - np.log(max(wanted, 1e-300))).argmin()])
    return float(values[np.abs(values - wanted).argmin()])
