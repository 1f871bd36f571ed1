"""The engine in the browser against the engine in Python: the same rows, the same end, the same numbers.

The script runs in a blank page, without a server. All runs are computed in one call.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from optviz.engine import elementwise, javascript
from optviz.engine.good_rates import search_rates
from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.landscapes import OBJECTIVES, as_objective
from optviz.engine.noise import gaussian_noise
from optviz.engine.optimizers import ELEMENTWISE, OPTIMIZERS, Optimizer
from optviz.engine.own_optimizer import own_optimizer
from optviz.engine.schedules import SCHEDULES
from optviz.engine.trajectories import Trajectory, simulate
from tests.engine.rule_texts import ROWS, STRANGE, with_sliders

pytestmark = pytest.mark.browser

STEPS = 200
TOLERANCE = 1e-9  # times the size of a number, or 1 if that is larger
NUDGE = 1e-15  # relative; the browser rounds sin, exp and powers differently in such digits
#: On a chaotic path a difference in the last digit grows until it fills the plot, in Python alone as well. So
#: both engines may differ by at most this many times what Python's own runs differ when they are nudged.
CHAOS = 1000.0
MOST_CHAOTIC = 40  # of the 1269 pairs of an optimizer and a landscape
#: A line search cannot tell points apart where rounding hides which is higher: about a minimum these are as
#: far from each other as the root of the last digit of f.
BLIND = 1e-7

RUN_ALL = """(text) => JSON.stringify(JSON.parse(text).map((run) => {
  if (run.source) run.landscape = optvizEngine.compile(run.source);
  if (run.rule) run.optimizer = optvizEngine.compile(run.rule);
  const {points, values, brokeAt, steps, gradientsAsked, valuesAsked} = optvizEngine.simulate(run);
  return {
    points: points.map((p) => Array.from(p)), values: Array.from(values), brokeAt, steps,
    asked: [Array.from(gradientsAsked), Array.from(valuesAsked)],
  };
}))"""


@dataclass
class Run:
    """One run, for both engines; `rule` is the text of somebody's own rule in place of the row."""

    objective: str
    optimizer: str
    start: tuple[float, ...]
    steps: int = STEPS
    values: dict[str, float] = field(default_factory=dict)
    schedule: str = "constant"
    schedule_values: dict[str, float] = field(default_factory=dict)
    noise: float = 0.0
    seed: int = 0
    rule: str = ""

    @property
    def row(self) -> Optimizer:
        return own_optimizer(self.rule) if self.rule else OPTIMIZERS[self.optimizer]

    def in_python(self) -> Trajectory:
        return simulate(
            self.objective,
            self.row,
            self.start,
            self.steps,
            schedule=self.schedule,
            schedule_values=self.schedule_values,
            noise=self.noise,
            seed=self.seed,
            **self.values,
        )

    def nudged(self) -> Iterator["Run"]:
        """The same run with one number changed in its last digits."""
        for factor in (1 - 2 * NUDGE, 1 - NUDGE, 1 + NUDGE, 1 + 2 * NUDGE):
            for i, x in enumerate(self.start):
                yield replace(self, start=(*self.start[:i], x * factor, *self.start[i + 1 :]))
            for h in self.row.hyperparameters:
                value = self.values.get(h.name, h.default) * factor
                if not h.integer and h.complaint(value) is None:
                    yield replace(self, values={**self.values, h.name: value})

    def for_the_browser(self) -> dict[str, Any]:
        known = self.objective in OBJECTIVES
        draws = gaussian_noise(self.seed, self.steps, len(self.start)).ravel() if self.noise else []
        return {
            "landscape": self.objective if known else None,
            "source": None if known else javascript.landscape_source(self.objective),
            "optimizer": self.optimizer,
            "rule": javascript.optimizer_source(self.row) if self.rule else None,
            "start": self.start,
            "steps": self.steps,
            "values": self.values,
            "schedule": {"key": self.schedule, "values": self.schedule_values},
            "noise": self.noise,
            "draws": list(draws),
        }


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.add_script_tag(content=javascript.source())
    yield page
    page.close()


def in_browser(page: Page, runs: list[Run]) -> list[dict[str, Any]]:
    return json.loads(page.evaluate(RUN_ALL, json.dumps([run.for_the_browser() for run in runs])))


def rows_of(trajectory: Trajectory) -> np.ndarray:
    """Coordinates and f of every row, shape (k+1, d+1)."""
    return np.column_stack([trajectory.points, trajectory.values])


def differences(expected: np.ndarray, found: np.ndarray) -> np.ndarray:
    """The largest difference in each row that both have, relative for numbers above 1."""
    shared = min(len(expected), len(found))
    expected, found = expected[:shared], found[:shared]
    return (np.abs(found - expected) / np.maximum(1.0, np.abs(expected))).max(axis=1)


def blind(trajectory: Trajectory) -> np.ndarray:
    """From which row on a line search compares values of f that differ in their last digits only."""
    values = trajectory.values
    falls = np.abs(np.diff(values, prepend=np.inf)) > 1e-12 * np.maximum(1.0, np.abs(values))
    return np.logical_and(trajectory.values_asked.any(), np.logical_or.accumulate(~falls))


def compare(run: Run, found: dict[str, Any]) -> tuple[str, bool]:
    """What is wrong with the browser's run, "" if nothing, and whether the path is a chaotic one."""
    trajectory = run.in_python()
    expected = rows_of(trajectory)
    answered = np.column_stack([*found["points"], found["values"]])
    apart = differences(expected, answered)
    broke_at = trajectory.outcome.step if trajectory.steps < run.steps else None
    same_end = len(expected) == len(answered) and found["brokeAt"] == broke_at
    assert found["steps"] == len(answered) - 1
    if same_end and apart.max() <= TOLERANCE:
        return "", False
    nudged = [rows_of(other.in_python()) for other in run.nudged()]
    allowed = np.maximum(TOLERANCE, BLIND * blind(trajectory)[: len(apart)])
    for other in nudged:
        own = differences(expected, other)
        grown = np.maximum.accumulate(own)
        size = min(len(grown), len(allowed))
        allowed[:size] = np.maximum(allowed[:size], CHAOS * grown[:size])
    too_far = np.flatnonzero(apart > allowed)
    name = f"{run.optimizer} on {run.objective} with {run.values}"
    if too_far.size:
        row = too_far[0]
        return f"{name}: row {row} is {apart[row]:.1e} apart, allowed is {allowed[row]:.1e}", True
    if not same_end and all(len(other) == len(expected) for other in nudged):
        return (
            f"{name}: {len(answered)} rows and {found['brokeAt']}, not {len(expected)} and {broke_at}",
            True,
        )
    return "", True


def check(page: Page, runs: list[Run]) -> int:
    """Compare all runs; the number of chaotic ones."""
    compared = [compare(run, found) for run, found in zip(runs, in_browser(page, runs), strict=True)]
    assert [wrong for wrong, _ in compared if wrong] == []
    return sum(chaotic for _, chaotic in compared)


def random_values(table: tuple[Hyperparameter, ...], draw: np.random.Generator) -> dict[str, float]:
    """Values from the whole range; a learning rate about the default, as the largest ones only overflow."""
    values = {}
    for h in table:
        value = float(draw.uniform(h.low, h.high))
        if h.log:
            value = float(np.exp(draw.uniform(np.log(h.low), np.log(h.high))))
        if h.name == "lr":
            value = h.default * 10 ** float(draw.uniform(-2.0, 0.5))
        values[h.name] = round(value) if h.integer else min(max(value, h.low), h.high)
    return values


def random_start(objective: str, draw: np.random.Generator) -> tuple[float, ...]:
    return tuple(float(draw.uniform(low, high)) for low, high in as_objective(objective).domain)


def test_every_optimizer_on_every_landscape(blank: Page) -> None:
    draw = np.random.default_rng(20)
    runs = [
        Run(objective, key, random_start(objective, draw), values=random_values(row.hyperparameters, draw))
        for key, row in OPTIMIZERS.items()
        for objective in OBJECTIVES
    ]
    assert check(blank, runs) <= MOST_CHAOTIC
    ends = [run.in_python().steps for run in runs[: len(OBJECTIVES)]]
    assert min(ends) < STEPS == max(ends), "some of the runs must overflow, and some not"


def test_every_optimizer_with_its_defaults_from_the_recommended_start(blank: Page) -> None:
    runs = [Run(row.key, key, row.start) for key in OPTIMIZERS for row in OBJECTIVES.values()]
    assert check(blank, runs) <= MOST_CHAOTIC


def test_every_row_written_as_text(blank: Page) -> None:
    draw = np.random.default_rng(24)
    runs = [
        Run(
            objective,
            key,
            OBJECTIVES[objective].start,
            values=random_values(OPTIMIZERS[key].hyperparameters, draw),
            rule=with_sliders(key),
        )
        for key in ROWS
        for objective in ("parabola", "ravine", "rosenbrock", "himmelblau", "saddle")
    ]
    assert check(blank, runs) <= 4
    for run in runs[::7]:
        assert run.in_python().points.tolist() == replace(run, rule="").in_python().points.tolist()


def test_what_a_step_asks_for_is_counted_alike(blank: Page) -> None:
    runs = [
        Run(objective, key, OBJECTIVES[objective].start, 25, noise=noise, seed=4)
        for key in ("gd", *(key for key, row in OPTIMIZERS.items() if row.looks))
        for objective in ("parabola", "ravine", "himmelblau")
        for noise in (0.0, 0.2)
    ]
    for run, found in zip(runs, in_browser(blank, runs), strict=True):
        here = run.in_python()
        assert found["asked"] == [here.gradients_asked.tolist(), here.values_asked.tolist()], run


def test_strange_rules(blank: Page) -> None:
    runs = [Run("himmelblau", name, (1.5, -2.0), 12, rule=text) for name, text in STRANGE.items()]
    assert check(blank, runs) <= 2


def test_the_smallest_and_the_largest_learning_rates(blank: Page) -> None:
    draw = np.random.default_rng(21)
    runs = [
        Run(
            objective,
            key,
            random_start(objective, draw),
            values={"lr": lr},
        )
        for key in OPTIMIZERS
        for lr in (1e-6, 1e-3, 1.0, 10.0)
        for objective in ("parabola", "ravine", "saddle")
    ]
    assert check(blank, runs) <= 3


def test_every_schedule(blank: Page) -> None:
    draw = np.random.default_rng(22)
    runs = [
        Run(
            "rosenbrock",
            optimizer,
            (-1.5, 2.0),
            steps,
            {"lr": 1e-3},
            schedule=key,
            schedule_values=random_values(row.hyperparameters, draw),
        )
        for key, row in SCHEDULES.items()
        for optimizer in ("gd", "adam")
        for steps in (0, 1, 7, STEPS)
    ]
    runs += [replace(run, schedule_values={}) for run in runs]
    assert check(blank, runs) == 0


def test_noise_is_the_servers_own(blank: Page) -> None:
    runs = [
        Run(objective, optimizer, OBJECTIVES[objective].start, 100, noise=noise, seed=seed)
        for objective in ("parabola", "ravine")
        for optimizer in OPTIMIZERS
        for noise, seed in ((0.1, 1), (3.0, 2))
    ]
    assert check(blank, runs) == 0
    quiet, loud = in_browser(blank, [replace(runs[0], noise=0.0), runs[0]])
    assert quiet["values"] != loud["values"]


def test_a_step_that_overflows_while_f_is_finite(blank: Page) -> None:
    values = {"lr": 10.0, "momentum": 0.999}
    (found,) = in_browser(blank, [run := Run("atan(x)", "momentum", (1.0,), values=values, noise=1e307)])
    assert compare(run, found) == ("", False)
    assert found["brokeAt"] == len(found["values"]) > 1


def test_every_part_of_the_state(blank: Page) -> None:
    """`simulate` in the browser returns no state; so the steps themselves are called."""
    draw = np.random.default_rng(23)
    runs = []
    for key, row in ELEMENTWISE.items():
        values = random_values(row.hyperparameters, draw)
        gradients = draw.normal(0.0, 3.0, 60).tolist()
        x, state, rows = 1.0, [0.0] * len(row.state), []
        for t, g in enumerate(gradients, 1):
            x, *state = row.step(x, g, t, *state, **values)
            rows.append([x, *state])
        runs.append((key, values, gradients, rows))
    walk = """(runs) => runs.map(([key, values, gradients]) => {
      const {step, state} = optvizEngine.optimizers[key];
      let row = new Array(1 + state).fill(0);
      row[0] = 1;
      return gradients.map((g, i) => (row = step(row[0], g, i + 1, ...row.slice(1), values)));
    })"""
    for (key, values, _, rows), found in zip(runs, blank.evaluate(walk, runs), strict=True):
        assert np.allclose(found, rows, rtol=1e-8, atol=1e-9), f"{key} with {values}"


TYPED = [
    ("x^2 + 3*x", "gd", (2.0,)),
    ("-x^2", "gd", (1.0,)),
    ("x^4", "gd", (9.0,)),
    ("exp(x)", "momentum", (3.0,)),
    ("log(x)", "gd", (1.0,)),
    ("log(x)**2", "adam", (4.0,)),
    ("sqrt(x)", "gd", (0.5,)),
    ("tan(x)", "rmsprop", (1.0,)),
    ("1/x", "gd", (0.1,)),
    ("abs(x) + sign(x)", "signsgd", (1.0,)),
    ("x**1.5", "gd", (2.0,)),
    ("abs(x)**0.3", "adagrad", (1.0,)),
    ("x**x", "gd", (0.5,)),
    ("sinh(x)*cosh(x)/10 + tanh(x)", "nag", (2.0,)),
    ("asin(x) + acos(x/2)", "gd", (0.9,)),
    ("atan(x)*ln(x**2 + 1)", "lion", (2.0,)),
    ("abs(x - y) + (x + y)**2", "rprop", (1.5, -2.0)),
    ("x**3 - 3*x*y**2 + 1e20", "gd", (1.0, 1.0)),
    ("sqrt(x*y) + 1/(x - y)", "adan", (2.0, 1.0)),
    ("exp(x**2 + y**2)", "gd", (1.0, 1.0)),
    ("x*123456789012345*123456789012345/98765432109876 + y**2/3", "adamax", (1.0, 1.0)),
    ("sin(1/x) + pi*y**2 + e", "yogi", (0.5, 1.0)),
]


def test_typed_formulas_with_gaps_and_runs_that_overflow(blank: Page) -> None:
    runs = [Run(formula, optimizer, start) for formula, optimizer, start in TYPED]
    assert check(blank, runs) <= 2
    assert {run.in_python().outcome.kind for run in runs} >= {"undefined", "diverged"}


def test_a_start_where_f_has_no_value_keeps_its_row(blank: Page) -> None:
    (found,) = in_browser(blank, [run := Run("log(x)", "gd", (-1.0,))])
    assert found["brokeAt"] == 0 == run.in_python().outcome.step
    assert found["points"] == [[-1.0]]


def test_division_powers_and_the_others_have_pythons_rules(blank: Page) -> None:
    draw = np.random.default_rng(5)
    pairs = [(a, b) for a in (-7.0, -1.0, 0.0, 7.0, 2.5, 1e9) for b in (-3.0, -0.1, 0.1, 1.0, 49.0, math.inf)]
    pairs += [tuple(map(float, draw.normal(0, 100, 2))) for _ in range(500)]
    written = """(pairs) => {
      const names = ["floorDivide", "modulo", "maximum", "minimum", "least", "greatest"];
      const own = names.map((name) => optvizEngine.compile(name));
      return pairs.map(([a, b]) => own.map((f) => f(a, b)));
    }"""
    expected = [
        [a // b, a % b, elementwise.maximum(a, b), elementwise.minimum(a, b), min(a, b), max(a, b)]
        for a, b in pairs
    ]
    assert blank.evaluate(written, pairs) == expected
    powers = [(1.0, math.nan), (-1.0, math.inf), (1.0, math.inf), (0.0, 0.0), (-8.0, 3.0), (-8.0, 0.5)]
    found = blank.evaluate("(p) => p.map(([a, b]) => optvizEngine.compile('power')(a, b))", powers)
    with np.errstate(invalid="ignore"):
        expected = [elementwise.power(*pair) for pair in powers]
    assert np.array_equal(found, expected, equal_nan=True)
    signs = [-2.0, -0.0, 0.0, 3.0, math.nan]
    found = blank.evaluate("(v) => v.map(optvizEngine.compile('sign'))", signs)
    assert np.array_equal(found, [elementwise.sign(v) for v in signs], equal_nan=True)


def test_the_lowest_known_value_comes_along(blank: Page) -> None:
    found = blank.evaluate(
        "Object.entries(optvizEngine.landscapes).map(([k, l]) => [k, l.lowest, l.dimension])"
    )
    expected = [
        [key, float(row.value(row.minima).min()) if row.minima else None, row.dimension]
        for key, row in OBJECTIVES.items()
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ("landscape: 'nowhere'", "There is no landscape “nowhere”."),
        ("optimizer: 'toString'", "There is no optimizer “toString”."),
        ("schedule: {key: 'never'}", "There is no schedule “never”."),
        ("start: [1, 2]", "The start must be 1 finite numbers."),
        ("start: [NaN]", "The start must be 1 finite numbers."),
        ("steps: 1e9", "The steps must be 0 to 100000."),
        ("noise: -1", "The noise must be a finite number, zero or more."),
        ("noise: 1, draws: [0.5]", "The noise needs 100 rows of 1 draws."),
    ],
)
def test_input_that_makes_no_sense_is_refused_with_a_sentence(
    blank: Page, changed: str, sentence: str
) -> None:
    run = f"{{landscape: 'parabola', optimizer: 'gd', start: [1], {changed}}}"
    attempt = f"() => {{ try {{ optvizEngine.simulate({run}); }} catch (error) {{ return error.message; }} }}"
    assert blank.evaluate(attempt) == sentence


# ------------------------------------------------------------------------------------- good learning rates

SEARCH = """(text) => JSON.stringify(JSON.parse(text).map((run) => {
  if (run.source) run.landscape = optvizEngine.compile(run.source);
  if (run.rule) run.optimizer = optvizEngine.compile(run.rule);
  return optvizEngine.searchRates(run);
}))"""
OWN_RATES = "lr = 0.1 in 0.003..0.7\nx = x - lr*g"
SEARCHES = [
    *(Run("ravine", key, (-5.0, -2.0), 80) for key in ("gd", "momentum", "adam", "rprop", "sam", "armijo")),
    *(Run("ravine", key, (-1.0, -0.5), 40, noise=0.5, seed=3) for key in ("gd", "nadam")),
    Run("himmelblau", "gd", (-1.0, -0.5), 40),
    Run("rosenbrock", "adagrad", (-1.2, 1.0), 60, schedule="cosine", schedule_values={"floor": 0.1}),
    Run("x**2 + abs(x)", "gd", (2.0,), 30),
    Run("log(x)", "gd", (-1.0,), 10),
    Run("ravine", "gd", (0.0, 0.0), 10),
    Run("bowl", "", (3.0, 1.0), 50, rule=OWN_RATES),
    Run("bowl", "", (3.0, 1.0), 50, rule="lr = -1 in -2..0\nx = x + lr*g"),
    Run("bowl", "", (3.0, 1.0), 50, rule="x = x - g/4 + 0*lr"),
]


def test_the_search_for_a_good_rate_finds_what_python_finds(blank: Page) -> None:
    asked = json.dumps([run.for_the_browser() for run in SEARCHES])
    told = json.loads(blank.evaluate(SEARCH, asked))
    for run, found in zip(SEARCHES, told, strict=True):
        how = {"schedule": run.schedule, "schedule_values": run.schedule_values}
        how |= {"noise": run.noise, "seed": run.seed}
        objective = as_objective(run.objective)
        wanted = search_rates(objective, run.row, run.start, run.steps, run.row.defaults, **how)
        assert found["rates"] == list(wanted.rates)
        assert (found["best"], found["alike"], found["same"]) == (wanted.best, wanted.alike, wanted.same), run
        assert found["tooLarge"] == list(wanted.too_large)
        assert wanted.best is None or found["first"] == wanted.first
        ends = [math.inf if end is None else end for end in found["ends"]]  # JSON has no infinity
        finite = np.isfinite(wanted.ends)
        assert np.isfinite(ends).tolist() == finite.tolist()
        np.testing.assert_allclose(
            np.array(ends)[finite], np.array(wanted.ends)[finite], rtol=1e-6, atol=1e-9
        )
