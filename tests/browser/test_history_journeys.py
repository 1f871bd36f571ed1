"""Back and Forward, Undo and Redo: one entry of the browser's history for each change, on every page."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from optviz.lessons.networks import COURSE
from optviz.settings.experiment import Experiment
from optviz.settings.maps import DEFAULTS, encode
from tests.browser.maps import MapsPage
from tests.browser.panel import PanelOfPage
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser
#: A number of each page.
NUMBERS = {
    "": "Steps",
    "maps?map=stability": "Steps",
    "minibatches": "Epochs",
    "activations?view=dying": "Learning rate",
    "regularization": "Degree",
    "train": "Batch size",
}


@pytest.fixture
def page(visitors) -> Page:
    return visitors().page


@pytest.mark.parametrize("path", NUMBERS)
def test_each_change_is_one_entry_and_back_undoes_it(server, page: Page, path: str) -> None:
    page.goto(f"{server.url}/{path}")
    panel, label = PanelOfPage(page).wait(), NUMBERS[path]
    field = panel.field(label)
    panel.until(lambda: "v=1" in page.url)
    seen = [(page.url, field.input_value())]
    for _ in range(2):
        with panel.answered():
            panel.nudge(label)
        seen.append((page.url, field.input_value()))
    assert len(set(seen)) == 3
    entries = panel.entries()

    def shows(place: int) -> None:
        panel.until(lambda: (page.url, field.input_value()) == seen[place])
        assert panel.entries() == entries

    page.go_back()
    shows(1)
    page.go_back()
    shows(0)
    page.go_forward()
    shows(1)
    page.go_forward()
    shows(2)
    page.reload()
    panel.wait()
    shows(2)


def test_a_drag_of_the_ring_is_one_entry_and_an_immediate_back_undoes_it(server, page: Page) -> None:
    stage = Stage(page).open(server.url)
    with stage.panel.answered():
        stage.drag((-5, -2), (2, 3))
    page.go_back()
    stage.until(lambda: stage.experiment() == Experiment())
    stage.until(lambda: stage.start() == Experiment().start)
    page.wait_for_timeout(1000)
    assert stage.experiment() == Experiment(), "what was undone stays undone"
    assert stage.panel.field("Start: x").input_value() == "-5"


def test_undo_and_redo_by_button_and_by_key(server, page: Page) -> None:
    stage = Stage(page).open(server.url)
    panel = stage.panel
    with panel.answered():
        panel.choose("Optimizer 1", "Lion")
    with panel.answered():
        panel.type("Steps", "70")
    with panel.answered():
        panel.press("Undo")
    assert (stage.experiment().steps, panel.optimizers()[0]) == (Experiment().steps, "Lion")
    with panel.answered():
        page.keyboard.press("Control+z")
    assert stage.experiment() == Experiment()
    with panel.answered():
        panel.press("Redo")
    assert stage.experiment().entrants[0].optimizer == "lion"
    with panel.answered():
        page.keyboard.press("Control+y")
    assert stage.experiment().steps == 70
    with panel.answered():
        panel.press("Reset")
    assert stage.experiment() == Experiment()


def test_back_from_what_a_lesson_opened_returns_to_the_lesson_in_one_step(server, page: Page) -> None:
    page.goto(f"{server.url}/lessons?lesson=momentum")
    heading = page.get_by_role("heading", name=COURSE["momentum"].title, exact=True)
    expect(heading).to_be_visible(timeout=20_000)
    lesson, entries = page.url, page.evaluate("history.length")
    page.get_by_role("link", name="Open it on Trajectories").click()
    stage = Stage(page)
    stage.wait()
    stage.until(lambda: "objective=" in page.url)
    assert stage.panel.entries() == entries + 1
    page.go_back()
    expect(heading).to_be_visible(timeout=20_000)
    assert page.url == lesson


@pytest.mark.parametrize("formula", ["", "x**2 + 3*y**2"])
def test_back_from_what_a_map_opened_returns_to_that_map_in_one_step(server, page, formula: str) -> None:
    settings = replace(DEFAULTS["stability"], resolution=40, steps=60)
    settings = settings.on("formula", formula) if formula else settings
    page.goto(f"{server.url}/maps?{urlencode(encode(settings))}")
    maps = MapsPage(page, server.url).wait()
    maps.until(lambda: maps.columns("stability") == 40)
    address, entries = page.url, maps.panel.entries()
    page.mouse.click(*maps.pixel("stability", 0.2, 0.5))
    stage = Stage(page)
    stage.wait()
    stage.until(lambda: "map=" not in page.url)
    opened = stage.experiment()
    assert opened.formula == formula
    assert stage.panel.entries() == entries + 1
    page.go_back()
    maps.wait()
    maps.until(lambda: maps.columns("stability") == 40)
    assert page.url == address
    page.go_forward()
    stage.wait()
    stage.until(lambda: "map=" not in page.url)
    assert stage.experiment() == opened
