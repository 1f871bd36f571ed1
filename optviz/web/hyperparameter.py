"""A hyperparameter as widgets: a slider to feel it, a field to set it exactly."""

import functools
import math
from typing import Any

import streamlit as st

from optviz.hyperparameters import Hyperparameter
from optviz.outcomes import number

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


def keep(key: str, default: Any) -> Any:
    """Hold on to the value under `key`, which Streamlit drops when its widget is off the page."""
    st.session_state[key] = st.session_state.get(key, default)
    return st.session_state[key]


def adjust(h: Hyperparameter, key: str, *, label: str = "") -> float:
    """Show slider and exact field of one hyperparameter; both hold `st.session_state[key]`."""
    value = keep(key, int(h.default) if h.integer else h.default)
    label = label or f"{h.name} ${h.symbol}$"
    wide, narrow = st.columns([0.64, 0.36], vertical_alignment="bottom", gap="small")
    slider = f"{key}.slider"
    st.session_state[slider] = value
    with wide:
        if h.log:
            options = sorted({*stops(h), value})
            st.select_slider(
                label, options, key=slider, format_func=number, help=h.help, on_change=_take, args=(key,)
            )
        else:
            step: Any = 1 if h.integer else (h.high - h.low) / 1000
            low, high = (int(h.low), int(h.high)) if h.integer else (h.low, h.high)
            st.slider(
                label,
                low,
                high,
                key=slider,
                step=step,
                format="%.4g",
                help=h.help,
                on_change=_take,
                args=(key,),
            )
    with narrow:
        return exact(h, key, label=f"{h.name}, exact value", hidden=True)


def exact(h: Hyperparameter, key: str, *, label: str = "", hidden: bool = False) -> float:
    """A field for the exact value alone."""
    keep(key, int(h.default) if h.integer else h.default)
    number_type = int if h.integer else float
    step: Any = 1 if h.integer else _tick(st.session_state[key] or h.default or 1.0)
    value = st.number_input(
        label or f"{h.name} ${h.symbol}$",
        number_type(h.low),
        number_type(h.high),
        key=key,
        step=step,
        format="%d" if h.integer else "%.6g",
        help=None if hidden else h.help,
        label_visibility="collapsed" if hidden else "visible",
    )
    return number_type(h.default if value is None else value)


def _take(key: str) -> None:
    st.session_state[key] = st.session_state[f"{key}.slider"]


def _tick(value: float) -> float:
    """What the field's arrows add: a tenth of the value's leading digit."""
    return 10.0 ** (math.floor(math.log10(abs(value))) - 1)
