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
    Activity,
    Checkpoint,
    Diverged,
    Evaluation,
    Event,
    Finished,
    FirstLayer,
    Lengths,
    Notice,
    Progress,
    Samples,
    Sharpness,
    Started,
)

E = TypeVar("E")

FRESH_SECONDS = 0.4
KEPT_RUNS = 64


@dataclass(frozen=True, eq=False)
class Lane:
    """One network of a run, and its events so far."""

    events: tuple[Event, ...] = ()

    @property
    def own(self) -> tuple[Event, ...]:
        """The events of this network."""
        return self.events

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
    def finished(self) -> Finished | None:
        """The end, when it was trained to the end."""
        return self.last(Finished)

    @cached_property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """All evaluations, in order."""
        return tuple(event for event in self.own if isinstance(event, Evaluation))

    @cached_property
    def losses(self) -> tuple[np.ndarray, np.ndarray]:
        """Steps and losses of single batches, each of shape (n,)."""
        pairs = [pair for event in self.own if isinstance(event, Progress) for pair in event.losses]
        table = np.array(pairs, dtype=float).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    @cached_property
    def clock(self) -> tuple[np.ndarray, np.ndarray]:
        """Steps and the seconds of training until then, each of shape (n,), beginning with 0 and 0."""
        pairs = [(event.step, event.trained) for event in self.own if isinstance(event, Progress)]
        table = np.array([(0, 0.0), *pairs], dtype=float)
        return table[:, 0], table[:, 1]

    @cached_property
    def lengths(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Steps (n,), and lengths of weights, gradients and updates, each of shape (n, layers)."""
        told = [event for event in self.own if isinstance(event, Lengths)]
        steps = np.array([step for event in told for step in event.steps], dtype=float)
        weights, gradients, updates = (
            np.array([row for event in told for row in getattr(event, part)], dtype=float)
            for part in ("weights", "gradients", "updates")
        )
        return steps, weights, gradients, updates

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        """What the units computed, in order."""
        return tuple(event for event in self.own if isinstance(event, Activity))

    @cached_property
    def sharpnesses(self) -> tuple[Sharpness, ...]:
        """The largest eigenvalues, in order; none unless the run was asked for them."""
        return tuple(event for event in self.own if isinstance(event, Sharpness))

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
        return next((event for event in reversed(self.own) if isinstance(event, kind)), None)


@dataclass(frozen=True, eq=False)
class History(Lane):
    """A run and its events at one moment; what is asked of one network is that of the first.

    Steps that were trained twice, because a worker was lost, are in it once. `complaint` says why nothing
    newer can be read, or is empty.
    """

    run: Run = field(kw_only=True)
    complaint: str = ""

    @property
    def own(self) -> tuple[Event, ...]:
        """The events of the first network."""
        return self.lanes[0].events

    @cached_property
    def lanes(self) -> tuple[Lane, ...]:
        """Every network of the race, in order; one where there is no race."""
        told: list[list[Event]] = [[] for _ in self.run.config.entrants]
        for event in self.events:
            place = getattr(event, "racer", 0)
            if place < len(told):
                told[place].append(event)
        return tuple(Lane(tuple(events)) for events in told)

    @property
    def level(self) -> Lane:
        """The network that is furthest behind of those that did not diverge; the first if all did."""
        going = [lane for lane in self.lanes if not lane.diverged]
        return min(going, key=lambda lane: lane.step, default=self.lanes[0])

    @cached_property
    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint, without its data."""
        return self.last(Checkpoint)

    @cached_property
    def notices(self) -> tuple[str, ...]:
        """The sentences of all notices, each once."""
        return tuple(dict.fromkeys(event.sentence for event in self.events if isinstance(event, Notice)))

    @property
    def best(self) -> float | None:
        """The best newest test accuracy of all networks."""
        return max((lane.accuracy for lane in self.lanes if lane.accuracy is not None), default=None)


def continued(events: Iterable[Event], entries: Iterable[Entry]) -> tuple[Event, ...]:
    """`events` and then the newer `entries`, as if the run had never been interrupted.

    A network that lost its worker goes on from its last checkpoint and repeats the steps since then. The
    store keeps both; here what came after that checkpoint is dropped when the repetition begins.
    """
    told = list(events)
    for entry in entries:
        if isinstance(entry.event, Started):
            since, racer = entry.event.resumed_at, entry.event.racer
            told = [
                event
                for event in told
                if getattr(event, "racer", 0) != racer or (since and getattr(event, "step", 0) <= since)
            ]
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
        followed.history = History(continued(before, new) if new else before, run=run)
        if new:
            followed.last_event = new[-1].number
        return followed.history


def accuracies(runs: list[Run]) -> dict[str, float | None]:
    """The newest test accuracy of each run by its id, the best one of a race."""
    store = scheduler.current().store
    return {run.id: _accuracy(store, run.id, run.last_event, len(run.config.entrants)) for run in runs}


@lru_cache(maxsize=2000)
def _accuracy(store: Store, run_id: str, last_event: int, racers: int) -> float | None:
    """The accuracy when `last_event` was the newest event; that never changes, so it is kept.

    Racers keep level, so that the newest evaluation of each is among twice as many as there are racers.
    """
    if not last_event:
        return None
    newest: dict[int, float] = {}
    for entry in store.newest(run_id, "evaluation", 2 * racers if racers > 1 else 1):
        if isinstance(entry.event, Evaluation):
            newest.setdefault(entry.event.racer, entry.event.test_accuracy)
    return max(newest.values(), default=None)


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
