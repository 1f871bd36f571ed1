"""The map of a draft: as much of it as can be made while a finger moves."""

from dataclasses import replace
from typing import Any

from optviz.figures.map_figures import map_picture
from optviz.figures.pictures import Picture
from optviz.figures.style import Theme
from optviz.settings.maps import MapSettings
from optviz.web.maps.progress import cost, finished, runs
from optviz.words import join, tr

ENOUGH = 30.0  # milliseconds
DRAFT = 50  # values along a side, or draws of the noise, of a map that is not made in full
#: Milliseconds for a million units of `cost`, measured on one core: of steps, and of runs in two dimensions.
MILLISECONDS = {"sweep": 15.0, "stability": 15.0, "basins": 12.0, "noise": 15.0}
PLANE = 28.0  # basins of two variables
DRAWS = 140.0  # besides, for a million steps with noise


def time(settings: MapSettings) -> float:
    """About how many milliseconds the map of a draft takes."""
    return 0.0 if finished(settings) else _time(_draft(settings))


def draft_picture(settings: MapSettings, theme: Theme) -> Picture:
    """The map if it is finished or quick to make, else a coarse one, which says so."""
    made = finished(settings)
    if made is not None:
        return map_picture(settings, made, theme)
    drafted = _draft(settings)
    picture = map_picture(settings, settings.make(resolution=drafted.fineness), theme)
    if drafted.fineness == settings.fineness:
        return picture
    return replace(picture, note=join(picture.note, _said(settings, drafted.fineness)))


def _draft(settings: MapSettings) -> MapSettings:
    """The same map, coarser where it must be."""
    if _time(settings) <= ENOUGH:
        return settings
    coarse: dict[str, Any] = {settings.row.fineness: min(DRAFT, settings.fineness)}
    return replace(settings, **coarse)


def _time(settings: MapSettings) -> float:
    plane = settings.kind == "basins" and len(settings.domain) > 1
    draws = DRAWS * runs(settings) * settings.steps if settings.kind == "noise" else 0.0
    return 1e-6 * ((PLANE if plane else MILLISECONDS[settings.kind]) * cost(settings) + draws)


def _said(settings: MapSettings, drafted: int) -> str:
    if settings.kind == "noise":
        return tr(
            "While you drag: {drafted} draws of the noise, not {all}.", drafted=drafted, all=settings.fineness
        )
    return tr(
        "While you drag: {drafted} values along a side, not {all}.", drafted=drafted, all=settings.fineness
    )
