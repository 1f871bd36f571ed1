"""How the curves of a training are looked at: three controls, and three names in the link."""

import streamlit as st

from optviz.figures.training_curves import UNITS, WINDOWS, View
from optviz.settings.link import Link, short
from optviz.words import join, listed, mark, tr

VIEW = "training.view"  # where the session keeps it
USUAL = View()
AGAINST = mark("The link's “{name}” is “{text}”; what the curves are drawn against is one of {known}.")
AXIS = mark("The link's “{name}” is “{text}”; the axis of the loss is one of {known}.")
WIDTH = mark("The link's “{name}” is “{text}”; the width of the smoothing is one of {known}.")
state = st.session_state


def write_view(view: View) -> Link:
    """The names of what is not as usual."""
    link = {"x": view.unit.key, "y": "log" if view.log else "linear", "smooth": str(view.window)}
    usual = {"x": USUAL.unit.key, "y": "linear", "smooth": str(USUAL.window)}
    return {name: text for name, text in link.items() if text != usual[name]}


def read_view(link: Link, notices: list[str]) -> View:
    """What a link says; a sentence is added for each thing that cannot be used."""

    def one_of(name: str, allowed: list[str], usual: str, message: str) -> str:
        text = link.get(name, usual)
        if text in allowed:
            return text
        said = tr(message, name=name, text=short(text), known=listed(allowed))
        notices.append(join(said, tr("Used {value} instead.", value=usual)))
        return usual

    unit = one_of("x", list(UNITS), USUAL.unit.key, AGAINST)
    axis = one_of("y", ["linear", "log"], "linear", AXIS)
    window = one_of("smooth", [str(n) for n in WINDOWS], str(USUAL.window), WIDTH)
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
            tr("Curves against"),
            list(UNITS),
            format_func=lambda key: tr(UNITS[key].title),
            key=keys["x"],
            on_change=take,
            label_visibility="collapsed",
            help=tr("Seconds are those that each network has been trained, without its evaluations."),
        )
        st.toggle(tr("Logarithmic loss"), key=keys["y"], on_change=take)
        st.selectbox(
            tr("Smoothing"),
            WINDOWS,
            format_func=lambda n: tr("Not smoothed") if n == 1 else tr("Mean of {count} points", count=n),
            key=keys["smooth"],
            on_change=take,
            label_visibility="collapsed",
            width=190,
        )
