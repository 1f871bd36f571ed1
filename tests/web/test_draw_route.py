"""Pictures of drafts: what the route draws, what it refuses, and what it leaves for the release."""

import asyncio
import gzip
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import plotly.graph_objects as go
import pytest
from starlette.requests import Request
from starlette.responses import Response

from optviz.figures.minibatches import scene
from optviz.figures.style import DARK, LIGHT
from optviz.settings import activations, maps, regularization
from optviz.settings.link import Settings, encode
from optviz.settings.maps import MapSettings
from optviz.settings.minibatches import MiniBatches
from optviz.settings.setups import Entrant
from optviz.web import draw_route
from optviz.web.activations.views import VIEWS as ACTIVATIONS
from optviz.web.draw_route import PAGES, Drawn, draw
from optviz.web.maps.progress import cost
from optviz.web.visitors import COOKIE


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    draw_route._answers.clear()
    yield
    draw_route._answers.clear()


def request(page: str, link: dict[str, str] | str, accepted: str = "gzip", cookie: str = "") -> Request:
    query = link if isinstance(link, str) else urlencode(link)
    headers = [(b"accept-encoding", accepted.encode()), (b"cookie", f"{COOKIE}={cookie}".encode())]
    return Request(
        {"type": "http", "query_string": query.encode(), "headers": headers, "path_params": {"page": page}}
    )


def get(page: str, link: dict[str, str] | str, accepted: str = "gzip") -> Response:
    return asyncio.run(draw(request(page, link, accepted)))


def answer(settings: Settings, **more: str) -> dict[str, Any]:
    found = get(settings.page, encode(settings) | more)
    assert found.status_code == 200, found.body
    assert "max-age" in found.headers["cache-control"]
    return json.loads(gzip.decompress(found.body))


@pytest.mark.parametrize("view", [view for view in activations.VIEWS if view != "dying"])
def test_every_view_of_activations_and_losses_follows(view: str) -> None:
    settings = activations.shown_at(view)
    panels, legend = ACTIVATIONS[view].draw(settings, LIGHT)
    found = answer(settings)
    assert found == json.loads(json.dumps({"figures": panels, "legend": legend, "note": ""}))
    for figure in found["figures"]:
        go.Figure({"data": figure["data"], "layout": figure["layout"]})


@pytest.mark.parametrize("view", list(regularization.VIEWS))
def test_every_view_of_regularization_follows(view: str) -> None:
    assert answer(regularization.shown_at(view))["figures"]


def test_mini_batches_answer_the_scene_of_the_page() -> None:
    settings = MiniBatches(epochs=3, batch=7)
    drawn = json.loads(json.dumps(scene(settings, settings.run(), DARK)))
    assert answer(settings, theme="dark") == drawn
    without = answer(settings, theme="dark", ground=drawn["ground"]["key"])
    assert without["ground"] == {"key": drawn["ground"]["key"]}
    assert answer(settings, theme="dark", ground="another") == drawn


@pytest.mark.parametrize("kind", ["sweep", "stability", "noise"])
def test_maps_follow_and_say_that_they_are_coarse(kind: str) -> None:
    found = answer(maps.DEFAULTS[kind])
    assert found["figures"]
    assert ("While you drag" in found["note"]) == (kind != "sweep")


@pytest.mark.parametrize(
    "settings",
    [
        activations.shown_at("dying", rate=0.123),
        MiniBatches(epochs=200, slope=1.5),
        replace(maps.DEFAULTS["basins"], steps=199),  # a map that no other test makes
    ],
    ids=["dying units", "many updates", "basins in two dimensions"],
)
def test_what_takes_long_waits_for_the_release(settings: Settings) -> None:
    found = get(settings.page, encode(settings))
    assert (found.status_code, found.body) == (204, b"")


def test_what_was_made_before_follows_however_long_it_took() -> None:
    settings = MiniBatches(epochs=200, slope=1.25)
    settings.run()
    assert answer(settings)["steps"]
    trained = activations.shown_at("dying", rate=0.15)
    ACTIVATIONS["dying"].draw(trained, LIGHT)
    assert answer(trained)["figures"]


def test_a_dragged_batch_size_makes_one_run_anew() -> None:
    MiniBatches(epochs=10, slope=0.75).run()
    assert MiniBatches(epochs=10, slope=0.75).updates_to_make == 0
    assert MiniBatches(epochs=10, slope=0.75, batch=25).updates_to_make == 40


@pytest.mark.parametrize(
    ("page", "query", "status", "words"),
    [
        ("train", "", 404, "no such picture"),
        ("../etc/passwd", "", 404, "no such picture"),
        ("activations", "v=1&width=wide", 400, "width"),
        ("activations", "v=1&width=1e999", 400, "width"),
        ("activations", "v=1&heads=0&tails=0", 400, "Without a throw"),
        ("activations", "v=1&nothing=1", 400, "not known"),
        ("activations", f"v=1&logits={'9_' * 600}9", 400, "characters"),
        ("activations", "v=1&theme=pink", 400, "light or dark"),
        ("regularization", "v=2", 400, "version"),
        ("minibatches", "v=1&o=sophia_lr_1", 400, "sophia"),
        ("minibatches", "v=1&start=nan_1", 400, "start"),
        ("maps", "v=1&objective=formula&formula=__import__('os')", 400, "not a function"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(
    page: str, query: str, status: int, words: str
) -> None:
    found = get(page, query)
    assert found.status_code == status
    assert words in found.body.decode()
    assert found.headers["cache-control"] == "no-store"


def test_without_gzip_it_is_the_same() -> None:
    link = encode(activations.shown_at("duel"))
    plain = get("activations", link, "identity")
    assert "content-encoding" not in plain.headers
    assert plain.body == gzip.decompress(get("activations", link).body)


def stub(monkeypatch: pytest.MonkeyPatch, draw: Any) -> None:
    row = Drawn(activations.ActivationSettings, draw, lambda settings: 0.0)
    monkeypatch.setitem(PAGES, "activations", row)


def test_a_picture_is_drawn_once_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    stub(monkeypatch, lambda settings, theme: drawn.append(settings) or {"figures": []})
    for _ in range(3):
        get("activations", "v=1&z=1")
    get("activations", "v=1&z=2")
    assert [settings.z for settings in drawn] == [1.0, 2.0]


def test_only_the_last_answers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw_route, "KEPT", 2)
    stub(monkeypatch, lambda settings, theme: {"figures": []})
    for z in range(5):
        get("activations", f"v=1&z={z}")
    assert len(draw_route._answers) == 2


def test_who_asks_without_end_is_turned_away_and_others_get_their_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    may_end = threading.Event()

    def slow(settings: Any, theme: Any) -> dict[str, Any]:
        assert may_end.wait(20)
        return {"figures": []}

    stub(monkeypatch, slow)

    def asked(z: int, cookie: str) -> "asyncio.Task[Response]":
        return asyncio.create_task(draw(request("activations", f"v=1&z={z}", cookie=cookie)))

    async def crowd() -> list[int]:
        flood = [asked(z, "greedy") for z in range(5)]
        other = asked(9, "modest")
        await asyncio.sleep(0.05)
        may_end.set()
        done = [found.status_code for found in await asyncio.gather(*flood, other)]
        again = await asked(8, "greedy")
        return [*done, again.status_code]

    assert asyncio.run(crowd()) == [200, 200, 429, 429, 429, 200, 200]


def test_a_failure_gives_its_place_back_and_shows_no_trace(monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    def broken(settings: Any, theme: Any) -> dict[str, Any]:
        raise RuntimeError("secret")

    stub(monkeypatch, broken)
    for _ in range(20):
        found = get("activations", "v=1&z=1")
        assert found.status_code == 500
        assert b"secret" not in found.body


def test_a_map_of_a_line_search_is_known_to_take_longer() -> None:
    def of(key: str) -> MapSettings:
        return replace(maps.DEFAULTS["sweep"], entrants=(Entrant.of(key),))

    assert cost(of("sam")) == 2 * cost(of("gd"))
    assert cost(of("armijo")) > 5 * cost(of("gd"))
