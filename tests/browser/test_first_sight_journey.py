"""The bench is there before Streamlit begins, answers at once, and is taken over where it stands."""

from playwright.sync_api import Page, Route, expect

from optviz.settings.experiment import Experiment
from tests.browser.stage import Stage
from tests.browser.test_trajectories_journeys import link

STREAMLIT = "**/static/js/index.*.js"
BOXES = """[".optviz-bench h1", ".stage-place", ".panel-place", ".optviz-stage .main"].map(part => {
  const { x, y, width } = document.querySelector(part).getBoundingClientRect()
  return [x, y, width].map(Math.round) })"""


def held(page: Page) -> list[Route]:
    """Hold back Streamlit's own script, as a slow network may."""
    kept: list[Route] = []
    page.route(STREAMLIT, lambda route: kept.append(route))
    return kept


def released(page: Page, kept: list[Route]) -> None:
    for route in kept:
        route.continue_()
    page.unroute(STREAMLIT)


def first_sight(page: Page, address: str) -> list[Route]:
    kept = held(page)
    page.goto(address, wait_until="commit")
    expect(page.locator("#optviz-first .optviz-stage.ready")).to_be_visible(timeout=30_000)
    expect(page.locator(".optviz-panel[data-drawn]")).to_be_visible()
    assert page.locator("[data-testid=stApp]").count() == 0, "Streamlit has not begun"
    return kept


def test_the_bench_answers_before_streamlit_and_stays_where_it_is(server, visitors) -> None:
    page = visitors().page
    kept = first_sight(page, link(server, Experiment().on("bowl")))
    expect(page.locator("h1")).to_have_text("Bowl")
    stage = Stage(page)
    stage.panel.type("Steps", "77")
    expect(page.locator(".optviz-stage .readout")).to_contain_text("of 77")
    stage.until(lambda: stage.experiment().steps == 77)
    before = page.evaluate(BOXES)
    released(page, kept)
    expect(page.locator("#optviz-first")).to_have_count(0, timeout=30_000)
    page.wait_for_timeout(1000)
    assert page.evaluate(BOXES) == before, "nothing has moved"
    assert stage.experiment().steps == 77
    expect(page.locator(".optviz-stage .readout")).to_contain_text("of 77")
    # Streamlit's session knows of the change: what it draws below is that of 77 steps.
    page.get_by_text("Gradient, formulas and code").click()
    expect(page.locator("[data-testid=stCode]").last).to_contain_text("77")
    stage.panel.type("Steps", "88")
    expect(page.locator("[data-testid=stCode]").last).to_contain_text("88")


def test_what_a_link_says_wrongly_is_named_in_streamlits_page(server, visitors) -> None:
    page = visitors().page
    page.goto(f"{server.url}/?v=1&objective=everest")
    expect(page.locator("[data-testid=stAlert]")).to_contain_text("everest", timeout=30_000)
    assert page.locator("#optviz-first").count() == 0


def test_another_page_has_no_bench_of_the_first(server, visitors) -> None:
    page = visitors().page
    page.goto(f"{server.url}/regularization")
    expect(page.locator("h1")).to_have_text("Regularization", timeout=30_000)
    assert page.locator("#optviz-first").count() == 0
