"""The contour at its own address: what the browser gets, how long it keeps it, and what is refused."""

import asyncio
import gzip
import json
from urllib.parse import parse_qsl, urlsplit

import plotly.graph_objects as go
import pytest
from starlette.requests import Request
from starlette.responses import Response

from optviz.figures.landscapes import ground_figure
from optviz.figures.style import DARK, LIGHT
from optviz.settings.experiment import Experiment
from optviz.web.ground_route import ground, ground_url


def get(url: str, accepted: str = "gzip") -> Response:
    query = urlsplit(url).query.encode()
    headers = [(b"accept-encoding", accepted.encode())]
    return asyncio.run(ground(Request({"type": "http", "query_string": query, "headers": headers})))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    "experiment", [Experiment(), Experiment().on("formula", "x**2 + sin(y)")], ids=["built in", "typed"]
)
def test_the_address_of_a_landscape_gives_its_contour(experiment: Experiment, theme) -> None:
    answer = get(ground_url(experiment, theme))
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    drawn = ground_figure(experiment.landscape(), experiment.domain, theme)
    found = json.loads(gzip.decompress(answer.body))
    assert found == json.loads(json.dumps(drawn))
    go.Figure(found)


def test_without_gzip_it_is_the_same() -> None:
    url = ground_url(Experiment(), LIGHT)
    plain = get(url, "identity")
    assert "content-encoding" not in plain.headers
    assert plain.body == gzip.decompress(get(url).body)


def test_the_version_changes_with_landscape_domain_and_theme() -> None:
    def version(experiment: Experiment, theme) -> str:
        return dict(parse_qsl(urlsplit(ground_url(experiment, theme)).query))["v"]

    zoomed = Experiment(domain=((-1.0, 1.0), (-1.0, 1.0)))
    same = Experiment(start=(1.0, 1.0), steps=7)
    assert version(same, LIGHT) == version(Experiment(), LIGHT)
    others = [(Experiment(), DARK), (zoomed, LIGHT), (Experiment().on("himmelblau"), LIGHT)]
    assert len({version(e, t) for e, t in [(Experiment(), LIGHT), *others]}) == 4


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "names no landscape"),
        ("objective=nowhere", "“nowhere” is unknown"),
        ("objective=formula&formula=__import__('os')", "The formula was"),
        ("objective=ravine&domain=1_2", "domain"),
        ("objective=ravine&domain=5_-5_1_2", "empty or reversed"),
        ("objective=ravine&theme=pink", "light or dark"),
        ("objective=ravine&other=1", "“other”"),
        ("objective=cosine-wave", "two variables"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_sentence(query: str, words: str) -> None:
    answer = get(f"/ground?{query}")
    assert answer.status_code == 400
    assert words in answer.body.decode()
    assert answer.headers["cache-control"] == "no-store"
