"""Train live without a browser: presets, controls, links good and bad, and real runs on a real worker."""

import asyncio
import base64
import csv
import io
import json
import os
import subprocess
import sys
import time
import zlib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load
from starlette.requests import Request

from optviz.figures.scenes import legend_name
from optviz.figures.style import DARK, LIGHT, racer_styles
from optviz.runs import drawings, jobs, scheduler
from optviz.runs import history as live
from optviz.runs.history import Lane, watch
from optviz.settings.declaration import declaration
from optviz.training.config import NETWORK_OPTIMIZERS, RIVALS, TrainingConfig, decode, encode
from optviz.training.datasets import load as load_dataset
from optviz.training.events import Activity, Progress, Sharpness
from optviz.training.forks import Origin
from optviz.training.presets import COMPARISONS, PRESETS, Comparison, first
from optviz.training.race import race
from optviz.training.rivals import USUAL, rival
from optviz.web.assets import serve
from optviz.web.components.drawing import SIDE, ink_of
from optviz.web.page import declared
from optviz.web.train import printed_losses, run_panel
from optviz.web.train.controls import PAGE
from optviz.web.train.family import changes
from optviz.web.train.family import said as said_of_fork
from optviz.web.train.inside_part import limit
from optviz.web.train.run_downloads import as_csv, as_json, script, weights
from tests.web.visit import Visit

ROOT = Path(__file__).parents[2]
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


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits")


def opened(link: dict[str, str] | None = None) -> Visit:
    return Visit("train", link)


def address(page: Visit) -> dict[str, str]:
    """What the address bar comes to say."""
    return page.panel["address"]


def choose_optimizer(page: Visit, key: str) -> Visit:
    """What the panel sends: the optimizer, and the numbers of the old and of the new one."""
    old = dict.fromkeys(f"o.{name}" for name, _ in page.settings.optimizer_values)
    (row,) = (row for row in field_of("opt")["options"] if row["key"] == key)
    return page.change(opt=key, **{**old, **{f"o.{n['name']}": n["default"] for n in row["numbers"]}})


def field_of(name: str) -> dict[str, Any]:
    """A field of the declaration, as the panel has it."""
    fields = [f for section in declaration(TrainingConfig)["sections"] for f in section["fields"]]
    (found,) = (f for f in fields if f["name"] == name)
    return found


def enabled(page: Visit) -> list[str]:
    four = ("Start", "Pause", "Resume", "Stop")
    return [label for label in four if not page.page.button(key=f"run.{label.lower()}").disabled]


def press(page: Visit, label: str) -> Visit:
    page.page.button(key=f"run.{label.lower()}").click()
    return page.run()


def ended(page: Visit, status: str = "finished", seconds: float = 60) -> str:
    """Wait for the run of the page, look again, and return its id."""
    run_id, until = address(page)["run"], time.monotonic() + seconds
    while (run := watch(run_id, fresh=True).run).status != status:
        assert run.active, run
        assert time.monotonic() < until, (run, scheduler.current().status())
        time.sleep(0.1)
    page.run()
    return run_id


def test_a_first_visit_shows_the_first_preset_and_its_address() -> None:
    page = opened()
    assert page.settings == first().config
    assert address(page) == encode(page.settings)
    assert not page.notices
    assert enabled(page) == ["Start"]
    assert f"{first().config.parameters:,} parameters" in page.words


def panel_file() -> dict[str, Any]:
    """The declaration as browsers fetch it."""
    file = declared(TrainingConfig, PAGE.presets).rsplit("/", 1)[-1]
    answer = asyncio.run(serve(Request({"type": "http", "headers": [], "path_params": {"file": file}})))
    return json.loads(answer.body)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_card_of_a_race_has_the_colour_of_its_curve(theme) -> None:
    cards = panel_file()["styles"]["dark" if theme.dark else "light"]
    drawn = racer_styles(1 + field_of(RIVALS.name)["most"], theme)
    assert len(drawn) == 8
    assert cards == [asdict(style) for style in drawn[1:]]


def test_the_presets_stand_first_in_the_panel() -> None:
    field = panel_file()["sections"][0]["fields"][0]
    assert field["kind"] == "presets"
    assert {o["key"]: o["values"] for o in field["options"]} == {
        key: {**dict.fromkeys((*RIVALS.names, "sharp")), **encode(preset.config)}
        for key, preset in PRESETS.items()
    }


@pytest.mark.parametrize("key", PRESETS)
def test_every_preset_sets_the_whole_configuration(key: str) -> None:
    page = opened(encode(TrainingConfig("digits", (3, 3, 3), dropout=(0.1, 0.2, 0.3), seed=9)))
    page.change(**encode(PRESETS[key].config))
    assert not page.refused
    assert page.settings == PRESETS[key].config
    assert page.panel["values"] == encode(PRESETS[key].config), "so the panel shows it as chosen"


def test_every_optimizer_can_be_chosen_with_its_defaults_for_networks() -> None:
    page = opened(encode(QUICK))
    for key in NETWORK_OPTIMIZERS:
        choose_optimizer(page, key)
        assert not page.refused
        assert page.settings.optimizer == key
        assert dict(page.settings.optimizer_values) == NETWORK_OPTIMIZERS[key].network_defaults


def test_a_link_fills_every_field_of_the_panel() -> None:
    wanted = TrainingConfig(
        "fashion-mnist", (100, 50), "tanh", "mse_softmax", "momentum", (("lr", 0.0123), ("momentum", 0.7)),
        "cosine", (("floor", 0.25),), 77, 3, (0.2, 0.5), 0.001, "xavier", 12,
    )  # fmt: skip
    page = opened(encode(wanted))
    assert page.settings == wanted
    values = page.panel["values"]
    assert (values["hidden"], values["drop"], values["o.lr"]) == ("100_50", "0.2_0.5", "0.0123")
    assert (values["wd"], values["seed"]) == ("0.001", "12")


def test_every_field_changes_the_address() -> None:
    page = opened(encode(QUICK))
    changes = {
        "data": "mnist", "hidden": "30, 20", "act": "gelu", "loss": "mse_sigmoid", "init": "he",
        "drop": "0.25", "sched": "exponential", "batch": "500", "epochs": "4", "wd": "0.01", "seed": "3",
        "o.lr": "0.002",
    }  # fmt: skip
    for name, text in changes.items():
        page.change(**{name: text})
        assert not page.refused
    found, notices = decode(address(page))
    assert not notices
    assert found == page.settings
    assert (found.dataset, found.hidden, found.activation, found.loss) == (
        "mnist", (30, 20), "gelu", "mse_sigmoid",
    )  # fmt: skip
    assert (found.initialisation, found.dropout, found.schedule) == ("he", (0.25, 0.25), "exponential")
    assert (found.batch_size, found.epochs, found.weight_decay, found.seed) == (500, 4, 0.01, 3)
    assert dict(found.optimizer_values)["lr"] == 0.002


def test_one_share_of_dropout_stands_for_all_layers_also_for_new_ones() -> None:
    page = opened(encode(QUICK)).change(drop="0.3")
    assert page.change(hidden="9 8 7").settings.dropout == (0.3, 0.3, 0.3)
    assert page.change(hidden="").settings.dropout == ()
    assert page.change(hidden="5 5", drop="0.1, 0.2").settings.dropout == (0.1, 0.2)
    assert page.change(drop="0").settings.dropout == (0, 0)


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("hidden", "5000", "out of range"),
        ("hidden", "1,2,3,4,5,6,7", "at most 6"),
        ("hidden", "many", "not a number"),
        ("drop", "0.1, 0.2, 0.3", "one for each"),
        ("drop", "2", "out of range"),
    ],
)
def test_what_cannot_be_built_is_refused_at_its_field_and_start_waits(
    name: str, typed: str, said: str
) -> None:
    page = opened(encode(QUICK)).change(**{name: typed})
    assert page.refused.keys() == {name}
    assert said in page.refused[name]
    assert page.panel["refused"] == page.refused
    assert page.settings == QUICK, "the last configuration that was good"
    assert enabled(page) == []
    assert said in page.words, "beside the buttons, which wait"
    page.change(**{name: "4" if name == "hidden" else "0"})
    assert not page.refused
    assert enabled(page) == ["Start"]


def test_too_much_work_is_refused_in_a_sentence() -> None:
    page = opened(encode(TrainingConfig("mnist", (2048,) * 6, batch_size=1, epochs=1))).change(epochs="200")
    assert "too much work" in page.refused["epochs"]


def test_weight_decay_is_offered_only_where_torch_takes_one() -> None:
    offered = field_of("wd")["when"]["opt"]
    assert "gd" in offered
    assert "adamw" not in offered
    page = opened(encode(TrainingConfig("digits", optimizer="gd", weight_decay=0.1)))
    choose_optimizer(page, "adamw")
    assert page.settings.optimizer == "adamw"
    assert page.settings.weight_decay == 0
    assert not page.refused
    page.change(wd="0.1")
    assert "weight_decay must be 0" in page.refused["wd"]
    assert page.settings.weight_decay == 0


BAD = [
    ({"v": "2"}, "version"),
    ({"v": "1", "hidden": "999999", "epochs": "nan", "opt": "everest"}, "everest"),
    ({"v": "1", "batch": "-3"}, "batch_size"),
    ({"v": "1", "data": "x" * 100_000}, "100000 characters"),
    ({"v": "1", "data": "everest"}, "is no data set here"),
    ({"v": "1", "o.lr": "inf", "o.zoom": "3"}, "zoom"),
    ({"v": "1", "over": "_".join(["a"] * 40)}, "40 runs"),
    ({"run": "no-such-run"}, "not the address of a run"),
    ({"run": "abcdefghjkmn"}, "no such run"),
]


@pytest.mark.parametrize(("link", "said"), BAD)
def test_a_bad_link_is_named_and_the_page_works(link: dict, said: str) -> None:
    page = opened(link)
    assert said in page.notices
    assert not page.page.error
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
    assert "digits" in page.words.lower()
    assert f"{history.accuracy:.2%}" in page.words, "it stands in the list of one's own runs"


def test_a_run_is_shown_by_its_link_alone_and_read_only() -> None:
    run_id = ended(press(opened(encode(QUICK)), "Start"))
    other = opened({"run": run_id})
    assert other.settings == QUICK
    assert address(other)["run"] == run_id
    assert "You are watching" in other.words
    assert enabled(other) == ["Start"]
    assert not any("Delete" in b.label for b in other.page.button)


def test_pause_resume_and_stop_in_turn() -> None:
    page = press(opened(encode(TrainingConfig("digits", (128, 128), batch_size=4, epochs=200))), "Start")
    run_id = address(page)["run"]
    until = time.monotonic() + 60
    while not watch(run_id, fresh=True).step:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert enabled(page.run()) == ["Pause", "Stop"]
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
    choose_optimizer(page, "gd")
    assert "The settings have changed" in page.words
    second = ended(press(page, "Start"))
    page.page.checkbox(key=f"run.{first}.over").check()
    page.run()
    assert address(page)["over"] == first
    page.page.text_input(key=f"run.{first}.title").set_value("the *first*")
    page.run()
    assert watch(first, fresh=True).run.title == "the *first*"
    page.page.button(key=f"run.{first}.open").click()
    page.run()
    assert address(page)["run"] == first
    assert page.settings == QUICK
    page.page.button(key=f"run.{first}.delete").click()
    page.run()
    assert "run" not in address(page)
    assert not any(b.key == f"run.{first}.open" for b in page.page.button)
    assert any(b.key == f"run.{second}.open" for b in page.page.button)


def test_a_damaged_data_set_gets_a_sentence_and_starts_nothing(monkeypatch, tmp_path) -> None:
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "train-images-idx3-ubyte.gz").write_bytes(b"half of it")
    monkeypatch.setenv("OPTVIZ_DATA", str(tmp_path))
    monkeypatch.setattr(live, "_test_images", {})
    page = press(opened(encode(PRESETS["mnist_mlp"].config)), "Start")
    assert "is truncated" in page.page.error[0].value
    assert "run" not in address(page)


def test_the_server_shows_trainings_without_torch() -> None:
    code = (
        "import sys, optviz.web.train.run_panel, optviz.web.train.run_history; "
        "import optviz.web.train.run_downloads; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT).returncode == 0


def test_a_store_that_is_gone_gets_a_sentence(monkeypatch, tmp_path) -> None:
    scheduler.stop()
    monkeypatch.setenv("OPTVIZ_DATABASE_URL", f"sqlite:///{tmp_path}")  # a folder, no file
    try:
        page = opened(encode(QUICK))
        assert "run store" in page.notices
        press(page, "Start")
        assert "run store" in page.page.error[0].value.replace("\\", "")
    finally:
        scheduler.stop()
        monkeypatch.undo()
        scheduler.start()


RACE = replace(QUICK, rivals=(rival("gd"), rival("momentum")))


def test_the_switch_starts_and_ends_a_race_in_the_settings() -> None:
    page = opened(encode(QUICK)).change(race="on")
    assert page.settings.rivals == USUAL
    assert page.panel["values"]["r1"].startswith("gd_lr_")
    assert "against Gradient descent 0.1" in page.words
    page.change(r1="gd_lr_0.5", r2=None)
    assert page.settings.rivals == (rival("gd", lr=0.5),)
    assert "out of range" in page.change(r1="gd_lr_99").refused["r1.lr"]
    assert page.change(race="off").settings == QUICK
    assert address(page) == encode(QUICK)


def test_a_race_has_a_lane_for_each_optimizer_its_ranking_and_its_proof() -> None:
    page = press(opened(encode(RACE)), "Start")
    run_id = ended(page)
    for said in ("Adam", "Gradient descent", "Momentum", "Rank 1 of 3", "Rank 3 of 3", "98%"):
        assert said in page.tables
    assert f"{watch(run_id).best:.2%}" in page.words
    assert [p.label for p in page.page.button_group] == ["Curves against", "Look into the network of"]
    rows = list(csv.DictReader(io.StringIO(as_csv(watch(run_id)).decode("utf-8-sig"))))
    assert {row["optimizer"] for row in rows} == {legend_name(entrant) for entrant in RACE.entrants}
    files = {weights(run_id, place) for place in range(3)}
    assert len(files) == 3
    assert "momentum" in script(RACE.alone(2)).decode()


def test_how_the_curves_are_looked_at_stands_in_the_link() -> None:
    run_id = ended(press(opened(encode(QUICK)), "Start"))
    view = {"x": "seconds", "y": "log", "smooth": "5"}
    page = opened({"run": run_id, **view})
    assert view.items() <= address(page).items()
    page.page.button_group(key="training.view.x").set_value("epochs")
    page.page.toggle(key="training.view.y").set_value(False)
    page.page.selectbox(key="training.view.smooth").set_value(20)
    assert not view.keys() & address(page.run()).keys()
    bad = opened({**encode(QUICK), "x": "parsecs", "y": "square", "smooth": "3"}).notices
    assert all(word in bad for word in ("parsecs", "square", "one of 1, 5, 20, 100"))


def test_the_owner_has_the_landscape_computed_and_everybody_sees_it() -> None:
    page = press(opened(encode(RACE)), "Start")
    run_id = ended(page)
    page.page.session_state["landscape"] = True
    assert any(b.key == "landscape.ask" for b in page.run().page.button)
    assert "Who started this run" in shown_landscape(run_id).words
    page.page.button(key="landscape.ask").click()
    page.run()
    until = time.monotonic() + 120
    while (job := jobs.of_run(scheduler.current().store, run_id)[0]).active:
        assert time.monotonic() < until, job
        time.sleep(0.1)
    assert job.status == "done"
    for visit in (page.run(), shown_landscape(run_id)):
        assert "landscape-charts" in components(visit)
        assert not any(b.key == "landscape.ask" for b in visit.page.button)


def shown_landscape(run_id: str) -> Visit:
    """What somebody else sees who opens that part."""
    visit = opened({"run": run_id})
    visit.page.session_state["landscape"] = True
    return visit.run()


def components(visit: Visit) -> str:
    return " ".join(c.proto.id for c in visit.page.get("bidi_component"))


def test_a_watcher_sees_inside_the_networks_what_the_training_measured(digits) -> None:
    config = replace(QUICK, batch_size=500, rivals=(rival("momentum"),), sharpness=True)
    page = press(opened(encode(config)), "Start")
    run_id = ended(page)
    assert "sharpness" not in components(page), "nothing is sent while the part is closed"
    for visit in (page, opened({"run": run_id})):
        visit.page.session_state["inside"] = True
        shown = components(visit.run())
        assert "inside-charts" in shown
        assert "sharpness" in shown
    told, history = list(race(config, digits, "cpu")), watch(run_id)
    for place, lane in enumerate(history.lanes):
        for kind, found in ((Activity, lane.activities), (Sharpness, lane.sharpnesses)):
            assert list(found) == [e for e in told if isinstance(e, kind) and e.racer == place]
        steps, weights, _, updates = lane.lengths
        assert steps.tolist() == list(range(1, config.steps + 1))
        assert weights.shape == updates.shape == (config.steps, 2)


def test_a_run_that_measures_no_sharpness_says_how_to_have_it() -> None:
    page = press(opened(encode(QUICK)), "Start")
    ended(page)
    page.page.session_state["inside"] = True
    page.run()
    assert "inside-charts" in components(page)
    assert "switch it on under “What is measured”" in page.words
    assert page.change(sharp="on").settings == replace(QUICK, sharpness=True)
    assert address(page)["sharp"] == "on"
    assert "sharp" not in address(page.change(sharp="off"))


def test_a_comparison_starts_its_runs_and_lays_them_over_each_other(monkeypatch) -> None:
    rows = {
        "ours": Comparison("ours", "Two seeds", "Digits, two seeds.", (QUICK, replace(QUICK, seed=1))),
    }
    monkeypatch.setattr(run_panel, "COMPARISONS", rows)
    page = opened(encode(QUICK))
    assert "Digits, two seeds." in page.words
    page.page.button(key="compare.ours").click()
    page.run()
    shown = address(page)
    ended(page)
    (other,) = shown["over"].split("_")
    assert [watch(run).run.config for run in (shown["run"], other)] == list(rows["ours"].configs)
    assert page.settings == QUICK
    page.page.button(key="compare.ours").click()
    again = address(page.run())
    assert {again["run"], again["over"]}.isdisjoint({shown["run"], other}), "runs of its own each time"
    ended(page)


@pytest.mark.parametrize("row", COMPARISONS.values(), ids=COMPARISONS.keys())
def test_the_runs_of_a_comparison_differ_and_share_data_and_seed(row) -> None:
    first, *others = row.configs
    assert others
    assert len({str(encode(config)) for config in row.configs}) == len(row.configs)
    for other in others:
        for shared in ("dataset", "hidden", "batch_size", "epochs", "seed", "optimizer"):
            assert getattr(first, shared) == getattr(other, shared)


def test_the_notes_losses_stand_beside_those_of_a_run_like_theirs() -> None:
    notes = PRESETS["mnist_mlp"].config
    assert printed_losses.as_in_the_notes(replace(notes, seed=7, sharpness=True))
    assert not printed_losses.as_in_the_notes(replace(notes, epochs=9))
    steps = [(k, k / 10_000) for k in range(1, 1301) if k % 6 == 1 or k % 100 == 0]
    found = printed_losses.losses(Lane((Progress(1300, 2.2, 0.1, 0.001, 1.0, 1.0, losses=tuple(steps)),)))
    assert len(found) == 13
    assert found[1, 1] == "0.0100"
    assert found[1, 6] == "0.0600"
    assert found[2, 1] == "0.0700"
    assert notes.steps // 100 == printed_losses.COUNT


def test_the_limit_of_the_sharpness_is_that_of_each_optimizer_and_its_rate() -> None:
    config = TrainingConfig(
        "digits",
        optimizer="gd",
        optimizer_values=(("lr", 0.5),),
        schedule="cosine",
        batch_size=1438,
        rivals=(rival("momentum", lr=0.1, momentum=0.5), rival("adam")),
    )
    assert limit(config, 0, 0) == pytest.approx(2 / 0.5)
    assert limit(config, 1, 0) == pytest.approx(2 * 1.5 / 0.1)
    assert np.isnan(limit(config, 2, 0)), "Adam has none"
    assert limit(config, 0, 5) > limit(config, 0, 0), "the rate falls"
    constant = replace(config, schedule="constant", schedule_values=())
    assert limit(constant, 0, config.steps) == pytest.approx(2 / 0.5)
    decayed = replace(config, weight_decay=0.25)
    assert limit(decayed, 0, 0) == pytest.approx(2 / 0.5 - 0.25)


def with_own_digit(visit: Visit) -> Visit:
    visit.page.session_state["own-digit"] = True
    return visit.run()


def draw(visit: Visit, run_id: str, number: int, *rectangles: tuple[int, int, int, int]) -> Visit:
    """What the square sends after a stroke."""
    ink = np.zeros((SIDE, SIDE), np.uint8)
    for top, bottom, left, right in rectangles:
        ink[top:bottom, left:right] = 255
    packed = base64.b64encode(zlib.compress(ink.tobytes())).decode()
    visit.page.session_state[f"own.{run_id}.pad"] = {"drawn": {"n": number, "ink": packed}}
    return visit.run()


def test_a_drawn_digit_is_answered_by_every_network_and_kept_for_its_author() -> None:
    page = press(opened(encode(RACE)), "Start")
    run_id = ended(page)
    assert "Every network gets it" in with_own_digit(page).words
    draw(page, run_id, 1, (20, 90, 50, 62))
    assert "own-charts" in components(page)
    assert page.tables.count("No. 1") == 4
    (kept,) = drawings.of_run(scheduler.current().store, run_id)
    page.page.selectbox(key=f"own.{run_id}.meant.0").set_value(1)
    page.run()
    assert page.tables.count("No. 1, a 1") == 4
    assert page.tables.count(", right") + page.tables.count(", wrong") == 3
    other = with_own_digit(opened({"run": run_id}))
    assert "No. 1" not in other.tables
    draw(other, run_id, 1, (20, 90, 20, 90))
    assert len(drawings.of_run(scheduler.current().store, run_id)) == 2
    assert drawings.of_run(scheduler.current().store, run_id)[0].number == kept.number


def test_an_empty_drawing_gets_a_sentence() -> None:
    run_id = ended(press(opened(encode(QUICK)), "Start"))
    page = draw(with_own_digit(opened({"run": run_id})), run_id, 1)
    assert "The drawing is empty" in page.words
    assert drawings.of_run(scheduler.current().store, run_id) == []


def test_a_data_set_without_digits_says_so() -> None:
    config = TrainingConfig("fashion-mnist", (4,), epochs=1)
    run = scheduler.current().store.create(config, "somebody")
    scheduler.current().store.stop(run.id, "somebody")
    assert "holds no digits" in with_own_digit(opened({"run": run.id})).words


@pytest.mark.parametrize(
    "message",
    [
        None, 3, {}, {"n": 1}, {"n": "1", "ink": ""}, {"n": 1, "ink": "%%%"}, {"n": 1, "ink": "AAAA"},
        {"n": 1, "ink": 5},
        {"n": 1, "ink": base64.b64encode(zlib.compress(bytes(10))).decode()},
        {"n": 1, "ink": base64.b64encode(zlib.compress(bytes(10**7))).decode()},
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_passed_over(message: object) -> None:
    assert ink_of(message) is None


def test_other_learning_rates_are_trained_for_the_owner_and_seen_by_everybody() -> None:
    page = press(opened(encode(QUICK)), "Start")
    run_id = ended(page)
    page.page.session_state["rates"] = True
    page.page.session_state["rates.seeds"] = 1
    assert page.run().page.button(key="rates.start").label == "Train 9 times"
    page.page.button(key="rates.start").click()
    page.run()
    until = time.monotonic() + 60
    while any(job.active for job in jobs.of_run(scheduler.current().store, run_id)):
        assert time.monotonic() < until, scheduler.current().status()
        time.sleep(0.1)
    other = opened({"run": run_id})
    other.page.session_state["rates"] = True
    other.page.session_state["rates.seeds"] = 1
    for visit in (page.run(), other.run()):
        assert "rates-chart" in components(visit)
        assert "Within 1% of it" in visit.tables
    assert page.page.button(key="rates.start").disabled
    assert not any(b.key == "rates.start" for b in other.page.button)


def test_a_run_that_waits_does_not_wait_for_a_sweep() -> None:
    tasks = scheduler.current()
    run_id = ended(press(opened(encode(QUICK)), "Start"))
    (long,) = ({"kind": "sweep", "racer": 0, "rate": 0.001, "epochs": 200, "seeds": 5},)
    tasks.compute(run_id, long)
    until = time.monotonic() + 30
    while not (job := jobs.of_run(tasks.store, run_id)[0]).share:
        assert time.monotonic() < until, job
        time.sleep(0.05)
    ended(press(opened(encode(replace(QUICK, seed=8))), "Start"))
    (job,) = jobs.of_run(tasks.store, run_id)
    assert job.active, "it began anew, or waits for its turn"
    jobs.cancel(tasks.store, run_id, "sweep")


def test_the_page_says_what_start_does() -> None:
    assert "to train this network" in opened(encode(QUICK)).words
    assert "to race 3 optimizers on this network" in opened({**encode(QUICK), "race": "on"}).words


def test_a_run_is_forked_into_other_settings_and_its_family_is_a_tree() -> None:
    page = press(opened(encode(QUICK)), "Start")
    assert page.page.button(key="run.fork").disabled
    parent = ended(page)
    assert not page.page.button(key="run.fork").disabled

    def refusal() -> str:
        return press(page, "Fork").page.error[0].value.replace("\\", "")

    assert "nothing is left for a fork. Set Epochs higher" in refusal()
    assert address(page)["run"] == parent
    choose_optimizer(page, "gd").change(epochs="4")
    page.change(hidden="9")
    assert "of another shape: Hidden layers is 9 in the settings" in refusal()
    page.change(hidden="8")
    fork = ended(press(page, "Fork"))
    assert fork != parent
    assert (address(page)["run"], address(page)["over"]) == (fork, parent)
    assert "went on from the weights of another one after 3 epochs (step 135)" in page.words
    open_parent = page.page.button(key=f"family.{parent}.open")
    assert not open_parent.disabled
    label = page.page.button(key=f"family.{fork}.open").label.replace("\\", "")
    assert label.endswith("after 3 epochs: Gradient descent 0.1; epochs 4")
    assert page.page.button(key="family.compare").disabled, "the parent's curves are there already"
    open_parent.click()
    page.run()
    assert address(page)["run"] == parent
    assert page.settings == QUICK
    page.page.button(key="family.compare").click()
    page.run()
    assert address(page)["over"] == fork


def test_the_page_says_which_optimizers_kept_their_memory() -> None:
    origin = Origin("abcdefghjkmn", QUICK, 0, 45)
    child = replace(QUICK, epochs=9, rivals=(rival("momentum"), rival("gd")))
    words = said_of_fork(origin, child)
    assert "Adam went on with what it remembered." in words
    assert "Momentum began without memory, because the weights had been trained with Adam." in words
    assert "Gradient descent" not in words, "it remembers nothing anyway"
    assert "after 1 epoch (step 45)" in words
    assert "With its batches" not in words
    assert "With its batches this is step 23." in said_of_fork(origin, replace(child, batch_size=64))
    assert changes(origin, QUICK) == "the same settings"
    other = replace(QUICK, optimizer_values=(("beta1", 0.5),))
    assert changes(origin, other).startswith("Adam (lr 0.001, beta1 0.5")
    rest = {"loss": "mse_softmax", "schedule": "cosine", "batch_size": 64, "dropout": (0.2,)}
    assert changes(origin, replace(QUICK, **rest)) == (
        "batches of 64; dropout 0.2; Mean squared error on softmax; schedule Cosine"
    )
    assert changes(origin, child) == "Adam 0.001 against Momentum 0.01 against Gradient descent 0.1; epochs 9"
