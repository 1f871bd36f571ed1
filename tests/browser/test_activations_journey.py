"""What only a browser shows of the pages on activations, losses and regularization."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from optviz.settings import regularization as regularization_settings
from optviz.settings.activations import ActivationSettings
from optviz.settings.link import Settings, fields_of
from tests.browser.panel import PanelOfPage
from tests.browser.stage import no_sideways_scrolling

pytestmark = pytest.mark.browser


def names(settings: type[Settings]) -> dict[str, str]:
    """What the views of a page are called, by key."""
    (view,) = (field for field in fields_of(settings) if field.name == "view")
    return view.choices


def drawn(page: Page, chart: str) -> None:
    """Wait until a chart of that key is there with its lines."""
    plot = page.locator(f".optviz-charts.ready [data-chart='{chart}'] .plot")
    expect(plot.locator(".main-svg").first).to_be_visible(timeout=30_000)
    assert plot.get_attribute("aria-label")


def choose(page: Page, view: str) -> None:
    PanelOfPage(page).pick(view)


def test_every_picture_of_activations_and_losses_is_there(server, visitors) -> None:
    page = visitors().page
    page.goto(f"{server.url}/activations")
    drawn(page, "functions.derivatives")
    charts = {
        "dying": "dying.dead",
        "chain": "chain.gradients",
        "softmax": "softmax.bars",
        "entropy": "entropy.sums",
        "errors": "errors.squared",
        "coin": "coin.loss",
        "classes": "classes.binary",
        "duel": "duel.error",
    }
    for view, chart in charts.items():
        choose(page, names(ActivationSettings)[view])
        drawn(page, chart)
        expect(page.locator("[data-chart='functions.derivatives']")).to_have_count(0)
        page.wait_for_url(f"**view={view}**")
    # The training opens in exactly the state that was promised.
    page.get_by_role("link", name="MNIST with cross entropy, on Train live").click()
    page.wait_for_url("**/train?**")
    assert parse_qs(urlsplit(page.url).query)["loss"] == ["cross_entropy"]
    drawn(page, "network")


def test_regularization_on_a_phone(server, visitors) -> None:
    page = visitors(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True).page
    settings = regularization_settings.shown_at("decay", penalty=1.0)
    page.goto(f"{server.url}/regularization?{urlencode(regularization_settings.encode(settings))}")
    for view, chart in (
        ("decay", "decay.weights"),
        ("constraint", "constraint.l1"),
        ("dropout", "dropout.network"),
        ("fitting", "fitting.errors"),
    ):
        choose(page, names(regularization_settings.RegularizationSettings)[view])
        drawn(page, chart)
        assert no_sideways_scrolling(page)
