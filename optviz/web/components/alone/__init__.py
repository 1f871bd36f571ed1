"""The bench on a page of its own, answered by the engine in the browser: for `web.take_away`."""

import functools
from pathlib import Path

from optviz.web.assets import JAVASCRIPT, asset
from optviz.web.components.mounting import HERE, WORDS

FOLDER = Path(__file__).parent
#: In this order they make one module; of the files of other components it needs two or three functions.
SCRIPTS = (
    WORDS,
    HERE / "plotly_adapter.js",
    HERE / "panel" / "numbers.js",
    HERE / "panel" / "edits.js",
    FOLDER / "rates.js",
    FOLDER / "answers.js",
    FOLDER / "alone.js",
)


@functools.cache
def alone_url() -> str:
    """The address of the module that opens such a page."""
    return asset("alone.js", "\n".join(path.read_text("utf-8") for path in SCRIPTS), JAVASCRIPT)


@functools.cache
def styles() -> str:
    """The styles of such a page, and those that every page has."""
    return "\n".join(path.read_text("utf-8") for path in (HERE / "site.css", FOLDER / "alone.css"))
