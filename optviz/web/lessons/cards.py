"""The gallery of lessons: chapters with what they are for, and a card for each lesson."""

from collections.abc import Sequence

import streamlit as st

from optviz.figures.style import Theme
from optviz.lessons.chapters import CHAPTERS, Chapter
from optviz.lessons.glossary import GLOSSARY
from optviz.lessons.lesson import Lesson
from optviz.lessons.plans import PLANS, Plan
from optviz.lessons.ways import Stop
from optviz.web.components import progress
from optviz.web.guide import LARGE
from optviz.web.lessons.pictures import thumbnail
from optviz.web.markdown_escape import plain

SEARCH = "lessons.search"
CARD = 296  # px; as many cards stand beside each other as there is room
#: What people type for what the lessons call otherwise.
SYNONYMS = {
    "epoch": "epochs",
    "overfit": "overfitting",
    "nag": "nesterov",
    "sgd": "stochastic",
    "ce": "cross entropy",
    "bce": "binary cross entropy",
    "l1": "diamond",
    "l2": "circle",
    "学习率": "rate",
    "动量": "momentum",
    "梯度": "gradient",
    "收敛": "converges",
    "鞍点": "saddle",
    "损失": "loss",
    "激活": "activation",
    "正则化": "regularization",
    "过拟合": "overfitting",
    "批": "batch",
    "熵": "entropy",
    "权重衰减": "weight decay",
}
state = st.session_state


def chosen() -> Stop | Plan | None:
    """The lesson or the class that the address names; one that is unknown gets a sentence."""
    state[SEARCH] = state.get(SEARCH, "")  # kept while a lesson is shown alone
    lesson, plan = st.query_params.get("lesson", ""), st.query_params.get("plan", "")
    if plan and plan not in PLANS:
        st.warning(plain(f"There is no class “{plan[:40]}”; the lessons are below."))
    if not lesson:
        return PLANS.get(plan)
    stop = Stop.of(lesson, plan)
    if stop is None:
        st.warning(plain(f"There is no lesson “{lesson[:40]}”; here are all of them."))
    elif stop.plan is None and plan in PLANS:
        st.warning(plain(f"The class “{PLANS[plan].title}” has no lesson “{stop.lesson.title}”."))
    return stop


def searched() -> str:
    """The field to search with; returns what is typed, in the lessons' own words."""
    typed = st.text_input("Search the lessons", key=SEARCH, placeholder="ravine, momentum, sigmoid …") or ""
    return " ".join(SYNONYMS.get(word.lower(), word) for word in typed.split())


def show(stop: Stop | None) -> None:
    """Go to a lesson, or with None to all of them."""
    _go(stop.link if stop else {})


def show_class(plan: str) -> None:
    """Go to a class."""
    _go({"plan": plan})


def _go(link: dict[str, str]) -> None:
    """Change the address; large type stays."""
    st.query_params.from_dict(link | ({LARGE: "1"} if st.query_params.get(LARGE) == "1" else {}))


def gallery(lessons: Sequence[Lesson], theme: Theme) -> None:
    """Every lesson as a card, chapter by chapter."""
    if not lessons:
        st.info("No lesson has all these words. Try fewer, or one of: rate, noise, bug, softmax.")
    shown = [c for c in CHAPTERS.values() if any(lesson.chapter == c.key for lesson in lessons)]
    if len(shown) > 1:
        st.markdown(" · ".join(f"[{c.name}](#{c.name.lower().replace(' ', '-')})" for c in shown))
    for chapter in shown:
        st.markdown(f"## {chapter.name}")
        st.caption(_about(chapter))
        with st.container(horizontal=True):
            for lesson in lessons:
                if lesson.chapter == chapter.key:
                    _card(lesson, theme)


def glossary() -> None:
    """All terms and symbols of the course."""
    with st.expander("Terms and symbols"):
        rows = (
            f"| {t.name} | {f'${t.symbol}$' if t.symbol else ''} | {t.chinese} | {t.meaning} |"
            for t in GLOSSARY
        )
        st.markdown("\n".join(("| Term | Symbol | 中文 | Meaning |", "|---|---|---|---|", *rows)))


def _about(chapter: Chapter) -> str:
    """What one can do afterwards, what comes before, and how long it takes."""
    needs = " and ".join(f"“{CHAPTERS[key].name}”" for key in chapter.needs)
    before = f" After {needs}." if needs else ""
    return f"{chapter.objective}{before} About {chapter.minutes} minutes."


def _card(lesson: Lesson, theme: Theme) -> None:
    with st.container(border=True, width=CARD, height="stretch", gap="small", key=progress.card(lesson.key)):
        st.html(thumbnail(lesson.key, theme))
        st.markdown(f"### {lesson.title}")
        if not lesson.quiz:
            st.markdown(lesson.idea)
        if lesson.errata and not lesson.quiz:
            st.caption("With a mistake of the course notes.")
        st.button(
            "Open" if not lesson.quiz else "Find the mistake",
            key=f"open.{lesson.key}",
            help=lesson.title,
            on_click=show,
            args=(Stop(lesson),),
        )
