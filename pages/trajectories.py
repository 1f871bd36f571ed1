"""Trajectories: choose a landscape and optimizers, and see the paths at once."""

import streamlit as st

from optviz.settings.experiment import Experiment
from optviz.web.components.stage import stage
from optviz.web.markdown_escape import plain
from optviz.web.page import Page
from optviz.web.theme import current_theme
from optviz.web.trajectories.arranging import arrange
from optviz.web.trajectories.curvature import asks_for_the_step, curvature_panel
from optviz.web.trajectories.headline import headline
from optviz.web.trajectories.presets import preset_fields
from optviz.web.trajectories.results import as_csv, behind, results_table
from optviz.web.trajectories.scene import experiment_scene, title
from optviz.web.trajectories.scipy_methods import references_panel

HINT = "Drag the ring, or a slider."
RACE = f"{HINT} Which arrives first?"
PAGE = Page(Experiment, arrange=arrange, presets=preset_fields)
experiment = PAGE.read()
trajectories = experiment.run()
theme = current_theme()

with PAGE.frame(title(experiment)):
    hint = st.empty()
    if not PAGE.touched:
        hint.markdown(RACE if len(trajectories) > 1 else HINT)
    stage(
        experiment_scene(experiment, trajectories, theme),
        key="stage",
        page=PAGE.key,
        follow=asks_for_the_step(),
    )
st.markdown(f"**{plain(headline(experiment, trajectories))}**")
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
