"""What a program sends in place of a browser: it is refused, it harms nobody else, and it floods no log."""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.changes import change_for
from benchmarks.client import Answer, Session
from benchmarks.server import Server, six
from optviz.settings.experiment import Experiment, encode
from optviz.training.config import TrainingConfig
from optviz.training.config import encode as encode_training
from optviz.web.trajectories import curvature

QUICK = TrainingConfig("digits", (16,), epochs=2)
#: What the state of a component may be, as JSON.
STATES: list[Any] = [
    None,
    3,
    "edit",
    [],
    [1],
    {},
    {"edit": 3},
    {"edit": {"n": "7", "changes": 5}},
    {"edit": {"n": 10**30, "changes": {"steps": "7", "o1": 3}}},
    {"edit": {"n": 1, "link": {"run": 5, "over": {}}}},
    {"edit": {"n": 1, "changes": {"\ud800": "\ud800", "steps": "\ud800", "formula": "\ud800"}}},
    {"step": "abc"},
    {"step": [1]},
    {"step": 1e400},
    {"picked": 3},
    {"picked": {"chart": 1}},
    {"picked": {"chart": "a", "x": "1", "y": None}},
    {"edit": {"n": 10**30, "values": 5, "changes": {}}},
    {"edit": {"n": 10**31, "values": {"steps": "1e99", "o1": "own_0"}}},
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    before = os.environ.get("OPTVIZ_WORKERS")
    os.environ["OPTVIZ_WORKERS"] = "1"
    with Server("app.py") as started:
        started.wait()
        yield started
    os.environ.pop("OPTVIZ_WORKERS")
    if before is not None:
        os.environ["OPTVIZ_WORKERS"] = before


def visit(
    server: Server, act: Callable[[Session, Answer], Awaitable[Any]], link: dict[str, str], page: str = ""
) -> Any:
    """Let a visitor of a page do something."""

    async def go() -> Any:
        session = Session(server.url, link, page)
        try:
            answer = await session.open()
            assert answer.exceptions == []
            return await act(session, answer)
        finally:
            await session.close()

    return asyncio.run(go())


def components(answer: Answer) -> dict[str, str]:
    return {c.id: c.component_name for c in answer.of_type("bidi_component")}


@pytest.mark.parametrize("page", ["", "maps", "activations", "train"])
def test_no_component_s_state_breaks_a_page(server, page: str) -> None:
    async def forge(session: Session, answer: Answer) -> list:
        broken = []
        for key, name in components(answer).items():
            for state in STATES:
                after = await session.rerun(WidgetState(id=key, json_value=json.dumps(state)))
                broken += [(name, state, said) for said in after.exceptions]
        return broken

    assert visit(server, forge, {}, page) == []


def test_what_is_not_even_json_is_refused_and_floods_no_log(server) -> None:
    async def forge(session: Session, answer: Answer) -> list[str]:
        (key,) = (key for key, name in components(answer).items() if name == "optviz.bench")
        said = []
        for _ in range(60):
            said += (await session.rerun(WidgetState(id=key, json_value="{not json"))).exceptions
        return said

    before, began = server.log().count("Traceback"), time.monotonic()
    said = visit(server, forge, {})
    traces = server.log().count("Traceback") - before
    assert len(said) == 60, "each one gets a sentence"
    assert 1 <= traces <= 2 * (2 + time.monotonic() - began), "and the log a trace a second of each kind"


def test_others_notice_nothing(server) -> None:
    async def change(session: Session, before: Answer) -> list[str]:
        return (await change_for(before).make(session, 0.123))[1]

    assert visit(server, change, encode(six())) == []


@pytest.mark.parametrize(("said", "step"), [("abc", 9), ([1], 9), (float("inf"), 9), (-5, 0), (10**30, 9)])
def test_a_forged_step_of_the_player_is_the_last_one(monkeypatch, said: Any, step: int) -> None:
    monkeypatch.setattr(curvature, "state", {"trajectories.bench": {"step": said}})
    assert curvature._step(Experiment(steps=9)) == step


def test_a_tab_that_is_closed_in_a_training_ends_nothing(server) -> None:
    async def start(session: Session, answer: Answer) -> str:
        (button,) = (b for b in answer.of_type("button") if b.id.endswith("-run.start"))
        after = await session.rerun(WidgetState(id=button.id, trigger_value=True))
        told = [json.loads(c.json or "{}") for c in after.of_type("bidi_component")]
        return next(data["address"]["run"] for data in told if "run" in data.get("address", {}))

    async def look(session: Session, answer: Answer) -> str:
        return " ".join(bar.text for bar in answer.of_type("progress"))

    run_id = visit(server, start, {k: str(v) for k, v in encode_training(QUICK).items()}, "train")
    until = time.monotonic() + 90
    while "finished" not in (said := visit(server, look, {"run": run_id}, "train").lower()):
        assert time.monotonic() < until, said
        time.sleep(0.5)
