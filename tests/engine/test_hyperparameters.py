"""A hyperparameter reads, refuses and writes numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError, complete
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.schedules import SCHEDULES

RATE = Hyperparameter("lr", r"\eta", 0.1, 1e-6, 10.0, log=True)
COUNT = Hyperparameter("steps", "T", 50, 1, 2000, integer=True)
TABLES = [row.hyperparameters for row in (*OPTIMIZERS.values(), *SCHEDULES.values())]
ALL = [h for table in TABLES for h in table]


@given(st.floats(RATE.low, RATE.high))
def test_what_is_written_is_read_back_exactly(value: float) -> None:
    assert RATE.parse(RATE.write(value)) == value


@pytest.mark.parametrize("text", ["０．０５", "0。05", "５ｅ－２", "＋0.05"])
def test_numbers_of_a_chinese_keyboard_are_read(text: str) -> None:
    assert RATE.parse(text) == 0.05


@given(st.integers(1, 2000))
def test_whole_numbers_stay_whole(value: int) -> None:
    read = COUNT.parse(COUNT.write(value))
    assert read == value
    assert isinstance(read, int)


@pytest.mark.parametrize("text", ["", "abc", "nan", "inf", "-inf", "0", "10.1", "1e400", "0x10", "1" * 5000])
def test_what_is_not_allowed_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(HyperparameterError, match=r"allowed is 0\.000001 to 10\."):
        RATE.parse(text)


@pytest.mark.parametrize("value", [True, "0.1", None, math.nan, math.inf, -1.0, 2.5])
def test_a_count_takes_whole_numbers_only(value: object) -> None:
    assert COUNT.complaint(value)


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(HyperparameterError, match="“beta” is no hyperparameter here; there is lr, steps"):
        complete((RATE, COUNT), {"beta": 1})


@pytest.mark.parametrize("h", ALL, ids=lambda h: h.name)
def test_every_row_of_the_tables_makes_sense(h: Hyperparameter) -> None:
    assert h.complaint(h.default) is None
    assert h.low < h.high
    assert h.low > 0 or not h.log
    assert h.help, "a slider explains itself"
    assert len(h.label or h.name) > 3, "a slider has a name that people read"
    assert "_" not in h.name, "links join names and values with underscores"
