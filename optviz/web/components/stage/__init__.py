"""The stage: a browser component that keeps one picture and redraws it in place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optviz.figures.scene_types import Scene
from optviz.web.assets import engine_url, plotly_url
from optviz.web.components.following import FOLLOWING, draw_url
from optviz.web.components.mounting import BUS, DRAWING, compressed, mount

HERE = Path(__file__).parent
PARTS = (
    "types",
    "rows",
    "loss_axis",
    "live",
    "player",
    "pointer",
    "figures",
    "canvas",
    "ground",
    "download",
    "stage",
)
SCRIPTS = (BUS, FOLLOWING, *DRAWING, *(HERE / f"{part}.js" for part in PARTS))

_stage = mount("optviz.stage", HERE, isolated=False, scripts=SCRIPTS)


def stage(
    scene: Scene,
    *,
    key: str,
    page: str,
    follow: bool = False,
    drawn: bool = False,
    stamp: Mapping[str, Any] | None = None,
    hint: str = "",
) -> None:
    """Show a scene of `figures.scenes`.

    `page` is the key of the page's bus: a start that is dragged or clicked goes to the panel as a draft and
    then as a commit, and the panel sends it. A scene that can be computed in the browser follows the finger;
    for one that is `drawn` by `web.draw_route`, the browser asks there for each draft's scene. With `follow`
    the page runs again whenever the player comes to rest, and the step that it shows is in
    `st.session_state[key].step`. With the `stamp` of the page, the browser brings newer scenes itself: see
    `web.answer_route`. The `hint` lies on the picture until something is changed.
    """
    engine = engine_url() if scene["live"] else ""
    data = {
        **scene,
        "plotly": plotly_url(),
        "engineUrl": engine,
        "page": page,
        "follow": follow,
        "drawUrl": draw_url(page) if drawn else "",
        "stamp": stamp,
        "hint": hint,
    }
    _stage(key=key, data=compressed(data), on_step_change=_nothing)


def _nothing() -> None:
    """A value of a component needs a callback, even where the next run is all that is wanted."""
