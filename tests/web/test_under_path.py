"""optviz below a path: its own files are found where pages ask for them."""

import asyncio

import pytest
import streamlit as st
from starlette.applications import Starlette

from optviz.web.assets import asset
from optviz.web.server import UNDER, routes


def status(path: str, base: str, monkeypatch) -> int:
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": base}.__getitem__)
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"objective=ravine",
        "headers": [],
    }
    asyncio.run(Starlette(routes=routes, middleware=[UNDER])(scope, receive, send))
    return sent[0]["status"]


@pytest.mark.parametrize("base", ["", "optviz", "/courses/optviz/"])
def test_our_own_files_are_where_pages_ask_for_them(base, monkeypatch) -> None:
    file = asset("a.js", b"1", "text/javascript").rpartition("/")[2]
    prefix = f"/{base.strip('/')}" if base else ""
    for path in (f"/assets/{file}", "/ground"):
        assert status(prefix + path, base, monkeypatch) == 200
    assert status(f"{prefix}/assets/none.js", base, monkeypatch) == 404
    assert status(f"/elsewhere/assets/{file}", base, monkeypatch) == 404
