"""Somebody writes an update rule, mends it, drags its slider, and hands it on."""

import re

import pytest
from playwright.sync_api import expect

from optviz.settings.experiment import Entrant
from tests.browser.panel import RATE
from tests.browser.stage import Stage, no_sideways_scrolling, text_of
from tests.browser.test_trajectories_journeys import shoot

pytestmark = pytest.mark.browser
MENDED = """\
# Heavy ball
lr = 0.05 in 0.001..1
pull = 0.7 in 0..0.99
m = pull*m + g
x = x - lr*m"""
WRONG = MENDED.replace("+ g", "+ grad")


def test_a_rule_is_written_mended_dragged_and_handed_on(server, visitors) -> None:
    one = Stage(visitors().page).open(server.url)
    one.panel.add("Your own…")
    rule = one.panel.root.get_by_role("textbox", name="Update rule")
    expect(rule).to_be_focused()
    one.until(lambda: len(one.experiment().entrants) == 4)
    before = one.experiment()

    rule.fill(WRONG)
    expect(one.panel.root.get_by_text("Line 4: “grad” is unknown; the gradient is g.")).to_be_visible()
    expect(one.panel.root.locator(".gutter .wrong")).to_have_text("4")
    shoot(one.page, "rule-mistake")
    rule.press("Control+Enter")
    one.page.wait_for_timeout(300)
    assert one.experiment() == before, "a rule with a mistake is not taken"

    rule.fill(MENDED)
    rule.press("Control+Enter")
    one.until(lambda: one.experiment().entrants[3] == Entrant.own(MENDED))
    expect(one.page.get_by_text(re.compile(r"^Heavy ball \(lr 0.05, pull 0.7\)")).first).to_be_visible()
    expect(one.panel.root.locator(".card").last.locator(".reading math")).to_be_visible()

    with one.panel.answered():
        with one.panel.held("pull") as (x, y):
            seen = one.pictures(lambda share: one.page.mouse.move(x - 40 * share, y))
        assert seen > 5, "the path follows the finger"
    one.until(lambda: dict(one.experiment().entrants[3].values)["pull"] < 0.7)
    shoot(one.page, "rule")

    two = Stage(visitors(viewport={"width": 390, "height": 844}).page).open(one.page.url)
    assert two.experiment() == one.experiment()
    expect(two.panel.root.get_by_role("textbox", name="Update rule")).to_have_value(MENDED)
    assert two.panel.optimizers()[3] == "Heavy ball"
    assert "Heavy ball (lr 0.05, pull " in text_of(two.page)
    assert no_sideways_scrolling(two.page)
    assert two.panel.slider(RATE, 3).is_visible()
    two.panel.add("Your own…")
    added = two.panel.root.get_by_role("textbox", name="Update rule").nth(1)
    expect(added).to_be_focused()
    picture, text = two.page.locator(".stage-place").bounding_box(), added.bounding_box()
    assert text["y"] >= picture["y"] + picture["height"], "the text is not behind the picture"
    shoot(two.page, "rule-phone")
