"""The gallery of lessons: chapters with what they are for, and a card for each lesson."""

from collections.abc import Sequence

import streamlit as st

from optviz.figures.style import Theme
from optviz.lessons.chapters import CHAPTERS, Chapter
from optviz.lessons.glossary import GLOSSARY
from optviz.lessons.lesson import Lesson
from optviz.lessons.networks import COURSE
from optviz.lessons.plans import PLANS, Plan
from optviz.lessons.ways import Stop
from optviz.web.components import progress
from optviz.web.guide import LARGE
from optviz.web.language import link as link_of_language
from optviz.web.lessons.pictures import thumbnail
from optviz.web.markdown_escape import plain
from optviz.words import ENGLISH, LANGUAGES, join, language, tr

SEARCH = "lessons.search"
CARD = 296  # px; as many cards stand beside each other as there is room
state = st.session_state


def chosen() -> Stop | Plan | None:
    """The lesson or the class that the address names; one that is unknown gets a sentence."""
    state[SEARCH] = state.get(SEARCH, "")  # kept while a lesson is shown alone
    lesson, plan = st.query_params.get("lesson", ""), st.query_params.get("plan", "")
    if plan and plan not in PLANS:
        st.warning(plain(tr("There is no class “{name}”; the lessons are below.", name=plan[:40])))
    if not lesson:
        return PLANS.get(plan)
    stop = Stop.of(lesson, plan)
    if stop is None:
        st.warning(plain(tr("There is no lesson “{name}”; here are all of them.", name=lesson[:40])))
    elif stop.plan is None and plan in PLANS:
        names = {"plan": tr(PLANS[plan].title), "title": tr(stop.lesson.title)}
        st.warning(plain(tr("The class “{plan}” has no lesson “{title}”.", **names)))
    return stop


def searched() -> str:
    """The field to search with; returns what is typed."""
    hint = tr("ravine, momentum, sigmoid …")
    return st.text_input(tr("Search the lessons"), key=SEARCH, placeholder=hint) or ""


def heading() -> None:
    """What the page is."""
    about = tr(
        "{lessons} ideas in {chapters} chapters, in the order of a course. Each says what to notice, asks "
        "you to predict, and opens the live page to try it. The app recomputes every number of the course "
        "notes that it grew from.",
        lessons=len(COURSE),
        chapters=len(CHAPTERS),
    )
    title = tr("Lessons")
    st.markdown(f"# {title}\n{about}")


def show(stop: Stop | None) -> None:
    """Go to a lesson, or with None to all of them."""
    _go(stop.link if stop else {})


def show_class(plan: str) -> None:
    """Go to a class."""
    _go({"plan": plan})


def _go(link: dict[str, str]) -> None:
    """Change the address; large type and the language stay."""
    large = {LARGE: "1"} if st.query_params.get(LARGE) == "1" else {}
    st.query_params.from_dict(link | large | link_of_language())


def gallery(lessons: Sequence[Lesson], theme: Theme) -> None:
    """Every lesson as a card, chapter by chapter."""
    if not lessons:
        st.info(tr("No lesson has all these words. Try fewer, or one of: rate, noise, bug, softmax."))
    shown = [c for c in CHAPTERS.values() if any(lesson.chapter == c.key for lesson in lessons)]
    if len(shown) > 1:
        st.markdown(" · ".join(f"[{tr(c.name)}](#{_anchor(c)})" for c in shown))
    for chapter in shown:
        st.header(tr(chapter.name), anchor=_anchor(chapter))
        st.caption(_about(chapter))
        with st.container(horizontal=True):
            for lesson in lessons:
                if lesson.chapter == chapter.key:
                    _card(lesson, theme)


def glossary() -> None:
    """All terms and symbols of the course."""
    with st.expander(tr("Terms and symbols")):
        english = language() == ENGLISH
        beside = LANGUAGES["zh"] if english else LANGUAGES[ENGLISH]
        head = (tr("Term"), tr("Symbol"), beside, tr("Meaning"))
        rows = [head, ("---",) * len(head)]
        for term in GLOSSARY:
            first, other = (term.name, term.in_chinese) if english else (term.in_chinese, term.name)
            rows.append((first, f"${term.symbol}$" if term.symbol else "", other, tr(term.meaning)))
        st.markdown("\n".join(f"| {' | '.join(row)} |" for row in rows))


def _about(chapter: Chapter) -> str:
    """What one can do afterwards, what comes before, and how long it takes."""
    names = [tr(CHAPTERS[key].name) for key in chapter.needs]
    before = ""
    if len(names) == 1:
        before = tr("After “{chapter}”.", chapter=names[0])
    elif names:
        before = tr("After “{first}” and “{second}”.", first=names[0], second=names[1])
    return join(tr(chapter.objective), before, tr("About {minutes} minutes.", minutes=chapter.minutes))


def _anchor(chapter: Chapter) -> str:
    """The place of a chapter in an address."""
    return chapter.name.lower().replace(" ", "-")


def _card(lesson: Lesson, theme: Theme) -> None:
    with st.container(border=True, width=CARD, height="stretch", gap="small", key=progress.card(lesson.key)):
        st.html(thumbnail(lesson.key, theme))
        st.markdown(f"### {tr(lesson.title)}")
        if not lesson.quiz:
            st.markdown(tr(lesson.idea))
        if lesson.errata and not lesson.quiz:
            st.caption(tr("With a mistake of the course notes."))
        st.button(
            tr("Find the mistake") if lesson.quiz else tr("Open"),
            key=f"open.{lesson.key}",
            help=tr(lesson.title),
            on_click=show,
            args=(Stop(lesson),),
        )
