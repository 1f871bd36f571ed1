"""Minima that are found numerically: the listed ones again, and those that no table lists."""

import numpy as np
import pytest

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import parse
from optviz.maps.minima import with_minima


def found(key: str) -> list:
    objective = OBJECTIVES[key]
    return [*with_minima(objective, objective.domain).minima][len(objective.minima) :]


@pytest.mark.parametrize(
    "key", ["himmelblau", "six-hump-camel", "egg-crate", "branin", "rastrigin-1d", "ravine"]
)
def test_where_the_list_is_whole_nothing_is_added(key: str) -> None:
    assert found(key) == []


def test_rastrigin_has_121_dents_in_view() -> None:
    assert len(found("rastrigin")) == 120


@pytest.mark.parametrize("key", OBJECTIVES)
def test_what_is_found_is_a_minimum_in_view(key: str) -> None:
    objective = OBJECTIVES[key]
    low, high = np.array(objective.domain).T
    points = np.array(found(key)).reshape(-1, objective.dimension)
    assert ((points >= low) & (points <= high)).all()
    if len(points):
        hessian = objective.hessian(points)
        assert (np.linalg.eigvalsh(hessian) > 0).all()
        scale = np.abs(hessian).max((1, 2))
        assert (np.abs(objective.gradient(points)).max(1) <= 1e-7 * (1 + scale)).all()
    values = objective.value(points)
    assert (np.diff(values) >= -1e-8).all(), "the lowest first"


def test_a_typed_formula_gets_its_minima_and_a_saddle_has_none() -> None:
    typed = parse("(x**2 - 1)**2 + y**2")
    np.testing.assert_allclose(sorted(with_minima(typed, typed.domain).minima), [(-1, 0), (1, 0)], atol=1e-9)
    saddle = parse("x**2 - y**2")
    assert with_minima(saddle, saddle.domain).minima == ()
    broken = parse("sqrt(x) + log(y)")
    assert with_minima(broken, broken.domain).minima == ()
