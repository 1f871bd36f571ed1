"""Every map as a picture and as a table of numbers."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import numpy as np

from optviz.figures.band_figures import band_picture
from optviz.figures.basin_figures import basin_picture
from optviz.figures.pictures import Picture
from optviz.figures.scenes import legend_name
from optviz.figures.stability_figures import stability_picture
from optviz.figures.style import Theme
from optviz.figures.sweep_figures import sweep_picture
from optviz.maps.grids import DIVERGED, NOT_YET, UNDEFINED, NoiseBands, StabilityMap, Sweep
from optviz.settings.maps import Map, MapSettings


def map_picture(settings: MapSettings, made: Map, fineness: int, theme: Theme) -> Picture:
    """The picture of a map that `settings` made with so many values, or seeds."""
    with np.errstate(all="ignore"):
        if isinstance(made, Sweep):
            return sweep_picture(settings, made, theme)
        if isinstance(made, StabilityMap):
            return stability_picture(settings, made, theme)
        if isinstance(made, NoiseBands):
            return band_picture(settings, made, fineness, theme)
        return basin_picture(settings, made, theme)


def map_csv(settings: MapSettings, made: Map) -> bytes:
    """The numbers of a map, a line for each run or each step of a band."""
    out = io.StringIO()
    csv.writer(out).writerows(_lines(settings, made))
    return out.getvalue().encode()


def _lines(settings: MapSettings, made: Map) -> Iterator[list[Any]]:
    names = [legend_name(entrant, settings.swept) for entrant in settings.entrants]
    if isinstance(made, Sweep):
        yield ["optimizer", "lr", "f", "diverged_at", "minimum", "reached_at"]
        for name, c in zip(names, made.curves, strict=True):
            for run in zip(made.rates, c.losses, c.diverged_at, c.reached, c.reached_at, strict=True):
                yield [name, *_plain(run)]
    elif isinstance(made, StabilityMap):
        yield [made.x.name, made.y.name, "f", "diverged_at", "minimum", "reached_at"]
        xs, ys = np.meshgrid(made.xs, made.ys)
        columns: list[np.ndarray] = [xs, ys, made.losses, made.diverged_at, made.reached, made.reached_at]
        for cells in zip(*(c.ravel() for c in columns), strict=True):
            yield _plain(cells)
    elif isinstance(made, NoiseBands):
        yield ["optimizer", "step", "quantile 0.1", "median", "quantile 0.9"]
        for name, b in zip(names, made.bands, strict=True):
            for step in zip(made.steps, b.low, b.median, b.high, strict=True):
                yield [name, *_plain(step)]
    else:
        axes = ("x", "y")[: len(settings.domain)]
        words = {NOT_YET: "not yet", DIVERGED: "diverged", UNDEFINED: "undefined"}
        yield ["optimizer", *axes, "end", "steps", "f"]
        for name, basin in zip(names, made, strict=True):
            columns = [*np.meshgrid(*basin.axes), basin.ends, basin.steps, basin.values]
            for *place, end, steps, value in zip(*(c.ravel() for c in columns), strict=True):
                fate = words.get(int(end), f"minimum {int(end) + 1}")
                yield [name, *_plain(place), fate, *_plain((steps, value))]


def _plain(cells: Any) -> list[Any]:
    return [cell.item() for cell in cells]
