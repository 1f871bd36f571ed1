"""The page “Activations and losses” without a browser: every view, every bad link, numbers typed badly."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optviz.settings.activations import VIEW, ActivationSettings, decode, encode, shown_at
from optviz.training.config import decode as decode_training
from optviz.training.presets import PRESETS

MAIN = Path(__file__).parents[2] / "optviz" / "web" / "main.py"
PAGE = "../../pages/activations.py"


def opened(link: dict[str, str] | None = None) -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=30)
    page.switch_page(PAGE)
    for name, value in (link or {}).items():
        page.query_params[name] = value
    page.run()
    assert not page.exception, page.exception
    return page


def settings(page: AppTest) -> ActivationSettings:
    found, complaints = decode({k: v[-1] if isinstance(v, list) else v for k, v in page.query_params.items()})
    assert complaints == []
    return found


def words(page: AppTest) -> str:
    return " ".join(m.value for m in page.markdown)


def test_a_first_visit_shows_the_default_and_puts_it_into_the_address() -> None:
    page = opened()
    assert settings(page) == ActivationSettings()
    assert not page.warning
    assert not page.error


@pytest.mark.parametrize("view", VIEW.choices)
def test_every_view_opens_by_link_and_says_what_to_try(view: str) -> None:
    page = opened(encode(shown_at(view)))
    assert settings(page).view == view
    assert "**Try:**" in words(page)
    assert not page.warning


@pytest.mark.parametrize("view", VIEW.choices)
def test_every_view_can_be_chosen(view: str) -> None:
    page = opened()
    page.session_state["activations.view"] = view
    page.run()
    assert not page.exception
    assert settings(page) == shown_at(view)


def test_a_link_fills_the_controls() -> None:
    page = opened(encode(shown_at("softmax", logits=(5.0, -0.5), temperature=2.0)))
    assert page.text_input(key="activations.logits").value == "5, -0.5"
    assert page.number_input(key="activations.temperature").value == 2.0
    page = opened(encode(shown_at("chain", shown=("gelu", "elu"), depth=7)))
    assert page.multiselect(key="activations.shown").value == ["gelu", "elu"]
    assert page.number_input(key="activations.depth").value == 7


def test_printed_stands_beside_computed() -> None:
    assert "**0.8789, 0.1189, 0.0022**, computed here **0.878878" in words(
        opened(encode(shown_at("softmax")))
    )
    said = words(opened(encode(shown_at("classes"))))
    for printed, computed in (("1.0491", "1.049149"), ("1.7342", "1.734200"), ("0.5332", "0.533190")):
        assert f"**{printed}**, computed here **{computed}**" in said
    assert "**0.7**, computed here **0.700000**" in words(opened(encode(shown_at("coin"))))


def test_own_numbers_are_taken_and_printed_ones_go() -> None:
    page = opened(encode(shown_at("softmax")))
    page.text_input(key="activations.logits").set_value("1 2 3").run()
    assert settings(page).logits == (1.0, 2.0, 3.0)
    assert "Printed" not in words(page)


@pytest.mark.parametrize("text", ["", "1, two", "1;2", "nan", "1e9", "1 2 3 4 5 6 7 8 9"])
def test_a_bad_number_gets_a_sentence_and_the_last_picture_stays(text: str) -> None:
    page = opened(encode(shown_at("softmax", logits=(2.0, 1.0))))
    page.text_input(key="activations.logits").set_value(text).run()
    assert not page.exception
    assert len(page.error) == 1
    assert "stays as it was" in page.error[0].value
    assert settings(page).logits == (2.0, 1.0)
    assert page.text_input(key="activations.logits").value == text, "nothing typed is lost"


def test_numbers_that_do_not_go_together_get_a_sentence_until_they_do() -> None:
    page = opened(encode(shown_at("entropy")))
    page.text_input(key="activations.p").set_value("0.5 0.5").run()
    assert "both need equally many" in page.error[0].value
    assert settings(page) == shown_at("entropy")
    page.text_input(key="activations.q").set_value("0.25 0.75").run()
    assert not page.error
    assert settings(page) == shown_at("entropy", p=(0.5, 0.5), q=(0.25, 0.75))


def test_no_activation_at_all_gets_a_sentence() -> None:
    page = opened()
    page.multiselect(key="activations.shown").set_value([]).run()
    assert "at least one" in page.error[0].value
    assert settings(page).shown == ActivationSettings().shown


def test_what_was_set_stays_when_another_view_is_looked_at() -> None:
    page = opened(encode(shown_at("chain")))
    page.number_input(key="activations.depth").set_value(33).run()
    for view in ("softmax", "chain"):
        page.session_state["activations.view"] = view
        page.run()
    assert page.number_input(key="activations.depth").value == 33


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
    page = opened(link)
    assert page.warning
    assert not page.error
    page.session_state["activations.view"] = "coin"
    page.run()
    assert not page.warning, "the notice goes once something is changed"


def test_the_two_trainings_open_on_train_live() -> None:
    page = opened(encode(shown_at("duel")))
    links = page.get("page_link")
    assert len(links) == 2
    for link, key in zip(links, ("cross_entropy", "mean_squared_error"), strict=True):
        query = dict(pair.split("=") for pair in link.proto.query_string.lstrip("?").split("&"))
        assert decode_training(query) == (PRESETS[key].config, [])


def test_the_measured_figures_are_those_of_the_results() -> None:
    results = (MAIN.parents[2] / "docs" / "results.md").read_text("utf-8")
    rows = [line for line in results.splitlines() if line.startswith(("| cross entropy |", "| mean squared"))]
    measured = {line.strip("| ").split("|")[-1].strip() for line in rows}
    said = words(opened(encode(shown_at("duel"))))
    assert len(measured) == 3
    assert all(figure.replace("%", " %") in said for figure in measured)
