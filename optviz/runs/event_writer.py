"""Writes a worker's events to the store, in a separate thread, and reads from it what is wanted.

Training never waits for the database. While the database is locked or gone, events are kept here, in order
and in bounded memory; they are written when it is back.
"""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence

from optviz.runs.database import StoreUnavailableError
from optviz.runs.drawings import Drawing, newest, of_run
from optviz.runs.leases import Ending, Lease, LeaseLostError, Line, append, settle, wanted
from optviz.runs.store import Store
from optviz.training.events import Checkpoint, Event, Snapshot, Started, kind_of, to_json

INTERVAL = 0.25  # seconds between two questions for what is wanted
HEARTBEAT = 2.0  # seconds between two heartbeats
BATCH = 200  # events in one transaction
ROOM = 16_000_000  # characters kept while the store is away: hours of the usual events
PATIENCE = 600.0  # seconds that a finished worker waits for the store before it gives up

logger = logging.getLogger(__name__)


class EventWriter:
    """Writes the events of one run. Its methods return at once, except `close`."""

    def __init__(self, store: Store, lease: Lease, room: int = ROOM) -> None:
        self.wanted = lease.run.wanted  # "run", "pause", "stop" or "yield", or "nothing" when the run is lost
        self.left_out = 0  # events dropped for lack of room while the store was away
        self._store = store
        self._lease = lease
        self._room = room
        self._backlog: deque[tuple[str, str]] = deque()  # kind and body, still without numbers
        self._size = 0
        self._batch: list[Line] = []  # keeps its numbers: an attempt to write it may have succeeded
        self._last = lease.run.last_event
        self._checkpoint: Checkpoint | None = None
        self.drawings: tuple[Drawing, ...] = ()  # what people have drawn for this run
        self._drawn = (0, 0)
        self._snapshots: list[Snapshot] = []
        self._device: str | None = None
        self._sentence: str | None = None
        self._said: str | None = None
        self._log = logging.LoggerAdapter(logger, {"run": lease.run.id})
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._heard = time.monotonic()
        self._thread = threading.Thread(target=self._work, name=f"event-writer-{lease.run.id}", daemon=True)
        self._thread.start()

    def write(self, event: Event) -> None:
        """Take an event; of checkpoints that are not written yet, only the newest is kept."""
        kind, body = kind_of(event), to_json(event)
        with self._lock:
            if isinstance(event, Checkpoint):
                self._checkpoint = event
            if isinstance(event, Snapshot):
                self._snapshots.append(event)
            if isinstance(event, Started):
                self._device, self._sentence = event.device_name, ""
            self._backlog.append((kind, body))
            self._size += len(body)
            while self._size > self._room and self._thin():
                pass

    def say(self, sentence: str) -> None:
        """Set the sentence that spectators read before the first event."""
        self._sentence = sentence

    def close(self, ending: Ending, sentence: str = "", patience: float = PATIENCE) -> bool:
        """Write what is left and give the lease back; returns whether `patience` seconds were enough."""
        self._closing.set()
        self._thread.join()
        deadline = time.monotonic() + patience
        while self.wanted != "nothing":
            try:
                while self._flush():
                    pass
                settle(self._store, self._lease, ending, sentence)
                return True
            except LeaseLostError:
                break
            except StoreUnavailableError as error:
                if time.monotonic() > deadline:
                    self._log.error("Run %s could not be written: %s", self._lease.run.id, error)
                    return False
                time.sleep(INTERVAL)
        return False

    def _work(self) -> None:
        away = False
        while not self._closing.wait(INTERVAL):
            try:
                while self._flush():
                    pass
                if time.monotonic() - self._heard > HEARTBEAT or self._sentence != self._said:
                    self._append()
                else:
                    self.wanted = wanted(self._store, self._lease)
                self._look_at_drawings()
            except LeaseLostError:
                self.wanted = "nothing"
                return
            except StoreUnavailableError as error:
                if not away:
                    self._log.warning("Run %s: %s Its events wait.", self._lease.run.id, error)
                away = True
            except Exception:
                # Not an absent store but a programming error: `close` runs into it again and raises it.
                self._log.exception("Run %s cannot be written", self._lease.run.id)
                self.wanted = "stop"
                return
            else:
                away = False

    def _flush(self) -> bool:
        """Write one batch; returns whether there was anything to write."""
        with self._lock:
            while self._backlog and len(self._batch) < BATCH:
                kind, body = self._backlog.popleft()
                self._size -= len(body)
                self._last += 1
                self._batch.append(Line(self._last, kind, body))
            # A checkpoint must not be stored before the events that precede it.
            complete = not self._backlog
            checkpoint = self._checkpoint if complete else None
            snapshots = list(self._snapshots)
        if not self._batch and checkpoint is None and not snapshots:
            return False
        self._append(checkpoint, snapshots)
        self._batch = []
        with self._lock:
            del self._snapshots[: len(snapshots)]
            if self._checkpoint is checkpoint:
                self._checkpoint = None
        return True

    def _append(self, checkpoint: Checkpoint | None = None, snapshots: Sequence[Snapshot] = ()) -> None:
        device, sentence = self._device, self._sentence
        self.wanted = append(self._store, self._lease, self._batch, checkpoint, device, sentence, snapshots)
        self._heard, self._said = time.monotonic(), sentence

    def _look_at_drawings(self) -> None:
        run_id = self._lease.run.id
        drawn = newest(self._store, run_id)
        if drawn != self._drawn:
            self.drawings, self._drawn = tuple(of_run(self._store, run_id)), drawn

    def _thin(self) -> bool:
        """Drop every second event of the kind that takes most room; returns whether there was one to drop.

        So a curve gets coarser, but has no gap and keeps both its ends.
        """
        sizes: Counter[str] = Counter()
        counts: Counter[str] = Counter()
        for kind, body in self._backlog:
            sizes[kind] += len(body)
            counts[kind] += 1
        worst = next((kind for kind, _ in sizes.most_common() if counts[kind] > 2), None)
        if worst is None:
            return False
        kept: deque[tuple[str, str]] = deque()
        seen = 0
        for kind, body in self._backlog:
            if kind == worst:
                seen += 1
                if seen % 2 == 0 and seen < counts[worst]:
                    self._size -= len(body)
                    self.left_out += 1
                    continue
            kept.append((kind, body))
        self._backlog = kept
        return True
