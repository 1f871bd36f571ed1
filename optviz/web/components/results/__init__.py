"""The results under a picture: one statement, and a table with a row for each thing that is compared."""

from pathlib import Path

from optviz.web.components.mounting import BUS, mount

HERE = Path(__file__).parent
#: Its data are `headline`, `headings`, `rows` (color, name, cells), `csv` (an address), and `dark`.
mount("optviz.results", HERE, isolated=False, scripts=(BUS, HERE / "results.js"))
