"""A visitor changes the language, and keeps the experiment; a link and a browser bring theirs."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from optviz.settings.experiment import Experiment
from tests.browser.panel import RATE
from tests.browser.stage import STAGE, Stage, text_of
from tests.browser.test_first_sight_journey import first_sight, released
from tests.browser.test_trajectories_journeys import link
from tests.words.english import left_in_english

pytestmark = pytest.mark.browser
READOUT = f"{STAGE} .readout"
PRESS = 120  # ms: as long as a person holds a button down; the panel tells the script meanwhile
#: All texts of the first bench, also those in the shadow roots, at every change of it.
SEEN = """
window.seen = new Set()
const texts = root => { for (const node of root.childNodes ?? []) {
  const read = node.nodeType === Node.TEXT_NODE && root.nodeName !== "STYLE"
  if (read) window.seen.add(node.textContent.trim())
  if (node.shadowRoot) { texts(node.shadowRoot); observe(node.shadowRoot) }
  texts(node)
} }
const look = () => { const bench = document.querySelector("#optviz-first"); if (bench) texts(bench) }
const watched = new WeakSet()
const observe = root => {
  if (watched.has(root)) return
  watched.add(root)
  new MutationObserver(look).observe(root, { subtree: true, childList: true, characterData: true })
}
observe(document)
"""


def in_chinese(page: Page) -> None:
    expect(page.locator(".optviz-panel").get_by_text("重置", exact=True)).to_be_visible(timeout=30_000)
    expect(page.locator(READOUT)).to_have_text(re.compile(r"第 \d+ / \d+ 步"))
    expect(page.locator(".optviz-results")).to_contain_text("下载轨迹")
    expect(page).to_have_title("轨迹 · optviz")
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    told = [
        page.locator(part).inner_text()
        for part in (".optviz-bench header", STAGE, ".optviz-panel", ".optviz-results")
    ]
    assert [words for text in told for words in left_in_english(text)] == []


def test_a_visitor_changes_the_language_and_keeps_the_experiment(server, visitors) -> None:
    page = visitors(locale="en-US").page
    stage = Stage(page).open(link(server, Experiment()))
    expect(stage.panel.root.get_by_text("Reset", exact=True)).to_be_visible()
    stage.panel.type("Steps", "77")
    stage.until(lambda: stage.experiment().steps == 77)
    page.get_by_role("link", name="中文").click(delay=PRESS)
    in_chinese(page)
    stage.wait()
    expect(page.locator(READOUT)).to_have_text("第 77 / 77 步")
    stage.until(lambda: "lang=zh" in page.url)
    assert stage.experiment().steps == 77
    before = stage.experiment()
    stage.panel.slider(RATE).press("ArrowRight")
    stage.until(lambda: stage.experiment() != before)
    changed = stage.experiment()
    in_chinese(page)
    page.get_by_role("link", name="课程").click(delay=PRESS)
    expect(page).to_have_title("课程 · optviz", timeout=20_000)
    assert len(left_in_english(text_of(page))) == 0
    page.get_by_role("link", name="轨迹", exact=True).first.click(delay=PRESS)
    stage.wait()
    in_chinese(page)
    assert stage.experiment() == changed
    assert parse_qs(urlsplit(page.url).query)["lang"] == ["zh"]

    other = visitors(locale="en-US").page
    opened = Stage(other).open(page.url)
    in_chinese(other)
    assert opened.experiment() == changed


def test_a_chinese_browser_gets_chinese_from_the_first_moment(server, visitors) -> None:
    page = visitors(locale="zh-CN").page
    page.add_init_script(SEEN)
    kept = first_sight(page, link(server, Experiment()))
    in_chinese(page)
    seen = page.evaluate("[...window.seen]")
    assert len(seen) > 50
    assert [words for text in seen for words in left_in_english(text)] == []
    assert not {"Undo", "Share", "Pin", "Settings", "Drawing…"} & set(seen)
    released(page, kept)
    Stage(page).wait()
    in_chinese(page)
