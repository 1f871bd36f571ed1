"""Every kind of map as a picture and as a table of numbers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from optviz.figures.band_figures import band_picture
from optviz.figures.basin_figures import basin_picture
from optviz.figures.csv_text import csv_bytes
from optviz.figures.pictures import Picture
from optviz.figures.scenes import legend_name
from optviz.figures.stability_figures import stability_picture
from optviz.figures.style import Theme
from optviz.figures.sweep_figures import sweep_picture
from optviz.maps.grids import DIVERGED, NOT_YET, UNDEFINED, Basins, NoiseBands, StabilityMap, Sweep
from optviz.settings.maps import Map, MapSettings

END_NAMES = {NOT_YET: "not yet", DIVERGED: "diverged", UNDEFINED: "undefined"}

MapT = TypeVar("MapT")
Table = tuple[list[str], Iterator[list[Any]]]  # the header and the rows


@dataclass(frozen=True)  # no slots: with them MapPicture[Sweep](…) fails in Python 3.11
class MapPicture(Generic[MapT]):
    """How a kind of map is shown: `picture` draws it, `table` gives its numbers."""

    picture: Callable[[MapSettings, MapT, Theme], Picture]
    table: Callable[[MapSettings, MapT], Table]


def _sweep_table(settings: MapSettings, sweep: Sweep) -> Table:
    """A row for each optimizer and rate."""
    rows = (
        [name, *_plain(run)]
        for name, c in zip(_names(settings), sweep.curves, strict=True)
        for run in zip(sweep.rates, c.losses, c.diverged_at, c.reached, c.reached_at, strict=True)
    )
    return ["optimizer", "lr", "f", "diverged_at", "minimum", "reached_at"], rows


def _stability_table(settings: MapSettings, made: StabilityMap) -> Table:
    """A row for each pair of values."""
    columns = (*np.meshgrid(made.xs, made.ys), made.losses, made.diverged_at, made.reached, made.reached_at)
    rows = (_plain(run) for run in zip(*(c.ravel() for c in columns), strict=True))
    return [made.x.name, made.y.name, "f", "diverged_at", "minimum", "reached_at"], rows


def _basin_table(settings: MapSettings, made: tuple[Basins, ...]) -> Table:
    """A row for each optimizer and start."""

    def rows() -> Iterator[list[Any]]:
        for name, basin in zip(_names(settings), made, strict=True):
            columns = (*np.meshgrid(*basin.axes), basin.ends, basin.steps, basin.values)
            for *start, end, steps, value in zip(*(c.ravel() for c in columns), strict=True):
                end_name = END_NAMES.get(int(end), f"minimum {int(end) + 1}")
                yield [name, *_plain(start), end_name, *_plain((steps, value))]

    axes = ("x", "y")[: len(settings.domain)]
    return ["optimizer", *axes, "end", "steps", "f"], rows()


def _band_table(settings: MapSettings, made: NoiseBands) -> Table:
    """A row for each optimizer and step."""
    rows = (
        [name, *_plain(step)]
        for name, band in zip(_names(settings), made.bands, strict=True)
        for step in zip(made.steps, band.low, band.median, band.high, strict=True)
    )
    return ["optimizer", "step", "quantile 0.1", "median", "quantile 0.9"], rows


def _names(settings: MapSettings) -> list[str]:
    return [legend_name(entrant, settings.swept) for entrant in settings.entrants]


def _plain(cells: Sequence[Any]) -> list[Any]:
    """Numpy's numbers as Python's."""
    return [cell.item() for cell in cells]


#: By the key of the kind of map. Each entry takes the maps that this kind makes.
PICTURES: dict[str, MapPicture[Any]] = {
    "sweep": MapPicture[Sweep](sweep_picture, _sweep_table),
    "stability": MapPicture[StabilityMap](stability_picture, _stability_table),
    "basins": MapPicture[tuple[Basins, ...]](basin_picture, _basin_table),
    "noise": MapPicture[NoiseBands](band_picture, _band_table),
}


def map_picture(settings: MapSettings, made: Map, theme: Theme) -> Picture:
    """The picture of a map that `settings` made."""
    with np.errstate(all="ignore"):
        return PICTURES[settings.kind].picture(settings, made, theme)


def map_csv(settings: MapSettings, made: Map) -> bytes:
    """The numbers of a map as a CSV file."""
    return csv_bytes(*PICTURES[settings.kind].table(settings, made))
