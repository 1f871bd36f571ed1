"""Small pieces that every figure is built from: plain dictionaries, not Plotly's slow objects."""

import base64
from typing import Any

import numpy as np

from optviz.figures.scene_types import Packed
from optviz.figures.style import FONTS, Theme

Figure = dict[str, Any]
Trace = dict[str, Any]


def packed(values: Any, dtype: str = "f4") -> Packed:
    """An array as Plotly reads it without parsing numbers: base64 of its bytes, and its shape in 2D."""
    with np.errstate(over="ignore"):
        array = np.ascontiguousarray(values, dtype="<" + dtype)
    packet: Packed = {"dtype": dtype, "bdata": base64.b64encode(array.tobytes()).decode("ascii")}
    if array.ndim > 1:
        packet["shape"] = ", ".join(map(str, array.shape))
    return packet


def layout(theme: Theme, **more: Any) -> dict[str, Any]:
    """The layout that all figures share."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": theme.ink, "size": 13, "family": FONTS},
        "margin": {"l": 56, "r": 14, "t": 12, "b": 44},
        "showlegend": False,
        "hoverlabel": {"bgcolor": theme.ground, "font": {"color": theme.ink}, "bordercolor": theme.faint},
        "modebar": {"color": theme.ink, "activecolor": theme.palette[0], "bgcolor": "rgba(0,0,0,0)"},
        **more,
    }


def fixed(figure_layout: dict[str, Any], *, right: int) -> dict[str, Any]:
    """The layout with margins in pixels that no tick label and no colour bar changes.

    Two figures that lie on each other need the same, and a picture that follows a finger must not jump.
    """
    made = {**figure_layout, "margin": {"l": 62, "r": right, "t": 12, "b": 46, "autoexpand": False}}
    for name in ("xaxis", "yaxis"):
        made[name] = {**made[name], "automargin": False}
    return made


def axis(theme: Theme, title: str, **more: Any) -> dict[str, Any]:
    """One axis in the house style."""
    return {
        "title": {"text": title, "standoff": 6},
        "gridcolor": theme.faint,
        "zerolinecolor": theme.faint,
        "linecolor": theme.faint,
        "ticks": "outside",
        "tickcolor": theme.faint,
        "automargin": True,
        **more,
    }
