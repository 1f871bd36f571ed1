"""A class of 90 minutes as a page: its parts with links and notes, and a handout to print."""

from urllib.parse import urlencode

import streamlit as st

from optviz.lessons.goals import GOALS
from optviz.lessons.networks import COURSE
from optviz.lessons.plans import PLANS, Part, Plan
from optviz.lessons.questions import QUESTIONS
from optviz.lessons.ways import Stop
from optviz.web.components.share import qr_code
from optviz.web.lessons.cards import show, show_class
from optviz.web.markdown_escape import plain


def classes() -> None:
    """All classes, to choose one."""
    with st.expander(f"Give a class: {len(PLANS)} plans of 90 minutes", icon=":material/co_present:"):
        for plan in PLANS.values():
            st.markdown(f"**{plain(plan.title)}**  \n{plain(plan.objective)}")
            st.button(
                "Open the plan",
                key=f"class.{plan.key}",
                help=plan.title,
                on_click=show_class,
                args=(plan.key,),
            )


def class_page(plan: Plan) -> None:
    """One class: objective, parts in order with notes for the instructor, and the handout."""
    st.button("All lessons", key="lesson.all", on_click=show, args=(None,), icon=":material/apps:")
    st.markdown(
        f"# {plain(plan.title)}\n**Objective:** {plain(plan.objective)}  \n"
        f"**Before:** {plain(plan.before)}  \n**Time:** {plan.minutes} minutes, {len(plan.parts)} parts"
    )
    with st.container(key="class-tools", horizontal=True, vertical_alignment="center"):
        noted = st.toggle("Notes for the instructor", key="class.notes")
        coded = st.toggle("QR codes, for a handout", key="class.codes")
        if noted or coded:
            st.caption("Your browser prints this page as it stands.")
    for place in range(len(plan.parts)):
        _part(plan, place, noted=noted, coded=coded)


def _part(plan: Plan, place: int, *, noted: bool, coded: bool) -> None:
    part = plan.parts[place]
    stop = Stop(COURSE[part.lesson], plan)
    with st.container(key=f"class-part-{place}", border=True, horizontal=coded, gap="small"):
        with st.container(gap="small"):
            st.markdown(
                f"**{_clock(plan.begins(place))} · {part.minutes} minutes**  \n"
                f"## {place + 1}. {plain(stop.lesson.title)}\n"
                f"**Goal:** {plain(GOALS[part.lesson])}  \n**Do:** {plain(part.does)}"
            )
            if noted:
                st.markdown(_notes(part))
            st.button(
                "Open the lesson",
                key=f"class.open.{part.lesson}",
                help=stop.lesson.title,
                on_click=show,
                args=(stop,),
            )
        if coded:
            st.html(_code(stop), width="content")


def _notes(part: Part) -> str:
    question = QUESTIONS[part.lesson]
    return (
        f"**Many believe:** {plain(part.believed)}  \n**Ask:** {plain(question.asks)}  \n"
        f"**Answer:** {plain(question.choices[question.right])}. {plain(question.reason)}"
    )


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _code(stop: Stop) -> str:
    """The QR code of a lesson's link."""
    here = (st.context.url or "").split("?")[0]
    return qr_code(f"{here}?{urlencode(stop.link)}", f"QR code of the lesson {stop.lesson.title}")
