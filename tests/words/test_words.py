"""Messages in two languages: how they are filled, kept apart and found."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optviz import catalogues, words
from optviz.settings.declaration import declaration
from optviz.settings.experiment import Experiment
from optviz.words import per_language, speaking, tr, trn
from optviz.words.catalogue import best, translations


def test_a_message_is_said_in_the_language_of_its_context_and_english_stands_in() -> None:
    assert tr("Steps") == "Steps"
    with speaking("zh"):
        assert tr("Steps") == "步数"
        assert tr("No catalogue has this.") == "No catalogue has this."
    with speaking("tlh"):  # a language without a catalogue
        assert tr("Steps") == "Steps"
    assert dict(translations("tlh")) == {}


def test_values_are_filled_in_and_other_braces_stay() -> None:
    assert tr(r"{name} is $\frac{1}{2}$ of {it}.", name="x", it="{name}") == r"x is $\frac{1}{2}$ of {name}."
    assert [trn("{count} step", "{count} steps", n) for n in (1, 1200)] == ["1 step", "1,200 steps"]


@pytest.mark.parametrize(
    ("message", "value", "said"),
    [
        ("{x}最先到达", "Adam", "Adam 最先到达"),
        ("{x} 最先到达", "动量", "动量最先到达"),
        ("从{x}出发", "(1, 2)", "从(1, 2)出发"),
        ("第 {x} 步", "3", "第 3 步"),
        ("说明： {x} 。", "x", "说明：x。"),
        ("{x}{x}", "动量", "动量动量"),
    ],
)
def test_a_value_in_a_chinese_sentence_has_spaces_beside_latin_letters_alone(
    message: str, value: str, said: str
) -> None:
    with speaking("zh"):
        assert tr(message, x=value) == said


@given(st.text(), st.text())
def test_no_value_is_read_as_a_place(text: str, value: str) -> None:
    assert tr("{a}|" + "{b}", a=value, b="") == value + "|"
    assert tr(text) == text or text in translations("zh")


def test_what_is_kept_is_kept_for_each_language() -> None:
    @per_language(4)
    def label(name: str) -> str:
        return tr(name)

    assert label("Steps") == "Steps"
    with speaking("zh"):
        assert label("Steps") == "步数"
    assert label("Steps") == "Steps"


def test_a_new_thread_asks_for_its_language() -> None:
    said: list[str] = []
    with speaking("zh"):
        thread = threading.Thread(target=lambda: said.append(words.language()))
        thread.start()
        thread.join()
    assert said == ["en"]


def test_the_panel_is_declared_in_each_language() -> None:
    english = declaration(Experiment)
    with speaking("zh"):
        chinese = declaration(Experiment)
    assert english != chinese
    assert english["defaults"] == chinese["defaults"]


def test_a_browser_gets_the_first_language_that_we_have() -> None:
    assert best("zh-CN,zh;q=0.9,en;q=0.8") == "zh"
    assert best("de-DE,de;q=0.9,zh;q=0.5") == "zh"
    assert best("fr") == best("") == best(";;q") == "en"


def test_messages_are_found_in_python_javascript_markup_and_tables() -> None:
    found = catalogues.messages()
    assert "The link's {sentence}" in found["settings"]
    assert "This could not be loaded: {why}. Reload the page to try again." in found["browser"]
    assert "Download the paths as CSV" in found["browser"]
    assert "Number of steps per optimizer." in found["settings"]
