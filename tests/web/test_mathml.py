"""Formulas as MathML, and in words."""

from xml.etree import ElementTree

import pytest

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.own_optimizer import own_optimizer
from optviz.engine.schedules import SCHEDULES
from optviz.engine.scipy_methods import REFERENCES
from optviz.lessons.course import LESSONS
from optviz.teaching.activations import ACTIVATIONS
from optviz.web.mathml import NAMESPACE, MathError, mathml
from optviz.web.mathml_words import words
from tests.engine.rule_texts import ROWS, STRANGE, with_sliders

NAMES = """a = a + g
b_bar = b_bar + tau
tau = phi1
phi1 = omega_hat**2
omega_hat = v_max
v_max = q_3
q_3 = big_step
big_step = g
x = x - lr*a/v_max**b_bar"""
COMPARED = [f"x = x - lr*where(g {sign} 0, g//2, abs(t % 3))" for sign in ("<", "<=", ">", ">=", "==", "!=")]
FORMULAS = sorted(
    {o.latex for o in OBJECTIVES.values()}
    | {part for o in OBJECTIVES.values() for part in o.gradient_latex}
    | {row.formula for table in (OPTIMIZERS, SCHEDULES, REFERENCES, ACTIVATIONS) for row in table.values()}
    | {row.derivative_formula for row in ACTIVATIONS.values()}
    | {h.symbol for o in OPTIMIZERS.values() for h in o.hyperparameters}
    | {lesson.formula for lesson in LESSONS.values()}
    | {own_optimizer(with_sliders(key)).formula for key in ROWS}
    | {own_optimizer(text).formula for text in (*STRANGE.values(), NAMES, *COMPARED)}
)


def tree(latex: str) -> ElementTree.Element:
    """The element inside <math>, without its namespace."""
    math = ElementTree.fromstring(mathml(latex).replace(f' xmlns="{NAMESPACE}"', ""))
    (row,) = math
    return row


def shape(latex: str) -> str:
    """The elements of a formula, as in msup(x, 2)."""

    def told(element: ElementTree.Element) -> str:
        inside = ", ".join(map(told, element))
        if element.tag == "mspace":
            return "_"
        return f"{element.tag}({inside})" if len(element) else element.text or ""

    return ", ".join(map(told, tree(latex)))


@pytest.mark.parametrize("latex", FORMULAS)
def test_every_formula_of_the_project_can_be_drawn(latex: str) -> None:
    plain = "".join(tree(latex).itertext())
    assert "\\" not in plain
    assert "{" not in plain or r"\{" in latex or "cases" in latex
    assert not set(words(tree(latex))) & set("^{}\\_∑′")


def test_there_are_formulas_to_test() -> None:
    assert len(FORMULAS) > 200


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("x^2", "msup(x, 2)"),
        ("x_{t-1}", "msub(x, mrow(t, −, 1))"),
        (r"g_t^2", "msubsup(g, t, 2)"),
        (r"v^{\max}_t", "msubsup(v, t, max)"),
        (r"\frac{x}{2}", "mfrac(x, 2)"),
        (r"\hat m_t", "msub(mover(m, ^), t)"),
        (r"\sqrt{x}", "msqrt(x)"),
        (r"3 \cos x", "3, _, mrow(cos, \u2061, _), x"),
        (r"\left|{x}\right|", "mrow(|, mrow(x), |)"),
    ],
)
def test_a_formula_has_the_shape_that_it_says(latex: str, expected: str) -> None:
    assert shape(latex) == expected


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("x^2 + 3 y^3", "x squared plus 3 y cubed"),
        (r"\frac{x}{2}", "x over 2"),
        (r"\frac{x + 1}{2}", "the fraction x plus 1 over 2 end of fraction"),
        (r"\sqrt{x}", "the square root of x"),
        (r"\sqrt{x + y}", "the square root of x plus y end of root"),
        (r"\left|{x}\right|", "the absolute value of x"),
        (r"e^{- x}", "e to the power minus x end of power"),
        (r"\sigma'(z)", "sigma prime open parenthesis z close parenthesis"),
        (r"\sum_i x_i", "the sum over i of x sub i"),
        (r"\hat m_t", "m hat sub t"),
    ],
)
def test_a_formula_is_said_in_words(latex: str, expected: str) -> None:
    assert words(tree(latex)) == expected


@pytest.mark.parametrize(
    "latex",
    [r"\unheard", "{x", "x}", r"\left( x", r"\begin{table} x \end{table}", "x & y", "x_", "#", "{" * 99],
)
def test_what_is_not_known_is_refused_with_a_sentence(latex: str) -> None:
    with pytest.raises(MathError, match="formula"):
        mathml(latex)


def test_nothing_in_a_formula_becomes_an_element_of_the_page() -> None:
    assert "<script>" not in mathml(r"x < 1 \text{<script>alert(1)</script>}", label='"><script>')


def test_the_words_stand_for_screen_readers_that_know_no_formulas() -> None:
    assert 'aria-label="x squared"' in mathml("x^2")
    assert 'aria-label="a parabola"' in mathml("x^2", label="a parabola")


def test_fences_grow_only_where_left_and_right_say_so() -> None:
    assert 'stretchy="false"' in mathml("(x)")
    assert 'stretchy="false"' not in mathml(r"\left( x \right)")
