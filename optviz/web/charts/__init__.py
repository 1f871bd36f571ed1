"""Several charts in a grid, redrawn in place: for pictures that grow while one looks at them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optviz.web.stage import mount, plotly_url

_charts = mount("optviz.charts", Path(__file__).parent, isolated=False)


def charts(
    figures: Sequence[dict[str, Any]],
    *,
    key: str,
    version: str,
    legend: Sequence[dict[str, str]] = (),
    note: str = "",
) -> None:
    """Show panels of `figures.panels`, with one legend above and a note below all of them.

    Nothing is drawn again as long as `version` stays the same.
    """
    data = {"figures": figures, "legend": legend, "note": note, "version": version, "plotly": plotly_url()}
    _charts(key=key, data=data)
