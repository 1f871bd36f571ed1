import time

import pytest
from run_databases import ME, QUICK, entries_of, run_of

from optviz.runs import database as databases
from optviz.runs import event_writer as writers
from optviz.runs.event_writer import EventWriter
from optviz.runs.leases import begin, claim
from optviz.training.events import Checkpoint, Progress, Started


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(writers, "INTERVAL", 0.02)
    monkeypatch.setattr(writers, "HEARTBEAT", 0.1)
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.1)


@pytest.fixture
def lease(store):
    run = store.create(QUICK, ME)
    return begin(store, run.id, claim(store, run.id))


@pytest.fixture
def writer(store, lease):
    writer = EventWriter(store, lease)
    yield writer
    writer.close("halted", patience=0)


def progress(step):
    return Progress(step, step / 45, 0.5, 0.001, 1000.0, step / 10)


def eventually(true):
    until = time.monotonic() + 5
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def steps(store, run_id):
    return [entry.event.step for entry in entries_of(store, run_id)]


def test_events_appear_while_the_run_goes_on_and_the_end_settles_it(store, lease, writer):
    writer.write(Started("cpu", "A fine CPU", 10, 9, 9, "hash"))
    writer.write(progress(1))
    eventually(lambda: run_of(store, lease.run.id).last_event == 2)
    assert run_of(store, lease.run.id).device == "A fine CPU"
    writer.write(progress(2))
    assert writer.close("finished", "Well done.")
    run, entries = store.follow(lease.run.id)
    assert (run.status, run.sentence, len(entries)) == ("finished", "Well done.", 3)


def test_numbers_go_on_where_an_earlier_worker_ended(store, lease, writer):
    writer.write(progress(1))
    writer.close("halted")
    second = EventWriter(store, begin(store, lease.run.id, claim(store, lease.run.id)))
    second.write(progress(2))
    second.close("halted")
    assert [entry.number for entry in entries_of(store, lease.run.id)] == [1, 2]


def test_a_wish_reaches_the_worker(store, lease, writer):
    store.pause(lease.run.id, ME)
    eventually(lambda: writer.wanted == "pause")
    store.resume(lease.run.id, ME)
    eventually(lambda: writer.wanted == "run")
    store.delete(lease.run.id, ME)
    eventually(lambda: writer.wanted == "nothing")
    assert not writer.close("finished")


def test_a_sentence_tells_what_is_done_before_the_training(store, lease, writer):
    writer.say("Downloading MNIST: 3 of 12 MB.")
    eventually(lambda: run_of(store, lease.run.id).sentence == "Downloading MNIST: 3 of 12 MB.")
    writer.write(Started("cpu", "CPU", 10, 9, 9, "hash"))
    eventually(lambda: run_of(store, lease.run.id).sentence == "")


def test_events_wait_while_the_database_is_gone_and_are_written_in_order(store, lease, writer, database):
    writer.write(progress(1))
    eventually(lambda: steps(store, lease.run.id) == [1])
    database.vanish()
    began = time.monotonic()
    for step in range(2, 502):
        writer.write(progress(step))
    writer.write(Checkpoint(501, b"weights"))
    assert time.monotonic() - began < 1
    time.sleep(0.2)
    database.come_back()
    assert writer.close("finished")
    assert steps(store, lease.run.id) == [*range(1, 502), 501]
    assert store.checkpoint(lease.run.id) == Checkpoint(501, b"weights")
    assert writer.left_out == 0


def test_events_wait_while_the_database_is_locked(store, lease, writer, database):
    with database.locked():
        for step in range(1, 11):
            writer.write(progress(step))
        time.sleep(0.3)
        assert steps(store, lease.run.id) == []
    eventually(lambda: steps(store, lease.run.id) == list(range(1, 11)))


def test_memory_is_bounded_and_a_curve_keeps_its_ends(store, lease, database):
    writer = EventWriter(store, lease, room=20_000)
    database.vanish()
    time.sleep(0.1)
    for step in range(1, 2001):
        writer.write(progress(step))
        assert writer._size <= 20_000
    database.come_back()
    assert writer.close("finished")
    kept = steps(store, lease.run.id)
    assert kept == sorted(kept)
    assert (kept[0], kept[-1]) == (1, 2000)
    assert len(kept) + writer.left_out == 2000
    assert [entry.number for entry in entries_of(store, lease.run.id)] == list(range(1, len(kept) + 1))


def test_a_worker_gives_up_when_the_database_stays_away(store, lease, writer, database):
    writer.write(progress(1))
    database.vanish()
    assert not writer.close("finished", patience=0.3)
    database.come_back()
    assert run_of(store, lease.run.id).status == "running"  # until the servers miss its sign of life
