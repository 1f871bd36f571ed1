"""The page “Activations and losses” without a browser: every view, every bad link, numbers typed badly."""

from pathlib import Path

import pytest

from optviz.settings.activations import VIEWS, ActivationSettings, encode, shown_at
from optviz.training.config import decode as decode_training
from optviz.training.presets import PRESETS
from tests.web.visit import Visit

ROOT = Path(__file__).parents[2]


def at(view: str, **values: object) -> Visit:
    return Visit("activations", encode(shown_at(view, **values)))


def test_a_first_visit_shows_the_default() -> None:
    page = Visit("activations")
    assert page.settings == ActivationSettings()
    assert not page.notices


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_by_link_and_can_be_chosen(view: str) -> None:
    page = at(view)
    assert page.settings == shown_at(view)
    assert "**Try:**" in page.words
    assert not page.notices
    assert at("coin").change(view=view).settings == shown_at(view)


def test_printed_stands_beside_computed() -> None:
    assert "**0.8789, 0.1189, 0.0022**, computed here **0.878878" in at("softmax").words
    said = at("classes").words
    for printed, computed in (("1.0491", "1.049149"), ("1.7342", "1.734200"), ("0.5332", "0.533190")):
        assert f"**{printed}**, computed here **{computed}**" in said
    assert "**0.7**, computed here **0.700000**" in at("coin").words


def test_own_numbers_are_taken_and_printed_ones_go() -> None:
    page = at("softmax").change(logits="1 2 3")
    assert page.settings.logits == (1.0, 2.0, 3.0)
    assert "Printed" not in page.words
    assert page.change(logits="3，1，−3").settings.logits == (3.0, 1.0, -3.0), "keyboards of other languages"


@pytest.mark.parametrize("text", ["", "1, two", "1;2", "nan", "1e9", "1 2 3 4 5 6 7 8 9"])
def test_a_bad_number_is_refused_and_the_last_picture_stays(text: str) -> None:
    page = at("softmax", logits=(2.0, 1.0)).change(logits=text)
    assert page.refused.keys() == {"logits"}
    assert page.settings.logits == (2.0, 1.0)


def test_numbers_that_do_not_go_together_are_refused_until_they_do() -> None:
    page = at("entropy").change(p="0.5 0.5")
    assert "both need the same number" in page.refused["p"]
    assert page.settings == shown_at("entropy")
    page.change(q="0.25 0.75")
    assert not page.refused
    assert page.settings == shown_at("entropy", p=(0.5, 0.5), q=(0.25, 0.75))


def test_no_activation_at_all_is_refused() -> None:
    page = at("functions").change(shown="")
    assert "at least one" in page.refused["shown"]
    assert page.settings.shown == ActivationSettings().shown


def test_what_was_set_stays_when_another_view_is_looked_at() -> None:
    page = at("chain").change(depth="33").change(view="softmax").change(view="chain")
    assert page.settings.depth == 33


BAD = [
    {"v": "2"},
    {"v": "1", "view": "elsewhere"},
    {"v": "1", "logits": "1_x", "temperature": "nan", "zoom": "3"},
    {"v": "1", "classes": "1_2~3", "labels": "99"},
    {"v": "1", "p": "0_0_0"},
    {"v": "1", "data": "1" * 100_000},
    {"%00": "\x00"},
]


@pytest.mark.parametrize("link", BAD)
def test_a_bad_link_gets_a_notice_and_a_picture(link: dict) -> None:
    page = Visit("activations", link)
    assert page.notices
    assert not page.change(view="coin").notices, "the notice goes once something is changed"


def test_the_two_trainings_open_on_train_live() -> None:
    links = at("duel").page.get("page_link")
    assert len(links) == 2
    for link, key in zip(links, ("cross_entropy", "mean_squared_error"), strict=True):
        query = dict(pair.split("=") for pair in link.proto.query_string.lstrip("?").split("&"))
        assert decode_training(query) == (PRESETS[key].config, [])


def test_the_measured_figures_are_those_of_the_results() -> None:
    results = (ROOT / "docs" / "results.md").read_text("utf-8")
    rows = [line for line in results.splitlines() if line.startswith(("| cross entropy |", "| mean squared"))]
    measured = {line.strip("| ").split("|")[-1].strip() for line in rows}
    said = at("duel").words
    assert len(measured) == 3
    assert all(figure.replace("%", " %") in said for figure in measured)
