"""What a worker does with one job: compute, and write what is known while it computes.

However it ends, the job gets a status, and a sentence where it failed.
"""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from optviz.runs import jobs, landscape_job, sweep_job
from optviz.runs.leases import LeaseLostError
from optviz.runs.store import Run, Store, UnknownRunError
from optviz.runs.worker import loaded, patiently, sentence_of, store_at, warm_up
from optviz.training.datasets import DATASETS, Dataset, DatasetError
from optviz.training.stored_words import COMPUTATION_FAILED, FOLLOWING, LOADING, stored

EVERY = 0.6  # seconds between two reports
LARGE = 100_000  # parameters from which products of matrices use several cores well

logger = logging.getLogger(__name__)


def work_on(job_id: str, attempt: int, address: str) -> None:
    """Compute the job that a server claimed under `attempt`, in the store at `address`.

    Does nothing when the claim is used up: a cluster may run a task a second time.
    """
    store = store_at(address)
    job = patiently(lambda: jobs.begin(store, job_id, attempt))
    if job is None:
        return
    with suppress(LeaseLostError, UnknownRunError):  # deleted, or taken over
        failure = _safely(store, job)
        patiently(lambda: jobs.settle(store, job, "failed" if failure else "done", failure))


def _safely(store: Store, job: jobs.Job) -> str:
    """Compute; an error of any kind becomes a sentence."""
    try:
        warm_up()
        run, _ = patiently(lambda: store.follow(job.run, after=2**31))
        key = run.config.dataset
        patiently(lambda: jobs.report(store, job, 0.0, stored(LOADING, name=DATASETS[key].name)))
        dataset = loaded(key)
        if job.request["kind"] == sweep_job.KIND:
            _sweep(store, job, run, dataset)
        else:
            with _cores(run.config.parameters):
                _landscape(store, job, run, dataset)
    except (LeaseLostError, UnknownRunError):
        raise
    except (landscape_job.LandscapeError, DatasetError) as error:
        return str(error)
    except Exception as error:
        logger.exception("Job %s failed", job.id, extra={"run": job.run})
        return sentence_of(error, COMPUTATION_FAILED)
    return ""


def _sweep(store: Store, job: jobs.Job, run: Run, dataset: Dataset) -> None:
    """Train one optimizer at one rate from several seeds, and write how each ended."""
    told_at, count = time.monotonic(), 0
    for share, ends in sweep_job.compute(run, job.request, dataset):
        made = sweep_job.write(ends) if len(ends) > count else None
        if made is None and time.monotonic() - told_at < EVERY:
            continue
        patiently(lambda share=share, made=made: jobs.report(store, job, share, made=made))  # type: ignore[misc]
        told_at, count = time.monotonic(), len(ends)


def _landscape(store: Store, job: jobs.Job, run: Run, dataset: Dataset) -> None:
    """Compute a landscape, and write it now and then: coarse at first."""
    patiently(lambda: jobs.report(store, job, 0.0, FOLLOWING))
    kind, racer, images = (job.request[name] for name in ("kind", "racer", "images"))
    written_at, stride = time.monotonic(), 0
    for share, known in landscape_job.compute(store, run, kind, racer, dataset, images):
        if known.stride == stride and time.monotonic() - written_at < EVERY:
            continue
        made = landscape_job.write(known)
        patiently(lambda share=share, made=made: jobs.report(store, job, share, made=made))  # type: ignore[misc]
        written_at, stride = time.monotonic(), known.stride


@contextmanager
def _cores(parameters: int) -> Iterator[None]:
    """All cores for the landscape of a large network; small layers are not faster on several."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads((os.cpu_count() or 1) if parameters >= LARGE else 1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
