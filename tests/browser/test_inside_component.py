"""“Look inside a step”, pinned runs, and the player's speed, on the stage without Streamlit."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from optviz.engine import javascript
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.rule_starters import STARTERS
from optviz.settings.experiment import Entrant, Experiment, encode
from tests.browser.stage_page import StagePage, opened

pytestmark = pytest.mark.browser
GD, ADAM = Entrant.of("gd", lr=0.1), Entrant.of("adam", lr=0.3)
TWO = Experiment(entrants=(GD, ADAM), steps=40)
#: Where the heads of the arrows are: gradient, momentum if there is one, step.
HEADS = (
    "main.data.filter(t => t.name === 'anatomy' && t.mode === 'markers')"
    ".map(t => [Number(t.x[0]), Number(t.y[0])])"
)
GHOSTS = (
    "[main, loss].map(n => n.data.filter(t => t.name.startsWith('pinned')).map(t => [[...t.x], [...t.y]]))"
)


@pytest.fixture
def stage(browser: Browser) -> Iterator[StagePage]:
    with opened(browser) as page:
        yield page


def looking(stage: StagePage, experiment: Experiment = TWO, run: int = 0) -> StagePage:
    """Open the fold and choose a run."""
    stage.show(experiment, engine=javascript.source())
    stage.page.get_by_text("Look inside a step").click()
    stage.page.locator(".inside .runs button").nth(run).click()
    return stage


def title(stage: StagePage):
    return stage.page.locator(".inside .explanation h3")


def test_the_fold_costs_nothing_while_it_is_closed_and_is_remembered(stage: StagePage) -> None:
    asked: list[str] = []
    stage.page.on("request", lambda request: asked.append(request.url))
    stage.show(TWO, engine=javascript.source())
    assert not any("/inside.mjs" in url or "/steps.js" in url for url in asked)
    stage.page.get_by_text("Look inside a step").click()
    expect(title(stage)).to_have_text("Step 40 of Gradient descent")
    assert sum("/inside.mjs" in url or "/steps.js" in url for url in asked) == 2
    stage.page.locator(".inside .chosen").get_by_text("Gradient norm").click()
    stage.page.evaluate("unmount()")
    stage.show(TWO)
    expect(title(stage)).to_have_text("Step 40 of Gradient descent")
    expect(stage.page.locator(".inside .chosen").get_by_text("Gradient norm")).to_have_attribute(
        "aria-pressed", "false"
    )


def test_one_cursor_moves_picture_curves_and_explanation(stage: StagePage) -> None:
    looking(stage, run=1)
    points = TWO.run()[1].points
    box = stage.read("[main, loss].map(n => n.getBoundingClientRect().x)")
    place = stage.read(
        "((a, box) => [box.left + a.xaxis._offset + a.xaxis.d2p(5), box.top + a.yaxis._offset + 30])"
        "(loss._fullLayout, loss.getBoundingClientRect())"
    )
    stage.page.mouse.click(*place)
    assert stage.read("root.dataset.frame") == "5"
    expect(title(stage)).to_have_text("Step 5 of Adam")
    stage.settle()
    *_, step = stage.read(HEADS)
    assert step == pytest.approx(points[5].tolist(), abs=1e-6), "the step ends at the point of the cursor"
    gradient, momentum = stage.read(HEADS)[:2]
    assert gradient != pytest.approx(momentum)
    plot = stage.page.locator(".inside .curves .plot").first
    width = plot.bounding_box()["width"]
    plot.click(position={"x": width / 4, "y": 20})
    expect(title(stage)).to_have_text("Step 10 of Adam")
    stage.page.get_by_role("button", name="Next step").click()
    expect(title(stage)).to_have_text("Step 11 of Adam")
    assert stage.page.locator(".inside .curves figure").first.get_attribute("aria-valuenow") == "11"
    stage.page.get_by_label("Arrows on the picture").uncheck()
    stage.settle()
    assert stage.read(HEADS) == []
    assert stage.read("[main, loss].map(n => n.getBoundingClientRect().x)") == box


def test_the_explanation_follows_a_draft_and_waits_while_it_plays(stage: StagePage) -> None:
    looking(stage, replace(TWO, steps=60))
    stage.page.locator(".scrub").fill("3")
    stage.draft(o1="gd_lr_0.25")
    expect(stage.page.locator(".inside .given")).to_contain_text("0.25")
    moved = replace(TWO, entrants=(Entrant.of("gd", lr=0.25), ADAM)).run()[0].points
    stage.page.evaluate("optvizPages.get('test').commit({ o1: 'gd_lr_0.25' })")
    stage.settle()
    assert stage.read(HEADS)[-1] == pytest.approx(moved[3].tolist(), abs=1e-6)
    stage.page.evaluate(
        "() => { window.changes = 0; new MutationObserver(() => window.changes++).observe("
        "document.querySelector('.inside .explanation'), { childList: true }) }"
    )
    stage.page.get_by_label("Speed").select_option("8")
    stage.page.get_by_role("button", name="Loop").click()
    stage.page.get_by_role("button", name="Play", exact=True).click()
    stage.page.wait_for_function("document.querySelector('.optviz-stage').dataset.frame === '60'")
    stage.page.wait_for_function("Number(document.querySelector('.optviz-stage').dataset.frame) < 60")
    assert stage.read("root.dataset.playing") == "true", "a loop begins again"
    assert stage.page.evaluate("changes") == 0
    stage.page.get_by_role("button", name="Pause").click()
    expect(title(stage)).to_have_text(re.compile(f"Step {stage.read('root.dataset.frame')} |^$"))
    assert stage.page.evaluate("changes") <= 1


def test_a_rule_of_ones_own_is_drawn_live_and_explained(stage: StagePage) -> None:
    own = Entrant.own(STARTERS["momentum"].text)
    looking(stage, Experiment(entrants=(own,), steps=30))
    stage.page.locator(".scrub").fill("2")
    expect(title(stage)).to_contain_text("Step 2 of")
    faster = Experiment(entrants=(own.having(lr=2 * dict(own.values)["lr"]),), steps=30)
    stage.draft(o1=encode(faster)["o1"])
    stage.page.evaluate("text => optvizPages.get('test').commit({ o1: text })", encode(faster)["o1"])
    stage.settle()
    assert stage.read(HEADS)[-1] == pytest.approx(faster.run()[0].points[2].tolist(), abs=1e-6)


def test_a_step_that_asks_for_several_gradients_explains_each_and_draws_it_where_it_was_asked(
    stage: StagePage,
) -> None:
    experiment = Experiment(entrants=(Entrant.of("sam", rho=2.0), GD), steps=20)
    looking(stage, experiment)
    stage.page.locator(".scrub").fill("2")
    expect(title(stage)).to_have_text("Step 2 of SAM")
    x = experiment.run()[0].points[1]
    slope = np.array(OBJECTIVES["ravine"].gradient_at(*x))
    y = x + 2.0 * slope / np.linalg.norm(slope)
    expect(stage.page.locator(".inside .explanation")).to_contain_text("Gradient at the worst point.")
    stage.page.locator(".inside .arrows").check()
    stage.settle()
    begun = "main.data.filter(t => t.name === 'anatomy' && t.mode === 'lines').map(t => [t.x[0], t.y[0]])"
    starts = stage.read(begun)
    for point in (x, y):
        assert any(start == pytest.approx(point.tolist(), abs=1e-9) for start in starts)


def test_pinned_runs_stay_as_ghosts_until_another_landscape(stage: StagePage) -> None:
    before = replace(TWO, entrants=(GD,))
    stage.show(before, engine=javascript.source())
    stage.page.get_by_role("button", name="Pin", exact=True).click()
    stage.show(replace(before, entrants=(Entrant.of("gd", lr=0.3),), steps=10))
    stage.settle()
    (path, _), (height,) = stage.read(GHOSTS)
    points = before.run()[0].points
    assert path[0] == pytest.approx(points[:, 0].tolist(), rel=1e-6)
    assert len(height[0]) == 41, "the whole run, although the new one is shorter"
    expect(stage.page.locator(".pinned")).to_contain_text("Gradient descent (lr 0.1)")
    stage.page.get_by_role("button", name="Unpin").click()
    stage.settle()
    assert stage.read(GHOSTS) == [[], []]
    stage.page.get_by_role("button", name="Pin", exact=True).click()
    stage.show(Experiment().on("himmelblau"))
    expect(stage.page.locator(".note")).to_contain_text("another landscape, so they were unpinned")
    expect(stage.page.locator(".pinned")).to_be_hidden()
