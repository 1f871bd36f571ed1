"""What a worker does with one run: load the data, train, write the events, pause or stop when asked.

However it ends, the run gets a status and a sentence, so that no error is lost.
"""

import logging
import os
import time
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from optviz.runs import forks
from optviz.runs.database import StoreUnavailableError
from optviz.runs.event_writer import INTERVAL, PATIENCE, EventWriter
from optviz.runs.leases import Ending, Lease, begin
from optviz.runs.store import Run, Store
from optviz.training import stored_words
from optviz.training.config import TrainingConfig
from optviz.training.datasets import DATASETS, Dataset, DatasetError, ProgressCallback, load
from optviz.training.events import Checkpoint, Diverged, Finished
from optviz.training.stored_words import stored

T = TypeVar("T")

CHECKPOINT_SECONDS = 10.0
#: Checkpoints of the largest networks have 260 MB; they are written less often, so that the store keeps up.
CHECKPOINT_PARAMETERS_PER_SECOND = 200_000

logger = logging.getLogger(__name__)


class HaltError(Exception):
    """The run should pause, stop or yield before its training has begun."""


def warm_up() -> None:
    """Import what takes long to import, before the first run needs it."""
    import torch

    import optviz.training.loop  # noqa: F401

    torch.set_num_threads(1)  # two runs at once use two cores better than one run of small layers


def rehearse() -> None:
    """Prepare a worker that the server started: train once, because the first time takes seconds longer.

    The worker gets a lower priority than the server, so that pages stay quick while all cores train.
    """
    if hasattr(os, "nice"):
        os.nice(5)
    warm_up()
    from optviz.training.loop import train

    for _ in train(TrainingConfig("digits", (4,), epochs=1), load("digits"), device="cpu"):
        pass


def work(run_id: str, attempt: int, address: str) -> None:
    """Train the run that a server claimed under `attempt`, in the store at `address`.

    Does nothing when the claim is used up: a cluster may run a task a second time.
    """
    store = _store(address)
    lease = patiently(lambda: begin(store, run_id, attempt))
    if lease is not None:
        writer = EventWriter(store, lease)
        ending, sentence = _safely(writer, store, lease)
        if writer.left_out:
            sentence += f" {stored(stored_words.LEFT_OUT, count=f'{writer.left_out:,}')}"
        writer.close(ending, sentence.strip())


def _safely(writer: EventWriter, store: Store, lease: Lease) -> tuple[Ending, str]:
    """Train; an error of any kind becomes a sentence."""
    try:
        return _train(writer, store, lease.run)
    except HaltError:
        return "halted", ""
    except DatasetError as error:
        return "failed", str(error)
    except Exception as error:
        logger.exception("Run %s failed", lease.run.id, extra={"run": lease.run.id})
        return "failed", sentence_of(error)


def _train(writer: EventWriter, store: Store, run: Run) -> tuple[Ending, str]:
    warm_up()
    from optviz.training import loop, race
    from optviz.training.answering import Drawn

    if run.complaints:
        return "failed", " ".join([stored_words.OTHER_VERSION, *run.complaints])
    checkpoint: Checkpoint | None = patiently(lambda: store.checkpoint(run.id))
    dataset = _dataset(writer, run.config.dataset)
    train = race.race if run.config.rivals else loop.train
    parameters = run.config.parameters * len(run.config.entrants)
    events = train(
        run.config,
        dataset,
        resume=checkpoint.data if checkpoint else _inherited(store, run),
        checkpoint_every=max(CHECKPOINT_SECONDS, parameters / CHECKPOINT_PARAMETERS_PER_SECOND),
        control=lambda: "run" if writer.wanted == "run" else "stop",
        path=True,
        asked=lambda: [Drawn(drawing.number, drawing.pixels) for drawing in writer.drawings],
    )
    ended: dict[int, Finished | Diverged] = {}
    for event in events:
        writer.write(event)
        if isinstance(event, Finished | Diverged):
            ended[event.racer] = event
    if len(ended) < len(run.config.entrants):
        return "halted", ""
    if all(isinstance(event, Diverged) for event in ended.values()):
        first = ended[0]
        if len(ended) == 1 and isinstance(first, Diverged):
            return "diverged", first.reason
        return "diverged", stored_words.ALL_DIVERGED
    return "finished", ""


def _inherited(store: Store, run: Run) -> bytes | None:
    """The checkpoint with which a fork begins, None for a run that is no fork; raises CheckpointError."""
    from optviz.training import checkpoints

    found = patiently(lambda: forks.beginning(store, run.id))
    return checkpoints.forked(found[1], found[0], run.config) if found else None


_loaded: dict[str, Dataset] = {}


def _dataset(writer: EventWriter, key: str) -> Dataset:
    """The data set, kept for the next run; a download shows its progress, and ends when it is asked to."""

    def report(done: int, total: int) -> None:
        if writer.wanted != "run":
            raise HaltError
        megabytes = {"done": f"{done / 1e6:.0f}", "total": f"{total / 1e6:.0f}"}
        writer.say(stored(stored_words.DOWNLOADING, name=DATASETS[key].name, **megabytes))

    return loaded(key, report)


def loaded(key: str, report: ProgressCallback | None = None) -> Dataset:
    """The data set, which is kept until another one is needed; raises DatasetError."""
    if key not in _loaded:
        dataset = load(key, report)
        _loaded.clear()
        _loaded[key] = dataset
    return _loaded[key]


@lru_cache(maxsize=4)
def store_at(address: str) -> Store:
    """The store at an address, opened once in this process."""
    return Store(address)


_store = store_at


def patiently(ask: Callable[[], T]) -> T:
    """Call `ask` until the store answers; raises StoreUnavailableError after PATIENCE seconds."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except StoreUnavailableError:
            if time.monotonic() > until:
                raise
            time.sleep(INTERVAL)


def sentence_of(error: Exception, message: str = stored_words.TRAINING_FAILED) -> str:
    """What to say of an error that nobody foresaw."""
    from optviz.training.checkpoints import CheckpointError
    from optviz.training.networks import TrainingError

    if isinstance(error, CheckpointError | TrainingError | StoreUnavailableError):
        return str(error)
    if isinstance(error, MemoryError) or "memory" in str(error).lower():
        return stored_words.MEMORY
    return stored(message, kind=type(error).__name__, error=error)[:500]
