"""Our own files for the browser, each under an address that holds its hash: it may be kept for ever."""

import functools
import gzip
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import plotly
import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from optviz.engine import javascript

FOLDER = "assets"
FOREVER = "public, max-age=31536000, immutable"
JAVASCRIPT = "text/javascript"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as it is and compressed."""

    plain: bytes
    small: bytes
    media_type: str


_assets: dict[str, Asset] = {}
_lock = threading.Lock()


def address(path: str) -> str:
    """A path of our own server as the browser must ask for it, wherever the server is mounted."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}/{path}" if base else f"/{path}"


def asset(name: str, content: bytes, media_type: str) -> str:
    """Serve `content`, and return its address: the name with the hash of the content in it."""
    given = PurePosixPath(name)
    file = f"{given.stem}-{hashlib.sha256(content).hexdigest()[:16]}{given.suffix}"
    with _lock:
        if file not in _assets:
            _assets[file] = Asset(content, gzip.compress(content, 6), media_type)
    return address(f"{FOLDER}/{file}")


def _once(make: Callable[[], str]) -> Callable[[], str]:
    """Make an address once for everybody, also when several ask at the same time."""
    remembered, lock = functools.cache(make), threading.Lock()

    def ask() -> str:
        with lock:
            return remembered()

    return ask


@_once
def plotly_url() -> str:
    """Plotly's bundle, from the installed package."""
    return asset("plotly.js", PLOTLY.read_bytes(), JAVASCRIPT)


@_once
def engine_url() -> str:
    """The engine as JavaScript."""
    return asset("engine.js", javascript.source().encode(), JAVASCRIPT)


async def serve(request: Request) -> Response:
    """Answer with a file, compressed where the browser takes that; 404 for a file that nobody made."""
    found = _assets.get(request.path_params["file"])
    if found is None:
        return PlainTextResponse("There is no such file.", 404, headers={"cache-control": "no-store"})
    headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(found.plain, media_type=found.media_type, headers=headers)
    return Response(found.small, media_type=found.media_type, headers={**headers, "content-encoding": "gzip"})


route = Route(f"/{FOLDER}/{{file}}", serve)
