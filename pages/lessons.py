"""Lessons: the course as cards, every printed number beside the one computed here."""

import streamlit as st

from optviz.lessons.lesson import matching
from optviz.lessons.networks import COURSE
from optviz.web.components.share import share_button
from optviz.web.lessons.cards import chosen_lesson, gallery, searched, single, way
from optviz.web.theme import current_theme

theme = current_theme()
lesson = chosen_lesson()

title, share = st.columns([0.84, 0.16], vertical_alignment="top")
with title:
    if lesson is None:
        st.markdown(
            f"# Lessons\n{len(COURSE)} ideas in the order of a course. Each says what to look at, shows "
            "what is computed beside what is printed, and opens the live page in exactly that state."
        )
    else:
        way(lesson)
with share:
    share_button()

if lesson:
    single(lesson, theme)
else:
    gallery(matching(list(COURSE.values()), searched()), theme)
