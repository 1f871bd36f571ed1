"""The load generator: it measures a real server, and it does notice a wrong answer."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.changes import AnswerChange, NoFieldError, PanelChange, change_for, lr_of, with_lr, wrong
from benchmarks.client import Answer, Cache, LostError
from benchmarks.crowd import Plan, crowd
from benchmarks.load import main, percentile
from benchmarks.server import Server

ROOT = Path(__file__).parents[1]


def page(
    lr: float,
    ack: int = 0,
    *,
    address: float | None = None,
    legend: float | None = None,
    refused: dict[str, str] | None = None,
):
    """An answer that names `lr` everywhere, but for the places where another value is given."""
    answer = Answer(address=f"v=1&o1=gd_lr_{address or lr}&o2=adam_lr_0.5_beta1_0.9")
    stage = Element()
    stage.bidi_component.component_name = "optviz.stage"
    stage.bidi_component.json = json.dumps({"runs": [{"name": f"Gradient descent (lr {legend or lr})"}]})
    answer.elements[0, 1], answer.hashes[0, 1] = stage, stage.bidi_component.json
    panel = Element()
    panel.bidi_component.component_name = "optviz.panel"
    panel.bidi_component.id = "$$ID-0123-trajectories"
    data = {"values": {"o1": f"gd_lr_{lr}"}, "refused": refused or {}, "ack": ack}
    panel.bidi_component.json = json.dumps(data)
    answer.elements[0, 2] = panel
    return answer


def change(lr: float = 0.1, ack: int = 0) -> PanelChange:
    found = change_for(page(lr, ack))
    assert isinstance(found, PanelChange)
    return found


def test_right_answers_pass():
    asked = change()
    assert wrong(page(0.2, asked.n), asked, 0.2, page(0.1)) == []


@pytest.mark.parametrize(
    ("places", "complaint"),
    [
        ({"address": 0.1}, "the address says gd_lr_0.1"),
        ({"address": 0.25}, "the address says gd_lr_0.25"),
        ({"legend": 0.1}, "the picture is the one before"),
        ({"legend": 0.3}, "the picture's legend names another value"),
    ],
)
def test_wrong_and_stale_answers_are_noticed(places, complaint):
    asked = change()
    assert wrong(page(0.2, asked.n, **places), asked, 0.2, page(0.1)) == [complaint]


def test_an_answer_without_the_value_or_the_picture_is_noticed():
    said = wrong(Answer(), change(), 0.2, page(0.1))
    assert said == [
        "neither the address nor a link names the value",
        "there is no picture",
        "the panel is gone",
    ]


def test_a_panel_gets_one_state_with_a_growing_number():
    asked = change(ack=10**15)
    state = asked.state(0.2)
    assert state.id == "$$ID-0123-trajectories"
    assert json.loads(state.json_value) == {"edit": {"n": 10**15 + 1, "changes": {"o1": "gd_lr_0.2"}}}
    assert wrong(page(0.2, asked.n), asked, 0.2, page(0.1)) == []


def test_a_panel_that_refuses_or_acknowledges_another_change_is_noticed():
    asked = change()
    assert wrong(page(0.2, asked.n - 1, refused={"o1.lr": "Too large."}), asked, 0.2, page(0.1)) == [
        "the panel refuses o1.lr: Too large.",
        "the panel acknowledges another change",
    ]


def test_a_page_with_nothing_to_change_says_so():
    with pytest.raises(NoFieldError, match="no panel with a learning rate"):
        change_for(Answer())


def told(lr: float, *, values: float | None = None, legend: float | None = None, row: float | None = None):
    """What the address for answers says of `lr`, but for the places where another value is given."""
    return {
        "values": {"o1": f"gd_lr_{values or lr}"},
        "address": {"o1": f"gd_lr_{lr}"},
        "refused": {},
        "parts": {
            "stage": {"runs": [{"name": f"Gradient descent (lr {legend or lr})"}]},
            "results": {"rows": [{"name": f"Gradient descent (lr {row or lr})"}]},
        },
    }


def test_right_answers_without_a_run_pass():
    asked = AnswerChange("/answer/trajectories", {"o1": "gd_lr_0.1"})
    assert asked.complaints(told(0.2), 0.2) == []


def test_wrong_answers_without_a_run_are_noticed():
    asked = AnswerChange("/answer/trajectories", {"o1": "gd_lr_0.1"}, json.dumps(told(0.2)["parts"]))
    assert asked.complaints(told(0.2, values=0.3), 0.2)[0] == "the values say gd_lr_0.3"
    assert asked.complaints(told(0.2, legend=0.3), 0.2) == ["the picture's legend names another value"]
    assert asked.complaints(told(0.2, row=0.3), 0.2) == ["the table of results names another value"]
    assert asked.complaints(told(0.2), 0.2) == ["the picture is the one before"]
    refusing = told(0.2) | {"refused": {"o1.lr": "Too large."}}
    assert asked.complaints(refusing, 0.2)[0] == "the panel refuses o1.lr: Too large."


def test_texts_of_optimizers():
    assert lr_of("adam_lr_0.1_beta1_0.9") == 0.1
    assert lr_of("rprop_eta_0.1") is None
    assert with_lr("adam_lr_0.1_beta1_0.9", 0.25) == "adam_lr_0.25_beta1_0.9"


def cacheable(text: str) -> ForwardMsg:
    message = ForwardMsg(hash=text)
    message.metadata.cacheable = True
    message.metadata.delta_path.extend([0, 1])
    message.delta.new_element.markdown.body = text
    return message


def test_a_reference_stands_for_the_message_that_is_kept():
    cache = Cache()
    cache.read(cacheable("long").SerializeToString())
    assert cache.hashes() == ["long"]
    reference = ForwardMsg(ref_hash="long")
    reference.metadata.delta_path.extend([0, 7])
    message = cache.read(reference.SerializeToString())
    assert message.delta.new_element.markdown.body == "long"
    assert list(message.metadata.delta_path) == [0, 7]


def test_messages_that_are_not_used_are_dropped_and_missed():
    cache = Cache()
    cache.read(cacheable("long").SerializeToString())
    for _ in range(2):
        cache.finish_run(oldest=2)
        assert cache.hashes() == ["long"]
    cache.finish_run(oldest=2)
    assert cache.hashes() == []
    with pytest.raises(LostError, match="does not have"):
        cache.read(ForwardMsg(ref_hash="long").SerializeToString())


def test_percentiles():
    assert percentile(list(range(101)), 0.95) == 95
    assert percentile([3.0], 0.95) == 3.0


def test_a_panel_on_a_real_server_takes_the_changes():
    with Server(str(ROOT / "tests" / "panel_page.py")) as server:
        server.wait()
        seen = asyncio.run(crowd(server.url, range(2), Plan(2, 0.5, 1.5), lambda: None))
        assert seen.sentences() == {}, server.log()
        assert len(seen.changes) + seen.skipped == 6
        assert len(seen.changes) >= 2


def test_wrong_answers_of_a_real_server_are_counted(monkeypatch):
    monkeypatch.setenv("LIES", "1")
    with Server(str(ROOT / "tests" / "panel_page.py")) as server:
        server.wait()
        seen = asyncio.run(crowd(server.url, range(2), Plan(2, 0.5, 1.5), lambda: None))
    assert seen.wrong.total() == len(seen.changes) >= 2
    assert seen.errors == seen.wrong.total()


def test_a_fault_needs_a_server_of_its_own(capsys):
    with pytest.raises(SystemExit):
        main(["--url", "http://localhost:1", "--fault", "worker"])
    assert "--fault needs a server of its own" in capsys.readouterr().err


def test_the_smallest_lecture_prints_its_table_though_the_store_is_locked(monkeypatch):
    monkeypatch.setenv("OPTVIZ_WORKERS", "1")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", "--smallest", "--fault", "database"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.strip("| ").split(" | ") for line in done.stdout.splitlines() if line.startswith("| ")]
    cells = {line[0]: line[1] for line in lines if len(line) == 2}
    assert cells["visitors, each with a change every"] == "3, 1 s"
    assert cells["changes answered, of those due"].endswith(" of 9")
    assert cells["fault after 1.5 s"] == "the run store is locked for 5 s"
    for name in ("exceptions", "wrong or stale answers", "no answer, or connection lost"):
        assert cells[name] == "0"
    for name in ("answer complete, p50", "answer complete, p95", "answer complete, longest"):
        assert float(cells[name].removesuffix(" ms")) > 0
    assert float(cells["bytes per change, to the browser"].removesuffix(" kB")) > 1
    assert float(cells["server's memory, highest"].removesuffix(" MiB")) > 50
