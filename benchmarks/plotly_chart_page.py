"""The Trajectories page with st.plotly_chart in place of the stage, for `benchmarks.pages` to measure."""

import plotly.graph_objects as go
import streamlit as st

from optviz.figures.scenes import scene
from optviz.figures.style import LIGHT
from optviz.settings.experiment import Experiment
from optviz.web.page import Page
from optviz.web.trajectories.results import results_table

st.set_page_config(layout="wide")
page = Page(Experiment)
experiment = page.read()
trajectories = experiment.run()
shown = scene(experiment, trajectories, LIGHT)
with page.frame("#### Trajectories"):
    paths = [trace for run in shown["runs"] for trace in (run["path"], run["head"])]
    ground = shown["ground"]["figure"]["data"] if shown["ground"] else [shown["main"]["curve"]]
    st.plotly_chart(go.Figure({"data": [*ground, *paths], "layout": shown["main"]["layout"]}), key="main")
results_table(experiment, trajectories, LIGHT)
