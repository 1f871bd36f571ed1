"""What a formula is read as: its LaTeX means the same, and keeps the order in which it was typed."""

import ast
import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optviz.engine.formula_latex import as_typed
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import FormulaError, parse


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("100(y-x^2)^2", r"100 \left(y - x^{2}\right)^{2}"),
        ("3x + 2x", "3 x + 2 x"),
        ("1/2x", r"\frac{1}{2} x"),
        ("x(2)", r"x \cdot 2"),
        ("2.50x", "2.50 x"),
        ("2e3x", r"2 \cdot 10^{3} x"),
        ("-x^2", "-x^{2}"),
        ("(-2)^2x", r"\left(-2\right)^{2} x"),
        ("x - (-y)", r"x - \left(-y\right)"),
        ("exp(-x²)", "e^{-x^{2}}"),
        ("sin²x", r"\sin^{2}\left(x\right)"),
        ("|x|", r"\left|x\right|"),
        ("log(x) + log10(x)", r"\ln\left(x\right) + \log_{10}\left(x\right)"),
        ("max(x, 0)", r"\max\left(x,\, 0\right)"),
        ("√(x+1)", r"\sqrt{x + 1}"),
    ],
)
def test_a_formula_keeps_its_order(text: str, latex: str) -> None:
    assert as_typed(text) == latex


def braces_as_parentheses(latex: str) -> str:
    """The LaTeX as a formula that can be read again; written for these tests alone."""
    text = latex.replace(r"\left(", "(").replace(r"\right)", ")").replace(r"\,", "")
    text = text.replace(r"\left|", "abs(").replace(r"\right|", ")").replace(r"\cdot", "*")
    text = re.sub(r"\\operatorname\{(\w+)\}", r"\1", text).replace(r"\log_{10}", "log10")
    text = re.sub(r"\^\{(\d+)\}", r"^\1", text)  # sin^{2}(x) is read without braces alone
    while r"\frac" in text:
        start = text.rindex(r"\frac")
        middle = closing(text, start + len(r"\frac"))
        end = closing(text, middle + 1)
        over, under = text[start + 6 : middle], text[middle + 2 : end]
        text = f"{text[:start]}(({over})/({under})){text[end + 1 :]}"
    return text.replace("{", "(").replace("}", ")").replace("\\", " ")


def closing(text: str, opened: int) -> int:
    depth = 0
    for at in range(opened, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return at
    raise AssertionError(f"{text} does not close")


POINTS = np.random.default_rng(4).uniform(-2, 2, (20, 2))


def assert_means_the_same(text: str) -> None:
    typed, read_again = parse(text), parse(braces_as_parentheses(as_typed(text)))
    points = POINTS[:, : typed.dimension]
    np.testing.assert_allclose(
        read_again.value(points), typed.value(points), rtol=1e-9, atol=1e-9, err_msg=as_typed(text)
    )


leaves = st.sampled_from(["x", "y", "2", "0.5", "3", "pi"])
formulas = st.recursive(
    leaves,
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from("+-*/"), part).map(lambda t: f"({t[0]}){t[1]}({t[2]})"),
        part.map(lambda t: f"-({t})"),
        st.tuples(part, st.sampled_from("23")).map(lambda t: f"({t[0]})^{t[1]}"),
        st.tuples(st.sampled_from(["sin", "exp", "abs", "atan"]), part).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(part, part).map(lambda t: f"max({t[0]}, {t[1]})"),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(formulas)
def test_the_latex_of_any_formula_means_the_same(text: str) -> None:
    try:
        parse(text)
    except FormulaError:
        assume(False)
    assert_means_the_same(text)
    assert_means_the_same(
        ast.unparse(ast.parse(text.replace("^", "**")))
    )  # with as few parentheses as can be


@pytest.mark.parametrize("key", OBJECTIVES)
def test_the_latex_of_every_landscape_means_the_same(key: str) -> None:
    assert_means_the_same(OBJECTIVES[key].formula)
