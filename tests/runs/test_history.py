"""What pages know of a run: read once for all, each event once, without the steps that were repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_databases import ME, QUICK

from optviz.runs import history, scheduler
from optviz.runs.database import StoreUnavailableError
from optviz.runs.history import continued, watch
from optviz.runs.leases import Line, append, begin, claim
from optviz.runs.scheduler import Scheduler
from optviz.runs.store import Entry, Store
from optviz.training.events import Checkpoint, Evaluation, Progress, Started, kind_of, to_json

START, AGAIN = (Started("cpu", "CPU", 1, 9, 9, "hash", resumed_at=step) for step in (0, 20))


def progress(step):
    return Progress(step, step / 10, 0.5, 0.01, 100.0, step / 5, ((step, 0.5),))


def entries(events, first=1):
    return [Entry(number, event) for number, event in enumerate(events, first)]


INTERRUPTED = [
    START,
    progress(10),
    progress(20),
    Checkpoint(20),
    progress(30),
    AGAIN,
    progress(30),
    progress(40),
]


def test_a_history_tells_repeated_steps_once():
    told = continued((), entries(INTERRUPTED))
    assert told == (
        START, progress(10), progress(20), Checkpoint(20), AGAIN, progress(30), progress(40),
    )  # fmt: skip


@given(st.lists(st.sampled_from([START, AGAIN, *map(progress, (10, 20, 30))]), max_size=12), st.data())
def test_a_history_that_grows_is_the_one_read_at_once(events, data):
    cut = data.draw(st.integers(0, len(events)))
    grown = continued(continued((), entries(events[:cut])), entries(events[cut:], cut + 1))
    assert grown == continued((), entries(events))


class Counting(Store):
    """A store that notes which questions it was asked."""

    def __init__(self, address):
        super().__init__(address)
        self.asked = []

    def follow(self, run_id, after=0):
        """Note the question and answer it."""
        self.asked.append(after)
        return super().follow(run_id, after)


@pytest.fixture
def store(database, monkeypatch):
    """A store behind the current scheduler, which places nothing."""
    store = Counting(database.address)
    monkeypatch.setattr(scheduler, "_current", Scheduler(store))
    monkeypatch.setattr(history, "_followed", type(history._followed)())
    yield store
    store.close()


def running(store):
    run = store.create(QUICK, ME)
    lease = begin(store, run.id, claim(store, run.id))
    numbers = iter(range(1, 1000))

    def write(*events):
        append(store, lease, [Line(next(numbers), kind_of(event), to_json(event)) for event in events])

    return run.id, write


def test_only_new_events_are_read_and_earlier_ones_are_kept(store):
    run_id, write = running(store)
    write(START, progress(10))
    first = watch(run_id, fresh=True)
    write(progress(20), Evaluation(20, 1.0, 0.3, 0.9, ((1,),)))
    second = watch(run_id, fresh=True)
    assert store.asked == [0, 2]
    assert first.events == (START, progress(10))
    assert second.events[:3] == (START, progress(10), progress(20))
    assert second.events[0] is first.events[0]
    assert (second.step, second.accuracy) == (20, 0.9)
    assert second.losses[0].tolist() == [10, 20]
    assert watch(run_id, fresh=True) is second
    assert store.asked == [0, 2, 4]


def test_a_run_that_goes_on_from_its_checkpoint_is_told_without_the_lost_steps(store):
    run_id, write = running(store)
    write(*INTERRUPTED[:5])
    assert watch(run_id, fresh=True).step == 30
    write(AGAIN)
    assert watch(run_id, fresh=True).step == 20
    write(progress(30))
    assert watch(run_id, fresh=True).losses[0].tolist() == [10, 20, 30]


def test_many_who_watch_ask_the_store_as_often_as_one(store, monkeypatch):
    run_id, write = running(store)
    write(START)
    monkeypatch.setattr(history, "FRESH_SECONDS", 60)
    assert len({watch(run_id) for _ in range(50)}) == 1
    assert store.asked == [0]


def test_while_the_store_is_away_the_last_history_is_shown_with_a_complaint(store, database):
    run_id, write = running(store)
    write(START)
    before = watch(run_id, fresh=True)
    database.vanish()
    away = watch(run_id, fresh=True)
    assert "run store" in away.complaint
    assert away.events == before.events
    database.come_back()
    assert watch(run_id, fresh=True) is before


def test_a_run_that_was_never_read_cannot_be_shown_while_the_store_is_away(store, database):
    run_id, _ = running(store)
    database.vanish()
    with pytest.raises(StoreUnavailableError):
        watch(run_id)
    database.come_back()
