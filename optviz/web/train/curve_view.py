"""How the curves of a training are looked at: three controls, and three names in the link."""

import streamlit as st

from optviz.figures.training_curves import UNITS, WINDOWS, View
from optviz.settings.link import Link, short

VIEW = "training.view"  # where the session keeps it
USUAL = View()
state = st.session_state


def write_view(view: View) -> Link:
    """The names of what is not as usual."""
    link = {"x": view.unit.key, "y": "log" if view.log else "linear", "smooth": str(view.window)}
    usual = {"x": USUAL.unit.key, "y": "linear", "smooth": str(USUAL.window)}
    return {name: text for name, text in link.items() if text != usual[name]}


def read_view(link: Link, notices: list[str]) -> View:
    """What a link says; a sentence is added for each thing that cannot be used."""

    def one_of(name: str, allowed: list[str], usual: str, meaning: str) -> str:
        text = link.get(name, usual)
        if text in allowed:
            return text
        notices.append(
            f"The link's “{name}” is “{short(text)}”; {meaning} is one of {', '.join(allowed)}. "
            f"Used {usual} instead."
        )
        return usual

    unit = one_of("x", list(UNITS), USUAL.unit.key, "what the curves are drawn against")
    axis = one_of("y", ["linear", "log"], "linear", "the axis of the loss")
    window = one_of("smooth", [str(n) for n in WINDOWS], str(USUAL.window), "the width of the smoothing")
    return View(UNITS[unit], axis == "log", int(window))


def choose_view() -> None:
    """What the curves are drawn against, the axis of the loss, and the smoothing."""
    view: View = state[VIEW]
    keys = {name: f"{VIEW}.{name}" for name in ("x", "y", "smooth")}
    state[keys["x"]], state[keys["y"]], state[keys["smooth"]] = view.unit.key, view.log, view.window

    def take() -> None:
        unit = state[keys["x"]] or state[VIEW].unit.key  # a click on the chosen one chooses nothing
        state[VIEW] = View(UNITS[unit], state[keys["y"]], state[keys["smooth"]])

    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="curve-view"):
        st.segmented_control(
            "Curves against",
            list(UNITS),
            format_func=str.capitalize,
            key=keys["x"],
            on_change=take,
            label_visibility="collapsed",
            help="Seconds are those that each network has been trained, without its evaluations.",
        )
        st.toggle("Logarithmic loss", key=keys["y"], on_change=take)
        st.selectbox(
            "Smoothing",
            WINDOWS,
            format_func=lambda n: "Not smoothed" if n == 1 else f"Mean of {n} points",
            key=keys["smooth"],
            on_change=take,
            label_visibility="collapsed",
            width=190,
        )
