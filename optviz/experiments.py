"""An experiment: everything that the Trajectories page shows, as one value, and that value as a link.

A link holds stable keys, every value, and a version, so that a changed default never changes an old
link. Reading never fails: what cannot be used is replaced and named in a sentence. Values are joined
with characters that an address leaves as they are.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from optviz.expressions import LONGEST
from optviz.formulas import FormulaError, Objective, parse
from optviz.hyperparameters import Hyperparameter, HyperparameterError
from optviz.objectives import OBJECTIVES
from optviz.optimizers import OPTIMIZERS
from optviz.schedules import SCHEDULES
from optviz.trajectories import Trajectory, simulate

VERSION = "1"
MOST_ENTRANTS = 6
LONGEST_VALUE = 3 * LONGEST
STEPS = Hyperparameter(
    "steps", "T", 50, 1, 2000, log=True, integer=True, help="Steps that each optimizer takes."
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
COORDINATE = Hyperparameter("coordinate", "x_0", 0.0, -1e6, 1e6)
Values = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Entrant:
    """One optimizer in the comparison, with a value for every hyperparameter."""

    optimizer: str
    values: Values

    @classmethod
    def of(cls, optimizer: str, **given: float) -> "Entrant":
        """An entrant with defaults for what is not given; raises HyperparameterError."""
        return cls(optimizer, tuple(OPTIMIZERS[optimizer].complete(given).items()))


@dataclass(frozen=True, slots=True)
class Experiment:
    """What is shown: which landscape, from where, which optimizers, how long, how noisy.

    `objective` is a key of OBJECTIVES, or "formula" with the text in `formula`. `start` holds d numbers,
    `domain` (low, high) for each variable. `log_loss` asks for a logarithmic loss axis.
    """

    objective: str = "ravine"
    formula: str = ""
    start: tuple[float, ...] = OBJECTIVES["ravine"].start
    domain: tuple[tuple[float, float], ...] = OBJECTIVES["ravine"].domain
    steps: int = int(STEPS.default)
    entrants: tuple[Entrant, ...] = field(
        default=(
            Entrant.of("gd", lr=0.4),
            Entrant.of("momentum", lr=0.1, momentum=0.8),
            Entrant.of("adam", lr=0.4),
        )
    )
    schedule: str = "constant"
    schedule_values: Values = ()
    noise: float = 0.0
    seed: int = 0
    log_loss: bool = True

    def landscape(self) -> Objective:
        """The objective that is meant; raises FormulaError for a formula that cannot be used."""
        return parse(self.formula) if self.objective == "formula" else OBJECTIVES[self.objective]

    def run(self) -> tuple[Trajectory, ...]:
        """The trajectory of every entrant, in order."""
        landscape = self.landscape()
        return tuple(
            simulate(
                landscape,
                entrant.optimizer,
                self.start,
                self.steps,
                schedule=self.schedule,
                schedule_values=dict(self.schedule_values),
                noise=self.noise,
                seed=self.seed,
                **dict(entrant.values),
            )
            for entrant in self.entrants
        )

    def on(self, objective: str, formula: str = "") -> "Experiment":
        """The same comparison on another landscape, from its recommended start, on its own domain."""
        moved = replace(self, objective=objective, formula=formula if objective == "formula" else "")
        landscape = moved.landscape()
        return replace(moved, start=landscape.start, domain=landscape.domain)


def encode(experiment: Experiment) -> dict[str, str]:
    """The experiment as the parameters of a link."""
    e = experiment
    link = {"v": VERSION, "objective": e.objective}
    if e.objective == "formula":
        link["formula"] = e.formula
    link["start"] = _join(e.start)
    link["domain"] = _join(v for interval in e.domain for v in interval)
    link["steps"] = str(e.steps)
    for i, entrant in enumerate(e.entrants, 1):
        link[f"o{i}"] = _write_choice(
            entrant.optimizer, entrant.values, OPTIMIZERS[entrant.optimizer].hyperparameters
        )
    link["schedule"] = _write_choice(e.schedule, e.schedule_values, SCHEDULES[e.schedule].hyperparameters)
    link["noise"] = NOISE.write(e.noise)
    link["seed"] = SEED.write(e.seed)
    link["loss"] = "log" if e.log_loss else "linear"
    return link


def decode(link: Mapping[str, Any]) -> tuple[Experiment, list[str]]:
    """Read an experiment from the parameters of a link; never raises.

    Returns the experiment and one sentence for each thing that could not be used. An empty link is the
    default experiment, without complaint.
    """
    reader = _Reader(link)
    default = Experiment()
    if not reader.given:
        return default, reader.complaints
    reader.version()
    objective, formula = reader.objective()
    landscape = parse(formula) if objective == "formula" else OBJECTIVES[objective]
    schedule, schedule_values = reader.choice("schedule", "constant", SCHEDULES, "schedule")
    experiment = Experiment(
        objective=objective,
        formula=formula,
        start=reader.start(landscape),
        domain=reader.domain(landscape),
        steps=int(reader.number("steps", STEPS)),
        entrants=reader.entrants(default.entrants),
        schedule=schedule,
        schedule_values=schedule_values,
        noise=reader.number("noise", NOISE),
        seed=int(reader.number("seed", SEED)),
        log_loss=reader.one_of("loss", ("log", "linear")) == "log",
    )
    reader.unknown()
    return experiment, reader.complaints


def _join(numbers: Iterable[float]) -> str:
    return "_".join(COORDINATE.write(v) for v in numbers)


def _write_choice(key: str, values: Values, table: Sequence[Hyperparameter]) -> str:
    given = dict(values)
    return "_".join([key, *(part for h in table for part in (h.name, h.write(given.get(h.name, h.default))))])


class _Reader:
    """Reads one link, piece by piece, and collects complaints."""

    def __init__(self, link: Mapping[str, Any]) -> None:
        self.complaints: list[str] = []
        self.given: dict[str, str] = {}
        self.used: set[str] = set()
        try:
            for name, value in list(link.items())[:100]:
                text = value[-1] if isinstance(value, list | tuple) and value else value
                if not isinstance(text, str) or not isinstance(name, str):
                    self.complaints.append(f"The link's “{_short(name)}” is not text and was left out.")
                elif len(text) > LONGEST_VALUE:
                    self.complaints.append(
                        f"The link's “{_short(name)}” has {len(text)} characters, allowed are "
                        f"{LONGEST_VALUE}; it was left out."
                    )
                else:
                    self.given[name] = text
        except (AttributeError, TypeError, ValueError):
            self.complaints.append("The link cannot be read; this is the default experiment.")

    def take(self, name: str) -> str | None:
        """The text of one parameter, or None with a complaint: a link holds every value."""
        self.used.add(name)
        return self.given.get(name)

    def version(self) -> None:
        version = self.take("v")
        if version != VERSION:
            said = "says no version" if version is None else f"is of version “{_short(version)}”"
            self.complaints.append(f"The link {said}; it was read as version {VERSION}.")

    def objective(self) -> tuple[str, str]:
        key, formula = self.take("objective"), self.take("formula")
        if key is None and formula is not None:
            key = "formula"
        if key == "formula":
            try:
                parse(formula or "")
            except FormulaError as error:
                self.complaints.append(
                    f"{error} The formula was “{_short(formula or '', 60)}”; showing the default."
                )
                return Experiment().objective, ""
            return "formula", formula or ""
        if key is None or key not in OBJECTIVES:
            if key is not None:
                self.complaints.append(f"The objective “{_short(key)}” is unknown; showing the default.")
            return Experiment().objective, ""
        return key, ""

    def number(self, name: str, kind: Hyperparameter) -> float:
        text = self.take(name)
        if text is None:
            return int(kind.default) if kind.integer else kind.default
        return self._parse(kind, text, "The link's ")

    def _parse(self, kind: Hyperparameter, text: str, where: str) -> float:
        try:
            return kind.parse(text)
        except HyperparameterError as error:
            used = int(kind.default) if kind.integer else kind.default
            self.complaints.append(f"{where}{error} Used {kind.write(used)} instead.")
            return used

    def _numbers(self, name: str, count: int) -> list[float] | None:
        text = self.take(name)
        if text is None:
            return None
        try:
            numbers = [COORDINATE.parse(part) for part in text.split("_")]
        except HyperparameterError:
            numbers = []
        if len(numbers) != count:
            self.complaints.append(
                f"The link's {name} “{_short(text)}” is not {count} numbers between {COORDINATE.low:g} and "
                f"{COORDINATE.high:g}; the objective's own is used."
            )
            return None
        return numbers

    def start(self, landscape: Objective) -> tuple[float, ...]:
        return tuple(self._numbers("start", landscape.dimension) or landscape.start)

    def domain(self, landscape: Objective) -> tuple[tuple[float, float], ...]:
        numbers = self._numbers("domain", 2 * landscape.dimension)
        if numbers is None:
            return landscape.domain
        domain = tuple(zip(numbers[::2], numbers[1::2], strict=True))
        complaint = domain_complaint(domain)
        if complaint:
            self.complaints.append(f"{complaint} The objective's own domain is used.")
            return landscape.domain
        return domain

    def entrants(self, default: tuple[Entrant, ...]) -> tuple[Entrant, ...]:
        found = []
        for i in range(1, MOST_ENTRANTS + 1):
            if f"o{i}" in self.given:
                key, values = self.choice(f"o{i}", "", OPTIMIZERS, "optimizer")
                if key:
                    found.append(Entrant(key, values))
        if not found and any(name.startswith("o") and name[1:].isdigit() for name in self.given):
            self.complaints.append("No optimizer of the link could be used; the default ones are shown.")
        return tuple(found) or default

    def choice(self, name: str, default: str, table: Mapping[str, Any], noun: str) -> tuple[str, Values]:
        """A key, then the names and values of its hyperparameters, as in momentum_lr_0.1_momentum_0.9."""
        text = self.take(name)
        key, *parts = (text if text is not None else default).split("_")
        if key not in table:
            fate = f"“{default}” is used" if default else "it was left out"
            self.complaints.append(f"The {noun} “{_short(key)}” is unknown; {fate}.")
            return default, ()
        hyperparameters = table[key].hyperparameters
        pairs = dict(zip(parts[::2], parts[1::2], strict=False))
        for extra in sorted(pairs.keys() - {h.name for h in hyperparameters}):
            self.complaints.append(
                f"{table[key].name} has no hyperparameter “{_short(extra)}”; it was left out."
            )
        values = []
        for h in hyperparameters:
            fallback = int(h.default) if h.integer else h.default
            if h.name in pairs:
                value = self._parse(h, pairs[h.name], f"{table[key].name}: ")
            else:
                value = fallback
                if text is not None:
                    self.complaints.append(
                        f"{table[key].name}: the link says no {h.name}; used {h.write(fallback)}."
                    )
            values.append((h.name, value))
        return key, tuple(values)

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        text = self.take(name)
        if text is None or text in allowed:
            return text or allowed[0]
        self.complaints.append(
            f"The link's {name} “{_short(text)}” is none of {', '.join(allowed)}; used {allowed[0]}."
        )
        return allowed[0]

    def unknown(self) -> None:
        for name in sorted(self.given.keys() - self.used):
            self.complaints.append(f"The link's “{_short(name)}” is not known here and was left out.")


def domain_complaint(domain: tuple[tuple[float, float], ...]) -> str | None:
    """Say in one sentence why a domain cannot be drawn, or return None if it can."""
    for low, high in domain:
        if not (
            math.isfinite(low) and math.isfinite(high) and high - low > 1e-9 * max(1.0, abs(low), abs(high))
        ):
            return f"A domain from {low:g} to {high:g} is empty or reversed."
    return None


def _short(text: Any, length: int = 20) -> str:
    text = str(text)
    return text if len(text) <= length else text[:length] + "…"
