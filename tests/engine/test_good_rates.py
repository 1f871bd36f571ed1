"""Many rates are tried, and which is best, how it was found and where none is, is said as it is."""

import itertools
import math

import numpy as np
import pytest

from optviz.engine.good_rates import ALIKE, RateSearch, search_rates, tried_rates
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import Objective, parse
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.outcomes import number
from optviz.engine.own_optimizer import own_optimizer
from optviz.engine.trajectories import simulate

HOW = {"schedule": "cosine", "schedule_values": {"floor": 0.1}, "noise": 0.3, "seed": 7}


def search(objective: Objective | str, optimizer: str, steps: int = 60, **how) -> RateSearch:
    row = OPTIMIZERS[optimizer]
    objective = OBJECTIVES[objective] if isinstance(objective, str) else objective
    return search_rates(objective, row, objective.start, steps, row.defaults, **how)


def test_the_rates_are_evenly_spread_over_five_decades_with_two_digits() -> None:
    rates = tried_rates(1e-6, 10.0)
    assert (len(rates), rates[0], rates[-1]) == (61, 1e-4, 10.0)
    assert all(float(f"{rate:.2g}") == rate for rate in rates)
    assert all(1.1 < b / a < 1.3 for a, b in itertools.pairwise(rates))


@pytest.mark.parametrize(("low", "high"), [(0.02, 0.137), (0.5, 0.5), (0.0, 3.0), (-1.0, 1e-3), (1e-9, 8e7)])
def test_no_rate_is_outside_of_what_is_allowed(low: float, high: float) -> None:
    rates = tried_rates(low, high)
    assert rates
    assert all(max(low, 0) <= rate <= high for rate in rates)
    assert list(rates) == sorted(set(rates))


def test_where_only_rates_up_to_zero_are_allowed_none_is_tried() -> None:
    backwards = own_optimizer("lr = -0.1 in -1..0\nx = x + lr*g")
    found = search_rates(OBJECTIVES["bowl"], backwards, (1.0, 1.0), 20, {})
    assert found.best is None
    assert found.sentence() == "This rule allows no learning rate above zero, so none was tried."


@pytest.mark.parametrize("how", [{}, HOW], ids=["plain", "noise and schedule"])
@pytest.mark.parametrize("key", ["gd", "adam", "sam", "armijo", "prodigy"])
def test_every_end_is_that_of_a_run_alone_and_no_run_ends_lower_than_the_best(key: str, how: dict) -> None:
    found = search("himmelblau", key, **how)
    start = OBJECTIVES["himmelblau"].start
    for rate, end in list(zip(found.rates, found.ends, strict=True))[::7]:
        run = simulate("himmelblau", key, start, 60, **how, lr=rate)
        assert end == (run.values[-1] if run.steps == 60 else math.inf)
    best = simulate("himmelblau", key, start, 60, **how, lr=found.best).values
    fall = best[0] - min(found.ends)
    level = min(found.ends) + ALIKE * fall
    assert best[-1] <= level
    assert found.alike == sum(end <= level for end in found.ends)
    assert (best[found.first :] <= level).all()
    assert not best[: found.first].size or best[found.first - 1] > level


def test_of_equally_low_ends_the_first_to_arrive_is_best() -> None:
    found = search("bowl", "gd", 200)
    assert found.alike > 3
    for rate, end in zip(found.rates, found.ends, strict=True):
        values = simulate("bowl", "gd", steps=200, lr=rate).values
        level = min(found.ends) + ALIKE * (values[0] - min(found.ends))
        if end <= level:
            assert np.flatnonzero(values > level)[-1] + 1 >= found.first
    assert f"{found.alike} fall equally far to ten digits" in found.sentence()
    assert f"{number(found.best)} is there first, at step {found.first}." in found.sentence()


def test_the_rates_that_are_too_large_are_those_beyond_the_stable_limit() -> None:
    found = search("ravine", "gd", 200)
    assert found.too_large[0] == min(rate for rate in found.rates if rate > 0.5)
    assert found.too_large[-1] == found.rates[-1]
    assert f"{number(found.too_large[0])} and above end higher than at the start." in found.sentence()


def test_where_nothing_ends_lower_no_rate_is_best() -> None:
    ravine = OBJECTIVES["ravine"]
    resting = search_rates(ravine, OPTIMIZERS["adam"], ravine.minima[0], 30, OPTIMIZERS["adam"].defaults)
    assert (resting.best, resting.same) == (None, True)
    climbing = own_optimizer("lr = 0.1 in 1e-3..1\nx = x + lr*g")
    found = search_rates(ravine, climbing, (1.0, 1.0), 30, {})
    assert found.best is None
    assert found.sentence().endswith("were tried for 30 steps: none ends lower than it began.")


def test_a_rule_that_does_nothing_with_its_rate_says_so() -> None:
    rule = own_optimizer("lr = 0.1 in 1e-3..1\nx = x - g/4 + 0*lr")
    found = search_rates(OBJECTIVES["bowl"], rule, (1.0, 1.0), 30, {})
    assert found.same
    assert found.best is None
    assert found.sentence().endswith("the rate makes no difference here.")


def test_a_landscape_without_a_bottom_and_one_out_of_reach_are_named() -> None:
    unbounded = next(o for o in OBJECTIVES.values() if o.group == "unbounded")
    assert "only how far it falls" in search(unbounded, "gd").sentence(unbounded=True)
    far = search("rosenbrock", "gd", 5)
    assert far.arrived == 0
    assert far.sentence().endswith("None arrives at a known minimum.")
    assert "None arrives" not in search("bowl", "gd", 200).sentence()


def test_a_typed_formula_and_one_step_are_searched_too() -> None:
    found = search(parse("x^4 - 3x^2 + x"), "momentum", 1)
    assert found.best in found.rates
    assert "were tried for 1 step with this noise: " in found.sentence(noisy=True)


def test_where_f_has_no_value_at_the_start_none_is_best() -> None:
    found = search_rates(parse("log(x)"), OPTIMIZERS["gd"], (-1.0,), 10, {})
    assert found.best is None
    assert set(found.ends) == {math.inf}
