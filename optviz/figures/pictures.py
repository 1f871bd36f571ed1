"""A picture of a map: its panels, what the colours mean, and its numbers as a table."""

from dataclasses import dataclass

from optviz.figures.scene_types import LegendEntry, Panel


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a colour, a name, and the cells after it."""

    color: str
    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Panels for the component `charts`, their legend, a note, and a table with its headings."""

    panels: tuple[Panel, ...]
    legend: tuple[LegendEntry, ...]
    note: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
