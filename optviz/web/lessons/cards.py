"""The gallery of lessons: cards in the order of the course, and one lesson by itself."""

import functools
from collections.abc import Sequence

import streamlit as st

from optviz.figures.style import Theme
from optviz.lessons.lesson import CHAPTERS, Lesson, Verdict
from optviz.lessons.networks import CONFIGS, COURSE
from optviz.lessons.thumbnails import image
from optviz.runs import scheduler
from optviz.runs.database import StoreUnavailableError
from optviz.runs.history import accuracies
from optviz.runs.store import RunError
from optviz.web.markdown_escape import plain
from optviz.web.site import PAGES, link_to
from optviz.web.tables import table
from optviz.web.visitors import owner

SEARCH = "lessons.search"
CARD = 296  # px; as many cards stand beside each other as there is room
state = st.session_state


@functools.lru_cache(maxsize=256)
def _picture(key: str, theme: Theme) -> str:
    lesson = COURSE[key]
    return image(lesson.picture(), theme, f"{lesson.title}. {lesson.look_at}")


@functools.lru_cache(maxsize=256)
def verdicts(key: str) -> tuple[Verdict, ...]:
    """What became of the lesson's checks; they are always the same, so they are computed once."""
    return tuple(check.verdict() for check in COURSE[key].checks)


def chosen_lesson() -> Lesson | None:
    """The lesson that the address names; one that is unknown gets a sentence."""
    state[SEARCH] = state.get(SEARCH, "")  # kept while a lesson is shown alone
    key = st.query_params.get("lesson", "")
    if key and key not in COURSE:
        st.warning(plain(f"There is no lesson “{key[:40]}”; here are all of them."))
    return COURSE.get(key)


def searched() -> str:
    """The field to search with; returns what is typed."""
    return st.text_input("Search the lessons", key=SEARCH, placeholder="ravine, bias, sigmoid …") or ""


def gallery(lessons: Sequence[Lesson], theme: Theme) -> None:
    """Every lesson as a card, chapter by chapter."""
    if not lessons:
        st.info("No lesson has all these words. Try fewer, or one of: rate, noise, bug, softmax.")
    for chapter, name in CHAPTERS.items():
        inside = [lesson for lesson in lessons if lesson.chapter == chapter]
        if inside:
            st.markdown(f"## {name}")
            with st.container(horizontal=True):
                for lesson in inside:
                    _card(lesson, theme)


def _card(lesson: Lesson, theme: Theme) -> None:
    with st.container(border=True, width=CARD, height="stretch", gap="small"):
        st.html(_picture(lesson.key, theme))
        st.markdown(f"**{lesson.title}**  \n{lesson.idea}")
        st.caption(_mark(lesson))
        st.button("Open the lesson", key=f"open.{lesson.key}", on_click=_show, args=(lesson.key,))


def _mark(lesson: Lesson) -> str:
    """One line: whether what is printed is what is computed."""
    compared = [v.agrees for v in verdicts(lesson.key) if v.agrees is not None]
    if lesson.errata:
        return "The notes have a mistake here, which the lesson explains."
    if not all(compared):
        return "What is printed and what is computed differ"
    if any(check.source for check in lesson.checks):
        return "Printed and measured agree"
    return "Printed and computed agree" if lesson.covers else "Verified by computation"


def _show(key: str) -> None:
    if key:
        st.query_params["lesson"] = key
    else:
        st.query_params.clear()


def single(lesson: Lesson, theme: Theme) -> None:
    """One lesson by itself: picture, formula, numbers, what to look at, and the way to the live page."""
    st.markdown(f"# {lesson.title}")
    left, right = st.columns([0.52, 0.48], gap="medium")
    with left:
        st.html(_picture(lesson.key, theme))
    with right:
        st.latex(lesson.formula)
        st.markdown(lesson.idea)
        st.markdown(f"**Notice:** {lesson.look_at}")
        st.markdown(f"**Try:** {lesson.try_next}")
        # A link, not a button that switches pages: that would leave a false entry in the history.
        link_to(lesson.page, f"Open it on {PAGES[lesson.page].title}", lesson.link)
    _numbers(lesson)
    for erratum in lesson.errata:
        st.warning(f"**Erratum.** {plain(erratum)}")
    if lesson.codes:
        _codes(lesson)
    if lesson.key in CONFIGS:
        _own_run(lesson)


def way(lesson: Lesson) -> None:
    """To the lesson before, the one after, and back to all."""
    keys = list(COURSE)
    place = keys.index(lesson.key)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("All lessons", key="lesson.all", on_click=_show, args=("",), icon=":material/apps:")
        for label, icon, near in (
            ("Previous", ":material/arrow_back:", place - 1),
            ("Next", ":material/arrow_forward:", place + 1),
        ):
            there = 0 <= near < len(keys)
            st.button(
                label,
                key=f"lesson.{label.lower()}",
                icon=icon,
                disabled=not there,
                on_click=_show,
                args=(keys[near] if there else "",),
            )
        st.caption(f"{CHAPTERS[lesson.chapter]} · lesson {place + 1} of {len(keys)}")


def _numbers(lesson: Lesson) -> None:
    rows = []
    for check, verdict in zip(lesson.checks, verdicts(lesson.key), strict=True):
        said = {True: "agrees", False: "differs", None: "—"}[verdict.agrees]
        terms = f", {verdict.terms}" if verdict.terms else ""
        rows.append(("", check.what, (check.shown, verdict.values, said + terms)))
    sources = {check.source for check in lesson.checks if check.source}
    found = "Measured" if sources else "Computed here"
    table(("What", "Printed or claimed", found, "Do they agree?"), rows, told=False)
    for source in sources:
        st.caption(f"These numbers were {source}. Open the page to train the network yourself.")


def _codes(lesson: Lesson) -> None:
    for column, (title, code) in zip(st.columns(len(lesson.codes)), lesson.codes, strict=True):
        with column:
            st.markdown(f"**{title}**")
            if title.startswith("The answer"):
                panel = st.expander("Show it")
                panel.code(code, language="python", wrap_lines=True)
            else:
                st.code(code, language="python", wrap_lines=True)


def _own_run(lesson: Lesson) -> None:
    """What the visitor's own training of this very network reached, if there was one."""
    try:
        runs = [r for r in scheduler.current().store.history(owner()) if r.config == CONFIGS[lesson.key]]
        reached = accuracies(runs[:1])
    except (RunError, StoreUnavailableError):
        return
    for run in runs[:1]:
        accuracy = reached.get(run.id)
        if accuracy is None:
            continue
        st.markdown(f"Your own run of this network is **{run.status}** at {accuracy:.2%} of the test images.")
        link_to("train", "See your run", {"run": run.id})
