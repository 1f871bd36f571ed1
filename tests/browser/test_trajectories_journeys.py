"""What only a browser shows of the Trajectories page."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from optviz.figures.rate_words import rate_sentences, search_sentence
from optviz.settings.experiment import Entrant, Experiment, encode
from optviz.web.trajectories.headline import headline
from tests.browser.conftest import Server
from tests.browser.panel import RATE
from tests.browser.stage import STAGE, Stage, near, no_sideways_scrolling, text_of

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("OPTVIZ_SCREENSHOTS")
#: The kind of what has the focus if it is a slider, and what a screen reader calls it.
FOCUSED = """(() => { let node = document.activeElement
    while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
    const label = node?.getRootNode().getElementById?.(node.getAttribute("aria-labelledby"))
    const name = node?.getAttribute("aria-label") ?? label?.textContent ?? node?.labels?.[0]?.textContent
    return (node?.type === "range" ? "slider " : "") + (name ?? "") })()"""


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
    field = stage.panel.root.get_by_role("textbox", name="Start: x")
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
    for label in (RATE, "Steps"):
        drawn = stage.drawn()
        stage.panel.nudge(label)
        stage.until(lambda drawn=drawn: stage.drawn() > drawn)
        assert stage.range() == pytest.approx(zoomed)
    assert stage.experiment().steps != before.steps
    assert stage.experiment().start == before.start, "a zoom is not a click"


def test_a_card_finds_a_good_rate_and_says_how_and_undo_takes_it_back(server, visitors) -> None:
    usual = Experiment()
    stage = Stage(visitors().page).open(server.url)
    card = stage.page.locator(".card").nth(1)
    stage.page.get_by_role("button", name="Find a good rate for Momentum (2)").click()
    expect(card.get_by_role("status")).to_have_text(search_sentence(usual, 2))
    best = usual.search(usual.entrants[1]).best
    stage.until(lambda: dict(stage.experiment().entrants[1].values)["lr"] == best)
    stage.panel.press("Undo")
    stage.until(lambda: stage.experiment() == usual)
    expect(card.get_by_role("status")).to_have_text(search_sentence(usual, 2))
    stage.panel.type("Steps", "30")
    expect(card.get_by_role("status")).to_have_count(0)  # it told of another number of steps


def test_each_ones_best_is_shown_and_said_and_follows_a_finger(server, visitors) -> None:
    sam = Experiment(entrants=(Entrant.of("gd", lr=0.01), Entrant.of("sam", lr=0.01)), steps=40)
    stage = Stage(visitors().page).open(link(server, sam))
    stage.page.get_by_role("radio", name="Each one's best").check()
    best = replace(sam, rates="best")
    stage.until(lambda: stage.experiment() == best)
    expect(stage.page.locator(".headline")).to_have_text(headline(best, best.run()))
    for place, said in enumerate(rate_sentences(best).values()):
        expect(stage.page.locator(".card").nth(place).get_by_role("status")).to_have_text(said)
    assert len(stage.paths()[0][1]) == 41
    before = stage.paths()
    with stage.panel.held("radius") as (x, y):
        assert stage.pictures(lambda share: stage.page.mouse.move(x + 40 * share, y), moves=6) > 2
    assert stage.paths()[1] != before[1]
    assert stage.paths()[0] == before[0]
    stage.panel.unfold("Schedule, noise, view")
    stage.page.get_by_role("radio", name="Gradient evaluations").check()
    stage.until(lambda: stage.read("root.querySelector('.loss').layout.xaxis.range[1] === 80"))
    expect(stage.page.locator(".budget")).to_contain_text("against gradient evaluations, not against steps.")


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
    stage.panel.nudge(RATE)
    stage.until(lambda: stage.drawn() > before)
    assert stage.frame() == 7


def test_a_shared_link_opens_identical_elsewhere(server, visitors) -> None:
    one = Stage(visitors(permissions=["clipboard-read", "clipboard-write"]).page).open(server.url)
    one.click(1.5, -3)
    one.until(lambda: near(one.experiment().start, (1.5, -3)))
    with one.panel.answered():
        one.panel.nudge(RATE)
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
    with stage.panel.answered():
        stage.panel.nudge("Steps")
    before = stage.experiment()
    assert before != Experiment()
    stage.page.reload()
    stage.wait()
    assert stage.experiment() == before
    assert stage.panel.field("Steps").input_value() == str(before.steps)


def test_two_tabs_do_not_disturb_each_other(server, visitors) -> None:
    visitor = visitors()
    one = Stage(visitor.page).open(server.url)
    two = Stage(visitor.context.new_page()).open(server.url)
    one.click(4, 4)
    one.until(lambda: near(one.experiment().start, (4, 4)))
    two.panel.type("Steps", "77")
    two.until(lambda: two.experiment().steps == 77)
    one.panel.remove(1)
    one.until(lambda: len(one.experiment().entrants) == 2)
    two.panel.add("Lion")
    two.until(lambda: len(two.experiment().entrants) == 4)
    for stage in (one, two):
        stage.page.reload()
        stage.wait()
    assert near(one.experiment().start, (4, 4))
    assert (one.experiment().steps, len(one.experiment().entrants)) == (Experiment().steps, 2)
    assert two.experiment().start == Experiment().start
    assert two.experiment().entrants == (*Experiment().entrants, Entrant.of("lion"))
    assert two.experiment().steps == 77


def test_a_dragged_slider_and_a_dragged_start_show_many_pictures_before_the_release(server, visitors) -> None:
    stage = Stage(visitors().page).open(server.url)
    page, before = stage.page, stage.page.url
    stage.until(lambda: page.evaluate("Boolean(window.optvizEngine)"))
    with stage.panel.answered(), stage.panel.held(RATE) as (x, y):
        assert stage.pictures(lambda share: page.mouse.move(x - 60 * share, y)) > 10
        assert page.url == before, "nothing is sent before the release"
    assert stage.experiment().entrants[0] != Experiment().entrants[0]
    begin, end = stage.pixel(-5, -2), stage.pixel(2, 3)
    with stage.panel.answered():
        page.mouse.move(*begin)
        page.mouse.down()
        assert (
            stage.pictures(
                lambda s: page.mouse.move(*(a + s * (b - a) for a, b in zip(begin, end, strict=True)))
            )
            > 10
        )
        page.mouse.up()
    assert near(stage.experiment().start, (2, 3))


def test_with_the_keyboard_alone(server, visitors) -> None:
    stage = Stage(visitors().page).open(server.url)
    keys, panel = stage.page.keyboard, stage.panel

    def reach(name: str) -> None:
        """Press Tab until the focus is on what a screen reader calls so."""
        for _ in range(120):
            keys.press("Tab")
            if re.search(name, stage.page.evaluate(FOCUSED)):
                return
        raise AssertionError(f"Tab never comes to {name}")

    reach("Optimizer 1")
    keys.type("adagrad")
    with panel.answered():
        keys.press("Enter")
    assert stage.experiment().entrants[0].optimizer == "adagrad"
    reach(f"^slider .*{RATE}")
    rate = dict(stage.experiment().entrants[0].values)["lr"]
    with panel.answered():
        keys.press("ArrowRight")
    assert dict(stage.experiment().entrants[0].values)["lr"] > rate
    reach("Add an optimizer")
    keys.type("lion")
    with panel.answered():
        keys.press("Enter")
    assert [e.optimizer for e in stage.experiment().entrants][3:] == ["lion"]
    reach("^slider Steps")
    keys.press("Tab")
    keys.type("33")
    with panel.answered():
        keys.press("Enter")
    assert stage.experiment().steps == 33
    with panel.answered():
        keys.press("Control+z")
    assert stage.experiment().steps == Experiment().steps
    assert len(stage.experiment().entrants) == 4


def test_a_number_that_is_refused_says_so_at_its_field_and_keeps_what_was_typed(server, visitors) -> None:
    stage = Stage(visitors().page).open(server.url)
    for typed, said in (("9999", "2000"), ("many", "number")):
        field = stage.panel.type("Steps", typed)
        expect(stage.panel.refusal(field)).to_contain_text(said)
        assert field.input_value() == typed
        assert field.get_attribute("aria-invalid") == "true"
    assert stage.experiment() == Experiment()
    with stage.panel.answered():
        field = stage.panel.type("Steps", "60")
    expect(stage.panel.refusal(field)).to_be_hidden()
    assert stage.experiment().steps == 60


def test_500_moves_of_a_finger_leave_nothing_behind(server, visitors) -> None:
    stage = Stage(visitors().page).open(server.url)
    client = stage.page.context.new_cdp_session(stage.page)
    client.send("Performance.enable")

    def drags(count: int) -> None:
        """Some drags of fifty moves each, there and back."""
        for i in range(count):
            drawn = stage.drawn()
            with stage.panel.held(RATE) as (x, y):
                for j in range(50):
                    stage.page.mouse.move(x + (1 if i % 2 else -1) * j, y)
            stage.until(lambda drawn=drawn: stage.drawn() > drawn)

    def held() -> tuple[float, float]:
        stage.page.wait_for_timeout(300)
        client.send("HeapProfiler.collectGarbage")
        found = {m["name"]: m["value"] for m in client.send("Performance.getMetrics")["metrics"]}
        return found["JSHeapUsedSize"], found["Nodes"]

    drags(4)
    heap, nodes = held()
    drags(10)
    heap_then, nodes_then = held()
    assert nodes_then <= nodes + 200
    assert heap_then <= heap + 3e6


def test_a_server_that_is_killed_and_started_again_restores_the_page_from_its_link(browser, visitors) -> None:
    server, visitor = Server(), visitors()
    try:
        stage = Stage(visitor.page).open(server.url)
        with stage.panel.answered():
            stage.panel.type("Steps", "44")
        server.kill()
        server.start()
        expect(stage.page.get_by_test_id("stConnectionStatus")).to_have_count(0, timeout=60_000)
        with stage.panel.answered():
            stage.panel.nudge(RATE)
        after = stage.experiment()
        assert after.steps == 44, "the new server knows only the link"
        assert after.entrants != Experiment().entrants
        stage.page.reload()
        stage.wait()
        assert stage.experiment() == after
        assert stage.frame() == 44
        visitor.complaints.clear()  # a browser complains while the server is away
    finally:
        server.stop()


def test_a_formula_is_typed_and_a_bad_one_keeps_the_picture(server, visitors) -> None:
    stage = Stage(visitors().page).open(link(server, Experiment().on("formula", "x^2 + y^2")))
    field = stage.panel.field("Formula in x")
    field.fill("(x^2 - 1)^2 + y^2")
    reading = stage.page.locator(".reading math")
    said = "open parenthesis x squared minus 1 close parenthesis squared plus y squared"
    expect(reading).to_have_attribute("aria-label", said)
    assert stage.experiment().formula == "x^2 + y^2"
    field.press("Enter")
    stage.until(lambda: stage.experiment().formula == "(x^2 - 1)^2 + y^2")
    field.fill("x.__class__")
    field.press("Enter")
    expect(stage.page.get_by_role("alert").get_by_text("is not allowed")).to_be_visible()
    assert stage.experiment().formula == "(x^2 - 1)^2 + y^2"
    assert field.input_value() == "x.__class__"
    shoot(stage.page, "bad-formula")


def test_a_first_formula_that_is_refused_stays_in_sight_and_can_be_mended(server, visitors) -> None:
    stage = Stage(visitors().page).open(link(server, Experiment()))
    stage.page.get_by_role("combobox", name="Objective").click()
    stage.page.locator(".option").filter(has_text="formula").first.click()
    field = stage.panel.field("Formula in x")
    field.fill("x.__class__")
    field.press("Enter")
    expect(stage.page.get_by_role("alert").get_by_text("is not allowed")).to_be_visible()
    expect(field).to_be_visible()
    assert field.input_value() == "x.__class__"
    field.fill("x^2 + 3*y^2")
    field.press("Enter")
    stage.until(lambda: stage.experiment().formula == "x^2 + 3*y^2")


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
    assert "lr 0.6 is 1.2 times the stable 0.5" in text_of(stage.page)
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


def test_a_finger_drags_a_slider_and_scrolls_from_one(server, visitors) -> None:
    phone = visitors(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    stage = Stage(phone.page).open(server.url)
    client = stage.page.context.new_cdp_session(stage.page)

    def swipe(x: float, y: float, dx: float, dy: float) -> None:
        client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for i in range(1, 11):
            at = {"x": x + i / 10 * dx, "y": y + i / 10 * dy}
            client.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
            stage.page.evaluate("new Promise(requestAnimationFrame)")
        client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    with stage.panel.answered():
        swipe(*stage.panel.thumb(RATE), -50, 3)
    changed = stage.experiment()
    assert dict(changed.entrants[0].values)["lr"] < 0.4
    scrolled = "document.querySelector('[data-testid=stMain]').scrollTop"
    before = stage.page.evaluate(scrolled)
    x, y = stage.panel.thumb(RATE)
    swipe(x, y, 2, -200)
    stage.until(lambda: stage.page.evaluate(scrolled) > before + 50)
    assert stage.experiment() == changed, "who scrolls changes nothing"


def test_the_server_sends_its_headers_and_a_cacheable_library(server, visitors) -> None:
    stage = Stage(visitors().page)
    answer = stage.page.goto(server.url)
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    stage.wait()
    source = stage.page.evaluate("[...document.scripts].map(s => s.src).find(s => s.includes('plotly'))")
    bundle = stage.page.request.get(source)
    assert "immutable" in bundle.headers["cache-control"]
    assert bundle.headers["content-encoding"] == "gzip"


def test_a_step_is_looked_into_while_its_slider_moves_and_a_pin_is_compared(server, visitors) -> None:
    wanted = Experiment(entrants=(Entrant.of("adam", lr=0.3),), steps=60)
    stage = Stage(visitors().page).open(link(server, wanted))
    page = stage.page
    page.get_by_text("Look inside a step").click()
    page.locator(f"{STAGE} .scrub").fill("4")
    title, given = (page.locator(f".inside .explanation {part}") for part in ("h3", ".given"))
    expect(title).to_have_text("Step 4 of Adam")
    page.get_by_role("button", name="Pin", exact=True).click()
    drawn = stage.drawn()
    stage.panel.nudge(RATE)
    stage.until(lambda: stage.drawn() > drawn)
    rate = dict(stage.experiment().entrants[0].values)["lr"]
    assert rate != 0.3
    expect(given).to_contain_text(f"η{rate:g}")
    expect(page.locator(".pinned")).to_contain_text("Adam (lr 0.3")
    ghost, path = (next(t for t in stage.paths() if t[0].startswith(name)) for name in ("pinned", "Adam"))
    assert ghost[1][1] != path[1][1]
    assert len(path[1]) == 5, "the cursor stays"
