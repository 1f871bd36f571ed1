"""The field for a formula: its reading stands under it while one types, with what is wrong and a repair."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.panel_page import VALUES, PanelPage

pytestmark = pytest.mark.browser
TYPED = VALUES | {"objective": "formula", "formula": "x^2 + y^2"}


class Field:
    def __init__(self, p: PanelPage) -> None:
        self.p, self.page = p, p.page
        self.input = p.page.get_by_role("textbox", name="Formula in x and y")
        self.root = p.page.locator(".reading")
        self.math = self.root.locator("math")
        self.mistake = self.root.locator(".mistake")
        self.mark = self.root.locator("mark")
        self.use = self.root.get_by_role("button")

    def formulas(self) -> list[str]:
        return [edit["changes"]["formula"] for edit in self.p.sent]

    def type(self, text: str) -> None:
        self.input.press("Control+a")
        self.page.keyboard.insert_text(text)

    def reads(self, words: str) -> None:
        expect(self.math).to_have_attribute("aria-label", words)

    def below(self) -> float:
        return self.page.get_by_role("group", name="Start").bounding_box()["y"]


@pytest.fixture
def field(visitors):
    def opened(width: int = 380, **options) -> Field:
        page = visitors(viewport={"width": width, "height": 900}).page
        return Field(PanelPage(page, values=TYPED, **options))

    return opened


def test_the_reading_follows_what_is_typed_and_nothing_is_sent(field):
    f = field()
    f.reads("x squared plus y squared")
    f.type("100(y-x²)^2")
    f.reads("100 open parenthesis y minus x squared close parenthesis squared")
    assert f.p.sent == []
    assert f.math.bounding_box()["height"] > 10


def test_a_mistake_is_marked_and_the_repaired_text_is_taken_with_one_click(field):
    f = field()
    f.type("3(x+y")
    expect(f.mistake).to_have_text("The formula is missing ) after “3(x+y”.")
    expect(f.root.locator(".excerpt")).to_have_text("3(x+y")
    expect(f.mark).to_have_class("gap")
    expect(f.use).to_have_text("Use 3(x+y)")
    f.use.click()
    f.reads("3 open parenthesis x plus y close parenthesis")
    assert f.formulas() == ["3(x+y)"]
    expect(f.input).to_have_value("3(x+y)")
    expect(f.input).to_be_focused()


def test_the_repaired_text_is_reached_with_the_keyboard(field):
    f = field()
    f.type("1 + sinn(x)")
    expect(f.mark).to_have_text("sinn")
    f.page.keyboard.press("Tab")
    expect(f.use).to_be_focused()
    assert f.p.sent == []  # on the way to the repair, the mistake is not sent
    f.page.keyboard.press("Enter")
    assert f.formulas() == ["1 + sin(x)"]


def test_who_passes_the_repair_by_leaves_the_field(field):
    f = field()
    f.type("sin(x")
    expect(f.use).to_be_visible()
    f.page.keyboard.press("Tab")
    f.page.keyboard.press("Tab")
    assert f.formulas() == ["sin(x"]


def test_nothing_below_moves_while_somebody_types(field):
    f = field(width=390)
    f.reads("x squared plus y squared")
    place = f.below()
    for text, seen in {
        "x/(1+x/(1+x/(1+x/(1+y))))": f.math,
        "log10(x)" * 12: f.math,
        "x + zeta": f.mistake,
        "-x^2(1,000 + y)": f.mistake,
        "1": f.mistake,
    }.items():
        f.type(text)
        expect(seen).to_be_visible()
        assert f.below() == place
        assert f.page.evaluate("document.documentElement.scrollWidth") == 390
    f.input.fill("")
    expect(f.math).to_have_count(0)
    assert f.below() == place


def test_one_request_is_in_flight_and_a_late_answer_is_dropped(field):
    f = field()
    f.reads("x squared plus y squared")
    f.page.evaluate(
        """() => {
          const own = window.fetch
          window.waiting = []
          window.fetch = async (url, ...rest) => {
            if (String(url).includes("/read")) await new Promise(go => window.waiting.push(go))
            return own(url, ...rest)
          }
        }"""
    )
    f.p.read.clear()
    for text in ("x", "x+y", "x*y"):
        f.type(text)
        f.page.wait_for_function("window.waiting.length === 1")
        f.page.wait_for_timeout(250)
        assert f.page.evaluate("window.waiting.length") == 1
    f.page.evaluate("window.waiting.shift()()")
    f.page.wait_for_function("window.waiting.length === 1")
    f.reads("x squared plus y squared")  # that of “x” came too late
    f.page.evaluate("window.waiting.shift()()")
    f.reads("x y")
    assert f.p.read == ["x", "x*y"]


def test_a_refusal_of_the_server_is_not_said_twice_and_goes_when_somebody_types(field):
    f = field()
    f.page.evaluate("window.auto = false")
    f.type("(x")
    expect(f.mistake).to_be_visible()
    f.page.keyboard.press("Enter")
    f.page.evaluate(
        """() => {
          window.server.ack = window.sent.at(-1).n
          window.server.refused = { formula: "Something is missing." }
          window.show()
        }"""
    )
    refusal = f.page.get_by_text("Something is missing.")
    expect(refusal).to_be_visible()
    expect(f.mistake).to_be_hidden()
    expect(f.use).to_be_visible()
    place = f.below()
    f.type("(x+")
    expect(f.mistake).to_be_visible()
    expect(refusal).to_be_hidden()
    assert f.below() == place


def test_escape_brings_the_reading_of_what_stood_there(field):
    f = field()
    f.type("x+")
    expect(f.mistake).to_be_visible()
    f.page.keyboard.press("Escape")
    expect(f.input).to_have_value("x^2 + y^2")
    f.reads("x squared plus y squared")


def test_screen_readers_hear_the_reading_when_one_stops_typing(field):
    f = field()
    status: Locator = f.page.locator(".optviz-panel > [role=status]")
    f.type("sqrt(x")
    expect(status).to_have_text(
        "The formula is missing ) after “sqrt(x”. You can use sqrt(x) with the button after the field."
    )
    f.page.keyboard.type(")")
    expect(status).to_have_text("Read as: the square root of x")
    described = f.input.get_attribute("aria-describedby").split()
    assert f.root.get_attribute("id") in described


def test_without_an_answer_the_field_works_on(field):
    f = field()
    f.page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no network')) }")
    f.type("x^4")
    f.page.keyboard.press("Enter")
    assert f.formulas() == ["x^4"]
