"""A page with a panel and a stage as small as can be, for test_load.

With LIES set it answers every change with the values before it.
"""

import os

import streamlit as st

from benchmarks.changes import lr_of
from optviz.figures.scenes import legend_name
from optviz.settings.setups import Entrant

JS = "export default function() {}"
panel = st.components.v2.component("optviz.panel", js=JS)
stage = st.components.v2.component("optviz.stage", js=JS)

text, ack = st.query_params["o1"], 0
edit = st.session_state.get("values", {}).get("edit")
if edit:
    ack = edit["n"]
    if "LIES" not in os.environ:
        text = edit["changes"]["o1"]
    st.query_params["o1"] = text
panel(key="values", data={"values": {"o1": text}, "refused": {}, "ack": ack}, on_edit_change=lambda: None)
stage(key="stage", data={"runs": [{"name": legend_name(Entrant.of("gd", lr=lr_of(text)))}]})
