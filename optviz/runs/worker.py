"""What a worker does with one run: load the data, train, write down what happens, obey.

However it ends, the run gets a status and a sentence; nothing that goes wrong in here is lost.
"""

import logging
import os
import time
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from optviz.runs.database import StoreUnavailableError
from optviz.runs.event_writer import INTERVAL, PATIENCE, Journal
from optviz.runs.leases import Ending, Lease, begin
from optviz.runs.store import Run, Store
from optviz.training.config import TrainingConfig
from optviz.training.datasets import DATASETS, Dataset, DatasetError, load
from optviz.training.events import Checkpoint, Diverged, Finished

T = TypeVar("T")

CHECKPOINT_SECONDS = 10.0
#: The largest networks write checkpoints of 260 MB: less often, so that the store keeps up.
CHECKPOINT_PARAMETERS_PER_SECOND = 200_000

logger = logging.getLogger(__name__)


class HaltError(Exception):
    """The run is wanted no longer, before its training began."""


def warm_up() -> None:
    """Load what takes long to load, before the first run asks for it."""
    import torch

    import optviz.training.loop  # noqa: F401

    torch.set_num_threads(1)  # small layers do not want more: two runs at once use two cores better


def rehearse() -> None:
    """Prepare a worker of our own: train once for nothing, because the first time takes seconds longer.

    It steps back behind the server, so that pages stay quick while all cores train.
    """
    if hasattr(os, "nice"):
        os.nice(5)
    warm_up()
    from optviz.training.loop import train

    for _ in train(TrainingConfig("digits", (4,), epochs=1), load("digits"), device="cpu"):
        pass


def work(run_id: str, attempt: int, address: str) -> None:
    """Train the run that a server claimed under `attempt`, in the store at `address`.

    Does nothing when that claim is used up: a cluster may run a task a second time.
    """
    store = _store(address)
    lease = _patiently(lambda: begin(store, run_id, attempt))
    if lease is not None:
        journal = Journal(store, lease)
        ending, sentence = _safely(journal, store, lease)
        if journal.left_out:
            sentence += f" While the store was away, {journal.left_out:,} events found no room."
        journal.close(ending, sentence.strip())


def _safely(journal: Journal, store: Store, lease: Lease) -> tuple[Ending, str]:
    """Train, and turn whatever goes wrong into a sentence."""
    try:
        return _train(journal, store, lease.run)
    except HaltError:
        return "halted", ""
    except DatasetError as error:
        return "failed", str(error)
    except Exception as error:
        logger.exception("Run %s failed", lease.run.id)
        return "failed", _sentence(error)


def _train(journal: Journal, store: Store, run: Run) -> tuple[Ending, str]:
    warm_up()
    from optviz.training.loop import train

    if run.complaints:
        return "failed", "This run was configured by another version of optviz. " + " ".join(run.complaints)
    checkpoint: Checkpoint | None = _patiently(lambda: store.checkpoint(run.id))
    dataset = _dataset(journal, run.config.dataset)
    events = train(
        run.config,
        dataset,
        resume=checkpoint.data if checkpoint else None,
        checkpoint_every=max(CHECKPOINT_SECONDS, run.config.parameters / CHECKPOINT_PARAMETERS_PER_SECOND),
        control=lambda: "run" if journal.wanted == "run" else "stop",
    )
    for event in events:
        journal.write(event)
        if isinstance(event, Finished):
            return "finished", ""
        if isinstance(event, Diverged):
            return "diverged", event.reason
    return "halted", ""


_loaded: dict[str, Dataset] = {}


def _dataset(journal: Journal, key: str) -> Dataset:
    """The data set, kept for the next run; a download tells how far it is, and obeys."""

    def report(done: int, total: int) -> None:
        if journal.wanted != "run":
            raise HaltError
        journal.say(f"Downloading {DATASETS[key].name}: {done / 1e6:.0f} of {total / 1e6:.0f} MB.")

    if key not in _loaded:
        dataset = load(key, report)
        _loaded.clear()
        _loaded[key] = dataset
    return _loaded[key]


@lru_cache(maxsize=4)
def _store(address: str) -> Store:
    return Store(address)


def _patiently(ask: Callable[[], T]) -> T:
    """Ask the store until it answers; raises StoreUnavailableError when it does not for very long."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except StoreUnavailableError:
            if time.monotonic() > until:
                raise
            time.sleep(INTERVAL)


def _sentence(error: Exception) -> str:
    from optviz.training.checkpoints import CheckpointError
    from optviz.training.networks import TrainingError

    if isinstance(error, CheckpointError | TrainingError | StoreUnavailableError):
        return str(error)
    if isinstance(error, MemoryError) or "memory" in str(error).lower():
        return "There is not enough memory for this network with this batch size; make one of them smaller."
    return f"The training failed with {type(error).__name__}: {error}"[:500]
