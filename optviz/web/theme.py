"""Which colours the visitor's browser shows."""

import streamlit as st

from optviz.figures.style import DARK, LIGHT, Theme


def current_theme() -> Theme:
    """The figure theme that goes with the page's."""
    return DARK if st.context.theme.type == "dark" else LIGHT
