import pytest
from run_databases import ME, QUICK, YOU, rows_of, run_of
from sqlalchemy import update

from optviz.runs.database import clock
from optviz.runs.leases import (
    LOST,
    LeaseLostError,
    Line,
    append,
    ask_to_yield,
    begin,
    claim,
    hold,
    interrupt,
    interrupt_stale,
    queue_snapshot,
    settle,
    touch,
    wanted,
)
from optviz.runs.schema import RUNS
from optviz.training.events import Checkpoint, Finished, to_json

END = Line(1, "finished", to_json(Finished(9, 1.0, 0.9, "hash")))


@pytest.fixture
def lease(store):
    run = store.create(QUICK, ME)
    return begin(store, run.id, claim(store, run.id))


def age(store, run_id, seconds, column="heartbeat"):
    """Make a time of a run older, as if `seconds` had passed."""
    with store.writing() as connection:
        connection.execute(update(RUNS).where(RUNS.c.id == run_id).values({column: clock() - seconds}))


def test_a_run_is_claimed_by_one_server_only(store):
    run = store.create(QUICK, ME)
    assert claim(store, run.id) == 1
    assert claim(store, run.id) is None
    assert run_of(store, run.id).status == "running"


def test_a_task_that_the_cluster_runs_twice_begins_once(store):
    run = store.create(QUICK, ME)
    attempt = claim(store, run.id)
    assert begin(store, run.id, attempt) is not None
    assert begin(store, run.id, attempt) is None


@pytest.mark.parametrize(
    ("wish", "status"), [("pause", "paused"), ("stop", "stopped"), ("resume", "queued"), ("yield", "queued")]
)
def test_a_halted_run_becomes_what_was_wanted(store, lease, wish, status):
    if wish == "yield":
        ask_to_yield(store, [lease.run.id])
    else:
        getattr(store, wish)(lease.run.id, ME)
    settle(store, lease, "halted")
    run = run_of(store, lease.run.id)
    assert (run.status, run.wanted) == (status, "run")


def test_who_stops_a_run_is_not_overruled_by_a_yield(store, lease):
    store.stop(lease.run.id, ME)
    ask_to_yield(store, [lease.run.id])
    assert wanted(store, lease) == "stop"


@pytest.mark.parametrize("ending", ["finished", "diverged", "failed"])
def test_a_run_that_ended_says_how_whatever_was_wanted(store, lease, ending):
    store.pause(lease.run.id, ME)
    settle(store, lease, ending, "That was it.")
    settle(store, lease, "failed", "Sent again.")
    run = run_of(store, lease.run.id)
    assert (run.status, run.sentence) == (ending, "That was it.")


def test_a_dead_worker_interrupts_its_run(store, lease):
    interrupt(store, lease.run.id, lease.attempt - 1)
    run = run_of(store, lease.run.id)
    assert (run.status, run.sentence) == ("interrupted", LOST)
    assert run.resumable


def test_a_run_that_settled_is_not_interrupted_afterwards(store, lease):
    settle(store, lease, "finished")
    interrupt(store, lease.run.id, lease.attempt - 1)
    assert run_of(store, lease.run.id).status == "finished"


def test_a_run_that_was_to_be_stopped_counts_as_stopped_when_its_worker_dies(store, lease):
    store.stop(lease.run.id, ME)
    interrupt(store, lease.run.id, lease.attempt - 1)
    assert run_of(store, lease.run.id).status == "stopped"


def test_a_run_without_a_sign_of_life_is_interrupted(store, lease):
    assert interrupt_stale(store, 10) == []
    age(store, lease.run.id, 11)
    assert interrupt_stale(store, 10) == [lease.run.id]
    assert run_of(store, lease.run.id).status == "interrupted"


def test_a_claimed_run_is_held_until_a_worker_begins_it(store):
    run = store.create(QUICK, ME)
    attempt = claim(store, run.id)
    age(store, run.id, 11)
    hold(store, {run.id: attempt})
    assert interrupt_stale(store, 10) == []
    begin(store, run.id, attempt)
    age(store, run.id, 11)
    hold(store, {run.id: attempt})
    assert interrupt_stale(store, 10) == [run.id]


def test_a_worker_that_was_only_silent_takes_its_run_back(store, lease):
    interrupt(store, lease.run.id, lease.attempt - 1)
    append(store, lease, [END])
    assert run_of(store, lease.run.id).status == "running"


@pytest.mark.parametrize("act", ["delete", "stop", "resume"])
def test_a_worker_that_was_silent_too_long_writes_nothing_more(store, lease, act):
    interrupt(store, lease.run.id, lease.attempt - 1)
    getattr(store, act)(lease.run.id, ME)
    if act == "resume":
        assert begin(store, lease.run.id, claim(store, lease.run.id)) is not None
    with pytest.raises(LeaseLostError):
        append(store, lease, [END], Checkpoint(9, b"old"))
    with pytest.raises(LeaseLostError):
        wanted(store, lease)
    settle(store, lease, "finished")
    assert rows_of(store, lease.run.id) == 0
    assert store.checkpoint(lease.run.id) is None
    if act == "resume":
        assert run_of(store, lease.run.id).status == "running"


def test_the_crowd_knows_who_runs_who_waits_and_who_is_watched(store, lease):
    mine, yours = store.create(QUICK, ME), store.create(QUICK, YOU)
    assert queue_snapshot(store, 600).order() == [yours.id, mine.id]
    assert queue_snapshot(store, 600).running == (lease.run.id,)
    assert queue_snapshot(store, 600).unwatched == ()
    for run_id in (lease.run.id, yours.id):
        age(store, run_id, 601, "watched")
    assert queue_snapshot(store, 600).order() == [mine.id, yours.id]
    assert queue_snapshot(store, 600).unwatched == (lease.run.id,)
    touch(store, [lease.run.id, yours.id])
    assert queue_snapshot(store, 600).order() == [yours.id, mine.id]
    assert queue_snapshot(store, 600).unwatched == ()
