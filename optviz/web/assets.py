"""The files that the server itself hands out: Plotly, the engine in the browser, static declarations.

Each address holds a hash of the content, so a browser keeps a file for ever and never an old one.
"""

import asyncio
import functools
import gzip
import hashlib
import threading
from pathlib import Path, PurePosixPath

import plotly
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from optviz.engine import javascript

FOREVER = "public, max-age=31536000, immutable"
JAVASCRIPT = "text/javascript"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


class _Asset:
    """One file, compressed once, when it is first asked for."""

    def __init__(self, content: bytes, media_type: str) -> None:
        self.content = content
        self.media_type = media_type
        self._lock = threading.Lock()
        self._compressed = b""

    def compressed(self) -> bytes:
        with self._lock:
            if not self._compressed:
                self._compressed = gzip.compress(self.content, 6, mtime=0)
            return self._compressed


_assets: dict[str, _Asset] = {}
_register = threading.Lock()


def asset(name: str, content: str | bytes, media_type: str) -> str:
    """Hand out `content` from now on; its address, as a page of this server names it.

    `name` is a file name such as "engine.js"; the address is "/assets/engine-<hash>.js", under
    `server.baseUrlPath`. The same content gives the same address in every process. Whatever is handed over
    stays in memory, so this is for what the program itself contains, not for what visitors make. A visitor
    may come back to a server that has just started: hand it over again before an address is sent.
    """
    content = content.encode() if isinstance(content, str) else content
    path = PurePosixPath(name)
    file = f"{path.stem}-{hashlib.sha256(content).hexdigest()[:16]}{path.suffix}"
    with _register:
        _assets.setdefault(file, _Asset(content, media_type))
    return address(f"assets/{file}")


def text(url: str) -> str:
    """What stands at an address that `asset` gave."""
    return _assets[url.rpartition("/")[2]].content.decode()


def address(path: str) -> str:
    """A path of our own server as the browser must ask for it, wherever the server is mounted."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}/{path}" if base else f"/{path}"


@functools.cache
def plotly_url() -> str:
    """Where a page loads Plotly from: the bundle of the installed package."""
    return asset("plotly.js", PLOTLY.read_bytes(), JAVASCRIPT)


@functools.cache
def engine_url() -> str:
    """Where a page loads the engine from: the script that sets `globalThis.optvizEngine`."""
    return asset("engine.js", javascript.source(), JAVASCRIPT)


def prepare() -> None:
    """Make and compress what every visitor loads, before the first one comes."""
    plotly_url()
    engine_url()
    for one in list(_assets.values()):
        one.compressed()


async def serve(request: Request) -> Response:
    """Answer with the asset of that file name, or with 404."""
    found = _assets.get(request.path_params["file"])
    if found is None:
        return Response("There is no such file.", status_code=404, media_type="text/plain")
    headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(found.content, media_type=found.media_type, headers=headers)
    compressed = await asyncio.to_thread(found.compressed)
    return Response(compressed, media_type=found.media_type, headers={**headers, "content-encoding": "gzip"})


routes = [Route("/assets/{file}", serve)]
