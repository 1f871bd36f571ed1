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
    st.html(f"{_CSS}<div class='{kind}'><table><thead><tr>{head}</tr></thead>{''.join(body)}</table></div>")


_CSS = """<style>
.results { overflow-x: auto; }
.results table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
.results th, .results td { padding: 6px 12px 6px 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid rgba(128, 140, 160, 0.3); }
.results thead th { font-weight: 600; opacity: 0.7; white-space: nowrap; }
.results tr th:first-child { font-weight: 600; min-width: 11em; }
.results td { font-variant-numeric: tabular-nums; }
.results.told td:nth-child(2) { min-width: 18em; }
.results i { display: inline-block; width: 10px; height: 10px; margin-right: 8px; border-radius: 2px; }
@media (max-width: 640px) {
  .results thead { display: none; }
  .results tr { display: block; padding: 8px 0; border-bottom: 1px solid rgba(128, 140, 160, 0.3); }
  .results th, .results td { display: flex; gap: 8px; padding: 2px 0; border: 0; }
  .results td::before { content: attr(data-heading); flex: 0 0 38%; opacity: 0.7; }
  .results.told td:nth-child(2)::before { display: none; }
}
</style>"""
