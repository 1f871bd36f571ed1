"""The lesson that a live page was opened from: what to notice and try, what was found, and the way on."""

from typing import Any

import streamlit as st

from optviz.lessons.discoveries import DISCOVERIES
from optviz.lessons.lesson import Lesson
from optviz.lessons.networks import COURSE
from optviz.web.markdown_escape import plain
from optviz.web.site import link_to

FROM = "from"  # the name in a link


def number(lesson: Lesson) -> int:
    """The place of a lesson in the course, from 1."""
    return list(COURSE).index(lesson.key) + 1


def after(lesson: Lesson) -> Lesson | None:
    """The next lesson, or None."""
    keys = list(COURSE)
    return COURSE[keys[number(lesson)]] if number(lesson) < len(keys) else None


def strip(key: str, settings: Any) -> None:
    """Draw the lesson with this key above its live page; nothing if there is none."""
    place = st.container(key="lesson-strip", gap="small")  # always there: what stands below must not move
    lesson = COURSE.get(key)
    if lesson is None:
        return
    with place:
        st.markdown(
            f"**Lesson {number(lesson)} · {plain(lesson.title)}**  \n"
            f"**Notice:** {plain(lesson.notice)}  \n**Try:** {plain(lesson.tries)}"
        )
        discovery = DISCOVERIES.get(key)
        if discovery and discovery.holds(settings):
            st.markdown(f":green[:material/check_circle:] **You found it.** {plain(discovery.sentence)}")
        with st.container(horizontal=True, gap="small"):
            link_to("lessons", "Back to the lesson", {"lesson": key}, icon=":material/arrow_back:")
            following = after(lesson)
            if following:
                link_to("lessons", "Next lesson", {"lesson": following.key}, icon=":material/arrow_forward:")
