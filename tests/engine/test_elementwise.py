"""What a step computes on a plain float, it computes on an array, to the last bit."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optviz.engine.elementwise import Rows, maximum, minimum, power, sign, sqrt, where

NUMBERS = st.floats(width=64)
SHARES = st.floats(0.0, 1.0)


def same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


@given(a=NUMBERS, b=NUMBERS)
def test_the_larger_and_the_smaller_are_numpys(a: float, b: float) -> None:
    assert same(maximum(a, b), float(np.maximum(a, b)))
    assert same(minimum(a, b), float(np.minimum(a, b)))
    assert type(maximum(a, b)) is type(minimum(a, b)) is float


@given(values=st.lists(st.floats(0.0, 1e300), min_size=1, max_size=40))
def test_roots_and_signs_agree(values: list[float]) -> None:
    array = np.array(values)
    assert [sqrt(v) for v in values] == sqrt(array).tolist()
    assert [sign(v) for v in values] == sign(array).tolist()


@given(values=st.lists(SHARES, min_size=1, max_size=40), t=st.integers(1, 100_000))
def test_powers_of_rows_are_pythons(values: list[float], t: int) -> None:
    rows = Rows.of(np.array(values))
    assert (rows**t).tolist() == [v**t for v in values]
    assert (rows ** (t + 1)).tolist() == [v ** (t + 1) for v in values]


@given(values=st.lists(SHARES, min_size=1, max_size=40), exponent=st.floats(0.0, 50.0))
def test_powers_with_any_exponent_agree(values: list[float], exponent: float) -> None:
    assert [power(v, exponent) for v in values] == power(np.array(values), exponent).tolist()


def test_what_is_computed_from_rows_is_a_plain_array() -> None:
    rows = Rows.of(np.array([0.5, 0.9]))
    for result in (rows * 2.0, 2 - rows, 1.0 - rows, rows**3, np.ones(2) * rows, rows > 0.6, sqrt(rows)):
        assert type(result) is np.ndarray
    assert (rows[1:] ** 3).tolist() == [0.9**3]


def test_one_minus_a_hyperparameter_has_pythons_powers_too() -> None:
    betas = np.random.default_rng(3).uniform(0, 1, 500)
    rows = Rows.of(betas)
    for t in (2, 3, 57):
        assert ((1 - rows) ** t).tolist() == [(1 - beta) ** t for beta in betas.tolist()]
    assert type((1 - rows) * 2.0) is np.ndarray
    assert (1 - rows[1:])[0] == 1 - betas[1]


@pytest.mark.parametrize("condition", [True, False])
def test_where_chooses(condition: bool) -> None:
    assert where(condition, 1.0, 2.0) == float(where(np.array(condition), 1.0, 2.0))
