"""The optimizers of a comparison in the sidebar: each in a slot of its own, in its own colour.

A slot keeps its number as others come and go, so that the keys of its widgets stay the same. `at` is the
word that the keys of a page's widgets begin with.
"""

from collections.abc import Container, Sequence

import streamlit as st

from optviz.engine.optimizers import GROUPS, OPTIMIZERS
from optviz.figures.style import Theme, styles
from optviz.settings.link import Entrant
from optviz.web.hyperparameter_widgets import adjust, exact, held
from optviz.web.trajectories.landscape_fields import values_of

state = st.session_state
ALL = tuple(OPTIMIZERS)


def fill_slots(at: str, entrants: Sequence[Entrant]) -> None:
    """Set the widgets of as many slots as there are entrants."""
    state[f"{at}.slots"] = list(range(len(entrants)))
    for slot, entrant in enumerate(entrants):
        _fill(at, slot, entrant)


def _fill(at: str, slot: int, entrant: Entrant) -> None:
    state[f"{at}.{slot}"] = entrant.optimizer
    for name, value in entrant.values:
        state[f"{at}.{slot}.{entrant.optimizer}.{name}"] = value


def read_slots(at: str) -> tuple[Entrant, ...]:
    """The entrants that the widgets say."""
    keys = [(f"{at}.{slot}", state[f"{at}.{slot}"]) for slot in state[f"{at}.slots"]]
    return tuple(Entrant(key, values_of(f"{slot}.{key}", OPTIMIZERS[key])) for slot, key in keys)


def entrant_slots(
    at: str, theme: Theme, most: int, *, options: Sequence[str] = ALL, without: Container[str] = ()
) -> None:
    """The widgets, between one and `most` slots; no field for the hyperparameters of `without`."""
    slots = state[f"{at}.slots"]
    drawn = styles([state[f"{at}.{slot}"] for slot in slots], theme)
    for slot, style in zip(slots, drawn, strict=True):
        with st.container(border=True, gap="small"):
            _slot(at, slot, style.color, most, options, without)
    if len(slots) < most:
        st.button(
            "Add an optimizer",
            key=f"{at}.add",
            on_click=_add,
            args=(at, options),
            width="stretch",
            icon=":material/add:",
        )


def _slot(at: str, slot: int, color: str, most: int, options: Sequence[str], without: Container[str]) -> None:
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    row.html(f'<div style="width:12px;height:26px;border-radius:3px;background:{color}"></div>', width=14)
    key = row.selectbox(
        f"Optimizer {slot + 1}",
        options,
        key=held(f"{at}.{slot}", options[0]),
        format_func=_title,
        label_visibility="collapsed",
    )
    if most > 1:
        row.button(
            "",
            key=f"{at}.{slot}.remove",
            icon=":material/close:",
            help="Remove this optimizer",
            on_click=_remove,
            args=(at, slot),
            disabled=len(state[f"{at}.slots"]) == 1,
            type="tertiary",
        )
    prefix = f"{at}.{slot}.{key}"
    shown = [h for h in OPTIMIZERS[key].hyperparameters if h.name not in without]
    for h in shown:
        if not h.advanced:
            adjust(h, f"{prefix}.{h.name}")
    advanced = [h for h in shown if h.advanced]
    if advanced:
        with st.popover("More", type="tertiary"):
            for h in advanced:
                exact(h, f"{prefix}.{h.name}")


def _title(key: str) -> str:
    """The name with the group, but for the six that everybody knows; both can be typed to search."""
    optimizer = OPTIMIZERS[key]
    return optimizer.name if optimizer.group == "classic" else f"{optimizer.name} · {GROUPS[optimizer.group]}"


def _add(at: str, options: Sequence[str]) -> None:
    slots = state[f"{at}.slots"]
    slot = max(slots) + 1
    used = {state[f"{at}.{s}"] for s in slots}
    key = next((k for k in options if k not in used), options[0])
    state[f"{at}.slots"] = [*slots, slot]
    _fill(at, slot, Entrant.of(key))


def _remove(at: str, slot: int) -> None:
    state[f"{at}.slots"] = [s for s in state[f"{at}.slots"] if s != slot]
