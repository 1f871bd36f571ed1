"""Train live without a browser: presets, controls, links good and bad, and real runs on a real worker."""

import csv
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from safetensors.numpy import load
from streamlit.testing.v1 import AppTest

from optviz.runs import history as live
from optviz.runs import scheduler
from optviz.runs.history import watch
from optviz.training.config import NETWORK_OPTIMIZERS, TrainingConfig, decode, encode
from optviz.training.presets import PRESETS
from optviz.web.train.run_downloads import as_csv, as_json, script, weights

MAIN = Path(__file__).parents[2] / "optviz" / "web" / "main.py"
QUICK = TrainingConfig("digits", (8,), epochs=3)


@pytest.fixture(scope="module", autouse=True)
def training(tmp_path_factory):
    """A run store and one worker for these tests alone."""
    before = dict(os.environ)
    folder = tmp_path_factory.mktemp("runs")
    os.environ["OPTVIZ_DATABASE_URL"] = f"sqlite:///{folder / 'runs.sqlite3'}"
    os.environ["OPTVIZ_WORKERS"] = "1"
    os.environ.pop("OPTVIZ_SCHEDULER", None)
    scheduler.stop()
    yield scheduler.start()
    scheduler.stop()
    os.environ.clear()
    os.environ.update(before)


def opened(link: dict[str, str] | None = None) -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=60)
    page.switch_page("../../pages/train.py")
    for name, value in (link or {}).items():
        page.query_params[name] = value
    page.run()
    assert not page.exception, page.exception
    return page


def address(page: AppTest) -> dict[str, str]:
    """What the address bar says; AppTest gives each parameter as a list."""
    return {k: v[-1] if isinstance(v, list) else v for k, v in page.query_params.items()}


def config(page: AppTest) -> TrainingConfig:
    found, complaints = decode(address(page))
    assert complaints == []
    return found


def notices(page: AppTest) -> str:
    return " ".join(w.value for w in page.warning).replace("\\", "")


def enabled(page: AppTest) -> list[str]:
    four = ("Start", "Pause", "Resume", "Stop")
    return [label for label in four if not page.button(key=f"run.{label.lower()}").disabled]


def press(page: AppTest, label: str) -> AppTest:
    page.button(key=f"run.{label.lower()}").click().run()
    assert not page.exception, page.exception
    return page


def ended(page: AppTest, status: str = "finished", seconds: float = 60) -> str:
    """Wait for the run of the page, look again, and return its id."""
    run_id, until = address(page)["run"], time.monotonic() + seconds
    while (run := watch(run_id, fresh=True).run).status != status:
        assert run.active, run
        assert time.monotonic() < until, (run, scheduler.current().status())
        time.sleep(0.1)
    page.run()
    assert not page.exception, page.exception
    return run_id


def text(page: AppTest) -> str:
    return " ".join(m.value for m in [*page.markdown, *page.caption]).replace("\\", "")


def test_a_first_visit_shows_the_quick_start_and_its_address() -> None:
    page = opened()
    assert config(page) == PRESETS["digits"].config
    assert page.selectbox(key="t.preset").value == "digits"
    assert not page.warning
    assert enabled(page) == ["Start"]
    assert "4,810 parameters" in text(page)


@pytest.mark.parametrize("key", PRESETS)
def test_every_preset_sets_the_whole_configuration(key: str) -> None:
    page = opened(encode(TrainingConfig("digits", (3, 3, 3), dropout=(0.1, 0.2, 0.3), seed=9)))
    assert page.selectbox(key="t.preset").value == "own"
    page.selectbox(key="t.preset").select(key).run()
    assert not page.exception
    assert config(page) == PRESETS[key].config
    assert page.selectbox(key="t.preset").value == key


@pytest.mark.parametrize("key", NETWORK_OPTIMIZERS)
def test_every_optimizer_can_be_chosen_with_its_defaults_for_networks(key: str) -> None:
    page = opened(encode(QUICK))
    page.selectbox(key="t.optimizer").select(key).run()
    assert not page.exception
    assert config(page).optimizer == key
    assert dict(config(page).optimizer_values) == NETWORK_OPTIMIZERS[key].network_defaults


def test_a_link_fills_every_control() -> None:
    wanted = TrainingConfig(
        "fashion-mnist", (100, 50), "tanh", "mse_softmax", "momentum", (("lr", 0.0123), ("momentum", 0.7)),
        "cosine", (("floor", 0.25),), 77, 3, (0.2, 0.5), 0.001, "xavier", 12,
    )  # fmt: skip
    page = opened(encode(wanted))
    assert config(page) == wanted
    assert page.text_input(key="t.hidden").value == "100, 50"
    assert page.text_input(key="t.dropout").value == "0.2, 0.5"
    assert page.number_input(key="t.momentum.lr").value == 0.0123
    assert page.number_input(key="t.weight_decay").value == 0.001
    assert page.number_input(key="t.seed").value == 12


def test_every_control_changes_the_address() -> None:
    page = opened(encode(QUICK))
    page.selectbox(key="t.dataset").select("mnist").run()
    page.text_input(key="t.hidden").set_value("30 20").run()
    page.selectbox(key="t.activation").select("gelu").run()
    page.selectbox(key="t.loss").select("mse_sigmoid").run()
    page.selectbox(key="t.initialisation").select("he").run()
    page.text_input(key="t.dropout").set_value("0.25").run()
    page.selectbox(key="t.schedule").select("exponential").run()
    page.number_input(key="t.batch_size").set_value(500).run()
    page.number_input(key="t.epochs").set_value(4).run()
    page.number_input(key="t.weight_decay").set_value(0.01).run()
    page.number_input(key="t.seed").set_value(3).run()
    page.number_input(key="t.adam.lr").set_value(0.002).run()
    assert not page.exception
    found = config(page)
    assert (found.dataset, found.hidden, found.activation, found.loss) == (
        "mnist", (30, 20), "gelu", "mse_sigmoid",
    )  # fmt: skip
    assert (found.initialisation, found.dropout, found.schedule) == ("he", (0.25, 0.25), "exponential")
    assert (found.batch_size, found.epochs, found.weight_decay, found.seed) == (500, 4, 0.01, 3)
    assert dict(found.optimizer_values)["lr"] == 0.002


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("t.hidden", "5000", "out of range"),
        ("t.hidden", "1,2,3,4,5,6,7", "at most 6"),
        ("t.hidden", "many", "not a number"),
        ("t.dropout", "0.1, 0.2, 0.3", "one for each"),
        ("t.dropout", "2", "out of range"),
    ],
)
def test_what_cannot_be_built_gets_a_sentence_and_start_waits(key: str, typed: str, said: str) -> None:
    page = opened(encode(QUICK))
    page.text_input(key=key).set_value(typed).run()
    assert not page.exception
    assert said in page.error[0].value
    assert config(page) == QUICK, "the last configuration that was good"
    assert enabled(page) == []
    page.text_input(key=key).set_value("").run()
    assert enabled(page) == ["Start"]


def test_too_much_work_is_refused_in_a_sentence() -> None:
    page = opened(encode(TrainingConfig("mnist", (2048,) * 6, batch_size=1, epochs=1)))
    page.number_input(key="t.epochs").set_value(200).run()
    assert "too much work" in page.error[0].value


def test_weight_decay_is_offered_only_where_torch_takes_one() -> None:
    page = opened(encode(TrainingConfig("digits", optimizer="gd", weight_decay=0.1)))
    page.selectbox(key="t.optimizer").select("adamw").run()
    assert not page.exception
    assert config(page).weight_decay == 0
    assert "AdamW takes no weight decay" in text(page)


BAD = [
    ({"v": "2"}, "version"),
    ({"v": "1", "hidden": "999999", "epochs": "nan", "opt": "everest"}, "everest"),
    ({"v": "1", "batch": "-3"}, "batch_size"),
    ({"v": "1", "data": "x" * 100_000}, "is no data set here"),
    ({"v": "1", "o.lr": "inf", "o.zoom": "3"}, "zoom"),
    ({"v": "1", "over": "_".join(["a"] * 40)}, "40 runs"),
    ({"run": "no-such-run"}, "not the address of a run"),
    ({"run": "abcdefghjkmn"}, "no such run"),
]


@pytest.mark.parametrize(("link", "said"), BAD)
def test_a_bad_link_is_named_and_the_page_works(link: dict, said: str) -> None:
    page = opened(link)
    assert said in notices(page)
    assert not page.error
    assert enabled(page) == ["Start"]


def test_a_run_from_start_to_its_downloads() -> None:
    page = press(opened(encode(QUICK)), "Start")
    run_id = ended(page)
    assert enabled(page) == ["Start"]
    history = watch(run_id)
    assert history.accuracy is not None
    rows = list(csv.DictReader(io.StringIO(as_csv(history).decode("utf-8-sig"))))
    assert int(rows[-1]["step"]) == QUICK.steps
    assert float(rows[-1]["test_accuracy"]) == history.accuracy
    written = json.loads(as_json(history))
    assert decode(written["configuration"]) == (QUICK, [])
    tensors = load(weights(run_id))
    assert sorted(t.size for t in tensors.values()) == sorted([64 * 8, 8, 8 * 10, 10])
    compile(script(QUICK), "script.py", "exec")
    assert "digits" in text(page).lower()
    assert f"{history.accuracy:.2%}" in text(page), "it stands in the list of one's own runs"


def test_a_run_is_shown_by_its_link_alone_and_read_only() -> None:
    run_id = ended(press(opened(encode(QUICK)), "Start"))
    other = opened({"run": run_id})
    assert config(other) == QUICK
    assert address(other)["run"] == run_id
    assert "You are watching" in text(other)
    assert enabled(other) == ["Start"]
    assert not any("Delete" in b.label for b in other.button)


def test_pause_resume_and_stop_in_turn() -> None:
    page = press(opened(encode(TrainingConfig("digits", (128, 128), batch_size=4, epochs=200))), "Start")
    run_id = address(page)["run"]
    until = time.monotonic() + 60
    while not watch(run_id, fresh=True).step:
        assert time.monotonic() < until
        time.sleep(0.1)
    page.run()
    assert enabled(page) == ["Pause", "Stop"]
    press(page, "Pause")
    ended(page, "paused")
    assert enabled(page) == ["Start", "Resume", "Stop"]
    press(page, "Resume")
    assert enabled(page)[0] in ("Pause", "Resume")
    press(page, "Stop")
    ended(page, "stopped")
    assert watch(run_id).step > 0, "a stop keeps what was reached"


def test_runs_can_be_laid_over_named_opened_and_deleted() -> None:
    page = press(opened(encode(QUICK)), "Start")
    first = ended(page)
    page.selectbox(key="t.optimizer").select("gd").run()
    assert "The sidebar has changed" in text(page)
    second = ended(press(page, "Start"))
    page.checkbox(key=f"run.{first}.over").check().run()
    assert not page.exception
    assert address(page)["over"] == first
    page.text_input(key=f"run.{first}.title").set_value("the *first*").run()
    assert watch(first, fresh=True).run.title == "the *first*"
    page.button(key=f"run.{first}.open").click().run()
    assert address(page)["run"] == first
    assert config(page) == QUICK
    page.button(key=f"run.{first}.delete").click().run()
    assert not page.exception
    assert "run" not in address(page)
    assert not any(b.key == f"run.{first}.open" for b in page.button)
    assert any(b.key == f"run.{second}.open" for b in page.button)


def test_a_damaged_data_set_gets_a_sentence_and_starts_nothing(monkeypatch, tmp_path) -> None:
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "train-images-idx3-ubyte.gz").write_bytes(b"half of it")
    monkeypatch.setenv("OPTVIZ_DATA", str(tmp_path))
    monkeypatch.setattr(live, "_test_images", {})
    page = press(opened(encode(PRESETS["mnist_mlp"].config)), "Start")
    assert "is truncated" in page.error[0].value
    assert "run" not in address(page)


def test_the_server_shows_trainings_without_torch() -> None:
    code = (
        "import sys, optviz.web.train.run_panel, optviz.web.train.run_history; "
        "import optviz.web.train.run_downloads; "
        "sys.exit('torch' in sys.modules)"
    )
    root = MAIN.parents[2]
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=root).returncode == 0


def test_a_store_that_is_gone_gets_a_sentence(monkeypatch, tmp_path) -> None:
    scheduler.stop()
    monkeypatch.setenv("OPTVIZ_DATABASE_URL", f"sqlite:///{tmp_path}")  # a folder, no file
    try:
        page = opened(encode(QUICK))
        assert "run store" in notices(page)
        press(page, "Start")
        assert "run store" in page.error[0].value.replace("\\", "")
    finally:
        scheduler.stop()
        monkeypatch.undo()
        scheduler.start()
