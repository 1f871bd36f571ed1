"""The address that answers an experiment's runs, and the one that draws a QR code."""

import asyncio
import csv
import io
import json
import re
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from starlette.requests import Request
from starlette.responses import Response

from optviz.settings.experiment import Entrant, Experiment, decode, encode
from optviz.web import api_route, preview, qr_route, take_route
from optviz.web.api_route import as_csv, trajectories
from optviz.web.qr_route import qr
from optviz.web.work import Asker, Work

DEFAULT = Experiment()


def get(route: Any, query: dict[str, str]) -> Response:
    scope = {"type": "http", "method": "GET", "query_string": urlencode(query).encode(), "headers": []}
    return asyncio.run(route(Request({**scope, "path": "/", "client": ("10.0.0.1", 1)})))


def test_json_holds_every_run_and_its_link() -> None:
    found = json.loads(get(trajectories, encode(DEFAULT)).body)
    assert decode(found["link"]) == (DEFAULT, [])
    for said, run in zip(found["runs"], DEFAULT.run(), strict=True):
        assert said["points"] == run.points.tolist()
        assert said["values"] == run.values.tolist()
        assert said["outcome"]["sentence"] == run.outcome.sentence


def test_numbers_that_are_not_finite_are_null() -> None:
    diverging = Experiment(entrants=(Entrant.of("gd", lr=9.0),), steps=2000)
    body = get(trajectories, encode(diverging)).body
    json.loads(body, parse_constant=lambda name: pytest.fail(f"the answer holds {name}"))


def test_the_csv_holds_every_iterate() -> None:
    runs = DEFAULT.run()
    found = get(trajectories, {"format": "csv", **encode(DEFAULT)})
    assert found.headers["content-disposition"] == 'attachment; filename="optviz.csv"'
    assert found.body == as_csv(DEFAULT, runs)
    rows = list(csv.reader(io.StringIO(found.body.decode("utf-8-sig"))))
    assert rows[0] == ["optimizer", "step", "x", "y", "f", "df/dx", "df/dy"]
    assert len(rows) == 1 + sum(len(r.points) for r in runs)
    assert [float(v) for v in rows[51][2:4]] == runs[0].points[50].tolist()


@pytest.mark.parametrize(
    "link",
    [
        {"v": "1", "objective": "everest"},
        {"v": "1", "steps": "1e99"},
        {"v": "1", "objective": "formula", "formula": "__import__('os')"},
        {"steps": "5"},
    ],
)
def test_what_the_page_names_in_a_notice_is_refused_with_the_same_sentence(link: dict[str, str]) -> None:
    _, notices = decode(link)
    found = get(trajectories, link)
    assert (found.status_code, found.body.decode()) == (400, " ".join(notices))


def test_a_link_that_says_nothing_is_the_default_experiment_as_on_the_page() -> None:
    assert get(trajectories, {"format": "csv"}).body == as_csv(DEFAULT, DEFAULT.run())
    assert json.loads(get(trajectories, {}).body)["link"] == encode(DEFAULT)


def test_the_rates_that_are_shown_are_told() -> None:
    for rates in ("same", "best"):
        experiment = replace(DEFAULT, rates=rates)
        found = json.loads(get(trajectories, encode(experiment)).body)
        assert [run["hyperparameters"] for run in found["runs"]] == [
            dict(e.values) for e in experiment.racers
        ]
        assert found["runs"][0]["hyperparameters"] != dict(DEFAULT.entrants[0].values)


def test_another_format_is_refused() -> None:
    assert get(trajectories, {"format": "xml"}).status_code == 400


def test_too_many_requests_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Work("full", threads=1, most=4, each=1)
    full._of[Asker("", "10.0.0.1", alone=False)] = 1
    monkeypatch.setattr(api_route, "WORK", full)
    found = get(trajectories, encode(DEFAULT))
    assert found.status_code == 429
    assert found.headers["retry-after"] == "1"


DOCS = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")


def fields_of(found: Any, place: str = "") -> set[str]:
    """The fields of the JSON that hold something else than fields, as the documentation names them."""
    if isinstance(found, list) and found and isinstance(found[0], dict):
        return fields_of(found[0], f"{place}[]")
    if isinstance(found, dict) and place not in ("link", "runs[].hyperparameters"):
        return {name for key, part in found.items() for name in fields_of(part, f"{place}.{key}".lstrip("."))}
    return {place}


def test_the_documentation_names_every_field_and_every_address() -> None:
    found = json.loads(get(trajectories, encode(DEFAULT)).body)
    _, table = DOCS.split("## The JSON")
    assert set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)) == fields_of(found)
    named = {urlsplit(path).path for path in re.findall(r"^\| `(/[^`]+)` \|", DOCS, re.MULTILINE)}
    ours = (api_route.route, preview.route, qr_route.route, *take_route.routes)
    assert named == {route.path for route in ours}


def test_the_documented_program_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    def urlopen(address: str) -> Any:
        return io.BytesIO(get(trajectories, dict(parse_qsl(urlsplit(address).query))).body)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    (code,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    exec(code, {})
    run = Experiment("rosenbrock", entrants=(Entrant.of("gd", lr=0.001),)).on("rosenbrock").run()[0]
    assert capsys.readouterr().out == f"gd {run.values[-1]} {run.outcome.sentence}\n"


def test_a_link_becomes_a_qr_code() -> None:
    found = get(qr, {"text": "http://localhost/?v=1"})
    assert found.media_type == "image/svg+xml"
    assert b"<svg" in found.body


@pytest.mark.parametrize("text", ["", "x" * 2954, "🎓" * 1000])
def test_what_no_qr_code_can_hold_is_refused(text: str) -> None:
    assert get(qr, {"text": text}).status_code == 400
