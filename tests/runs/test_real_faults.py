"""Faults as they really come: a disk without room, a database that is slow, hangs or restarts, no network.

Small disks and networks that are switched off need rights that not every account has; what they are for is
skipped without them. See docs/reliability.md.
"""

import os
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path

import pytest
from run_databases import ME, QUICK, Postgresql, SmallDisk, Sqlite, entries_of, run_of, timeline

from optviz.runs import event_writer as writers
from optviz.runs import scheduler, worker
from optviz.runs.database import StoreUnavailableError
from optviz.runs.event_writer import EventWriter
from optviz.runs.history import watch
from optviz.runs.leases import begin, claim
from optviz.runs.scheduler import Scheduler
from optviz.runs.store import REFUSAL_SECONDS, Store
from optviz.training.config import TrainingConfig
from optviz.training.datasets import load
from optviz.training.events import Checkpoint, Finished, Progress
from optviz.training.loop import train
from tests.wire import Wire

ROOT = Path(__file__).parents[2]
SECONDS_LONG = TrainingConfig("digits", (64,), epochs=30)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(writers, "INTERVAL", 0.05)
    monkeypatch.setattr(writers, "HEARTBEAT", 0.1)


@pytest.fixture
def disk():
    try:
        found = SmallDisk(megabytes=32)
    except (subprocess.CalledProcessError, FileNotFoundError):
        pytest.skip("A small disk cannot be mounted by this account.")
    yield found
    found.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def on_disk(request, disk):
    """A database whose tables lie on the small disk; PostgreSQL has its log of changes elsewhere."""
    if request.param == "sqlite":
        yield Sqlite(disk.folder)
    else:
        database = Postgresql(request.getfixturevalue("postgresql"), disk.folder)
        yield database
        database.drop()


@cache
def undisturbed(config):
    """What a run that nothing disturbs ends with."""
    worker.warm_up()
    return list(train(config, load("digits")))[-1].weights_hash


class Training:
    """A run that trains in a thread, as a worker would."""

    def __init__(self, store, config=SECONDS_LONG):
        worker.warm_up()
        self.store, self.config = store, config
        self.run_id = store.create(config, ME).id
        attempt = claim(store, self.run_id)
        self.thread = threading.Thread(target=worker.work, args=(self.run_id, attempt, store.address))
        self.thread.start()

    def wait_for_events(self, count):
        until = time.monotonic() + 30
        while run_of(self.store, self.run_id).last_event < count:
            assert time.monotonic() < until
            time.sleep(0.02)

    def ends_as_if_nothing_had_happened(self):
        self.thread.join(60)
        assert not self.thread.is_alive()
        worker._store(self.store.address).close()
        run = run_of(self.store, self.run_id)
        told = timeline(self.store, self.run_id)
        assert run.status == "finished", run.sentence
        assert isinstance(told[-1], Finished)
        assert told[-1].weights_hash == undisturbed(self.config)
        assert run.last_event == len(entries_of(self.store, self.run_id)), "no event is missing"
        return True


def refusal(act):
    with pytest.raises(StoreUnavailableError) as caught:
        act()
    return str(caught.value)


def fill_up(store):
    """New runs until the pages that the database has already are full too."""
    for owner in range(3000):
        store.create(QUICK, str(owner), "t" * 80)


def test_a_training_on_a_full_disk_goes_on_and_ends_when_there_is_room(disk, on_disk):
    store = Store(on_disk.address)
    before = store.create(QUICK, ME, "mine").id
    training = Training(store)
    training.wait_for_events(3)
    disk.fill()
    assert refusal(lambda: fill_up(store)) == "The run store does not answer: the disk is full."
    assert run_of(store, before).title == "mine", "what is there is shown"
    time.sleep(1)
    assert run_of(store, training.run_id).status == "running"
    disk.make_room()
    assert training.ends_as_if_nothing_had_happened()
    store.close()


def test_a_checkpoint_without_room_waits_and_the_one_before_stays(disk, on_disk):
    store = Store(on_disk.address)
    run = store.create(QUICK, ME)
    writer = EventWriter(store, begin(store, run.id, claim(store, run.id)))
    writer.write(Checkpoint(1, b"first"))
    until = time.monotonic() + 10
    while store.checkpoint(run.id) is None and time.monotonic() < until:
        time.sleep(0.02)
    disk.fill()
    writer.write(Checkpoint(2, os.urandom(3_000_000)))
    for step in range(3, 100):
        writer.write(Progress(step, 1.0, 0.5, 0.001, 1000.0, step / 10))
    time.sleep(0.5)
    assert store.checkpoint(run.id) == Checkpoint(1, b"first")
    assert writer.wanted == "run", "the training goes on"
    disk.make_room()
    assert writer.close("finished")
    assert store.checkpoint(run.id).step == 2
    assert len(store.checkpoint(run.id).data) == 3_000_000
    assert [entry.number for entry in entries_of(store, run.id)] == list(range(1, 100))
    store.close()


def test_a_disk_that_is_read_only_is_told_and_all_is_there_afterwards(disk):
    """SQLite needs to write beside its file even to read it."""
    store = Store(Sqlite(disk.folder).address)
    run_id = store.create(QUICK, ME, "mine").id
    store.close()
    disk.forbid_writing()
    assert "its disk is read-only" in refusal(lambda: store.create(QUICK, ME))
    assert "its disk is read-only" in refusal(lambda: run_of(store, run_id))
    disk.allow_writing()
    time.sleep(REFUSAL_SECONDS)
    assert run_of(store, run_id).title == "mine"
    store.create(QUICK, ME)
    store.close()


@pytest.fixture
def wired(postgresql, tmp_path):
    """A store on PostgreSQL behind a wire that can be slow and can hang."""
    database = Postgresql(postgresql)
    folder = tmp_path / "near"
    folder.mkdir()
    name = ".s.PGSQL.5432"
    wire = Wire(str(folder / name), str(postgresql.folder / name))
    store = Store(postgresql.address(database.name, folder))
    yield store, wire
    store.close()
    worker._store(store.address).close()
    wire.close()


def test_a_slow_database_delays_events_but_not_the_training(wired):
    store, wire = wired
    run = store.create(QUICK, ME)
    writer = EventWriter(store, begin(store, run.id, claim(store, run.id)))
    wire.delay = 0.05
    began = time.monotonic()
    for step in range(1, 601):
        writer.write(Progress(step, 1.0, 0.5, 0.001, 1000.0, step / 10))
    assert time.monotonic() - began < 0.4
    assert writer.close("finished")
    assert time.monotonic() - began > 0.5, "it was slow"
    wire.delay = 0
    assert [entry.event.step for entry in entries_of(store, run.id)] == list(range(1, 601))


def test_a_database_that_hangs_for_seconds_holds_up_no_training(wired, monkeypatch):
    store, wire = wired
    monkeypatch.setattr(scheduler, "_current", Scheduler(store))
    training = Training(store)
    training.wait_for_events(3)
    before = watch(training.run_id, fresh=True)
    answered = []
    with wire.hangs():
        watching = threading.Thread(target=lambda: answered.append(watch(training.run_id, fresh=True)))
        watching.start()
        time.sleep(2)
        assert answered == [], "who looks at this run waits"
    watching.join(10)
    assert answered[0].run.last_event >= before.run.last_event
    assert training.ends_as_if_nothing_had_happened()


def test_a_database_that_restarts_in_mid_run_loses_nothing(postgresql):
    database = Postgresql(postgresql)
    store = Store(database.address)
    training = Training(store)
    training.wait_for_events(3)
    database.vanish()
    time.sleep(1)
    assert "does not answer" in refusal(lambda: run_of(store, training.run_id))
    database.come_back()
    assert training.ends_as_if_nothing_had_happened()
    store.close()


FRESH = """
import sys
from optviz.settings.link import encode
from optviz.training.datasets import DatasetError, load
from optviz.training.presets import PRESETS, first

print(first() == PRESETS["digits"], len(load("digits").train_labels))
try:
    load("mnist")
except DatasetError as error:
    print(error)
"""


def test_a_fresh_machine_without_any_network_trains_on_the_digits_and_says_what_mnist_needs(tmp_path):
    """The process has a network of its own, in which there is nothing, and an empty home."""
    command = ["unshare", "--map-root-user", "--net", sys.executable, "-c", FRESH]
    if subprocess.run([*command[:3], "true"], capture_output=True).returncode:
        pytest.skip("This account may not switch off the network for a process.")
    environment = {name: value for name, value in os.environ.items() if name != "OPTVIZ_DATA"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
    first, sentence = done.stdout.splitlines()
    assert first == "True 1438"
    assert "Check the network, or choose Digits (8 × 8), which needs no download" in sentence
