"""Lessons: the course as cards, each lesson with its goal, picture, question and numbers, and classes."""

import streamlit as st

from optviz.lessons.lesson import matching
from optviz.lessons.networks import COURSE
from optviz.lessons.ways import Stop
from optviz.web.components import progress
from optviz.web.components.share import share_button
from optviz.web.lessons.cards import chosen, gallery, glossary, heading, searched
from optviz.web.lessons.classes import class_page, classes
from optviz.web.lessons.classroom import CLASS, class_view
from optviz.web.lessons.single import onward, single, way
from optviz.web.theme import current_theme

theme = current_theme()
if code := st.query_params.get(CLASS):
    class_view(code, theme)
    st.stop()
shown = chosen()

title, share = st.columns([0.84, 0.16], vertical_alignment="top")
with title:
    if shown is None:
        heading()
    elif isinstance(shown, Stop):
        way(shown)
with share:
    share_button()

if isinstance(shown, Stop):
    progress.note(opened=shown.lesson.key)
    single(shown, theme)
    onward(shown)
elif shown:
    class_page(shown)
else:
    classes()
    progress.show(list(COURSE))
    gallery(matching(list(COURSE.values()), searched()), theme)
    glossary()
