"""Trajectories on their landscape: the traces of a run, empty until the stage fills them with its rows.

The browser draws runs that it computed itself while a finger is down, and those that the server sends. So
what follows from the rows (gaps far outside, exits, heights of the loss) is worked out there, in
`stage/rows.js` and `stage/loss_axis.js`, for both.
"""

from typing import Any

import numpy as np

from optviz.figures.plotly_dicts import packed
from optviz.figures.scene_types import Run, RunValues, Trace
from optviz.figures.style import Style, Theme
from optviz.words import tr

LARGEST_F4 = 1e38
NAMELESS = "<extra></extra>"  # at the end of what is said at a point: Plotly adds no name


def run(
    slot: str,
    name: str,
    label: str,
    points: np.ndarray,
    values: np.ndarray,
    style: Style,
    theme: Theme,
    loss_hover: str,
    asked: np.ndarray | None = None,
) -> Run:
    """One run of the stage: its rows, `points` (k, d) and `values` (k,), and how it is drawn.

    `loss_hover` is what the loss picture says at a point, with `%{x}` and `%{y}`. `asked` (k,) are the
    gradients that were taken up to each row, if they are not one for each step.
    """
    return {
        "slot": slot,
        "name": name,
        "label": label,
        "points": [packed(column) for column in points.T],
        **heights(values),
        "asked": None if asked is None else packed(asked, "i4"),
        "path": _path(name, points.shape[1], style),
        "head": _head(label, style, theme, size=12),
        "exit": _exit(name, style, theme),
        "loss": _line(name, style, 2.0, hovertemplate=f"{name}<br>{loss_hover}<extra></extra>"),
        "ahead": _line(name, style, 1.6, opacity=0.28, hoverinfo="skip"),
        "lossHead": _head(name, style, theme, size=10),
    }


def start_marker(theme: Theme) -> Trace:
    """The start, a ring that can be dragged."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "start",
        "marker": {
            "size": 16,
            "symbol": "circle-open",
            "color": theme.ink,
            "line": {"color": theme.ink, "width": 3},
        },
        "hovertemplate": tr("start (drag it, or click anywhere)") + NAMELESS,
        "cliponaxis": False,
    }


def start_edge(theme: Theme) -> Trace:
    """An arrow at the border, where the start lies outside the part that is shown."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "start",
        "marker": {"size": 17, "symbol": "arrow", "color": theme.ink, "standoff": 2},
        "hovertemplate": tr("the start is at %{text}") + NAMELESS,
        "cliponaxis": False,
    }


def heights(values: np.ndarray) -> RunValues:
    """f as 4-byte heights above the lowest of them, which keep seven digits near a minimum."""
    base = float(values.min())
    above = values - base
    return {"base": base, "values": packed(above, "f4" if above.max() < LARGEST_F4 else "f8")}


def _path(name: str, dimension: int, style: Style) -> Trace:
    """The line with its iterates; `customdata` holds f."""
    height = "f = %{y:.5g}" if dimension == 1 else "y = %{y:.5g}<br>f = %{customdata:.5g}"
    step = tr("step %{pointNumber}")
    return _line(
        name,
        style,
        2.2,
        marker={"size": 4.5, "color": style.color},
        hovertemplate=f"{name}<br>{step}<br>x = %{{x:.5g}}<br>{height}<extra></extra>",
    )


def _line(name: str, style: Style, width: float, **more: Any) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "line": {"color": style.color, "width": width, "dash": style.dash},
        **more,
    }


def _head(name: str, style: Style, theme: Theme, size: int) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "marker": {
            "size": size,
            "symbol": style.marker,
            "color": style.color,
            "line": {"color": theme.halo, "width": 1.8},
        },
        "hoverinfo": "skip",
        "textfont": {"color": theme.ink, "size": 12, "shadow": "auto"},
        "cliponaxis": False,
    }


def _exit(name: str, style: Style, theme: Theme) -> Trace:
    """An arrow at the border where the path first leaves the domain; the iterate stands in its hover."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "marker": {
            "size": 15,
            "symbol": "arrow",
            "color": style.color,
            "line": {"color": theme.halo, "width": 1.2},
        },
        "hovertemplate": f"{name}<br>%{{text}}<extra></extra>",
        "cliponaxis": False,
    }
