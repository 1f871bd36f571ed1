"""What workers compute about a run besides training it, such as its landscape; kept in the store.

A job has an attempt number like a run: whoever takes it over counts it up, and every write names its attempt.
So a worker that was taken for dead, or a task that the cluster runs twice, changes nothing.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, case, delete, func, insert, literal, not_, select, update

from optviz.runs.database import clock
from optviz.runs.leases import LeaseLostError
from optviz.runs.schema import JOBS
from optviz.runs.store import RunError, Store, valid
from optviz.training.stored_words import JOB_LOST, stored
from optviz.words import tr

JobStatus = Literal["queued", "running", "done", "failed"]
#: The most jobs of one run, of its sweeps of learning rates, and of all runs that may wait for a worker.
MOST_OF_RUN, MOST_OF_SWEEPS, MOST_WAITING = 24, 300, 1000
#: Jobs of this kind are many; they wait until no run does.
PATIENT = "sweep"
#: After so many lost workers a job is given up.
MOST_LOSSES = 3
LOST = stored(JOB_LOST, count=MOST_LOSSES)

_PATIENT = JOBS.c.request.like(f'%"kind": "{PATIENT}"%')
_WITHOUT_RESULT = [column for column in JOBS.c if column.name != "result"]


@dataclass(frozen=True, slots=True)
class Job:
    """One job: what was asked for, how much of it is done (0 to 1), and how many results it has written."""

    id: str
    run: str
    request: Mapping[str, Any]
    status: JobStatus
    attempt: int
    share: float
    version: int
    sentence: str

    @property
    def active(self) -> bool:
        """Whether it changes by itself."""
        return self.status in ("queued", "running")


def ask(store: Store, run_id: str, request: Mapping[str, Any]) -> Job:
    """The job of this run for this request: the one that exists, or a new one at the end of the queue.

    One that failed is queued again. Those that differ in nothing but the `step` and are over make room.

    Raises:
        RunError: when the run has too many jobs, or too many wait.
    """
    text = json.dumps(dict(request), sort_keys=True)
    mine = JOBS.c.run == valid(run_id), JOBS.c.request == text
    with store.writing() as connection:
        row = connection.execute(select(*_WITHOUT_RESULT).where(*mine)).first()
        if row is not None and row.status != "failed":
            return _job(row)
        waiting = select(func.count()).select_from(JOBS).where(JOBS.c.status == "queued")
        if connection.execute(waiting).scalar_one() >= MOST_WAITING:
            raise RunError(tr("Too much waits to be computed on this server; try again later."))
        if row is not None:
            again = {"status": "queued", "losses": 0, "share": 0.0, "sentence": "", "created": clock()}
            connection.execute(update(JOBS).where(*mine).values(again))
        else:
            _make_room(connection, run_id, request)
            patient = request["kind"] == PATIENT
            alike = _PATIENT if patient else not_(_PATIENT)
            of_run = select(func.count()).select_from(JOBS).where(JOBS.c.run == run_id, alike)
            most = MOST_OF_SWEEPS if patient else MOST_OF_RUN
            if connection.execute(of_run).scalar_one() >= most:
                raise RunError(
                    tr("For this run {most} of these were computed already, which is the most.", most=most)
                )
            connection.execute(
                insert(JOBS).values(
                    id=secrets.token_hex(8),
                    run=run_id,
                    request=text,
                    status="queued",
                    attempt=0,
                    losses=0,
                    created=clock(),
                    share=0.0,
                    version=0,
                    sentence="",
                )
            )
        return _job(connection.execute(select(*_WITHOUT_RESULT).where(*mine)).one())


def _make_room(connection: Connection, run_id: str, request: Mapping[str, Any]) -> None:
    over = select(JOBS.c.id, JOBS.c.request).where(
        JOBS.c.run == run_id, JOBS.c.status.in_(["done", "failed"])
    )
    for row in connection.execute(over).all():
        if {**json.loads(row.request), "step": None} == {**request, "step": None}:
            connection.execute(delete(JOBS).where(JOBS.c.id == row.id))


def of_run(store: Store, run_id: str) -> list[Job]:
    """All jobs of a run, the oldest first."""
    query = select(*_WITHOUT_RESULT).where(JOBS.c.run == valid(run_id)).order_by(JOBS.c.created, JOBS.c.id)
    with store.reading() as connection:
        return [_job(row) for row in connection.execute(query)]


def result(store: Store, job_id: str) -> bytes | None:
    """The newest result of a job, None before the first one."""
    with store.reading() as connection:
        found: bytes | None = connection.execute(select(JOBS.c.result).where(JOBS.c.id == job_id)).scalar()
    return bytes(found) if found is not None else None


def results(store: Store, run_id: str, kind: str) -> dict[str, bytes]:
    """The newest results of all jobs of one kind of a run, by the id of the job."""
    query = select(JOBS.c.id, JOBS.c.result).where(
        JOBS.c.run == valid(run_id), JOBS.c.request.like(f'%"kind": "{kind}"%'), JOBS.c.result.is_not(None)
    )
    with store.reading() as connection:
        return {row.id: bytes(row.result) for row in connection.execute(query)}


def cancel(store: Store, run_id: str, kind: str) -> None:
    """Delete the jobs of one kind that are not done; a worker that computes one stops."""
    with store.writing() as connection:
        connection.execute(
            delete(JOBS).where(
                JOBS.c.run == valid(run_id),
                JOBS.c.request.like(f'%"kind": "{kind}"%'),
                JOBS.c.status != "done",
            )
        )


# For the server that places jobs


def waiting(store: Store, *, patient: bool = False) -> list[str]:
    """The ids of the jobs that wait, in the order in which they begin; the `patient` ones or the others."""
    alike = _PATIENT if patient else not_(_PATIENT)
    query = select(JOBS.c.id).where(JOBS.c.status == "queued", alike).order_by(JOBS.c.created, JOBS.c.id)
    with store.reading() as connection:
        return list(connection.execute(query).scalars())


def claim(store: Store, job_id: str) -> int | None:
    """Take a waiting job for this server; returns its attempt, or None when another server was faster."""
    with store.writing() as connection:
        return connection.execute(
            update(JOBS)
            .where(JOBS.c.id == job_id, JOBS.c.status == "queued")
            .values(status="running", attempt=JOBS.c.attempt + 1, heartbeat=clock())
            .returning(JOBS.c.attempt)
        ).scalar()


def hold(store: Store, claims: Mapping[str, int]) -> None:
    """Note a heartbeat for jobs that a server has given to its cluster and that the cluster has not lost.

    A worker that loads its libraries or a data set reports nothing for a while.
    """
    with store.writing() as connection:
        for job_id, attempt in claims.items():
            held = JOBS.c.id == job_id, JOBS.c.attempt.in_([attempt, attempt + 1])
            connection.execute(
                update(JOBS).where(*held, JOBS.c.status == "running").values(heartbeat=clock())
            )


def requeue(store: Store, job_id: str, attempt: int, *, lost: bool = True) -> None:
    """Put a job back whose worker is gone; it is given up after MOST_LOSSES of them."""
    with store.writing() as connection:
        connection.execute(
            update(JOBS)
            .where(JOBS.c.id == job_id, JOBS.c.status == "running")
            .where(JOBS.c.attempt.in_([attempt, attempt + 1]))
            .values(_again(int(lost)))
        )


def requeue_stale(store: Store, seconds: float) -> None:
    """Put the jobs back that have had no heartbeat for `seconds`."""
    with store.writing() as connection:
        stale = JOBS.c.status == "running", JOBS.c.heartbeat < clock() - seconds
        connection.execute(update(JOBS).where(*stale).values(_again(1)))


def _again(losses: int) -> dict[str, Any]:
    over = JOBS.c.losses + losses >= MOST_LOSSES
    return {
        "status": case((over, literal("failed")), else_=literal("queued")),
        "sentence": case((over, literal(LOST)), else_=literal("")),
        "attempt": JOBS.c.attempt + 2,  # neither the claim nor the worker may write any more
        "losses": JOBS.c.losses + losses,
        "share": 0.0,
    }


# For the worker


def begin(store: Store, job_id: str, attempt: int) -> Job | None:
    """Take a job over from the server that claimed it; None when the claim is used up or gone."""
    with store.writing() as connection:
        row = connection.execute(
            update(JOBS)
            .where(JOBS.c.id == job_id, JOBS.c.status == "running", JOBS.c.attempt == attempt)
            .values(attempt=attempt + 1, heartbeat=clock())
            .returning(*_WITHOUT_RESULT)
        ).first()
    return _job(row) if row else None


def report(store: Store, job: Job, share: float, sentence: str = "", made: bytes | None = None) -> None:
    """Note how much is done, and a heartbeat; `made` replaces the result. Raises LeaseLostError."""
    change: dict[str, Any] = {"heartbeat": clock(), "share": share, "sentence": sentence}
    if made is not None:
        change |= {"result": made, "version": JOBS.c.version + 1}
    _write(store, job, change)


def settle(store: Store, job: Job, status: Literal["done", "failed"], sentence: str = "") -> None:
    """End a job. Raises LeaseLostError when it is no longer this worker's, also the second time."""
    _write(store, job, {"status": status, "sentence": sentence, "attempt": job.attempt + 1})


def _write(store: Store, job: Job, change: Mapping[str, Any]) -> None:
    held = JOBS.c.id == job.id, JOBS.c.attempt == job.attempt, JOBS.c.status == "running"
    with store.writing() as connection:
        if connection.execute(update(JOBS).where(*held).values(change)).rowcount != 1:
            raise LeaseLostError


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        run=row.run,
        request=json.loads(row.request),
        status=row.status,
        attempt=row.attempt,
        share=row.share,
        version=row.version,
        sentence=row.sentence,
    )
