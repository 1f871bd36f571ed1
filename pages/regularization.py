"""Regularization: why a fit that is too good is bad, and ways to hold a model back."""

import streamlit as st

from optviz.web.components.share import share_button
from optviz.web.regularization.views import PAGE, VIEWS
from optviz.web.teaching_view import show, sidebar
from optviz.web.theme import current_theme

settings = PAGE.read()
view = VIEWS[settings.view]

title, share = st.columns([0.84, 0.16], vertical_alignment="top")
with title:
    st.markdown("#### Regularization")
with share:
    share_button(PAGE.link, key="share_regularization")
PAGE.show_notices()
PAGE.widget("view")
show(view, settings, current_theme(), "regularization.charts")
sidebar(PAGE, view)
