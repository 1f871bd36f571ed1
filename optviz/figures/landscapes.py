"""The landscape itself: the curve of an objective of one variable, the contour of one of two."""

import functools
from typing import Any

import numpy as np

from optviz.engine.objective import Objective
from optviz.figures.plotly_dicts import axis, layout, packed
from optviz.figures.scene_types import Figure, Layout, Trace
from optviz.figures.style import Theme
from optviz.words import tr

ACROSS = 121  # grid points in each direction of a contour
ALONG = 601  # points of a curve
DECADES = 6  # how many decades below the highest level a logarithmic map goes down
SPREAD = 100.0  # ratio of high to low values from which levels are logarithmic

Domain = tuple[tuple[float, float], ...]


@functools.lru_cache(maxsize=256)
def sample(objective: Objective, domain: Domain) -> tuple[list[np.ndarray], np.ndarray]:
    """The axes, and the values on their grid: shape (n,) in 1D, (ny, nx) in 2D."""
    count = ALONG if objective.dimension == 1 else ACROSS
    axes = [np.linspace(low, high, count) for low, high in domain]
    values = objective.value(np.stack(np.meshgrid(*axes), axis=-1))
    values.setflags(write=False)
    return axes, values


def lowest_known(objective: Objective) -> float | None:
    """f at the lowest known minimum, or None."""
    return float(np.min(objective.value(objective.minima))) if objective.minima else None


def landscape(objective: Objective, domain: Domain, theme: Theme) -> tuple[list[Trace], Layout]:
    """Traces and layout of the objective on `domain`, with its known minima marked, in one figure."""
    made = frame(objective, domain, theme)
    if objective.dimension == 1:
        return [curve(objective, domain, theme), minima(objective, theme)], made
    made["plot_bgcolor"] = _background(objective, domain, theme)
    return [_contour(objective, domain, theme), minima(objective, theme)], made


def ground_figure(objective: Objective, domain: Domain, theme: Theme) -> Figure:
    """The contour of an objective of two variables, without axes, to lie below something else."""
    hidden = {"visible": False, "fixedrange": True}
    (x_low, x_high), (y_low, y_high) = domain
    return {
        "data": [_contour(objective, domain, theme)],
        "layout": layout(
            theme,
            plot_bgcolor=_background(objective, domain, theme),
            xaxis={**hidden, "range": [x_low, x_high]},
            yaxis={**hidden, "range": [y_low, y_high]},
        ),
    }


def ground_key(objective: Objective, domain: Domain, theme: Theme) -> str:
    """What a ground figure depends on: equal keys are equal figures."""
    parts = (objective.formula, lowest_known(objective), objective.group == "unbounded", domain, theme.dark)
    return repr(parts)


def curve(objective: Objective, domain: Domain, theme: Theme) -> Trace:
    """The curve of an objective of one variable."""
    (x,), values = sample(objective, domain)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "f",
        "x0": float(x[0]),
        "dx": float(x[1] - x[0]),
        "y": packed(values, "f8"),
        "line": {"color": theme.ink, "width": 1.6},
        "opacity": 0.55,
        "hovertemplate": "f(%{x:.4g}) = %{y:.4g}<extra></extra>",
    }


def frame(objective: Objective, domain: Domain, theme: Theme) -> Layout:
    """The layout with the axes of the objective on `domain`."""
    if objective.dimension == 1:
        _, values = sample(objective, domain)
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        margin = 0.06 * (high - low) or 1.0
        return layout(
            theme,
            xaxis=axis(theme, "x", range=list(domain[0])),
            yaxis=axis(theme, "f(x)", range=[low - margin, high + margin]),
        )
    (x_low, x_high), (y_low, y_high) = domain
    plain = {"showgrid": False, "zeroline": False, "constrain": "domain"}
    made = layout(
        theme,
        xaxis=axis(theme, "x", range=[x_low, x_high], **plain),
        yaxis=axis(theme, "y", range=[y_low, y_high], **plain),
    )
    if 1 / 3 <= (x_high - x_low) / (y_high - y_low) <= 3:
        # Equal scales, so that a gradient stands at a right angle on its contour.
        made["yaxis"]["scaleanchor"] = "x"
    return made


def _background(objective: Objective, domain: Domain, theme: Theme) -> str:
    """Grey where f has no finite value; without such a place nothing is grey, not even outside the domain."""
    _, values = sample(objective, domain)
    return "rgba(0,0,0,0)" if np.isfinite(values).all() else theme.void


def _contour(objective: Objective, domain: Domain, theme: Theme) -> Trace:
    (x, y), values = sample(objective, domain)
    heights, bar, lines = _levels(objective, values)
    shades = [[i / (len(theme.shades) - 1), shade] for i, shade in enumerate(theme.shades)]
    return {
        "type": "contour",
        "x": packed(x),
        "y": packed(y),
        "z": packed(heights),
        "colorscale": shades,
        "contours": {**lines, "coloring": "fill"},
        "autocontour": False,
        "line": {"width": 0.6, "color": "rgba(128,140,160,0.55)", "smoothing": 1},
        "colorbar": {"thickness": 10, "outlinewidth": 0, "len": 0.9, "ticklen": 3, **bar},
        "hoverinfo": "skip",
    }


def relief(objective: Objective, domain: Domain) -> np.ndarray:
    """Heights on the grid of `sample` (ny, nx), 0 at the contour's lowest level and 1 at its highest.

    NaN where f has no finite value.
    """
    _, values = sample(objective, domain)
    heights, _, lines = _levels(objective, values)
    with np.errstate(all="ignore"):
        shares = (heights - lines["start"]) / ((lines["end"] - lines["start"]) or 1.0)
    return np.where(np.isfinite(values), np.clip(np.nan_to_num(shares, nan=0.0), 0.0, 1.0), np.nan)


def contour_lines(objective: Objective, domain: Domain, theme: Theme) -> Trace:
    """Only the lines of the contour, to be laid over something else."""
    trace = _contour(objective, domain, theme)
    trace["contours"]["coloring"] = "none"
    trace["line"] |= {"color": theme.ink, "width": 0.5}
    return {**trace, "opacity": 0.22, "showscale": False}


def _levels(
    objective: Objective, values: np.ndarray
) -> tuple[np.ndarray, dict[str, Any], dict[str, float | bool]]:
    """What to contour, the colour bar's ticks, and the levels: logarithmic above f* where f spans decades."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return values, {"title": {"text": "f"}}, {"start": 0.0, "end": 1.0, "size": 1.0}
    known = lowest_known(objective)
    low, high = float(finite.min()), float(finite.max())
    floor = low if known is None else min(known, low)
    above = finite - floor
    usual_low, usual_high = np.percentile(above, [5, 95])
    if usual_high > SPREAD * max(usual_low, 1e-300) and objective.group != "unbounded":
        top = float(np.log10(high - floor))
        bottom = max(float(np.log10(max(np.percentile(above, 0.5), 1e-300))), top - DECADES)
        with np.errstate(all="ignore"):
            heights = np.log10(np.maximum(values - floor, 10.0**bottom))
        decades = list(range(int(np.ceil(bottom)), int(np.floor(top)) + 1))
        bar = {
            "title": {"text": "f" if floor == 0 else "f − f*"},
            "tickvals": decades,
            "ticktext": [f"10<sup>{k}</sup>" if k not in (0, 1) else str(10**k) for k in decades],
        }
        return heights, bar, _evenly(bottom, top)
    return values, {"title": {"text": "f"}, "nticks": 8}, _evenly(low, high)


def _evenly(low: float, high: float, count: int = 18) -> dict[str, float | bool]:
    size = (high - low) / count or 1.0
    return {"start": low, "end": high, "size": size}


def minima(objective: Objective, theme: Theme) -> Trace:
    """The known minima, as stars."""
    points = np.array(objective.minima).reshape(-1, objective.dimension)
    values = objective.value(points)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": tr("known minima"),
        "x": points[:, 0].tolist(),
        "y": (values if objective.dimension == 1 else points[:, 1]).tolist(),
        "text": [tr("known minimum<br>f = {value}", value=f"{v:.6g}") for v in values],
        "hoverinfo": "text",
        "marker": {
            "symbol": "star",
            "size": 17,
            "color": theme.palette[6],
            "line": {"color": theme.ink, "width": 1.2},
        },
    }
