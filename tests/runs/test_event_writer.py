import time

import pytest
from run_databases import ME, QUICK

from optviz.runs import database as databases
from optviz.runs import event_writer as journals
from optviz.runs.event_writer import Journal
from optviz.runs.leases import begin, claim
from optviz.training.events import Checkpoint, Progress, Started


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(journals, "INTERVAL", 0.02)
    monkeypatch.setattr(journals, "HEARTBEAT", 0.1)
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.1)


@pytest.fixture
def lease(store):
    run = store.create(QUICK, ME)
    return begin(store, run.id, claim(store, run.id))


@pytest.fixture
def journal(store, lease):
    journal = Journal(store, lease)
    yield journal
    journal.close("halted", patience=0)


def progress(step):
    return Progress(step, step / 45, 0.5, 0.001, 1000.0, step / 10)


def eventually(true):
    until = time.monotonic() + 5
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def steps(store, run_id):
    return [entry.event.step for entry in store.events(run_id)]


def test_events_appear_while_the_run_goes_on_and_the_end_settles_it(store, lease, journal):
    journal.write(Started("cpu", "A fine CPU", 10, 9, 9, "hash"))
    journal.write(progress(1))
    eventually(lambda: store.run(lease.run.id).last_event == 2)
    assert store.run(lease.run.id).device == "A fine CPU"
    journal.write(progress(2))
    assert journal.close("finished", "Well done.")
    run, entries = store.follow(lease.run.id)
    assert (run.status, run.sentence, len(entries)) == ("finished", "Well done.", 3)


def test_numbers_go_on_where_an_earlier_worker_ended(store, lease, journal):
    journal.write(progress(1))
    journal.close("halted")
    second = Journal(store, begin(store, lease.run.id, claim(store, lease.run.id)))
    second.write(progress(2))
    second.close("halted")
    assert [entry.number for entry in store.events(lease.run.id)] == [1, 2]


def test_a_wish_reaches_the_worker(store, lease, journal):
    store.pause(lease.run.id, ME)
    eventually(lambda: journal.wanted == "pause")
    store.resume(lease.run.id, ME)
    eventually(lambda: journal.wanted == "run")
    store.delete(lease.run.id, ME)
    eventually(lambda: journal.wanted == "nothing")
    assert not journal.close("finished")


def test_a_sentence_tells_what_is_done_before_the_training(store, lease, journal):
    journal.say("Downloading MNIST: 3 of 12 MB.")
    eventually(lambda: store.run(lease.run.id).sentence == "Downloading MNIST: 3 of 12 MB.")
    journal.write(Started("cpu", "CPU", 10, 9, 9, "hash"))
    eventually(lambda: store.run(lease.run.id).sentence == "")


def test_events_wait_while_the_database_is_gone_and_are_written_in_order(store, lease, journal, database):
    journal.write(progress(1))
    eventually(lambda: steps(store, lease.run.id) == [1])
    database.vanish()
    began = time.monotonic()
    for step in range(2, 502):
        journal.write(progress(step))
    journal.write(Checkpoint(501, b"weights"))
    assert time.monotonic() - began < 1
    time.sleep(0.2)
    database.come_back()
    assert journal.close("finished")
    assert steps(store, lease.run.id) == [*range(1, 502), 501]
    assert store.checkpoint(lease.run.id) == Checkpoint(501, b"weights")
    assert journal.left_out == 0


def test_events_wait_while_the_database_is_locked(store, lease, journal, database):
    with database.locked():
        for step in range(1, 11):
            journal.write(progress(step))
        time.sleep(0.3)
        assert steps(store, lease.run.id) == []
    eventually(lambda: steps(store, lease.run.id) == list(range(1, 11)))


def test_memory_is_bounded_and_a_curve_keeps_its_ends(store, lease, database):
    journal = Journal(store, lease, room=20_000)
    database.vanish()
    time.sleep(0.1)
    for step in range(1, 2001):
        journal.write(progress(step))
        assert journal._size <= 20_000
    database.come_back()
    assert journal.close("finished")
    kept = steps(store, lease.run.id)
    assert kept == sorted(kept)
    assert (kept[0], kept[-1]) == (1, 2000)
    assert len(kept) + journal.left_out == 2000
    assert [entry.number for entry in store.events(lease.run.id)] == list(range(1, len(kept) + 1))


def test_a_worker_gives_up_when_the_database_stays_away(store, lease, journal, database):
    journal.write(progress(1))
    database.vanish()
    assert not journal.close("finished", patience=0.3)
    database.come_back()
    assert store.run(lease.run.id).status == "running"  # until the servers miss its sign of life
