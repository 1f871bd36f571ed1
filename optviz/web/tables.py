"""A table of results: one coloured row for each thing that is compared; rows are cards on a phone."""

import html
from collections.abc import Sequence

import streamlit as st

Row = tuple[str, str, Sequence[str]]


def table(headings: Sequence[str], rows: Sequence[Row], *, told: bool = True) -> None:
    """Show rows of (colour, name, cells) under `headings`; `told` says that the first cell is a sentence."""
    body = []
    for color, name, cells in rows:
        swatch = f'<i style="background:{color}"></i>' if color else ""
        columns = "".join(
            f'<td data-heading="{html.escape(heading)}">{html.escape(cell)}</td>'
            for heading, cell in zip(headings[1:], cells, strict=True)
        )
        body.append(f"<tr><th>{swatch}{html.escape(name)}</th>{columns}</tr>")
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in headings)
    kind = "results told" if told else "results"
    st.html(f"<div class='{kind}'><table><thead><tr>{head}</tr></thead>{''.join(body)}</table></div>")
