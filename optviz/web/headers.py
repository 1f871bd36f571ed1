"""Headers of every answer, and who may open a WebSocket: no other web site may use a visitor's session."""

import re
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from optviz.settings.environment import FRAME_ANCESTORS

# Nothing is fetched from outside. Streamlit's own pages need inline style and the blob: of its component
# scripts; 'unsafe-eval' is for the expressions of its charts.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws: wss: data: blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)
NOWHERE = "'none'"
_SOURCE = re.compile(r"'self'|'none'|\*|(https?://)?(\*\.)?[A-Za-z0-9.-]+(:(\d+|\*))?")


def frame_ancestors() -> str:
    """Which sites may show optviz in a frame: `OPTVIZ_FRAME_ANCESTORS`, or none.

    Raises:
        ValueError: when the variable holds what is no list of sites; the message is a sentence.
    """
    given = FRAME_ANCESTORS.given().split() or [NOWHERE]
    for source in given:
        if not _SOURCE.fullmatch(source):
            raise ValueError(
                f"OPTVIZ_FRAME_ANCESTORS names {source!r}, which is no site; write for example "
                "\"'self' https://course.example.edu\"."
            )
    return " ".join(given)


def headers() -> dict[bytes, bytes]:
    """What every answer carries; X-Frame-Options says the same to old browsers where it can."""
    ancestors = frame_ancestors()
    said = {
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"no-referrer",
        b"content-security-policy": f"{POLICY}; frame-ancestors {ancestors}".encode("ascii"),
    }
    old = {NOWHERE: b"DENY", "'self'": b"SAMEORIGIN"}.get(ancestors)
    return said | ({b"x-frame-options": old} if old else {})


class SecurityHeaders:
    """Middleware: adds `headers()` to every HTTP response."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.headers: list[tuple[bytes, bytes]] = []  # read at the first answer; checked at the start

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on, and the response back with the headers."""
        # An error here would only hide the lifespan, in which the settings are checked.
        if scope["type"] == "http":
            self.headers = self.headers or list(headers().items())

        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.headers]
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class OwnOrigin:
    """Middleware: refuses a WebSocket that the page of another site opens.

    The browser would send the visitor's cookie with it. Streamlit refuses most of them too, but it admits
    any page on localhost, and asks a server on the internet for its own address before it answers.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] == "websocket" and not allowed(scope["headers"]):
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "This site may not connect."})
            return
        await self.app(scope, receive, send)


def allowed(sent: list[tuple[bytes, bytes]]) -> bool:
    """Whether a WebSocket with these headers may be opened.

    Programs send no origin. `server.corsAllowedOrigins` of Streamlit names further sites, and
    `server.enableCORS = false` admits all, for a proxy that rewrites the host and checks the origin itself.
    """
    found = {name.lower(): value.decode("latin-1").strip().lower() for name, value in sent}
    origin = found.get(b"origin")
    if origin is None or not st.get_option("server.enableCORS"):
        return True
    listed = {site.lower().rstrip("/") for site in st.get_option("server.corsAllowedOrigins")}
    return origin in listed or urlsplit(origin).netloc == found.get(b"host")
