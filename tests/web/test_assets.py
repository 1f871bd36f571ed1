"""The files that the server hands out: addresses, headers, compression, and what happens to other names."""

import asyncio
import gzip
import threading

import pytest
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Router

from optviz.engine import javascript
from optviz.web import assets
from optviz.web.server import routes


def get(address: str, accept: str = "gzip, br") -> Response:
    """What the server's own routes answer, without a network."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": address,
        "headers": [(b"accept-encoding", accept.encode())],
    }
    for route in Router(routes=routes).routes:
        match, more = route.matches(scope)
        if match is Match.FULL:
            return asyncio.run(assets.serve(Request({**scope, **more})))
    raise AssertionError(f"no route answers {address}")


def test_the_engine_is_served_once_compressed_and_for_ever() -> None:
    response = get(assets.engine_url())
    assert gzip.decompress(response.body).decode() == javascript.source()
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["vary"] == "accept-encoding"
    assert get(assets.engine_url()).body is response.body


def test_who_cannot_decompress_gets_the_plain_file() -> None:
    response = get(assets.engine_url(), accept="identity")
    assert response.body.decode() == javascript.source()
    assert "content-encoding" not in response.headers
    assert response.headers["vary"] == "accept-encoding"


def test_plotly_is_served() -> None:
    assert b"plotly.js v" in get(assets.plotly_url(), accept="").body[:200]


def test_the_address_holds_a_hash_of_the_content() -> None:
    first = assets.asset("words.json", "{}", "application/json")
    assert first == assets.asset("words.json", b"{}", "application/json")
    other = assets.asset("words.json", "[]", "application/json")
    assert first != other
    assert first.startswith("/assets/words-")
    assert first.endswith(".json")
    assert get(first, accept="").body == b"{}"
    assert get(other, accept="").body == b"[]"


@pytest.mark.parametrize("name", ["/assets/engine.js", "/assets/engine-0123456789abcdef.js", "/assets/..%2f"])
def test_another_name_is_not_found(name: str) -> None:
    assert get(name).status_code == 404


def test_the_path_under_which_the_app_is_mounted(monkeypatch) -> None:
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": "/class/optviz/"}.get)
    address = assets.asset("words.json", "{}", "application/json")
    assert address.startswith("/class/optviz/assets/words-")
    # `under_path` takes the path away before a route is looked for.
    assert get(address.removeprefix("/class/optviz"), accept="").body == b"{}"


def test_many_threads_register_the_same_file_once() -> None:
    found: set[str] = set()
    threads = [
        threading.Thread(target=lambda: found.add(assets.asset("many.txt", "x" * 9, "text/plain")))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1
