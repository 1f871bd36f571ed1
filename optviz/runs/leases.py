"""Who may write into a run: a lease, claimed by one server and held by one worker.

A run's `attempt` counts up whenever another process takes the run over, and every write names its attempt.
So a worker that was taken for dead, or a task that the cluster runs twice, cannot damage a run that somebody
else continues: its attempt is no longer the run's, and its writes change nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Table, and_, case, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from optviz.runs.database import clock
from optviz.runs.fair_queue import Waiting, fair_order
from optviz.runs.schema import CHECKPOINTS, EVENTS, FORKS, RUNS, SNAPSHOTS
from optviz.runs.store import ACTIVE, Run, Store, run_from_row
from optviz.training.events import Checkpoint, Snapshot
from optviz.training.stored_words import RUN_LOST

STALE_SECONDS = 12.0  # without a heartbeat for so long, a running run has lost its worker
LOST = RUN_LOST

Ending = Literal["halted", "finished", "diverged", "failed"]


class LeaseLostError(Exception):
    """The run was deleted, stopped or taken over: this worker may no longer write into it."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write into one run; `run` is as it was when the lease was taken."""

    run: Run
    attempt: int


@dataclass(frozen=True, slots=True)
class Line:
    """One event to be stored; `body` is its JSON."""

    number: int
    kind: str
    body: str


# The status after a worker's end, given what was wanted of it. A run that should go on (it was resumed
# while it was pausing, or it yields to others) goes back into the queue.
_AFTER = case(
    (RUNS.c.wanted == "pause", literal("paused")),
    (RUNS.c.wanted == "stop", literal("stopped")),
    else_=literal("queued"),
)
_AFTER_LOSS = case(
    (RUNS.c.wanted == "pause", literal("paused")),
    (RUNS.c.wanted == "stop", literal("stopped")),
    else_=literal("interrupted"),
)


def claim(store: Store, run_id: str) -> int | None:
    """Take a queued run for this server; returns its attempt, or None when another server was faster."""
    with store.writing() as connection:
        return connection.execute(
            update(RUNS)
            .where(RUNS.c.id == run_id, RUNS.c.status == "queued")
            .values(
                status="running",
                wanted="run",
                attempt=RUNS.c.attempt + 1,
                begun=clock(),
                heartbeat=clock(),
                updated=clock(),
            )
            .returning(RUNS.c.attempt)
        ).scalar()


def begin(store: Store, run_id: str, attempt: int) -> Lease | None:
    """Take a run over from the server that claimed it; None when the claim is used up or gone."""
    with store.writing() as connection:
        row = connection.execute(
            update(RUNS)
            .where(RUNS.c.id == run_id, RUNS.c.status == "running", RUNS.c.attempt == attempt)
            .values(attempt=attempt + 1, heartbeat=clock())
            .returning(RUNS)
        ).first()
    return Lease(run_from_row(row), row.attempt) if row else None


def append(
    store: Store,
    lease: Lease,
    lines: Sequence[Line] = (),
    checkpoint: Checkpoint | None = None,
    device: str | None = None,
    sentence: str | None = None,
    snapshots: Sequence[Snapshot] = (),
) -> str:
    """Write events, a checkpoint and snapshots in one transaction; note a heartbeat, return what is wanted.

    Events that are stored already stay as they are, so a batch may be sent again when its answer was lost.

    Raises:
        LeaseLostError: when the run is no longer this worker's. Nothing was written.
    """
    with store.writing() as connection:
        change: dict[str, Any] = {"heartbeat": clock(), "status": "running"}
        if lines:
            change |= {"last_event": lines[-1].number, "updated": clock()}
        if device is not None:
            change["device"] = device
        if sentence is not None:
            change["sentence"] = sentence
        # A worker whose heartbeats could not be written was marked "interrupted"; it may still go on.
        wanted: str | None = connection.execute(
            update(RUNS)
            .where(_held(lease), RUNS.c.status.in_(["running", "interrupted"]))
            .values(change)
            .returning(RUNS.c.wanted)
        ).scalar()
        if wanted is None:
            raise LeaseLostError
        if lines:
            rows = [{"run": lease.run.id, "number": e.number, "kind": e.kind, "body": e.body} for e in lines]
            connection.execute(_insert(connection, EVENTS).on_conflict_do_nothing(), rows)
        if checkpoint is not None:
            given = {"step": checkpoint.step, "data": checkpoint.data}
            statement = _insert(connection, CHECKPOINTS).values(run=lease.run.id, **given)
            connection.execute(statement.on_conflict_do_update(index_elements=["run"], set_=given))
            # A fork that has a checkpoint of its own no longer needs its parent's.
            own = update(FORKS).where(FORKS.c.run == lease.run.id, FORKS.c.data.is_not(None))
            connection.execute(own.values(data=None))
        for snapshot in snapshots:
            given = {"data": snapshot.data}
            place = {"run": lease.run.id, "racer": snapshot.racer, "step": snapshot.step}
            statement = _insert(connection, SNAPSHOTS).values(**place, **given)
            connection.execute(statement.on_conflict_do_update(index_elements=list(place), set_=given))
        return wanted


def wanted(store: Store, lease: Lease) -> str:
    """What the worker should do: "run", "pause", "stop" or "yield". Raises LeaseLostError."""
    query = select(RUNS.c.wanted).where(_held(lease), RUNS.c.status.in_(["running", "interrupted"]))
    with store.reading() as connection:
        found: str | None = connection.execute(query).scalar()
    if found is None:
        raise LeaseLostError
    return found


def settle(store: Store, lease: Lease, ending: Ending, sentence: str = "") -> None:
    """Give the lease back: the run is paused, stopped or queued as was wanted, or it has ended.

    A second call changes nothing, because the lease is gone.
    """
    status = _AFTER if ending == "halted" else ending
    with store.writing() as connection:
        connection.execute(
            update(RUNS)
            .where(_held(lease), RUNS.c.status.in_(["running", "interrupted"]))
            .values(
                status=status,
                wanted="run",
                attempt=lease.attempt + 1,
                queued=clock(),
                updated=clock(),
                sentence=sentence,
            )
        )


def hold(store: Store, claims: Mapping[str, int]) -> None:
    """Note a heartbeat for claimed runs that no worker has begun: it may still be loading its libraries."""
    with store.writing() as connection:
        for run_id, attempt in claims.items():
            connection.execute(
                update(RUNS)
                .where(RUNS.c.id == run_id, RUNS.c.attempt == attempt, RUNS.c.status == "running")
                .values(heartbeat=clock())
            )


def interrupt(store: Store, run_id: str, attempt: int, sentence: str = LOST) -> None:
    """Mark a claimed run whose worker is dead; one that has settled stays as it is."""
    with store.writing() as connection:
        connection.execute(
            update(RUNS)
            .where(RUNS.c.id == run_id, RUNS.c.status == "running")
            .where(RUNS.c.attempt.in_([attempt, attempt + 1]))
            .values(_loss(sentence))
        )


def interrupt_stale(store: Store, seconds: float) -> list[str]:
    """Mark the running runs without a heartbeat for `seconds`; return their ids."""
    with store.writing() as connection:
        rows = connection.execute(
            update(RUNS)
            .where(RUNS.c.status == "running", RUNS.c.heartbeat < clock() - seconds)
            .values(_loss())
            .returning(RUNS.c.id)
        )
        return list(rows.scalars())


def ask_to_yield(store: Store, run_ids: Sequence[str]) -> None:
    """Ask the workers of these runs to write a checkpoint and end; the runs go back into the queue."""
    with store.writing() as connection:
        connection.execute(
            update(RUNS)
            .where(RUNS.c.id.in_(run_ids), RUNS.c.status == "running", RUNS.c.wanted == "run")
            .values(wanted="yield")
        )


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """All runs that wait or run, at one moment.

    `running` are the ids of those that run, and `unwatched` the ids of those among them at which nobody
    looked lately. `busy` counts the running runs of each owner, and `served` says when each owner with a
    waiting run last got a worker (seconds since 1970).
    """

    waiting: tuple[Waiting, ...]
    running: tuple[str, ...]
    unwatched: tuple[str, ...]
    busy: Mapping[str, int]
    served: Mapping[str, float]

    def order(self) -> list[str]:
        """The ids of the waiting runs in the order in which they will begin."""
        return fair_order(self.waiting, self.busy, self.served)

    def within(self, most: int) -> set[str]:
        """The waiting runs that may begin now if nobody trains more than `most` at the same time."""
        busy, found = Counter(self.busy), set()
        owners = {run.id: run.owner for run in self.waiting}
        for run_id in self.order():
            if busy[owners[run_id]] < most:
                busy[owners[run_id]] += 1
                found.add(run_id)
        return found


def queue_snapshot(store: Store, patience: float) -> QueueSnapshot:
    """What waits and what runs; a run counts as watched for `patience` seconds after each look at it."""
    runs = (
        select(
            RUNS.c.id,
            RUNS.c.owner,
            RUNS.c.status,
            RUNS.c.queued,
            (RUNS.c.watched > clock() - patience).label("watched"),
        )
        .where(RUNS.c.status.in_(ACTIVE))
        .order_by(RUNS.c.queued, RUNS.c.id)
    )
    with store.reading() as connection:
        rows = connection.execute(runs).all()
        owners = {row.owner for row in rows if row.status == "queued"}
        served = (
            select(RUNS.c.owner, func.max(RUNS.c.begun).label("begun"))
            .where(RUNS.c.owner.in_(owners), RUNS.c.begun.is_not(None))
            .group_by(RUNS.c.owner)
        )
        last = {row.owner: row.begun for row in connection.execute(served)} if owners else {}
    running = [row for row in rows if row.status == "running"]
    return QueueSnapshot(
        tuple(Waiting(r.id, r.owner, r.queued, bool(r.watched)) for r in rows if r.status == "queued"),
        tuple(row.id for row in running),
        tuple(row.id for row in running if not row.watched),
        Counter(row.owner for row in running),
        last,
    )


def touch(store: Store, run_ids: Sequence[str]) -> None:
    """Note that somebody looks at these runs now."""
    with store.writing() as connection:
        connection.execute(update(RUNS).where(RUNS.c.id.in_(run_ids)).values(watched=clock()))


def _held(lease: Lease) -> ColumnElement[bool]:
    return and_(RUNS.c.id == lease.run.id, RUNS.c.attempt == lease.attempt)


def _loss(sentence: str = LOST) -> dict[str, Any]:
    # The attempt stays: if the worker is alive after all, its next write sets the run to running again.
    return {"status": _AFTER_LOSS, "wanted": "run", "updated": clock(), "sentence": sentence}


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    dialect = connection.dialect.name
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
