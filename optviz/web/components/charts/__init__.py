"""Several charts in a grid, redrawn in place: for pictures that grow while one looks at them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optviz.figures.scene_types import LegendEntry, Panel
from optviz.web.assets import plotly_url
from optviz.web.components.following import FOLLOWING, draw_url
from optviz.web.components.mounting import BUS, DRAWING, compressed, mount
from optviz.words import language

HERE = Path(__file__).parent

_charts = mount("optviz.charts", HERE, isolated=False, scripts=(BUS, FOLLOWING, *DRAWING, HERE / "charts.js"))


@dataclass(frozen=True, slots=True)
class Picked:
    """A place that was clicked: the key of its panel, and where, in the coordinates of the data."""

    chart: str
    x: float
    y: float


def charts(
    figures: Sequence[Panel],
    *,
    key: str,
    version: str,
    legend: Sequence[LegendEntry] = (),
    note: str = "",
    pickable: bool = False,
    least: int = 400,
    page: str = "",
    cards: str = "",
) -> Picked | None:
    """Show panels of `figures.panels`, with one legend above and a note below all of them.

    Nothing is drawn again as long as `version` stays the same. No panel is narrower than `least` pixels, as
    far as there is room. While a setting of the page with the key `page` is dragged, they follow: the browser
    asks `web.draw_route` for its drafts. `cards` is the key of a page whose cards hide the traces and the
    lines of the legend that name them as their `entrant`. Returns the place that was just clicked, if they
    are `pickable`.
    """
    data = {
        "figures": figures,
        "legend": legend,
        "note": note,
        "version": f"{version} {language()}",
        "plotly": plotly_url(),
        "pickable": pickable,
        "least": least,
        "page": page,
        "cards": cards,
        "drawUrl": draw_url(page) if page else "",
    }
    picked = _charts(key=key, data=compressed(data), on_picked_change=_nothing).picked
    return _place(picked)


def _place(picked: Any) -> Picked | None:
    """The place that a browser names; None for anything that is no place."""
    if not isinstance(picked, Mapping):
        return None
    x, y = picked.get("x"), picked.get("y")
    numbers = all(isinstance(value, int | float) and math.isfinite(value) for value in (x, y))
    return Picked(str(picked.get("chart")), float(x), float(y)) if numbers else None  # type: ignore[arg-type]


def _nothing() -> None:
    """A trigger needs a callback, even where its value is all that is wanted."""
