"""The first sight of a link: the bench is drawn before Streamlit begins.

Streamlit needs more than a second until it shows a page: its scripts run, a session begins, the page's script
runs. So the head of our first page holds a script that asks `web.answer_route` for what the address says, and
draws the same bench as the page's own. Streamlit begins behind it, and its page takes the bench over. If
anything goes wrong, Streamlit simply begins.
"""

import functools
import json
import re
from typing import Any

import streamlit as st

from optviz.web import assets
from optviz.web.components.bench import MODULE, bench_data
from optviz.web.components.mounting import HERE, loader_url, module_url
from optviz.web.components.stage import besides
from optviz.web.guide import NAMES
from optviz.web.language import LANG, speech
from optviz.web.trajectories.page import PAGE
from optviz.words import per_language

OPENED = "first"  # `conversation.js` knows it by this name
LATEST = 4000  # ms after which Streamlit begins, whatever happened
BEGIN = re.compile(rb'<script type="module"( crossorigin)? src="(\./static/js/[\w.-]+\.js)"></script>')
LATER = b'<link rel="modulepreload" fetchpriority="low" crossorigin href="./static'
#: Streamlit's options of a theme, by the variable that its components get.
COLOURS = {
    "--st-text-color": "textColor",
    "--st-background-color": "backgroundColor",
    "--st-secondary-background-color": "secondaryBackgroundColor",
    "--st-border-color": "borderColor",
    "--st-primary-color": "primaryColor",
}


@functools.cache
def script_url() -> str:
    """The address of the script that draws it."""
    return assets.asset("first_sight.js", (HERE / "first_sight.js").read_bytes(), assets.JAVASCRIPT)


@per_language()
def given() -> dict[str, Any]:
    """What the script needs to know, the same for everybody."""
    panel = {"declaration": PAGE.declared, "ack": 0, "refused": {}}
    answers = {
        "url": f"{assets.address('answer')}/{PAGE.key}",
        "opened": OPENED,
        "rest": "",
        "whole": False,
        "guide": {},
    }
    parts = {"head": {}, "panel": {**panel, "answers": answers}, "results": {}}
    stage = besides(page=PAGE.key)
    stamp = {"opened": OPENED, "done": 0}
    themes = {name: theme_colours(name) for name in ("light", "dark")}
    return {
        "loader": loader_url(),
        "module": module_url(MODULE),
        "data": bench_data({**parts, "stage": stage}, page=PAGE.key, stamp=stamp, fields=PAGE.fields)
        | speech(),
        "themes": themes,
        "guided": [name for name in NAMES if name != LANG],
    }


def theme_colours(theme: str) -> dict[str, str]:
    """The colours of a theme, "light" or "dark", by the variables that components read."""
    return {name: st.get_option(f"theme.{theme}.{option}") for name, option in COLOURS.items()}


def drawn_first(page: bytes) -> bytes:
    """The HTML of the first page, in which our script runs and then lets Streamlit begin."""
    found = BEGIN.search(page)
    if not found:  # another version of Streamlit: its page stays as it is
        return page
    address = found[2].decode()
    script = f"""<link rel="modulepreload" crossorigin href="{address}">
<link rel="modulepreload" href="{script_url()}">
<script>
let begun
const begin = () => (begun ??= import(new URL("{address}", document.baseURI).href))
setTimeout(begin, {LATEST})
import(new URL("{script_url()}", location.origin).href)
  .then(first => first.draw({_json(given())})).catch(console.warn).finally(begin)
</script>"""
    later = page.replace(b'<link rel="modulepreload" crossorigin href="./static', LATER)
    return later.replace(found[0], script.encode(), 1)


def _json(data: Any) -> str:
    return json.dumps(data).replace("<", "\\u003c")
