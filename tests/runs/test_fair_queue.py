from hypothesis import given
from hypothesis import strategies as st

from optviz.runs.fair_queue import Waiting, fair_order


def queue(owners):
    """Runs named after their owners, "a1" before "a2", in the order of arrival."""
    seen = {}
    for time, owner in enumerate(owners):
        seen[owner] = seen.get(owner, 0) + 1
        yield Waiting(f"{owner}{seen[owner]}", owner, float(time))


def test_one_persons_runs_begin_in_the_order_in_which_they_came():
    assert fair_order(list(queue("aaa"))) == ["a1", "a2", "a3"]


def test_a_person_with_many_runs_waits_after_each_of_them():
    assert fair_order(list(queue("aaaabc"))) == ["a1", "b1", "c1", "a2", "a3", "a4"]


def test_who_has_a_run_going_lets_others_pass():
    assert fair_order(list(queue("ab")), running={"a": 1}) == ["b1", "a1"]


def test_who_was_served_longest_ago_is_next():
    assert fair_order(list(queue("abc")), served={"a": 30.0, "b": 20.0}) == ["c1", "b1", "a1"]


def test_a_run_that_nobody_watches_comes_last():
    runs = [Waiting("alone", "a", 1.0, watched=False), Waiting("seen", "b", 2.0)]
    assert fair_order(runs) == ["seen", "alone"]


@given(st.lists(st.sampled_from("abcd"), max_size=30))
def test_every_run_gets_a_turn_and_nobody_gets_two_ahead(owners):
    runs = list(queue(owners))
    order = fair_order(runs)
    assert sorted(order) == sorted(run.id for run in runs)
    for i, run_id in enumerate(order):
        # Whoever still waits has had at least as many turns as this person had before this one.
        for other in {later[0] for later in order[i:]}:
            assert sum(o[0] == other for o in order[:i]) >= sum(o[0] == run_id[0] for o in order[:i])
