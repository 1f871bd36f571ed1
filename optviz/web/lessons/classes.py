"""A class of 90 minutes as a page: its parts with links and notes, and a handout to print."""

from urllib.parse import urlencode

import streamlit as st

from optviz.lessons.goals import GOALS
from optviz.lessons.networks import COURSE
from optviz.lessons.place_questions import PLACE_QUESTIONS
from optviz.lessons.plans import PLANS, Part, Plan
from optviz.lessons.questions import QUESTIONS
from optviz.lessons.ways import Stop
from optviz.web.components.share import qr_code
from optviz.web.language import link as link_of_language
from optviz.web.lessons.cards import show, show_class
from optviz.web.markdown_escape import plain
from optviz.words import tr


def classes() -> None:
    """All classes, to choose one."""
    label = tr("Give a class: {count} plans of 90 minutes", count=len(PLANS))
    with st.expander(label, icon=":material/co_present:"):
        for plan in PLANS.values():
            st.markdown(f"**{plain(tr(plan.title))}**  \n{plain(tr(plan.objective))}")
            st.button(
                tr("Open the plan"),
                key=f"class.{plan.key}",
                help=tr(plan.title),
                on_click=show_class,
                args=(plan.key,),
            )


def class_page(plan: Plan) -> None:
    """One class: objective, parts in order with notes for the instructor, and the handout."""
    st.button(tr("All lessons"), key="lesson.all", on_click=show, args=(None,), icon=":material/apps:")
    lines = (
        tr("**Objective:** {text}", text=plain(tr(plan.objective))),
        tr("**Before:** {text}", text=plain(tr(plan.before))),
        tr("**Time:** {minutes} minutes, {count} parts", minutes=plan.minutes, count=len(plan.parts)),
    )
    st.markdown(f"# {plain(tr(plan.title))}\n" + "  \n".join(lines))
    with st.container(key="class-tools", horizontal=True, vertical_alignment="center"):
        noted = st.toggle(tr("Notes for the instructor"), key="class.notes")
        coded = st.toggle(tr("QR codes, for a handout"), key="class.codes")
        if noted or coded:
            st.caption(tr("Your browser prints this page as it stands."))
    for place in range(len(plan.parts)):
        _part(plan, place, noted=noted, coded=coded)


def _part(plan: Plan, place: int, *, noted: bool, coded: bool) -> None:
    part = plan.parts[place]
    stop = Stop(COURSE[part.lesson], plan)
    with st.container(key=f"class-part-{place}", border=True, horizontal=coded, gap="small"):
        with st.container(gap="small"):
            minutes = tr("{count} minutes", count=part.minutes)
            goal = tr("**Goal:** {text}", text=plain(tr(GOALS[part.lesson])))
            does = tr("**Do:** {text}", text=plain(tr(part.does)))
            st.markdown(
                f"**{_clock(plan.begins(place))} · {minutes}**  \n"
                f"## {place + 1}. {plain(tr(stop.lesson.title))}\n{goal}  \n{does}"
            )
            if noted:
                st.markdown(_notes(part))
            st.button(
                tr("Open the lesson"),
                key=f"class.open.{part.lesson}",
                help=tr(stop.lesson.title),
                on_click=show,
                args=(stop,),
            )
        if coded:
            st.html(_code(stop), width="content")


def _notes(part: Part) -> str:
    question = QUESTIONS[part.lesson]
    right, reason = plain(tr(question.choices[question.right])), plain(tr(question.reason))
    notes = [
        tr("**Many believe:** {text}", text=plain(tr(part.believed))),
        tr("**Ask:** {text}", text=plain(tr(question.asks))),
        tr("**Answer:** {right}. {reason}", right=right, reason=reason),
    ]
    if where := PLACE_QUESTIONS.get(part.lesson):
        notes += [
            tr("**Ask for the place:** {text}", text=plain(tr(where.asks))),
            tr("**Reason:** {text}", text=plain(tr(where.reason))),
        ]
    return "  \n".join(notes)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _code(stop: Stop) -> str:
    """The QR code of a lesson's link."""
    here = (st.context.url or "").split("?")[0]
    return qr_code(
        f"{here}?{urlencode(stop.link | link_of_language())}",
        tr("QR code of the lesson {title}", title=tr(stop.lesson.title)),
    )
