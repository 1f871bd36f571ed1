"""Jobs: asked for once, computed under an attempt number, put back when their worker is lost."""

import numpy as np
import pytest
from run_databases import ME, QUICK
from test_worker import trained

from optviz.runs import job_worker, jobs, landscape_job, worker
from optviz.runs.jobs import MOST_LOSSES, MOST_OF_RUN
from optviz.runs.leases import LeaseLostError
from optviz.runs.limits import PATHS_KEPT
from optviz.runs.store import RunError, UnknownRunError
from optviz.training.config import TrainingConfig
from optviz.training.datasets import load
from optviz.training.rivals import rival
from optviz.training.weight_path import places

PATH = {"kind": "path", "racer": 0, "images": 200, "step": 9}
SMALL = TrainingConfig("digits", (8,), epochs=2, rivals=(rival("gd"),))


@pytest.fixture(autouse=True)
def _fresh():
    worker.warm_up()
    yield
    worker._loaded.clear()


def of(store, run_id):
    return jobs.of_run(store, run_id)


def begun(store, run_id, request=PATH):
    job = jobs.ask(store, run_id, request)
    return jobs.begin(store, job.id, jobs.claim(store, job.id))


def test_who_asks_for_the_same_gets_the_same_job(store):
    run = store.create(QUICK, ME)
    first = jobs.ask(store, run.id, PATH)
    assert jobs.ask(store, run.id, dict(reversed(PATH.items()))) == first
    assert jobs.ask(store, run.id, {**PATH, "kind": "random"}).id != first.id
    assert [job.status for job in of(store, run.id)] == ["queued", "queued"]
    with pytest.raises(UnknownRunError):
        jobs.ask(store, "nonsense", PATH)


def test_a_newer_step_takes_the_place_of_one_that_is_over(store):
    run = store.create(QUICK, ME)
    job = begun(store, run.id)
    jobs.settle(store, job, "done")
    newer = jobs.ask(store, run.id, {**PATH, "step": 10})
    assert [job.id for job in of(store, run.id)] == [newer.id]


def test_a_run_has_so_many_jobs_at_most(store):
    run = store.create(QUICK, ME)
    for racer in range(MOST_OF_RUN):
        jobs.ask(store, run.id, {**PATH, "racer": racer})
    with pytest.raises(RunError, match="the most"):
        jobs.ask(store, run.id, {**PATH, "racer": -1})


def test_one_server_claims_a_job_and_one_worker_begins_it(store):
    run = store.create(QUICK, ME)
    job = jobs.ask(store, run.id, PATH)
    assert jobs.waiting(store) == [job.id]
    attempt = jobs.claim(store, job.id)
    assert jobs.claim(store, job.id) is None
    assert jobs.waiting(store) == []
    assert jobs.begin(store, job.id, attempt) is not None
    assert jobs.begin(store, job.id, attempt) is None, "a task that the cluster runs twice"


def test_what_is_known_grows_and_is_counted(store):
    run = store.create(QUICK, ME)
    job = begun(store, run.id)
    assert jobs.result(store, job.id) is None
    jobs.report(store, job, 0.25, "Computing.")
    jobs.report(store, job, 0.5, made=b"half")
    (now,) = of(store, run.id)
    assert (now.share, now.version, now.sentence, now.status) == (0.5, 1, "", "running")
    assert jobs.result(store, job.id) == b"half"
    jobs.settle(store, job, "done")
    assert of(store, run.id)[0].status == "done"
    with pytest.raises(LeaseLostError):
        jobs.settle(store, job, "failed")


def test_a_lost_worker_may_no_longer_write_and_another_one_begins_anew(store):
    run = store.create(QUICK, ME)
    lost = begun(store, run.id)
    jobs.requeue(store, lost.id, lost.attempt - 1)
    with pytest.raises(LeaseLostError):
        jobs.report(store, lost, 0.9, made=b"late")
    again = begun(store, run.id)
    assert again.id == lost.id
    with pytest.raises(LeaseLostError):
        jobs.settle(store, lost, "done")
    jobs.report(store, again, 1.0, made=b"right")
    jobs.settle(store, again, "done")
    assert jobs.result(store, again.id) == b"right"
    jobs.requeue(store, again.id, again.attempt - 1)
    assert of(store, run.id)[0].status == "done", "it had settled"


def test_a_job_that_loses_worker_after_worker_is_given_up_until_somebody_asks_again(store):
    run = store.create(QUICK, ME)
    for _ in range(MOST_LOSSES):
        job = begun(store, run.id)
        jobs.requeue_stale(store, -1.0)
    (now,) = of(store, run.id)
    assert (now.status, now.sentence) == ("failed", jobs.LOST)
    assert jobs.ask(store, run.id, PATH).status == "queued"
    job = begun(store, run.id)
    jobs.requeue(store, job.id, job.attempt, lost=False)
    assert of(store, run.id)[0].status == "queued", "a server that ends is no loss"


def test_a_server_keeps_the_jobs_that_its_cluster_works_on(store):
    run = store.create(QUICK, ME)
    job = jobs.ask(store, run.id, PATH)
    attempt = jobs.claim(store, job.id)
    for act in (lambda: None, lambda: jobs.begin(store, job.id, attempt)):
        act()
        with store.writing() as connection:
            connection.exec_driver_sql("UPDATE jobs SET heartbeat = heartbeat - 100")
        jobs.hold(store, {job.id: attempt})
        jobs.requeue_stale(store, 60.0)
        assert of(store, run.id)[0].status == "running"
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE jobs SET heartbeat = heartbeat - 100")
    jobs.requeue_stale(store, 60.0)
    assert of(store, run.id)[0].status == "queued", "nobody holds it any more"


def test_the_jobs_and_the_path_go_with_their_run(store):
    run = trained(store, SMALL)
    jobs.ask(store, run.id, PATH)
    assert len(store.snapshots(run.id)) == 2 * len(places(SMALL))
    store.delete(run.id, ME)
    assert jobs.waiting(store) == []
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM snapshots").scalar() == 0


def test_only_the_newest_runs_of_a_person_keep_their_path(store):
    run = trained(store, SMALL)
    for _ in range(PATHS_KEPT):
        assert store.snapshots(run.id)
        newer = store.create(QUICK, ME)
        store.stop(newer.id, ME)
    store.create(QUICK, ME)
    assert store.snapshots(run.id) == []


# A whole landscape


def computed(store, run_id, request):
    job = jobs.ask(store, run_id, request)
    job_worker.work_on(job.id, jobs.claim(store, job.id), store.address)
    worker._store(store.address).close()
    (job,) = (each for each in of(store, run_id) if each.id == job.id)
    return job, jobs.result(store, job.id)


@pytest.mark.parametrize("kind", landscape_job.KINDS)
def test_a_worker_computes_the_landscape_of_a_race(store, kind):
    run = trained(store, SMALL)
    step = store.checkpoint(run.id).step
    job, data = computed(store, run.id, {**PATH, "kind": kind, "racer": 1, "step": step})
    assert (job.status, job.sentence, job.share) == ("done", "", 1.0)
    made = landscape_job.read(data)
    assert (made.values.shape, made.stride, made.images, made.step) == ((41, 41), 1, 200, step)
    i, j = made.y.tolist().index(0), made.x.tolist().index(0)
    assert made.values[i, j] == pytest.approx(made.centre, abs=1e-6)
    ours = made.paths[1]
    assert [path.racer for path in made.paths] == [0, 1]
    assert ours.true[-1] == pytest.approx(made.centre, abs=1e-6)
    assert ours.points[-1] == pytest.approx([0, 0], abs=1e-6)
    assert ours.slice[-1] == pytest.approx(made.centre, abs=1e-6)
    assert ours.true[0] == pytest.approx(made.paths[0].true[0], abs=1e-6), "both began with the same weights"
    assert (len(made.explained) > 2) == (kind == "path")
    assert sum(made.explained) <= 1 + 1e-9


def test_what_was_written_is_read_again():
    path = landscape_job.Path(1, np.arange(3.0), np.arange(6.0).reshape(3, 2), np.ones(3), np.zeros(3))
    values = np.array([[1.0, np.nan], [2.0, 3.0]])
    given = landscape_job.Landscape(
        np.arange(2.0), np.arange(2.0), values, 4, 0.5, 9, 10, (0.8, 0.1), (path,)
    )
    found = landscape_job.read(landscape_job.write(given))
    assert np.array_equal(found.values, values, equal_nan=True)
    assert (found.stride, found.centre, found.step, found.images, found.explained) == (
        4,
        0.5,
        9,
        10,
        (0.8, 0.1),
    )
    assert found.paths[0].racer == 1
    assert np.array_equal(found.paths[0].points, path.points)


def test_a_run_without_weights_or_without_a_path_says_so(store):
    run = store.create(QUICK, ME)
    job, data = computed(store, run.id, PATH)
    assert (job.status, data) == ("failed", None)
    assert "no checkpoint yet" in job.sentence
    run = trained(store, SMALL)
    with store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM snapshots")
    job, _ = computed(store, run.id, PATH)
    assert (job.status, job.sentence) == (
        "failed", "The path of this run is not kept. Choose random directions instead.",
    )  # fmt: skip


def test_an_error_of_any_kind_becomes_a_sentence(store, monkeypatch):
    run = trained(store, SMALL)
    monkeypatch.setattr(worker, "load", lambda key, report: load("everest"))
    worker._loaded.clear()
    job, _ = computed(store, run.id, PATH)
    assert (job.status, "everest" in job.sentence) == ("failed", True)
    monkeypatch.setattr(worker, "load", lambda key, report: 1 / 0)
    job, _ = computed(store, run.id, PATH)
    assert (job.status, job.sentence) == (
        "failed",
        "The computation failed with ZeroDivisionError: division by zero",
    )
