"""The cookie that tells visitors apart: given once, to pages only, out of reach of scripts."""

import asyncio
import re

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse

from optviz.web.visitors import COOKIE, VisitorCookie

KEY = "k" * 43


def given(response=HTMLResponse, method: str = "GET", **headers: str) -> str:
    """The cookie that a browser gets which asks with these headers, or nothing."""
    asked = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "scheme": "http", "path": "/", "headers": asked}
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    asyncio.run(VisitorCookie(response("body"))(scope, None, send))
    assert sent[-1]["body"] == b"body"
    return dict(sent[0]["headers"]).get(b"set-cookie", b"").decode()


def test_a_new_browser_gets_a_key_that_scripts_cannot_read() -> None:
    cookie = given()
    assert re.match(rf"{COOKIE}=[A-Za-z0-9_-]{{43}};", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert given() != cookie, "everybody gets another one"


def test_who_has_a_key_keeps_it() -> None:
    assert given(cookie=f"{COOKIE}={KEY}") == ""
    assert given(cookie=f"a=b; {COOKIE}={KEY}; c=d") == ""


@pytest.mark.parametrize("key", ["", "short", KEY + "k", "k" * 42 + "%"])
def test_what_is_no_key_is_replaced(key: str) -> None:
    assert COOKIE in given(cookie=f"{COOKIE}={key}")
    assert COOKIE in given(cookie=f"x{COOKIE}={KEY}")


def test_only_pages_carry_a_key() -> None:
    assert given(PlainTextResponse) == ""
    assert given(method="POST") == ""


def test_behind_https_the_cookie_is_for_https_only() -> None:
    assert "Secure" not in given()
    assert "Secure" in given(x_forwarded_proto="https")
