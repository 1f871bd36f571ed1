"""Lines, bars, marks and rules for the small pictures of the teaching pages."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from optviz.figures.plotly_dicts import Trace, packed
from optviz.figures.scene_types import LegendEntry
from optviz.figures.style import DASHES, Style, Theme
from optviz.teaching.activations import ACTIVATIONS


def look(activation: str, theme: Theme) -> Style:
    """One colour and dash for each activation, the same in every picture; the key is of ACTIVATIONS."""
    lap, place = divmod(list(ACTIVATIONS).index(activation), len(theme.palette))
    return Style(theme.palette[place], DASHES[2 * lap], "circle")


def line(
    x: Any,
    y: Any,
    color: str,
    name: str,
    *,
    dash: str = "solid",
    width: float = 2.4,
    hover: str = "%{x:.4g}: %{y:.4g}",
    **more: Any,
) -> Trace:
    """A curve; what is not finite is a gap in it."""
    heights = np.asarray(y, dtype=float)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": packed(x, "f8"),
        "y": packed(np.where(np.isfinite(heights), heights, np.nan), "f8"),
        "line": {"color": color, "width": width, "dash": dash, "simplify": False},
        "hovertemplate": f"{name}<br>{hover}<extra></extra>",
        **more,
    }


def marks(
    x: Iterable[float],
    y: Iterable[float],
    color: str,
    theme: Theme,
    *,
    symbol: str = "circle",
    size: int = 11,
    hover: str = "%{x:.4g}: %{y:.4g}",
    texts: Sequence[str] = (),
    place: str = "top center",
) -> Trace:
    """Points with a rim, so that they stand out from lines; with `texts` beside them."""
    trace: Trace = {
        "type": "scatter",
        "mode": "markers+text" if texts else "markers",
        "x": [float(v) for v in x],
        "y": [float(v) for v in y],
        "marker": {
            "size": size,
            "symbol": symbol,
            "color": color,
            "line": {"color": theme.halo, "width": 1.6},
        },
        "hovertemplate": f"{hover}<extra></extra>",
    }
    if texts:
        trace |= {"text": list(texts), "textposition": place, "cliponaxis": False}
    return trace


def bars(
    labels: Sequence[str], heights: Iterable[float], color: str, name: str, texts: Sequence[str], **more: Any
) -> Trace:
    """Upright bars with their numbers on them."""
    return {
        "type": "bar",
        "name": name,
        "x": list(labels),
        "y": [float(v) for v in heights],
        "text": list(texts),
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": color},
        "hovertemplate": f"%{{x}}: %{{y:.6g}}<extra>{name}</extra>",
        **more,
    }


def rule(theme: Theme, *, x: float | None = None, y: float | None = None) -> dict[str, Any]:
    """A dotted line across the whole picture, at one place of one axis."""
    ends: dict[str, Any]
    if x is not None:
        ends = {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
    else:
        ends = {"x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y}
    return {
        "type": "line",
        "line": {"color": theme.ink, "width": 1.2, "dash": "dot"},
        "layer": "below",
        **ends,
    }


def entry(name: str, color: str, dash: str = "solid") -> LegendEntry:
    """One line of a legend."""
    return {"name": name, "color": color, "dash": dash}


def powers(values: Any, **more: Any) -> dict[str, Any]:
    """A logarithmic axis whose ticks are powers of ten, thinned out where there are many decades."""
    found = np.asarray(values, dtype=float)
    found = found[np.isfinite(found) & (found > 0)]
    decades = float(np.log10(found.max()) - np.log10(found.min())) if found.size else 0.0
    dtick = None if decades < 1.2 else max(1, round(decades / 6))
    return {"type": "log", "exponentformat": "power", "dtick": dtick, **more}
