"""A live page that was opened from a lesson says what to notice and to try, and knows what was found."""

import pytest

from optviz.lessons.discoveries import DISCOVERIES
from optviz.lessons.networks import COURSE
from optviz.words import speaking, tr
from tests.web.visit import Visit
from tests.words.english import left_in_english

ONE_EACH = ("gd-ravine", "edge", "gradient_descent_kinds", "dying", "weight_decay", "mnist_mlp")


def opened(key: str) -> Visit:
    return Visit(COURSE[key].page, {**COURSE[key].link, "from": key})


@pytest.mark.parametrize("key", ONE_EACH)
def test_a_live_page_carries_its_lesson(key: str) -> None:
    page, lesson = opened(key), COURSE[key]
    assert not page.notices
    assert lesson.title in page.words
    assert lesson.notice in page.words
    assert lesson.tries in page.words
    links = {link.proto.label: link.proto.query_string for link in page.page.get("page_link")}
    assert links["Back to the lesson"].lstrip("?") == f"lesson={key}"
    keys = list(COURSE)
    following = keys[keys.index(key) + 1]
    assert links["Next lesson"].lstrip("?") == f"lesson={following}"


def test_what_was_found_is_said_and_the_lesson_stays_through_changes() -> None:
    page, found = opened("gd-ravine"), DISCOVERIES["gd-ravine"]
    assert "You found it" not in page.words
    page.change(o1="gd_lr_0.45")
    assert "You found it" not in page.words
    page.change(**found.by)
    assert found.sentence in page.words
    assert page.panel["address"]["from"] == "gd-ravine"
    assert "from" not in page.panel["values"]


def test_back_and_forward_bring_the_lesson_of_their_address() -> None:
    page = opened("gd-ravine")
    page.address({**COURSE["gd-2d"].link, "from": "gd-2d"})
    assert COURSE["gd-2d"].notice in page.words
    page.address(dict(COURSE["gd-2d"].link))
    assert "Back to the lesson" not in [link.proto.label for link in page.page.get("page_link")]
    assert "from" not in page.panel["address"]


def test_an_unknown_lesson_in_a_link_is_named_and_the_page_is_as_ever() -> None:
    page = Visit("trajectories", {**COURSE["gd-2d"].link, "from": "zeppelin"})
    assert "“from” is not known here" in page.notices
    assert "Notice:" not in page.words


def test_a_page_without_a_lesson_has_no_strip() -> None:
    assert "**Notice:**" not in Visit("trajectories").words


def test_the_strip_speaks_the_language_of_the_link() -> None:
    lesson = COURSE["gd-ravine"]
    page = Visit(
        "trajectories", {**lesson.link, **DISCOVERIES["gd-ravine"].by, "from": "gd-ravine", "lang": "zh"}
    )
    with speaking("zh"):
        said = [tr(lesson.notice), tr(lesson.tries), tr(DISCOVERIES["gd-ravine"].sentence)]
    assert all(text in page.words for text in said)
    assert not left_in_english(" ".join(said))
    links = {link.proto.label for link in page.page.get("page_link")}
    assert {"回到这一课", "下一课"} <= links
