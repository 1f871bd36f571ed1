"""The addresses that give an experiment away as a page: for a disk, and for a frame."""

import asyncio
import gzip
import html
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.responses import Response

from optviz.settings.experiment import Experiment, decode, encode
from optviz.web import take_route
from optviz.web.take_route import embed, file
from optviz.web.work import Asker, Work

RAVINE = encode(Experiment())
ROUTES = pytest.mark.parametrize("route", [file, embed])


def get(route, query: dict[str, str], *, small: bool = False) -> Response:
    headers = [(b"host", b"optviz.example.edu"), *([(b"accept-encoding", b"gzip")] if small else [])]
    scope = {"type": "http", "method": "GET", "scheme": "https", "path": "/", "headers": headers}
    return asyncio.run(
        route(Request({**scope, "query_string": urlencode(query).encode(), "client": ("10.0.0.1", 1)}))
    )


@ROUTES
def test_a_page_carries_the_link_of_its_experiment(route) -> None:
    page = bytes(get(route, RAVINE).body).decode()
    assert html.escape(f"https://optviz.example.edu/?{urlencode(RAVINE)}") in page
    assert "<title>Ravine · optviz</title>" in page


def test_the_file_is_saved_and_names_nothing_outside_itself() -> None:
    found = get(file, RAVINE)
    assert found.headers["content-disposition"] == 'attachment; filename="optviz-ravine.html"'
    page = bytes(found.body).decode()
    assert "default-src 'none'" in page
    for outside in ('<script src="', "<link ", "@import"):
        assert outside not in page.partition("<script>")[0] + page.rpartition("</script>")[2]


def test_a_compressed_page_is_the_same_page() -> None:
    assert gzip.decompress(get(embed, RAVINE, small=True).body) == get(embed, RAVINE).body


@ROUTES
@pytest.mark.parametrize(
    "link",
    [
        {"v": "1", "objective": "everest"},
        {"v": "1", "objective": "formula", "formula": "__import__('os')"},
        {"v": "1", "o1": "own_%%%"},
    ],
)
def test_what_the_page_names_in_a_notice_is_refused_with_the_same_sentence(
    route, link: dict[str, str]
) -> None:
    _, notices = decode(link)
    found = get(route, link)
    assert (found.status_code, bytes(found.body).decode()) == (400, " ".join(notices))


def test_there_are_two_themes() -> None:
    assert 'class="dark"' in bytes(get(embed, {**RAVINE, "theme": "dark"}).body).decode()
    assert get(embed, {**RAVINE, "theme": "pink"}).status_code == 400


@ROUTES
def test_a_forged_text_ends_no_script_and_opens_no_element(route) -> None:
    """Whatever a link may say stands in the page as text."""
    link = {**RAVINE, "objective": "formula", "formula": "x+y", "from": '"><script>alert(1)</script>'}
    assert get(route, link).status_code == 400
    host = b'a"><script>alert(1)</script>'
    scope = {"type": "http", "method": "GET", "scheme": "https", "path": "/", "headers": [(b"host", host)]}
    request = Request({**scope, "query_string": urlencode(RAVINE).encode(), "client": ("10.0.0.1", 1)})
    assert b"<script>alert(1)" not in asyncio.run(route(request)).body


@ROUTES
def test_too_many_requests_are_turned_away(route, monkeypatch: pytest.MonkeyPatch) -> None:
    full = Work("full", threads=1, most=4, each=1)
    full._of[Asker("", "10.0.0.1", alone=False)] = 1
    monkeypatch.setattr(take_route, "WORK", full)
    assert get(route, RAVINE).status_code == 429
