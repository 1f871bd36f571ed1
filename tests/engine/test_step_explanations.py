"""A step that tells what it did does the same; its lines have formulas, kinds and words."""

import ast
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from optviz.engine.elementwise import maximum, sqrt, where
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.noise import gaussian_noise
from optviz.engine.optimizers import OPTIMIZERS, Optimizer
from optviz.engine.optimizers.base import rate
from optviz.engine.optimizers.classic import ADAM, GD
from optviz.engine.python_to_javascript import TranslationError
from optviz.engine.questions import Counted, walk_together
from optviz.engine.schedules import SCHEDULES
from optviz.engine.step_explanations import (
    Explained,
    explained,
    explanation_source,
    recorder,
    recording_optimizer,
    source,
)
from optviz.engine.step_lines import factors, recording, tree
from optviz.engine.step_roles import SENTENCES
from optviz.engine.trajectories import simulate

STEPS, NOISE, SEED = 12, 0.3, 5
RAVINE = OBJECTIVES["ravine"]


class Walked(NamedTuple):
    """One coordinate of one step: its values, what it should end with, what the recording step said."""

    t: int
    axis: int
    values: dict[str, float]
    after: list[float]
    numbers: tuple[float, ...]
    tilt: list[float]


def recorded_run(row: Optimizer, noise: float) -> Iterator[Walked]:
    """Every step of a run with what its lines said, coordinate by coordinate."""
    setup = {"schedule": "exponential", "noise": noise, "seed": SEED}
    trajectory = simulate("ravine", row, steps=STEPS, **setup)
    draws = gaussian_noise(SEED, STEPS, 2) * noise
    factors_ = SCHEDULES["exponential"].factors(STEPS, SCHEDULES["exponential"].complete({}))
    recording_row = recording_optimizer(row)
    ground = Counted(RAVINE.gradient_at, lambda *x: float(RAVINE.value_at(*x)[0]))
    for t in range(1, trajectory.steps + 1):
        values = {**row.defaults, "lr": row.defaults["lr"] * float(factors_[t - 1])}
        x = [float(v) for v in trajectory.points[t - 1]]
        states = [[float(part[t - 1, i]) for part in trajectory.state.values()] for i in range(2)]
        tilt = [float(v) for v in draws[t - 1]]
        if row.looks:
            ground.tilt = tilt if noise else None
            told = walk_together(recording_row, ground, x, t, states, values)
        else:
            record, slope = recorder(row), trajectory.gradients[t - 1]
            given = [float(slope[i]) + (tilt[i] if noise else 0.0) for i in range(2)]
            told = [record(x[i], given[i], t, *states[i], **values) for i in range(2)]
        for i, numbers in enumerate(told):
            after = [trajectory.points[t, i], *(part[t, i] for part in trajectory.state.values())]
            yield Walked(t, i, values, after, numbers, tilt)


@pytest.mark.parametrize("noise", [0.0, NOISE])
@pytest.mark.parametrize("key", OPTIMIZERS)
def test_the_recording_step_walks_as_simulate_does_to_the_last_bit(key: str, noise: float) -> None:
    row = OPTIMIZERS[key]
    told = recording(row.source)
    counted = 0
    for walked in recorded_run(row, noise):
        assert list(walked.numbers[: told.results]) == walked.after
        assert len(walked.numbers) == told.width
        counted += 1
    assert counted > 2


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_the_last_line_for_the_point_says_where_the_step_ends(key: str) -> None:
    one = explained(key)
    for walked in recorded_run(one.optimizer, 0.0):
        read = iter(walked.numbers[one.recording.results :])
        last = {}
        for line in one.recording.lines:
            ran, value, *_ = (next(read) for _ in range(2 + len(line.names)))
            assert line.loop or ran == (not line.start or walked.t == 1)
            if ran:
                last[line.target] = value
        assert last[one.positional[0]] == walked.after[0]


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_a_lines_value_is_its_formula_with_its_numbers(key: str) -> None:
    """The tree that the browser writes down is the arithmetic of the line."""
    one = explained(key)
    meant = vars(__import__(one.optimizer.step.__module__, fromlist=["_"]))
    for walked in recorded_run(one.optimizer, 0.0):
        read = iter(walked.numbers[one.recording.results :])
        for line in one.recording.lines:
            ran, value, *given = (next(read) for _ in range(2 + len(line.names)))
            if ran and line.asks not in ("gradient", "value", "total"):
                assert evaluated(tree(line, meant), given) == pytest.approx(value, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("noise", [0.0, NOISE])
@pytest.mark.parametrize("key", [key for key, row in OPTIMIZERS.items() if row.looks])
def test_a_line_that_asks_has_the_answer_at_the_point_that_it_says(key: str, noise: float) -> None:
    one = explained(key)
    meant = vars(__import__(one.optimizer.step.__module__, fromlist=["_"]))
    answered = set()
    steps = list(recorded_run(one.optimizer, noise))
    for both in zip(steps[::2], steps[1::2], strict=True):
        read = [iter(walked.numbers[one.recording.results :]) for walked in both]
        for line in one.recording.lines:
            told = [[next(each) for _ in range(2 + len(line.names))] for each in read]
            if not line.asks or line.asks == "point" or not told[0][0]:
                continue
            asked = [evaluated(tree(line, meant)[1], given) for _, _, *given in told]
            tilt = both[0].tilt if noise else [0.0, 0.0]
            wanted = {
                "gradient": [g + n for g, n in zip(RAVINE.gradient_at(*asked), tilt, strict=True)],
                "value": [float(RAVINE.value_at(*asked)[0]) + float(np.dot(tilt, asked))] * 2,
                "total": [sum(asked)] * 2,
            }[line.asks]
            assert [value for _, value, *_ in told] == pytest.approx(wanted, rel=1e-12, abs=1e-300)
            answered.add(line.asks)
    assert "gradient" in answered


def evaluated(node, given) -> float:
    kind, *parts = node
    if kind == "n":
        return parts[0]
    if kind == "v":
        return float(given[parts[0]])
    if kind == "cases":
        (sign, left, right), yes, no = parts
        a, b = evaluated(left, given), evaluated(right, given)
        return evaluated(yes if {"<": a < b, ">": a > b, "=": a == b, "≤": a <= b}[sign] else no, given)
    values = [evaluated(part, given) for part in parts]
    operations = {
        "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
        "^": lambda a, b: a**b, "mod": lambda a, b: a % b,
        "neg": lambda a: -a, "max": max, "min": min, "abs": abs, "sqrt": math.sqrt,
        "sign": np.sign,
    }  # fmt: skip
    return float(operations[kind](*values))


# ---------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_line_has_a_sentence_and_no_sentence_has_latex(key: str) -> None:
    one = explained(key)
    for line in one.recording.lines:
        words = one.words(line)
        assert words.endswith("."), (line.target, words)
        assert "\\" not in words + one.heading(line)
        assert one.heading(line)[:1] == one.heading(line)[:1].upper()


@pytest.mark.parametrize("key", OPTIMIZERS)
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
    met = {kind for key in OPTIMIZERS for kind in explained(key).roles.kinds}
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
    for key in OPTIMIZERS:
        assert f'"{key}": ' in written


def step_that_divides_by_zero(x, g, t, *, lr):
    inverse = 1.0 / (t - 1)
    return (x - lr * g * inverse,)


def test_a_division_by_zero_is_infinite_as_in_the_browser() -> None:
    record = recorder(row_of(step_that_divides_by_zero))
    assert record(1.0, 2.0, 1, lr=0.1)[0] == -math.inf
    assert record(1.0, 2.0, 2, lr=0.1)[0] == 0.8


@pytest.mark.parametrize("key", [key for key, row in OPTIMIZERS.items() if row.looks])
def test_a_step_that_asks_itself_walks_with_all_coordinates(key: str) -> None:
    with pytest.raises(TranslationError, match="its coordinates walk together"):
        recorder(key)


def test_each_gradient_of_a_step_has_a_line_of_its_own_with_its_point() -> None:
    lines = explained("sam").recording.lines
    assert [(line.target, line.asks) for line in lines if line.asks] == [
        ("g", "gradient"),
        ("sum", "total"),
        ("y", "point"),
        ("worst", "gradient"),
    ]
    assert tree(lines[4], {}) == ["gradient", ["v", 0]]
    assert lines[4].names == ("y",)


def test_what_a_loop_does_several_times_is_counted() -> None:
    one = explained("armijo")
    (trial,) = (line for line in one.recording.lines if line.loop and line.asks == "value")
    place = one.recording.results + sum(2 + len(line.names) for line in one.recording.lines[: trial.number])
    slow = (replace(h, default=0.9) if h.name == "shrink" else h for h in one.optimizer.hyperparameters)
    row = replace(one.optimizer, hyperparameters=tuple(slow))
    times = [walked.numbers[place] for walked in recorded_run(row, 0.0)]
    asked = np.diff(simulate("ravine", row, steps=STEPS, schedule="exponential").values_asked, prepend=0)[1:]
    assert times[::2] == [n - 2 for n in asked.tolist()]
    assert max(times) > 1
