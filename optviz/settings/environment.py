"""All that a server can be told from outside: one row for each `OPTVIZ_*` variable.

The table in docs/deployment.md is written from these rows, and the variables are read through them only.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass


class SettingError(ValueError):
    """A variable holds what it must not; the message is a sentence for whoever runs the server."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that holds a text: its name, what it means, and what holds without it, both as Markdown."""

    name: str
    meaning: str
    without: str

    def given(self, environment: Mapping[str, str] | None = None) -> str:
        """What it says, without spaces around it; "" without it."""
        return (os.environ if environment is None else environment).get(self.name, "").strip()

    def check(self) -> None:
        """Raise SettingError for what cannot be used."""


@dataclass(frozen=True, slots=True)
class Switch(Variable):
    """A variable that says `on`, or nothing."""

    on: str

    def read(self, environment: Mapping[str, str] | None = None) -> bool:
        """Whether it says so; raises SettingError for anything else."""
        given = self.given(environment)
        if given.lower() not in ("", self.on):
            raise SettingError(f"{self.name} is “{given}”; it must be “{self.on}”, or be left out.")
        return bool(given)

    check = read  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Limit(Variable):
    """A variable that holds a number from `low` to `high`, perhaps a `whole` one; else it is `default`."""

    default: float
    low: float
    high: float
    whole: bool = True

    def read(self, environment: Mapping[str, str] | None = None) -> float:
        """Its value; raises SettingError."""
        given = self.given(environment)
        if not given:
            return self.default
        try:
            value = float(given)
        except ValueError:
            value = float("nan")
        if not self.low <= value <= self.high or (self.whole and value % 1):
            kind = "whole number" if self.whole else "number"
            raise SettingError(
                f"{self.name} is “{given}”; it must be a {kind} from {self.low:g} to {self.high:g}."
            )
        return value

    check = read  # type: ignore[assignment]


def _limit(name: str, meaning: str, default: float, low: float, high: float, whole: bool = True) -> Limit:
    return Limit(name, meaning, f"{default:g}", default, low, high, whole)


DATA = Variable("OPTVIZ_DATA", "folder with the official data files", "the cache folder, then a download")
DATABASE = Variable(
    "OPTVIZ_DATABASE_URL",
    "SQLAlchemy URL of the run store, for example `postgresql+psycopg://…`",
    "a SQLite file in the user's data folder",
)
SCHEDULER = Variable(
    "OPTVIZ_SCHEDULER",
    "address of a Dask scheduler, for example `tls://host:8786`",
    "an embedded one, closed to all others",
)
WORKERS = Limit(
    "OPTVIZ_WORKERS",
    "worker processes of the embedded scheduler; 0 is as without it",
    "one for each core less one, at least one",
    0,
    0,
    1024,
)
FRAME_ANCESTORS = Variable(
    "OPTVIZ_FRAME_ANCESTORS",
    "sites that may show optviz in a frame, as in the header of that name",
    "`'none'`",
)
LOG = Switch("OPTVIZ_LOG", "`json` writes the log as JSON lines with run ids", "text", "json")
METRICS = Switch("OPTVIZ_METRICS", "`1` opens `/metrics` for Prometheus", "closed", "1")
WAITING = _limit("OPTVIZ_WAITING", "runs that one visitor may have in the queue", 10, 1, 10_000)
TRAINING = _limit(
    "OPTVIZ_TRAINING", "runs of one visitor that train at the same time; the others wait", 4, 1, 10_000
)
KEPT_RUNS = _limit("OPTVIZ_KEPT_RUNS", "runs that one visitor may keep", 300, 1, 1_000_000)
KEPT_GIGABYTES = _limit(
    "OPTVIZ_KEPT_GB", "gigabytes of checkpoints that one visitor may keep", 2, 0.001, 1e6, False
)
STORE_GIGABYTES = _limit(
    "OPTVIZ_STORE_GB", "gigabytes of the whole run store, then no run is added", 20, 0.001, 1e6, False
)
KEEP_DAYS = _limit(
    "OPTVIZ_KEEP_DAYS",
    "days after which a run that has ended or is paused is deleted; 0 keeps all",
    30,
    0,
    36_500,
    False,
)
RUNS_PER_HOUR = _limit(
    "OPTVIZ_RUNS_PER_HOUR",
    "runs that one network address may start in an hour; a class may share one",
    600,
    1,
    1e9,
)
MAPS = _limit("OPTVIZ_MAPS", "maps that one visitor may have computed at the same time", 2, 1, 1000)
MAPS_PER_ADDRESS = _limit(
    "OPTVIZ_MAPS_PER_ADDRESS",
    "maps that may be computed for one network address at the same time",
    40,
    1,
    10_000,
)

VARIABLES: tuple[Variable, ...] = (
    DATA,
    DATABASE,
    SCHEDULER,
    WORKERS,
    FRAME_ANCESTORS,
    LOG,
    METRICS,
    WAITING,
    TRAINING,
    KEPT_RUNS,
    KEPT_GIGABYTES,
    STORE_GIGABYTES,
    KEEP_DAYS,
    RUNS_PER_HOUR,
    MAPS,
    MAPS_PER_ADDRESS,
)
LIMITS: tuple[Limit, ...] = tuple(row for row in VARIABLES if isinstance(row, Limit))


def complaints() -> list[str]:
    """What is wrong with the variables of the environment, as sentences."""
    found = []
    for variable in VARIABLES:
        try:
            variable.check()
        except SettingError as error:
            found.append(str(error))
    return found


def table() -> str:
    """All variables as a Markdown table."""
    rows = [f"| `{row.name}` | {row.meaning} | {row.without} |" for row in VARIABLES]
    return "\n".join(["| Variable | Meaning | Without it |", "|---|---|---|", *rows])
