"""The stage: a browser component that keeps one picture and redraws it in place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from optviz.web.assets import plotly_url as plotly_url

HERE = Path(__file__).parent


def mount(name: str, folder: Path, *, isolated: bool = True) -> Callable[..., Any]:
    """Register a component from the .html, .css and .js files that lie in a folder.

    `isolated` puts it into a shadow root; Plotly does not work there, as its own styles stay outside. So
    the others are those that draw with Plotly, and get plotly.js in front of their own code.
    """
    html, css, js = ((folder / f"{folder.name}.{kind}").read_text("utf-8") for kind in ("html", "css", "js"))
    if not isolated:
        js = (HERE / "plotly.js").read_text("utf-8") + js
    return st.components.v2.component(name, html=html, css=css, js=js, isolate_styles=isolated)


_stage = mount("optviz.stage", HERE, isolated=False)


def stage(scene: dict[str, Any], *, key: str, on_start: Callable[[], None], follow: bool = False) -> None:
    """Show a scene of `figures.scenes`; `on_start` is called when the start was clicked or dragged.

    `chosen_start` then says where. With `follow` the page runs again whenever the player comes to rest, and
    the step that it shows is in `st.session_state[key].step`.
    """
    data = {**scene, "plotly": plotly_url(), "follow": follow}
    _stage(key=key, data=data, on_start_change=on_start, on_step_change=_nothing)


def _nothing() -> None:
    """A value of a component needs a callback, even where the next run is all that is wanted."""


def chosen_start(key: str) -> tuple[float, ...]:
    """The d coordinates that were clicked or dragged last on the stage of that key, or none."""
    start = st.session_state[key].get("start") or {}
    return tuple(map(float, start.get("at", ())))
