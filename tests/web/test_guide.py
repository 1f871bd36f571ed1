"""What a link says besides the settings: a lesson, a prompt, locked and hidden fields, large type."""

import pytest

from optviz.lessons.networks import COURSE
from optviz.settings.declaration import named
from optviz.web.guide import LONGEST, NAMES, Guide, guided
from optviz.web.site import PAGES
from optviz.web.trajectories.page import PAGE
from tests.web.visit import Visit

GUIDE = {"prompt": "Find the edge.", "lock": "objective_steps", "hide": "noise", "large": "1"}
FIELDS = ("objective", "steps", "noise")


def test_a_guide_is_read_and_written_alike() -> None:
    guide, rest, said = guided({**GUIDE, "from": "gd-1d", "steps": "5"}, FIELDS)
    assert guide == Guide("gd-1d", "Find the edge.", ("objective", "steps"), ("noise",), True)
    assert (rest, said) == ({"steps": "5"}, [])
    assert guide.link == {**GUIDE, "from": "gd-1d"}
    assert Guide().link == {}


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"lock": "steps_zeppelin"}, "“lock” names “zeppelin”"),
        ({"hide": "__class__"}, "“hide” names “class”"),
        ({"large": "yes"}, "“large” can only be 1"),
        ({"prompt": "a" * 10_000}, "10,000 characters"),
    ],
)
def test_what_cannot_be_used_is_said_and_the_rest_is_used(link: dict[str, str], words: str) -> None:
    guide, rest, said = guided(link, FIELDS)
    assert words in " ".join(said)
    assert not rest
    assert len(guide.prompt) <= LONGEST
    assert set(guide.lock) <= {"steps"}


def test_no_page_has_a_field_of_these_names() -> None:
    for key in PAGES:
        if key == "lessons":
            continue
        assert not set(NAMES) & set(Visit(key).panel["values"])
    assert not set(NAMES) & {name for name, _ in named(PAGE.settings)}


def test_the_names_of_fields_can_stand_in_a_link() -> None:
    assert not [name for name, _ in PAGE.fields if "_" in name]


def test_a_page_shows_the_prompt_to_the_letter_and_keeps_the_guide_through_changes() -> None:
    page = Visit("trajectories", {**GUIDE, "prompt": "**Find** <b>x</b>"})
    said = page.page.info[0].value
    assert said.replace("\\", "") == "**Find** <b>x</b>"
    assert "**" not in said.replace("\\*\\*", "")
    assert not page.notices
    page.change(steps="7")
    assert page.panel["address"]["hide"] == "noise"
    assert page.panel["address"]["steps"] == "7"
    assert page.panel["answers"]["guide"]["large"] == "1"


def test_another_page_keeps_it_too() -> None:
    page = Visit("maps", {"prompt": "Where is the edge?", "lock": "objective"})
    assert page.page.info
    assert page.panel["address"]["lock"] == "objective"


def test_a_lesson_and_a_prompt_stand_together() -> None:
    page = Visit("trajectories", {**COURSE["gd-2d"].link, "from": "gd-2d~step-size", "prompt": "In pairs."})
    assert COURSE["gd-2d"].notice in page.words
    assert "In pairs" in page.page.info[0].value
    assert page.panel["address"]["from"] == "gd-2d~step-size"
    links = {link.proto.label: link.proto.query_string for link in page.page.get("page_link")}
    assert "plan=step-size" in links["Next lesson"]
