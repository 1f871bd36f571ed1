"""Headers of every answer; who may put optviz into a frame, and who may open a WebSocket."""

import asyncio

import pytest
import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket

from optviz.web import headers, metrics, server, training_modules
from optviz.web.headers import OwnOrigin, SecurityHeaders


async def app(scope, receive, send):
    """Greets by HTTP and by WebSocket, and tells its metrics."""
    if scope["type"] == "websocket":
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        await socket.send_text("welcome")
        return
    page = PlainTextResponse("hello")
    if scope["path"] == "/metrics":
        page = await metrics.route(Request(scope))
    await page(scope, receive, send)


def call(scope, **sent) -> list:
    """What the server answers to a request with these headers."""
    answers = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        answers.append(message)

    given = [(name.encode(), value.encode()) for name, value in sent.items()]
    asyncio.run(SecurityHeaders(OwnOrigin(app))({**scope, "headers": given}, receive, send))
    return answers


def get(path: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer."""
    start, *rest = call({"type": "http", "method": "GET", "path": path})
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], found, b"".join(part["body"] for part in rest).decode()


def policy() -> str:
    return get("/")[1]["content-security-policy"]


def test_no_site_may_show_optviz_in_a_frame_unless_it_is_named(monkeypatch) -> None:
    monkeypatch.delenv("OPTVIZ_FRAME_ANCESTORS", raising=False)
    assert policy().endswith("frame-ancestors 'none'")
    assert get("/")[1]["x-frame-options"] == "DENY"
    monkeypatch.setenv(
        "OPTVIZ_FRAME_ANCESTORS", "'self' https://course.example.edu https://*.moodle.org:8443"
    )
    assert policy().endswith("frame-ancestors 'self' https://course.example.edu https://*.moodle.org:8443")
    assert "x-frame-options" not in get("/")[1]


@pytest.mark.parametrize(
    "nonsense", ["https://a.b; script-src *", "a,b", "https://a/\r\nx: y", "javascript:alert(1)"]
)
def test_what_is_no_site_is_refused_with_a_sentence(monkeypatch, nonsense) -> None:
    monkeypatch.setenv("OPTVIZ_FRAME_ANCESTORS", nonsense)
    with pytest.raises(ValueError, match="OPTVIZ_FRAME_ANCESTORS names"):
        headers.headers()


def answer(origin: str | None) -> str:
    sent = {"host": "optviz.example:8501"} | ({} if origin is None else {"origin": origin})
    last = call({"type": "websocket"}, **sent)[-1]
    return last.get("text") or f"refused: {last['code']}"


@pytest.fixture
def option(monkeypatch):
    set_to = {"server.enableCORS": True, "server.corsAllowedOrigins": []}
    monkeypatch.setattr(st, "get_option", set_to.__getitem__)
    return set_to


def test_only_our_own_pages_and_programs_open_a_websocket(option) -> None:
    assert answer("http://optviz.example:8501") == answer("https://OPTVIZ.example:8501") == "welcome"
    assert answer(None) == "welcome"
    others = ["http://evil.example", "http://localhost:3000", "http://optviz.example", "null", ""]
    assert {answer(origin) for origin in others} == {"refused: 1008"}


def test_further_sites_can_be_named(option) -> None:
    option["server.corsAllowedOrigins"] = ["https://Course.example.edu/"]
    assert answer("https://course.example.edu") == "welcome"
    assert answer("https://course.example.edu.evil.example") == "refused: 1008"
    option["server.enableCORS"] = False
    assert answer("http://evil.example") == "welcome"


def test_metrics_are_closed_unless_they_are_wanted(monkeypatch) -> None:
    monkeypatch.delenv("OPTVIZ_METRICS", raising=False)
    assert get("/metrics")[0] == 404


def test_metrics_count_script_runs_however_they_end(monkeypatch) -> None:
    monkeypatch.setenv("OPTVIZ_METRICS", "1")
    before = numbers()["optviz_script_runs_total"]
    with pytest.raises(ZeroDivisionError), metrics.script_run():
        raise ZeroDivisionError
    assert numbers()["optviz_script_runs_total"] == before + 1
    assert training_modules.ready()
    assert {"optviz_trainings_waiting", "optviz_trainings_running", "optviz_sessions"} <= numbers().keys()


def numbers() -> dict[str, float]:
    """As Prometheus reads them: a name and a number on every line that is no comment."""
    _, said, text = get("/metrics")
    assert said["content-type"].startswith("text/plain; version=0.0.4")
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in rows}


@pytest.mark.parametrize(("name", "value"), [("OPTVIZ_FRAME_ANCESTORS", ";"), ("OPTVIZ_KEEP_DAYS", "soon")])
def test_a_server_with_a_setting_that_cannot_be_read_does_not_start(monkeypatch, name, value) -> None:
    monkeypatch.setenv(name, value)

    async def start():
        async with server.lifespan(None):
            raise AssertionError("it started")

    with pytest.raises(ValueError, match=name):
        asyncio.run(start())
