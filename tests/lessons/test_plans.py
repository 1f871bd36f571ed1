"""Classes: 90 minutes of lessons that exist, in the order of the course, and the way through them."""

import itertools

import pytest

from optviz.lessons.chapters import CHAPTERS
from optviz.lessons.networks import COURSE
from optviz.lessons.plans import PLANS, Plan
from optviz.lessons.ways import Stop

plans = pytest.mark.parametrize("plan", PLANS.values(), ids=lambda plan: plan.key)


@plans
def test_a_class_takes_90_minutes(plan: Plan) -> None:
    assert plan.minutes == 90
    assert plan.begins(len(plan.parts)) == 90
    assert all(part.minutes >= 5 for part in plan.parts)


@plans
def test_its_lessons_are_in_the_course_each_once(plan: Plan) -> None:
    keys = [part.lesson for part in plan.parts]
    assert set(keys) <= set(COURSE)
    assert len(set(keys)) == len(keys)


@plans
def test_no_lesson_comes_before_one_that_its_chapter_needs(plan: Plan) -> None:
    places: dict[str, list[int]] = {}
    for k, part in enumerate(plan.parts):
        places.setdefault(COURSE[part.lesson].chapter, []).append(k)
    for chapter, needed in itertools.product(places, places):
        if needed in CHAPTERS[chapter].needs and chapter != "bugs":
            assert min(places[needed]) < min(places[chapter])


@plans
def test_one_walks_through_a_class_from_end_to_end(plan: Plan) -> None:
    stop = Stop.of(plan.parts[0].lesson, plan.key)
    assert stop is not None
    assert stop.near(-1) is None
    walked = [stop]
    while following := walked[-1].near(1):
        walked.append(following)
    assert [stop.lesson.key for stop in walked] == [part.lesson for part in plan.parts]
    assert [Stop.read(stop.text) for stop in walked] == walked
    assert walked[1].near(-1) == walked[0]


def test_without_a_class_the_way_is_the_course() -> None:
    stop = Stop.read("gd-1d")
    assert stop is not None
    assert (stop.number, stop.near(-1)) == (1, None)
    assert stop.link == {"lesson": "gd-1d"}
    following = stop.near(1)
    assert following is not None
    assert following.lesson.key == list(COURSE)[1]


@pytest.mark.parametrize(
    "text", ["", "zeppelin", "gd-1d~", "gd-1d~zeppelin", "softmax~step-size", "~step-size"]
)
def test_what_is_no_stop_is_none(text: str) -> None:
    assert Stop.read(text) is None
