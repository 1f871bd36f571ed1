"""A step that tells what it did does the same; its lines have formulas, kinds and words."""

import ast
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from optviz.engine.elementwise import maximum, sqrt, where
from optviz.engine.noise import gaussian_noise
from optviz.engine.optimizers import ELEMENTWISE, OPTIMIZERS, Optimizer
from optviz.engine.optimizers.base import rate
from optviz.engine.optimizers.classic import ADAM, GD
from optviz.engine.python_to_javascript import TranslationError
from optviz.engine.schedules import SCHEDULES
from optviz.engine.step_explanations import Explained, explained, explanation_source, recorder, source
from optviz.engine.step_lines import factors, recording, tree
from optviz.engine.step_roles import SENTENCES
from optviz.engine.trajectories import simulate

STEPS, NOISE, SEED = 12, 0.3, 5


def recorded_run(row: Optimizer, noise: float):
    """Every step of a run with what its lines said: (t, coordinate, before, numbers)."""
    setup = {"schedule": "exponential", "noise": noise, "seed": SEED}
    trajectory = simulate("ravine", row, steps=STEPS, **setup)
    draws = gaussian_noise(SEED, STEPS, 2) * noise
    factors_ = SCHEDULES["exponential"].factors(STEPS, SCHEDULES["exponential"].complete({}))
    record = recorder(row)
    for t in range(1, trajectory.steps + 1):
        for i in range(2):
            g = trajectory.gradients[t - 1, i] + (draws[t - 1, i] if noise else 0.0)
            state = [float(part[t - 1, i]) for part in trajectory.state.values()]
            values = {**row.defaults, "lr": row.defaults["lr"] * factors_[t - 1]}
            before = [float(trajectory.points[t - 1, i]), float(g), t, *state]
            after = [trajectory.points[t, i], *(part[t, i] for part in trajectory.state.values())]
            yield before, values, after, record(*before, **values)


@pytest.mark.parametrize("noise", [0.0, NOISE])
@pytest.mark.parametrize("key", ELEMENTWISE)
def test_the_recording_step_walks_as_simulate_does_to_the_last_bit(key: str, noise: float) -> None:
    row = OPTIMIZERS[key]
    told = recording(row.source)
    counted = 0
    for _, _, after, numbers in recorded_run(row, noise):
        assert list(numbers[: told.results]) == after
        assert len(numbers) == told.width
        counted += 1
    assert counted > 2


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_the_last_line_for_the_point_says_where_the_step_ends(key: str) -> None:
    one = explained(key)
    for before, _, after, numbers in recorded_run(one.optimizer, 0.0):
        read = iter(numbers[one.recording.results :])
        last = {}
        for line in one.recording.lines:
            ran, value, *_ = (next(read) for _ in range(2 + len(line.names)))
            assert ran == (not line.start or before[2] == 1)
            if ran:
                last[line.target] = value
        assert last[one.positional[0]] == after[0]


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_a_lines_value_is_its_formula_with_its_numbers(key: str) -> None:
    """The tree that the browser writes down is the arithmetic of the line."""
    one = explained(key)
    meant = vars(__import__(one.optimizer.step.__module__, fromlist=["_"]))
    for _, _, _, numbers in recorded_run(one.optimizer, 0.0):
        read = iter(numbers[one.recording.results :])
        for line in one.recording.lines:
            ran, value, *given = (next(read) for _ in range(2 + len(line.names)))
            if ran:
                assert evaluated(tree(line, meant), given) == pytest.approx(value, rel=1e-9, abs=1e-300)


def evaluated(node, given) -> float:
    kind, *parts = node
    if kind == "n":
        return parts[0]
    if kind == "v":
        return float(given[parts[0]])
    if kind == "cases":
        (sign, left, right), yes, no = parts
        a, b = evaluated(left, given), evaluated(right, given)
        return evaluated(yes if {"<": a < b, ">": a > b, "=": a == b}[sign] else no, given)
    values = [evaluated(part, given) for part in parts]
    operations = {
        "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
        "^": lambda a, b: a**b, "mod": lambda a, b: a % b,
        "neg": lambda a: -a, "max": max, "min": min, "abs": abs, "sqrt": math.sqrt,
        "sign": np.sign,
    }  # fmt: skip
    return float(operations[kind](*values))


# ---------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_every_line_has_a_sentence_and_no_sentence_has_latex(key: str) -> None:
    one = explained(key)
    for line in one.recording.lines:
        words = one.words(line)
        assert words.endswith("."), (line.target, words)
        assert "\\" not in words + one.heading(line)
        assert one.heading(line)[:1] == one.heading(line)[:1].upper()


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_every_term_of_a_row_is_one_of_the_steps_own_names(key: str) -> None:
    one = explained(key)
    known = {name for line in one.recording.lines for name in (*line.names, line.target)} | {*one.positional}
    assert set(one.optimizer.terms) <= known
    for name in known:
        assert one.optimizer.symbol(name).latex


def kinds(one: Explained) -> list[tuple[str, str]]:
    return [(line.target, one.roles.kinds[line.number]) for line in one.recording.lines]


def test_the_lines_of_adam_are_what_its_paper_calls_them() -> None:
    one = explained("adam")
    assert kinds(one) == [
        ("m", "mean"),
        ("v", "mean square"),
        ("m_hat", "correction"),
        ("v_hat", "correction"),
        ("x", "step"),
    ]
    assert [one.heading(line) for line in one.recording.lines] == [
        "First moment",
        "Second moment",
        "Corrected first moment",
        "Corrected second moment",
        "Step",
    ]
    assert (one.roles.momentum, one.roles.squares) == ("m_hat", "v_hat")


@pytest.mark.parametrize(
    ("key", "momentum", "squares", "flags"),
    [
        ("gd", "", "", "rated"),
        ("momentum", "v", "", "rated steered"),
        ("nag", "v", "", "rated steered"),
        ("qhm", "m", "", "rated steered"),
        ("adagrad", "", "s", "rated scaled"),
        ("rmsprop", "", "s", "rated scaled"),
        ("adadelta", "", "s", "rated scaled"),
        ("amsgrad", "m_hat", "v_hat", "rated steered scaled"),
        ("adamw", "m_hat", "v_hat", "rated steered scaled pulled"),
        ("adamax", "m", "", "rated steered scaled"),
        ("nadam", "m_hat", "v_hat", "rated steered scaled"),
        ("adan", "m_hat", "n_hat", "rated steered scaled pulled"),
        ("asgd", "", "", "pulled"),
        ("signsgd", "", "", "rated signed"),
        ("lion", "m", "", "rated signed pulled"),
        ("rprop", "", "", "signed"),
    ],
)
def test_roles_are_read_from_the_form(key: str, momentum: str, squares: str, flags: str) -> None:
    roles = explained(key).roles
    assert (roles.momentum, roles.squares) == (momentum, squares)
    names = ("rated", "steered", "scaled", "signed", "pulled")
    assert " ".join(name for name in names if getattr(roles, name)) == flags


def test_every_kind_is_met_in_the_table_or_below() -> None:
    met = {kind for key in ELEMENTWISE for kind in explained(key).roles.kinds}
    assert set(SENTENCES) <= met | {"largest"}


# ------------------------------------------------------------------------- steps that are not in the table


def row_of(step, *state: str, **more) -> Optimizer:
    return replace(GD, key="own", step=step, state=state, terms={}, hyperparameters=(rate(0.1),), **more)


def step_in_branches(x, g, t, m, *, lr):
    if t == 1:  # noqa: SIM108 (branches are what is tested)
        m = g
    else:
        m = 0.9 * m + g
    note0_m = m * 2
    moved, kept = x - lr * note0_m, m
    if g > 0:
        return x, kept
    return moved, kept


def test_a_step_with_branches_says_which_lines_ran() -> None:
    row = row_of(step_in_branches, "m")
    told = recording(row.source)
    record = recorder(row)
    for x, g, t, m in ((1.0, -2.0, 1, 0.0), (1.0, -2.0, 3, 4.0), (1.0, 2.0, 3, 4.0)):
        numbers = record(x, g, t, m, lr=0.1)
        assert numbers[: told.results] == step_in_branches(x, g, t, m, lr=0.1)
        starts = np.cumsum([told.results, *(2 + len(line.names) for line in told.lines)])[:-1]
        ran = [numbers[start] for start in starts]
        assert ran == [t == 1, t != 1, 1, 1, 1, 0 if g > 0 else 1]
    assert "moved, kept" in ast.unparse(ast.parse(told.source))
    assert explanation_source(row)


def step_with_other_names(w, grad, k, velocity, sums, *, lr):
    velocity = 0.9 * velocity + grad
    sums = sums + grad * grad
    bound = maximum(sums, 1e-8)
    w = w - where(k > 3, lr, lr / 2) * velocity / sqrt(bound)
    return w, velocity, sums


def test_roles_do_not_depend_on_names() -> None:
    one = explained(row_of(step_with_other_names, "velocity", "sums"))
    assert kinds(one)[:2] == [("velocity", "velocity"), ("sums", "sum of squares")]
    assert (one.roles.momentum, one.roles.squares) == ("velocity", "bound")
    assert one.titles == {"velocity": "velocity", "sums": "sum of squares"}
    assert one.roles.kinds[-1] == "step"


@pytest.mark.parametrize(
    "line",
    ["x = __import__('os')", "x = x.__class__", "x = [v for v in x]", "x = open(x)", "x = x if x else g"],
)
def test_what_cannot_be_translated_never_runs(line: str) -> None:
    written = f"def own(x, g, t, *, lr):\n    {line}\n    return (x,)\n"

    class Typed(Optimizer):
        source = written

    row = Typed(**{name: getattr(GD, name) for name in GD.__slots__})
    with pytest.raises(TranslationError):
        recorder(row)
    with pytest.raises(TranslationError):
        explanation_source(row)


def test_a_product_is_a_square_where_two_factors_are_alike() -> None:
    line = recording(ADAM.source).lines[1]
    assert tree(line, vars(math))[2] == ["*", ["-", ["n", 1], ["v", 0]], ["^", ["v", 2], ["n", 2]]]
    assert len(factors(ast.parse("a*b*(c*d)", mode="eval").body)) == 4


def test_the_script_holds_every_optimizer() -> None:
    written = source()
    for key in ELEMENTWISE:
        assert f'"{key}": ' in written


def step_that_divides_by_zero(x, g, t, *, lr):
    inverse = 1.0 / (t - 1)
    return (x - lr * g * inverse,)


def test_a_division_by_zero_is_infinite_as_in_the_browser() -> None:
    record = recorder(row_of(step_that_divides_by_zero))
    assert record(1.0, 2.0, 1, lr=0.1)[0] == -math.inf
    assert record(1.0, 2.0, 2, lr=0.1)[0] == 0.8


@pytest.mark.parametrize("make", [explained, recorder])
@pytest.mark.parametrize("key", [key for key, row in OPTIMIZERS.items() if row.looks])
def test_a_step_that_looks_elsewhere_is_refused_with_a_sentence(
    key: str, make: Callable[[str], object]
) -> None:
    with pytest.raises(TranslationError, match="such a step has no explanation yet"):
        make(key)
