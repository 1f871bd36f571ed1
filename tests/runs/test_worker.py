import time

import pytest
from run_databases import ME, QUICK, entries_of, run_of, timeline

from optviz.runs import worker
from optviz.runs.leases import append, begin, claim, settle
from optviz.training.config import TrainingConfig
from optviz.training.datasets import DatasetError, load
from optviz.training.events import Checkpoint, Evaluation, Finished, Progress, Started
from optviz.training.loop import train

LONGER = TrainingConfig("digits", (32,), epochs=100)


@pytest.fixture(autouse=True)
def _fresh():
    worker.warm_up()
    yield
    worker._loaded.clear()


def trained(store, config=QUICK, then=lambda run_id: None):
    run = store.create(config, ME)
    attempt = claim(store, run.id)
    then(run.id)
    worker.work(run.id, attempt, store.address)
    worker._store(store.address).close()
    return run_of(store, run.id)


def again(store, run_id):
    store.resume(run_id, ME)
    worker.work(run_id, claim(store, run_id), store.address)
    worker._store(store.address).close()
    return run_of(store, run_id)


def failing(error):
    def fail(*arguments, **keywords):
        raise error

    return fail


def test_a_run_is_trained_to_its_end(store):
    run = trained(store)
    events = timeline(store, run.id)
    assert (run.status, run.sentence) == ("finished", "")
    assert run.device
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert run.last_event == len(events)
    assert store.checkpoint(run.id).step == QUICK.steps


def test_a_claim_that_is_used_up_does_nothing(store):
    run = store.create(QUICK, ME)
    attempt = claim(store, run.id)
    begin(store, run.id, attempt)
    worker.work(run.id, attempt, store.address)
    worker._store(store.address).close()
    assert entries_of(store, run.id) == []


def test_a_run_that_was_paused_goes_on_to_the_same_result(store):
    run = trained(store, LONGER, then=lambda run_id: store.pause(run_id, ME))
    assert run.status == "paused"
    step = store.checkpoint(run.id).step
    assert 0 < step < LONGER.steps
    run = again(store, run.id)
    assert run.status == "finished"

    straight = list(train(LONGER, load("digits"), every=0.1))
    told = timeline(store, run.id)
    assert told[-1].weights_hash == straight[-1].weights_hash
    curve = [(e.step, e.test_loss) for e in told if isinstance(e, Evaluation)]
    assert curve == [(e.step, e.test_loss) for e in straight if isinstance(e, Evaluation)]


def test_a_run_that_was_stopped_keeps_its_events(store):
    run = trained(store, LONGER, then=lambda run_id: store.stop(run_id, ME))
    events = entries_of(store, run.id)
    assert run.status == "stopped"
    assert any(isinstance(entry.event, Progress) for entry in events)
    assert isinstance(events[-1].event, Checkpoint)


def test_a_run_that_diverges_says_at_which_step_and_why(store):
    config = TrainingConfig(
        "digits", (512, 512, 512), "identity", optimizer="gd", optimizer_values=(("lr", 10.0),), epochs=20
    )
    run = trained(store, config)
    assert run.status == "diverged"
    assert "step" in run.sentence
    assert "learning rate" in run.sentence


def test_data_that_cannot_be_had_fail_the_run_with_their_sentence(store, monkeypatch):
    monkeypatch.setattr(worker, "load", failing(DatasetError("MNIST could not be downloaded.")))
    run = trained(store)
    assert (run.status, run.sentence) == ("failed", "MNIST could not be downloaded.")
    assert run.resumable


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (MemoryError(), "There is not enough memory for this network"),
        (
            RuntimeError("DefaultCPUAllocator: not enough memory"),
            "There is not enough memory for this network",
        ),
        (ZeroDivisionError("by zero"), "The training failed with ZeroDivisionError: by zero"),
    ],
)
def test_any_other_error_becomes_a_sentence_too(store, monkeypatch, error, sentence):
    monkeypatch.setattr("optviz.training.loop.train", failing(error))
    run = trained(store)
    assert run.status == "failed"
    assert sentence in run.sentence


@pytest.mark.parametrize("damage", ["noise", "another network"])
def test_a_checkpoint_that_cannot_be_used_is_refused_with_a_sentence(store, damage):
    data = b"noise"
    if damage == "another network":
        other = TrainingConfig("digits", (8,), epochs=1)
        data = next(e.data for e in train(other, load("digits")) if isinstance(e, Checkpoint))
    run = store.create(QUICK, ME)
    lease = begin(store, run.id, claim(store, run.id))
    append(store, lease, checkpoint=Checkpoint(45, data))
    settle(store, lease, "failed")
    run = again(store, run.id)
    assert run.status == "failed"
    assert "checkpoint" in run.sentence.lower()


def test_a_download_tells_how_far_it_is_and_obeys(store, monkeypatch):
    def slow(key, report):
        until = time.monotonic() + 5
        while time.monotonic() < until:
            report(3_000_000, 12_000_000)
            seen.append(store.history(ME)[0].sentence)
            if seen[-1]:
                store.stop(store.history(ME)[0].id, ME)
            time.sleep(0.05)
        raise AssertionError("The stop was not heard.")

    seen = []
    monkeypatch.setattr(worker, "load", slow)
    run = trained(store)
    assert run.status == "stopped"
    assert seen[-1] == "Downloading Digits (8 × 8): 3 of 12 MB."
    assert entries_of(store, run.id) == []
