"""The course in Chinese: its catalogues keep to the glossary, and nothing of a lesson is left in English."""

import re

import pytest

from optviz.figures.style import LIGHT
from optviz.lessons.glossary import GLOSSARY, called
from optviz.lessons.lesson import Lesson, matching
from optviz.lessons.networks import COURSE
from optviz.lessons.panels import panels
from optviz.lessons.questions import QUESTIONS
from optviz.lessons.thumbnails import sketch
from optviz.words import speaking, tr
from optviz.words.catalogue import FOLDER, entries
from tests.words.english import left_in_english

#: One lesson of each kind of picture and page.
SOME = (
    "edge",
    "clamped",
    "adam-as-printed",
    "dying",
    "weather",
    "batch-size",
    "errors",
    "fitting",
    "dropout",
)


@pytest.mark.parametrize("room", ["lessons", "web_lessons"])
def test_a_message_that_is_a_term_is_translated_as_the_glossary_says(room: str) -> None:
    known = {term.name: term.chinese for term in GLOSSARY}
    said = entries(FOLDER / "zh" / f"{room}.po")
    assert {text: said[text] for text in said if text.lower() in known} == {
        text: known[text.lower()] for text in said if text.lower() in known
    }


def test_a_term_has_one_row_and_one_chinese_name() -> None:
    names = [name for term in GLOSSARY for name in (term.name, term.chinese, *term.also)]
    twice = {name for name in names if names.count(name) > 1}
    assert twice <= {"logit"}, "which is called so in both languages"


@pytest.mark.parametrize("lesson", COURSE.values(), ids=lambda lesson: lesson.key)
def test_a_lesson_says_nothing_in_english(lesson: Lesson) -> None:
    question = QUESTIONS[lesson.key]
    with speaking("zh"):
        texts = (lesson.title, lesson.idea, lesson.notice, lesson.tries, *lesson.errata)
        asked = (question.asks, *question.choices, question.reason, *(check.what for check in lesson.checks))
        words = re.findall(r"\\text\{([^}]*)\}", tr(lesson.formula))
        said = " 。".join((*map(tr, (*texts, *asked)), *(check.shown for check in lesson.checks)))
    assert not left_in_english(said)
    assert not left_in_english(" 。".join(words), most=0)


@pytest.mark.parametrize("key", SOME)
def test_a_picture_is_labelled_in_the_language_of_its_context(key: str) -> None:
    english = COURSE[key].picture()
    with speaking("zh"):
        chinese = COURSE[key].picture()
        ((panel,), legend) = panels(chinese, LIGHT, alt="")
        small = sketch(chinese, LIGHT)
    assert sketch(english, LIGHT) != small
    titles = [panel["layout"][axis].get("title", {}).get("text", "") for axis in ("xaxis", "yaxis")]
    assert not left_in_english(" 。".join((panel["title"], *titles, *(entry["name"] for entry in legend))))


def test_a_check_says_its_terms_in_the_language_of_its_context() -> None:
    check = COURSE["gd-2d"].checks[0]
    english = check.verdict()
    with speaking("zh"):
        chinese = check.verdict()
    assert (english.terms, chinese.terms) == ("to 6 decimals", "精确到 6 位小数")
    assert (english.values, english.agrees) == (chinese.values, chinese.agrees)


def test_a_search_knows_words_of_both_languages_in_both() -> None:
    lessons = list(COURSE.values())
    for typed, key in (
        ("鞍点", "saddle"),
        ("峡谷 动量", "momentum"),
        ("峡谷，动量", "momentum"),
        ("丢弃法", "dropout"),
        ("周期", "gradient_descent_kinds"),
        ("edge of stability", "edge"),
        ("标签平滑", "smoothing"),
    ):
        found = [lesson.key for lesson in matching(lessons, typed)]
        assert key in found, typed
        assert len(found) < len(lessons), typed
        with speaking("zh"):
            assert [lesson.key for lesson in matching(lessons, typed)] == found
    assert called("周期") == ["周期", "epoch", "轮"]
