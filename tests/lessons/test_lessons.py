"""The course: every printed figure has a lesson, and what it computes is what is printed."""

import base64
import io
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from optviz.figures.style import DARK, LIGHT
from optviz.lessons import networks
from optviz.lessons.chapters import CHAPTERS
from optviz.lessons.discoveries import DISCOVERIES
from optviz.lessons.glossary import GLOSSARY
from optviz.lessons.goals import GOALS
from optviz.lessons.lesson import Chart, Check, Lesson, Line, Paths, matching
from optviz.lessons.networks import COURSE
from optviz.lessons.panels import panels
from optviz.lessons.questions import QUESTIONS
from optviz.lessons.thumbnails import sketch
from optviz.settings import activations as activation_settings
from optviz.settings import experiment as experiments
from optviz.settings import maps as map_settings
from optviz.settings import minibatches
from optviz.settings import regularization as regularization_settings
from optviz.settings.link import edit
from optviz.training import config

PRINTED = json.loads((Path(__file__).parents[1] / "printed-figures.json").read_text("utf-8"))
DECODERS = {
    "trajectories": experiments.decode,
    "minibatches": minibatches.decode,
    "maps": map_settings.decode,
    "activations": activation_settings.decode,
    "regularization": regularization_settings.decode,
    "train": config.decode,
}
lessons = pytest.mark.parametrize("lesson", COURSE.values(), ids=lambda lesson: lesson.key)


def printed_keys() -> list[str]:
    """The trajectories by their id, the losses one by one, and everything else by its key."""
    keys = [row["id"] for row in PRINTED["trajectories"]] + list(PRINTED["losses"])
    return keys + [key for key in PRINTED if key not in ("about", "trajectories", "losses")]


def of(key: str) -> Lesson:
    (lesson,) = (lesson for lesson in COURSE.values() if lesson.covers == key)
    return lesson


@pytest.mark.parametrize("key", printed_keys())
def test_every_printed_figure_has_a_lesson(key: str) -> None:
    assert of(key).checks


def test_no_lesson_covers_what_is_not_printed() -> None:
    assert {lesson.covers for lesson in COURSE.values()} - {""} == set(printed_keys())


@pytest.mark.parametrize("row", PRINTED["trajectories"], ids=lambda row: row["id"])
def test_a_lesson_prints_the_position_of_the_notes_and_opens_their_run(row: dict) -> None:
    lesson = of(row["id"])
    assert list(lesson.checks[0].printed) == row["prints"]
    experiment, complaints = experiments.decode(lesson.link)
    assert complaints == []
    assert experiment.landscape().formula == row["objective"]
    assert list(experiment.start) == row["start"]
    assert experiment.steps == row["steps"]
    (entrant,) = experiment.entrants
    assert entrant.optimizer == row["optimizer"]
    given = {name: row[name] for name in dict(entrant.values) if name in row}
    if "eps_inside_root" in row:
        given["eps"] = row["eps_inside_root"]
    assert dict(entrant.values) == given


def test_the_other_printed_numbers_are_those_of_the_notes() -> None:
    losses, kinds = PRINTED["losses"], PRINTED["gradient_descent_kinds"]
    for key in ("nll", "cross_entropy", "bce_with_logits"):
        assert of(key).checks[0].printed == (losses[key]["prints"],)
    assert of("coin_likelihood").checks[0].printed == (losses["coin_likelihood"]["argmin_theta"],)
    assert list(of("softmax").checks[0].printed) == PRINTED["softmax"]["prints"]
    sigmoid = PRINTED["sigmoid"]
    assert [c.printed for c in of("sigmoid").checks] == [(sigmoid["largest_derivative"],), (sigmoid["at"],)]
    assert sorted(of("gradient_descent_kinds").checks[0].printed) == sorted(kinds["updates"].values())
    assert of("mnist_mlp").checks[0].interval[0] < PRINTED["mnist_mlp"]["test_accuracy"]


#: What each erratum is about, in a word or two of its own text; every mistake that is known has its row.
ERRATA = {
    "adam-as-printed": ("1 − βᵗ", "AdaGrad, 50 iterations"),
    "adagrad": ("δ outside the root",),
    "adagrad-fast": ("δ outside the root",),
    "rmsprop": ("δ outside the root",),
    "loop": ("whole x and y",),
    "dying": ("ReLU'(0) = 1",),
    "softmax": ("eⁱ",),
    "nll": ("1.5254",),
    "cross_entropy": ("1.3169", "extra softmax", "p is missing"),
    "weight_decay": ("λ/2 ‖w‖²",),
    "masks": ("scaled at test time",),
    "multi-label": ("k times as large",),
    "softmax_regression": ("256 times too small",),
    "dropout": ("256 times too small",),
}


def test_every_known_mistake_of_the_notes_is_named_where_it_belongs() -> None:
    assert {lesson.key: len(lesson.errata) for lesson in COURSE.values() if lesson.errata} == {
        key: len(words) for key, words in ERRATA.items()
    }
    for key, words in ERRATA.items():
        for word, erratum in zip(words, COURSE[key].errata, strict=True):
            assert word in erratum
    in_reference = {row["id"] for row in PRINTED["trajectories"] if "erratum" in row}
    in_reference |= {key for key, row in PRINTED["losses"].items() if "erratum" in row}
    assert in_reference <= ERRATA.keys()


def test_a_softmax_before_cross_entropy_changes_it_as_in_torch() -> None:
    torch = pytest.importorskip("torch")
    logits = torch.tensor(activation_settings.CLASS_LOGITS, dtype=torch.float64)
    labels = torch.tensor(activation_settings.CLASS_LABELS)
    twice = torch.nn.functional.cross_entropy(logits.softmax(1), labels)
    assert of("cross_entropy").checks[1].computed()[0] == pytest.approx(float(twice), rel=1e-12)
    sure = torch.nn.functional.cross_entropy((100 * torch.eye(3)).softmax(1), torch.arange(3))
    assert of("cross_entropy").checks[2].computed()[0] == pytest.approx(float(sure), rel=1e-6)


def test_the_loss_as_the_notes_count_it_is_that_of_their_loop() -> None:
    sizes = [256] * 234 + [96]  # 60,000 images in batches of 256
    assert sum(sizes) == 60_000
    summed = sum(2.0 for _ in sizes) / sum(sizes)  # the mean loss of every batch is 2
    assert networks.as_the_notes_count(2.0) == pytest.approx(summed)
    assert networks.as_the_notes_count(math.log(10)) < 0.5 < math.log(10)


@lessons
def test_what_is_computed_agrees_with_what_is_printed_or_claimed(lesson: Lesson) -> None:
    for check in lesson.checks:
        verdict = check.verdict()
        assert verdict.agrees is not False, f"{check.what}: {verdict}"
        assert verdict.values
    assert any(check.verdict().agrees for check in lesson.checks), "something can be held against something"


@pytest.mark.parametrize("key", printed_keys())
def test_every_printed_figure_is_compared(key: str) -> None:
    assert all(check.printed or check.interval for check in of(key).checks if check.claim or check.printed)
    assert of(key).checks[0].verdict().agrees


@lessons
def test_the_page_opens_in_exactly_that_state(lesson: Lesson) -> None:
    found, complaints = DECODERS[lesson.page](dict(lesson.link))
    assert complaints == []
    assert found is not None
    assert all(isinstance(v, str) for v in lesson.link.values())


@lessons
def test_a_lesson_says_what_it_should(lesson: Lesson) -> None:
    assert lesson.chapter in CHAPTERS
    for text in (lesson.title, lesson.idea, lesson.notice, lesson.tries):
        assert text.strip()
        assert "!" not in text
    assert lesson.formula.count("{") == lesson.formula.count("}")
    assert 1 <= len(re.findall(r"[.?](?:\s|$)", lesson.idea)) <= 4, "one idea is short"


@lessons
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_a_lesson_has_a_picture(lesson: Lesson, theme: object) -> None:
    text = sketch(lesson.picture(), theme)
    assert text.startswith("<svg")
    assert "nan" not in re.sub(r"base64,[^\"]*", "", text), "a bitmap may spell it by chance"
    assert "nothing to show" not in text
    assert len(text) < 60_000
    assert "<polyline" in text or "<rect" in text


def test_the_landscape_of_a_picture_is_a_bitmap_in_the_theme_s_shades() -> None:
    text = sketch(COURSE["gd-ravine"].picture(), LIGHT)
    data = base64.b64decode(re.findall(r'data:image/png;base64,([^"]+)', text)[0])
    bitmap = Image.open(io.BytesIO(data)).convert("RGB")
    known = np.array([list(bytes.fromhex(shade[1:])) for shade in LIGHT.shades])
    ends = {bitmap.getpixel((x, y)) for x in (0, bitmap.width // 2) for y in (0, bitmap.height // 2)}
    assert tuple(known[0]) in ends, "the minimum in the middle has the first shade"
    assert tuple(known[-1]) in ends, "the corner has the last one"


def test_the_order_is_that_of_the_chapters() -> None:
    order = list(CHAPTERS)
    places = [order.index(lesson.chapter) for lesson in COURSE.values()]
    assert places == sorted(places)
    assert {lesson.chapter for lesson in COURSE.values()} == set(CHAPTERS)


def test_a_chapter_says_what_it_is_for_and_needs_only_earlier_ones() -> None:
    order = list(CHAPTERS)
    for chapter in CHAPTERS.values():
        assert chapter.objective.startswith("You can ")
        assert 10 <= chapter.minutes <= 60
        assert all(order.index(key) < order.index(chapter.key) for key in chapter.needs)


def test_every_lesson_has_a_goal_and_a_question() -> None:
    assert GOALS.keys() == QUESTIONS.keys() == COURSE.keys()
    for question in QUESTIONS.values():
        assert 2 <= len(question.choices) <= 4
        assert len(set(question.choices)) == len(question.choices)
        assert 0 <= question.right < len(question.choices)
        assert question.asks.endswith("?")
        assert question.reason.endswith(".")


def test_a_lesson_builds_on_what_was_taught_before() -> None:
    order = list(COURSE)
    assert order.index("nesterov") < order.index("edge")
    assert max(order.index("momentum"), order.index("rmsprop")) < order.index("adam")
    assert order.index("adam") < order.index("decoupled") < order.index("adam-as-printed")


@pytest.mark.parametrize("key", DISCOVERIES)
def test_doing_what_a_lesson_says_is_found_and_nothing_else_is(key: str) -> None:
    lesson, discovery = COURSE[key], DISCOVERIES[key]
    opened, _ = DECODERS[lesson.page](dict(lesson.link))
    assert not discovery.holds(opened), "not before anything was tried"
    tried, refused = edit(opened, discovery.by)
    assert refused == {}
    assert discovery.holds(tried)


@pytest.mark.parametrize("key", DISCOVERIES)
def test_a_discovery_can_be_asked_of_any_settings_of_its_page(key: str) -> None:
    page = COURSE[key].page
    for other in (lesson for lesson in COURSE.values() if lesson.page == page):
        settings, _ = DECODERS[page](dict(other.link))
        assert DISCOVERIES[key].holds(settings) in (True, False)


@lessons
def test_the_large_picture_of_a_lesson_has_axes_with_names(lesson: Lesson) -> None:
    picture = lesson.picture()
    ((panel,), legend) = panels(picture, LIGHT, alt=lesson.notice)
    assert panel["alt"] == lesson.notice
    assert panel["data"]
    for axis in ("xaxis", "yaxis"):
        if not (isinstance(picture, Chart) and picture.bars and axis == "xaxis"):
            assert panel["layout"][axis]["title"]["text"] or isinstance(picture, Chart)
    names = [name for name, *_ in picture.paths] if isinstance(picture, Paths) else []
    assert [entry["name"] for entry in legend][: len(names)] == names
    json.dumps(panel, allow_nan=False)


def test_a_path_that_leaves_the_picture_is_marked_where_it_does() -> None:
    ((panel,), _) = panels(COURSE["clamped"].picture(), LIGHT, alt="")
    (left,) = (t for t in panel["data"] if "leaves at step" in t.get("hovertemplate", ""))
    assert "leaves at step 1: −12" in left["hovertemplate"]
    assert left["x"] == [-10.0]


def test_every_greek_letter_of_a_formula_is_in_the_glossary() -> None:
    greek = r"\\(alpha|beta|gamma|delta|epsilon|eta|theta|kappa|lambda|mu|nu|xi|rho|sigma)\b"
    symbols = " ".join(term.symbol for term in GLOSSARY)
    known = set(re.findall(greek, symbols))
    for lesson in COURSE.values():
        assert set(re.findall(greek, lesson.formula)) <= known, lesson.key
    assert all(term.meaning.endswith(".") for term in GLOSSARY)


def test_a_search_finds_every_word_anywhere_in_a_lesson() -> None:
    found = [lesson.key for lesson in matching(list(COURSE.values()), "Ravine momentum")]
    assert "momentum" in found
    assert "momentum-map" in found
    assert "sigmoid" not in found
    assert matching(list(COURSE.values()), "") == list(COURSE.values())
    assert matching(list(COURSE.values()), "zeppelin") == []


def test_a_check_tells_agreement_from_difference() -> None:
    assert Check("", lambda: [0.12345], (0.1235,), digits=4).verdict().agrees
    assert not Check("", lambda: [0.12339], (0.1235,), digits=4).verdict().agrees
    assert not Check("", lambda: [1.0, 2.0], (1.0,)).verdict().agrees
    assert Check("", lambda: [1.0], interval=(0.5, 1.0)).verdict().agrees
    assert not Check("", lambda: [1.1], interval=(0.5, 1.0)).verdict().agrees
    assert Check("", list, interval=(0.5, 1.0)).verdict() == Check("", list, interval=(0.5, 1.0)).verdict()
    assert Check("", list, interval=(0.5, 1.0)).verdict().agrees is None
    assert Check("", lambda: [1.0]).verdict().agrees is None


def test_a_picture_without_numbers_says_so() -> None:
    empty = Chart((Line("a", np.array([1.0]), np.array([0.0])),), log="y")
    assert "nothing to show" in sketch(empty, LIGHT)


def test_names_in_a_picture_are_shown_to_the_letter() -> None:
    objective = experiments.Experiment().landscape()
    paths = tuple((f"<b>{i}</b>", "gd", np.zeros((2, 2))) for i in range(2))
    text = sketch(Paths(objective, objective.domain, paths), LIGHT)
    assert "<b>" not in text
