"""Questions for a place: their runs belong to their lessons, and their reasons are true of them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from optviz.figures.style import LIGHT
from optviz.lessons.lesson import Where
from optviz.lessons.networks import COURSE
from optviz.lessons.place_picture import place_picture
from optviz.lessons.place_questions import PLACE_QUESTIONS
from optviz.words import speaking, tr
from tests.lessons.captions import near
from tests.words.english import left_in_english

ROWS = PLACE_QUESTIONS.items()


def points(where: Where, **changes: object) -> np.ndarray:
    return replace(where.run, **changes).run()[0].points


def _ravine(where: Where) -> bool:
    path, left = points(where), np.abs(points(where)[-1] / where.run.start)
    crossed = bool((np.sign(path[1:, 1]) == -np.sign(path[:-1, 1])).all())
    steps = np.abs(path[1] / path[0])
    shown = COURSE["gd-ravine"].link["o1"] == "gd_lr_0.4"
    return shown and crossed and near(left, (0.13, 0.44), 2) and near(steps, (0.902, 0.96), 3)


def _saddle(where: Where) -> bool:
    path, later = points(where)[:, 0], points(where, steps=100)[-1]
    slow = bool((path[1:] <= 1.1 * path[:-1]).all())
    return slow and path[-1] < 0.2 and near(later, (1, 0), 2) and where.run.noise == 0


def _valley(where: Where) -> bool:
    values = where.run.run()[0].values
    return near(values[0], 226, 0) and near(values[5], 2.3, 1) and near(values[100], 0.47, 2)


HELD: dict[str, Callable[[Where], bool]] = {
    "gd-ravine": _ravine,
    "saddle": _saddle,
    "valley": _valley,
}


def test_every_reason_is_true_of_its_run() -> None:
    assert {key: HELD[key](where) for key, where in ROWS} == dict.fromkeys(HELD, True)


@pytest.mark.parametrize(("key", "where"), ROWS)
def test_a_question_is_about_the_landscape_and_an_optimizer_of_its_lesson(key: str, where: Where) -> None:
    link = COURSE[key].link
    (entrant,) = where.run.entrants
    assert where.run.objective == link["objective"]
    assert any(link.get(slot, "").startswith(f"{entrant.optimizer}_") for slot in ("o1", "o2", "o3"))
    assert where.asks.endswith("?")
    assert where.reason.endswith(".")


@pytest.mark.parametrize(("key", "where"), ROWS)
def test_the_end_is_in_the_picture_and_not_where_the_lesson_shows_an_end(key: str, where: Where) -> None:
    assert all(low < v < high for v, (low, high) in zip(where.end, where.run.domain, strict=True))
    assert where.distance(where.end) == 0
    assert where.distance(where.run.start) > where.within
    same = [
        ends[-1] for _, name, ends in COURSE[key].picture().paths if name == where.run.entrants[0].optimizer
    ]
    assert all(where.distance(end) > where.within for end in same)


@pytest.mark.parametrize("where", PLACE_QUESTIONS.values())
def test_the_path_is_hidden_until_it_is_shown(where: Where) -> None:
    (hidden,), _ = place_picture(where, LIGHT, others=[(0.0, 0.0)], mine=(0.5, 0.5), shown=False)
    (shown,), _ = place_picture(where, LIGHT, others=[(0.0, 0.0)], mine=(0.5, 0.5), shown=True)
    lines = [[trace.get("mode") for trace in panel["data"]] for panel in (hidden, shown)]
    assert not any("lines" in (mode or "") for mode in lines[0])
    assert any("lines" in (mode or "") for mode in lines[1])
    assert hidden["data"][-1]["x"] == [0.5]


@pytest.mark.parametrize("where", PLACE_QUESTIONS.values())
def test_a_question_for_a_place_says_nothing_in_english(where: Where) -> None:
    with speaking("zh"):
        (panel,), legend = place_picture(where, LIGHT, others=[(0.0, 0.0)], mine=(0.5, 0.5), shown=True)
        said = (tr(where.asks), tr(where.reason), panel["about"], *(entry["name"] for entry in legend))
    assert not left_in_english(" 。".join(said))
