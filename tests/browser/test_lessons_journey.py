"""Through the whole gallery in one browser: each card opens, and its picture is there."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from optviz.lessons.networks import COURSE
from optviz.settings import experiment as experiments
from tests.browser.stage import STAGE, Stage, no_sideways_scrolling

pytestmark = pytest.mark.browser
PICTURES = "document.querySelectorAll('img.sketch')"
LOADED = f"[...{PICTURES}].every(image => image.complete && image.naturalWidth > 0)"
BROKEN = "[data-testid=stException]"


def gallery(page: Page, server) -> None:
    page.goto(f"{server.url}/lessons")
    expect(page.locator("img.sketch")).to_have_count(len(COURSE), timeout=30_000)


def heading(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible(timeout=20_000)


def test_every_card_opens_its_lesson_and_has_its_picture(server, visitors) -> None:
    page = visitors().page
    gallery(page, server)
    assert page.evaluate(LOADED), "every picture of the gallery can be drawn"
    first, *rest = COURSE.values()
    page.get_by_role("button", name="Open", exact=True).first.click()
    heading(page, first.title)
    for lesson in rest:  # the same way that a student goes: Next, to the end
        page.get_by_role("button", name="Next", exact=True).click()
        heading(page, lesson.title)
        expect(page.locator(".optviz-charts.ready").first).to_be_visible(timeout=30_000)
        assert dict(parse_qsl(urlsplit(page.url).query)) == {"lesson": lesson.key}
        assert page.locator(BROKEN).count() == 0
    expect(page.get_by_role("button", name="Next", exact=True)).to_be_disabled()


def test_a_lesson_opens_the_live_page_in_exactly_that_state(server, visitors) -> None:
    page = visitors().page
    page.goto(f"{server.url}/lessons?lesson=momentum")
    heading(page, COURSE["momentum"].title)
    page.get_by_role("link", name="Open it on Trajectories").click()
    stage = Stage(page)
    stage.wait()
    wanted, _ = experiments.decode(COURSE["momentum"].link)
    stage.until(lambda: "objective=" in page.url)
    assert stage.experiment() == wanted
    expect(page.get_by_text("Lesson 8 · Momentum to the rescue")).to_be_visible()
    page.get_by_role("link", name="Back to the lesson").click()
    heading(page, COURSE["momentum"].title)


def test_an_answer_brings_its_reason_and_what_is_tried_is_recognised(server, visitors) -> None:
    page = visitors().page
    page.goto(f"{server.url}/lessons?lesson=gd-ravine")
    heading(page, COURSE["gd-ravine"].title)
    page.get_by_text("It diverges", exact=True).click()
    expect(page.get_by_text("Right.", exact=True)).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="Open it on Trajectories").click()
    stage = Stage(page)
    stage.wait()
    rate = page.get_by_role("textbox", name=re.compile("learning rate")).first
    rate.fill("0.51")
    rate.press("Enter")
    expect(page.get_by_text("You found it.")).to_be_visible(timeout=20_000)
    assert "from=gd-ravine" in page.url
    page.get_by_role("link", name="Next lesson").click()
    heading(page, COURSE["gd-ravine-diverges"].title)


@pytest.mark.parametrize("key", ["gradient_descent_kinds", "softmax", "weight_decay", "edge", "mnist_mlp"])
def test_a_lesson_opens_the_other_pages_too(server, visitors, key: str) -> None:
    page, lesson = visitors().page, COURSE[key]
    page.goto(f"{server.url}/lessons?lesson={key}")
    heading(page, lesson.title)
    page.get_by_role("link", name=re.compile("^Open it on")).click()
    expect(page).to_have_url(re.compile(f"/{lesson.page}\\?"), timeout=20_000)
    expect(page.locator(f"{STAGE}.ready, .optviz-charts.ready").first).to_be_visible(timeout=30_000)
    expect(page.locator(BROKEN)).to_have_count(0)
    expect(page.locator("[data-testid=stAlertContentWarning]")).to_have_count(0)


def test_the_mini_batches_play_and_the_line_follows(server, visitors) -> None:
    page = visitors().page
    page.goto(f"{server.url}/minibatches")
    stage = Stage(page)
    stage.wait()

    def line() -> list[float]:
        return stage.read("Array.from(root.querySelector('.side').data.at(-1).y)")

    end = line()
    page.locator(f"{STAGE} .scrub").fill("0")
    stage.until(lambda: line() == [0, 0])
    expect(page.locator(f"{STAGE} .readout")).to_contain_text("example 0 of 5000")
    page.locator(f"{STAGE} .last").click()
    stage.until(lambda: line() == end)
    stage.click(4, 4)
    stage.until(lambda: "start=0.0_0.0" not in page.url)
    stage.until(lambda: stage.start() != (0, 0))


def test_lessons_and_mini_batches_fit_a_phone(server, visitors) -> None:
    page = visitors(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).page
    gallery(page, server)
    assert no_sideways_scrolling(page)
    page.goto(f"{server.url}/minibatches")
    Stage(page).wait()
    assert no_sideways_scrolling(page)
