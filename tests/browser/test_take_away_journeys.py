"""What one takes away: the page in one file, which lives without a network, and the lean view for a frame."""

import csv
import html
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from optviz.engine.outcomes import number
from optviz.engine.rule_starters import STARTERS
from optviz.figures.rate_words import rate_sentences, search_sentence
from optviz.figures.scenes import scene
from optviz.figures.style import DARK, LIGHT
from optviz.settings.experiment import Entrant, Experiment, decode, encode
from optviz.web.take_away import whole_file
from optviz.web.trajectories.headline import headline
from optviz.words import speaking
from tests.browser.panel import RATE
from tests.browser.stage import Stage, no_sideways_scrolling
from tests.words.english import left_in_english

pytestmark = pytest.mark.browser
ADDRESS = "https://course.example.edu/optviz/"
RULE = STARTERS["adam"].text
EXPERIMENTS = {
    "noise and schedule": Experiment(
        "himmelblau", "", (-1.0, -0.5), ((-5.0, 5.0), (-5.0, 5.0)), 120,
        (Entrant.of("gd", lr=0.01), Entrant.of("gd", lr=0.001)), schedule="cosine",
        schedule_values=(("floor", 0.0),), noise=0.5, seed=4,
    ),
    "own rule on a typed curve": Experiment(
        "formula", "sqrt(x) + (x - 2)^2", (4.0,), ((-1.0, 6.0),), 60,
        (Entrant.own(RULE), Entrant.of("adam", lr=0.1)),
    ),
    "rules that look elsewhere": Experiment(
        "rosenbrock", "", (-1.2, 1.0), ((-2.0, 2.0), (-1.0, 3.0)), 40,
        (Entrant.of("gd", lr=0.001), Entrant.of("armijo")),
    ),
}  # fmt: skip


class Offline:
    """Somebody who opens a file from disk without a network, and sees every request that the page makes."""

    def __init__(self, page: Page, path: Path) -> None:
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.context.set_offline(True)
        self.page, self.file = page, path.as_uri()
        self.stage = Stage(page).open(self.file)
        self.panel = self.stage.panel

    def experiment(self) -> Experiment:
        """What the page's link to the whole experiment says."""
        address = self.page.locator("a.open").get_attribute("href")
        assert address.startswith(f"{ADDRESS}?")
        found, notices = decode(dict(parse_qsl(urlsplit(address).query, keep_blank_values=True)))
        assert notices == []
        return found

    def agrees(self) -> None:
        """The page shows what Python shows of the experiment at its link."""
        experiment = self.experiment()
        runs = experiment.run()
        wanted = scene(experiment, runs, LIGHT)
        expect(self.page.locator(".optviz-stage .budget")).to_have_text(wanted["budget"])
        names = [run["name"] for run in wanted["runs"]]
        assert [
            re.sub(r"\s+", " ", t) for t in self.page.locator(".legend button").all_text_contents()
        ] == names
        rows = self.page.locator(".results tbody tr")
        assert rows.locator("th").all_text_contents() == names
        ends = [cells.all_text_contents()[1] for cells in (row.locator("td") for row in rows.all())]
        assert ends == [number(float(run.values[-1])) for run in runs]
        for (name, x, _), run, said in zip(self.stage.paths(), runs, wanted["runs"], strict=True):
            assert name == said["name"]
            np.testing.assert_allclose(x, run.points[:, 0], rtol=1e-9, atol=1e-9)

    def stays_alone(self) -> None:
        """The file has asked for nothing."""
        assert [url for url in self.asked if not url.startswith(("data:", "blob:"))] == [self.file]


@pytest.fixture
def taken(visitors, tmp_path):
    """Open an experiment as a file."""

    def opened(experiment: Experiment, theme=LIGHT) -> Offline:
        path = tmp_path / "taken.html"
        path.write_text(whole_file(experiment, theme, ADDRESS), "utf-8")
        return Offline(visitors().page, path)

    return opened


def test_in_a_file_from_disk_a_slider_moves_the_paths_without_a_network(taken) -> None:
    usual = Experiment()
    file = taken(usual)
    assert file.experiment() == usual
    before = file.stage.paths()
    verdicts, said = headline(usual, usual.run()), file.page.locator(".optviz-results .headline")
    expect(said).to_have_text(verdicts)
    with file.panel.held(RATE) as (x, y):
        assert file.stage.pictures(lambda share: file.page.mouse.move(x - 40 * share, y), moves=8) > 4
    file.stage.until(lambda: file.experiment() != usual)
    expect(said).to_contain_text("Computed in your browser")
    assert file.stage.paths()[0] != before[0]
    file.agrees()
    file.panel.press("Reset")
    expect(said).to_have_text(verdicts)
    assert file.experiment() == usual
    file.stays_alone()


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_file_says_of_changed_runs_what_python_says(taken, name: str) -> None:
    file = taken(EXPERIMENTS[name])
    assert file.experiment() == EXPERIMENTS[name]
    file.panel.type("Steps", "33")
    file.stage.until(lambda: file.experiment().steps == 33)
    file.agrees()
    file.panel.nudge(RATE)
    file.panel.add("Adam")
    file.stage.until(lambda: len(file.experiment().entrants) == len(EXPERIMENTS[name].entrants) + 1)
    file.agrees()
    file.panel.remove(1)
    file.stage.until(lambda: len(file.experiment().entrants) == len(EXPERIMENTS[name].entrants))
    file.agrees()
    file.stays_alone()


def test_a_file_says_it_in_chinese_as_python_does(taken) -> None:
    with speaking("zh"):
        file = taken(EXPERIMENTS["rules that look elsewhere"])
        before = file.experiment()
        file.panel.slider(RATE).first.press("ArrowRight")
        file.stage.until(lambda: file.experiment() != before)
        file.agrees()
    assert left_in_english(file.page.locator("main").inner_text()) == []
    file.stays_alone()


def test_a_file_finds_good_rates_and_says_so_as_python_does(taken) -> None:
    before = EXPERIMENTS["rules that look elsewhere"]
    file = taken(before)
    file.page.get_by_role("button", name="Find a good rate for Gradient descent (1)").click()
    card = file.page.locator(".card").first
    expect(card.get_by_role("status")).to_have_text(search_sentence(before, 1))
    file.stage.until(lambda: file.experiment() != before)
    found = file.experiment()
    assert dict(found.entrants[0].values)["lr"] == before.search(before.entrants[0]).best
    file.agrees()
    for rates, across in (("best", "gradients"), ("same", "step")):
        changes = {"rates": rates, "across": across, "rate": "0.002"}
        file.page.evaluate("changes => optvizPages.get('trajectories').commit(changes)", changes)
        file.stage.until(lambda rates=rates: file.experiment().rates == rates)
        file.agrees()
        for place, said in enumerate(rate_sentences(file.experiment()).values()):
            expect(file.page.locator(".card").nth(place).get_by_role("status")).to_have_text(said)
    file.stays_alone()


REFUSED = [
    ({"steps": "1e99"}, "Steps must be a whole number between 1 and 2000."),
    ({"o1": "gd_lr_-1"}, "learning rate must be a number between 0.000001 and 10."),
    ({"o1": "nobody_lr_1"}, "“nobody” is not on this page."),
    ({"start": "1_2_3"}, "The start must be two numbers"),
    ({"objective": "rosenbrock"}, "This cannot be changed on this page."),
]


def test_a_file_has_all_views_of_the_landscape(taken) -> None:
    file = taken(Experiment())
    file.page.get_by_role("radio", name="3D").check()
    file.stage.until(lambda: file.experiment().view == "surface")
    canvas = file.page.locator(".main-canvas")
    expect(file.page.locator(".optviz-stage")).to_have_attribute("data-picture", "surface")
    expect(canvas).to_have_accessible_name(re.compile("^Surface plot of Ravine"))
    expect(file.page.locator(".scaling")).to_contain_text("Height and colour show")
    file.stays_alone()


def test_a_file_refuses_what_it_cannot_show_and_saves_the_runs_that_it_shows(taken) -> None:
    file = taken(Experiment(), DARK)
    for changes, sentence in REFUSED:
        file.page.evaluate("changes => optvizPages.get('trajectories').commit(changes)", changes)
        expect(file.panel.root).to_contain_text(sentence)
        assert file.experiment() == Experiment()
    file.panel.type("Steps", "12")
    file.stage.until(lambda: file.experiment().steps == 12)
    with file.page.expect_download() as download:
        file.page.get_by_text("Download the paths as CSV").click()
    assert download.value.suggested_filename == "optviz.csv"
    with file.page.expect_download() as picture:
        file.page.locator("[data-title='Download as SVG']").dispatch_event("click")
    link = html.escape(file.page.locator("a.open").get_attribute("href"))
    assert link in Path(picture.value.path()).read_text("utf-8"), "the picture leads to its experiment"
    heading, *rows = csv.reader(Path(download.value.path()).read_text("utf-8-sig").splitlines())
    assert heading == ["optimizer", "step", "x", "y", "f"]
    wanted = [[k, *t.points[k], t.values[k]] for t in file.experiment().run() for k in range(13)]
    np.testing.assert_allclose(
        np.array([row[1:] for row in rows], dtype=float), wanted, rtol=1e-9, atol=1e-12
    )


def test_share_offers_the_file_and_a_frame_that_fits_a_slide(server, visitors) -> None:
    experiment = replace(Experiment().on("bowl"), steps=5, view="heat")
    page = visitors().page
    Stage(page).open(f"{server.url}/?{urlencode(encode(experiment))}")
    page.get_by_role("button", name="Share", exact=True).click()
    with page.expect_download() as download:
        page.get_by_text("Download as a page that works offline").click()
    assert download.value.suggested_filename == "optviz-bowl.html"
    kept = Path(download.value.path()).read_text("utf-8")
    assert html.escape(f"{server.url}/?{urlencode(encode(experiment))}") in kept
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as an animation (WebP)").click()
    with Image.open(download.value.path()) as film:
        assert film.n_frames == experiment.steps + 1
    expect(page.get_by_role("button", name="Download as an animation (WebP)")).to_be_visible()
    page.get_by_text("Show it in another page").click()
    code = page.locator(".share .frame").input_value()
    slide = visitors(viewport={"width": 1000, "height": 600}).page
    slide.goto(html.unescape(re.search('src="([^"]+)"', code)[1]))
    expect(slide.locator(".optviz-stage.ready")).to_be_visible()
    lean = Stage(slide)
    lean.panel.wait()
    assert no_sideways_scrolling(slide)
    assert slide.evaluate("document.documentElement.scrollHeight") == 600
    for part in [
        *slide.get_by_role("slider").all(),
        slide.locator(".optviz-stage .budget"),
        slide.locator("a.open"),
    ]:
        box = part.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 600
        assert box["x"] + box["width"] <= 1000
    assert slide.locator("h1, .results").locator("visible=true").count() == 0
    before = lean.paths()
    lean.panel.nudge(RATE)
    lean.until(lambda: lean.paths() != before)
    opened = slide.locator("a.open").get_attribute("href")
    assert opened.startswith(f"{server.url}/?")
    assert decode(dict(parse_qsl(urlsplit(opened).query)))[0].entrants != experiment.entrants
