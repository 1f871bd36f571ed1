"""How components are registered.

Streamlit sends a component's script, styles and markup with every run of the page. So what it is given is
only a loader; the rest is one module of our own, which the browser fetches once and keeps.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from optviz.web.assets import JAVASCRIPT, asset

HERE = Path(__file__).parent
BUS = HERE / "bus.js"
DRAWING = (HERE / "plotly_adapter.js", HERE / "legend.js")  # for components that draw with Plotly
HOST = '<div class="optviz-host"></div>'
LOADER = (HERE / "loader.js").read_text("utf-8")


def mount(
    name: str, folder: Path, *, isolated: bool = True, scripts: Sequence[Path] = ()
) -> Callable[..., Any]:
    """Register a component from the .html and .css files that are called like their folder.

    The `scripts`, or else the .js file of that name, become one module: Streamlit gives a component no place
    to import from. `isolated` puts the component into a shadow root; Plotly does not work there, as its own
    styles stay outside.
    """
    html, css = ((folder / f"{folder.name}.{kind}").read_text("utf-8") for kind in ("html", "css"))
    parts = [path.read_text("utf-8") for path in scripts or [folder / f"{folder.name}.js"]]
    markup = f"export const markup = {json.dumps(f'<style>{css}</style>{html}')}"
    address = asset(f"{folder.name}.js", "\n".join([markup, *parts]).encode(), JAVASCRIPT)
    loader = LOADER.replace('"ADDRESS"', json.dumps(address))
    return st.components.v2.component(name, html=HOST, js=loader, isolate_styles=isolated)
