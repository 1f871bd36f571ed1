"""Train live: a network learns before your eyes, on the server, for everybody who has the link."""

import streamlit as st

from optviz.web.components.charts import charts
from optviz.web.components.share import share_button
from optviz.web.markdown_escape import plain
from optviz.web.theme import current_theme
from optviz.web.train.controls import chosen_on_page, show_notices
from optviz.web.train.run_downloads import downloads
from optviz.web.train.run_history import own_runs
from optviz.web.train.run_panel import buttons, differs, headline, live, watched
from optviz.web.train.scene import drawing

theme = current_theme()
chosen = chosen_on_page()
seen = watched(chosen, fresh=True)

title, share = st.columns([0.84, 0.16], vertical_alignment="top")
with title:
    st.markdown(f"#### {plain(headline(chosen, seen))}")
with share:
    share_button(chosen.run_link() or chosen.link())
show_notices()
buttons(chosen, seen)
differs(chosen, seen)

live(chosen, seen, theme)
if seen.history:
    downloads(seen.history)
else:
    st.markdown("Press **Start** to train this network, or choose another preset in the sidebar.")
    charts([drawing(chosen.config, theme)], key="drawing", version=f"{chosen.config} {theme.dark}")
own_runs(chosen)
