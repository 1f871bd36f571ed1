"""A drawing of a network: a column for each layer, as high as it has units, and what connects them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from optviz.figures.panels import bare, panel
from optviz.figures.plotly_dicts import layout
from optviz.figures.scene_types import Panel
from optviz.figures.style import Theme
from optviz.words import join, tr

WIDTH = 0.16  # of a column, where columns are 1 apart
CROWD = 5  # more columns than this get short labels


@dataclass(frozen=True, slots=True)
class Column:
    """One layer: its name, its units, the parameters that lead into it, and what follows it."""

    name: str
    units: int
    parameters: int
    follows: str = ""


def network_panel(columns: Sequence[Column], theme: Theme) -> Panel:
    """Columns whose height goes with the logarithm of their units, and bands with their parameters."""
    crowded = len(columns) > CROWD
    tallest = max(math.log2(column.units + 1) for column in columns)
    heights = [max(math.log2(column.units + 1) / tallest, 0.1) for column in columns]
    shapes, notes = [], []
    for place, ((a, b), into) in enumerate(zip(pairwise(heights), columns[1:], strict=True)):
        left, right = place + WIDTH / 2, place + 1 - WIDTH / 2
        shapes.append(
            {
                "type": "path",
                "path": f"M {left} {a / 2} L {right} {b / 2} L {right} {-b / 2} L {left} {-a / 2} Z",
                "fillcolor": theme.palette[0],
                "opacity": 0.16,
                "line": {"width": 0},
            }
        )
        notes.append(_note(place + 0.5, 0, f"{into.parameters:,}", theme, size=9 if crowded else 11))
    for place, (column, height) in enumerate(zip(columns, heights, strict=True)):
        shapes.append(
            {
                "type": "rect",
                "x0": place - WIDTH / 2,
                "x1": place + WIDTH / 2,
                "y0": -height / 2,
                "y1": height / 2,
                "fillcolor": theme.palette[0],
                "line": {"width": 0},
            }
        )
        notes.append(_note(place, 0.6, f"<b>{column.units:,}</b>", theme, size=13))
        under = f"{column.name}<br>{column.follows}" if column.follows else column.name
        if crowded:  # a phone has 40 px for each column; what follows it is told on hovering
            under = column.name.replace(" ", "<br>", 1)
        notes.append(_note(place, -0.56, under, theme, size=11, anchor="top"))
    hover = {
        "type": "scatter",
        "mode": "markers",
        "x": list(range(len(columns))),
        "y": [0] * len(columns),
        "marker": {"size": 26, "opacity": 0},
        "text": [_told(column) for column in columns],
        "hovertemplate": "%{text}<extra></extra>",
    }
    frame = layout(
        theme,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        xaxis=bare(range=[-0.5, len(columns) - 0.5]),
        yaxis=bare(range=[-1.05, 0.75]),
        shapes=shapes,
        annotations=notes,
        uirevision="network",
    )
    total = sum(column.parameters for column in columns)
    chain = " – ".join(f"{column.units:,}" for column in columns)
    return panel(
        "network",
        tr("The network"),
        {"data": [hover], "layout": frame},
        about=join(
            tr("{chain}: {parameters} parameters.", chain=chain, parameters=f"{total:,}"),
            tr("Between the columns: how many lead into each layer."),
        ),
        alt=tr(
            "A network with layers of {chain} units and {parameters} parameters.",
            chain=chain,
            parameters=f"{total:,}",
        ),
        aspect=0.62,
        lowest=230,
        highest=330,
    )


def _told(column: Column) -> str:
    follows = f"<br>{column.follows}" if column.follows else ""
    told = tr(
        "{name}: {units} units, {parameters} parameters",
        name=column.name,
        units=f"{column.units:,}",
        parameters=f"{column.parameters:,}",
    )
    return f"{told}{follows}"


def _note(x: float, y: float, text: str, theme: Theme, size: int, anchor: str = "middle") -> dict[str, Any]:
    return {
        "x": x,
        "y": y,
        "text": text,
        "showarrow": False,
        "yanchor": anchor,
        "font": {"size": size, "color": theme.ink},
    }
