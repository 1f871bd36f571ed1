"""No serious finding of axe on any page, in both themes, and one heading of the first level on each."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from optviz.web.site import PAGES

#: What says that a page is drawn; a page without pictures of ours is named by its own sign.
DRAWN = ".optviz-stage.ready, .optviz-charts.ready, .st-key-class-tools, .st-key-lesson-page, img.sketch"
SHOWN = [
    *(row.path for row in PAGES.values()),
    "lessons?lesson=gd-1d",
    "lessons?plan=step-size",
]
GRAVE = ("serious", "critical")


def findings(page: Page) -> list[str]:
    """What axe finds grave, each with the first element that it is about."""
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in GRAVE]


@pytest.mark.parametrize("path", SHOWN)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(server, visitors, path: str, theme: str) -> None:
    page = visitors(color_scheme=theme).page
    page.goto(f"{server.url}/{path}")
    expect(page.locator(DRAWN).first).to_be_visible(timeout=30_000)
    expect(page.locator("#optviz-first")).to_have_count(0, timeout=30_000)  # Streamlit has taken over
    expect(page.locator("[data-testid=stStatusWidget], [data-testid=stSkeleton]")).to_have_count(0)
    page.evaluate(AXE_SCRIPT)
    assert findings(page) == []
    assert page.locator("h1").count() == 1
