"""The Trajectories page with st.plotly_chart in place of the stage, for `benchmarks.pages` to measure."""

import plotly.graph_objects as go
import streamlit as st

from optviz.figures.scenes import scene
from optviz.figures.style import LIGHT
from optviz.web.trajectories.controls import experiment_from_page, sidebar
from optviz.web.trajectories.results import results_table

st.set_page_config(layout="wide", initial_sidebar_state=380)
experiment = experiment_from_page()
trajectories = experiment.run()
picture = scene(experiment, trajectories, LIGHT)
left, right = st.columns([0.62, 0.38])
left.plotly_chart(go.Figure(picture["main"]), key="main", theme=None)
right.plotly_chart(go.Figure(picture["loss"]), key="loss", theme=None)
results_table(experiment, trajectories, LIGHT)
sidebar(LIGHT)
