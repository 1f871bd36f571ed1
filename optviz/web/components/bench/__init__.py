"""The bench: title and Share, picture, panel and results of a page in one component, laid out by ourselves.

One element in place of a dozen: a run of the script says little, and the browser can show the same bench
before Streamlit has begun, see `web.first_sight`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import optviz.web.components.panel
import optviz.web.components.results
import optviz.web.components.share
import optviz.web.components.stage  # noqa: F401  (each registers its module)
from optviz.web.assets import address
from optviz.web.components.mounting import BUS, compressed, module_url, mount
from optviz.web.components.share import EMBED, FILE, QR, Fields, told

HERE = Path(__file__).parent
MODULE = "optviz.bench"
PARTS = ("share", "panel", "stage", "results")
Data = Mapping[str, Any]
_bench = mount(MODULE, HERE, isolated=False, scripts=(BUS, HERE / "bench.js"))


def bench_data(
    parts: Mapping[str, Mapping[str, Any]], *, page: str, stamp: Mapping[str, Any], fields: Fields
) -> dict[str, Any]:
    """What the bench shows.

    `parts` holds the data of `head` (`name`, and `math` as MathML), `stage`, `panel` and `results`. Where the
    browser has a newer answer than the run of the script with this `stamp`, it shows that: see
    `web.answer_route`. `fields` are those of `share_button`.
    """
    stamped = {name: {**data, "page": page, "stamp": dict(stamp)} for name, data in parts.items()}
    modules = {name: module_url(f"optviz.{name}") for name in PARTS}
    places = {"qr": address(QR), "file": address(FILE), "embed": address(EMBED)}
    share = {**places, **told(fields), "page": page}
    return {**stamped, "share": share, "modules": modules, "page": page}


def bench(data: Data, *, key: str, on_edit: Callable[[], None]) -> None:
    """Show `bench_data`. Its state in the session is that of its panel (`edit`) and of its stage (`step`)."""
    _bench(key=key, data=compressed(data), on_edit_change=on_edit, on_step_change=lambda: None)
