"""The panel alone in a browser: by mouse, finger and keyboard, with a server that answers late or twice."""

import pytest

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.settings.activations import ActivationSettings
from optviz.settings.declaration import declaration
from optviz.settings.experiment import Experiment
from optviz.settings.link import encode
from optviz.settings.maps import MapSettings
from optviz.settings.minibatches import MiniBatches
from optviz.settings.regularization import RegularizationSettings
from optviz.training.config import TrainingConfig
from optviz.training.rivals import rival
from tests.browser.panel_page import VALUES, PanelPage

pytestmark = pytest.mark.browser
PAGES = (Experiment, MapSettings, ActivationSettings, MiniBatches, RegularizationSettings, TrainingConfig)
SIX = VALUES | {f"o{i}": "gd_lr_0.4" for i in range(1, 7)}


@pytest.fixture
def panel(visitors):
    """Open the panel; `values` are what the server says at first, the rest goes to the browser."""

    def opened(*, everything=False, values=None, declared=None, **options) -> PanelPage:
        options = {"viewport": {"width": 380, "height": 900}, **options}
        return PanelPage(visitors(**options).page, everything=everything, values=values, declared=declared)

    return opened


def changes(p: PanelPage) -> list[dict]:
    return [edit["changes"] for edit in p.sent]


def lr_of(p: PanelPage, slot: str = "o1") -> float:
    return float(p.values[slot].split("_")[2])


class TestSlider:
    def test_a_drag_drafts_often_and_commits_once(self, panel):
        p = panel()
        box = p.slider("Steps").bounding_box()
        p.page.mouse.move(box["x"] + 20, box["y"] + 14)
        p.page.mouse.down()
        p.page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 40, steps=25)
        assert p.sent == []
        assert p.drafts > 10
        drafted = p.page.evaluate("window.lastDraft.steps")
        p.page.mouse.up()
        assert changes(p) == [{"steps": drafted}]
        assert p.commits == 1
        assert p.values["steps"] == p.entry("Steps").input_value() == drafted

    def test_escape_gives_a_drag_up(self, panel):
        p = panel()
        box = p.slider("Steps").bounding_box()
        p.page.mouse.move(box["x"] + 20, box["y"] + 14)
        p.page.mouse.down()
        p.page.mouse.move(box["x"] + 60, box["y"] + 14, steps=4)
        p.page.keyboard.press("Escape")
        assert p.entry("Steps").input_value() == "50"
        p.page.mouse.up()
        assert p.sent == []

    def test_a_click_on_the_thumb_changes_nothing(self, panel):
        p = panel()
        box = p.slider("Steps").locator(".thumb").bounding_box()
        p.page.mouse.click(box["x"] + box["width"] / 2 + 3, box["y"] + box["height"] / 2)
        assert p.sent == []

    @pytest.mark.parametrize(
        ("key", "reached"),
        [
            ("ArrowRight", 0.41), ("ArrowLeft", 0.39), ("Shift+ArrowUp", 0.5), ("Shift+ArrowDown", 0.3),
            ("Alt+ArrowRight", 0.401), ("PageUp", 4.0), ("PageDown", 0.04), ("Home", 1e-6), ("End", 10.0),
        ],
    )  # fmt: skip
    def test_keys_move_a_logarithmic_slider(self, panel, key, reached):
        p = panel()
        p.card(1).get_by_role("slider").focus()
        p.page.keyboard.press(key)
        assert lr_of(p) == reached
        assert len(p.sent) == 1

    def test_a_held_key_drafts_and_commits_on_release(self, panel):
        p = panel()
        p.card(1).get_by_role("slider").focus()
        for _ in range(20):
            p.page.keyboard.down("ArrowRight")
        assert (p.drafts, p.sent) == (20, [])
        p.page.keyboard.up("ArrowRight")
        assert lr_of(p) == 0.6
        assert len(p.sent) == 1

    def test_whole_numbers_stay_whole(self, panel):
        p = panel()
        p.range("Steps").focus()
        p.page.keyboard.press("Home")
        for _ in range(3):
            p.page.keyboard.press("ArrowRight")
        assert p.values["steps"] == "4"
        p.page.keyboard.press("Alt+ArrowLeft")
        assert p.values["steps"] == "3"

    def test_a_double_click_restores_the_default(self, panel):
        p = panel(values=VALUES | {"steps": "700"})
        p.slider("Steps").dblclick()
        assert p.values["steps"] == "50"
        p.entry("Steps").fill("20")
        p.entry("Steps").press("Enter")
        p.row("Steps").locator("label").dblclick()
        assert p.values["steps"] == "50"

    def test_the_wheel_moves_only_a_slider_with_the_focus(self, panel):
        p = panel(viewport={"width": 380, "height": 400})
        p.slider("Steps").hover()
        before = p.page.evaluate("scrollY")
        p.page.mouse.wheel(0, -40)
        p.page.wait_for_function(f"scrollY < {before}")
        assert p.drafts == 0
        p.range("Steps").focus()
        p.slider("Steps").hover()
        p.page.wait_for_timeout(150)
        before = p.page.evaluate("scrollY")
        p.page.mouse.wheel(0, -40)
        p.page.wait_for_function("window.sent.length === 1")
        assert p.values["steps"] == "51"
        assert p.page.evaluate("scrollY") == before

    def test_it_says_its_value(self, panel):
        p = panel()
        assert p.range("Steps").get_attribute("aria-valuetext") == "50"
        assert p.card(1).get_by_role("slider", name="Learning rate").count() == 1


class TestTouch:
    def swipe(self, p: PanelPage, dx: int, dy: int) -> None:
        box = p.slider("Steps").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + 14
        client = p.page.context.new_cdp_session(p.page)
        client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for i in range(1, 11):
            moved = {"x": x + dx * i / 10, "y": y + dy * i / 10}
            client.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [moved]})
        client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def test_across_drags_and_upward_scrolls(self, panel):
        p = panel(viewport={"width": 390, "height": 400}, has_touch=True, is_mobile=True)
        p.slider("Steps").scroll_into_view_if_needed()
        before = p.page.evaluate("scrollY")
        self.swipe(p, 0, 120)
        p.page.wait_for_function(f"scrollY < {before}")
        assert p.sent == []
        assert p.entry("Steps").input_value() == "50"
        p.slider("Steps").scroll_into_view_if_needed()
        self.swipe(p, 45, 4)
        assert len(p.sent) == 1
        assert int(p.values["steps"]) > 100

    def test_a_tap_moves_the_thumb(self, panel):
        p = panel(viewport={"width": 390, "height": 900}, has_touch=True, is_mobile=True)
        box = p.slider("Steps").bounding_box()
        p.page.touchscreen.tap(box["x"] + box["width"] - 12, box["y"] + 14)
        assert p.values["steps"] == "2000"


class TestEntry:
    @pytest.mark.parametrize(
        ("typed", "sent"),
        [
            ("0.05", "0.05"),
            ("0,05", "0.05"),
            ("1e-3", "0.001"),
            (" .5 ", "0.5"),
            ("0.30000000000000004",) * 2,
        ],
    )
    def test_numbers_are_read_as_people_write_them(self, panel, typed, sent):
        p = panel()
        entry = p.card(1).get_by_role("textbox")
        entry.fill(typed)
        entry.press("Enter")
        assert p.values["o1"] == f"gd_lr_{sent}"

    @pytest.mark.parametrize(
        "typed", ["", "abc", "11", "-1", "1,000,000", "0x10", "NaN", "Infinity", "1e999"]
    )
    def test_what_cannot_be_used_is_refused_under_the_field(self, panel, typed):
        p = panel()
        entry, sentence = p.card(1).get_by_role("textbox"), p.card(1).locator(".row .refusal")
        entry.fill(typed)
        entry.press("Enter")
        assert sentence.text_content() == "Learning rate must be a number between 0.000001 and 10."
        assert entry.input_value() == typed
        assert entry.get_attribute("aria-invalid") == "true"
        assert sentence.get_attribute("id") in entry.get_attribute("aria-describedby")
        entry.blur()
        assert entry.input_value() == "0.4"
        assert p.sent == []
        p.range("Steps").focus()
        p.page.keyboard.press("ArrowRight")
        assert entry.get_attribute("aria-invalid") is None
        assert sentence.is_visible()

    def test_a_blur_commits(self, panel):
        p = panel()
        p.entry("Steps").fill("12")
        p.page.keyboard.press("Tab")
        assert changes(p) == [{"steps": "12"}]

    def test_a_fraction_is_no_whole_number(self, panel):
        p = panel()
        p.entry("Steps").fill("12.5")
        p.entry("Steps").press("Enter")
        assert (
            p.row("Steps").locator(".refusal").text_content()
            == "Steps must be a whole number between 1 and 2000."
        )

    def test_arrows_step_a_tenth_of_the_leading_digit_and_escape_reverts(self, panel):
        p = panel()
        entry = p.card(1).get_by_role("textbox")
        entry.focus()
        p.page.keyboard.down("ArrowUp")
        assert entry.input_value() == "0.41"
        assert p.sent == []
        p.page.keyboard.up("ArrowUp")
        assert p.values["o1"] == "gd_lr_0.41"
        entry.fill("7")
        entry.press("Escape")
        assert entry.input_value() == "0.41"
        entry.blur()
        assert len(p.sent) == 1

    def test_a_refusal_of_the_server_keeps_what_was_typed(self, panel):
        p = panel()
        p.page.evaluate("window.auto = false")
        entry = p.card(2).get_by_role("textbox").first
        entry.fill("9")
        entry.press("Enter")
        n = p.sent[-1]["n"]
        p.page.evaluate(
            "n => { window.server.ack = n; window.server.refused = { 'o2.lr': 'Too much.' }; window.show() }",
            n,
        )
        assert p.card(2).locator(".row .refusal:visible").text_content() == "Too much."
        assert entry.input_value() == "9"
        entry.fill("2")
        entry.press("Enter")
        assert p.card(2).locator(".refusal:visible").count() == 0

    def test_a_refusal_without_a_field_is_said_on_top(self, panel):
        p = panel()
        p.page.evaluate("window.server.refused = { unheard: 'That does not fit.' }; window.show()")
        assert p.page.locator(".optviz-panel > .refusal").text_content() == "That does not fit."


class TestLists:
    def test_every_landscape_and_optimizer_is_listed(self, panel):
        p = panel()
        p.page.get_by_role("combobox", name="Objective").click()
        assert p.page.get_by_role("option").count() == len(OBJECTIVES) + 1
        p.page.keyboard.press("Escape")
        assert p.page.get_by_role("listbox").count() == 0
        p.page.get_by_role("combobox", name="Add an optimizer").click()
        assert p.page.get_by_role("option").count() == len(OPTIMIZERS)

    def test_typing_filters_and_enter_takes(self, panel):
        p = panel()
        p.page.get_by_role("combobox", name="Objective").focus()
        p.page.keyboard.type("holder")
        assert p.page.get_by_role("option").all_inner_texts()[0].startswith("Hölder table")
        p.page.keyboard.press("Enter")
        assert changes(p) == [{"objective": "hoelder-table", "formula": None, "start": None, "domain": None}]
        assert p.page.get_by_role("group", name="Start").get_by_role("textbox").first.input_value() == "6"

    def test_groups_and_notes_are_searched(self, panel):
        p = panel()
        box = p.page.get_by_role("combobox", name="Objective")
        box.focus()
        p.page.keyboard.type("non-smooth 1d")
        assert p.page.get_by_role("option").count() == len(
            [o for o in OBJECTIVES.values() if o.group == "non-smooth" and o.dimension == 1]
        )
        box.fill("no such thing")
        assert "matches" in p.page.get_by_role("option").inner_text()
        p.page.keyboard.press("Enter")
        p.page.keyboard.press("Escape")
        assert box.input_value() == "Ravine"
        assert p.sent == []

    def test_arrows_go_through_the_list(self, panel):
        p = panel()
        box = p.card(1).get_by_role("combobox")
        box.focus()
        p.page.keyboard.press("ArrowDown")
        p.page.keyboard.press("ArrowDown")
        active = box.get_attribute("aria-activedescendant")
        assert p.page.locator(f"#{active}").get_attribute("data-key") == list(OPTIMIZERS)[1]
        p.page.keyboard.press("Enter")
        assert p.values["o1"].startswith(list(OPTIMIZERS)[1] + "_")
        assert box.get_attribute("aria-expanded") == "false"

    def test_one_dimension_has_one_start(self, panel):
        p = panel()
        p.page.get_by_role("combobox", name="Objective").focus()
        p.page.keyboard.type("parabola")
        p.page.keyboard.press("Enter")
        assert p.page.get_by_role("group", name="Start").get_by_role("textbox").count() == 1

    def test_a_formula_of_ones_own(self, panel):
        p = panel()
        p.page.get_by_role("combobox", name="Objective").focus()
        p.page.keyboard.type("own formula")
        p.page.keyboard.press("Enter")
        assert p.sent == []
        p.page.keyboard.type("x^2 + y^4")
        p.page.keyboard.press("Enter")
        assert changes(p) == [{"objective": "formula", "formula": "x^2 + y^4", "start": None, "domain": None}]


class TestCards:
    def add(self, p: PanelPage, name: str) -> None:
        p.page.get_by_role("combobox", name="Add an optimizer").fill(name)
        p.page.keyboard.press("Enter")

    def test_six_are_the_most(self, panel):
        p = panel()
        for name in ("RMSProp", "AdaGrad", "AdamW"):
            self.add(p, name)
        assert p.names()[3:] == ["RMSProp", "AdaGrad", "AdamW"]
        box = p.page.get_by_role("combobox", name="Add an optimizer")
        assert box.is_visible()
        assert box.is_disabled()
        assert p.page.get_by_text("Six optimizers are the most; remove one to add another.").is_visible()
        p.card(6).get_by_role("button", name="Remove AdamW").click()
        assert p.values.keys() & {"o5", "o6"} == {"o5"}
        assert box.is_enabled()

    def test_a_race_of_eight_has_a_card_for_each_of_the_seven_rivals(self, panel):
        keys = ("gd", "momentum", "nag", "adagrad", "rmsprop", "adam", "adamw")
        config = TrainingConfig("digits", rivals=tuple(rival(key) for key in keys))
        served = {**declaration(TrainingConfig), "styles": {"light": [], "dark": []}}
        p = panel(values=encode(config), declared=served)
        assert len(p.names()) == 7
        assert p.page.get_by_text("Seven optimizers are the most").is_visible()
        p.card(7).get_by_role("button", name="Remove AdamW").click()
        assert "r7" not in p.values
        self.add(p, "Adadelta")
        assert p.values["r7"].startswith("adadelta")

    def test_removing_closes_the_gap_and_the_last_stays(self, panel):
        p = panel()
        p.card(1).get_by_role("button", name="Remove").click()
        assert p.names() == ["Momentum", "Adam"]
        assert p.values["o1"].startswith("momentum")
        assert "o3" not in p.values
        p.card(1).get_by_role("button", name="Remove").click()
        p.card(1).locator("button[aria-disabled]", has=p.page.locator("svg")).first.click(force=True)
        assert p.names() == ["Adam"]

    def test_moving_keeps_the_focus_on_the_card(self, panel):
        p = panel()
        p.card(3).get_by_role("button", name="Move Adam (3) up").focus()
        p.page.keyboard.press("Enter")
        assert p.names() == ["Gradient descent", "Adam", "Momentum"]
        p.page.keyboard.press("Enter")
        assert p.names() == ["Adam", "Gradient descent", "Momentum"]
        assert [p.values[f"o{i}"].split("_")[0] for i in (1, 2, 3)] == ["adam", "gd", "momentum"]

    def test_a_duplicate_stands_under_its_original(self, panel):
        p = panel()
        p.card(1).get_by_role("button", name="Duplicate").click()
        assert p.names() == ["Gradient descent", "Gradient descent", "Momentum", "Adam"]
        assert p.values["o2"] == p.values["o1"] == "gd_lr_0.4"

    def test_hiding_is_for_the_picture_alone(self, panel):
        p = panel()
        p.card(2).get_by_role("button", name="Hide").click()
        assert p.page.evaluate("window.hiddenSlots") == ["o2"]
        p.card(1).get_by_role("button", name="down").click()
        assert p.page.evaluate("window.hiddenSlots") == ["o1"]
        p.card(1).get_by_role("button", name="Show").click()
        assert p.page.evaluate("window.hiddenSlots") == []
        p.page.evaluate("window.pageBus.tell('hidden', new Set(['o3']))")
        assert p.card(3).get_by_role("button", name="Show").count() == 1
        assert changes(p) == [{"o1": VALUES["o2"], "o2": VALUES["o1"]}]

    def test_another_optimizer_has_its_defaults_and_the_way_back_its_values(self, panel):
        p = panel()
        box = p.card(2).get_by_role("combobox")
        box.fill("adagrad")
        p.page.keyboard.press("Enter")
        default = OPTIMIZERS["adagrad"].defaults["lr"]
        assert lr_of(p, "o2") == default
        box.fill("momentum")
        p.page.keyboard.press("Enter")
        assert p.values["o2"] == VALUES["o2"]

    def test_advanced_numbers_stand_behind_more(self, panel):
        p = panel()
        assert p.card(3).get_by_role("slider").count() == 3
        p.card(3).get_by_role("button", name="More").click()
        assert p.card(3).get_by_role("slider").count() == 4
        p.card(3).get_by_role("textbox").last.fill("1e-6")
        p.page.keyboard.press("Enter")
        assert p.values["o3"] == "adam_lr_0.4_beta1_0.9_beta2_0.999_eps_0.000001"


class TestHistory:
    def test_undo_and_redo(self, panel):
        p = panel()
        for steps in ("60", "70"):
            p.entry("Steps").fill(steps)
            p.entry("Steps").press("Enter")
        p.page.get_by_role("button", name="Undo").click()
        assert p.values["steps"] == "60"
        p.page.keyboard.press("Control+z")
        assert p.values["steps"] == "50"
        assert p.page.get_by_role("button", name="Nothing to undo").count() == 1
        p.page.keyboard.press("Control+Shift+z")
        p.page.keyboard.press("Control+y")
        assert p.values["steps"] == p.entry("Steps").input_value() == "70"
        assert p.page.get_by_role("button", name="Nothing to redo").count() == 1

    def test_a_removed_card_comes_back(self, panel):
        p = panel()
        p.card(2).get_by_role("button", name="Remove").click()
        assert "Optimizer 2" in p.page.get_by_role("button", name="Undo").get_attribute("title")
        p.page.keyboard.press("Control+z")
        assert p.names() == ["Gradient descent", "Momentum", "Adam"]
        assert p.values == VALUES

    def test_a_text_that_is_being_typed_keeps_its_own_undo(self, panel):
        p = panel()
        p.entry("Steps").fill("60")
        p.entry("Steps").press("Enter")
        p.page.keyboard.type("7")
        p.page.keyboard.press("Control+z")
        assert p.values["steps"] == "60"

    def test_reset(self, panel):
        p = panel(values=SIX | {"steps": "9"})
        p.page.get_by_role("button", name="Reset").click()
        assert p.values == VALUES
        assert p.names() == ["Gradient descent", "Momentum", "Adam"]
        p.page.keyboard.press("Control+z")
        assert p.values["steps"] == "9"


class TestServer:
    def test_unanswered_changes_are_sent_together(self, panel):
        p = panel()
        p.page.evaluate("window.auto = false")
        for name, text in (("Steps", "60"), ("Learning rate", "0.5")):
            p.entry(name).fill(text)
            p.entry(name).press("Enter")
        first, second = p.sent
        assert second["n"] > first["n"] > 1e12
        assert second["changes"] == {"steps": "60", "o1": "gd_lr_0.5"}

    def test_a_late_answer_does_not_undo_a_newer_change(self, panel):
        p = panel()
        p.page.evaluate("window.auto = false")
        for steps in ("60", "70"):
            p.entry("Steps").fill(steps)
            p.entry("Steps").press("Enter")
        p.page.evaluate("window.answer(window.sent[0])")
        assert p.entry("Steps").input_value() == "70"
        assert p.page.evaluate("window.pageBus.values.steps") == "70"
        p.page.evaluate("window.answer(window.sent[1])")
        assert p.entry("Steps").input_value() == "70"
        p.page.keyboard.press("Control+y")
        p.page.get_by_role("button", name="Undo").click()
        assert p.sent[-1]["changes"] == {"steps": "50"}

    def test_the_same_answer_twice_does_nothing(self, panel):
        p = panel()
        p.page.evaluate("window.told = 0; window.pageBus.on('values', () => window.told++)")
        p.page.evaluate("window.show(); window.show()")
        p.page.wait_for_timeout(50)
        assert p.page.evaluate("window.told") == 0

    def test_an_overtaken_answer_is_passed_over(self, panel):
        p = panel()
        p.entry("Steps").fill("60")
        p.entry("Steps").press("Enter")
        p.page.evaluate("window.show({ ack: 1, values: { ...window.server.values, steps: '3' } })")
        p.page.wait_for_timeout(50)
        assert p.entry("Steps").input_value() == "60"

    def test_a_server_that_was_started_anew_is_heard(self, panel):
        p = panel()
        p.entry("Steps").fill("60")
        p.entry("Steps").press("Enter")
        p.page.evaluate("window.show({ ack: 0, values: { ...window.server.values, steps: '3' } })")
        p.page.wait_for_timeout(50)
        assert p.entry("Steps").input_value() == "3"

    def test_an_edit_that_was_not_answered_before_the_page_was_left_is_sent_again(self, panel):
        p = panel()
        p.page.evaluate("window.auto = false")
        p.entry("Steps").fill("60")
        p.entry("Steps").press("Enter")
        p.page.evaluate(
            """() => {
              window.end()
              const host = document.createElement('div')
              host.innerHTML = "<div class='optviz-panel'></div>"
              document.body.append(host)
              window.reopen(host)
            }"""
        )
        p.page.wait_for_function("window.sent.length === 2")
        assert changes(p)[1] == {"steps": "60"}

    def test_what_the_stage_committed_before_the_panel_came_is_sent(self, panel):
        p = panel()
        p.page.evaluate(
            """() => {
              window.end()
              window.pageBus.commit({ start: '1.0_2.0' })
              window.show()
            }"""
        )
        p.page.wait_for_function("window.sent.length === 1")
        assert changes(p) == [{"start": "1.0_2.0"}]

    def test_an_answer_during_a_drag_leaves_the_thumb_in_the_hand(self, panel):
        p = panel()
        box = p.slider("Steps").bounding_box()
        p.page.mouse.move(box["x"] + 20, box["y"] + 14)
        p.page.mouse.down()
        p.page.mouse.move(box["x"] + 40, box["y"] + 14, steps=3)
        held = p.entry("Steps").input_value()
        p.page.evaluate(
            "window.server.values = { ...window.server.values, noise: '2.0', steps: '77' }; window.show()"
        )
        p.page.wait_for_timeout(50)
        assert p.entry("Steps").input_value() == held
        p.page.mouse.up()
        assert p.values["steps"] == held

    def test_typing_survives_an_answer(self, panel):
        p = panel()
        p.entry("Steps").focus()
        p.page.keyboard.press("Control+a")
        p.page.keyboard.type("12")
        p.page.evaluate("window.server.values = { ...window.server.values, steps: '77' }; window.show()")
        p.page.wait_for_timeout(50)
        p.page.keyboard.type("3")
        p.page.keyboard.press("Enter")
        assert p.values["steps"] == "123"

    def test_back_sends_the_whole_address(self, panel):
        p = panel()
        p.page.evaluate(
            """() => {
              history.pushState(null, '', '?objective=beale&steps=5')
              history.pushState(null, '', '?steps=6')
              history.back()
            }"""
        )
        p.page.wait_for_function("window.sent.length === 1")
        edit = p.sent[0]
        assert (edit["changes"], edit["link"]) == ({}, {"objective": "beale", "steps": "5"})

    def test_a_server_that_was_started_again_gets_what_it_lost(self, panel):
        p = panel()
        p.entry("Steps").fill("60")
        p.entry("Steps").press("Enter")
        p.page.wait_for_function("window.server.ack > 0")
        p.page.evaluate("window.auto = false")
        p.entry("Steps").fill("70")
        p.entry("Steps").press("Enter")
        p.page.evaluate("window.server.ack = 0; window.show()")
        p.page.wait_for_function("window.sent.length === 3")
        assert changes(p)[2] == {"steps": "70"}
        assert p.sent[2]["n"] > p.sent[1]["n"]
        assert p.entry("Steps").input_value() == "70"

    def test_the_address_follows_each_answer(self, panel):
        p = panel()
        before = p.page.evaluate("history.length")
        p.page.evaluate("window.show({ address: { steps: '50' } })")
        p.page.wait_for_function("location.search === '?steps=50'")
        assert p.page.evaluate("history.length") == before
        p.page.evaluate("window.auto = false")
        p.entry("Steps").fill("60")
        p.entry("Steps").press("Enter")
        p.page.evaluate("window.show({ ack: window.sent[0].n, address: { steps: '60' } })")
        p.page.wait_for_function("location.search === '?steps=60'")
        assert p.page.evaluate("history.length") == before + 1

    def test_the_stage_moves_the_start(self, panel):
        p = panel()
        x = p.page.get_by_role("group", name="Start").get_by_role("textbox").first
        p.page.evaluate("window.pageBus.draft({ start: '1.5_2.0' })")
        p.page.wait_for_timeout(60)
        assert x.input_value() == "1.5"
        p.page.evaluate("window.pageBus.giveUp()")
        assert x.input_value() == "-5"
        p.page.evaluate("window.pageBus.commit({ start: '3.0_2.0' })")
        assert changes(p) == [{"start": "3.0_2.0"}]
        assert x.input_value() == "3"

    def test_odd_values_are_shown_and_nothing_breaks(self, panel):
        odd = {
            "o1": "nonsense_lr",
            "o2": "gd_lr",
            "o3": "__proto__",
            "steps": "<b>",
            "start": "a_b_c",
            "objective": "?",
            "schedule": "",
            "domain": "1",
        }
        p = panel(everything=True, values=VALUES | odd)
        assert p.page.locator(".card").count() == 3
        assert "is no optimizer here" in p.card(1).locator(".refusal:visible").text_content()
        assert p.entry("Steps").input_value() == "<b>"
        p.card(1).get_by_role("combobox").fill("adam")
        p.page.keyboard.press("Enter")
        assert p.values["o1"].startswith("adam_lr_")

    def test_a_remount_keeps_history_and_open_parts(self, panel):
        p = panel()
        p.page.locator("summary").click()
        p.entry("Steps").fill("60")
        p.entry("Steps").press("Enter")
        p.page.evaluate("window.end()")
        p.page.keyboard.press("Control+z")
        assert p.values["steps"] == "60"
        p.page.evaluate("window.show()")
        p.page.wait_for_timeout(50)
        p.page.keyboard.press("Control+z")
        assert p.values["steps"] == "50"
        assert p.page.locator("details").get_attribute("open") is not None


class TestEveryKind:
    def test_when_shows_a_field_only_where_it_counts(self, panel):
        p = panel(everything=True)
        assert p.page.get_by_text("Learning rates", exact=True).is_visible()
        p.page.get_by_role("radio", name="Stability").check()
        assert not p.page.get_by_text("Learning rates", exact=True).is_visible()
        assert p.page.get_by_label("Sides y: hyperparameter").is_visible()

    def test_a_side_takes_a_hyperparameter_of_the_first_optimizer(self, panel):
        p = panel(everything=True, values=VALUES | {"map": "stability", "o1": VALUES["o3"]})
        p.page.get_by_label("Sides x: hyperparameter").select_option("beta1")
        assert p.values["x"] == "beta1_0_0.9999"
        entry = p.page.locator(".row.side").first.get_by_role("textbox").first
        entry.fill("0.5")
        entry.press("Enter")
        assert p.values["x"] == "beta1_0.5_0.9999"

    def test_segments_answer_to_arrows(self, panel):
        p = panel(everything=True)
        p.page.get_by_role("radio", name="Sweep").focus()
        p.page.keyboard.press("ArrowRight")
        assert p.values["map"] == "stability"

    def test_a_preset_sets_all_its_values_at_once(self, panel):
        p = panel(everything=True)
        p.page.get_by_role("combobox", name="Example").fill("long")
        p.page.keyboard.press("Enter")
        assert changes(p) == [{"steps": "1000", "noise": "1.0"}]
        assert p.page.get_by_role("combobox", name="Example").input_value() == "Long run"

    def test_several_keep_at_least_one(self, panel):
        p = panel(everything=True)
        p.page.get_by_role("checkbox", name="First").uncheck()
        assert p.values["shown"] == "second"
        p.page.get_by_role("checkbox", name="Second").click()
        assert p.page.get_by_role("checkbox", name="Second").is_checked()
        assert p.page.get_by_text("at least one must stay chosen").is_visible()
        p.page.get_by_role("checkbox", name="First").check()
        assert p.values["shown"] == "second.first"

    def test_texts_are_shown_as_people_write_them(self, panel):
        p = panel(everything=True)
        box = p.page.get_by_role("textbox", name="Weights")
        assert box.input_value() == "3, 1, -3"
        assert p.page.get_by_role("textbox", name="Matrix").input_value() == "1, 2\n3, 4"
        box.fill("4 5")
        box.press("Enter")
        assert changes(p) == [{"weights": "4 5"}]

    def test_values_spread_over_names(self, panel):
        p = panel(everything=True)
        p.page.get_by_role("combobox", name="Trained with").fill("gradient descent")
        p.page.keyboard.press("Enter")
        sent = changes(p)[-1]
        assert sent["opt"] == "gd"
        assert sent["o.beta1"] is None
        assert float(sent["o.lr"]) == OPTIMIZERS["gd"].defaults["lr"]

    def test_a_range_goes_upward(self, panel):
        p = panel(everything=True)
        low = p.page.locator(".range").get_by_role("textbox").first
        low.fill("0.1")
        low.press("Enter")
        assert p.values["rates"] == "0.1_10.0"
        high = p.page.locator(".range").get_by_role("textbox").last
        high.fill("0.01")
        high.press("Enter")
        assert p.values["rates"] == "0.1_10.0"
        assert p.page.get_by_text("Learning rates must go from a smaller to a larger number.").is_visible()
        low.fill("0.001")
        low.press("Enter")
        assert p.values["rates"] == "0.001_0.01"

    def test_intervals_and_the_toggle(self, panel):
        p = panel()
        p.page.locator("summary").click()
        p.page.get_by_role("textbox", name="Shown: x from").fill("-3")
        p.page.keyboard.press("Enter")
        p.page.get_by_role("switch").click()
        assert p.values["domain"] == "-3_6.0_-4.0_4.0"
        assert p.values["loss"] == "linear"


class TestPage:
    @pytest.mark.parametrize("settings", PAGES, ids=lambda settings: settings.page)
    def test_every_page_of_ours_can_be_drawn(self, panel, settings):
        values = encode(settings())
        p = panel(declared=declaration(settings), values=values)
        assert p.page.get_by_text("cannot be shown").count() == 0
        assert p.page.locator(".refusal:visible").all_inner_texts() == []
        p.page.evaluate("window.show({ dark: true })")
        p.page.get_by_role("button", name="Reset").click()
        assert p.sent == []

    def test_the_whole_panel_is_reached_by_tab_in_reading_order(self, panel):
        p = panel(everything=True)
        p.page.evaluate("window.root.querySelectorAll('details').forEach(d => d.open = true)")
        places = []
        for _ in range(75):
            p.page.keyboard.press("Tab")
            places.append(
                p.page.evaluate(
                    """() => {
                      const focused = window.root.activeElement
                      if (!focused) return null
                      const all = [...focused.getRootNode().querySelectorAll('*')]
                      return [all.indexOf(focused), focused.getBoundingClientRect().top]
                    }"""
                )
            )
            if len(places) > 10 and places[-1] is None:
                break
        places = [place for place in places if place]
        assert len(places) > 55
        assert places == sorted(places)

    @pytest.mark.parametrize("width", [340, 390])
    def test_nothing_sticks_out_and_targets_are_large_enough(self, panel, width):
        p = panel(everything=True, viewport={"width": width, "height": 900})
        assert p.page.evaluate("document.documentElement.scrollWidth") <= width
        small = p.page.evaluate(
            """() => [...window.root.querySelectorAll('button, input, select, textarea, summary')]
              .filter(node => node.offsetParent)
              .map(node => [node.ariaLabel || node.name || node.textContent, node.getBoundingClientRect()])
              .filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name)"""
        )
        assert small == []

    def test_help_comes_with_the_keyboard_and_is_read_aloud(self, panel):
        p = panel()
        p.entry("Steps").focus()
        p.page.keyboard.press("Shift+Tab")
        tip = p.page.locator(".tip")
        assert tip.is_visible()
        assert tip.text_content() == "Steps that each optimizer takes."
        ids = p.range("Steps").get_attribute("aria-describedby").split()
        assert p.page.locator(f"#{ids[0]}").text_content() == "Steps that each optimizer takes."
        p.page.keyboard.press("Escape")
        assert not tip.is_visible()

    def test_five_hundred_drags_leave_nothing_behind(self, panel):
        p = panel()
        count = "window.root.querySelectorAll('*').length"
        before = p.page.evaluate(count)
        p.page.evaluate(
            """async () => {
              const slider = [...window.root.querySelectorAll('.card .slider')][0]
              slider.setPointerCapture = slider.releasePointerCapture = () => {}
              const box = slider.getBoundingClientRect()
              const tell = (type, x) => slider.dispatchEvent(new PointerEvent(type, {
                pointerId: 7, clientX: box.left + x, clientY: box.top + 9, pointerType: 'mouse',
              }))
              for (let i = 0; i < 500; i++) {
                tell('pointerdown', 20)
                for (let x = 20; x < 90; x += 10) tell('pointermove', x + i % 9)
                tell('pointerup', 90)
                await Promise.resolve()
              }
            }"""
        )
        p.page.wait_for_timeout(50)
        assert p.commits >= 400
        assert p.page.evaluate(count) == before

    def test_a_declaration_that_does_not_come_is_said(self, panel):
        p = panel()
        p.page.evaluate(
            """async () => {
              const host = document.createElement('div')
              host.innerHTML = "<div class='optviz-panel other'></div>"
              document.body.append(host)
              const mount = (await import('/assets/panel.js')).default
              const data = { declaration: 'data:application/json,{broken', page: 'other', values: {}, ack: 0 }
              mount({ parentElement: host, setStateValue() {}, data })
            }"""
        )
        p.page.get_by_text("The settings could not be loaded").wait_for()
