"""The run store: every run with its events and its last checkpoint, in SQL.

It is all that pages, servers and workers share. A page reads runs and writes what a person wants of them;
a worker writes events (see leases.py). So a run depends on no browser tab and on no server.
"""

import hashlib
import json
import re
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, Select, delete, insert, select, update

from optviz.runs.database import StoreUnavailableError, absolute, clock, default_url, open_engine, unavailable
from optviz.runs.limits import forget_paths, no_place, no_room, prune
from optviz.runs.schema import CHECKPOINTS, EVENTS, FORKS, RUNS, SNAPSHOTS, migrate
from optviz.training.config import TrainingConfig, decode, encode
from optviz.training.events import Checkpoint, Event, Snapshot, from_json
from optviz.words import ENGLISH, language, mark, speaking, tr

Status = Literal["queued", "running", "paused", "stopped", "finished", "diverged", "failed", "interrupted"]

ACTIVE: tuple[Status, ...] = ("queued", "running")  # these change by themselves
RESUMABLE: tuple[Status, ...] = ("paused", "stopped", "failed", "interrupted")

MAX_TITLE = 80
REFUSAL_SECONDS = 0.5

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that look alike on a blackboard
_ID = re.compile(f"[{_ALPHABET}]{{12}}")  # 59 bits


class RunError(Exception):
    """A request was refused; the message is a sentence for people."""


class UnknownRunError(RunError):
    """There is no such run."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What its owner may ask of a run: the status of one that does not train, and two refusals."""

    key: str
    at_once: Status
    not_owned: str
    too_late: str


PAUSE = Wish(
    "pause",
    "paused",
    mark("Only the person who started a run can pause it."),
    mark("This run is {status}: there is nothing to pause."),
)
STOP = Wish(
    "stop",
    "stopped",
    mark("Only the person who started a run can stop it."),
    mark("This run is {status}: there is nothing to stop."),
)


@dataclass(frozen=True, slots=True)
class Run:
    """One training run: its configuration and its state.

    Times are seconds since 1970 by the database's clock. `last_event` is the number of the newest event, 0
    before the first one. `sentence` says why a run failed, diverged or was interrupted, or what its worker
    does before training begins. `complaints` name what this version of optviz cannot read in the stored
    configuration.
    """

    id: str
    title: str
    status: Status
    wanted: str
    config: TrainingConfig
    complaints: tuple[str, ...]
    created: float
    updated: float
    last_event: int
    device: str
    sentence: str
    owner: str

    @property
    def active(self) -> bool:
        """Whether it is waiting or running, and so changes by itself."""
        return self.status in ACTIVE

    @property
    def resumable(self) -> bool:
        """Whether `resume` would put it back into the queue."""
        return self.status in RESUMABLE

    def belongs_to(self, owner: str) -> bool:
        """Whether the person with this key may pause, stop, rename and delete it."""
        return secrets.compare_digest(self.owner, fingerprint(owner))


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a run and its place in it; numbers count from 1 without a gap."""

    number: int
    event: Event


def fingerprint(owner: str) -> str:
    """A hash of a person's key; the store keeps only this, so that reading it gives no rights."""
    return hashlib.sha256(owner.encode()).hexdigest()


def valid(run_id: str) -> str:
    """Return `run_id`, which comes from a link, if it has the form of an id.

    Raises:
        UnknownRunError: when it has not.
    """
    if not isinstance(run_id, str) or not _ID.fullmatch(run_id):
        raise UnknownRunError(tr("This is not the address of a run; check that the link is complete."))
    return run_id


class Store:
    """The database of runs. Thread-safe; opened at the first use, so that it may be down at the start.

    Every method raises StoreUnavailableError while the database cannot be reached or was written by a newer
    optviz, and UnknownRunError for an id that names nothing.
    """

    def __init__(self, address: str | None = None) -> None:
        self.address = absolute(address or default_url())
        self._engine: Engine | None = None
        self._opening = threading.Lock()
        self._refusals: dict[str, tuple[str, float]] = {}  # by language: a sentence, and until when

    def open(self) -> Engine:
        """The engine, its database migrated."""
        if self._engine is None:
            with self._opening:
                if self._engine is None:
                    refusal, until = self._refusals.get(language(), ("", 0.0))
                    if time.monotonic() < until:
                        raise StoreUnavailableError(refusal)
                    try:
                        self._engine = self._migrated()
                    except StoreUnavailableError as error:
                        # Other threads that waited at the lock get this answer without trying again.
                        self._refusals[language()] = str(error), time.monotonic() + REFUSAL_SECONDS
                        raise
        return self._engine

    def _migrated(self) -> Engine:
        engine = open_engine(self.address)
        try:
            with unavailable():
                migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def close(self) -> None:
        """Close all connections; the next use opens them again."""
        with self._opening:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database throughout."""
        engine = self.open()
        with unavailable(), engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are all written at its end, or none of them."""
        engine = self.open()
        with unavailable(), engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    # Reading

    def follow(self, run_id: str, after: int = 0) -> tuple[Run, list[Entry]]:
        """The run and its events numbered above `after`, in order."""
        with self.reading() as connection:
            run = _run(connection, run_id)
            return run, _entries(connection, run_id, after) if run.last_event > after else []

    def latest(self, run_id: str, kind: str) -> Entry | None:
        """The newest event of one kind."""
        return next(iter(self.newest(run_id, kind, 1)), None)

    def newest(self, run_id: str, kind: str, most: int) -> list[Entry]:
        """The newest events of one kind, at most so many, the newest first."""
        query = select(EVENTS).where(EVENTS.c.run == valid(run_id), EVENTS.c.kind == kind)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(EVENTS.c.number.desc()).limit(most)).all()
        return list(_read(rows))

    def history(self, owner: str, limit: int = 100) -> list[Run]:
        """A person's runs, the newest first."""
        query = select(RUNS).where(RUNS.c.owner == fingerprint(owner))
        with self.reading() as connection:
            rows = connection.execute(query.order_by(RUNS.c.created.desc(), RUNS.c.id).limit(limit)).all()
        return [run_from_row(row) for row in rows]

    def checkpoint(self, run_id: str) -> Checkpoint | None:
        """The last checkpoint of a run, None before the first one."""
        query = select(CHECKPOINTS.c.step, CHECKPOINTS.c.data).where(CHECKPOINTS.c.run == valid(run_id))
        with self.reading() as connection:
            row = connection.execute(query).first()
        return Checkpoint(row.step, bytes(row.data)) if row else None

    def snapshots(self, run_id: str) -> list[Snapshot]:
        """The weights that were noted on the way of every network of a run, by network and step."""
        query = select(SNAPSHOTS).where(SNAPSHOTS.c.run == valid(run_id))
        with self.reading() as connection:
            rows = connection.execute(query.order_by(SNAPSHOTS.c.racer, SNAPSHOTS.c.step)).all()
        return [Snapshot(row.step, bytes(row.data), row.racer) for row in rows]

    # What people ask for

    def create(
        self, config: TrainingConfig, owner: str, title: str = "", fork: Mapping[str, Any] | None = None
    ) -> Run:
        """Put a new run at the end of its owner's queue; `owner` is any secret text that the person keeps.

        `fork` is what `forks.fork_of` gave, for a run that goes on from the weights of another one.

        Raises:
            RunError: when this person has too many runs waiting or in the store, or the store is full.
        """
        who = fingerprint(owner)
        run_id = "".join(secrets.choice(_ALPHABET) for _ in range(12))
        with self.writing() as connection:
            refusal = no_place(connection, who) or no_room(connection, who)
            if refusal:
                raise RunError(refusal)
            forget_paths(connection, who)
            now = connection.execute(select(clock())).scalar_one()
            connection.execute(
                insert(RUNS).values(
                    id=run_id,
                    title=clean_title(title),
                    owner=who,
                    status="queued",
                    wanted="run",
                    config=json.dumps(encode(config)),
                    created=now,
                    updated=now,
                    queued=now,
                    watched=now,
                    attempt=0,
                    last_event=0,
                    device="",
                    sentence="",
                )
            )
            if fork is not None:
                connection.execute(insert(FORKS).values(run=run_id, **fork))
            return _run(connection, run_id)

    def rename(self, run_id: str, owner: str, title: str) -> Run:
        """Give a run of one's own another title; raises RunError when it is somebody else's."""
        with self.writing() as connection:
            _owned(connection, run_id, owner, mark("Only the person who started a run can rename it."))
            connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(title=clean_title(title)))
            return _run(connection, run_id)

    def delete(self, run_id: str, owner: str) -> None:
        """Delete a run of one's own with all it has; a worker that trains it stops. Raises RunError."""
        with self.writing() as connection:
            _owned(connection, run_id, owner, mark("Only the person who started a run can delete it."))
            connection.execute(delete(RUNS).where(RUNS.c.id == run_id))

    def prune(self, days: float) -> int:
        """Delete the runs that ended, or were paused, more than `days` ago, some at a time; how many."""
        with self.writing() as connection:
            return prune(connection, days)

    def pause(self, run_id: str, owner: str) -> Run:
        """Ask for a pause: the worker writes a checkpoint and turns to the next run. Raises RunError."""
        return self._ask(run_id, owner, PAUSE)

    def stop(self, run_id: str, owner: str) -> Run:
        """Ask for the end; all events and the last checkpoint stay. Raises RunError."""
        return self._ask(run_id, owner, STOP)

    def _ask(self, run_id: str, owner: str, wish: Wish) -> Run:
        at_once = wish.at_once
        with self.writing() as connection:
            run = _owned(connection, run_id, owner, wish.not_owned)
            if run.status == "running":
                change: dict[str, Any] = {"wanted": wish.key}
            elif run.status == "queued" or (wish == STOP and run.status in ("paused", "interrupted")):
                change = {"wanted": "run", "status": at_once, "updated": clock()}
            elif run.status == at_once:
                return run
            else:
                raise RunError(tr(wish.too_late, status=tr(run.status)))
            connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(change))
            return _run(connection, run_id)

    def resume(self, run_id: str, owner: str) -> Run:
        """Put a run back into the queue; it goes on from its last checkpoint. Raises RunError."""
        with self.writing() as connection:
            run = _owned(connection, run_id, owner, mark("Only the person who started a run can resume it."))
            if run.status == "running":
                change: dict[str, Any] = {"wanted": "run"}
            elif run.resumable:
                if refusal := no_place(connection, run.owner):
                    raise RunError(refusal)
                now = clock()
                change = {"wanted": "run", "status": "queued", "queued": now, "updated": now, "watched": now}
                change["sentence"] = ""
            elif run.status == "queued":
                return run
            else:
                raise RunError(
                    tr("This run is {status}: there is nothing left to resume.", status=tr(run.status))
                )
            connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(change))
            return _run(connection, run_id)


def clean_title(title: str) -> str:
    """A title on one line, without control characters, of at most 80 characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in title).split())[:MAX_TITLE].rstrip()


def _run(connection: Connection, run_id: str, lock: bool = False) -> Run:
    query: Select[Any] = select(RUNS).where(RUNS.c.id == valid(run_id))
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise UnknownRunError(tr("There is no such run; it may have been deleted."))
    return run_from_row(row)


def _owned(connection: Connection, run_id: str, owner: str, refusal: str) -> Run:
    """A run of this person; else `refusal` is raised as a RunError."""
    run = _run(connection, run_id, lock=True)
    if not run.belongs_to(owner):
        raise RunError(tr(refusal))
    return run


def run_from_row(row: Row[Any]) -> Run:
    """Read a row of the table of runs."""
    config, complaints = _config(row.config)
    return Run(
        id=row.id,
        title=row.title,
        status=row.status,
        wanted=row.wanted,
        config=config,
        complaints=complaints,
        created=row.created,
        updated=row.updated,
        last_event=row.last_event,
        device=row.device,
        sentence=row.sentence,
        owner=row.owner,
    )


@lru_cache(maxsize=500)
def _config(written: str) -> tuple[TrainingConfig, tuple[str, ...]]:
    with speaking(ENGLISH):  # a run that is read once is kept for all who watch it
        config, complaints = decode(json.loads(written))
    return config, tuple(complaints)


def _entries(connection: Connection, run_id: str, after: int) -> list[Entry]:
    query = select(EVENTS).where(EVENTS.c.run == run_id, EVENTS.c.number > after).order_by(EVENTS.c.number)
    return list(_read(connection.execute(query)))


def _read(rows: Iterable[Row[Any]]) -> Iterator[Entry]:
    for row in rows:
        # A newer optviz may have written kinds of events that this one does not know.
        with suppress(ValueError):
            yield Entry(row.number, from_json(row.body))
