"""Trajectories in Chinese: what a visitor reads there is not English, and values stay the same."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from optviz.engine.formula_words import TEXT, in_words
from optviz.engine.objective import FormulaError, parse
from optviz.engine.optimizers import OF_MATRICES, OPTIMIZERS
from optviz.engine.own_optimizer import own_optimizer
from optviz.engine.rule_expressions import RuleError
from optviz.engine.schedules import SCHEDULES
from optviz.engine.scipy_methods import REFERENCES
from optviz.engine.step_explanations import said
from optviz.figures.style import LIGHT
from optviz.settings.declaration import declaration
from optviz.settings.experiment import Experiment, decode, encode
from optviz.settings.link import edit
from optviz.teaching.activations import ACTIVATIONS
from optviz.web.read_route import reading
from optviz.web.rule_reading import rule_reading
from optviz.web.trajectories.page import PAGE, parts
from optviz.web.trajectories.presets import PRESETS, preset_fields
from optviz.words import speaking, tr
from tests.web.visit import Visit
from tests.words.english import left_in_english

#: What is no sentence: keys, code, addresses and names of the drawing.
_CODE = "key engine own link csv url formula type mode symbol dash bdata view values family"
CODE = frozenset(_CODE.split())


def told(data: Any) -> Iterator[str]:
    """The strings of JSON, but for those of `CODE`."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for name, held in data.items():
            if name not in CODE:
                yield from told(held)
    elif isinstance(data, list | tuple):
        for held in data:
            yield from told(held)


def english(data: Any) -> list[str]:
    """What is English in it."""
    return [words for text in told(data) for words in left_in_english(text)]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_the_bench_says_nothing_in_english(preset: Any) -> None:
    plain = parts(preset.experiment, LIGHT)
    with speaking("zh"):
        shown = parts(preset.experiment, LIGHT)
        assert english(shown) == []
    assert english(plain)
    assert [run["points"] for run in shown["stage"]["runs"]] == [r["points"] for r in plain["stage"]["runs"]]
    assert parts(preset.experiment, LIGHT) == plain


def test_the_panel_says_nothing_in_english() -> None:
    with speaking("zh"):
        assert english([declaration(Experiment), preset_fields()]) == []
        assert english(list(PAGE.find(Experiment(), "o1") or ())) == []


def test_the_page_below_the_stage_says_nothing_in_english() -> None:
    page = Visit("trajectories", {"lang": "zh"})
    for key in ("curvature", "references", "behind"):
        page.page.session_state[key] = True
    page.run()
    shown = [*page.page.markdown, *page.page.caption]
    papers = [each for each in shown if "(1" in each.value or "(2" in each.value]  # titles of papers stay
    assert len(shown) > len(papers) + 8
    assert [words for each in shown if each not in papers for words in left_in_english(each.value)] == []
    assert [words for each in page.page.expander for words in left_in_english(each.label)] == []
    assert [words for each in page.page.get("html") for words in left_in_english(each.proto.body)] == []


@pytest.mark.parametrize(
    "link",
    [
        {"v": "2", "objective": "nope", "unknown": "1"},
        {"v": "1", "start": "abc", "domain": "1_1_2_2", "steps": "many", "o1": "gd_lr_9e9_beta_1"},
        {"v": "1", "formula": "2*foo(x)", "rates": "none", "loss": "cubic"},
        {"v": "1", "o1": "own_zzz", "o2": "nope", "schedule": "zigzag"},
        {"v": "1", "rates": "same", "rate": "1e9", "seed": "0.5"},
        {"v": "1", "noise": "x" * 1000},
    ],
)
def test_a_link_is_doubted_in_chinese_as_often_as_in_english(link: dict[str, str]) -> None:
    settings, notices = decode(link)
    with speaking("zh"):
        same, said_so = decode(link)
    assert same == settings
    assert len(said_so) == len(notices) > 0
    assert english(said_so) == []
    assert all(english([notice]) for notice in notices)


def test_what_somebody_types_is_refused_in_chinese_without_a_word_of_a_link() -> None:
    with speaking("zh"):
        _, refused = edit(Experiment(), {"steps": "many", "start": "abc"})
    assert set(refused) == {"steps", "start"}
    assert not any("链接" in sentence for sentence in refused.values())
    assert english(list(refused.values())) == []


@pytest.mark.parametrize("text", ["", "x +", "2*foo(x)", "sin(x", "x**999", "1,234x", "√", "3", "x" * 400])
def test_a_formula_is_refused_in_chinese(text: str) -> None:
    with speaking("zh"), pytest.raises(FormulaError) as refused:
        parse(text)
    assert english([str(refused.value)]) == []
    with pytest.raises(FormulaError) as plain:
        parse(text)
    assert str(plain.value) != str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["x = y", "for i in x:", "x = x - lr*g.real", "x = where(1, 2)", "lr = 1 in 2..3", "m = g", "x =", "²"],
)
def test_a_rule_is_refused_in_chinese(text: str) -> None:
    with speaking("zh"), pytest.raises(RuleError) as refused:
        own_optimizer(text)
    assert english([str(refused.value)]) == []


def test_what_is_read_while_one_types_is_kept_for_each_language() -> None:
    english_first = reading("x +")["error"]["sentence"], rule_reading("x =")["error"]["sentence"]
    with speaking("zh"):
        assert english([reading("x +"), rule_reading("x =")]) == []
    assert english_first == (reading("x +")["error"]["sentence"], rule_reading("x =")["error"]["sentence"])


def test_every_word_about_a_step_has_a_translation() -> None:
    with speaking("zh"):
        assert [words for words in said().words if words and tr(words) == words] == []


def test_a_link_is_the_same_in_both_languages() -> None:
    with speaking("zh"):
        chinese = encode(Experiment())
    assert chinese == encode(Experiment())


def test_words_in_formulas_are_chinese_and_names_stay() -> None:
    formulas = [
        row.formula for table in (OPTIMIZERS, OF_MATRICES, SCHEDULES, REFERENCES) for row in table.values()
    ]
    formulas += [text for row in ACTIVATIONS.values() for text in (row.formula, row.derivative_formula)]
    formulas.append(parse("sqrt(x)*sqrt(x)").latex)
    with speaking("zh"):
        shown = [part[2] for latex in formulas for part in TEXT.finditer(in_words(latex))]
        assert in_words(r"\text{step} + 1") == r"\text{step} + 1"
    assert len(shown) > 10
    assert [text for text in shown if not re.search("[\u4e00-\u9fff]", text)] == []
    assert [in_words(latex) for latex in formulas] == formulas
