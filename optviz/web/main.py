"""The frame of every page: its settings and the navigation. Streamlit runs this script."""

import streamlit as st

from optviz.web import language, metrics
from optviz.web.page import run_guarded
from optviz.web.site import navigation

st.set_page_config(page_icon="📉", layout="wide", initial_sidebar_state="collapsed")
language.settle()
with metrics.script_run():
    run_guarded(navigation)
