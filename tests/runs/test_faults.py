"""A disk or a database that fails: what a person reads, and that nothing is lost. See docs/reliability.md."""

import gzip
import threading
import time
from contextlib import contextmanager

import pytest
from run_databases import ME, QUICK, Sqlite, entries_of, run_of, timeline
from sqlalchemy import event

from optviz.runs import event_writer as writers
from optviz.runs import worker
from optviz.runs.database import StoreUnavailableError
from optviz.runs.event_writer import EventWriter
from optviz.runs.leases import begin, claim
from optviz.runs.store import Store
from optviz.training.datasets import DATASETS
from optviz.training.events import Checkpoint, Finished, Progress


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(writers, "INTERVAL", 0.02)
    monkeypatch.setattr(writers, "HEARTBEAT", 0.1)


@pytest.fixture
def store(tmp_path):
    store = Store(Sqlite(tmp_path).address)
    yield store
    store.close()


class Disk:
    """Makes SQLite itself answer as on a bad disk, on every connection that the store uses next."""

    def __init__(self, store):
        self.engine, self.pragmas = store.open(), ()
        event.listen(self.engine, "checkout", self._checkout)

    def _checkout(self, connection, record, proxy):
        for pragma in ("max_page_count = 1073741823", "query_only = OFF", *self.pragmas):
            connection.execute(f"PRAGMA {pragma}")

    @contextmanager
    def fails(self, *pragmas):
        self.pragmas = pragmas
        yield
        self.pragmas = ()

    def full(self):
        return self.fails("max_page_count = 1")  # SQLite takes this as: no page more than there are

    def read_only(self):
        return self.fails("query_only = ON")


def reasons(store, run_id):
    """What a person reads who starts, renames and stops a run."""
    said = set()
    for act in (
        lambda: store.create(QUICK, ME, "t" * 80),
        lambda: store.rename(run_id, ME, "another title"),
        lambda: store.stop(run_id, ME),
    ):
        try:
            act()
        except StoreUnavailableError as error:
            said.add(str(error))
    return said


def test_on_a_full_disk_a_sentence_says_so_and_what_is_there_is_shown(store):
    run_id = store.create(QUICK, ME, "mine").id

    def fill():
        for owner in range(500):  # until the pages that are there are full
            store.create(QUICK, str(owner), "t" * 80)

    with Disk(store).full(), pytest.raises(StoreUnavailableError) as caught:
        fill()
    assert str(caught.value) == "The run store does not answer: the disk is full."
    assert run_of(store, run_id).title == "mine"
    store.create(QUICK, ME)


def test_a_database_that_cannot_be_written_is_told_and_can_still_be_read(store):
    run_id = store.create(QUICK, ME, "mine").id
    with Disk(store).read_only():
        assert reasons(store, run_id) == {"The run store does not answer: the database cannot be written."}
        assert [run.title for run in store.history(ME)] == ["mine"]
    assert reasons(store, run_id) == set()


def test_a_damaged_database_is_told_and_left_as_it_is(store, tmp_path):
    run_id = store.create(QUICK, ME).id
    store.close()
    file = Sqlite(tmp_path).file
    content = bytearray(file.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page : page + 200] = b"\xff" * 200
    file.write_bytes(content)
    with pytest.raises(StoreUnavailableError, match="the database file is damaged"):
        run_of(Store(store.address), run_id)
    with pytest.raises(StoreUnavailableError, match="the database file is damaged"):
        Store(store.address).create(QUICK, ME)
    assert file.read_bytes() == content


@pytest.mark.parametrize("fault", [Disk.full, Disk.read_only])
def test_a_checkpoint_that_finds_no_room_waits_and_the_one_before_stays(store, fault):
    run, disk = store.create(QUICK, ME), Disk(store)  # before there is a second thread: it adds a listener
    lease = begin(store, run.id, claim(store, run.id))
    writer = EventWriter(store, lease)
    writer.write(Checkpoint(1, b"first"))
    until = time.monotonic() + 10
    while store.checkpoint(run.id) is None and time.monotonic() < until:
        time.sleep(0.01)
    with fault(disk):
        writer.write(Checkpoint(2, bytes(3_000_000)))
        for step in range(3, 200):
            writer.write(Progress(step, 1.0, 0.5, 0.001, 1000.0, step / 10))
        time.sleep(0.4)
        assert store.checkpoint(run.id) == Checkpoint(1, b"first")
        assert writer.wanted == "run", "the training goes on"
    assert writer.close("finished")
    assert store.checkpoint(run.id) == Checkpoint(2, bytes(3_000_000))
    assert [e.number for e in entries_of(store, run.id)] == list(range(1, 200))


def test_a_run_that_meets_a_full_disk_goes_on_to_its_end_when_there_is_room(store):
    worker.warm_up()
    run = store.create(QUICK, ME)
    attempt = claim(store, run.id)
    own = worker._store(store.address)
    disk = Disk(own)
    disk.pragmas = ("max_page_count = 1",)
    training = threading.Thread(target=worker.work, args=(run.id, attempt, store.address))
    training.start()
    time.sleep(2)
    assert run_of(store, run.id).status == "running"
    assert training.is_alive(), "it waits for room"
    disk.pragmas = ()
    training.join(60)
    own.close()
    worker._store.cache_clear()
    assert run_of(store, run.id).status == "finished"
    assert isinstance(timeline(store, run.id)[-1], Finished)


def test_a_truncated_data_file_fails_the_run_with_its_name(store, tmp_path, monkeypatch):
    folder = tmp_path / "data" / "mnist"
    folder.mkdir(parents=True)
    for file in DATASETS["mnist"].files:
        (folder / file.name).write_bytes(gzip.compress(b"the beginning"))
    monkeypatch.setenv("OPTVIZ_DATA", str(tmp_path / "data"))
    worker._loaded.clear()
    run = store.create(type(QUICK)("mnist", (16,), epochs=1), ME)
    worker.work(run.id, claim(store, run.id), store.address)
    worker._store(store.address).close()
    worker._store.cache_clear()
    found = run_of(store, run.id)
    assert found.status == "failed"
    assert "train-images-idx3-ubyte.gz is truncated" in found.sentence
    assert "Replace it with the official file" in found.sentence
    assert found.resumable, "Resume begins again with the file mended"
