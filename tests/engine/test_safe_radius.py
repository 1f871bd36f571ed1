"""Inside its safe radius a formula never overflows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optviz.engine.landscapes import OBJECTIVES, as_objective
from optviz.engine.safe_radius import safe_radius

SAFE = [key for key, o in OBJECTIVES.items() if safe_radius(o)]


@settings(max_examples=100, deadline=None)
@given(key=st.sampled_from(SAFE), seed=st.integers(0, 2**32 - 1))
def test_value_and_gradient_are_finite_within_the_radius(key: str, seed: int) -> None:
    rng, objective = np.random.default_rng(seed), OBJECTIVES[key]
    radius = safe_radius(objective)
    points = rng.uniform(-1, 1, (200, objective.dimension)) * radius ** rng.uniform(0, 1, (200, 1))
    points[0], points[1] = radius, -radius
    assert np.isfinite(objective.value(points)).all()
    assert np.isfinite(objective.gradient(points)).all()


def test_the_test_functions_of_the_maps_are_safe_far_out() -> None:
    assert all(safe_radius(OBJECTIVES[key]) >= 1e30 for key in ("bowl", "rosenbrock", "himmelblau"))


@pytest.mark.parametrize("formula", ["log(x)", "1/x", "sqrt(x)", "x**0.5", "tan(x)", "x**x", "exp(exp(x))"])
def test_nothing_is_promised_where_a_formula_may_be_undefined(formula: str) -> None:
    assert safe_radius(as_objective(formula)) == 0
