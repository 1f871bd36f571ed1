"""Drawings in the store: a few for each person, a new number for every change."""

import numpy as np
import pytest
from run_databases import ME, QUICK, YOU

from optviz.runs import drawings
from optviz.runs.drawings import MOST_OF_PERSON
from optviz.runs.event_writer import EventWriter
from optviz.runs.leases import Lease, begin, claim
from optviz.runs.store import RunError, UnknownRunError

INK = np.arange(64, dtype=np.uint8)


def test_a_drawing_is_kept_for_its_author_and_counted_with_every_change(store):
    run = store.create(QUICK, ME)
    assert drawings.newest(store, run.id) == (0, 0)
    first = drawings.put(store, run.id, ME, 0, INK, 7)
    other = drawings.put(store, run.id, YOU, 0, INK)
    again = drawings.put(store, run.id, ME, 0, INK // 2, 7)
    assert [first, other, again] == [1, 2, 3]
    (mine,) = drawings.of_person(store, run.id, ME)
    assert (mine.slot, mine.number, mine.label) == (0, 3, 7)
    assert np.array_equal(mine.pixels, INK // 2)
    assert [d.number for d in drawings.of_run(store, run.id)] == [2, 3]
    assert drawings.newest(store, run.id) == (2, 3)


def test_what_it_is_meant_to_be_can_be_said_later_and_changes_nothing_else(store):
    run = store.create(QUICK, ME)
    drawings.put(store, run.id, ME, 2, INK)
    drawings.name(store, run.id, ME, 2, 4)
    drawings.name(store, run.id, YOU, 2, 5)
    (mine,) = drawings.of_person(store, run.id, ME)
    assert (mine.label, mine.number) == (4, 1)


def test_it_can_be_erased_by_its_author_alone(store):
    run = store.create(QUICK, ME)
    drawings.put(store, run.id, ME, 0, INK)
    drawings.erase(store, run.id, YOU, 0)
    assert len(drawings.of_person(store, run.id, ME)) == 1
    drawings.erase(store, run.id, ME, 0)
    assert drawings.of_run(store, run.id) == []


def test_there_is_room_for_a_few(store, monkeypatch):
    run = store.create(QUICK, ME)
    with pytest.raises(RunError, match="no room"):
        drawings.put(store, run.id, ME, MOST_OF_PERSON, INK)
    monkeypatch.setattr(drawings, "MOST_OF_RUN", 2)
    for slot in (0, 1):
        drawings.put(store, run.id, ME, slot, INK)
    with pytest.raises(RunError, match="no room"):
        drawings.put(store, run.id, YOU, 0, INK)
    drawings.put(store, run.id, ME, 1, INK)


def test_they_go_with_their_run_and_need_one(store):
    run = store.create(QUICK, ME)
    drawings.put(store, run.id, ME, 0, INK)
    store.delete(run.id, ME)
    assert drawings.of_run(store, run.id) == []
    with pytest.raises(UnknownRunError):
        drawings.put(store, run.id, ME, 0, INK)


def test_a_worker_hears_of_them_while_it_trains(store):
    run = store.create(QUICK, ME)
    lease = begin(store, run.id, claim(store, run.id))
    assert isinstance(lease, Lease)
    writer = EventWriter(store, lease)
    drawings.put(store, run.id, YOU, 0, INK)
    writer._look_at_drawings()
    assert [d.number for d in writer.drawings] == [1]
    drawings.erase(store, run.id, YOU, 0)
    writer._look_at_drawings()
    assert writer.drawings == ()
    writer.close("halted")
