"""Trajectories: choose a landscape and optimizers, and see the paths at once."""

import streamlit as st

from optviz.figures.scenes import scene
from optviz.web.components.share import share_button
from optviz.web.components.stage import stage
from optviz.web.ground_route import ground_url
from optviz.web.theme import current_theme
from optviz.web.trajectories.controls import experiment_from_page, set_start, show_notices, sidebar
from optviz.web.trajectories.curvature import asks_for_the_step, curvature_panel
from optviz.web.trajectories.results import as_csv, behind, results_table
from optviz.web.trajectories.scipy_methods import references_panel

theme = current_theme()
experiment = experiment_from_page()
objective = experiment.landscape()
trajectories = experiment.run()
arguments = "x, y" if objective.dimension == 2 else "x"

title, share = st.columns([0.84, 0.16], vertical_alignment="top")
with title:
    st.markdown(f"#### {objective.name}\n$f({arguments}) = {objective.latex}$")
with share:
    share_button(st.session_state.link)
show_notices()

stage(
    scene(experiment, trajectories, theme, ground_url=ground_url(experiment, theme)),
    key="stage",
    on_start=set_start,
    follow=asks_for_the_step(),
)
results_table(experiment, trajectories, theme)

st.download_button(
    "Download the paths as CSV",
    lambda: as_csv(experiment, trajectories),
    file_name="optviz.csv",
    mime="text/csv",
    on_click="ignore",
    type="tertiary",
    icon=":material/download:",
)
curvature_panel(experiment, trajectories, theme)
references_panel(experiment)
behind(experiment)
sidebar(theme)
