"""A rule that somebody wrote is an optimizer as a row is: the same walk everywhere, or a clear sentence."""

import contextlib
import io
import math
import re
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from optviz.engine import javascript
from optviz.engine.elementwise import Rows, raised
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import ELEMENTWISE, OPTIMIZERS
from optviz.engine.own_optimizer import NAME, own_optimizer
from optviz.engine.rule_expressions import RuleError
from optviz.engine.rule_starters import STARTERS, Starter
from optviz.engine.rule_text import LONGEST
from optviz.engine.torch_script import torch_script
from optviz.engine.trajectories import simulate, simulate_many
from optviz.words import speaking, tr
from tests.engine.rule_texts import ROWS, STRANGE, with_sliders
from tests.engine.test_ensembles import is_the_run_of_row, random_rows, random_starts

LANDSCAPES = ("rosenbrock", "himmelblau", "parabola", "saddle", "ravine")
QUICK = 0.1  # seconds in which any text is refused or read
each_row = pytest.mark.parametrize("key", ELEMENTWISE)


def test_every_row_has_a_text() -> None:
    assert list(ROWS) == list(ELEMENTWISE)


@each_row
@pytest.mark.parametrize("landscape", LANDSCAPES)
def test_a_row_written_as_text_walks_exactly_like_the_row(key: str, landscape: str) -> None:
    own, more = own_optimizer(with_sliders(key)), {"schedule": "cosine", "noise": 0.2, "seed": 3}
    assert own.defaults == OPTIMIZERS[key].defaults
    for how in ({}, more):
        theirs, ours = (simulate(landscape, row, steps=150, **how) for row in (key, own))
        assert ours.points.tolist() == theirs.points.tolist()
        assert ours.outcome.kind == theirs.outcome.kind


@each_row
def test_a_text_walks_in_ensembles_as_its_row_does(key: str) -> None:
    own, rng = own_optimizer(with_sliders(key)), np.random.default_rng(8)
    rows, starts = random_rows(own, rng), random_starts("himmelblau", rng)
    ours, theirs = (simulate_many("himmelblau", row, starts, 30, **rows) for row in (own, key))
    assert ours.points.tolist() == theirs.points.tolist()
    values = {name: float(v[2]) for name, v in rows.items()}
    is_the_run_of_row(ours, 2, "himmelblau", own, start=starts[2], steps=30, **values)


@pytest.mark.parametrize("text", STRANGE.values(), ids=list(STRANGE))
def test_strange_rules_walk_alike_alone_and_in_ensembles(text: str) -> None:
    own, rng = own_optimizer(text), np.random.default_rng(5)
    starts = random_starts("himmelblau", rng)
    many = simulate_many("himmelblau", own, starts, 12)
    for i in range(len(starts)):
        is_the_run_of_row(many, i, "himmelblau", own, start=starts[i], steps=12)


def test_what_overflows_is_shown_diverging() -> None:
    run = simulate("ravine", own_optimizer("x = x + lr*g*g*g"), steps=50)
    assert run.outcome.kind == "diverged"
    assert np.isfinite(run.points).all()
    run = simulate("ravine", own_optimizer("x = x - lr*g/(t - 1)"), steps=50)
    assert (run.outcome.step, run.steps) == (1, 0)


@settings(max_examples=50)
@given(base=st.floats(), exponent=st.floats(-50.0, 50.0))
def test_powers_of_floats_and_of_arrays_agree(base: float, exponent: float) -> None:
    with np.errstate(all="ignore"):
        alone = raised(base, exponent)
        together = raised(np.array([base, base]), exponent)
    assert type(alone) is float
    np.testing.assert_array_equal(together, [alone, alone])


def test_powers_are_pythons() -> None:
    assert raised(0.9, 57.0) == 0.9**57
    assert raised(Rows.of(np.array([0.9, 0.3])), 57.0).tolist() == [0.9**57, 0.3**57]
    with np.errstate(all="ignore"):
        assert raised(10.0, 999.0) == raised(0.0, -1.0) == math.inf
        assert math.isnan(raised(-8.0, 1 / 3))


# ----------------------------------------------------------------------------- what is read from a text


def test_names_are_sorted_into_state_and_sliders() -> None:
    own = own_optimizer("# My own\nc = 2 in 1..3\nm = b1*m + c*g\nhat = m/t\nx = x - lr*hat")
    assert own.name == "My own"
    assert own.state == ("m",)
    assert [h.name for h in own.hyperparameters] == ["lr", "c", "b1"]
    assert own.defaults == {"lr": 0.1, "c": 2.0, "b1": 0.9}
    assert own_optimizer("x = x - lr*g").name == NAME


def test_ranges_are_read_as_they_are_written() -> None:
    own = own_optimizer("lr = 0.3 in 1e-4..1\nk = 5 in 1..50 whole\na = .5 in 0...75\nx = x - a*lr*g/k")
    sliders = {h.name: (h.default, h.low, h.high, h.log, h.integer) for h in own.hyperparameters}
    assert sliders == {
        "lr": (0.3, 1e-4, 1.0, True, False),
        "k": (5, 1.0, 50.0, False, True),
        "a": (0.5, 0.0, 0.75, False, False),
    }


def test_equal_texts_are_compiled_once() -> None:
    assert own_optimizer("x = x - lr*g") is own_optimizer("x = x - lr*g")
    assert own_optimizer("x = x - lr*g\r\n") is own_optimizer("x = x - lr*g\n")


def test_a_chinese_keyboard_writes_the_same_rule() -> None:
    typed = own_optimizer("ｌｒ ＝ ０.５ in ０．１..１　＃ 学习率\nｘ ＝ ｘ － ｌｒ＊（ｇ ＋ 0）")
    plain = own_optimizer("lr = 0.5 in 0.1..1\nx = x - lr*(g + 0)")
    assert (typed.source, typed.hyperparameters) == (plain.source, plain.hyperparameters)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("# Momentum, twice (v2)", "Momentum, twice (v2)"),
        ("#Grüße", "Grüße"),
        ("＃ 我的 Adam（没有修正）", "我的 Adam（没有修正）"),
        ("# <a href='x'>here</a>", NAME),
        ("# =HYPERLINK(1)", NAME),
        ("# " + "a" * 41, NAME),
        ("# [x](y)", NAME),
    ],
)
def test_a_name_is_plain_text(title: str, name: str) -> None:
    assert own_optimizer(f"{title}\nx = x - lr*g").name == name


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("x = x - lr*g", r"x_t = x_{t-1} - \eta \, g_t"),
        ("x -= lr*g/2", r"x_t = x_{t-1} - \frac{\eta \, g_t}{2}"),
        (
            "v = beta1*v + (1 - beta1)*g**2\nx = x - lr*g/sqrt(v)",
            r"\begin{aligned} v_t &= \beta_{1} \, v_{t-1} + \left( 1 - \beta_{1} \right) \, {g_t}^{2} \\ "
            r"x_t &= x_{t-1} - \frac{\eta \, g_t}{\sqrt{v_t}} \end{aligned}",
        ),
        (
            "x = x*2\nx = x - lr*sign(g)",
            r"\begin{aligned} x'_t &= x_{t-1} \cdot 2 \\ x_t &= x'_t - \eta \, \operatorname{sign}"
            r"\left( g_t \right) \end{aligned}",
        ),
        (
            "m_hat = where(g > 0, 1e-8, -g)\nx = x - lr*m_hat",
            r"\begin{aligned} \hat m_t &= \begin{cases} 10^{-8} & g_t > 0 \\ -g_t & \text{otherwise} "
            r"\end{cases} \\ x_t &= x_{t-1} - \eta \, \hat m_t \end{aligned}",
        ),
    ],
)
def test_the_formula_is_typeset(text: str, formula: str) -> None:
    assert own_optimizer(text).formula == formula


@pytest.mark.parametrize("starter", STARTERS.values(), ids=list(STARTERS))
def test_a_starter_walks_like_its_row(starter) -> None:
    own = own_optimizer(starter.text)
    assert own.name != NAME
    if starter.row:
        theirs, ours = simulate("rosenbrock", starter.row), simulate("rosenbrock", own)
        assert ours.points.tolist() == theirs.points.tolist()
        assert own.defaults == OPTIMIZERS[starter.row].defaults


# --------------------------------------------------------------------------------- JavaScript and torch


def test_javascript_comes_from_the_same_lines() -> None:
    text = javascript.optimizer_source(
        own_optimizer("m = b1*m + g**2\nnew = where(t == 1, g, m)\nx -= lr*new**b1")
    )
    assert "m = b1 * m + square(g);" in text
    assert "new$ = (t === 1.0 ? g : m);" in text
    assert "x = x - lr * power(new$, b1);" in text
    assert '"state": 1' in text


def end_of(script: str) -> list[float]:
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(script, "script.py", "exec"), {"__name__": "__main__"})
    finally:
        torch.set_default_dtype(torch.float32)
    return [float(word) for word in out.getvalue().split()]


@each_row
@pytest.mark.parametrize(
    "more", [{}, {"schedule": "exponential", "noise": 0.3, "seed": 11}], ids=["plain", "more"]
)
def test_the_exported_script_ends_where_the_engine_ends(key: str, more: dict) -> None:
    own = own_optimizer(with_sliders(key))
    given = {**more, "schedule_values": {"gamma": 0.98}} if more else {}
    run = simulate("bowl", own, (1.5, -2.0), 30, **given)
    script = torch_script(OBJECTIVES["bowl"], own, own.defaults, (1.5, -2.0), 30, **given)
    np.testing.assert_allclose(end_of(script), run.points[-1], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("text", [t for k, t in STRANGE.items() if "overflow" not in k], ids=str)
def test_strange_rules_end_in_torch_as_here(text: str) -> None:
    own = own_optimizer(text)
    run = simulate("bowl", own, (1.5, 2.0), 5)
    end = end_of(torch_script(OBJECTIVES["bowl"], own, own.defaults, (1.5, 2.0), 5))
    if run.steps == 5:
        np.testing.assert_allclose(end, run.points[-1], rtol=1e-9)
    else:
        assert not np.isfinite(end).all()


# ------------------------------------------------------------------------------------ what is refused


TEN = "*".join(f"a{i}" for i in range(10))


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("", 0, "does not say where to go"),
        ("# only notes", 0, "does not say where to go"),
        ("v = v + g", 0, "one line must begin with x ="),
        ("x = x - 0.1*g", 0, "never uses lr"),
        ("x = x - lr*grad", 1, "“grad” is unknown; the gradient is g."),
        ("\nx = x - lr*G", 2, "Line 2: “G” is unknown; give it a value in a line above, or a slider"),
        ("x = x - lr*g*weight_decay", 1, "A slider's name has letters and digits only"),
        ("x = x - lr*sqrt", 1, "“sqrt” is a function; write it with parentheses"),
        ("x = x - lr*g.real", 1, "no place for a dot after a name"),
        ("x = x - lr*g[0]", 1, "no place for an index"),
        ("x = [g for g in x]", 1, "no place for a comprehension"),
        ("x = x if g else lr", 1, "the condition must be one comparison"),
        ("x = x - lr*(g > 0)", 1, "no place for a comparison outside where(…)"),
        ("x = where(g > 0 and x > 0, x, lr)", 1, "the condition must be one comparison"),
        ("x = x - lr*exp(g)", 1, "“exp” is not a function here"),
        ("x = x - lr*own(g)", 1, "“own” is not a function here"),
        ("x = x - lr*sqrt(g, 2)", 1, "sqrt takes 1 value, as in sqrt(g)"),
        ("x = x - lr*'g'", 1, "no place for a text"),
        ("x = x - lr*g^2", 1, "“^” cannot be used; write ** for a power."),
        ("x = x − lr*g", 1, "write - for a minus"),
        ("x = x - lr*ɡ", 1, "write names with up to 20 of the letters"),
        ("х = x - lr*g", 1, "“х” cannot be used"),
        ("x = x - lr*g; y = 1", 1, "write one line below the other"),
        ("for i in range(3):", 1, "no place for a loop"),
        ("while 1:", 1, "no place for a loop"),
        ("if g > 0: x = g", 1, "write where(condition, yes, no)"),
        ("import os", 1, "no place for an import"),
        ("x = lambda: lr", 1, "no place for a lambda"),
        ("x = x - lambda*lr", 1, "“lambda” is a word of Python's own"),
        ("x = x - lr*(g", 1, "this cannot be read"),
        ("x, y = g, lr", 1, "no place for “x, y = g, lr”"),
        ("x = y = lr", 1, "no place for"),
        ("x + lr*g", 1, "is not used; write x = …"),
        ("x.y = lr", 1, "no place for"),
        ("t = lr", 1, "t is the number of the step and cannot be set"),
        ("lr = lr/2", 1, "give the result a name of its own"),
        ("sqrt = lr", 1, "is a function and cannot be set"),
        ("__x__ = lr", 1, "the name “__x__” cannot be used"),
        ("x = x - lr*__import__", 1, "the name “__import__” cannot be used"),
        ("a = 1 in 0..2\na = 2\nx = x - lr*a", 2, "“a” has a slider and cannot be set"),
        ("a = 1\na = 1 in 0..2\nx = x - lr*a", 2, "“a” is set twice"),
        ("a = 1 in 0..2\nx = x - lr*g", 1, "the slider “a” is never used"),
        ("a = 3 in 0..2\nx = x - lr*a", 1, "a = 3 lies outside 0..2"),
        ("a = 3 in 4..2\nx = x - lr*a", 1, "the range 4..2 is empty"),
        ("a = 1.5 in 1..2 whole\nx = x - lr*a", 1, "a is whole"),
        ("a = 1 in 0..2 log\nx = x - lr*a", 1, "begins above zero"),
        ("a = 1 in 0 to 2\nx = x - lr*a", 1, "a slider is written as"),
        ("x = x - lr*g/0", 1, "this divides by zero"),
        ("x = x - lr*1e999", 1, "a number is too large"),
        ("x = 1e60*1e60 - lr", 1, "a number is too large"),
        (f"x = x - lr*{'9' * 500}", 1, "a number is too large"),
        ("x = lr" + "*(g" * 35 + ")" * 35, 1, "nested more than 30 levels deep"),
        ("#" * (LONGEST + 1), 0, "allowed are 600"),
        ("\n" * 50, 0, "allowed are 40"),
        ("\n".join(f"s{i} = s{i} + g" for i in range(9)) + "\nx = x - lr*g", 0, "remembers 9 values"),
        ("".join(f"a{i} = 1 in 0..1\n" for i in range(10)) + f"x = lr*{TEN}", 0, "has 11 sliders"),
    ],
)  # fmt: skip
def test_a_bad_text_is_refused_at_its_line(text: str, line: int, sentence: str) -> None:
    with pytest.raises(RuleError) as refused:
        own_optimizer(text)
    assert sentence in str(refused.value)
    assert refused.value.line == line


HOSTILE = [
    "x = ().__class__.__bases__[0].__subclasses__()",
    "x = __import__('os').system('id')",
    "x = [x for x in (1).__class__.__mro__]",
    "x = eval('1')",
    "x = open('/etc/passwd').read()",
    "x = 9**9**9**9**9*lr",
    "x = lr**(9**(9**(9**9)))*9**9**9",
    "x = own(x, g, t)",
    "x = x(x)(x)",
    "x = " + "(" * 280 + "lr" + ")" * 280,
    "x = " + "-" * 550 + "lr",
    "x = " + "+".join(["lr"] * 150),
    "x = " + "lr**" * 100 + "2",
    "x = " + "sqrt(" * 100 + "lr" + ")" * 100,
    "x = lr" * 5000,
    "\n".join(["x = lr"] * 2000),
    "x = lr if " * 50 + "lr",
    "х = lr",
    "x = lr\x00",
    "x = lr\u2028import os",
    "x = lr # \u202e",
    "x = f'{lr}'",
    "x = lr\n  y = 2",
    "x = yield lr",
    "x = await lr",
    "x = (lr := 3)",
    "x = *lr",
    "x = lr,",
    "x = lr \\\n",
    "x: int = lr",
    "del x",
    "global x",
    "@x\nx = lr",
    "x = '''\n'''",
    "x = {lr: lr}",
    "x = sqrt(*[lr])",
    "x = sqrt(v=lr)",
    "x = where(lr < lr < lr, lr, lr)",
    "x = True*lr",
    "x = 2j*lr",
    "x = ...",
    "x = None*lr",
    "x = lr @ lr",
    "x = ~lr",
    "x = not lr",
    "x = lr in lr",
    "x = lr is lr",
]


def attempt(text: str) -> None:
    """Read a text and walk with it if it can be used: nothing but a RuleError, and quickly."""
    own, before = None, time.process_time()
    with contextlib.suppress(RuleError):
        own = own_optimizer(text)
    assert time.process_time() - before < QUICK
    if own:
        simulate("ravine", own, steps=5)
        javascript.optimizer_source(own)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:30]))
def test_hostile_texts_do_nothing_and_cost_nothing(text: str) -> None:
    attempt(text)


PIECES = [
    "x",
    "g",
    "t",
    "lr",
    "m",
    "v",
    "b1",
    "1",
    "2.5",
    "1e-8",
    "9" * 30,
    "__class__",
    "os",
    "'s'",
    "own",
    "in",
    "k",
]
pieces = st.recursive(
    st.sampled_from(PIECES),
    lambda inner: st.one_of(
        st.builds(
            "({}{}{})".format,
            inner,
            st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "<", "@", "."]),
            inner,
        ),
        st.builds("-{}".format, inner),
        st.builds(
            "{}({})".format, st.sampled_from(["sqrt", "sign", "abs", "square", "eval", "x", "own"]), inner
        ),
        st.builds("{}({}, {})".format, st.sampled_from(["maximum", "min", "power"]), inner, inner),
        st.builds("where({} > {}, {}, {})".format, inner, inner, inner, inner),
        st.builds("({} if {} < {} else {})".format, inner, inner, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("[{} for x in {}]".format, inner, inner),
    ),
    max_leaves=10,
)
names = st.sampled_from(["x", "m", "v", "y", "t", "lr"])
lines = st.builds("{} {} {}".format, names, st.sampled_from(["=", "-=", "**="]), pieces)


@settings(max_examples=100, deadline=None)
@given(st.lists(lines | st.text(max_size=30), max_size=5))
def test_whatever_is_written_is_walked_or_refused_at_once(rows: list[str]) -> None:
    attempt("\n".join([*rows, "x = x - lr*g"]))


@pytest.mark.parametrize("starter", STARTERS.values(), ids=lambda starter: starter.key)
def test_a_starter_in_chinese_is_the_same_rule_with_other_notes(starter: Starter) -> None:
    plain = [own_optimizer(text) for text in (starter.text, starter.for_networks)]
    with speaking("zh"):
        texts = (tr(starter.text), starter.for_networks)
    chinese = [own_optimizer(text) for text in texts]
    for one, other in zip(plain, chinese, strict=True):
        assert (one.source, one.hyperparameters) == (other.source, other.hyperparameters)
        assert re.search("[\u4e00-\u9fff]", other.name)
        assert max(map(len, other.text.splitlines())) <= 40
