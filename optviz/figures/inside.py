"""What goes on inside a network while it trains: lengths of each layer, what its units compute, sharpness."""

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optviz.figures.colors import blend
from optviz.figures.panels import panel
from optviz.figures.plotly_dicts import Trace, axis, layout, packed
from optviz.figures.scene_types import LegendEntry, Panel
from optviz.figures.style import Style, Theme, styles
from optviz.figures.training_curves import Unit
from optviz.words import join, listed, tr

#: A limit that is so many times as high as the sharpness is not in the picture at first.
FAR = 3.0
#: Rows of the picture of a histogram, and the share of the values on each side that its axis leaves out.
ROWS, LEFT_OUT = 64, 0.001


@dataclass(frozen=True, slots=True)
class Span:
    """The horizontal axis that all these pictures share: its unit, its end, and the run that it is of."""

    unit: Unit
    end: float
    run: str


@dataclass(frozen=True, slots=True, eq=False)
class LayerLengths:
    """Places on the axis (n,), and for each layer a column of lengths (n, layers); see `events.Lengths`."""

    at: np.ndarray
    weights: np.ndarray
    gradients: np.ndarray
    updates: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Histograms:
    """What one layer's units compute: places (n,), ranges (n, 2), and counts (n, bins) of values.

    `name` is that of the layer, `into` says what the values go into, `images` how many there are, and `key`
    names the layer in the panel's key.
    """

    name: str
    into: str
    images: int
    at: np.ndarray
    ranges: np.ndarray
    counts: np.ndarray
    key: str = "layer-1"


@dataclass(frozen=True, slots=True, eq=False)
class SharpnessCurve:
    """The sharpness of one network: places (n,), values and residuals (n,), and the limit (n,) or NaN.

    `formula` is the limit as text, such as 2/η, or "" for an optimizer without one.
    """

    name: str
    style: Style
    at: np.ndarray
    values: np.ndarray
    residuals: np.ndarray
    limits: np.ndarray
    formula: str


def layer_legend(names: Sequence[str], theme: Theme) -> list[LegendEntry]:
    """A line for each layer, in the colours of the panels."""
    drawn = styles(names, theme)
    return [
        {"name": name, "color": style.color, "dash": style.dash}
        for name, style in zip(names, drawn, strict=True)
    ]


def length_panels(lengths: LayerLengths, names: Sequence[str], span: Span, theme: Theme) -> list[Panel]:
    """How long gradients, weights and steps are in each layer."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(lengths.weights > 0, lengths.updates / lengths.weights, np.nan)
    what = (
        (
            "gradient-lengths",
            tr("Gradient of each layer"),
            tr("length"),
            lengths.gradients,
            tr("Length of the loss's gradient with respect to the layer's weights, on the step's own batch."),
        ),
        (
            "weight-lengths",
            tr("Weights of each layer"),
            tr("length"),
            lengths.weights,
            tr("Length of all the layer's weights, taken as one vector. Biases are left out in all three."),
        ),
        (
            "update-ratios",
            tr("Step ÷ weights"),
            tr("step ÷ weights"),
            ratios,
            tr("Length of the change that one step made, over the length of the weights before it."),
        ),
    )
    return [
        _lines(key, title, vertical, lengths.at, values, names, about, span, theme, log=True)
        for key, title, vertical, values, about in what
    ]


def constant_panel(
    at: np.ndarray,
    counts: np.ndarray,
    units: Sequence[int],
    names: Sequence[str],
    into: str,
    images: int,
    span: Span,
    theme: Theme,
) -> Panel:
    """The share of each hidden layer's units that say the same for all images; counts (n, hidden layers)."""
    dead = tr("With ReLU that is 0: the unit is dead for these images.") if into == "ReLU" else ""
    said = tr(
        "Units that put out one and the same number for the first {count} test images.", count=f"{images:,}"
    )
    about = join(said, dead)
    shares = counts / np.asarray(units, dtype=float)
    made = _lines(
        "constant-units",
        tr("Silent units"),
        tr("share of the units"),
        at,
        shares,
        names,
        about,
        span,
        theme,
    )
    made["layout"]["yaxis"] |= {"tickformat": ".3~%", "range": [0, max(0.05, float(shares.max()) * 1.05)]}
    return made


def histogram_panel(shown: Histograms, span: Span, theme: Theme) -> Panel:
    """A histogram of a layer's values for each moment, side by side: darker where there are more of them."""
    low, high = _inner_range(shown.ranges, shown.counts)
    edges = np.linspace(low, high, ROWS + 1)
    rows = np.array(
        [_shares(counts, ends, edges) for counts, ends in zip(shown.counts, shown.ranges, strict=True)]
    ).T
    heat: Trace = {
        "type": "heatmap",
        "x": packed(shown.at),
        "y": packed((edges[:-1] + edges[1:]) / 2),
        "z": packed(np.sqrt(rows)),
        "customdata": packed(rows),
        "zmin": 0,
        "colorscale": [
            [0, theme.ground],
            [0.5, blend(theme.palette[0], theme.ground, 0.55)],
            [1, blend(theme.palette[0], theme.ink, 0.6)],
        ],
        "showscale": False,
        "hovertemplate": tr(
            "{place}, about {value}: {share} of the values",
            place=span.unit.at(),
            value="%{y:.3g}",
            share="%{customdata:.2%}",
        )
        + "<extra></extra>",
    }
    about = tr(
        "Values that go into {into}, for the first {count} test images. Darker: more of them (the shade goes "
        "with the root).",
        into=shown.into,
        count=f"{shown.images:,}",
    )
    frame = layout(
        theme,
        xaxis=axis(theme, tr(span.unit.axis), range=[0, span.end], showgrid=False),
        yaxis=axis(theme, tr("value"), showgrid=False, range=[low, high], zeroline=True),
        uirevision=f"{shown.name} {span.run} {span.unit.key}",
    )
    ends = shown.ranges[-1]
    return panel(
        f"histogram-{shown.key}",
        shown.name,
        {"data": [heat], "layout": frame},
        about=about,
        alt=tr(
            "{name}: histograms of its values. The last lie from {low} to {high}.",
            name=shown.name,
            low=f"{ends[0]:.3g}",
            high=f"{ends[1]:.3g}",
        ),
        aspect=0.62,
        lowest=200,
    )


def _inner_range(ranges: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """The range that holds the values of every moment but for `LEFT_OUT` of them on each side."""
    lows, highs = [], []
    for (low, high), count in zip(ranges, counts, strict=True):
        edges = np.linspace(low, high, len(count) + 1)
        sums = np.cumsum(count) / max(count.sum(), 1)
        lows.append(edges[int(np.searchsorted(sums, LEFT_OUT, side="right"))])
        highs.append(edges[int(np.searchsorted(sums, 1 - LEFT_OUT)) + 1])
    low, high = min(lows), max(highs)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _shares(counts: np.ndarray, ends: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """A histogram over other bins, the values spread evenly in each of the old ones; shape (bins,)."""
    low, high = ends
    if not high > low:  # all values are the same number
        return np.histogram([low], edges)[0].astype(float)
    sums = np.concatenate([[0], np.cumsum(counts)]) / max(counts.sum(), 1)
    return np.diff(np.interp(edges, np.linspace(low, high, len(counts) + 1), sums))


def sharpness_panel(curves: Sequence[SharpnessCurve], images: int, span: Span, theme: Theme) -> Panel:
    """The sharpness of each network, and the limit above which its steps are not stable."""
    traces: list[Trace] = []
    for curve in reversed(curves):
        name = html.escape(curve.name, quote=False)  # Plotly reads tags in it, and people name runs
        place = span.unit.at()
        limited = tr("{formula} of {name}", formula=curve.formula, name=name)
        if np.isfinite(curve.limits).any():
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": tr("{name}, limit", name=name),
                    "x": packed(curve.at),
                    "y": packed(curve.limits),
                    "opacity": 0.55,
                    "line": {"color": curve.style.color, "width": 1.6, "dash": "dot"},
                    "hovertemplate": f"{limited}<br>{place}: %{{y:.4g}}<extra></extra>",
                }
            )
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": packed(curve.at),
                "y": packed(curve.values),
                "customdata": packed(curve.residuals),
                "error_y": {
                    "type": "data",
                    "array": packed(curve.residuals),
                    "thickness": 1,
                    "width": 0,
                    "color": curve.style.color,
                },
                "line": {"color": curve.style.color, "width": 2.2, "dash": curve.style.dash},
                "marker": {"size": 5, "symbol": curve.style.marker, "color": curve.style.color},
                "hovertemplate": f"{name}<br>{place}: %{{y:.4g}} ± %{{customdata:.2g}}<extra></extra>",
            }
        )
    first = curves[0]
    formulas = list(dict.fromkeys(curve.formula for curve in curves if curve.formula))
    about = [
        tr(
            "Largest eigenvalue of the loss's Hessian on the first {count} training images. Marks: where it "
            "was measured; bars: an eigenvalue lies within.",
            count=f"{images:,}",
        )
    ]
    if formulas:
        shown = listed(formulas)
        about.append(tr("Dotted: {formulas}, the limit for steps on the whole training set.", formulas=shown))
    values = np.concatenate([curve.values for curve in curves])
    highest, lowest = float(values.max()), float(values.min())
    near = [float(np.nanmin(c.limits)) for c in curves if np.isfinite(c.limits).any()]
    top = 1.08 * max([highest, *(each for each in near if each <= FAR * highest)])
    above = [each for each in near if each > top]
    if above:
        about.append(tr("Above the picture: {limits}.", limits=listed(f"{each:.3g}" for each in above)))
    last = f"{first.values[-1]:.4g}" if len(first.values) else tr("not known yet")
    frame = layout(
        theme,
        xaxis=axis(theme, tr(span.unit.axis), range=[0, span.end]),
        yaxis=axis(theme, tr("sharpness"), range=[min(0.0, lowest * 1.05), top]),
        uirevision=f"sharpness {span.run} {span.unit.key}",
    )
    return panel(
        "sharpness",
        tr("Sharpness"),
        {"data": traces, "layout": frame},
        about=join(*about),
        alt=tr(
            "Sharpness against {axis}. {name}: {last} at last.",
            axis=tr(span.unit.axis),
            name=first.name,
            last=last,
        ),
        aspect=0.5,
        lowest=240,
    )


def _log_axis(theme: Theme, title: str, values: np.ndarray) -> dict[str, Any]:
    """A logarithmic axis with a tick for each decade, or at the powers of 2 where there are few decades."""
    seen = values[np.isfinite(values) & (values > 0)]
    decades = float(np.log10(seen.max() / seen.min())) if len(seen) else 0.0
    if decades > 1.5:
        return axis(theme, title, type="log", exponentformat="power", dtick=1)
    return axis(theme, title, type="log", dtick=math.log10(2), tickformat=".3~g")


def _lines(
    key: str,
    title: str,
    vertical: str,
    at: np.ndarray,
    values: np.ndarray,
    names: Sequence[str],
    about: str,
    span: Span,
    theme: Theme,
    *,
    log: bool = False,
) -> Panel:
    """A line for each column of `values`, shape (n, layers)."""
    place = span.unit.at()
    traces: list[Trace] = [
        {
            "type": "scatter",
            "mode": "lines" if len(at) > 1 else "markers",
            "name": name,
            "x": packed(at),
            "y": packed(column),
            "line": {"color": style.color, "width": 2, "dash": style.dash},
            "marker": {"color": style.color, "symbol": style.marker, "size": 7},
            "hovertemplate": f"{name}<br>{place}: %{{y:.3g}}<extra></extra>",
        }
        for name, column, style in zip(names, values.T, styles(names, theme), strict=True)
    ]
    frame = layout(
        theme,
        xaxis=axis(theme, tr(span.unit.axis), range=[0, span.end]),
        yaxis=_log_axis(theme, vertical, values) if log else axis(theme, vertical),
        uirevision=f"{key} {span.run} {span.unit.key}",
    )
    last = listed(f"{name} {value:.3g}" for name, value in zip(names, values[-1], strict=True))
    return panel(
        key,
        title,
        {"data": traces, "layout": frame},
        about=about,
        alt=tr("{title} against {axis}. At last: {last}.", title=title, axis=tr(span.unit.axis), last=last),
        aspect=0.62,
        lowest=200,
    )
