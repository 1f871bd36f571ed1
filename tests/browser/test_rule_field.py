"""The text of one's own rule: its reading while one types, the wrong line, and the sliders that it makes."""

import copy

import pytest
from playwright.sync_api import Locator, expect

from optviz.engine.rule_starters import STARTERS
from optviz.settings.experiment import decode
from optviz.settings.setups import Entrant, describe_own, write_entrant
from tests.browser.panel_page import VALUES, PanelPage, declaration

pytestmark = pytest.mark.browser
MINE = Entrant.own("# Mine\nk = 2 in 1..5 whole\nm = b1*m + g\nx = x - lr*m/k", lr=0.05, k=3)
OPENED = VALUES | {"o1": write_entrant(MINE)}
WRONG = "# Mine\nk = 2 in 1..5 whole\nm = b1*m + grad\nx = x - lr*m/k"


class Rule:
    """The card of one's own rule, on the panel's blank page."""

    def __init__(self, p: PanelPage, place: int = 1) -> None:
        self.p, self.page, self.card = p, p.page, p.card(place)
        self.text = self.card.get_by_role("textbox", name="Update rule")
        self.mistake = self.card.locator(".mistake").last
        self.math = self.card.locator(".reading math")

    def entrant(self, name: str = "o1") -> Entrant:
        """What the server is told."""
        found, notices = decode({**self.p.values, "o1": self.p.values[name], "seed": "0"})
        assert notices == []
        return found.entrants[0]

    def sliders(self) -> list[str]:
        return [row.split("\xa0")[0] for row in self.card.locator(".row.number > label").all_inner_texts()]

    def marked(self) -> list[str]:
        return self.card.locator(".gutter .wrong").all_inner_texts()


@pytest.fixture
def panel(visitors):
    def opened(values: dict[str, str] = OPENED, width: int = 380) -> PanelPage:
        page = visitors(viewport={"width": width, "height": 900}).page
        declared = copy.deepcopy(declaration(everything=False))
        (field,) = (f for s in declared["sections"] for f in s["fields"] if f["kind"] == "compared")
        field["own"] = describe_own()
        return PanelPage(page, values=values, declared=declared)

    return opened


def choose(box: Locator, option: str) -> None:
    box.click()
    box.page.locator(".option").filter(has=box.page.get_by_text(option, exact=True)).click()


def test_a_rule_is_added_and_one_writes_at_once(panel):
    p = panel(VALUES)
    choose(p.page.get_by_role("combobox", name="Add an optimizer"), "Your own…")
    rule = Rule(p, 4)
    expect(rule.text).to_be_focused()
    expect(rule.text).to_have_value(STARTERS["empty"].text)
    assert rule.entrant("o4") == Entrant.own(STARTERS["empty"].text)
    assert p.names()[3] == "My rule"


def test_an_optimizer_of_the_table_begins_as_its_own_text(panel):
    p = panel(VALUES)
    choose(p.card(3).get_by_role("combobox", name="Optimizer 3"), "Your own…")
    expect(Rule(p, 3).text).to_have_value(STARTERS["adam"].text)
    choose(p.card(3).get_by_role("combobox", name="Optimizer 3"), "AdaGrad")
    expect(Rule(p, 3).text).to_be_hidden()


def test_a_rule_of_a_link_shows_its_text_its_formula_and_its_sliders(panel):
    rule = Rule(panel())
    expect(rule.text).to_have_value(MINE.text)
    expect(rule.math).to_be_visible()
    assert rule.sliders() == ["learning rate", "k", "first-moment decay"]
    assert rule.p.entry("k").input_value() == "3"
    expect(rule.card.get_by_text("Remembers m from step to step. Sliders: lr, k, b1.")).to_be_visible()


def test_a_mistake_is_named_with_its_line_and_not_sent(panel):
    rule = Rule(panel())
    expect(rule.text).to_have_value(MINE.text)
    rule.text.fill(WRONG)
    expect(rule.mistake).to_have_text("Line 3: “grad” is unknown; the gradient is g.")
    assert rule.marked() == ["3"]
    bar, text = (rule.card.locator(part).bounding_box() for part in (".bar", ".rule textarea"))
    assert 2 * 19 < bar["y"] + 9 - text["y"] < 3 * 19 + 4, "the bar lies on the third line"
    rule.page.keyboard.press("Tab")
    expect(rule.text).not_to_be_focused()
    expect(rule.text).to_have_attribute("aria-invalid", "true")
    expect(rule.card.get_by_text("The picture still shows the rule from before.")).to_be_visible()
    assert rule.p.sent == []
    rule.text.press("Escape")
    expect(rule.text).to_have_value(MINE.text)
    expect(rule.card.locator(".gutter .wrong")).to_have_count(0)  # the text is read again, a moment later
    assert rule.p.sent == []


def test_a_mended_rule_is_taken_and_keeps_the_sliders_about_which_it_says_the_same(panel):
    rule = Rule(panel())
    expect(rule.text).to_have_value(MINE.text)
    rule.text.fill(WRONG)
    expect(rule.mistake).to_be_visible()
    rule.text.fill("# Better\nk = 4 in 1..5 whole\npull = 0.5 in 0..2\nm = b1*m + pull*g\nx = x - lr*m/k")
    rule.text.press("Control+Enter")
    expect(rule.card.get_by_role("combobox", name="Optimizer 1")).to_have_value("Better")
    assert dict(rule.entrant().values) == {"lr": 0.05, "k": 4, "pull": 0.5, "b1": 0.9}
    assert rule.sliders() == ["learning rate", "k", "pull", "first-moment decay"]
    expect(rule.text).to_be_focused()
    taken = rule.text.input_value()
    rule.text.press("Control+End")
    rule.page.keyboard.type("\n# and so on")
    for _ in range(20):
        rule.page.keyboard.press("Control+z")
        if rule.text.input_value() == taken:
            break
    assert len(rule.p.sent) == 1, "while one types, Ctrl+Z is the browser's"


def test_the_text_is_as_high_as_its_lines_and_nothing_scrolls_sideways(panel):
    rule = Rule(panel(width=390))
    expect(rule.text).to_have_value(MINE.text)
    before = rule.text.bounding_box()["height"]
    rule.text.press("Control+End")
    for line in ("", "n = g", "# " + "a long remark " * 6):
        rule.page.keyboard.insert_text("\n" + line)
    assert rule.text.bounding_box()["height"] >= before + 3 * 19
    assert rule.card.locator(".gutter span").count() == 7
    assert rule.text.evaluate("node => node.scrollHeight - node.clientHeight") <= 1
    assert rule.page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_starter_takes_the_place_of_the_text_and_undo_brings_it_back(panel):
    rule = Rule(panel())
    rule.card.get_by_role("combobox", name="Begin from").select_option("Adam without correction")
    expect(rule.text).to_have_value(STARTERS["uncorrected"].text)
    assert rule.entrant() == Entrant.own(STARTERS["uncorrected"].text)
    rule.page.get_by_role("button", name="Undo").click()
    expect(rule.text).to_have_value(MINE.text)
    assert rule.entrant() == MINE


def test_without_an_answer_nothing_is_changed_and_the_text_stays(panel):
    rule = Rule(panel())
    expect(rule.text).to_have_value(MINE.text)
    rule.page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no network')) }")
    rule.text.fill("x = x - lr*g")
    rule.page.keyboard.press("Tab")
    expect(rule.card.get_by_text("The server does not answer; nothing was changed.")).to_be_visible()
    expect(rule.text).to_have_value("x = x - lr*g")
    assert rule.p.sent == []


def test_what_the_server_refuses_stands_at_the_text(panel):
    rule = Rule(panel())
    expect(rule.text).to_have_value(MINE.text)
    rule.page.evaluate("window.auto = false")
    rule.text.fill("x = x - lr*g")
    rule.page.keyboard.press("Tab")
    rule.page.wait_for_function("window.sent.length")
    rule.page.evaluate(
        """() => {
          window.server.ack = window.sent.at(-1).n
          window.server.refused = { "o1.text": "It does not fit into the link." }
          window.show()
        }"""
    )
    expect(rule.card.get_by_text("It does not fit into the link.")).to_be_visible()
    expect(rule.text).to_have_value("x = x - lr*g")
