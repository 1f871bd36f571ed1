"""What pages know of a run: its events so far, read once for all who watch it.

Fifty people who watch one run ask the store as often as one of them: whoever comes first after
`FRESH_SECONDS` reads the events that are new, and the others get the same picture of the run.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TypeVar

import numpy as np

from optviz.runs import scheduler
from optviz.runs.database import StoreUnavailableError
from optviz.runs.store import Entry, Run, Store, timeline
from optviz.training.datasets import Dataset, ProgressCallback, load
from optviz.training.events import (
    Checkpoint,
    Diverged,
    Evaluation,
    Event,
    FirstLayer,
    Notice,
    Progress,
    Samples,
    Started,
)

E = TypeVar("E")

FRESH_SECONDS = 0.4
KEPT_RUNS = 64


@dataclass(frozen=True, eq=False)
class History:
    """A run and its events at one moment. `complaint` says why nothing newer can be had, or is empty."""

    run: Run
    events: tuple[Event, ...] = ()
    complaint: str = ""

    @cached_property
    def started(self) -> Started | None:
        """The last start, which names the device; None before the first."""
        return self.last(Started)

    @cached_property
    def progress(self) -> Progress | None:
        """The newest progress."""
        return self.last(Progress)

    @cached_property
    def samples(self) -> Samples | None:
        """The newest predictions of single images."""
        return self.last(Samples)

    @cached_property
    def first_layer(self) -> FirstLayer | None:
        """The newest weights of the first layer."""
        return self.last(FirstLayer)

    @cached_property
    def diverged(self) -> Diverged | None:
        """Where the loss stopped being a number, if it did."""
        return self.last(Diverged)

    @cached_property
    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint, without its data."""
        return self.last(Checkpoint)

    @cached_property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """All evaluations, in order."""
        return tuple(event for event in self.events if isinstance(event, Evaluation))

    @cached_property
    def notices(self) -> tuple[str, ...]:
        """What is not done in the usual way, in sentences."""
        return tuple(event.sentence for event in self.events if isinstance(event, Notice))

    @cached_property
    def losses(self) -> tuple[np.ndarray, np.ndarray]:
        """Steps and losses of single batches."""
        pairs = [pair for event in self.events if isinstance(event, Progress) for pair in event.losses]
        table = np.array(pairs, dtype=float).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    @property
    def step(self) -> int:
        """How many steps are done."""
        resumed = self.started.resumed_at if self.started else 0
        return max(self.progress.step if self.progress else 0, resumed)

    @property
    def accuracy(self) -> float | None:
        """The test accuracy of the newest evaluation."""
        return self.evaluations[-1].test_accuracy if self.evaluations else None

    def last(self, kind: type[E]) -> E | None:
        """The newest event of one kind."""
        return next((event for event in reversed(self.events) if isinstance(event, kind)), None)


@dataclass(slots=True)
class _Followed:
    """A run that somebody watches, and what was read of it so far."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    entries: list[Entry] = field(default_factory=list)
    history: History | None = None
    read_at: float = 0.0


_followed: OrderedDict[str, _Followed] = OrderedDict()
_registry = threading.Lock()


def watch(run_id: str, fresh: bool = False) -> History:
    """The run as it is now, at most `FRESH_SECONDS` ago, or exactly now if that must be `fresh`.

    While the store cannot be reached, what was last read, with a complaint.

    Raises:
        UnknownRunError: when there is no such run.
        StoreUnavailableError: when nothing has ever been read of it.
    """
    with _registry:
        followed = _followed.setdefault(run_id, _Followed())
        _followed.move_to_end(run_id)
        while len(_followed) > KEPT_RUNS:
            _followed.popitem(last=False)
    with followed.lock:
        old = followed.history
        if old and not fresh and time.monotonic() - followed.read_at < FRESH_SECONDS:
            return old
        after = followed.entries[-1].number if followed.entries else 0
        try:
            run, new = scheduler.current().follow(run_id, after)
        except StoreUnavailableError as error:
            if old is None:
                raise
            return replace(old, complaint=str(error))
        followed.read_at = time.monotonic()
        if old is None or new or run != old.run:
            followed.entries += new
            events = tuple(timeline(followed.entries)) if new or old is None else old.events
            followed.history = History(run, events)
        assert followed.history is not None
        return followed.history


def accuracies(runs: list[Run]) -> dict[str, float | None]:
    """The newest test accuracy of each run, by its id."""
    store = scheduler.current().store
    return {run.id: _accuracy(store, run.id, run.last_event) for run in runs}


@lru_cache(maxsize=2000)
def _accuracy(store: Store, run_id: str, last_event: int) -> float | None:
    """`last_event` makes the answer one that never changes."""
    if not last_event:
        return None
    entry = store.latest(run_id, "evaluation")
    return entry.event.test_accuracy if entry and isinstance(entry.event, Evaluation) else None


_loading = threading.Lock()
_test_images: dict[str, np.ndarray] = {}


def prepare(dataset: str, progress: ProgressCallback | None = None) -> None:
    """Make sure that a data set is on this computer; whoever comes second waits for the first.

    Raises:
        DatasetError: when it cannot be had.
    """
    with _loading:
        if dataset not in _test_images:
            loaded: Dataset = load(dataset, progress)
            shape = loaded.info.shape
            # A copy, so that the training images are not kept.
            _test_images[dataset] = loaded.test_images.reshape(-1, *shape).copy()


def test_images(dataset: str) -> np.ndarray:
    """The test images, bytes of shape (n, height, width). Raises DatasetError."""
    if dataset not in _test_images:
        prepare(dataset)
    return _test_images[dataset]
