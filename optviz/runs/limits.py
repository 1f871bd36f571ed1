"""How much one visitor, one network address and the whole store may take; environment.py has the numbers.

Addresses are kept in memory only, as long as their runs count; the store never sees one.
"""

import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, delete, func, select, text

from optviz.runs.database import clock
from optviz.runs.schema import CHECKPOINTS, FORKS, RUNS, SNAPSHOTS
from optviz.settings import environment
from optviz.words import tr

GIGABYTE = 1e9
HOUR = 3600.0
DAY = 86_400.0
PATHS_KEPT = 8  # runs of one visitor whose path of weights is kept
AT_ONCE = 50  # runs deleted in one transaction, so that nobody waits long for the lock


def no_place(connection: Connection, who: str) -> str | None:
    """Why the person with this fingerprint may queue nothing more, as a sentence; None if they may."""
    most = int(environment.WAITING.read())
    waiting = select(func.count()).where(RUNS.c.owner == who, RUNS.c.status == "queued")
    if connection.execute(waiting).scalar_one() >= most:
        return tr("You have {most} runs waiting already; stop one of them, or wait for your turn.", most=most)
    return None


def no_room(connection: Connection, who: str) -> str | None:
    """Why the store takes no new run of this person, as a sentence; None if it does."""
    most = int(environment.KEPT_RUNS.read())
    if connection.execute(select(func.count()).where(RUNS.c.owner == who)).scalar_one() >= most:
        return tr(
            "You keep {most} runs, all that one visitor may; delete some that you no longer need.", most=most
        )
    room = environment.KEPT_GIGABYTES.read()
    taken = 0
    for table in (CHECKPOINTS, FORKS):
        size = select(func.sum(func.length(table.c.data))).join_from(table, RUNS, RUNS.c.id == table.c.run)
        taken += connection.execute(size.where(RUNS.c.owner == who)).scalar() or 0
    if taken >= room * GIGABYTE:
        return tr(
            "The checkpoints of your runs take {room} GB, which is all that one visitor may; delete runs "
            "that you no longer need.",
            room=f"{room:g}",
        )
    if store_size(connection) >= environment.STORE_GIGABYTES.read() * GIGABYTE:
        return tr(
            "The store of this server is full; delete runs that you no longer need, or ask who runs it."
        )
    return None


def store_size(connection: Connection) -> int:
    """Bytes that the database fills; pages that were emptied do not count."""
    if connection.dialect.name == "postgresql":
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    pages, free, size = (
        connection.execute(text(f"PRAGMA {name}")).scalar_one()
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def prune(connection: Connection, days: float) -> int:
    """Delete runs that ended, or were paused, more than `days` ago; returns how many, at most AT_ONCE."""
    old = (
        select(RUNS.c.id)
        .where(RUNS.c.status.not_in(["queued", "running"]), RUNS.c.updated < clock() - days * DAY)
        .order_by(RUNS.c.updated)
        .limit(AT_ONCE)
    )
    return connection.execute(delete(RUNS).where(RUNS.c.id.in_(old.scalar_subquery()))).rowcount


def forget_paths(connection: Connection, who: str) -> None:
    """Delete the paths of weights of this person's runs, which take most room, but for the newest."""
    newest = select(RUNS.c.id).where(RUNS.c.owner == who).order_by(RUNS.c.created.desc()).limit(PATHS_KEPT)
    old = select(RUNS.c.id).where(RUNS.c.owner == who, RUNS.c.id.not_in(newest.scalar_subquery()))
    connection.execute(delete(SNAPSHOTS).where(SNAPSHOTS.c.run.in_(old.scalar_subquery())))


class Recently:
    """How often each key came in the last `seconds`. Thread-safe."""

    def __init__(self, seconds: float = HOUR, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._now = now
        self._lock = threading.Lock()
        self._times: dict[str, deque[float]] = defaultdict(deque)

    def admit(self, key: str, most: int) -> bool:
        """Count one more, unless `most` came already."""
        with self._lock:
            since = self._now() - self._seconds
            for known in list(self._times):
                times = self._times[known]
                while times and times[0] <= since:
                    times.popleft()
                if not times:
                    del self._times[known]
            if len(self._times[key]) >= most:
                return False
            self._times[key].append(self._now())
            return True


class Slots:
    """How much work is in flight for each key. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    def take(self, limits: dict[str, int]) -> bool:
        """Take one place of each key, if all of them have one left."""
        with self._lock:
            if any(self._taken[key] >= most for key, most in limits.items()):
                return False
            self._taken.update(limits.keys())
            return True

    def give_back(self, limits: dict[str, int]) -> None:
        """Give back what `take` took."""
        with self._lock:
            self._taken.subtract(limits.keys())
            self._taken = +self._taken

    @contextmanager
    def taken(self, limits: dict[str, int], wait: Callable[[], None]) -> Iterator[None]:
        """Hold a place of each key; `wait` is called again and again until there is one."""
        while not self.take(limits):
            wait()
        try:
            yield
        finally:
            self.give_back(limits)
