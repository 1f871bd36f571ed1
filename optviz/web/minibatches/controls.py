"""The sidebar of the Mini-batches page. As on the Trajectories page, address, widgets and picture agree."""

from dataclasses import replace
from typing import Any

import streamlit as st

from optviz.engine.optimizers import OPTIMIZERS
from optviz.settings.link import COORDINATE
from optviz.settings.minibatches import (
    BATCH_SIZE,
    DATA_SEED,
    EPOCHS,
    INTERCEPT,
    NUMBERS,
    SCATTER,
    SEED,
    SLOPE,
    Entrant,
    MiniBatches,
    decode,
    encode,
)
from optviz.web.address import is_news, write
from optviz.web.components.stage import chosen_start
from optviz.web.hyperparameter_widgets import adjust, exact, held
from optviz.web.markdown_escape import plain

state = st.session_state
VIEW_NAMES = {"kinds": "Batch, mini-batch, stochastic", "loop": "The notes' loop, printed and meant"}


def settings_from_page() -> MiniBatches:
    """What the address and the widgets say, written back to the address."""
    link = st.query_params.to_dict()
    if "minibatches" not in state or is_news(link, state.get("mb.link")):
        fill(*decode(link))
    elif "mb.optimizer" not in state:  # back from another page, where the widgets were dropped
        fill(state.minibatches, [])
    settings = _read()
    if settings != state.minibatches:
        state["mb.notices"] = []
    state.minibatches = settings
    state["mb.link"] = encode(settings)
    if link != state["mb.link"]:
        write(state["mb.link"])
    return settings


def fill(settings: MiniBatches, notices: list[str]) -> None:
    """Set every widget to what `settings` says."""
    state.minibatches, state["mb.notices"] = settings, notices
    for h in NUMBERS:
        state[f"mb.{h.name}"] = getattr(settings, h.name)
    state["mb.start.w"], state["mb.start.b"] = settings.start
    key = settings.optimizer.optimizer
    state["mb.optimizer"] = key
    for name, value in settings.optimizer.values:
        state[f"mb.{key}.{name}"] = value
    state["mb.shuffle"], state["mb.log"] = settings.shuffle, settings.log_loss
    state["mb.view"] = settings.view


def set_start() -> None:
    """The start was clicked or dragged on the stage."""
    for axis, coordinate in zip("wb", chosen_start("minibatch_stage"), strict=False):
        state[f"mb.start.{axis}"] = min(max(float(coordinate), COORDINATE.low), COORDINATE.high)


def show_notices() -> None:
    """Name what the link said and could not be used, until something is changed."""
    if state["mb.notices"]:
        st.warning("\n".join(f"- {plain(notice)}" for notice in state["mb.notices"]))


def _read() -> MiniBatches:
    last: MiniBatches = state.minibatches
    key = state["mb.optimizer"]
    values = tuple(
        (h.name, state.get(f"mb.{key}.{h.name}", _default(h))) for h in OPTIMIZERS[key].hyperparameters
    )
    numbers: dict[str, Any] = {h.name: state.get(f"mb.{h.name}", getattr(last, h.name)) for h in NUMBERS}
    return MiniBatches(
        **numbers,
        start=(state["mb.start.w"], state["mb.start.b"]),
        optimizer=Entrant(key, values),
        shuffle=state["mb.shuffle"],
        log_loss=state["mb.log"],
        # A segmented control says None once its choice is clicked away.
        view=state["mb.view"] or last.view,
    )


def _default(h: Any) -> float:
    return int(h.default) if h.integer else h.default


def view_switch() -> None:
    """Choose what is compared."""
    last = state.minibatches.view
    if not state.get("mb.view"):
        state["mb.view"] = last
    st.segmented_control(
        "Compare",
        list(VIEW_NAMES),
        key=held("mb.view", last),
        format_func=VIEW_NAMES.__getitem__,
        label_visibility="collapsed",
    )


def sidebar() -> None:
    """Draw every widget, in the order in which one thinks."""
    settings: MiniBatches = state.minibatches
    with st.sidebar:
        adjust(BATCH_SIZE, "mb.batch", label="Batch size $B$")
        adjust(EPOCHS, "mb.epochs", label="Epochs")
        st.toggle(
            "Shuffle in every epoch",
            key=held("mb.shuffle", settings.shuffle),
            help="Off: the same batches in the same order, epoch after epoch.",
        )
        with st.container(border=True, gap="small"):
            key = st.selectbox(
                "Optimizer",
                list(OPTIMIZERS),
                key=held("mb.optimizer", "gd"),
                format_func=lambda k: OPTIMIZERS[k].name,
            )
            for h in OPTIMIZERS[key].hyperparameters:
                (exact if h.advanced else adjust)(h, f"mb.{key}.{h.name}")
        hint = "Or click the picture, or drag the ring."
        for column, axis in zip(st.columns(2, gap="small"), "wb", strict=True):
            with column:
                exact(replace(COORDINATE, help=hint), f"mb.start.{axis}", label=f"Start ${axis}_0$")
        with st.expander("Points, seeds, view"):
            for h, label in (
                (SLOPE, "Slope of the points $w^*$"),
                (INTERCEPT, "Intercept of the points $b^*$"),
                (SCATTER, r"Scatter of the points $\sigma$"),
                (DATA_SEED, "Seed of the points"),
                (SEED, "Seed of the shuffling"),
            ):
                exact(h, f"mb.{h.name}", label=label)
            st.toggle("Logarithmic loss axis", key=held("mb.log", True))
