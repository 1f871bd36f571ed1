"""A panel: one figure of several, with its title, its text and its aspect ratio."""

from typing import Any

from optviz.figures.colors import blend
from optviz.figures.plotly_dicts import Figure
from optviz.figures.scene_types import Panel
from optviz.figures.style import Theme


def panel(
    key: str,
    title: str,
    figure: Figure,
    *,
    about: str,
    alt: str,
    aspect: float,
    lowest: int = 180,
    highest: int = 460,
) -> Panel:
    """A figure for the component `charts`.

    `aspect` is height over width, kept between `lowest` and `highest` pixels of height; `about` stands
    under the title, `alt` is read out in the place of the picture.
    """
    return {
        "key": key,
        "title": title,
        "about": about,
        "alt": alt,
        "aspect": aspect,
        "lowest": lowest,
        "highest": highest,
        "data": figure["data"],
        "layout": figure["layout"],
    }


def bare(**more: Any) -> dict[str, Any]:
    """An axis that only places things and is not seen."""
    return {
        "showgrid": False,
        "zeroline": False,
        "showticklabels": False,
        "ticks": "",
        "fixedrange": True,
        **more,
    }


def diverging(theme: Theme) -> list[list[Any]]:
    """Orange, the ground, blue; it leaves the ground quickly, so that what is small is seen."""
    orange, blue, zero = theme.palette[1], theme.palette[0], theme.ground
    return [
        [0, orange],
        [0.35, blend(orange, zero, 0.55)],
        [0.5, zero],
        [0.65, blend(blue, zero, 0.55)],
        [1, blue],
    ]
