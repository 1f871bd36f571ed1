"""What one visitor, one address and the store may take, and what becomes too old."""

import threading

import pytest
from run_databases import ME, QUICK, YOU, rows_of, run_of
from sqlalchemy import insert, update

from optviz.runs import limits
from optviz.runs.database import clock
from optviz.runs.leases import claim, queue_snapshot
from optviz.runs.limits import Recently, Slots
from optviz.runs.scheduler import Scheduler
from optviz.runs.schema import CHECKPOINTS, EVENTS, RUNS
from optviz.runs.store import RunError, UnknownRunError
from optviz.settings import environment


def change(store, run_id, **values):
    with store.writing() as connection:
        connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(values))


def refused(store, owner=ME):
    with pytest.raises(RunError) as caught:
        store.create(QUICK, owner)
    return str(caught.value)


def test_a_person_with_many_waiting_runs_is_refused_and_told_so(store, monkeypatch):
    monkeypatch.setenv("OPTVIZ_WAITING", "2")
    paused = store.create(QUICK, ME)
    store.pause(paused.id, ME)
    for _ in range(2):
        store.create(QUICK, ME)
    assert "You have 2 runs waiting already" in refused(store)
    with pytest.raises(RunError, match="2 runs waiting"):
        store.resume(paused.id, ME)
    store.create(QUICK, YOU)


def test_a_person_keeps_so_many_runs(store, monkeypatch):
    monkeypatch.setenv("OPTVIZ_KEPT_RUNS", "2")
    first = store.create(QUICK, ME)
    store.create(QUICK, ME)
    assert "You keep 2 runs" in refused(store)
    store.create(QUICK, YOU)
    store.delete(first.id, ME)
    store.create(QUICK, ME)


def test_a_person_keeps_so_many_gigabytes(store, monkeypatch):
    monkeypatch.setenv("OPTVIZ_KEPT_GB", "0.001")
    run = store.create(QUICK, ME)
    with store.writing() as connection:
        connection.execute(insert(CHECKPOINTS).values(run=run.id, step=1, data=bytes(1_000_000)))
    assert "checkpoints of your runs take 0.001 GB" in refused(store)
    store.create(QUICK, YOU)


def test_a_full_store_takes_no_new_run_until_something_is_deleted(store, monkeypatch):
    run = store.create(QUICK, ME)
    with store.reading() as connection:
        empty = limits.store_size(connection)
    monkeypatch.setenv("OPTVIZ_STORE_GB", str((empty + 1_500_000) / 1e9))
    with store.writing() as connection:
        body = "x" * 100
        rows = [{"run": run.id, "number": n, "kind": "k", "body": f"{n}{body}"} for n in range(30_000)]
        connection.execute(insert(EVENTS), rows)
    assert "store of this server is full" in refused(store, YOU)
    if store.address.startswith("sqlite"):  # PostgreSQL gives its pages back in its own time
        store.delete(run.id, ME)
        store.create(QUICK, YOU)


def test_a_person_trains_so_many_at_the_same_time_and_others_pass(store):
    mine = [store.create(QUICK, ME).id for _ in range(3)]
    claim(store, mine[0])
    yours = store.create(QUICK, YOU).id
    found = queue_snapshot(store, 600)
    assert found.within(1) == {yours}
    assert found.within(2) == {yours, mine[1]}
    assert found.within(9) == {yours, *mine[1:]}


def test_one_address_starts_so_many_runs_in_an_hour(store, monkeypatch):
    monkeypatch.setenv("OPTVIZ_RUNS_PER_HOUR", "3")
    scheduler = Scheduler(store)
    for owner in (ME, YOU, "a third"):
        scheduler.submit(QUICK, owner, address="192.0.2.1")
    with pytest.raises(RunError, match="From your network 3 runs were started in the last hour"):
        scheduler.submit(QUICK, "a fourth", address="192.0.2.1")
    scheduler.submit(QUICK, ME, address="192.0.2.2")
    scheduler.submit(QUICK, ME)


def test_an_hour_later_the_address_may_go_on_and_is_forgotten():
    now = [0.0]
    recently = Recently(seconds=3600, now=lambda: now[0])
    assert [recently.admit("a", 2) for _ in range(3)] == [True, True, False]
    now[0] = 3599.0
    assert not recently.admit("a", 2)
    now[0] = 3601.0
    assert recently.admit("b", 2)
    assert list(recently._times) == ["b"]
    assert recently.admit("a", 2)


def test_work_in_flight_is_counted_by_visitor_and_by_address():
    slots = Slots()
    mine, yours = {"me": 1, "network": 2}, {"you": 1, "network": 2}
    assert slots.take(mine)
    assert not slots.take(mine)
    assert slots.take(yours)
    assert not slots.take({"third": 1, "network": 2})
    slots.give_back(mine)
    assert slots.take({"third": 1, "network": 2})


def test_a_place_is_given_back_whatever_happens():
    slots, waited = Slots(), []
    with pytest.raises(ZeroDivisionError), slots.taken({"me": 1}, lambda: None):
        raise ZeroDivisionError
    slots.take({"me": 1})

    def wait():
        waited.append(1)
        slots.give_back({"me": 1})

    with slots.taken({"me": 1}, wait):
        assert waited == [1]


@pytest.mark.parametrize("days", [30, 1])
def test_runs_that_ended_long_ago_are_deleted_with_all_they_have(store, monkeypatch, days):
    """The rows are dated back: every time in the store is the database's own."""
    monkeypatch.setenv("OPTVIZ_KEEP_DAYS", str(days))
    old, fresh, waiting = (store.create(QUICK, ME).id for _ in range(3))
    with store.writing() as connection:
        connection.execute(insert(EVENTS).values(run=old, number=1, kind="k", body="{}"))
    change(store, old, status="finished", updated=clock() - (days * 86_400 + 60))
    change(store, fresh, status="finished", updated=clock() - (days * 86_400 - 60))
    change(store, waiting, updated=clock() - 10 * days * 86_400)
    Scheduler(store)._chores()
    with pytest.raises(UnknownRunError):
        run_of(store, old)
    assert rows_of(store, old) == 0
    assert run_of(store, fresh).status == "finished"
    assert run_of(store, waiting).status == "queued"


def test_nothing_is_deleted_where_all_is_to_be_kept(store, monkeypatch):
    monkeypatch.setenv("OPTVIZ_KEEP_DAYS", "0")
    run_id = store.create(QUICK, ME).id
    change(store, run_id, status="finished", updated=clock() - 1e9)
    Scheduler(store)._chores()
    assert run_of(store, run_id).status == "finished"


def test_many_old_runs_go_in_small_steps_and_not_with_every_chore(store, monkeypatch):
    monkeypatch.setattr(limits, "AT_ONCE", 2)
    for n in range(5):
        change(store, store.create(QUICK, str(n)).id, status="failed", updated=0.0)
    scheduler, left = Scheduler(store), []
    for _ in range(4):
        scheduler._chores()
        left.append(sum(len(store.history(str(n))) for n in range(5)))
    assert left == [3, 1, 0, 0]
    change(store, store.create(QUICK, ME).id, status="failed", updated=0.0)
    scheduler._chores()
    assert len(store.history(ME)) == 1, "the next look is a minute later"


@pytest.mark.parametrize("limit", environment.LIMITS, ids=lambda limit: limit.name)
def test_a_limit_is_read_or_refused_with_a_sentence(limit):
    assert limit.read({}) == limit.read({limit.name: " "}) == limit.default
    assert limit.read({limit.name: f"{limit.high}"}) == limit.high
    kind = "whole number" if limit.whole else "number"
    for nonsense in ("many", "-1", "nan", f"{limit.high * 10}", *(["1.5"] if limit.whole else [])):
        with pytest.raises(environment.SettingError, match=f"{limit.name} is “.*”; it must be a {kind} from"):
            limit.read({limit.name: nonsense})


@pytest.mark.parametrize("switch", [environment.LOG, environment.METRICS], ids=lambda switch: switch.name)
def test_a_switch_says_one_thing_or_nothing(switch):
    assert not switch.read({})
    assert switch.read({switch.name: f" {switch.on.upper()} "})
    with pytest.raises(environment.SettingError, match=f"{switch.name} is “yes”; it must be “{switch.on}”"):
        switch.read({switch.name: "yes"})


def test_threads_never_take_more_than_there_is():
    slots, most, lock = Slots(), [0, 0], threading.Lock()

    def work():
        for _ in range(200):
            with slots.taken({"me": 3}, lambda: None):
                with lock:
                    most[0] += 1
                    most[1] = max(most)
                with lock:
                    most[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[1] <= 3
