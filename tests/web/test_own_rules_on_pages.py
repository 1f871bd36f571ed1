"""Rules of one's own on the pages: what stands beside the picture, and what a forged link does."""

import json
from dataclasses import replace

import pytest

from optviz.engine.javascript import optimizer_source
from optviz.settings.declaration import declaration
from optviz.settings.experiment import Entrant, Experiment, encode
from optviz.settings.maps import DEFAULTS
from optviz.settings.maps import encode as encode_map
from optviz.settings.minibatches import MiniBatches
from optviz.settings.setups import rule_key, write_entrant
from optviz.training.config import TrainingConfig
from optviz.web.api_route import trajectories as api
from tests.web.test_answer_route import told
from tests.web.test_api_route import get
from tests.web.visit import Visit

NAMED = "# Heavy ball, mine\nm = b1*m + g\nx = x - lr*m"
MINE = Entrant.own(NAMED, lr=0.05, b1=0.8)
WITH_RULE = replace(Experiment(), entrants=(MINE, Entrant.of("gd", lr=0.1)))
FORGED = ["own", "own_0eCA9IGcuX19jbGFzc19f_lr_0.1", "own_1AAAA_lr_0.1", "own_" + "A" * 900]


def test_a_change_to_a_rule_is_answered_with_its_picture_and_its_javascript() -> None:
    found = told(Experiment(), {"o1": write_entrant(MINE)})
    assert found["refused"] == {}
    stage, results = found["parts"]["stage"], found["parts"]["results"]
    ((key, sources),) = stage["live"]["own"].items()
    assert (f"own_{key}", sources["step"]) == (rule_key(NAMED), optimizer_source(MINE.row))
    assert stage["runs"][0]["name"] == results["rows"][0]["name"] == "Heavy ball, mine (lr 0.05, b1 0.8)"
    assert results["rows"][0]["cells"][0]


def test_a_mistake_is_refused_at_the_text_and_nothing_changes() -> None:
    found = told(WITH_RULE, {"o1": "own_0eCA9IHggLSBscipncmFk"})  # x = x - lr*grad
    assert "Line 1: “grad” is unknown" in found["refused"]["o1.text"]
    assert found["values"] == encode(WITH_RULE)


def test_formula_step_and_script_of_a_rule_stand_behind_the_picture() -> None:
    page = Visit("trajectories", encode(WITH_RULE))
    page.page.session_state["behind"] = True
    page.run()
    assert r"m_t" in page.page.latex[0].value
    step, script = (code.value for code in page.page.code[:2])
    assert "m = b1 * m + g" in step
    assert "import torch" in script
    assert "m = b1 * m + g" in script


def test_the_curvature_of_a_rule_is_shown() -> None:
    page = Visit("trajectories", encode(WITH_RULE))
    page.page.session_state["curvature"] = True
    assert "Heavy ball, mine (lr 0.05, b1 0.8)" in page.run().tables


def test_no_letter_of_a_name_is_read_as_markdown() -> None:
    slanted = Entrant.own("# My _own_ rule\nx = x - lr*g")
    page = Visit("trajectories", encode(replace(WITH_RULE, entrants=(slanted,))))
    page.page.session_state["behind"] = True
    assert page.run().page.button_group[0].options == [r"My \_own\_ rule"]


@pytest.mark.parametrize("part", FORGED)
def test_a_forged_rule_is_a_notice_on_every_page(part: str) -> None:
    for key, link in (
        ("trajectories", {**encode(Experiment()), "o1": part}),
        ("maps", {**encode_map(DEFAULTS["sweep"]), "o1": part}),
        ("minibatches", {**encode(MiniBatches(epochs=2)), "o": part}),
        ("train", {**encode(TrainingConfig()), "opt": part}),
        ("train", {**encode(TrainingConfig()), "race": "on", "r1": part}),
    ):
        notices = Visit(key, link).notices
        assert "rule" in notices or "no place for a dot" in notices or "allowed are" in notices


def test_the_table_of_a_rules_run_is_answered() -> None:
    found = get(api, {**encode(WITH_RULE), "format": "csv"})
    assert found.status_code == 200
    assert b"Heavy ball, mine" in found.body


def test_a_map_of_a_rule_is_drawn() -> None:
    settings = replace(DEFAULTS["sweep"], entrants=(MINE,))
    page = Visit("maps", encode_map(settings))
    assert not page.notices
    assert page.settings.entrants == (MINE,)
    assert "Heavy ball, mine" in json.dumps(page.component("optviz.charts"))


def test_train_live_takes_a_rule_and_offers_those_to_begin_from() -> None:
    page = Visit("train", encode(TrainingConfig("digits", (8,))))
    page.change(**{"opt": rule_key(NAMED), "o.lr": "0.05", "o.b1": "0.8", "o.beta1": None})
    assert not page.refused
    assert page.settings.entrants == (MINE,)
    assert page.panel["address"]["opt"] == rule_key(NAMED)
    assert "Heavy ball, mine 0.05" in page.words
    page.change(opt="own_0eCA9IHggLSBscipncmFk")  # x = x - lr*grad
    assert "Line 1: “grad” is unknown" in page.refused["opt.text"]
    assert page.settings.entrants == (MINE,)
    (field,) = (f for s in declaration(TrainingConfig)["sections"] for f in s["fields"] if f["name"] == "opt")
    texts = {starter["key"]: starter["text"] for starter in field["own"]["starters"]}
    assert "lr = 0.001 in" in texts["adam"]
    page.change(race="on", r1=write_entrant(Entrant.own(texts["empty"])))
    assert [entrant.optimizer for entrant in page.settings.entrants] == ["own", "own"]


def test_train_live_says_what_moves_the_biases_beside_muon() -> None:
    assert "AdamW" not in Visit("train", encode(TrainingConfig())).words
    assert (
        "AdamW, with the same rate and decay, the biases"
        in Visit("train", encode(TrainingConfig(optimizer="muon"))).words
    )
