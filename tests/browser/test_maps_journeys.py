"""What only a browser shows of the page Maps."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from optviz.settings.maps import DEFAULTS, KINDS, MapSettings
from tests.browser.maps import MapsPage
from tests.browser.stage import Stage, near, no_sideways_scrolling, text_of

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("OPTVIZ_SCREENSHOTS")
PANELS = {
    "sweep": ["losses", "steps"],
    "stability": ["stability"],
    "basins": ["basin0", "basin1", "basin2"],
    "noise": ["bands"],
}


def shoot(page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def small(kind: str) -> MapSettings:
    return replace(DEFAULTS[kind], resolution=40, seeds=40, steps=60)


def test_every_map_appears_at_a_click_in_the_page_s_colours(server, visitors) -> None:
    maps = MapsPage(visitors(color_scheme="dark").page, server.url).open()
    for kind in ("stability", "basins", "noise", "sweep"):
        maps.panel.pick(KINDS[kind].name)
        maps.until(lambda kind=kind: maps.charts() == PANELS[kind])
        maps.until(lambda kind=kind: maps.settings().kind == kind)
        first = PANELS[kind][0]
        maps.until(lambda first=first: maps.read(first, "plot._fullLayout.font.color") == "#e6eaf0")
        figure = maps.page.locator(f"[data-chart={first}] [role=figure]")
        assert len(figure.get_attribute("aria-label")) > 40
        shoot(maps.page, f"map-{kind}-dark")


def test_a_click_on_the_stability_map_opens_that_pair(server, visitors) -> None:
    maps = MapsPage(visitors().page, server.url).open(small("stability"))
    maps.until(lambda: maps.columns("stability") == 40)
    shoot(maps.page, "map-stability")
    maps.page.mouse.click(*maps.pixel("stability", 0.2, 0.5))
    stage = Stage(maps.page)
    stage.wait()
    stage.until(lambda: "map=" not in maps.page.url)
    entrant = stage.experiment().entrants[0]
    assert entrant.optimizer == "momentum"
    assert near((dict(entrant.values)["lr"], dict(entrant.values)["momentum"]), (0.2, 0.5), 0.03)
    assert stage.experiment().steps == 60


def test_a_click_on_a_basin_runs_all_optimizers_from_there(server, visitors) -> None:
    maps = MapsPage(visitors().page, server.url).open(small("basins"))
    shoot(maps.page, "map-basins")
    maps.page.mouse.click(*maps.pixel("basin1", -2, 3))
    stage = Stage(maps.page)
    stage.wait()
    stage.until(lambda: "map=" not in maps.page.url)
    assert near(stage.experiment().start, (-2, 3), 0.3)
    assert stage.experiment().entrants == small("basins").entrants
    stage.until(lambda: stage.start() == stage.experiment().start)


def test_a_click_on_the_sweep_opens_that_rate_and_a_zoom_does_not(server, visitors) -> None:
    maps = MapsPage(visitors().page, server.url).open(small("sweep"))
    shoot(maps.page, "map-sweep")
    begin, end = maps.pixel("losses", 0.01, 1), maps.pixel("losses", 1, 1e-4)
    maps.page.mouse.move(*begin)
    maps.page.mouse.down()
    maps.page.mouse.move(*end, steps=6)
    maps.page.mouse.up()
    maps.until(lambda: maps.read("losses", "plot._fullLayout.xaxis.range[0]") > -2.5)
    maps.page.wait_for_timeout(400)
    assert "/maps" in maps.page.url
    maps.page.mouse.click(*maps.pixel("losses", 0.1, 0.01))
    stage = Stage(maps.page)
    stage.wait()
    stage.until(lambda: "map=" not in maps.page.url)
    rates = {dict(e.values)["lr"] for e in stage.experiment().entrants}
    assert len(rates) == 1
    assert near((rates.pop(),), (0.1,), 0.03)


def test_a_shared_link_opens_the_same_map_elsewhere(server, visitors) -> None:
    wanted = replace(small("noise"), seed=3)
    one = MapsPage(visitors(permissions=["clipboard-read", "clipboard-write"]).page, server.url).open(wanted)
    one.page.get_by_role("button", name="Share", exact=True).click()
    expect(one.page.get_by_text("The link is copied.")).to_be_visible()
    copied = one.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{server.url}/maps?")
    two = MapsPage(visitors().page, server.url)
    two.page.goto(copied)
    two.wait()
    assert two.settings() == wanted
    line = "Array.from(plot._fullData.at(-1).y)"
    assert two.read("bands", line) == one.read("bands", line)
    shoot(two.page, "map-noise")


def test_a_slow_map_is_coarse_first_can_be_cancelled_and_finished(server, visitors) -> None:
    slow = replace(DEFAULTS["basins"], resolution=400, steps=1500)
    maps = MapsPage(visitors().page, server.url).open(slow)
    assert maps.columns("basin0") == 50
    maps.page.get_by_role("button", name="Cancel").click()
    expect(maps.page.get_by_text("Cancelled.")).to_be_visible(timeout=15_000)
    assert maps.columns("basin0") == 50
    maps.page.get_by_role("button", name="Finish it").click()
    expect(maps.page.get_by_role("button", name="Cancel")).to_be_visible(timeout=15_000)
    maps.panel.type("Cells along each side", "70")
    maps.until(lambda: maps.columns("basin0") == 70, 40)
    expect(maps.page.get_by_role("button", name="Cancel")).not_to_be_visible()


def test_what_cannot_be_shown_is_said_where_one_types(server, visitors) -> None:
    maps = MapsPage(visitors().page, server.url).open(small("sweep"))
    field = maps.panel.type("from", "10")
    expect(maps.panel.root.get_by_text("must go from a smaller to a larger number")).to_be_visible()
    assert field.input_value() == "10"
    assert maps.settings() == small("sweep")
    assert "losses" in maps.charts()


def test_half_a_plane_without_values_is_hatched_and_said(server, visitors) -> None:
    half = replace(small("basins").on("formula", "sqrt(x)*(x - 3)^2 + y^2"), steps=30)
    maps = MapsPage(visitors().page, server.url).open(half)
    assert "Hatched: f has no finite value there" in text_of(maps.page)
    shoot(maps.page, "map-hatched")


def test_maps_work_on_a_phone(server, visitors) -> None:
    phone = visitors(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    maps = MapsPage(phone.page, server.url).open(small("stability"))
    assert no_sideways_scrolling(maps.page)
    box = maps.page.locator("[data-chart=stability] .plot").bounding_box()
    assert box["width"] <= 390
    maps.page.touchscreen.tap(*maps.pixel("stability", 0.1, 0.8))
    stage = Stage(maps.page)
    stage.wait()
    stage.until(lambda: "map=" not in maps.page.url)
    assert near((dict(stage.experiment().entrants[0].values)["momentum"],), (0.8,), 0.05)


def test_curvature_follows_the_player_and_references_wait_until_asked_for(server, visitors) -> None:
    stage = Stage(visitors().page).open(server.url)
    page = stage.page
    assert "Eigenvalues" not in text_of(page)
    page.get_by_text("Curvature and stable learning rates").click()
    expect(page.get_by_text("step 200 (").first).to_be_visible()
    page.locator(".optviz-stage .scrub").fill("7")
    expect(page.get_by_text("step 7 (").first).to_be_visible()
    assert "0.4 = 0.8 × the stable limit" in text_of(page)
    page.get_by_text("Compare with reference methods").click()
    expect(page.get_by_text("3 steps, 4 values + 4 gradients + 4 Hessians")).to_be_visible()
    shoot(page, "curvature")
