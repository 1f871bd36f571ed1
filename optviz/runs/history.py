"""The history of a run, for pages: its events so far, read once for all who watch it.

Fifty people who watch one run read the store as often as one person: the first request after
`FRESH_SECONDS` reads the events that are new, and the others get the same history.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TypeVar

import numpy as np

from optviz.runs import scheduler
from optviz.runs.database import StoreUnavailableError
from optviz.runs.store import Entry, Run, Store
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
    """A run and its events at one moment.

    Steps that were trained twice, because a worker was lost, are in it once. `complaint` says why nothing
    newer can be read, or is empty.
    """

    run: Run
    events: tuple[Event, ...] = ()
    complaint: str = ""

    @cached_property
    def started(self) -> Started | None:
        """The newest start, which names the device."""
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
        """Where the loss stopped being finite."""
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
        """The sentences of all notices."""
        return tuple(event.sentence for event in self.events if isinstance(event, Notice))

    @cached_property
    def losses(self) -> tuple[np.ndarray, np.ndarray]:
        """Steps and losses of single batches, each of shape (n,)."""
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


def continued(events: Iterable[Event], entries: Iterable[Entry]) -> tuple[Event, ...]:
    """`events` and then the newer `entries`, as if the run had never been interrupted.

    A run that lost its worker goes on from its last checkpoint and repeats the steps since then. The store
    keeps both; here what came after that checkpoint is dropped when the repetition begins.
    """
    told = list(events)
    for entry in entries:
        if isinstance(entry.event, Started):
            since = entry.event.resumed_at
            told = [event for event in told if since and getattr(event, "step", 0) <= since]
        told.append(entry.event)
    return tuple(told)


@dataclass(slots=True)
class _Followed:
    """A run that somebody watches: its history, and the number of the newest event in it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    history: History | None = None
    last_event: int = 0
    read_at: float = 0.0


_followed: OrderedDict[str, _Followed] = OrderedDict()
_registry = threading.Lock()


def watch(run_id: str, fresh: bool = False) -> History:
    """The history of a run as it was at most `FRESH_SECONDS` ago, or as it is now if it must be `fresh`.

    While the store cannot be reached, the history that was read last, with a complaint.

    Raises:
        UnknownRunError: when there is no such run.
        StoreUnavailableError: when the store cannot be reached and this run was never read.
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
        tasks = scheduler.current()
        try:
            run, new = tasks.store.follow(run_id, followed.last_event)
        except StoreUnavailableError as error:
            if old is None:
                raise
            return replace(old, complaint=str(error))
        tasks.seen(run)
        followed.read_at = time.monotonic()
        if old and run == old.run and not new:
            return old
        before = old.events if old else ()
        followed.history = History(run, continued(before, new) if new else before)
        if new:
            followed.last_event = new[-1].number
        return followed.history


def accuracies(runs: list[Run]) -> dict[str, float | None]:
    """The newest test accuracy of each run, by its id."""
    store = scheduler.current().store
    return {run.id: _accuracy(store, run.id, run.last_event) for run in runs}


@lru_cache(maxsize=2000)
def _accuracy(store: Store, run_id: str, last_event: int) -> float | None:
    """The accuracy when `last_event` was the newest event; that never changes, so it is kept."""
    if not last_event:
        return None
    entry = store.latest(run_id, "evaluation")
    return entry.event.test_accuracy if entry and isinstance(entry.event, Evaluation) else None


_loading = threading.Lock()
_test_images: dict[str, np.ndarray] = {}


def prepare(dataset: str, progress: ProgressCallback | None = None) -> None:
    """Download a data set if it is not on this computer; a second caller waits for the first.

    Raises:
        DatasetError: when it is damaged or cannot be downloaded.
    """
    with _loading:
        if dataset not in _test_images:
            loaded: Dataset = load(dataset, progress)
            shape = loaded.info.shape
            # A copy, so that the training images are not kept.
            _test_images[dataset] = loaded.test_images.reshape(-1, *shape).copy()


def test_images(dataset: str) -> np.ndarray:
    """The test images, uint8 of shape (n, height, width). Raises DatasetError."""
    if dataset not in _test_images:
        prepare(dataset)
    return _test_images[dataset]
