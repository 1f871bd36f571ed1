"""Texts made from the engine's rows."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optviz.engine.edge_text import edge_text, greek
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.text import plain_number, shortened

WITH_EDGE = [o for o in OPTIMIZERS.values() if o.edge]


def test_a_long_text_is_cut_and_says_so() -> None:
    assert shortened("x" * 20) == "x" * 20
    assert shortened("x" * 21) == "x" * 20 + "…"
    assert shortened("abcdef", 3) == "abc…"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-6, "0.000001"), (10.0, "10"), (1e-16, "1e-16"), (2.5, "2.5"), (0.0, "0"), (-0.0, "0"),
        (1000000.0, "1000000"), (1e-8, "1e-8"), (-1e6, "-1000000"), (1e20, "1e20"),
        (7, "7"), (0.30000000000000004, "0.30000000000000004"),
    ],
)  # fmt: skip
def test_a_number_is_spelled_as_people_write_it(value: float, text: str) -> None:
    assert plain_number(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_spelled_number_is_the_same_number(value: float) -> None:
    assert float(plain_number(value)) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("gd", "2/λmax"),
        ("momentum", "2(1 + β)/λmax"),
        ("nag", "2(1 + β)/((1 + 2β) λmax)"),
        ("qhm", "2(1 + β)/((1 + β − 2βν) λmax)"),
        ("adam", None),
    ],
)
def test_the_edge_of_stability_as_a_formula(key: str, text: str | None) -> None:
    assert edge_text(OPTIMIZERS[key]) == text


@pytest.mark.parametrize("optimizer", WITH_EDGE, ids=lambda o: o.key)
def test_the_formula_of_an_edge_has_the_edge_s_value(optimizer) -> None:
    text = edge_text(optimizer)
    assert text is not None
    values = {h.name: 0.3 for h in optimizer.hyperparameters}
    names = {greek(h.symbol): 0.3 for h in optimizer.hyperparameters} | {"λmax": 5.0}
    code = re.sub(
        r"(?<=[\w)])\s?(?=[(]|λ)|(?<=\d)(?=[α-ω])|(?<=[α-κμ-ω])(?=[α-ω])", "*", text.replace("−", "-")
    )
    assert math.isclose(eval(code, names), optimizer.stable_rate(values, 5.0))


@pytest.mark.parametrize(
    ("latex", "text"),
    [(r"\beta", "β"), (r"\beta_1", "β₁"), (r"\varepsilon", "ε"), ("s", "s"), (r"\foo", r"\foo")],
)
def test_a_symbol_in_unicode(latex: str, text: str) -> None:
    assert greek(latex) == text
