"""How components are registered.

Streamlit sends a component's script, styles and markup with every run of the page. So it is given two lines
that call a loader; the rest is one module of our own, which the browser fetches once and keeps.
"""

import functools
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from optviz.web.assets import JAVASCRIPT, asset
from optviz.web.language import speech

HERE = Path(__file__).parent
WORDS = HERE / "words.js"  # for every script
BUS = HERE / "bus.js"
DRAWING = (HERE / "plotly_adapter.js", HERE / "legend.js")  # for components that draw with Plotly
HOST = '<div class="optviz-host"></div>'
#: What Streamlit sends for a component, with every run: as little as can be.
STUB = """const loader = import(new URL(LOADER, location.origin).href)
export default c => { let end; loader.then(l => { end = l.call(c, MODULE) }); return () => end?.() }"""


_modules: dict[str, str] = {}


def module_urls() -> list[str]:
    """The addresses of the components' modules, as far as they are imported."""
    return list(_modules.values())


def module_url(name: str) -> str:
    """The address of one component's module."""
    return _modules[name]


def compressed(data: Mapping[str, Any]) -> bytes:
    """JSON for a component, as the loader reads it: a third of the bytes, for less than a millisecond."""
    return zlib.compress(json.dumps({**data, **speech()}).encode(), 6)


def mount(
    name: str, folder: Path, *, isolated: bool = True, scripts: Sequence[Path] = ()
) -> Callable[..., Any]:
    """Register a component from the .html and .css files that are called like their folder.

    The `scripts`, or else the .js file of that name, become one module: Streamlit gives a component no place
    to import from. `isolated` puts the component into a shadow root; Plotly does not work there, as its own
    styles stay outside. Its data are `compressed`, or a mapping.
    """
    html, css = ((folder / f"{folder.name}.{kind}").read_text("utf-8") for kind in ("html", "css"))
    parts = [path.read_text("utf-8") for path in (WORDS, *(scripts or [folder / f"{folder.name}.js"]))]
    markup = f"export const markup = {json.dumps(f'<style>{css}</style>{html}')}"
    address = _modules[name] = asset(f"{folder.name}.js", "\n".join([markup, *parts]).encode(), JAVASCRIPT)
    js = STUB.replace("LOADER", json.dumps(loader_url())).replace("MODULE", json.dumps(address))
    component = st.components.v2.component(name, html=HOST, js=js, isolate_styles=isolated)

    def placed(*, data: Mapping[str, Any] | bytes, **more: Any) -> Any:
        return component(data=data if isinstance(data, bytes) else {**data, **speech()}, **more)

    return placed


@functools.cache
def loader_url() -> str:
    """The address of the loader, which also brings the styles of the whole site."""
    css, words, js = ((HERE / name).read_text("utf-8") for name in ("site.css", WORDS.name, "loader.js"))
    return asset("loader.js", f"globalThis.optvizCss = {json.dumps(css)}\n{words}\n{js}".encode(), JAVASCRIPT)
