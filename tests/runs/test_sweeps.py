"""A sweep of learning rates: a job for each optimizer and rate, each counted once, on any cluster."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from run_databases import ME, QUICK
from test_jobs import computed, of

from optviz.runs import jobs, sweep_job, worker
from optviz.runs.scheduler import Scheduler
from optviz.runs.store import RunError, Store
from optviz.runs.sweep_job import End, configuration, requests
from optviz.training.config import TrainingConfig
from optviz.training.datasets import load
from optviz.training.events import Diverged, Finished
from optviz.training.loop import train
from optviz.training.rivals import rival

ROOT = Path(__file__).parents[2]
RACE = TrainingConfig("digits", (8,), epochs=4, seed=5, rivals=(rival("gd", lr=0.05),))


@pytest.fixture(autouse=True)
def _fresh():
    worker.warm_up()
    yield
    worker._loaded.clear()


def test_there_is_a_request_for_each_optimizer_and_rate_the_nearest_first():
    asked = requests(RACE, 2, 3)
    assert len(asked) == 2 * len(sweep_job.POWERS)
    assert [(r["racer"], r["rate"]) for r in asked[:2]] == [(0, 0.001), (1, 0.05)]
    assert {r["rate"] for r in asked if r["racer"] == 0} == {
        1e-5, 3.162e-5, 1e-4, 3.162e-4, 1e-3, 3.162e-3, 0.01, 0.03162, 0.1,
    }  # fmt: skip
    edge = TrainingConfig("digits", optimizer="gd", optimizer_values=(("lr", 5.0),))
    assert max(r["rate"] for r in requests(edge, 1, 1)) == 5.0, "a rate that is not allowed is left out"


def test_a_training_differs_from_the_run_in_rate_length_and_seed_alone():
    found = configuration(RACE, {"racer": 1, "rate": 0.3, "epochs": 2}, 9)
    assert found == TrainingConfig(
        "digits", (8,), optimizer="gd", optimizer_values=(("lr", 0.3),), epochs=2, seed=9
    )


def test_a_job_ends_with_what_each_seed_reached(store):
    run = store.create(RACE, ME)
    request = {"kind": "sweep", "racer": 1, "rate": 0.5, "epochs": 1, "seeds": 3}
    job, data = computed(store, run.id, request)
    assert (job.status, job.share) == ("done", 1.0)
    ends = sweep_job.read(data)
    assert [end.seed for end in ends] == [5, 6, 7]
    for end in ends:
        *_, last = train(configuration(RACE, request, end.seed), load("digits"), "cpu")
        assert isinstance(last, Finished)
        assert end.accuracy == last.test_accuracy
    assert jobs.results(store, run.id, "sweep") == {job.id: data}


def test_a_rate_that_diverges_says_at_which_step(store):
    config = TrainingConfig("digits", (64, 64), "identity", optimizer="gd", epochs=1)
    run = store.create(config, ME)
    request = {"kind": "sweep", "racer": 0, "rate": 10.0, "epochs": 1, "seeds": 1}
    _, data = computed(store, run.id, request)
    *_, last = train(configuration(config, request, 0), load("digits"), "cpu")
    assert isinstance(last, Diverged)
    assert sweep_job.read(data) == [End(0, diverged_at=last.step)]


def test_the_jobs_of_a_sweep_wait_behind_the_others_and_can_be_cancelled(store):
    run = store.create(QUICK, ME)
    asked = [jobs.ask(store, run.id, request) for request in requests(QUICK, 1, 1)]
    picture = jobs.ask(store, run.id, {"kind": "path", "racer": 0, "images": 9, "step": 1})
    assert jobs.waiting(store) == [picture.id]
    assert jobs.waiting(store, patient=True) == [job.id for job in asked]
    done = jobs.begin(store, asked[0].id, jobs.claim(store, asked[0].id))
    jobs.settle(store, done, "done")
    jobs.cancel(store, run.id, "sweep")
    assert {job.id for job in of(store, run.id)} == {asked[0].id, picture.id}


def test_a_run_has_so_many_of_them_at_most(store, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_OF_SWEEPS", 2)
    run = store.create(QUICK, ME)
    first, second, third, *_ = requests(QUICK, 1, 1)
    jobs.ask(store, run.id, first)
    jobs.ask(store, run.id, second)
    with pytest.raises(RunError, match="the most"):
        jobs.ask(store, run.id, third)


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, started by the dask command line."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_LOGGING__DISTRIBUTED": "critical"}
    file = tmp_path / "scheduler.json"

    def start(*command):
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen([sys.executable, "-m", "dask", *command], env=environment, cwd=ROOT, **silent)

    programs = [
        start(
            "scheduler", "--port", "0", "--scheduler-file", str(file), "--no-dashboard", "--host", "127.0.0.1"
        )
    ]
    until = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    once = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
    programs += [start("worker", "--scheduler-file", str(file), *once) for _ in range(2)]
    yield file, programs[1:]
    for program in reversed(programs):
        program.kill()
        program.wait(20)


def test_a_worker_is_killed_in_mid_sweep_and_no_training_is_missing_or_counted_twice(cluster, tmp_path):
    file, workers = cluster
    until = time.monotonic() + 60
    while not (text := file.read_text()):
        assert time.monotonic() < until
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite3'}")
    scheduler = Scheduler(store, json.loads(text)["address"], stale_seconds=4)
    scheduler.start()
    try:
        run = store.create(RACE, ME)
        store.stop(run.id, ME)
        asked = requests(RACE, 4, 2)[:6]
        for request in asked:
            scheduler.compute(run.id, request)
        killed, until, now = False, time.monotonic() + 90, of(store, run.id)
        while any(job.active for job in now):
            assert time.monotonic() < until, (scheduler.status(), now)
            both = sum(job.status == "running" for job in now) == 2
            if not killed and both and any(job.share > 0 for job in now):
                psutil.Process(workers[0].pid).send_signal(signal.SIGKILL)
                killed = True
            time.sleep(0.05)
            now = of(store, run.id)
        assert killed
        assert [job.status for job in now] == ["done"] * 6
        made = jobs.results(store, run.id, "sweep")
        seeds = [[end.seed for end in sweep_job.read(made[job.id])] for job in now]
        assert seeds == [[5, 6]] * 6
        with store.reading() as connection:
            lost = connection.exec_driver_sql("SELECT sum(losses) FROM jobs").scalar()
        assert lost >= 1, "the one that was being trained began anew"
    finally:
        scheduler.close()
        store.close()
