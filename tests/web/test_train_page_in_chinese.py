"""Train live in Chinese: what the page, its panels and its refusals say, from the first sight to a race."""

import json
import os
import time
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from optviz.figures.style import LIGHT
from optviz.figures.training_curves import UNITS, View
from optviz.runs import scheduler
from optviz.runs.history import watch
from optviz.runs.store import RunError
from optviz.settings.declaration import declaration
from optviz.training.config import TrainingConfig, decode, encode
from optviz.training.presets import COMPARISONS, PRESETS
from optviz.training.rivals import rival
from optviz.web.train import scene
from optviz.web.train.controls import PAGE
from optviz.web.train.inside_part import layers
from optviz.web.train.run_downloads import as_csv, as_json
from optviz.words import speaking, tr
from tests.web.visit import Visit
from tests.words.english import left_in_english

RACE = TrainingConfig("digits", (8,), epochs=2, batch_size=100, rivals=(rival("rmsprop"),), sharpness=True)
#: Works keep the titles that they have.
CITED = "Optical recognition of handwritten digits"
#: What people read of a figure.
READ = ("title", "about", "alt", "text", "name", "hovertemplate", "note")
#: Parts of the page that open, by the keys of their states.
PARTS = ("own-digit", "inside", "landscape", "rates")


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A run store and one worker for these tests alone."""
    before = dict(os.environ)
    folder = tmp_path_factory.mktemp("runs")
    os.environ["OPTVIZ_DATABASE_URL"] = f"sqlite:///{folder / 'runs.sqlite3'}"
    os.environ["OPTVIZ_WORKERS"] = "1"
    os.environ.pop("OPTVIZ_SCHEDULER", None)
    scheduler.stop()
    scheduler.start()
    yield
    scheduler.stop()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def trained(training: None) -> Visit:
    """A visit in Chinese, with a race that has ended and every part open."""
    page = Visit("train", {**encode(RACE), "lang": "zh"})
    page.page.button(key="run.start").click()
    page.run()
    run_id, until = page.panel["address"]["run"], time.monotonic() + 60
    while watch(run_id, fresh=True).run.status != "finished":
        assert time.monotonic() < until
        time.sleep(0.1)
    for part in PARTS:
        page.page.session_state[part] = True
    with speaking("zh"):  # this side of the test reads the widgets, too
        return page.run()


def said(page: Visit) -> Iterator[str]:
    """All that Streamlit's own elements say, without the names of runs' ids."""
    elements = page.page
    yield from (each.value for each in (*elements.markdown, *elements.caption, *elements.warning))
    for kind in ("button", "checkbox", "toggle", "selectbox", "button_group", "text_input", "expander"):
        for each in elements.get(kind):
            yield from (getattr(each, "label", ""), getattr(each, "help", "") or "")
            yield from getattr(each, "options", [])
    yield from (each.proto.text for each in elements.get("progress"))
    yield from (each.proto.body for each in elements.get("html"))


def told(panel: Any, read: Sequence[str] = READ) -> Iterator[str]:
    """The words of a figure: those under its keys that people read."""
    if isinstance(panel, list):
        for each in panel:
            yield from told(each, read)
    elif isinstance(panel, dict):
        for key, value in panel.items():
            if key in read and value:
                yield from [value] if isinstance(value, str) else told(value, read)
            elif isinstance(value, dict | list):
                yield from told(value, read)


def test_nothing_on_the_page_of_a_race_is_english(trained: Visit) -> None:
    texts = [text.replace(CITED, "") for text in said(trained)]
    assert {"内部：各层的梯度、单元和尖锐度", "暂停", "分叉", "20 点平均", "沿着路径"} <= set(texts)
    assert not [line for text in texts for line in left_in_english(text)]
    assert "第 1 名，共 2 个" in trained.tables


def test_no_figure_of_a_race_is_english(trained: Visit) -> None:
    shown = []
    for element in trained.page.get("bidi_component"):
        proto = element.proto
        if proto.component_name == "optviz.charts":
            shown += told(json.loads(zlib.decompress(proto.bytes)))
    assert any("混淆矩阵" in text for text in shown)
    assert any("尖锐度" in text for text in shown)
    assert not [line for text in shown for line in left_in_english(text)]


def test_who_watches_the_same_run_in_english_reads_english(trained: Visit) -> None:
    history = watch(trained.panel["address"]["run"])
    for language, title in (("zh", "损失"), ("en", "Loss"), ("zh", "损失")):
        with speaking(language):
            panels, _ = scene.curves((history,), LIGHT, View())
            assert panels[0]["title"] == title
            inside = layers(history, 0, UNITS["steps"], LIGHT)
            assert (inside[-1]["title"] == "Layer 2") == (language == "en")
            assert inside[-1]["key"] == "histogram-layer-2", "names for programs stay"


def test_downloads_are_the_same_in_all_languages(trained: Visit) -> None:
    history = watch(trained.panel["address"]["run"])
    english = as_csv(history), as_json(history)
    with speaking("zh"):
        assert (as_csv(history), as_json(history)) == english


def test_refusals_of_links_and_of_the_store_are_chinese(training: None) -> None:
    bad = {"v": "1", "data": "everest", "hidden": "1_2_3_4_5_6_7", "race": "perhaps", "drop": "0.1_0.2"}
    with speaking("zh"):
        complaints = decode(bad)[1]
        # What the kinds of settings say around it is not of this page.
        assert all(any("\u4e00" <= character <= "\u9fff" for character in each) for each in complaints)
        store = scheduler.current().store
        with pytest.raises(RunError, match="没有这次训练"):
            store.follow("abcdefghjkmn")
        run = store.create(TrainingConfig("digits", (3,), epochs=1), "somebody")
        store.stop(run.id, "somebody")
        with pytest.raises(RunError, match="已停止"):
            store.pause(run.id, "somebody")
        with pytest.raises(RunError, match="只有开始训练的人才能暂停它"):
            store.pause(run.id, "somebody else")


def test_every_setting_is_named_in_chinese() -> None:
    with speaking("zh"):
        sections = declaration(TrainingConfig)["sections"]
    texts = list(told(sections, ("title", "label", "help", "group", "name")))
    assert {"批大小", "初始权重", "每一步用多少张图像。"} <= set(texts)
    assert not [line for text in texts for line in left_in_english(text)]


def test_presets_and_comparisons_are_chinese() -> None:
    with speaking("zh"):
        (field,) = PAGE.presets()
        texts = [text for option in field["options"] for text in (option["name"], option["help"])]
        texts += [tr(text) for row in COMPARISONS.values() for text in (row.name, row.about)]
        assert len(field["options"]) == len(PRESETS)
        assert not [line for text in texts for line in left_in_english(text)]
