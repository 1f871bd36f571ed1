"""Mini-batches: a line fits itself through 100 points, with batches of any size."""

import streamlit as st

from optviz.figures.minibatches import scene
from optviz.web.components.share import share_button
from optviz.web.components.stage import stage
from optviz.web.minibatches.controls import set_start, settings_from_page, show_notices, sidebar, view_switch
from optviz.web.minibatches.results import ball, comparison, gradients, loops
from optviz.web.theme import current_theme

theme = current_theme()
settings = settings_from_page()

title, share = st.columns([0.84, 0.16], vertical_alignment="top")
with title:
    st.markdown(
        "#### Mini-batches\n"
        r"$L(w, b) = \frac{1}{n} \sum_i (w x_i + b - y_i)^2$: all points give the exact gradient, a few give "
        "a cheap and noisy one. Play, then change the batch size."
    )
with share:
    share_button(st.session_state["mb.link"])
show_notices()
view_switch()

stage(scene(settings, settings.run(), theme), key="minibatch_stage", on_start=set_start)
comparison(settings, theme)
gradients(settings, theme)
ball(settings, theme)
loops()
sidebar()
