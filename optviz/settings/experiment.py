"""An experiment: everything that the Trajectories page shows, as one value, and that value as a link.

A link holds stable keys, every value, and a version, so that a changed default never changes an old
link. Reading never fails: what cannot be used is replaced and named in a sentence. Values are joined
with characters that an address leaves as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import Objective, parse
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.schedules import SCHEDULES
from optviz.engine.trajectories import Trajectory, simulate
from optviz.settings.link import (
    COORDINATE,
    MOST_ENTRANTS,
    VERSION,
    Entrant,
    Reader,
    Values,
    domain_complaint,
    join,
    write_choice,
)

__all__ = [
    "COORDINATE", "MOST_ENTRANTS", "NOISE", "SEED", "STEPS", "Entrant", "Experiment", "Values", "decode",
    "domain_complaint", "encode",
]  # fmt: skip

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
    link["start"] = join(e.start)
    link["domain"] = join(v for interval in e.domain for v in interval)
    link["steps"] = str(e.steps)
    for i, entrant in enumerate(e.entrants, 1):
        link[f"o{i}"] = write_choice(
            entrant.optimizer, entrant.values, OPTIMIZERS[entrant.optimizer].hyperparameters
        )
    link["schedule"] = write_choice(e.schedule, e.schedule_values, SCHEDULES[e.schedule].hyperparameters)
    link["noise"] = NOISE.write(e.noise)
    link["seed"] = SEED.write(e.seed)
    link["loss"] = "log" if e.log_loss else "linear"
    return link


def decode(link: Mapping[str, Any]) -> tuple[Experiment, list[str]]:
    """Read an experiment from the parameters of a link; never raises.

    Returns the experiment and one sentence for each thing that could not be used. An empty link is the
    default experiment, without complaint.
    """
    default = Experiment()
    reader = Reader(link, default.objective)
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
