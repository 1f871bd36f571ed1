"""“Explain this step” in the browser: the same numbers as in Python, true sentences, readable formulas."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from optviz.engine import javascript
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.noise import gaussian_noise
from optviz.engine.optimizers import OPTIMIZERS, Optimizer, as_optimizer
from optviz.engine.optimizers.classic import HEAVY_BALL
from optviz.engine.questions import Counted, walk_together
from optviz.engine.schedules import SCHEDULES
from optviz.engine.step_explanations import explained, explanation_source, recorder, recording_optimizer
from optviz.engine.step_states import step_states
from optviz.engine.trajectories import Trajectory, simulate
from optviz.words.catalogue import FOLDER, entries
from tests.browser.explain_page import ExplainPage, opened
from tests.words.english import left_in_english

pytestmark = pytest.mark.browser

STEPS, NOISE, SEED, TOLERANCE = 12, 0.2, 4, 1e-9
START = (-1.3, 0.9)
SCHEDULE = "exponential"
TELL = """(text) => JSON.stringify(JSON.parse(text).map((run) => {
  const states = optvizEngine.states(run);
  const explanations = Array.from({length: states.steps}, (_, i) => optvizEngine.explain(states, i + 1));
  const arrays = (given) => given.map((one) => Array.from(one));
  return {
    steps: states.steps,
    points: arrays(states.points), gradients: arrays(states.gradients), moves: arrays(states.moves),
    effectiveRates: arrays(states.effectiveRates), lengths: [...states.lengths], rates: [...states.rates],
    gradientNorms: [...states.gradientNorms],
    state: states.state.map(({name, columns}) => [name, arrays(columns)]),
    explanations: explanations.map((one) => ({...one, row: null})),
    printed: explanations.map((one) => one.coordinates.map(({next}) => printedText(next))),
    sentences: explanations.map(comparisonSentences),
  };
}))"""


def run_of(optimizer: str, noise: float = 0.0, schedule: str = SCHEDULE, **more: Any) -> dict[str, Any]:
    draws = gaussian_noise(SEED, STEPS, 2).ravel().tolist()
    return {
        "landscape": "rosenbrock",
        "optimizer": optimizer,
        "start": START,
        "steps": STEPS,
        "values": {"lr": 0.002} if optimizer in ("gd", "momentum", "nag", "qhm", "asgd", "radam") else {},
        "schedule": {"key": schedule, "values": {}},
        "noise": noise,
        "draws": draws,
        **more,
    }


def in_python(run: dict[str, Any]):
    setup = {"schedule": run["schedule"]["key"], "noise": run["noise"], "seed": SEED}
    trajectory = simulate(run["landscape"], run["optimizer"], run["start"], STEPS, **setup, **run["values"])
    row = as_optimizer(run["optimizer"])
    rate = row.complete(run["values"])["lr"]
    if not row.looks:
        return trajectory, step_states(trajectory, STEPS, rate, **setup)
    used = [asked_last(row, numbers) for numbers in recorded(run, trajectory)]
    return trajectory, step_states(trajectory, STEPS, rate, **setup, used=np.array(used))


def asked_last(row: Optimizer, numbers: list[tuple[float, ...]]) -> list[float]:
    """The last gradient that a step asked for, coordinate by coordinate."""
    one, found = explained(row), [0.0] * len(numbers)
    for i, told in enumerate(numbers):
        read = iter(told[one.recording.results :])
        for line in one.recording.lines:
            _, value, *_ = (next(read) for _ in range(2 + len(line.names)))
            found[i] = value if line.asks == "gradient" else found[i]
    return found


def recorded(run: dict[str, Any], trajectory: Trajectory) -> Iterator[list[tuple[float, ...]]]:
    """What the recording step says of every step, for each coordinate."""
    row = as_optimizer(run["optimizer"])
    recording, ground = recording_optimizer(row), OBJECTIVES[run["landscape"]]
    dimension = len(run["start"])
    counted = Counted(ground.gradient_at, lambda *x: float(ground.value_at(*x)[0]))
    factors = SCHEDULES[run["schedule"]["key"]].factors(STEPS, SCHEDULES[run["schedule"]["key"]].complete({}))
    values = row.complete(run["values"])
    draws = gaussian_noise(SEED, STEPS, dimension) * run["noise"]
    for k in range(1, trajectory.steps + 1):
        now = {**values, "lr": values["lr"] * float(factors[k - 1])}
        x = [float(v) for v in trajectory.points[k - 1]]
        states = [[float(part[k - 1, i]) for part in trajectory.state.values()] for i in range(dimension)]
        tilt = [float(v) for v in draws[k - 1]] if run["noise"] else None
        if row.looks:
            counted.tilt = tilt
            yield walk_together(recording, counted, x, k, states, now)
        else:
            slope = [float(g) + (tilt[i] if tilt else 0.0) for i, g in enumerate(trajectory.gradients[k - 1])]
            record = recorder(row)
            yield [record(x[i], slope[i], k, *states[i], **now) for i in range(dimension)]


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[ExplainPage]:
    context, page = opened(browser)
    yield page
    context.close()


def told(page: Page, runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return json.loads(page.evaluate(TELL, json.dumps(runs)))


@pytest.fixture(scope="module")
def everything(blank: ExplainPage) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every optimizer with and without noise: what was asked, and what the browser tells."""
    runs = [run_of(key, noise) for key in OPTIMIZERS for noise in (0.0, NOISE)]
    return list(zip(runs, told(blank.page, runs), strict=True))


def same(found: Any, expected: Any) -> bool:
    """Equal to nine digits; NaN, which JSON has as null, equals NaN."""
    numbers = np.array(found, dtype=float)
    return np.allclose(numbers, np.asarray(expected, dtype=float), rtol=TOLERANCE, atol=1e-12, equal_nan=True)


def printed(value: float) -> str:
    """A number as the page prints it: six digits, and a power of ten below 10⁻⁴ and from 10⁶ on."""
    mantissa, _, exponent = f"{value:.5e}".partition("e")
    power = int(exponent)
    if value == 0 or -4 <= power < 6:
        return f"{float(f'{value:.5e}'):.10f}".rstrip("0").rstrip(".").replace("-", "−")
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    digits = f"{float(mantissa):g}"
    return re.sub(r"^(−?)1·", r"\1", f"{digits}·".replace("-", "−")) + f"10{raised}"


def test_the_states_over_steps_are_those_of_python(everything) -> None:
    for run, found in everything:
        trajectory, expected = in_python(run)
        assert found["steps"] == trajectory.steps
        assert same(found["points"], trajectory.points.T), run["optimizer"]
        assert same(found["lengths"], expected.lengths)
        assert same(found["gradientNorms"], expected.gradient_norms)
        assert same(found["rates"], expected.rates)
        assert same(found["gradients"], expected.gradients.T)
        assert same(found["moves"], expected.moves.T)
        names = OPTIMIZERS[run["optimizer"]].state
        assert [name for name, _ in found["state"]] == list(names)
        for name, columns in found["state"]:
            assert same(columns, expected.state[name].T), (run["optimizer"], name)
        # A rate is a difference of points over a gradient: it has their absolute error.
        error = 1e-9 / np.abs(expected.gradients.T)
        apart = np.abs(np.array(found["effectiveRates"], dtype=float) - expected.effective_rates.T)
        assert (apart[:, 1:] <= error[:, 1:]).all()


def test_an_explanation_ends_where_simulate_ends_to_the_last_printed_digit(everything) -> None:
    compared = 0
    for run, found in everything:
        trajectory, _ = in_python(run)
        for k, texts in enumerate(found["printed"], 1):
            assert texts == [printed(v) for v in trajectory.points[k]], (run["optimizer"], k)
            compared += 1
    assert compared > 20 * STEPS


def test_every_line_of_every_step_has_the_numbers_of_python(everything) -> None:
    for run, found in everything:
        one = explained(run["optimizer"])
        trajectory, _ = in_python(run)
        told = recorded(run, trajectory)
        for k, (explanation, both) in enumerate(zip(found["explanations"], told, strict=True), 1):
            for coordinate, numbers in zip(explanation["coordinates"], both, strict=True):
                expected = iter(numbers[one.recording.results :])
                for line, shown in zip(one.recording.lines, coordinate["lines"], strict=True):
                    ran, value, *read = (next(expected) for _ in range(2 + len(line.names)))
                    assert shown["times"] == ran
                    assert same([shown["value"], *shown["read"]], [value, *read]), (run["optimizer"], k, line)


def test_the_reasons_for_a_length_multiply_to_it(everything) -> None:
    for run, found in everything:
        _, states = in_python(run)
        for k, explanation in enumerate(found["explanations"], 1):
            comparison = explanation["comparison"]
            if k == 1:
                assert comparison is None
                continue
            if not (states.lengths[k] > 0 and states.lengths[k - 1] > 0):
                continue
            product = math.prod(factor["ratio"] for factor in comparison["factors"])
            assert product == pytest.approx(states.lengths[k] / states.lengths[k - 1], rel=1e-8)


def test_gradient_descent_has_no_reason_but_gradient_and_schedule(everything) -> None:
    (found,) = (found for run, found in everything if run["optimizer"] == "gd" and not run["noise"])
    for explanation in found["explanations"][1:]:
        factors = {factor["kind"]: factor["ratio"] for factor in explanation["comparison"]["factors"]}
        assert factors["schedule"] == pytest.approx(0.99)
        assert factors["own"] == pytest.approx(1.0, rel=1e-6)


def test_no_sentence_contradicts_its_own_run(everything) -> None:
    seen = set()
    for run, found in everything:
        for explanation, sentences in zip(found["explanations"], found["sentences"], strict=True):
            comparison = explanation["comparison"]
            said = " ".join(sentences)
            assert "NaN" not in said
            assert "undefined" not in said
            if comparison is None:
                assert "the first" in said
                continue
            ratio = comparison["length"] / comparison["before"] if comparison["before"] else math.inf
            seen |= {word for word in ("longer", "shorter", "about as long") if word in sentences[0]}
            assert ("longer than" in said) == (1.005 <= ratio < math.inf), (run["optimizer"], said)
            assert ("shorter than" in said) == (0 < ratio <= 0.995)
            along = comparison["along"]
            grown = {f["kind"]: f["ratio"] for f in comparison["factors"]}.get("momentum")
            for phrase, holds in (
                ("they add up", along is not None and along >= 0.1 and grown > 1),
                ("does not keep up", along is not None and along >= 0.1 and grown < 1),
                ("outweighs", along is not None and along <= -0.1 and grown > 1),
                ("cancel in part", along is not None and along <= -0.1 and grown < 1),
            ):
                assert holds or phrase not in said, (run["optimizer"], said)
                seen |= {phrase} if phrase in said else set()
    assert len(seen) == 7, seen


# ------------------------------------------------------------------------------------------------ anatomy

ANATOMY = """([run, k, options]) => {
  const explanation = optvizEngine.explain(optvizEngine.states(run), k);
  const made = anatomyOf(explanation, options ?? {});
  return {...made, arrows: Object.fromEntries(made.arrows.map((arrow) => [arrow.kind, arrow])),
    told: {...explanation, row: null}, round: roundScale(explanation, [[-2, 2], [-1, 3]])};
}"""


def anatomy(blank: ExplainPage, run: dict[str, Any], k: int = 3, **options: float) -> dict[str, Any]:
    return blank.page.evaluate(ANATOMY, [run, k, options or None])


def test_with_gradient_descent_the_arrow_of_the_gradient_is_the_step(blank: ExplainPage) -> None:
    made = anatomy(blank, run_of("gd"))
    assert set(made["arrows"]) == {"gradient", "step"}
    assert made["arrows"]["gradient"]["to"] == pytest.approx(made["arrows"]["step"]["to"], rel=1e-9)
    rate, gradient = made["told"]["rate"], made["told"]["gradient"]
    half = rate * math.hypot(*gradient) / math.sqrt(2)
    assert made["box"]["halves"] == pytest.approx([half, half], rel=1e-6)
    assert made["ellipse"] is None


def test_with_momentum_the_arrow_of_the_velocity_is_the_step(blank: ExplainPage) -> None:
    made = anatomy(blank, run_of("momentum"))
    assert made["arrows"]["momentum"]["title"] == "velocity"
    assert made["arrows"]["momentum"]["to"] == pytest.approx(made["arrows"]["step"]["to"], rel=1e-9)
    assert made["arrows"]["gradient"]["to"] != pytest.approx(made["arrows"]["step"]["to"], rel=1e-3)
    trajectory, _ = in_python(run_of("momentum"))
    assert made["arrows"]["momentum"]["vector"] == pytest.approx(trajectory.state["velocity"][3], rel=1e-9)
    assert made["point"] == pytest.approx(trajectory.points[2], rel=1e-9)


def test_adams_ellipse_has_the_roots_of_the_second_moments_as_half_axes(blank: ExplainPage) -> None:
    run = run_of("adam", schedule="constant")
    made = anatomy(blank, run, 3, scale=0.01)
    trajectory, _ = in_python(run)
    corrected = trajectory.state["second moment"][3] / (1 - 0.999**3)
    assert made["ellipse"]["halves"] == pytest.approx(0.01 * np.sqrt(corrected), rel=1e-8)
    assert made["ellipse"]["centre"] == made["point"]
    gradient = np.array(made["told"]["gradient"])
    assert made["arrows"]["gradient"]["to"] == pytest.approx(made["point"] - 0.01 * gradient)
    move = trajectory.points[3] - trajectory.points[2]
    assert made["arrows"]["step"]["vector"] == pytest.approx(move, rel=1e-9)  # never scaled


def test_a_round_scale_keeps_the_arrows_in_the_picture(blank: ExplainPage) -> None:
    for key in ("gd", "adam", "lion"):
        made = anatomy(blank, run_of(key))
        vectors = [
            made["arrows"][kind]["vector"] for kind in ("gradient", "momentum") if kind in made["arrows"]
        ]
        longest = max(math.hypot(*v) for v in vectors) * made["round"] / 4
        assert 0.3 / 2.6 < longest <= 0.3
        assert f"{made['round']:e}"[0] in "125"


def test_one_coordinate_and_a_gradient_of_zero(blank: ExplainPage) -> None:
    line = run_of("adam", landscape="parabola", start=[2.0])
    assert len(anatomy(blank, line)["box"]["halves"]) == 1
    resting = run_of("momentum", landscape="bowl", start=[1.0, 0.0], values={})
    made = anatomy(blank, resting)
    assert made["box"] is None
    assert set(made["arrows"]) == {"gradient", "momentum", "step"}


# --------------------------------------------------------------------------------------- what one reads


def test_the_step_is_written_with_symbols_and_with_numbers(blank: ExplainPage) -> None:
    run = run_of("adam", schedule="constant")
    blank.show(run, 3)
    trajectory, _ = in_python(run)
    page = blank.page
    assert page.get_by_role("heading", name="Step 3 of Adam").is_visible()
    formulas = page.eval_on_selector_all("math[alttext]", "all => all.map(m => m.getAttribute('alttext'))")
    assert formulas == [
        "mₜ = β₁ mₜ₋₁ + (1 − β₁) gₜ",
        "vₜ = β₂ vₜ₋₁ + (1 − β₂) gₜ²",
        "m̂ₜ = mₜ / (1 − β₁ᵗ)",
        "v̂ₜ = vₜ / (1 − β₂ᵗ)",
        "xₜ = xₜ₋₁ − (η m̂ₜ) / (√v̂ₜ + ε)",
        "rate = (xₜ₋₁ − xₜ) / gₜ",
    ]
    ends = page.eval_on_selector_all(".line.step .value math", "all => all.map(m => m.textContent)")
    assert ends == [f"={printed(v)}" for v in trajectory.points[3]]
    assert "Gradient gₜ" in page.inner_text(".given")


SAID = "[...document.querySelectorAll('#explanation, #explanation [aria-label], #explanation [alttext]')]"


def test_no_explanation_of_the_table_has_latex_or_missing_words(blank: ExplainPage) -> None:
    for key in OPTIMIZERS:
        for step in (1, 5):
            blank.show(run_of(key), step)
            texts = blank.page.evaluate(
                f"{SAID}.flatMap(n => [n.textContent, n.getAttribute('alttext'), n.ariaLabel]).join('|')"
            )
            assert not re.search(r"\\|_\{|undefined|NaN|\[object|null", texts), (key, texts)
            for formula in blank.page.evaluate(
                "[...document.querySelectorAll('math')].map(m => m.textContent)"
            ):
                assert formula.strip()


SPEAK = "words => { globalThis.optvizSpeech = { language: words ? 'zh' : 'en', words: words ?? {} } }"
READ = """([run]) => [
  ...[...document.querySelectorAll("#explanation :is(h3, h4, dt, mtext, p)")].map(n => n.textContent),
  ...curvePanels([{ label: "", color: "", states: optvizEngine.states(run) }]).map(panel => panel.title),
]"""


def test_no_explanation_of_the_table_is_english_in_chinese(blank: ExplainPage) -> None:
    blank.page.evaluate(SPEAK, entries(FOLDER / "zh" / "browser.po"))
    left = {}
    for key in OPTIMIZERS:
        for step in (0, 1, 5, STEPS + 1):
            blank.show(run_of(key, NOISE), step)
            texts = blank.page.evaluate(READ, [run_of(key, NOISE)])
            assert len(texts) > 4
            left[key, step] = [words for text in texts for words in left_in_english(text)]
    blank.page.evaluate(SPEAK, None)
    assert {case: words for case, words in left.items() if words} == {}


def test_a_step_that_looks_elsewhere_says_each_gradient_with_its_point(blank: ExplainPage) -> None:
    run = run_of("sam", schedule="constant", values={"lr": 0.002, "rho": 0.5})
    blank.show(run, 3)
    trajectory, _ = in_python(run)
    page, ground = blank.page, OBJECTIVES[run["landscape"]]
    formulas = page.eval_on_selector_all(".formula math", "all => all.map(m => m.getAttribute('alttext'))")
    assert formulas == [
        "gₜ = ∇f(xₜ₋₁)",
        "Sₜ = ∑gₜ²",
        "rₜ = √Sₜ",
        "yₜ = xₜ₋₁ + gₜ ρ / (rₜ + 10⁻¹²)",
        "g̃ₜ = ∇f(yₜ)",
        "xₜ = xₜ₋₁ − η g̃ₜ",
        "rate = (xₜ₋₁ − xₜ) / g̃ₜ",
    ]
    x = trajectory.points[2]
    slope = np.array(ground.gradient_at(*x))
    y = x + 0.5 * slope / np.linalg.norm(slope)
    rows = page.eval_on_selector_all(".numbers .pieces", "all => all.map(m => m.textContent)")
    for point, gradient in ((x, slope), (y, ground.gradient_at(*y))):
        place = f"({printed(point[0])},{printed(point[1])})"
        for axis, part in zip("xy", gradient, strict=True):
            assert f"=∂f∂{axis}{place}={printed(part)}" in rows
    assert "Gradient gₜ" not in page.inner_text(".given")
    made = blank.page.evaluate(
        ANATOMY.replace("Object.fromEntries(made.arrows.map((arrow) => [arrow.kind, arrow]))", "made.arrows"),
        [run, 3, None],
    )
    froms = [arrow["from"] for arrow in made["arrows"] if arrow["kind"] == "gradient"]
    assert froms == [pytest.approx(x, rel=1e-9), pytest.approx(y, rel=1e-9)]


def test_a_line_search_says_how_often_it_tried(blank: ExplainPage) -> None:
    run = run_of("armijo", schedule="constant")
    blank.show(run, 2)
    trajectory, _ = in_python(run)
    tried = int(np.diff(trajectory.values_asked)[1]) - 2
    assert tried > 1
    assert f"Done {tried} times in this step; the numbers are those of the last." in page_text(blank)


def page_text(blank: ExplainPage) -> str:
    return blank.page.inner_text("#explanation")


def test_the_first_step_sets_what_has_no_value_yet(blank: ExplainPage) -> None:
    blank.show(run_of("rprop"), 1)
    assert "Before the first step" in blank.page.inner_text("#explanation")
    blank.show(run_of("rprop"), 2)
    assert "Before the first step" not in blank.page.inner_text("#explanation")


def test_the_start_and_the_end_have_a_sentence(blank: ExplainPage) -> None:
    blank.show(run_of("adam"), 0)
    assert blank.page.inner_text("#explanation") == "This is the start: no step has been taken yet."
    wild = run_of("gd", start=[2.0, 2.0], values={"lr": 1.0})
    steps = blank.show(wild, STEPS)
    assert steps < STEPS
    assert blank.page.inner_text("#explanation") == f"The run ended after step {steps}."


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(browser: Browser, theme: str) -> None:
    context, page = opened(browser, theme, 390)
    for key in ("adam", "nadam", "adan", "radam"):
        page.show(run_of(key), 7)
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_an_optimizer_beyond_the_table_is_explained_from_its_text(blank: ExplainPage) -> None:
    row = replace(HEAVY_BALL, key="own", name="My rule", state=("v",), terms={})
    run = run_of("momentum", explained=explanation_source(row))
    steps = blank.page.evaluate(
        """([run, source, step]) => {
          const own = {...run, optimizer: optvizEngine.compile(source)};
          shown.show(optvizEngine, optvizEngine.states(own), step);
        }""",
        [run, javascript.optimizer_source(row), 3],
    )
    assert steps is None
    text = blank.page.inner_text("#explanation")
    assert "Step 3 of My rule" in text
    assert "Velocity." in text


@pytest.mark.parametrize("step", [0, 13, 1.5])
def test_a_step_that_is_not_there_is_refused(blank: ExplainPage, step: float) -> None:
    attempt = """([run, k]) => { try { optvizEngine.explain(optvizEngine.states(run), k) }
      catch (error) { return error.message } }"""
    assert blank.page.evaluate(attempt, [run_of("gd"), step]) == f"There is no step {step}."


# ------------------------------------------------------------------------------------------ small panels

CURVES = """([runs, steps]) => {
  const styles = [["#0072b2", "solid"], ["#d55e00", "dash"]];
  const given = runs.map((run, i) => ({
    label: run.optimizer, color: styles[i][0], dash: styles[i][1], states: optvizEngine.states(run)}));
  window.picked = [];
  window.panels = curvePanels(given);
  window.panelsOfRun ??= new StepCurves(document.getElementById("curves"), {
    pick: (step) => { window.picked.push(step); panelsOfRun.move(step); },
    hover: (step) => { window.hovered = step; }});
  panelsOfRun.show(panels, steps, 3);
  return panels.map(({key, title, curves}) => [key, title, curves.length]);
}"""


def test_panels_show_what_runs_share_and_the_state_of_each(blank: ExplainPage) -> None:
    runs = [run_of("adam"), run_of("momentum")]
    panels = blank.page.evaluate(CURVES, [runs, STEPS])
    assert ["step-length", "Step length", 2] in panels
    assert ["effective-rate-y", "Effective rate, y", 2] in panels
    assert ["second-moment-v-x", "Second moment v, x", 1] in panels
    assert ["velocity-v-x", "Velocity v, x", 1] in panels
    figure = blank.page.get_by_role("slider", name="Step length over steps")
    _, adam = in_python(runs[0])
    assert f"adam {float(f'{adam.lengths[3]:.3e}'):g}" in figure.get_attribute("aria-valuetext")


def test_a_click_a_pointer_and_keys_choose_a_step(blank: ExplainPage) -> None:
    page = blank.page
    page.evaluate(CURVES, [[run_of("adam")], STEPS])
    figure = page.get_by_role("slider", name="Step length over steps")
    plot = figure.locator(".plot")
    box = plot.bounding_box()
    plot.click(position={"x": box["width"] / 2, "y": 20})
    assert page.evaluate("[picked, hovered]") == [[STEPS // 2], STEPS // 2]
    assert figure.get_attribute("aria-valuenow") == str(STEPS // 2)
    figure.focus()
    for key in ("ArrowRight", "End", "ArrowRight", "Home", "PageUp"):
        page.keyboard.press(key)
    assert page.evaluate("picked") == [6, 7, 12, 12, 0, 1]
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Step length over steps"


def test_another_run_keeps_the_panels_that_it_shares(blank: ExplainPage) -> None:
    page = blank.page
    page.evaluate(CURVES, [[run_of("adam")], STEPS])
    page.evaluate("window.kept = document.querySelector('#curves figure')")
    panels = page.evaluate(CURVES, [[run_of("gd", start=[2.0, 2.0], values={"lr": 1.0})], STEPS])
    assert page.locator("#curves figure").count() == len(panels)
    assert page.evaluate("kept === document.querySelector('#curves figure')")
    page.evaluate("panelsOfRun.move(12)")
    assert "step 12: gd not defined" in page.get_by_role("slider", name="Learning rate").get_attribute(
        "aria-valuetext"
    )


INK = """(canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
  .filter((_, i) => i % 4 === 3).reduce((n, a) => n + (a > 0), 0)"""


def test_the_curves_are_drawn_and_the_cursor_moves(blank: ExplainPage) -> None:
    page = blank.page
    page.evaluate(CURVES, [[run_of("adam")], STEPS])
    below, above = (page.locator("#curves canvas").nth(i) for i in (0, 1))
    assert below.evaluate(INK) > 100
    before = above.evaluate("c => c.toDataURL()")
    page.evaluate("panelsOfRun.move(9)")
    assert above.evaluate("c => c.toDataURL()") != before


def test_schedules_are_known_to_both(blank: ExplainPage) -> None:
    runs = [run_of("gd", schedule=key) for key in SCHEDULES]
    for run, found in zip(runs, told(blank.page, runs), strict=True):
        assert same(found["rates"], in_python(run)[1].rates)
