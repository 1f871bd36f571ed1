"""The landscape of a training: the loss on a plane through the weights, and the paths on it."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optviz.engine.outcomes import number
from optviz.figures.panels import panel
from optviz.figures.plotly_dicts import Trace, axis, layout, packed
from optviz.figures.scene_types import Panel
from optviz.figures.style import Style, Theme
from optviz.words import join, listed, tr

#: Ratio of high to low losses from which the colours are logarithmic.
SPREAD = 10.0
LEVELS = 18


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPath:
    """One network's way over the plane: steps (n,), points (n, 2), true losses and the plane's, (n,)."""

    name: str
    style: Style
    steps: np.ndarray
    points: np.ndarray
    true: np.ndarray
    slice: np.ndarray


def surface_panel(
    x: np.ndarray,
    y: np.ndarray,
    values: np.ndarray,
    paths: Sequence[DrawnPath],
    axes: tuple[str, str],
    about: str,
    theme: Theme,
) -> Panel:
    """The loss as a contour, `values` of shape (y, x), with the paths; `axes` name the two directions.

    Places where the loss is not finite are grey.
    """
    traces: list[Trace] = []
    finite = values[np.isfinite(values)]
    if finite.size:
        traces.append(_contour(x, y, values, theme))
    for path in paths:
        traces += _path(path, theme)
    traces.append(_centre(theme))
    plain = {"showgrid": False, "zeroline": False, "constrain": "domain"}
    frame = layout(
        theme,
        xaxis=axis(theme, axes[0], range=[float(x[0]), float(x[-1])], **plain),
        yaxis=axis(theme, axes[1], range=[float(y[0]), float(y[-1])], **plain),
        plot_bgcolor=theme.void if finite.size < values.size else "rgba(0,0,0,0)",
        uirevision=f"landscape {float(x[0])} {float(y[0])}",
    )
    reach = tr("unknown")
    if finite.size:
        low, high = number(float(finite.min())), number(float(finite.max()))
        reach = tr("from {low} to {high}", low=low, high=high)
    names = listed(path.name for path in paths) or tr("none is kept")
    return panel(
        "landscape",
        tr("Loss around the weights"),
        {"data": traces, "layout": frame},
        about=about,
        alt=tr(
            "Contour of the loss on a plane through the weights, {reach}. Paths: {names}.",
            reach=reach,
            names=names,
        ),
        aspect=0.85,
        lowest=320,
        highest=620,
    )


def truth_panel(paths: Sequence[DrawnPath], theme: Theme) -> Panel:
    """At each noted step the true loss of each network, and the loss of the plane below it."""
    traces: list[Trace] = []
    for path in paths:
        name, step = html.escape(path.name, quote=False), tr("step {x}", x="%{x:,}")
        for losses, what, dash, opacity in (
            (path.true, tr("true loss"), "solid", 1.0),
            (path.slice, tr("on the plane"), "dot", 0.75),
        ):
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines+markers",
                    "name": listed([name, what]),
                    "x": packed(path.steps),
                    "y": packed(losses),
                    "opacity": opacity,
                    "line": {"color": path.style.color, "width": 2, "dash": dash},
                    "marker": {
                        "size": 6,
                        "symbol": path.style.marker if dash == "solid" else "circle-open",
                        "color": path.style.color,
                    },
                    "hovertemplate": f"{name}<br>{step}: {what} %{{y:.4g}}<extra></extra>",
                }
            )
    vertical = axis(theme, tr("loss"), type="log", exponentformat="power")
    gaps = [np.nanmax(np.abs(path.true - path.slice)) for path in paths if len(path.true)]
    gap = tr("They differ by up to {gap}.", gap=number(float(max(gaps)))) if gaps else ""
    return panel(
        "truth",
        tr("True loss and the plane's loss"),
        {
            "data": traces,
            "layout": layout(theme, xaxis=axis(theme, tr("steps")), yaxis=vertical, uirevision="truth"),
        },
        about=join(
            tr("Solid: the loss with the network's own weights. Dotted: at the nearest point of the plane."),
            gap,
        ),
        alt=join(tr("Two losses for each network against steps."), gap),
        aspect=0.66,
        lowest=230,
    )


def _contour(x: np.ndarray, y: np.ndarray, values: np.ndarray, theme: Theme) -> Trace:
    finite = values[np.isfinite(values)]
    low, high = float(finite.min()), float(finite.max())
    log = low > 0 and high > SPREAD * low
    heights = np.log10(values) if log else values
    bottom, top = (float(np.log10(low)), float(np.log10(high))) if log else (low, high)
    bar: dict[str, Any] = {"title": {"text": tr("loss")}, "nticks": 8}
    if log:
        ticks = [m * 10.0**k for k in range(int(np.floor(bottom)), int(np.ceil(top)) + 1) for m in (1, 2, 5)]
        shown = [t for t in ticks if low <= t <= high]
        shown = shown if len(shown) <= 9 else [t for t in shown if f"{t:e}".startswith("1.0")]
        bar = {
            "title": {"text": tr("loss")},
            "tickvals": [float(np.log10(t)) for t in shown],
            "ticktext": [number(t) for t in shown],
        }
    return {
        "type": "contour",
        "x": packed(x),
        "y": packed(y),
        "z": packed(heights),
        "customdata": packed(values),
        "colorscale": [[i / (len(theme.shades) - 1), shade] for i, shade in enumerate(theme.shades)],
        "contours": {
            "start": bottom,
            "end": top,
            "size": (top - bottom) / LEVELS or 1.0,
            "coloring": "fill",
        },
        "autocontour": False,
        "line": {"width": 0.6, "color": "rgba(128,140,160,0.55)", "smoothing": 1},
        "colorbar": {"thickness": 10, "outlinewidth": 0, "len": 0.9, "ticklen": 3, **bar},
        "hovertemplate": tr("loss on the plane {loss}", loss="%{customdata:.4g}") + "<extra></extra>",
    }


def _path(path: DrawnPath, theme: Theme) -> list[Trace]:
    """The line through the noted weights, with a ring at the first and the network's marker at the last."""
    name = html.escape(path.name, quote=False)
    said = tr("step {step}, true loss {loss}", step="%{customdata[0]:,}", loss="%{customdata[1]:.4g}")
    hover = f"{name}<br>{said}<extra></extra>"
    line: Trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": packed(path.points[:, 0]),
        "y": packed(path.points[:, 1]),
        "customdata": packed(np.column_stack([path.steps, path.true])),
        "line": {"color": path.style.color, "width": 2.2, "dash": path.style.dash},
        "marker": {"size": 5, "color": path.style.color},
        "hovertemplate": hover,
    }
    ends: Trace = {
        "type": "scatter",
        "mode": "markers",
        "x": packed(path.points[[0, -1], 0]),
        "y": packed(path.points[[0, -1], 1]),
        "marker": {
            "size": [13, 12],
            "symbol": ["circle-open", path.style.marker],
            "color": path.style.color,
            "line": {"width": [3, 1.5], "color": [path.style.color, theme.halo]},
        },
        "hoverinfo": "skip",
    }
    return [line, ends]


def _centre(theme: Theme) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [0],
        "y": [0],
        "marker": {"size": 9, "symbol": "cross-thin", "line": {"color": theme.ink, "width": 1.6}},
        "hovertemplate": tr("the network's own weights") + "<extra></extra>",
    }
