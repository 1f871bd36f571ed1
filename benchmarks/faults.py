"""One fault in the middle of a measurement, and what became of the training."""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
from sqlalchemy import func, select

from benchmarks.server import Server
from optviz.runs.schema import CHECKPOINTS, EVENTS, RUNS
from optviz.runs.store import Store

LOCKED_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Fault:
    """`cause` breaks something of a server; `sentence` says what."""

    sentence: str
    cause: Callable[[Server], None]


def kill_a_worker(server: Server) -> None:
    """End the training worker that has used most of a processor, without a warning."""
    _kill(server, "multiprocessing.spawn")


def kill_the_scheduler(server: Server) -> None:
    """End the Dask scheduler, without a warning."""
    _kill(server, "distributed.Scheduler")


def lock_the_database(server: Server) -> None:
    """Another program writes to the run store for some seconds, and lets nobody else do so."""
    connection = sqlite3.connect(server.store, timeout=60, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        time.sleep(LOCKED_SECONDS)
        connection.execute("ROLLBACK")
    finally:
        connection.close()


FAULTS = {
    "worker": Fault("the training worker is killed", kill_a_worker),
    "scheduler": Fault("the Dask scheduler is killed", kill_the_scheduler),
    "database": Fault(f"the run store is locked for {LOCKED_SECONDS:g} s", lock_the_database),
}


def trainings(server: Server) -> list[str]:
    """What became of every run in the store, in words."""
    store = Store(f"sqlite:///{server.store}")
    events = select(func.count()).where(EVENTS.c.run == RUNS.c.id).scalar_subquery()
    kept = select(func.count()).where(CHECKPOINTS.c.run == RUNS.c.id).scalar_subquery()
    with store.reading() as connection:
        rows = connection.execute(select(RUNS.c.status, events, kept)).all()
    store.close()
    return [
        f"{status}, {count} events, {'a' if checkpoint else 'no'} checkpoint"
        for status, count, checkpoint in rows
    ]


def _kill(server: Server, sign: str) -> None:
    """Kill the process of the server's family with this sign in its command that has worked most."""

    def worked(process: psutil.Process) -> float:
        return sum(process.cpu_times()[:2])

    family = psutil.Process(server.process.pid).children(recursive=True)
    found = [process for process in family if sign in " ".join(process.cmdline())]
    if not found:
        raise RuntimeError(f"The server has no process with {sign} in its command.")
    max(found, key=worked).kill()
