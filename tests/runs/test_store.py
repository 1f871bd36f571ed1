import multiprocessing
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from run_databases import ME, QUICK, YOU, Postgresql, entries_of, rows_of, run_of
from sqlalchemy import inspect, text

from optviz.runs import database as databases
from optviz.runs import schema
from optviz.runs.database import StoreUnavailableError, open_engine
from optviz.runs.leases import Line, append, begin, claim
from optviz.runs.schema import MIGRATIONS, TABLES, Migration, SchemaTooNewError, migrate, version
from optviz.runs.store import REFUSAL_SECONDS, Entry, RunError, Store, UnknownRunError
from optviz.settings.environment import WAITING
from optviz.training.events import Checkpoint, Progress, to_json

NEXT = len(MIGRATIONS) + 1


def progress(step):
    return Progress(step, step / 45, 0.5, 0.001, 1000.0, step / 10)


def lines(first, *events):
    return [Line(first + i, "progress", to_json(event)) for i, event in enumerate(events)]


def leased(store, owner=ME):
    """A run in a worker's hands."""
    run = store.create(QUICK, owner)
    return begin(store, run.id, claim(store, run.id))


# Migrations


def test_an_empty_database_gets_the_tables_that_the_code_reads(store):
    found = inspect(store.open())
    for table in TABLES.sorted_tables:
        columns = {c["name"]: c for c in found.get_columns(table.name)}
        assert list(columns) == [c.name for c in table.columns]
        for column in table.columns:
            if not column.primary_key:
                assert columns[column.name]["nullable"] == column.nullable
        assert found.get_pk_constraint(table.name)["constrained_columns"] == [
            c.name for c in table.primary_key
        ]
        indexes = {i["name"]: i["column_names"] for i in found.get_indexes(table.name)}
        assert indexes == {i.name: [c.name for c in i.columns] for i in table.indexes}


def test_migrating_twice_changes_nothing(store):
    run = store.create(QUICK, ME)
    assert migrate(store.open()) == MIGRATIONS[-1].number
    assert run_of(store, run.id) == run


def test_migrations_are_numbered_without_a_gap():
    assert [m.number for m in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


def test_a_later_migration_finds_the_runs_of_an_older_database(store):
    run = store.create(QUICK, ME)
    later = Migration(NEXT, "a colour", ("ALTER TABLE runs ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'",))
    assert migrate(store.open(), (*MIGRATIONS, later)) == NEXT
    with store.reading() as connection:
        assert connection.execute(text("SELECT id, colour FROM runs")).all() == [(run.id, "blue")]


def test_a_migration_that_fails_leaves_the_database_as_it_was(store):
    store.create(QUICK, ME)
    broken = Migration(
        NEXT, "broken", ("ALTER TABLE runs ADD COLUMN colour TEXT", "SELECT nonsense FROM nowhere")
    )
    with pytest.raises(StoreUnavailableError), databases.unavailable():
        migrate(store.open(), (*MIGRATIONS, broken))
    with store.reading() as connection:
        assert version(connection) == NEXT - 1
        assert "colour" not in [c["name"] for c in inspect(connection).get_columns("runs")]


def test_a_newer_database_is_refused_with_a_sentence(store):
    with store.writing() as connection:
        connection.execute(text("INSERT INTO schema_version (number) VALUES (99)"))
    other = Store(store.address)
    with pytest.raises(SchemaTooNewError, match=r"newer optviz \(schema 99"):
        other.history(ME)
    other.close()


def _migrate_at_once(address, barrier, results):
    barrier.wait()
    store = Store(address)
    try:
        store.open()
        results.put("")
    except Exception as error:  # the parent shows it
        results.put(repr(error))
    store.close()


def test_processes_that_start_together_migrate_once(database):
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(3), context.Queue()
    arguments = (database.address, barrier, results)
    processes = [context.Process(target=_migrate_at_once, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    assert [results.get(timeout=30) for _ in processes] == [""] * 3
    for process in processes:
        process.join()
    results.close()
    results.join_thread()


# Runs and their owners


def test_a_new_run_waits_in_the_queue_with_its_configuration(store):
    run = store.create(QUICK, ME, "  My first\nnetwork\0 ")
    assert (run.status, run.title, run.config, run.last_event) == ("queued", "My first network", QUICK, 0)
    assert run_of(store, run.id) == run
    assert run.active
    assert run.belongs_to(ME)
    assert not run.belongs_to(YOU)


def test_ids_are_short_and_cannot_be_guessed(store):
    ids = {store.create(QUICK, f"person {i}").id for i in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"[a-z2-9]{12}", run_id) for run_id in ids)


@pytest.mark.parametrize(
    "run_id", ["", "x", "a" * 5000, "' OR 1=1 --", "../../etc/p", "abcdefghijk\0", None, 7]
)
def test_an_id_that_could_not_be_one_is_refused(store, run_id):
    with pytest.raises(UnknownRunError, match="check that the link is complete"):
        store.follow(run_id)


def test_a_run_that_does_not_exist_is_told_apart(store):
    with pytest.raises(UnknownRunError, match="may have been deleted"):
        run_of(store, "abcdefghjkmn")


def test_the_store_does_not_keep_the_key_of_a_person(store):
    run = store.create(QUICK, "a very secret key")
    with store.reading() as connection:
        assert "secret" not in str(connection.execute(text("SELECT * FROM runs")).all())
    assert "secret" not in repr(run)


def test_history_is_the_persons_own_and_newest_first(store):
    ids = [store.create(QUICK, ME, str(i)).id for i in range(3)]
    store.create(QUICK, YOU)
    assert [run.id for run in store.history(ME)] == ids[::-1]
    assert [run.id for run in store.history(ME, limit=1)] == ids[-1:]
    assert store.history("nobody") == []


def test_only_the_owner_may_change_a_run(store):
    run = store.create(QUICK, ME, "mine")
    for act in (store.delete, store.pause, store.stop, store.resume):
        with pytest.raises(RunError, match="Only the person who started"):
            act(run.id, YOU)
    with pytest.raises(RunError, match="can rename it"):
        store.rename(run.id, YOU, "yours")
    assert run_of(store, run.id) == run


def test_a_run_is_renamed_and_deleted_with_all_it_has(store):
    lease = leased(store)
    append(store, lease, lines(1, progress(1)), Checkpoint(1, b"weights"))
    assert store.rename(lease.run.id, ME, "better").title == "better"
    store.delete(lease.run.id, ME)
    with pytest.raises(UnknownRunError):
        run_of(store, lease.run.id)
    assert rows_of(store, lease.run.id) == 0
    assert store.checkpoint(lease.run.id) is None


def test_a_person_cannot_fill_the_queue(store):
    for _ in range(int(WAITING.default)):
        store.create(QUICK, ME)
    with pytest.raises(RunError, match="10 runs waiting"):
        store.create(QUICK, ME)
    store.create(QUICK, YOU)


def test_a_waiting_run_is_paused_resumed_and_stopped_at_once(store):
    run = store.create(QUICK, ME)
    assert store.pause(run.id, ME).status == "paused"
    assert store.resume(run.id, ME).status == "queued"
    assert store.stop(run.id, ME).status == "stopped"
    assert store.resume(run.id, ME).status == "queued"


def test_a_running_run_is_asked(store):
    lease = leased(store)
    assert store.pause(lease.run.id, ME).wanted == "pause"
    assert store.stop(lease.run.id, ME).wanted == "stop"
    assert store.resume(lease.run.id, ME).wanted == "run"
    assert append(store, lease) == "run"


# Events


def test_events_come_back_as_they_were_written(store):
    lease = leased(store)
    append(store, lease, lines(1, progress(10), progress(20)))
    append(store, lease, lines(3, progress(30)))
    run, entries = store.follow(lease.run.id, after=1)
    assert run.last_event == 3
    assert entries == [Entry(2, progress(20)), Entry(3, progress(30))]
    assert store.follow(lease.run.id, after=3)[1] == []
    assert store.latest(lease.run.id, "progress") == Entry(3, progress(30))
    assert store.latest(lease.run.id, "finished") is None


def test_a_batch_that_is_sent_again_is_written_once(store):
    lease = leased(store)
    batch = lines(1, progress(10), progress(20))
    append(store, lease, batch, Checkpoint(20, b"a"))
    append(store, lease, [*batch, *lines(3, progress(30))], Checkpoint(30, b"b"))
    assert [e.number for e in entries_of(store, lease.run.id)] == [1, 2, 3]
    assert store.checkpoint(lease.run.id) == Checkpoint(30, b"b")


def test_kinds_of_events_that_a_newer_program_wrote_are_passed_over(store):
    lease = leased(store)
    append(store, lease, [Line(1, "hologram", '{"kind":"hologram"}'), *lines(2, progress(5))])
    assert entries_of(store, lease.run.id) == [Entry(2, progress(5))]


def test_fifty_readers_poll_while_a_run_writes(store):
    lease = leased(store)
    done = threading.Event()

    def read(_):
        seen = []
        while not done.is_set():
            _, entries = store.follow(lease.run.id, len(seen))
            seen += [entry.number for entry in entries]
            done.wait(0.02)
        return seen + [entry.number for entry in entries_of(store, lease.run.id, len(seen))]

    with ThreadPoolExecutor(50) as pool:
        readers = pool.map(read, range(50))
        try:
            for number in range(1, 51):
                append(store, lease, lines(number, progress(number)), Checkpoint(number, bytes(100_000)))
        finally:
            done.set()
        assert all(seen == list(range(1, 51)) for seen in readers)


# A database that is not there


def test_a_reader_is_told_when_the_database_is_gone_and_goes_on_when_it_is_back(store, database):
    run = store.create(QUICK, ME)
    database.vanish()
    with pytest.raises(StoreUnavailableError, match=r"^The run store does not answer: .*\.$"):
        run_of(store, run.id)
    database.come_back()
    assert run_of(store, run.id) == run


def test_a_database_that_is_gone_at_the_start_is_opened_later(database):
    if isinstance(database, Postgresql):
        database.vanish()
    else:
        database.folder.write_text("a file where the folder should be")
    store = Store(database.address)
    with pytest.raises(StoreUnavailableError):
        store.history(ME)
    if isinstance(database, Postgresql):
        database.come_back()
    else:
        database.folder.unlink()
    time.sleep(REFUSAL_SECONDS)
    assert store.history(ME) == []
    store.close()


def test_readers_that_wait_for_a_database_that_is_gone_wait_together():
    store = Store("postgresql://someone@nowhere/runs")
    store._migrated = lambda: (time.sleep(0.2), unheard())

    def unheard():
        raise StoreUnavailableError("The run store does not answer.")

    def read(_):
        with pytest.raises(StoreUnavailableError, match="does not answer"):
            store.history(ME)

    began = time.monotonic()
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(read, range(20)))
    assert time.monotonic() - began < 1


def test_readers_go_on_while_a_writer_holds_the_lock_and_writers_are_told(store, database, monkeypatch):
    run = store.create(QUICK, ME)
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.1)
    store.close()  # the time to wait is set when a connection opens
    with database.locked():
        assert run_of(store, run.id) == run
        with pytest.raises(StoreUnavailableError, match="another program has locked the database"):
            store.create(QUICK, ME)
    store.create(QUICK, ME)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nonsense", "cannot be read"),
        ("mysql://somewhere/else", "allowed are sqlite"),
        ("sqlite://", "allowed are sqlite"),
        ("sqlite:////proc/nowhere/runs.sqlite3", "cannot be opened"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_with_a_sentence(address, sentence):
    with pytest.raises(StoreUnavailableError, match=sentence):
        open_engine(address)


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    file = tmp_path / "runs.sqlite3"
    file.write_text("dear diary, " * 1000)
    with pytest.raises(StoreUnavailableError, match="damaged"):
        Store(f"sqlite:///{file}").history(ME)
    assert file.read_text().startswith("dear diary")


def test_a_postgresql_server_that_does_not_answer_is_named_without_its_password():
    store = Store("postgres://someone:secret@127.0.0.1:1/runs")
    with pytest.raises(StoreUnavailableError) as caught:
        store.history(ME)
    assert "secret" not in str(caught.value)


def test_the_environment_names_the_database(monkeypatch, tmp_path):
    monkeypatch.setenv("OPTVIZ_DATABASE_URL", "sqlite:///here.sqlite3")
    monkeypatch.chdir(tmp_path)
    assert Store().address == f"sqlite:///{tmp_path}/here.sqlite3"
    monkeypatch.delenv("OPTVIZ_DATABASE_URL")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Store().address == f"sqlite:///{tmp_path}/optviz/runs.sqlite3"


def test_every_migration_is_written_for_both_databases():
    for migration in MIGRATIONS:
        for words in schema._WORDS.values():
            assert all(statement.format_map(words) for statement in migration.statements)
