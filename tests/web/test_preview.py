"""The card that a chat program shows of a pasted link."""

import asyncio
import html
import io
import re
from dataclasses import replace
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image
from starlette.requests import Request

from optviz.figures.style import LIGHT
from optviz.settings.experiment import Entrant, Experiment, encode
from optviz.web import preview
from optviz.web.preview import card, tags
from optviz.web.work import Asker, Work

SCOPE = {"type": "http", "method": "GET", "scheme": "https", "path": "/", "client": ("10.0.0.1", 1)}
HOST = (b"host", b"optviz.example.edu")
ROSENBROCK = Experiment().on("rosenbrock")


def head(query: bytes, host: tuple[bytes, bytes] = HOST) -> dict[str, str]:
    """The properties that a chat program reads in the page of a link."""
    made = asyncio.run(tags({**SCOPE, "query_string": query, "headers": [host]})).decode()
    rest = re.sub(r'<meta (property|name)="[\w:]+" content="[^"<>]*">', "", made)
    assert rest == "", "there is nothing but these elements"
    found = re.findall(r'<meta property="([\w:]+)" content="([^"]*)">', made)
    return {name: html.unescape(text) for name, text in found}


def picture(query: dict[str, str]):
    sent = {**SCOPE, "query_string": urlencode(query).encode(), "headers": [HOST]}
    return asyncio.run(card(Request(sent)))


def test_a_link_has_its_own_card() -> None:
    query = urlencode(encode(ROSENBROCK))
    found = head(query.encode())
    assert found["og:title"] == "Rosenbrock: Gradient descent, Momentum, Adam · optviz"
    assert "200 steps from (−1.2, 1)" in found["og:description"]
    assert found["og:url"] == f"https://optviz.example.edu/?{query}"
    assert found["og:image"] == f"https://optviz.example.edu/card.png?{query}"


@pytest.mark.parametrize(
    "query", [b"", b"v=1&objective=everest", b"\xff\xfe=1", b"v=1&formula=" + b"x" * 5000]
)
def test_another_address_has_the_card_of_the_site(query: bytes) -> None:
    found = head(query)
    assert found["og:title"] == "optviz"
    assert found["og:image"] == "https://optviz.example.edu/card.png"


def test_what_a_link_says_is_text_and_short() -> None:
    many = replace(ROSENBROCK, entrants=tuple(Entrant.of("adam", lr=0.01234 * i) for i in range(1, 7)))
    assert len(head(urlencode(encode(many)).encode())["og:description"]) == 300
    head(urlencode({**encode(ROSENBROCK), "from": '"><script>'}).encode())
    head(urlencode(encode(ROSENBROCK)).encode(), (b"host", b'"><script>alert(1)</script>'))


@pytest.mark.parametrize(
    "experiment",
    [
        ROSENBROCK,
        Experiment("formula", "sqrt(x) + (x - 2)^2", (4.0,), ((-1.0, 6.0),), 60, (Entrant.of("gd", lr=0.1),)),
        Experiment(
            "formula", "log(x*y)", (1.0, 2.0), ((-1.0, 6.0), (-1.0, 3.0)), 60, (Entrant.of("gd", lr=9.0),)
        ),
    ],
    ids=["two variables", "a curve with a gap", "no value on half the plane"],
)
def test_the_picture_is_a_png_of_the_size_that_the_card_says(experiment: Experiment) -> None:
    found = picture(encode(experiment))
    assert found.media_type == "image/png"
    image = Image.open(io.BytesIO(found.body))
    assert (image.format, image.size) == ("PNG", (1200, 630))


def test_the_picture_shows_the_path_where_it_is() -> None:
    """A run to the right along the middle of the plane colours the middle of the picture."""
    line = Experiment(
        "formula", "x + y^2", (9.0, 0.0), ((-10.0, 10.0), (-10.0, 10.0)), 18, (Entrant.of("gd", lr=1.0),)
    )
    pixels = np.asarray(Image.open(io.BytesIO(picture(encode(line)).body)).convert("RGB")).astype(int)
    near = np.abs(pixels - np.array(list(bytes.fromhex(LIGHT.palette[0][1:])))).sum(axis=-1) < 40
    middle = (630 - 126) // 2
    assert near[middle, 80:1100].all()
    assert not near[: middle - 20].any()


def test_what_the_page_would_not_use_has_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = picture({"v": "1", "objective": "everest"})
    assert (refused.status_code, b"everest" in refused.body) == (400, True)
    full = Work("full", threads=1, most=4, each=1)
    full._of[Asker("", "10.0.0.1", alone=False)] = 1
    monkeypatch.setattr(preview, "WORK", full)
    assert picture(encode(ROSENBROCK)).status_code == 429
    assert head(urlencode(encode(ROSENBROCK)).encode())["og:title"] == "optviz"
