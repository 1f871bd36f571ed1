"""The picture of a question for a place: the contour and the start, the marks, and at last the path."""

from collections.abc import Sequence

import numpy as np

from optviz.figures.scene_types import LegendEntry, Panel
from optviz.figures.style import Theme
from optviz.figures.traces import entry, line, marks
from optviz.lessons.lesson import Paths, Where, paths_of
from optviz.lessons.panels import panels
from optviz.words import per_language, tr

Place = tuple[float, float]
MANY = 60  # marks, beyond which they are drawn smaller


def place_picture(
    where: Where, theme: Theme, *, others: Sequence[Place], mine: Place | None, shown: bool
) -> tuple[list[Panel], list[LegendEntry]]:
    """The panel and its legend; the path is `shown` after the reveal, with the circle that counts as near."""
    drawn, entries = _ground(where, theme, shown)
    panel, legend = drawn[0].copy(), list(entries)
    panel["data"] = list(panel["data"])
    if others:
        x, y = np.array(others).T
        dots = marks(x, y, theme.palette[1], theme, size=8 if len(others) > MANY else 13)
        # The path and its end lie above the marks, so that a crowd does not hide them.
        ground = [trace for trace in panel["data"] if trace["type"] == "contour"]
        above = [trace for trace in panel["data"] if trace["type"] != "contour"]
        panel["data"] = [*ground, {**dots, "opacity": 0.85}, *above]
        legend.append(entry(tr("marks"), theme.palette[1], "block"))
    if mine is not None:
        own = marks(mine[:1], mine[1:], theme.palette[2], theme, symbol="x", size=15)
        panel["data"].append(own)
        legend.append(entry(tr("your mark"), theme.palette[2], "block"))
    return [panel], legend


@per_language(64)
def _ground(where: Where, theme: Theme, shown: bool) -> tuple[list[Panel], list[LegendEntry]]:
    """What is the same for all marks."""
    run = where.run
    picture = paths_of(run) if shown else Paths(run.landscape(), run.domain, ())
    alt = tr("The landscape, and the path from its start to its end.")
    drawn, legend = panels(
        picture, theme, alt=alt if shown else tr("The landscape and the start of the path.")
    )
    panel = drawn[0]
    if shown:
        angle = np.linspace(0, 2 * np.pi, 73)
        x, y = where.end
        reach = where.within
        near = line(x + reach * np.cos(angle), y + reach * np.sin(angle), theme.ink, "", dash="dot")
        panel["data"].append({**near, "hoverinfo": "skip"})
        legend = [*legend, entry(tr("within {distance} of the end", distance=f"{reach:g}"), theme.ink, "dot")]
    else:
        start = marks(run.start[:1], run.start[1:], theme.ink, theme, symbol="circle-open", size=15)
        start["marker"]["line"] = {"color": theme.ink, "width": 3}
        panel["data"].append(start)
    panel["about"] = tr("The ring is the start.")
    return drawn, legend
