"""Gives the waiting runs of the store to the workers of a cluster.

One thread of the server does it all, so a page never waits for Dask. Pages talk to `current()`; what they
ask for is written into the store, where every server and every worker finds it. Importing starts nothing.
"""

import logging
import threading
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any

from distributed import Client, Future, KilledWorker

from optviz.runs import classroom, forks, jobs, leases
from optviz.runs.cluster import ClusterUnavailableError, embedded, existing, worker_count
from optviz.runs.database import StoreUnavailableError
from optviz.runs.job_worker import work_on
from optviz.runs.limits import Recently
from optviz.runs.store import Run, RunError, Store
from optviz.runs.worker import work
from optviz.settings import environment
from optviz.training.config import TrainingConfig
from optviz.training.stored_words import NO_WORKER, NOT_BEGUN, stored
from optviz.words import mark, tr

LOOK_SECONDS = 0.25  # between two looks at the queue
CHORES_SECONDS = 2.0  # between two rounds of less urgent work
PRUNE_SECONDS = 60.0  # between two looks for runs that are too old
RETRY_SECONDS = 3.0  # before another attempt to reach a cluster that did not answer
UNWATCHED_SECONDS = 600.0  # a run that nobody watched for so long yields its worker when others wait
FAREWELL_SECONDS = 5.0  # for workers to write a checkpoint when the server ends

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """Whether training is possible now, and a sentence about it for people, in English as in the store."""

    ready: bool
    sentence: str
    workers: int = 0
    running: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class _Task:
    """One run that this server gave to the cluster."""

    run_id: str
    attempt: int
    future: "Future[None]"

    @property
    def over(self) -> bool:
        """Whether the cluster has finished it, with or without an error."""
        return self.future.status != "pending"

    def why(self) -> str:
        """The sentence for its run, if the worker did not settle it."""
        error = self.future.exception() if self.future.status == "error" else None
        if error is None or isinstance(error, KilledWorker):
            return leases.LOST
        return stored(NOT_BEGUN, kind=type(error).__name__, error=error)[:500]


@dataclass(frozen=True, slots=True)
class _JobTask:
    """One job that this server gave to the cluster."""

    job_id: str
    attempt: int
    future: "Future[None]"
    patient: bool = False

    @property
    def over(self) -> bool:
        """Whether the cluster has finished it, with or without an error."""
        return self.future.status != "pending"


class Scheduler:
    """Places the runs of one store on one cluster. Thread-safe; no method but `close` waits for the cluster.

    `address` is that of an existing Dask scheduler, `OPTVIZ_SCHEDULER` by default; without one, `workers`
    processes are started here, one for each core but one by default.
    """

    def __init__(
        self,
        store: Store | None = None,
        address: str | None = None,
        workers: int | None = None,
        unwatched_seconds: float = UNWATCHED_SECONDS,
        stale_seconds: float = leases.STALE_SECONDS,
    ) -> None:
        self.store = store or Store()
        self._address = address if address is not None else environment.SCHEDULER.given()
        self._workers = workers
        self._patience = unwatched_seconds
        self._stale = stale_seconds
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()
        self._wake = threading.Event()
        self._lock = threading.Lock()  # for what pages and the thread share: the next three
        self._watched: set[str] = set()
        self._places: dict[str, int] = {}
        self._health = Health(False, mark("The training workers are starting."))
        self._recently = Recently()  # starts of runs by address
        self._tasks: list[_Task] = []  # touched by the thread alone, like the next three
        self._jobs: list[_JobTask] = []
        self._trust_heartbeats_at = 0.0
        self._prune_at = 0.0

    def start(self) -> None:
        """Start the thread that places runs, once; the cluster comes up behind it."""
        with self._lock:
            if self._thread is None:
                self._ending.clear()
                self._thread = threading.Thread(target=self._work, name="optviz-scheduler", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the cluster; runs write a checkpoint and go back into the queue, for the next server."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._ending.set()
            self._wake.set()
            thread.join()

    # For pages

    def submit(
        self,
        config: TrainingConfig,
        owner: str,
        title: str = "",
        address: str = "",
        fork: tuple[str, int] | None = None,
    ) -> str:
        """Put a run into the queue and return its id; raises RunError and StoreUnavailableError.

        `address` is the visitor's network address where it is known; it is counted and not stored. `fork`
        names a run and the place of one of its networks: the new run goes on from its last checkpoint.
        """
        begun = forks.fork_of(self.store, *fork, config) if fork else None
        most = int(environment.RUNS_PER_HOUR.read())
        if address and not self._recently.admit(address, most):
            raise RunError(
                tr("From your network {most} runs were started in the last hour; try again later.", most=most)
            )
        run = self.store.create(config, owner, title, begun)
        self._wake.set()
        return run.id

    def compute(self, run_id: str, request: Mapping[str, Any]) -> jobs.Job:
        """Ask workers to compute something about a run; raises RunError and StoreUnavailableError."""
        job = jobs.ask(self.store, run_id, request)
        self._wake.set()
        return job

    def pause(self, run_id: str, owner: str) -> Run:
        """Ask for a pause; raises RunError and StoreUnavailableError."""
        return self.store.pause(run_id, owner)

    def resume(self, run_id: str, owner: str) -> Run:
        """Put a run back into the queue; raises RunError and StoreUnavailableError."""
        run = self.store.resume(run_id, owner)
        self._wake.set()
        return run

    def stop(self, run_id: str, owner: str) -> Run:
        """Ask for the end of a run; raises RunError and StoreUnavailableError."""
        return self.store.stop(run_id, owner)

    def seen(self, run: Run) -> None:
        """Note that somebody looks at this run now, so that it need not yield its worker to others."""
        if run.active:
            with self._lock:
                self._watched.add(run.id)

    def place(self, run_id: str) -> int | None:
        """The run's place in the queue, 1 for the next one; None for a run that does not wait."""
        with self._lock:
            return self._places.get(run_id)

    def status(self) -> Health:
        """Whether training is possible at the moment, and a sentence about it."""
        with self._lock:
            return self._health

    # For the thread

    def _work(self) -> None:
        while not self._ending.is_set():
            try:
                with self._cluster() as client:
                    self._serve(client)
            except ClusterUnavailableError as error:
                if str(error) != self.status().sentence:
                    logger.warning("%s", error)
                self._say(str(error))
            except Exception:
                logger.exception("The cluster was lost")
                self._say(mark("The training workers were lost; they are being started again."))
            self._jobs.clear()
            self._tasks.clear()  # a worker that still trains goes on writing; the other runs become stale
            self._wait_for_cluster()
        self._say(mark("The server is ending."))

    def _cluster(self) -> AbstractContextManager[Client]:
        return existing(self._address) if self._address else embedded(self._workers or worker_count())

    def _wait_for_cluster(self) -> None:
        """Keep the places in the queue up to date while there is no cluster."""
        until = time.monotonic() + RETRY_SECONDS
        while time.monotonic() < until and not self._ending.wait(LOOK_SECONDS):
            with suppress(StoreUnavailableError):
                self._publish_places(leases.queue_snapshot(self.store, self._patience).order())

    def _serve(self, client: Client) -> None:
        workers, chores_at = 0, 0.0
        while not self._ending.is_set():
            if client.status != "running":
                raise ClusterUnavailableError(
                    mark("The connection to the training workers was lost; trying again.")
                )
            due = time.monotonic() >= chores_at
            if due:
                workers = len(client.nthreads())
                chores_at = time.monotonic() + CHORES_SECONDS
            try:
                if due:
                    self._chores()
                self._reap()
                self._place(client, workers)
            except StoreUnavailableError as error:
                # Workers could not write heartbeats either: give them time before marking any as lost.
                self._trust_heartbeats_at = time.monotonic() + self._stale
                self._say(str(error))
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
        with suppress(StoreUnavailableError):
            self._farewell()

    def _chores(self) -> None:
        with self._lock:
            watched, self._watched = self._watched, set()
        if watched:
            leases.touch(self.store, sorted(watched))
        claims = {task.run_id: task.attempt for task in self._tasks if not task.over}
        if claims:
            leases.hold(self.store, claims)
        if computing := {task.job_id: task.attempt for task in self._jobs if not task.over}:
            jobs.hold(self.store, computing)
        if time.monotonic() >= self._trust_heartbeats_at:
            leases.interrupt_stale(self.store, self._stale)
            jobs.requeue_stale(self.store, self._stale)
        if time.monotonic() >= self._prune_at:
            classroom.forget_old(self.store)
            days = environment.KEEP_DAYS.read()
            # Some at a time: where some were deleted there may be more.
            if not days or self.store.prune(days) == 0:
                self._prune_at = time.monotonic() + PRUNE_SECONDS

    def _reap(self) -> None:
        """Forget the tasks that are over; a run that did not settle has lost its worker."""
        for task in [task for task in self._tasks if task.over]:
            leases.interrupt(self.store, task.run_id, task.attempt, task.why())
            self._tasks.remove(task)
        for computed in [task for task in self._jobs if task.over]:
            jobs.requeue(self.store, computed.job_id, computed.attempt)
            self._jobs.remove(computed)

    def _place(self, client: Client, workers: int) -> None:
        found = leases.queue_snapshot(self.store, self._patience)
        order = found.order()
        allowed = found.within(int(environment.TRAINING.read()))
        # A cluster may be shared with other servers, whose runs take workers as well.
        taken = len(found.running) if self._address else 0
        free = workers - max(taken, len(self._tasks)) - len(self._jobs)
        free -= self._place_jobs(client, free)
        if not order:
            self._place_jobs(client, free, patient=True)
        elif free <= 0 and allowed:
            self._interrupt_patient_job()
        for run_id in [run_id for run_id in order if run_id in allowed][: max(free, 0)]:
            attempt = leases.claim(self.store, run_id)
            order.remove(run_id)
            if attempt is not None:
                key = f"optviz-{run_id}-{attempt}"
                future = client.submit(work, run_id, attempt, self.store.address, key=key, pure=False)
                self._tasks.append(_Task(run_id, attempt, future))
        eager = sum(run.watched for run in found.waiting if run.id in order and run.id in allowed)
        if eager and found.unwatched:
            leases.ask_to_yield(self.store, found.unwatched[:eager])
        self._publish_places(order)
        running = len(self._tasks)
        sentence = f"{_count(workers, 'worker')}, {running} training, {len(order)} waiting."
        if not workers and self._address:
            sentence = stored(NO_WORKER, address=self._address)
        elif not workers:
            sentence = mark("The training workers are starting; runs wait in the queue.")
        self._publish(Health(workers > 0, sentence, workers, running, len(order)))

    def _place_jobs(self, client: Client, free: int, *, patient: bool = False) -> int:
        """Give waiting jobs to `free` workers; returns how many. Those that are short come before runs."""
        placed = 0
        for job_id in jobs.waiting(self.store, patient=patient)[: max(free, 0)]:
            attempt = jobs.claim(self.store, job_id)
            if attempt is not None:
                key = f"optviz-job-{job_id}-{attempt}"
                future = client.submit(work_on, job_id, attempt, self.store.address, key=key, pure=False)
                self._jobs.append(_JobTask(job_id, attempt, future, patient))
                placed += 1
        return placed

    def _interrupt_patient_job(self) -> None:
        """A run waits and every worker is taken: a patient job goes back into the queue."""
        task = next((task for task in self._jobs if task.patient and not task.over), None)
        if task is not None:
            jobs.requeue(self.store, task.job_id, task.attempt, lost=False)

    def _farewell(self) -> None:
        leases.ask_to_yield(self.store, [task.run_id for task in self._tasks])
        until = time.monotonic() + FAREWELL_SECONDS
        while time.monotonic() < until and not all(task.over for task in self._tasks):
            time.sleep(0.05)
        for task in self._tasks:
            leases.interrupt(self.store, task.run_id, task.attempt)
        for computing in self._jobs:
            jobs.requeue(self.store, computing.job_id, computing.attempt, lost=False)

    def _publish_places(self, order: list[str]) -> None:
        with self._lock:
            self._places = {run_id: place for place, run_id in enumerate(order, 1)}

    def _publish(self, health: Health) -> None:
        with self._lock:
            self._health = health

    def _say(self, sentence: str) -> None:
        self._publish(Health(False, sentence))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


_current: Scheduler | None = None
_current_lock = threading.Lock()


def start(scheduler: Scheduler | None = None) -> Scheduler:
    """Start this server's scheduler unless it has started; returns at once.

    `scheduler` is used in place of the default one, which the environment configures.
    """
    global _current
    with _current_lock:
        if _current is None:
            _current = scheduler or Scheduler()
        _current.start()
        return _current


def stop() -> None:
    """End this server's scheduler and its workers; saving runs may take a few seconds."""
    global _current
    with _current_lock:
        scheduler, _current = _current, None
    if scheduler is not None:
        scheduler.close()


def current() -> Scheduler:
    """This server's scheduler; starts it if it has not started."""
    return _current or start()


def health() -> Health:
    """How this server's scheduler is; starts nothing."""
    return _current.status() if _current else Health(False, mark("Training has not started."))
