"""Activations and losses: how they bend, what they leave of a gradient, and what a loss asks for."""

import streamlit as st

from optviz.web.activations.views import PAGE, VIEWS
from optviz.web.components.share import share_button
from optviz.web.teaching_view import show, sidebar
from optviz.web.theme import current_theme

settings = PAGE.read()
view = VIEWS[settings.view]

title, share = st.columns([0.84, 0.16], vertical_alignment="top")
with title:
    st.markdown("#### Activations and losses")
with share:
    share_button(PAGE.link, key="share_activations")
PAGE.show_notices()
PAGE.widget("view")
show(view, settings, current_theme(), "activations.charts")
sidebar(PAGE, view)
