"""The frame of every page: its settings and the navigation. Streamlit runs this script."""

from pathlib import Path

import streamlit as st

PAGES = Path(__file__).parents[2] / "pages"

st.set_page_config(page_title="optviz", page_icon="📉", layout="wide", initial_sidebar_state=380)
pages = [
    st.Page(PAGES / "trajectories.py", title="Trajectories", default=True),
    st.Page(PAGES / "lessons.py", title="Lessons", url_path="lessons"),
    st.Page(PAGES / "maps.py", title="Maps", url_path="maps"),
    st.Page(PAGES / "minibatches.py", title="Mini-batches", url_path="minibatches"),
    st.Page(PAGES / "activations.py", title="Activations and losses", url_path="activations"),
    st.Page(PAGES / "regularization.py", title="Regularization", url_path="regularization"),
    st.Page(PAGES / "train.py", title="Train live", url_path="train"),
]
st.navigation(pages, position="top").run()
