"""How components are registered."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent
BUS = HERE / "bus.js"
DRAWING = (HERE / "plotly_adapter.js", HERE / "legend.js")  # for components that draw with Plotly


def mount(
    name: str, folder: Path, *, isolated: bool = True, before: Sequence[Path] = ()
) -> Callable[..., Any]:
    """Register a component from the .html, .css and .js files that are called like their folder.

    The scripts of `before` come first, all in one script: Streamlit gives a component no place to import
    from. `isolated` puts it into a shadow root; Plotly does not work there, as its own styles stay outside.
    """
    html, css = ((folder / f"{folder.name}.{kind}").read_text("utf-8") for kind in ("html", "css"))
    scripts = [*before, folder / f"{folder.name}.js"]
    js = "\n".join(path.read_text("utf-8") for path in scripts)
    return st.components.v2.component(name, html=html, css=css, js=js, isolate_styles=isolated)
