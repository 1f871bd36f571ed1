"""Maps: what a rate, a momentum, a start or the noise does, seen at one glance."""

from pathlib import Path

import streamlit as st

from optviz.figures.map_figures import map_csv, map_picture
from optviz.settings.maps import KINDS
from optviz.web.components.charts import charts
from optviz.web.components.share import share_button
from optviz.web.maps.controls import kind_picker, notices, open_experiment, settings_from_page, sidebar
from optviz.web.maps.progress import begin, finish
from optviz.web.tables import table
from optviz.web.theme import current_theme
from optviz.web.trajectories.controls import show_notices

TRAJECTORIES = Path(__file__).with_name("trajectories.py")

theme = current_theme()
settings = settings_from_page()
objective = settings.landscape()
arguments = "x, y" if objective.dimension == 2 else "x"

title, share = st.columns([0.84, 0.16], vertical_alignment="top")
with title:
    st.markdown(
        f"#### {KINDS[settings.kind].question}\n{objective.name}: $f({arguments}) = {objective.latex}$"
    )
with share:
    share_button(st.session_state["m.link"])
kind_picker()
show_notices(notices(settings))

work = begin(settings)
picture = map_picture(settings, work.map, theme)
picked = charts(
    picture.panels,
    key="map",
    version=f"{settings} {work.fineness} {theme.dark}",
    legend=picture.legend,
    note=picture.note,
    pickable=True,
    least=240 if len(picture.panels) > 2 else 300,
)
if picked:
    open_experiment(TRAJECTORIES, settings, work.map, picked)

table(picture.headings, [(row.color, row.name, row.cells) for row in picture.rows], told=False)
st.download_button(
    "Download the map as CSV",
    lambda: map_csv(settings, work.map),
    file_name="optviz-map.csv",
    mime="text/csv",
    on_click="ignore",
    type="tertiary",
    icon=":material/download:",
)
sidebar(theme)
finish(work)
