"""The stage: a browser component that keeps one picture and redraws it in place."""

from pathlib import Path
from typing import Any

from optviz.figures.scene_types import Scene
from optviz.web.assets import engine_url, plotly_url
from optviz.web.components import inside
from optviz.web.components.following import FOLLOWING, draw_url
from optviz.web.components.mounting import BUS, DRAWING, compressed, mount

HERE = Path(__file__).parent
PARTS = (
    "types",
    "plane",
    "rows",
    "loss_axis",
    "runs",
    "live",
    "player",
    "pointer",
    "pins",
    "fit",
    "labels",
    "figures",
    "sizes",
    "zooms",
    "legend_row",
    "fold",
    "canvas",
    "ground",
    "download",
    "terrain",
    "relief",
    "box_axes",
    "surface_view",
    "multiples_view",
    "tip",
    "webp",
    "pictures",
    "film",
    "stage",
)
SCRIPTS = (BUS, FOLLOWING, *DRAWING, *(HERE / f"{part}.js" for part in PARTS))

_stage = mount("optviz.stage", HERE, isolated=False, scripts=SCRIPTS)


def stage(scene: Scene, *, key: str, page: str, drawn: bool = False) -> None:
    """Show a scene of `figures.scenes`, or one like it.

    `page` is the key of the page's bus: a start that is dragged or clicked goes to the panel as a draft and
    then as a commit, and the panel sends it. A scene that can be computed in the browser follows the finger;
    for one that is `drawn` by `web.draw_route`, the browser asks there for each draft's scene.
    """
    data = {**scene, **besides(page=page, live=scene["live"] is not None, drawn=drawn), "hint": ""}
    _stage(key=key, data=compressed(data), on_step_change=_nothing)


def besides(*, page: str, live: bool = True, drawn: bool = False, follow: bool = False) -> dict[str, Any]:
    """What the stage needs besides the scene.

    With `follow` it tells the server which step it shows, whenever the player comes to rest.
    """
    return {
        "plotly": plotly_url(),
        "engineUrl": engine_url() if live else "",
        "inside": inside.urls() if live else None,
        "page": page,
        "follow": follow,
        "drawUrl": draw_url(page) if drawn else "",
    }


def _nothing() -> None:
    """A value of a component needs a callback, even where the next run is all that is wanted."""
