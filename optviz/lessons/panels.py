"""The picture of a lesson with axes, as panels of `figures.panels`; thumbnails are its small sketches."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from optviz.engine.outcomes import number
from optviz.figures.landscapes import landscape
from optviz.figures.panels import panel
from optviz.figures.plotly_dicts import axis, layout, packed
from optviz.figures.scene_types import LegendEntry, Panel
from optviz.figures.style import Style, Theme, styles
from optviz.figures.traces import bars, entry, line, marks, powers
from optviz.lessons.lesson import Chart, Paths, Picture
from optviz.words import tr

Drawn = tuple[list[Panel], list[LegendEntry]]


def panels(picture: Picture, theme: Theme, *, alt: str) -> Drawn:
    """One panel with the picture, and the legend that goes above it; `alt` is read out in its place."""
    title = _title(picture)
    if isinstance(picture, Chart):
        return _bars(picture, theme, title, alt) if picture.bars else _lines(picture, theme, title, alt)
    return _paths(picture, theme, title, alt)


def _title(picture: Picture) -> str:
    if isinstance(picture, Paths):
        return tr(picture.objective.name)
    upper = picture.y[:1].upper() + picture.y[1:]
    if upper and picture.x:
        return tr("{y} against {x}", y=upper, x=picture.x)
    return upper or tr("Against {x}", x=picture.x)


def _paths(picture: Paths, theme: Theme, title: str, alt: str) -> Drawn:
    """Paths on their landscape, with an arrow at the edge where one leaves it."""
    traces, made = landscape(picture.objective, picture.domain, theme)
    traces[0]["showscale"] = False
    looks = styles(picture.paths, theme)
    for (name, _, points), style in zip(picture.paths, looks, strict=True):
        flat = picture.objective.dimension == 1
        seen = np.column_stack([points[:, 0], picture.objective.value(points)]) if flat else points
        traces += _run(name, seen, style, theme)
        traces += _exit(name, seen, picture.domain, style, theme)
    wide = picture.objective.dimension == 1
    shown = panel(
        "lesson.paths",
        title,
        {"data": traces, "layout": made},
        about="",
        alt=alt,
        aspect=0.62 if wide else 0.85,
    )
    names = [name for name, *_ in picture.paths]
    entries = [entry(name, s.color, s.dash) for name, s in zip(names, looks, strict=True)]
    return [shown], entries


def _run(name: str, points: np.ndarray, style: Style, theme: Theme) -> list[dict[str, Any]]:
    """A path with its points, a ring at its start and a mark at its end."""
    few, step = len(points) <= 60, tr("step")
    path: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines+markers" if few else "lines",
        "name": name,
        "x": packed(points[:, 0], "f8"),
        "y": packed(points[:, 1], "f8"),
        "line": {"color": style.color, "width": 2.2 if few else 1.4, "dash": style.dash},
        "marker": {"size": 5, "color": style.color},
        "hovertemplate": f"{name}<br>{step} %{{pointNumber}}: %{{x:.5g}}, %{{y:.5g}}<extra></extra>",
    }
    start = marks(points[:1, 0], points[:1, 1], theme.ink, theme, symbol="circle-open", size=15)
    start["marker"]["line"] = {"color": theme.ink, "width": 3}
    end = marks(points[-1:, 0], points[-1:, 1], style.color, theme, symbol=style.marker, size=12)
    return [path, start, end]


def _exit(
    name: str, points: np.ndarray, domain: Sequence[tuple[float, float]], style: Style, theme: Theme
) -> list[dict[str, Any]]:
    """An arrow at the edge of the domain where a path first leaves it, with the point that it leads to."""
    inside = np.all(
        [(low <= v) & (v <= high) for v, (low, high) in zip(points.T, domain, strict=False)], axis=0
    )
    if inside.all() or not inside[0]:
        return []
    step = int(np.argmin(inside))
    before, after = points[step - 1], points[step]
    share = min(
        (((low if b < low else high) - a) / (b - a))
        for a, b, (low, high) in zip(before, after, domain, strict=False)
        if not low <= b <= high
    )
    at = before + share * (after - before)
    to = ", ".join(number(float(v)) for v in after[: len(domain)])
    said = tr("{name} leaves at step {step}: {place}", name=name, step=step, place=to)
    mark = marks(at[:1], at[1:2], style.color, theme, symbol="x", size=13, hover=said)
    return [{**mark, "cliponaxis": False}]


def _lines(chart: Chart, theme: Theme, title: str, alt: str) -> Drawn:
    looks = styles(chart.lines, theme)
    traces = []
    for row, style in zip(chart.lines, looks, strict=True):
        dots: dict[str, Any] = {"mode": "markers", "marker": {"size": 6}} if row.dots else {}
        y = np.where(np.asarray(row.y, dtype=float) > 0, row.y, np.nan) if "y" in chart.log else row.y
        traces.append(line(row.x, y, style.color, row.name, dash=style.dash, **dots))
    along = powers(np.concatenate([row.x for row in chart.lines])) if "x" in chart.log else {}
    up = powers(np.concatenate([row.y for row in chart.lines])) if "y" in chart.log else {}
    figure = {
        "data": traces,
        "layout": layout(theme, xaxis=axis(theme, chart.x, **along), yaxis=axis(theme, chart.y, **up)),
    }
    shown = panel("lesson.lines", title, figure, about="", alt=alt, aspect=0.75)
    return [shown], [entry(row.name, s.color, s.dash) for row, s in zip(chart.lines, looks, strict=True)]


def _bars(chart: Chart, theme: Theme, title: str, alt: str) -> Drawn:
    labels, heights = [name for name, _ in chart.bars], [height for _, height in chart.bars]
    trace = bars(labels, heights, theme.palette[0], title, [number(v) for v in heights])
    vertical = axis(theme, chart.y, rangemode="tozero")
    made = layout(theme, xaxis=axis(theme, ""), yaxis=vertical, bargap=0.4)
    shown = panel("lesson.bars", title, {"data": [trace], "layout": made}, about="", alt=alt, aspect=0.75)
    return [shown], []
