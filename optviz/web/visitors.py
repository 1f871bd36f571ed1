"""Who is who, without accounts: a secret in the visitor's own browser, which no link ever holds.

The server sets it as a cookie that scripts cannot read. The store keeps only its fingerprint.
"""

import re
import secrets
from http.cookies import SimpleCookie
from typing import Any

import streamlit as st

COOKIE = "optviz_visitor"
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")
YEAR = 365 * 24 * 3600


def owner() -> str:
    """The key of the present visitor; without the cookie, one for this session only."""
    found = st.context.cookies.get(COOKIE)
    if isinstance(found, str) and _KEY.fullmatch(found):
        return found
    return st.session_state.setdefault("owner", secrets.token_urlsafe(32))


def network() -> str:
    """The address from which the present visitor comes, empty where it is not known. It is never stored."""
    return st.context.ip_address or ""


class VisitorCookie:
    """Middleware: gives a key to every browser that fetches a page and has none."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on, and the response back with a cookie where one is needed."""

        async def with_cookie(message: Any) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                message["headers"] = [*message["headers"], (b"set-cookie", _new(scope))]
            await send(message)

        needed = scope["type"] == "http" and scope["method"] == "GET" and not _has_key(scope)
        await self.app(scope, receive, with_cookie if needed else send)


def _is_page(message: Any) -> bool:
    """Whether a response is a page: nothing else, least of all what may be cached, carries a key."""
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/html")
        for name, value in message["headers"]
    )


def _has_key(scope: Any) -> bool:
    sent = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    return re.search(rf"(?:^|; ){COOKIE}={_KEY.pattern}(?:;|$)", sent.decode("latin-1")) is not None


def _new(scope: Any) -> bytes:
    cookie: SimpleCookie = SimpleCookie({COOKIE: secrets.token_urlsafe(32)})
    settings: dict[str, Any] = {"path": "/", "max-age": YEAR, "httponly": True, "samesite": "Lax"}
    for name, value in settings.items():
        cookie[COOKIE][name] = value
    cookie[COOKIE]["secure"] = _is_https(scope)
    return cookie[COOKIE].OutputString().encode("ascii")


def _is_https(scope: Any) -> bool:
    """Whether the browser came by https, to us or to a proxy before us."""
    forwarded = next((v for name, v in scope["headers"] if name == b"x-forwarded-proto"), b"")
    return scope.get("scheme") == "https" or forwarded.split(b",")[0].strip() == b"https"
