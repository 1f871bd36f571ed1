"""A race in the store: one run with several networks, its standings, and its end."""

from dataclasses import replace

import pytest
from run_databases import ME, entries_of, run_of
from test_worker import again, trained

from optviz.runs import worker
from optviz.runs.history import History, continued
from optviz.runs.standings import THRESHOLDS, proof, standings
from optviz.training.config import TrainingConfig
from optviz.training.events import Diverged, Evaluation, Finished, Progress, Started
from optviz.training.rivals import rival

RACE = TrainingConfig("digits", (16,), epochs=3, rivals=(rival("gd"), rival("momentum")))
HOT = TrainingConfig(
    "digits", (64, 64), "identity", optimizer="gd", optimizer_values=(("lr", 10.0),), epochs=1,
    rivals=(rival("gd", lr=9.0),),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh():
    worker.warm_up()
    yield
    worker._loaded.clear()


def history_of(store, run_id):
    return History(continued((), entries_of(store, run_id)), run=run_of(store, run_id))


def test_a_race_is_one_run_whose_best_accuracy_is_its_own(store):
    run = trained(store, RACE)
    assert (run.status, run.sentence) == ("finished", "")
    told = history_of(store, run.id)
    ends = [lane.accuracy for lane in told.lanes]
    assert told.best == max(ends)
    newest = store.newest(run.id, "evaluation", 6)
    assert {e.event.racer for e in newest} == {0, 1, 2}
    assert [e.number for e in newest] == sorted((e.number for e in newest), reverse=True)


def test_a_race_that_was_paused_goes_on_and_each_lane_tells_its_steps_once(store):
    longer = replace(RACE, epochs=8)
    run = trained(store, longer, then=lambda run_id: store.pause(run_id, ME))
    assert run.status == "paused"
    run = again(store, run.id)
    assert run.status == "finished"
    starts = [e.event.racer for e in entries_of(store, run.id) if isinstance(e.event, Started)]
    assert sorted(starts) == [0, 0, 1, 1, 2, 2]
    for lane in history_of(store, run.id).lanes:
        assert lane.finished.step == longer.steps
        steps = lane.losses[0].tolist()
        assert steps == sorted(set(steps))


def test_where_all_diverge_the_run_diverged(store):
    run = trained(store, HOT)
    assert (run.status, run.sentence) == ("diverged", "All racers diverged; each lane says when and why.")
    rows = standings(history_of(store, run.id))
    assert [row.rank for row in rows] == [None, None]
    assert all(row.diverged_at and "learning rate" in row.reason for row in rows)


def test_where_one_diverges_the_run_finishes_and_the_others_are_ranked(store):
    run = trained(store, replace(HOT, rivals=(rival("adam"),)))
    assert run.status == "finished"
    told = history_of(store, run.id)
    assert [row.rank for row in standings(told)] == [None, 1]
    assert "began with the same weights" in proof(told.lanes)


# Standings, from events that are written down here


def evaluation(racer, step, accuracy, loss=1.0, order="aa"):
    return Evaluation(step, step / 10, loss, accuracy, ((1,),), None, 0, step / 100, order, racer)


def told(store, events, status="finished", rivals=2):
    config = replace(RACE, rivals=(rival("gd"),) * rivals)
    run = replace(run_of(store, store.create(config, ME).id), status=status)
    return History(tuple(events), run=run)


def started(racer, weights="w"):
    return Started("cpu", "CPU", 1, 9, 9, weights, racer=racer)


def finished(racer):
    return Finished(40, 1.0, 0.9, "hash", racer)


def test_a_racer_has_reached_an_accuracy_at_its_first_evaluation_with_it(store):
    events = [evaluation(0, 10, 0.5), evaluation(0, 20, 0.951), evaluation(0, 30, 0.90)]
    (row, *_) = standings(told(store, events, "running"))
    assert THRESHOLDS == (0.90, 0.95, 0.97, 0.98)
    assert [e and (e.step, e.trained) for e in row.reached] == [(20, 0.2), (20, 0.2), None, None]
    assert row.newest.test_accuracy == 0.90
    assert row.rank is None, "the race goes on"


def test_the_ranking_goes_by_accuracy_then_by_loss_and_leaves_out_who_diverged(store):
    events = [
        *(started(i) for i in range(4)),
        evaluation(0, 40, 0.9, 0.5),
        evaluation(1, 40, 0.9, 0.4),
        evaluation(2, 10, 0.99),
        evaluation(3, 40, 0.95),
        Diverged(20, "The loss is nan.", 2),
        *(finished(i) for i in (0, 1, 3)),
    ]
    assert [row.rank for row in standings(told(store, events, rivals=3))] == [3, 2, None, 1]


def test_the_proof_compares_what_was_seen_and_does_not_hide_a_difference(store):
    starts = [started(i) for i in range(3)]
    fair = [*starts, *(evaluation(i, 10, 0.5) for i in range(3)), evaluation(0, 20, 0.5, order="bb")]
    assert "same weights (SHA-256 w…) and were given the same batches in the same order (aa… at step 10)" in (
        proof(told(store, fair).lanes)
    )
    unfair = [*starts, *(evaluation(i, 10, 0.5, order=f"{i}") for i in range(3))]
    assert proof(told(store, unfair).lanes).endswith("their batches differ: this race is not fair.")
    other = [started(0), started(1, "v"), started(2)]
    assert proof(told(store, other).lanes) == "The first weights differ: this race is not fair."
    assert proof(told(store, []).lanes) == ""


def test_the_clock_of_a_lane_begins_at_nothing(store):
    events = [
        Progress(5, 0.5, 1.0, 0.1, 9.0, 3.0, (), 2.0, 1),
        Progress(10, 1.0, 1.0, 0.1, 9.0, 6.0, (), 4.0, 1),
    ]
    steps, seconds = told(store, events).lanes[1].clock
    assert (steps.tolist(), seconds.tolist()) == ([0, 5, 10], [0, 2, 4])
