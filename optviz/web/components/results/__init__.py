"""The results under a picture: one statement, and a table with a row for each thing that is compared."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optviz.web.components.mounting import BUS, mount

HERE = Path(__file__).parent
_results = mount("optviz.results", HERE, isolated=False, scripts=(BUS, HERE / "results.js"))


def results(shown: Mapping[str, Any], *, page: str, stamp: Mapping[str, Any]) -> None:
    """Show `headline`, `headings` and `rows` (color, name, cells), with the address `csv` of their data.

    After a change on the page with the key `page`, the browser brings newer ones: see `web.answer_route`.
    """
    _results(key=f"{page}.results", data={**shown, "page": page, "stamp": dict(stamp)})
