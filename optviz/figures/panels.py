"""A panel: one figure of several, with its title, what it says in words, and the room that it wants."""

from typing import Any

from optviz.figures.plain import Figure


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
) -> dict[str, Any]:
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
