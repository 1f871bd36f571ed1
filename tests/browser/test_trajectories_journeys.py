"""What only a browser shows of the Trajectories page."""

import json
import os
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from optviz.settings.experiment import Entrant, Experiment, encode
from tests.browser.stage import STAGE, Stage, near, no_sideways_scrolling, text_of

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("OPTVIZ_SCREENSHOTS")


def link(server, experiment: Experiment) -> str:
    return f"{server.url}/?{urlencode(encode(experiment))}"


def shoot(page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_a_deep_link_opens_its_experiment_on_a_cold_server(server, visitors) -> None:
    wanted = Experiment(
        "himmelblau", "", (-1.0, -0.5), ((-5.0, 5.0), (-5.0, 5.0)), 120,
        (Entrant.of("gd", lr=0.01), Entrant.of("adam", lr=0.3)), noise=0.5, seed=4,
    )  # fmt: skip
    stage = Stage(visitors().page).open(link(server, wanted))
    assert stage.experiment() == wanted
    assert stage.start() == (-1.0, -0.5)
    assert "Himmelblau" in text_of(stage.page)
    assert stage.read("main.getAttribute('aria-label')").startswith("Contour plot of Himmelblau")
    shoot(stage.page, "himmelblau")


def test_a_click_sets_the_start(server, visitors) -> None:
    stage = Stage(visitors().page).open(server.url)
    stage.click(3, 4)
    stage.until(lambda: near(stage.experiment().start, (3, 4)))
    stage.until(lambda: stage.start() == stage.experiment().start)
    field = stage.page.locator("[data-testid=stNumberInput] input").first
    # The picture is sent before the sidebar.
    stage.until(lambda: float(field.input_value()) == stage.experiment().start[0])


def test_the_start_can_be_dragged_and_paths_follow(server, visitors) -> None:
    stage = Stage(visitors().page).open(server.url)
    before = stage.drawn()
    stage.drag((-5, -2), (2, 3))
    stage.until(lambda: near(stage.experiment().start, (2, 3)))
    stage.until(lambda: stage.start() == stage.experiment().start)
    assert stage.drawn() > before
    assert stage.range() == [-6, 6], "dragging the start does not zoom"


def test_a_click_on_a_curve_sets_the_start_in_one_dimension(server, visitors) -> None:
    stage = Stage(visitors().page).open(link(server, Experiment().on("cosine-wave")))
    stage.click(-4, 0)
    stage.until(lambda: near(stage.experiment().start, (-4,)))
    stage.until(lambda: stage.start()[0] == stage.experiment().start[0])


def test_the_zoom_survives_a_slider(server, visitors) -> None:
    stage = Stage(visitors().page).open(server.url)
    stage.drag((-4, 4), (0, 0))
    stage.until(lambda: stage.range() != [-6, 6])
    zoomed, before = stage.range(), stage.experiment()
    stage.nudge()
    stage.until(lambda: stage.experiment() != before)
    stage.page.wait_for_timeout(500)
    assert stage.range() == pytest.approx(zoomed)
    assert stage.experiment().start == before.start, "a zoom is not a click"


def test_play_pause_step_and_jump(server, visitors) -> None:
    stage = Stage(visitors().page).open(link(server, Experiment(steps=400)))
    assert stage.frame() == 400
    page = stage.page
    page.locator(f"{STAGE} .play").click()
    stage.until(lambda: 10 < stage.frame() < 390)
    page.locator(f"{STAGE} .play").click()
    stopped = stage.frame()
    page.wait_for_timeout(300)
    assert stage.frame() == stopped
    assert len(stage.paths()[1][1]) == stopped + 1, "the path ends at the step that is shown"
    page.locator(STAGE).focus()
    page.keyboard.press("ArrowRight")
    assert stage.frame() == stopped + 1
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert stage.frame() == stopped - 1
    page.keyboard.press("Home")
    assert stage.frame() == 0
    page.keyboard.press("End")
    assert stage.frame() == 400
    page.keyboard.press("Space")
    stage.until(lambda: 0 < stage.frame() < 400)
    page.keyboard.press("Space")
    page.locator(f"{STAGE} .scrub").fill("123")
    assert stage.frame() == 123


def test_a_slider_moved_while_looking_at_a_step_keeps_the_step(server, visitors) -> None:
    stage = Stage(visitors().page).open(server.url)
    stage.page.locator(f"{STAGE} .scrub").fill("7")
    before = stage.drawn()
    stage.nudge()
    stage.until(lambda: stage.drawn() > before)
    assert stage.frame() == 7


def test_a_shared_link_opens_identical_elsewhere(server, visitors) -> None:
    one = Stage(visitors(permissions=["clipboard-read", "clipboard-write"]).page).open(server.url)
    one.click(1.5, -3)
    one.until(lambda: near(one.experiment().start, (1.5, -3)))
    one.nudge(1)
    one.until(lambda: one.experiment().entrants != Experiment().entrants)
    one.page.get_by_role("button", name="Share", exact=True).click()
    expect(one.page.get_by_text("The link is copied.")).to_be_visible()
    expect(one.page.get_by_alt_text("QR code of the link")).to_be_visible()
    shoot(one.page, "share")
    copied = one.page.evaluate("navigator.clipboard.readText()")
    two = Stage(visitors().page).open(copied)
    assert two.experiment() == one.experiment()
    assert json.dumps(two.paths()) == json.dumps(one.paths())
    assert copied.startswith(f"{server.url}/?")


def test_a_reload_restores_the_experiment(server, visitors) -> None:
    stage = Stage(visitors().page).open(server.url)
    stage.nudge()
    stage.until(lambda: stage.experiment() != Experiment())
    before = stage.experiment()
    stage.page.reload()
    stage.wait()
    assert stage.experiment() == before


def test_back_returns_to_the_experiment_before(server, visitors) -> None:
    first, second = Experiment(steps=11), Experiment(steps=22)
    stage = Stage(visitors().page).open(link(server, first))
    stage.open(link(server, second))
    stage.page.go_back()
    stage.wait()
    stage.until(lambda: stage.experiment() == first)


def test_two_tabs_do_not_disturb_each_other(server, visitors) -> None:
    one, two = (Stage(visitors().page).open(server.url) for _ in range(2))
    one.click(4, 4)
    one.until(lambda: near(one.experiment().start, (4, 4)))
    two.page.wait_for_timeout(500)
    assert two.experiment() == Experiment()
    assert two.start() == (-5, -2)


def test_a_formula_is_typed_and_a_bad_one_keeps_the_picture(server, visitors) -> None:
    stage = Stage(visitors().page).open(link(server, Experiment().on("formula", "x^2 + y^2")))
    field = stage.page.get_by_role("textbox", name="Formula in x")
    field.fill("(x^2 - 1)^2 + y^2")
    field.press("Enter")
    stage.until(lambda: stage.experiment().formula == "(x^2 - 1)^2 + y^2")
    field.fill("x.__class__")
    field.press("Enter")
    expect(stage.page.get_by_text("is not allowed")).to_be_visible()
    assert stage.experiment().formula == "(x^2 - 1)^2 + y^2"
    assert field.input_value() == "x.__class__"
    shoot(stage.page, "bad-formula")


def test_a_mangled_link_gets_a_notice_and_a_picture(server, visitors) -> None:
    address = f"{server.url}/?v=9&objective=everest&steps=NaN&o1=gd_lr_inf&start=%00&{'z' * 3000}=1"
    stage = Stage(visitors().page).open(address)
    text = text_of(stage.page)
    assert "is of version “9”" in text
    assert "“everest” is unknown" in text
    shoot(stage.page, "mangled")


def test_a_diverging_run_says_so_and_gets_an_arrow(server, visitors) -> None:
    stage = Stage(visitors().page).open(
        link(server, Experiment(steps=20, entrants=(Entrant.of("gd", lr=0.6),)))
    )
    assert "The learning rate 0.6 exceeds 0.5" in text_of(stage.page)
    arrows = stage.read(
        "main.data.filter(t => t.visible && t.text?.[0]?.startsWith('leaves the picture')).length"
    )
    assert arrows == 1
    shoot(stage.page, "diverging")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_follows_the_theme(server, visitors, scheme: str) -> None:
    stage = Stage(visitors(color_scheme=scheme).page).open(server.url)
    stage.until(lambda: stage.read("root.classList.contains('dark')") == (scheme == "dark"))
    ink = stage.read("main._fullLayout.font.color")
    assert ink == ("#e6eaf0" if scheme == "dark" else "#1f2733")
    shoot(stage.page, scheme)


def test_it_works_on_a_phone(server, visitors) -> None:
    phone = visitors(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    stage = Stage(phone.page).open(server.url)
    assert no_sideways_scrolling(stage.page)
    top = stage.page.locator(f"{STAGE} .main").bounding_box()
    assert top["y"] + top["height"] < 844, "the picture is on the first screen"
    assert top["width"] <= 390
    stage.page.touchscreen.tap(*stage.pixel(2, 2))
    stage.until(lambda: near(stage.experiment().start, (2, 2), 0.3))
    shoot(stage.page, "phone")


def test_the_server_sends_its_headers_and_a_cacheable_library(server, visitors) -> None:
    stage = Stage(visitors().page)
    answer = stage.page.goto(server.url)
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    stage.wait()
    source = stage.page.evaluate("[...document.scripts].map(s => s.src).find(s => s.includes('plotly'))")
    bundle = stage.page.request.get(source)
    assert "immutable" in bundle.headers["cache-control"]
    assert bundle.headers["content-encoding"] == "gzip"
