"""The stage: a browser component that keeps one picture and redraws it in place."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from optviz.figures.scene_types import Scene
from optviz.web.components.mounting import BUS, DRAWING, mount, plotly_url

HERE = Path(__file__).parent
PARTS = ("types", "rows", "loss_axis", "live", "player", "pointer", "figures", "canvas", "ground", "download")
SCRIPTS = (BUS, *DRAWING, *(HERE / f"{part}.js" for part in PARTS))

_stage = mount("optviz.stage", HERE, isolated=False, before=SCRIPTS)


def stage(
    scene: Scene,
    *,
    key: str,
    on_start: Callable[[], None] | None = None,
    page: str = "",
    engine_url: str = "",
    follow: bool = False,
) -> None:
    """Show a scene of `figures.scenes`.

    `page` is the key of the page's bus, for a page with a panel: a start that is dragged or clicked goes to
    the panel as a draft and then as a commit, and the panel sends it. Without `page`, `on_start` is called
    when the start was chosen, and `chosen_start` says where. `engine_url` is the address of the engine in
    JavaScript, with which the paths follow a finger; without it only the ring does. With `follow` the page
    runs again whenever the player comes to rest, and the step that it shows is in
    `st.session_state[key].step`.
    """
    data = {**scene, "plotly": plotly_url(), "engineUrl": engine_url, "page": page, "follow": follow}
    _stage(key=key, data=data, on_start_change=on_start or _nothing, on_step_change=_nothing)


def _nothing() -> None:
    """A value of a component needs a callback, even where the next run is all that is wanted."""


def chosen_start(key: str) -> tuple[float, ...]:
    """The d coordinates that were clicked or dragged last on the stage of that key, or none."""
    start = st.session_state[key].get("start") or {}
    return tuple(map(float, start.get("at", ())))
