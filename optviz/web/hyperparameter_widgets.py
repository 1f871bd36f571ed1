"""A hyperparameter as widgets: a slider to feel it, a field to set it exactly."""

import functools
import math
from typing import Any

import streamlit as st

from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.outcomes import number

PER_DECADE = 20


@functools.cache
def stops(h: Hyperparameter) -> tuple[float, ...]:
    """The stops of a logarithmic slider: two significant digits, evenly spread over the decades."""
    found, k = {h.low, h.high}, 0
    while (value := float(f"{max(h.low, 1e-16) * 10 ** (k / PER_DECADE):.2g}")) < h.high:
        if value > h.low:
            found.add(int(value) if h.integer else value)
        k += 1
    return tuple(sorted(found))


def held(key: str, default: Any) -> str:
    """Return `key`, with a value under it: Streamlit drops a value while its widget is off the page."""
    st.session_state[key] = st.session_state.get(key, default)
    return key


def adjust(h: Hyperparameter, key: str, *, label: str = "") -> None:
    """Show slider and exact field of one hyperparameter; `st.session_state[key]` holds its value."""
    value = st.session_state[held(key, int(h.default) if h.integer else h.default)]
    label = label or f"{h.name} ${h.symbol}$"
    # One horizontal container instead of columns: every element is a message, and messages are the wait.
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    slider = f"{key}.slider"
    st.session_state[slider] = value
    common: Any = {"key": slider, "help": h.help, "on_change": _take, "args": (key,)}
    with row:
        if h.log:
            st.select_slider(label, sorted({*stops(h), value}), format_func=number, **common)
        else:
            step: Any = 1 if h.integer else (h.high - h.low) / 1000
            low, high = (int(h.low), int(h.high)) if h.integer else (h.low, h.high)
            st.slider(label, low, high, step=step, format="%.4g", **common)
        exact(h, key, label=f"{h.name}, exact value", hidden=True)


def exact(h: Hyperparameter, key: str, *, label: str = "", hidden: bool = False) -> None:
    """Show a field for the exact value alone; `st.session_state[key]` holds it."""
    kind = int if h.integer else float
    value = st.session_state[held(key, kind(h.default))]
    st.number_input(
        label or f"{h.name} ${h.symbol}$",
        kind(h.low),
        kind(h.high),
        key=key,
        step=1 if h.integer else _tick(value or h.default or 1.0),
        format="%d" if h.integer else "%.6g",
        help=None if hidden else h.help,
        label_visibility="collapsed" if hidden else "visible",
        width=96 if hidden else "stretch",
    )


def _take(key: str) -> None:
    st.session_state[key] = st.session_state[f"{key}.slider"]


def _tick(value: float) -> float:
    """What the field's arrows add: a tenth of the value's leading digit."""
    return 10.0 ** (math.floor(math.log10(abs(value))) - 1)
