"""How a typed formula is read: what the route answers, and what it refuses."""

import asyncio
import json
import threading
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.responses import Response

from optviz.engine import time_limit
from optviz.engine.formula_text import LONGEST, allowed
from optviz.web import read_route
from optviz.web.read_route import read_formula, reading


def request(query: bytes) -> Request:
    cookie = (b"cookie", b"optviz_visitor=" + b"a" * 43)
    return Request({"type": "http", "query_string": query, "headers": [cookie], "client": ("10.0.0.1", 1)})


def get(query: dict[str, str]) -> Response:
    return asyncio.run(read_formula(request(urlencode(query).encode())))


def answer(formula: str) -> dict[str, Any]:
    found = get({"formula": formula})
    assert found.status_code == 200
    assert "max-age" in found.headers["cache-control"]
    return json.loads(found.body)


def test_a_formula_is_typeset_as_it_was_typed() -> None:
    found = answer("100(y-x^2)^2")
    assert found.keys() == {"mathml"}
    assert "100 open parenthesis y minus x squared" in found["mathml"]


def test_a_mistake_has_a_short_sentence_a_place_and_a_repair() -> None:
    error = {"sentence": "The formula is missing ) after “(x”.", "start": 2, "end": 2}
    assert answer("(x") == {"error": error, "repaired": "(x)"}
    unknown = answer("x + zeta")
    assert unknown == {"error": {"sentence": "“zeta” is unknown here.", "start": 4, "end": 8}, "repaired": ""}
    assert allowed() not in str(answer("x +"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(" * LONGEST,
        "x" * (LONGEST + 1),
        "sin(" * 38 + "x" + ")" * 38,
        "1/(1+" * 18 + "x" + ")" * 18,
        "sqrt(x/(" * 12 + "y" + "))" * 12,
        "|" * 60 + "x" + "|" * 60,
        "<b>x</b>",
        "x & y",
        "\x00",
        "x" + "^2" * 30,
    ],
)
def test_any_text_is_answered(text: str) -> None:
    found = answer(text)
    assert ("mathml" in found) != ("error" in found)


def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: Any) -> None:
        raise time_limit.TooSlowError

    monkeypatch.setattr(time_limit, "within", late)
    assert "too long" in answer("x + 0.123456")["error"]["sentence"]


def test_an_address_without_a_formula_is_refused() -> None:
    assert get({}).status_code == 400


def test_a_visitor_has_eight_texts_read_at_once_and_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    def slow(text: str) -> dict[str, Any]:
        go.wait(5)
        return reading(text)

    monkeypatch.setattr(read_route, "reading", slow)

    async def many() -> list[int]:
        def one(i: int) -> Any:
            return read_formula(request(f"formula=x*{i}".encode()))

        held = [asyncio.create_task(one(i)) for i in range(8)]
        await asyncio.sleep(0)
        refused = await one(99)
        assert refused.headers["cache-control"] == "no-store"
        go.set()
        return [refused.status_code, *(found.status_code for found in await asyncio.gather(*held))]

    assert asyncio.run(many()) == [429, *[200] * 8]
    assert answer("x*99")
