"""The gallery of lessons without a browser."""

from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from optviz.lessons.networks import COURSE

MAIN = Path(__file__).parents[2] / "optviz" / "web" / "main.py"
PAGE = "../../pages/lessons.py"


def opened(lesson: str = "") -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=60)
    page.switch_page(PAGE)
    if lesson:
        page.query_params["lesson"] = lesson
    page.run()
    assert not page.exception, page.exception
    return page


def cards(page: AppTest) -> list[str]:
    return [b.key.removeprefix("open.") for b in page.button if b.key and b.key.startswith("open.")]


def text(page: AppTest) -> str:
    return " ".join(m.value for m in page.markdown)


def test_the_gallery_has_a_card_for_every_lesson_in_order() -> None:
    page = opened()
    assert cards(page) == list(COURSE)
    said = " ".join(c.value for c in page.caption)
    assert "differ" not in said
    assert "not measured" not in said


def test_a_search_leaves_the_cards_that_have_the_words() -> None:
    page = opened()
    page.text_input(key="lessons.search").set_value("bug adam").run()
    assert cards(page) == ["adam-as-printed", "adam-uncorrected", "adam-inverted"]
    page.text_input(key="lessons.search").set_value("zeppelin").run()
    assert cards(page) == []
    assert page.info


def test_a_card_opens_its_lesson_and_the_search_is_kept() -> None:
    page = opened()
    page.text_input(key="lessons.search").set_value("ravine").run()
    page.button(key="open.gd-ravine").click().run()
    assert not page.exception
    assert "A ravine" in text(page)
    page.button(key="lesson.all").click().run()
    assert page.text_input(key="lessons.search").value == "ravine"
    assert "gd-ravine" in cards(page)


@pytest.mark.parametrize("key", COURSE)
def test_every_lesson_has_its_own_link(key: str) -> None:
    page = opened(key)
    lesson = COURSE[key]
    assert lesson.title in text(page)
    (live,) = (link for link in page.get("page_link") if link.proto.label.startswith("Open it on"))
    assert dict(parse_qsl(live.proto.query_string.lstrip("?"), keep_blank_values=True)) == lesson.link
    assert page.button(key="lesson.previous").disabled == (key == next(iter(COURSE)))
    assert page.button(key="lesson.next").disabled == (key == list(COURSE)[-1])
    assert len(page.warning) == len(lesson.errata)


def test_previous_and_next_follow_the_course() -> None:
    first, second, *_ = COURSE
    page = opened(first)
    page.button(key="lesson.next").click().run()
    assert COURSE[second].title in text(page)
    page.button(key="lesson.previous").click().run()
    assert COURSE[first].title in text(page)


def test_an_unknown_lesson_gets_a_sentence_and_the_gallery() -> None:
    page = opened("zeppelin*")
    assert "zeppelin" in page.warning[0].value
    assert cards(page) == list(COURSE)
