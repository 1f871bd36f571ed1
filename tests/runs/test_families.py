"""Forks in the store: they begin where their parent was, and their family is shown to whom it belongs."""

from dataclasses import replace

import pytest
from run_databases import ME, YOU, entries_of, run_of, timeline
from sqlalchemy import func, select, text

from optviz.runs import forks, worker
from optviz.runs.forks import beginning, family, fork_of
from optviz.runs.leases import claim
from optviz.runs.schema import FORKS, MIGRATIONS, migrate
from optviz.runs.store import RunError, Store
from optviz.training.checkpoints import flat_weights
from optviz.training.config import TrainingConfig
from optviz.training.events import Finished, Started

SHORT = TrainingConfig("digits", (8,), batch_size=200, epochs=1)  # 8 steps
LONGER = replace(SHORT, optimizer="gd", optimizer_values=(("lr", 0.1),), epochs=2)


@pytest.fixture(autouse=True)
def _fresh():
    worker.warm_up()
    yield
    worker._loaded.clear()


def trained(store, config, owner=ME, parent="", racer=0):
    """A run, or a fork of `parent`, that was trained to its end."""
    begun = fork_of(store, parent, racer, config) if parent else None
    run = store.create(config, owner, fork=begun)
    worker.work(run.id, claim(store, run.id), store.address)
    worker._store(store.address).close()
    return run_of(store, run.id)


def kept(store):
    """How many forks still keep their parent's checkpoint."""
    with store.reading() as connection:
        return connection.execute(select(func.count(FORKS.c.data))).scalar_one()


def test_a_fork_goes_on_where_its_parent_was_and_needs_it_no_longer(store):
    parent = trained(store, SHORT)
    child = trained(store, LONGER, parent=parent.id)
    assert (child.status, child.sentence) == ("finished", "")
    events = timeline(store, child.id)
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert (events[0].resumed_at, events[-1].step) == (8, 16)
    assert kept(store) == 0, "it has a checkpoint of its own"
    before, after = (
        flat_weights(store.checkpoint(run.id).data, config)
        for run, config in ((parent, SHORT), (child, LONGER))
    )
    assert 0 < abs(after - before).max() < 1


def test_a_fork_keeps_its_parents_checkpoint_until_it_has_its_own(store):
    parent = trained(store, SHORT)
    run = store.create(LONGER, ME, fork=fork_of(store, parent.id, 0, LONGER))
    store.delete(parent.id, ME)
    origin, data = beginning(store, run.id)
    assert (origin.parent, origin.step, origin.config, origin.racer) == (parent.id, 8, SHORT, 0)
    assert flat_weights(data, SHORT).size == SHORT.parameters
    worker.work(run.id, claim(store, run.id), store.address)
    worker._store(store.address).close()
    assert run_of(store, run.id).status == "finished"
    assert beginning(store, run.id) is None
    store.delete(run.id, ME)
    with store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(FORKS)).scalar_one() == 0


def test_a_run_that_is_no_fork_has_no_beginning_and_no_family(store):
    run = store.create(SHORT, ME)
    assert beginning(store, run.id) is None
    assert family(store, run.id, ME) == []


def test_what_cannot_be_forked_is_refused_and_nothing_is_made(store):
    run = store.create(SHORT, ME)
    with pytest.raises(RunError, match="no checkpoint yet"):
        fork_of(store, run.id, 0, LONGER)
    parent = trained(store, SHORT)
    with pytest.raises(RunError, match="of another shape"):
        fork_of(store, parent.id, 0, replace(LONGER, hidden=(9,), dropout=()))
    with pytest.raises(RunError, match="no such network"):
        fork_of(store, parent.id, 1, LONGER)
    with pytest.raises(RunError, match="Set Epochs higher"):
        fork_of(store, parent.id, 0, SHORT)


@pytest.fixture
def tree(store):
    """A run with two forks of mine, one of yours, and a fork of a fork; nothing of it is trained."""
    parent = trained(store, SHORT)

    def made(owner, of, config=LONGER):
        begun = fork_of(store, parent.id, 0, config) | {"parent": of}
        return store.create(config, owner, fork=begun).id

    first, second, yours = made(ME, parent.id), made(ME, parent.id), made(YOU, parent.id)
    return {"root": parent.id, "first": first, "second": second, "yours": yours, "deep": made(ME, first)}


def shown(store, tree, of, owner):
    names = {run_id: name for name, run_id in tree.items()}
    return [(names[m.id], m.depth) for m in family(store, tree[of], owner)]


def test_a_family_is_a_tree_in_which_each_fork_stands_below_its_parent(store, tree):
    mine = [("root", 0), ("first", 1), ("deep", 2), ("second", 1)]
    for of in ("root", "first", "deep", "second"):
        assert shown(store, tree, of, ME) == mine
    members = family(store, tree["deep"], ME)
    assert [m.origin.parent if m.origin else None for m in members] == [
        None, tree["root"], tree["first"], tree["root"],
    ]  # fmt: skip


def test_forks_of_other_people_are_not_shown_but_for_the_line_to_the_run(store, tree):
    mine = [("root", 0), ("first", 1), ("deep", 2), ("second", 1)]
    assert shown(store, tree, "root", ME) == mine
    assert shown(store, tree, "yours", ME) == [*mine, ("yours", 1)]
    assert shown(store, tree, "yours", YOU) == [("root", 0), ("yours", 1)]
    assert shown(store, tree, "deep", YOU) == [("root", 0), ("first", 1), ("deep", 2), ("yours", 1)]
    assert shown(store, tree, "root", "somebody") == []
    assert shown(store, tree, "deep", "somebody") == [("root", 0), ("first", 1), ("deep", 2)]


def test_a_parent_that_was_deleted_leaves_its_place(store, tree):
    store.delete(tree["root"], ME)
    assert shown(store, tree, "deep", ME) == [("root", 0), ("first", 1), ("deep", 2), ("second", 1)]
    assert family(store, tree["deep"], ME)[0].run is None


def test_a_large_family_is_cut(store, tree, monkeypatch):
    monkeypatch.setattr(forks, "MOST_SHOWN", 2)
    assert 2 <= len(family(store, tree["root"], ME)) <= 4


def test_a_database_from_before_there_were_forks_keeps_its_runs(database):
    old = Store(database.address)
    old.open()
    run = old.create(SHORT, ME)
    with old.writing() as connection:  # back to the schema of before
        connection.execute(text("DROP TABLE forks"))
        connection.execute(text("DROP TABLE marks"))
        connection.execute(text("ALTER TABLE classes DROP COLUMN kind"))
        connection.execute(text("DELETE FROM schema_version WHERE number >= 5"))
    old.close()
    new = Store(database.address)
    assert migrate(new.open()) == MIGRATIONS[-1].number
    assert run_of(new, run.id) == run
    assert entries_of(new, run.id) == []
    assert new.create(SHORT, ME).config == SHORT
    assert family(new, run.id, ME) == []
    new.close()
