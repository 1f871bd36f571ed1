"""What only a browser shows of Train live: the chart grows, others watch, and a restart loses nothing."""

import csv
import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete

from optviz.engine.rule_starters import STARTERS
from optviz.runs.schema import RUNS
from optviz.runs.store import Store
from optviz.training.config import TrainingConfig, decode
from optviz.training.rivals import rival
from tests.browser.charts import TrainPage
from tests.browser.conftest import Server
from tests.browser.stage import no_sideways_scrolling

pytestmark = pytest.mark.browser
LONG = TrainingConfig("digits", (256, 256), batch_size=4, epochs=200)  # more than anybody waits for here
QUICK = TrainingConfig("digits", (32,), epochs=4)
SHOTS = os.environ.get("OPTVIZ_SCREENSHOTS")


@pytest.fixture(scope="module")
def trainer(browser, tmp_path_factory):
    """A server with a run store of its own."""
    runs = tmp_path_factory.mktemp("training") / "runs.sqlite3"
    started = Server(OPTVIZ_DATABASE_URL=f"sqlite:///{runs}", OPTVIZ_WORKERS="1")
    yield started
    started.stop()


@pytest.fixture
def training(trainer):
    """That server, which may be restarted; runs that a test leaves behind are deleted after it."""
    yield trainer
    store = Store(trainer.environment["OPTVIZ_DATABASE_URL"])
    with store.writing() as connection:
        connection.execute(delete(RUNS))
    store.close()


def shoot(page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_start_watch_pause_resume_stop_and_the_results_stay(training, visitors) -> None:
    mine = TrainPage(visitors().page, training.url).open(LONG)
    assert mine.enabled() == ["Start"]
    assert mine.charts() == ["network"]
    mine.press("Start")
    mine.says("images/s")
    mine.until(lambda: mine.points() > 0)
    mine.grows()
    assert mine.enabled() == ["Pause", "Stop"]
    charts = {"loss", "accuracy", "samples", "first-images", "confusion", "weights", "network"}
    assert set(mine.charts()) == charts

    # A zoom stays while the curve grows below it.
    mine.drag("loss", (0.1, 0.5), (0.4, 0.5))
    zoomed = mine.read("loss", "plot._fullLayout.xaxis.range")
    assert zoomed == pytest.approx([20, 80], abs=4)
    mine.grows()
    assert mine.read("loss", "plot._fullLayout.xaxis.range") == zoomed
    shoot(mine.page, "training")

    mine.press("Pause")
    mine.says("Paused after")
    mine.until(lambda: mine.enabled() == ["Start", "Resume", "Stop"])
    paused = mine.points()
    mine.page.wait_for_timeout(1500)
    assert mine.points() == paused

    mine.press("Resume")
    mine.says("images/s")
    mine.grows()
    mine.press("Stop")
    mine.says("Stopped after")
    reached = mine.last_points()
    assert reached > paused

    mine.page.reload()
    mine.wait()
    mine.says("Stopped after")
    mine.until(lambda: mine.points() == reached)
    with mine.page.expect_download() as download:
        mine.button("History").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
    assert float(rows[-1]["epoch"]) == pytest.approx(mine.reach(), abs=2)
    with mine.page.expect_download() as download:
        mine.button("Weights").click()
    assert Path(download.value.path()).stat().st_size > 4 * LONG.parameters


def test_a_reload_in_mid_run_and_somebody_else_watches_by_link(training, visitors) -> None:
    mine = TrainPage(visitors().page, training.url).open(LONG)
    mine.press("Start")
    mine.until(lambda: mine.points() > 0)
    run = mine.run()
    mine.page.reload()
    mine.wait()
    mine.grows()
    assert mine.run() == run
    mine.until(lambda: mine.enabled() == ["Pause", "Stop"])

    theirs = TrainPage(visitors().page, training.url).open(run=run)
    theirs.grows()
    assert theirs.enabled() == ["Start"]
    expect(theirs.page.get_by_text("You are watching")).to_be_visible()
    assert "Your runs" not in theirs.text()
    mine.press("Stop")
    theirs.says("Stopped after")
    mine.says("Stopped after")
    theirs.until(lambda: theirs.points() == mine.points())  # the words come before Plotly has drawn


def test_a_server_restarts_in_mid_run_and_the_run_goes_on(training, visitors) -> None:
    visitor = visitors()
    mine = TrainPage(visitor.page, training.url).open(LONG)
    mine.press("Start")
    mine.until(lambda: mine.points() > 0)
    before = mine.reach()
    training.stop()
    training.start()
    mine.page.reload()
    mine.wait()
    mine.says("images/s")
    visitor.complaints.clear()  # a browser complains while the server is away
    mine.until(lambda: mine.reach() > before)
    assert mine.enabled() == ["Pause", "Stop"], "it is still one's own"
    mine.press("Stop")
    mine.says("Stopped after")


def test_a_rule_of_ones_own_is_trained_and_its_run_is_forked(training, visitors) -> None:
    mine = TrainPage(visitors().page, training.url).open(QUICK)
    choice = mine.page.get_by_role("combobox", name="Optimizer", exact=True)
    choice.fill("Your own")
    choice.press("Enter")
    rule = mine.page.get_by_role("textbox", name="Update rule")
    expect(rule).to_have_value(STARTERS["adam"].for_networks)
    rule.fill("# Mine\nlr = 0.02 in 1e-4..1\npull = 0.9 in 0..0.99\nm = pull*m + g\nx = x - lr*m")
    rule.press("Control+Enter")
    expect(mine.page.get_by_role("slider", name="pull")).to_be_visible()
    mine.until(lambda: "o.pull=0.9" in mine.page.url)
    mine.press("Start")
    mine.says("Finished: 4 epochs")
    expect(mine.page.get_by_role("heading", level=1)).to_contain_text("Mine 0.02")
    parent = mine.run()

    mine.press("Fork")
    expect(mine.page.get_by_text("nothing is left for a fork")).to_be_visible()
    mine.open(replace(decode(dict(parse_qsl(urlsplit(mine.page.url).query)))[0], epochs=7), run=parent)
    mine.press("Fork")
    # For a moment the bar of the parent stands beside that of the fork.
    mine.until(lambda: "Finished: 7 epochs" in mine.text() and mine.run() != parent)
    expect(mine.page.get_by_text("Mine went on with what it remembered.")).to_be_visible()
    mine.page.get_by_text("Family of this run").scroll_into_view_if_needed()
    shoot(mine.page, "family")
    mine.page.get_by_role("button", name="Digits (8 × 8), 64–32–10, Mine 0.02", exact=True).first.click()
    mine.until(lambda: mine.run() == parent)


def test_it_works_on_a_phone_in_the_dark(training, visitors) -> None:
    phone = visitors(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark"
    )
    mine = TrainPage(phone.page, training.url).open(QUICK)
    mine.press("Start")
    mine.says("Finished: 4 epochs")
    mine.until(lambda: len(mine.charts()) == 7)
    assert no_sideways_scrolling(mine.page)
    assert mine.page.locator("[data-chart=loss] .plot").bounding_box()["width"] <= 390
    assert mine.read("loss", "plot._fullLayout.font.color") == "#e6eaf0"
    shoot(mine.page, "training-phone-dark")


def test_a_cards_eye_hides_its_curves_and_the_inside_shows_the_sharpness(training, visitors) -> None:
    race = replace(QUICK, batch_size=500, rivals=(rival("gd"), rival("momentum")), sharpness=True)
    mine = TrainPage(visitors().page, training.url).open(race)
    mine.press("Start")
    mine.says("Finished: 4 epochs")
    legend = mine.page.locator(".optviz-charts .legend").first
    expect(legend).to_contain_text("Momentum")
    shown = "plot._fullData.filter(trace => trace.visible === true).length"
    before = mine.read("loss", shown)
    mine.page.get_by_role("button", name="Hide Momentum (2) in the picture").click()
    expect(legend).not_to_contain_text("Momentum")
    mine.until(lambda: mine.read("loss", shown) == before - 1)
    mine.page.get_by_role("button", name="Show Momentum (2) in the picture").click()
    expect(legend).to_contain_text("Momentum")
    mine.page.get_by_text("Inside: gradients").click()
    mine.until(lambda: {"sharpness", "update-ratios", "constant-units"} <= set(mine.charts()))
    assert mine.read("sharpness", "plot._fullData.length") == 3 + 2, "two of the three have a limit"
    shoot(mine.page, "inside")


def test_the_key_of_a_visitor_is_out_of_reach_of_scripts_and_links(training, visitors) -> None:
    visitor = visitors()
    mine = TrainPage(visitor.page, training.url).open()
    cookie = next(c for c in visitor.context.cookies() if c["name"] == "optviz_visitor")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert cookie["value"] not in mine.page.url
    assert "optviz_visitor" not in mine.page.evaluate("document.cookie")
    mine.page.reload()
    mine.wait()
    assert cookie in visitor.context.cookies()
