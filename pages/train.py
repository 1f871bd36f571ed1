"""Train live: a network learns before your eyes, on the server, for everybody who has the link."""

import streamlit as st

from optviz.web.components.charts import charts
from optviz.web.markdown_escape import plain
from optviz.web.theme import current_theme
from optviz.web.train.controls import PAGE, chosen_on_page, network
from optviz.web.train.curve_view import choose_view
from optviz.web.train.drawing_part import drawing_part
from optviz.web.train.family import family_part
from optviz.web.train.inside_part import inside_part
from optviz.web.train.landscape_panel import landscape_part
from optviz.web.train.printed_losses import printed_part
from optviz.web.train.run_downloads import downloads
from optviz.web.train.run_history import own_runs
from optviz.web.train.run_panel import buttons, differs, headline, live, watched
from optviz.web.train.run_words import invitation
from optviz.web.train.scene import drawing
from optviz.web.train.sweep_part import sweep_part

theme = current_theme()
chosen = chosen_on_page()
seen = watched(chosen, fresh=True)

with PAGE.frame(f"# {plain(headline(chosen, seen))}\n{plain(network(chosen.config))}"):
    buttons(chosen, seen)
    differs(chosen, seen)
    if seen.history:
        choose_view()
    live(chosen, seen, theme)
    if not seen.history:
        st.markdown(invitation(chosen.config))
        charts([drawing(chosen.config, theme)], key="drawing", version=f"{chosen.config} {theme.dark}")
if seen.history:
    family_part(chosen)
    drawing_part(seen, theme)
    inside_part(seen, chosen.view.unit, theme)
    printed_part(seen)
    landscape_part(seen, theme)
    sweep_part(seen, theme)
    downloads(seen.history)
own_runs(chosen)
