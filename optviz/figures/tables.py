"""The data of panels as a table: what is drawn, for those who want the numbers."""

import base64
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from optviz.figures.csv_text import csv_bytes
from optviz.figures.plotly_dicts import Trace
from optviz.figures.scene_types import Panel

PANEL_COLUMNS = ("picture", "series", "x", "y", "value")


def as_csv(panels: Sequence[Panel]) -> bytes:
    """Every point of every curve, bar, mark, tile and grid as a row of PANEL_COLUMNS.

    `value` is that of a tile or of a place on a grid, and empty otherwise. Gaps in curves are left out.
    """
    rows = ((panel["key"], *row) for panel in panels for trace in panel["data"] for row in _rows(trace))
    return csv_bytes(PANEL_COLUMNS, rows)


def unpacked(values: Any) -> list[Any]:
    """A list, or a packed array, as a list of its rows."""
    if not isinstance(values, dict):
        return list(values)
    array = np.frombuffer(base64.b64decode(values["bdata"]), dtype="<" + values["dtype"])
    if "shape" in values:
        array = array.reshape([int(n) for n in values["shape"].split(", ")])
    return array.tolist()


def _rows(trace: Trace) -> Iterator[tuple[Any, ...]]:
    x, y = unpacked(trace["x"]), unpacked(trace["y"])
    name = trace.get("name", "marks" if "markers" in trace.get("mode", "") else trace["type"])
    if "z" in trace:
        for row, values in zip(y, unpacked(trace["z"]), strict=True):
            for column, value in zip(x, values, strict=True):
                yield name, _plain(column), _plain(row), value
        return
    for one, other in zip(x, y, strict=True):
        if one is not None and other is not None and other == other:
            yield name, _plain(one), _plain(other), ""


def _plain(value: Any) -> Any:
    """Labels without the line breaks of the picture."""
    return value.replace("<br>", ", ") if isinstance(value, str) else value
