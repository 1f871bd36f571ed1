"""Maps: what a rate, a momentum, a start or the noise does, seen at one glance."""

import streamlit as st

from optviz.figures.map_figures import map_csv, map_picture
from optviz.settings.maps import MapSettings
from optviz.web.components.charts import charts
from optviz.web.maps.kinds import arrange, objections, open_experiment
from optviz.web.maps.progress import begin, finish
from optviz.web.page import Page
from optviz.web.tables import table
from optviz.web.theme import current_theme
from optviz.web.trajectories.scene import formula
from optviz.words import language, tr

PAGE = Page(MapSettings, arrange=arrange)
settings = PAGE.read()
theme = current_theme()

with PAGE.frame(f"# {tr(settings.row.question)}\n{formula(settings.landscape())}", more=objections(settings)):
    work = begin(settings)
    picture = map_picture(settings, work.map, theme)
    picked = charts(
        picture.panels,
        key="map",
        version=f"{settings} {work.fineness} {theme.dark} {language()}",
        legend=picture.legend,
        note=picture.note,
        pickable=True,
        least=240 if len(picture.panels) > 2 else 300,
        page=PAGE.key,
    )
    if picked:
        open_experiment(settings, work.map, picked)
table(picture.headings, [(row.color, row.name, row.cells) for row in picture.rows], told=False)
st.download_button(
    tr("Download the map as CSV"),
    lambda: map_csv(settings, work.map),
    file_name="optviz-map.csv",
    mime="text/csv",
    on_click="ignore",
    type="tertiary",
    icon=":material/download:",
)
finish(work)
