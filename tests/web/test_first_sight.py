"""The head of a page: what it loads early, its title, and the bench that is drawn before Streamlit begins."""

import asyncio
import json
import re
from pathlib import Path

import pytest
import streamlit as st
from starlette.responses import HTMLResponse

from optviz.settings.experiment import Experiment
from optviz.web.first_sight import drawn_first, given
from optviz.web.preload import Preload
from optviz.web.site import PAGES
from optviz.web.trajectories.page import PAGE

INDEX = (Path(st.__file__).parent / "static" / "index.html").read_bytes()


def served(path: str, page: bytes = INDEX) -> str:
    """What a browser gets for a page at this path."""
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    asyncio.run(Preload(HTMLResponse(page))(scope, None, send))
    body = sent[1]["body"]
    assert dict(sent[0]["headers"])[b"content-length"] == str(len(body)).encode()
    return body.decode()


def test_the_first_page_lets_our_script_begin_before_streamlits() -> None:
    page = served("/")
    assert '<script type="module"' not in page, "Streamlit does not begin by itself"
    (address,) = set(re.findall(r'import\(new URL\("(\./static/js/[^"]+)"', page))
    assert f'rel="modulepreload" crossorigin href="{address}"' in page, "but it is fetched"
    assert page.index("/assets/plotly") < page.index("./static/js/")


@pytest.mark.parametrize("row", PAGES.values(), ids=lambda row: row.key)
def test_every_page_has_its_title_from_the_beginning(row) -> None:
    assert f"<title>{row.title} · optviz</title>" in served(f"/{row.path}")


def test_other_pages_are_begun_by_streamlit() -> None:
    assert '<script type="module"' in served("/maps")


def test_a_page_of_another_streamlit_stays_as_it_is() -> None:
    page = b"<html><head><script src=other.js></script></head></html>"
    assert drawn_first(page) == page


def test_the_bench_is_the_one_of_the_page() -> None:
    data = given()["data"]
    assert data["panel"]["declaration"] == PAGE.declared
    assert data["panel"]["answers"]["url"] == "/answer/trajectories"
    assert data.keys() == {"page", "modules", "share", "head", "panel", "stage", "results"}
    assert PAGE.parts is not None
    from optviz.figures.style import LIGHT

    assert PAGE.parts(Experiment(), LIGHT).keys() == {"head", "stage", "results"}


def test_what_stands_in_the_head_ends_no_script() -> None:
    script = served("/").split("first.draw(", 1)[1]
    data, end = json.JSONDecoder().raw_decode(script)
    assert "<" not in script[:end]
    assert data == json.loads(json.dumps(given()))
