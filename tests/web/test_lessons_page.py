"""The gallery of lessons without a browser."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from optviz.engine.outcomes import number
from optviz.figures.style import LIGHT
from optviz.lessons.chapters import CHAPTERS
from optviz.lessons.glossary import GLOSSARY
from optviz.lessons.goals import GOALS
from optviz.lessons.networks import COURSE
from optviz.lessons.place_questions import PLACE_QUESTIONS
from optviz.lessons.plans import PLANS
from optviz.lessons.questions import QUESTIONS
from optviz.runs import classroom, scheduler
from optviz.runs.database import StoreUnavailableError
from optviz.runs.store import Store
from optviz.web.lessons.pictures import FROM_ACTIVATIONS, FROM_REGULARIZATION, picture
from tests.words.english import left_in_english

MAIN = Path(__file__).parents[2] / "optviz" / "web" / "main.py"
PAGE = "../../pages/lessons.py"
#: What the glossary says in English on purpose, beside the Chinese.
TERMS = {term.name for term in GLOSSARY}


def opened(lesson: str = "", plan: str = "", lang: str = "") -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=60)
    page.switch_page(PAGE)
    for name, value in (("lesson", lesson), ("plan", plan), ("lang", lang)):
        if value:
            page.query_params[name] = value
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
    assert all(chapter.objective in said for chapter in CHAPTERS.values())


def test_a_search_leaves_the_cards_that_have_the_words() -> None:
    page = opened()
    page.text_input(key="lessons.search").set_value("bug adam").run()
    assert cards(page) == ["adam-as-printed", "adam-uncorrected", "adam-inverted"]
    page.text_input(key="lessons.search").set_value("zeppelin").run()
    assert cards(page) == []
    assert page.info


def test_a_search_knows_other_words_and_chinese_ones() -> None:
    page = opened()
    for typed, key in (("鞍点", "saddle"), ("动量", "momentum"), ("overfit", "fitting")):
        page.text_input(key="lessons.search").set_value(typed).run()
        assert key in cards(page), typed


def test_a_card_opens_its_lesson_and_the_search_is_kept() -> None:
    page = opened()
    page.text_input(key="lessons.search").set_value("ravine").run()
    page.button(key="open.gd-ravine").click().run()
    assert not page.exception
    assert "A ravine" in text(page)
    assert GOALS["gd-ravine"] in text(page).replace("\\", "")
    page.button(key="lesson.all").click().run()
    assert page.text_input(key="lessons.search").value == "ravine"
    assert "gd-ravine" in cards(page)


def answer(page: AppTest, key: str, place: int | None = None) -> None:
    """Choose an answer of the lesson's question, the right one by default."""
    question = QUESTIONS[key]
    page.radio(key=f"predict.{key}").set_value(question.right if place is None else place).run()
    assert not page.exception, page.exception


def test_an_answer_brings_the_reason() -> None:
    page = opened("gd-ravine")
    assert "1.04" not in text(page)
    answer(page, "gd-ravine")
    assert "**Right.**" in text(page)
    assert "1.04" in text(page).replace("\\", "")
    answer(page, "gd-ravine", 0)
    assert "**No: It diverges.**" in text(page)


@pytest.mark.parametrize("key", [key for key, lesson in COURSE.items() if lesson.quiz])
def test_a_quiz_gives_nothing_away_before_it_is_answered(key: str) -> None:
    page, lesson = opened(key), COURSE[key]
    said = text(page).replace("\\", "")
    codes = [c.value for c in page.get("code")]
    assert lesson.idea not in said
    assert lesson.notice not in said
    assert not page.warning
    assert len(codes) <= 1
    assert not any(w in "".join(codes) for w in ("unfading", "uncorrected", "inverted", "#"))
    answer(page, key)
    assert lesson.idea in text(page).replace("\\", "")
    assert len(page.get("code")) == len(lesson.codes)


@pytest.mark.parametrize("key", COURSE)
def test_every_lesson_has_its_own_link(key: str) -> None:
    page = opened(key)
    lesson = COURSE[key]
    assert lesson.title in text(page)
    if lesson.quiz:
        answer(page, key)
    (live,) = (link for link in page.get("page_link") if link.proto.label.startswith("Open it on"))
    assert dict(parse_qsl(live.proto.query_string.lstrip("?"), keep_blank_values=True)) == {
        **lesson.link,
        "from": key,
    }
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


def test_the_panels_that_a_lesson_takes_from_a_page_exist() -> None:
    for key, wanted in FROM_ACTIVATIONS.items():
        panels, _ = picture(key, LIGHT)
        assert {panel["key"] for panel in panels} == set(wanted)
    for key in ("edge", "momentum-map", "basins", *FROM_REGULARIZATION):
        panels, _ = picture(key, LIGHT)
        assert not any(panel["key"].startswith("lesson.") for panel in panels), "the page's own picture"
    for key in ("xor", "epochs", "norms", "dropout_rules"):
        panels, _ = picture(key, LIGHT)
        assert all(panel["key"].startswith("lesson.") for panel in panels), "the page shows something else"


def test_a_class_opens_from_the_gallery_with_its_parts_and_notes() -> None:
    page = opened()
    plan = PLANS["step-size"]
    page.button(key="class.step-size").click().run()
    said = text(page).replace("\\", "")
    assert plan.objective in said
    assert all(part.does in said for part in plan.parts)
    assert "Many believe" not in said
    page.toggle(key="class.notes").set_value(True).run()
    said = text(page).replace("\\", "")
    assert all(part.believed in said for part in plan.parts)
    assert all(QUESTIONS[part.lesson].asks in said for part in plan.parts)


def test_a_lesson_of_a_class_leads_to_the_next_one_of_the_class_and_back() -> None:
    page = opened("gd-1d-diverges", "step-size")
    assert "part 3 of 8 · 15 minutes" in " ".join(c.value for c in page.caption)
    page.button(key="lesson.next").click().run()
    assert page.query_params["lesson"] == "gd-local-minimum"
    assert page.query_params["plan"] == "step-size"
    links = {link.proto.label: link.proto.query_string for link in page.get("page_link")}
    assert (
        dict(parse_qsl(links["Open it on Trajectories"].lstrip("?")))["from"] == "gd-local-minimum~step-size"
    )
    page.button(key="lesson.class").click().run()
    assert "lesson" not in page.query_params
    assert page.button(key="class.open.gd-1d")


def test_the_handout_has_a_code_for_each_part() -> None:
    page = opened(plan="noise-and-adam")
    page.toggle(key="class.codes").set_value(True).run()
    codes = [h.proto.body for h in page.get("html") if "qr.svg" in h.proto.body]
    assert len(codes) == len(PLANS["noise-and-adam"].parts)
    assert "lesson%3Dadam%26plan%3Dnoise-and-adam" in " ".join(codes)


@pytest.mark.parametrize(
    ("lesson", "plan", "said"),
    [("", "zeppelin", "no class “zeppelin”"), ("softmax", "step-size", "has no lesson “Softmax”")],
)
def test_a_class_that_is_not_known_gets_a_sentence(lesson: str, plan: str, said: str) -> None:
    page = opened(lesson, plan)
    assert said in page.warning[0].value.replace("\\", "")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A run store of this test alone, as the pages find it."""
    store = Store(f"sqlite:///{tmp_path / 'class.sqlite3'}")
    monkeypatch.setattr(scheduler, "current", lambda: SimpleNamespace(store=store))
    yield store
    store.close()


def invited(code: str) -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=60)
    page.switch_page(PAGE)
    page.query_params["class"] = code
    page.run()
    assert not page.exception, page.exception
    return page


def test_a_host_asks_a_class_sees_its_answers_and_reveals(store: Store) -> None:
    host = opened("gd-1d")
    host.button(key="class.ask").click().run()
    code = classroom.hosted(store, host.session_state["owner"])
    assert code
    assert f"class={code}" in text(host)
    assert COURSE["gd-1d"].notice not in text(host).replace("\\", ""), (
        "what follows would give the answer away"
    )
    student = invited(code)
    question = QUESTIONS["gd-1d"]
    assert question.asks in text(student).replace("\\", "")
    assert question.reason not in text(student).replace("\\", "")
    student.radio[0].set_value(2).run()
    assert "Your answer is in" in student.caption[0].value
    host.run()
    assert "1 answer" in [c.value for c in host.caption]
    host.button(key="class.Reveal").click().run()
    student.run()
    assert question.reason in text(student).replace("\\", "")
    assert f"Your answer: {question.choices[2]}" in text(student)
    assert not student.radio
    host.run()
    assert COURSE["gd-1d"].notice in text(host).replace("\\", "")


def test_the_students_follow_to_the_next_question_and_hear_of_the_end(store: Store) -> None:
    host = opened("gd-1d")
    host.button(key="class.ask").click().run()
    code = classroom.hosted(store, host.session_state["owner"])
    host.button(key="lesson.next").click().run()
    assert "still has the question" in text(host)
    host.button(key="class.Ask this question").click().run()
    student = invited(code or "")
    assert QUESTIONS["gd-1d-too-small"].asks in text(student).replace("\\", "")
    host.button(key="class.End the class").click().run()
    student.run()
    assert "may have ended" in student.warning[0].value


def typed(page: AppTest, x: float | None, y: float | None) -> AppTest:
    """Somebody types a place and presses the button."""
    for field, value in zip(page.number_input, (x, y), strict=True):
        field.set_value(value)
    next(b for b in page.button if b.key is not None and "form" in b.key).click().run()
    assert not page.exception, page.exception
    return page


def test_a_place_is_marked_without_a_mouse_and_then_the_reason_is_said() -> None:
    page, where = opened("saddle"), PLACE_QUESTIONS["saddle"]
    assert where.asks in text(page).replace("\\", "")
    for x, y, why in ((5.0, 0.0, "outside the picture"), (None, 1.0, "two numbers")):
        assert why in typed(page, x, y).warning[0].value
        assert where.reason not in text(page).replace("\\", "")
    typed(page, 1.0, 0.0)
    assert where.reason in text(page).replace("\\", "")
    assert f"Your mark is {number(where.distance((1.0, 0.0)))} away" in text(page).replace("\\", "")


def test_a_class_marks_places_and_hears_how_many_were_near(store: Store) -> None:
    host, where = opened("saddle"), PLACE_QUESTIONS["saddle"]
    host.button(key="class.ask.place").click().run()
    code = classroom.hosted(store, host.session_state["owner"]) or ""
    student = typed(invited(code), 0.2, 0.1)
    assert "Your mark is in" in student.caption[0].value
    assert "outside the picture" in typed(student, 9.0, 0.0).warning[0].value
    typed(invited(code), 1.0, 0.0)
    host.run()
    assert "2 marks" in [c.value for c in host.caption]
    assert where.reason not in text(host).replace("\\", "")
    host.button(key="class.Reveal").click().run()
    assert "1 of 2 marks lie within 0.25" in text(host)
    assert where.reason in text(student.run()).replace("\\", "")
    assert not student.number_input
    host.button(key="class.Ask with choices").click().run()
    assert student.run().radio


def test_without_a_store_a_lesson_is_as_ever_and_says_why_no_class_can_be_asked(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise StoreUnavailableError("The database is away.")

    monkeypatch.setattr(classroom, "hosted", refuse)
    page = opened("gd-1d")
    assert "The database is away" in " ".join(c.value for c in page.warning)
    answer(page, "gd-1d")


def test_a_code_of_no_class_gets_a_sentence() -> None:
    assert "six letters" in invited("<b>zeppelin</b>").warning[0].value


def said_in_english(page: AppTest) -> list[str]:
    """What the texts and widgets of a page still say in English; components are left to their own tests."""
    kinds = ("markdown", "header", "caption", "warning", "info")
    texts = [element.value for kind in kinds for element in page.get(kind)]
    for widget in (*page.button, *page.radio, *page.toggle, *page.text_input, *page.number_input):
        texts += [widget.label, getattr(widget, "help", None) or "", *getattr(widget, "options", ())]
    texts += [expander.label for expander in page.expander]
    texts += [link.proto.label for link in page.get("page_link")]
    return [run for text in texts for run in left_in_english(text.replace("\\", ""))]


@pytest.mark.parametrize(
    ("lesson", "plan"),
    [("", ""), ("gd-ravine", ""), ("saddle", ""), ("adam-inverted", "noise-and-adam"), ("", "step-size")],
)
def test_the_course_says_nothing_in_english_to_who_reads_chinese(lesson: str, plan: str) -> None:
    page = opened(lesson, plan, "zh")
    if lesson:
        answer(page, lesson)
    elif plan:
        page.toggle(key="class.notes").set_value(True).run()
    assert not [run for run in said_in_english(page) if run not in TERMS]


def test_a_chosen_language_stays_in_the_address_and_in_the_link_of_a_class(store: Store) -> None:
    page = opened("gd-1d", lang="zh")
    page.button(key="lesson.next").click().run()
    assert page.query_params["lang"] == "zh"
    page.button(key="class.ask").click().run()
    assert "&lang=zh`" in text(page)
    assert not said_in_english(page)
