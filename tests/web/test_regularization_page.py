"""The page “Regularization” without a browser: every view, every bad link."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optviz.settings.regularization import VIEW, RegularizationSettings, decode, encode, shown_at
from optviz.training.config import decode as decode_training
from optviz.training.presets import PRESETS

MAIN = Path(__file__).parents[2] / "optviz" / "web" / "main.py"
PAGE = "../../pages/regularization.py"


def opened(link: dict[str, str] | None = None) -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=30)
    page.switch_page(PAGE)
    for name, value in (link or {}).items():
        page.query_params[name] = value
    page.run()
    assert not page.exception, page.exception
    return page


def settings(page: AppTest) -> RegularizationSettings:
    found, complaints = decode({k: v[-1] if isinstance(v, list) else v for k, v in page.query_params.items()})
    assert complaints == []
    return found


def words(page: AppTest) -> str:
    return " ".join(m.value for m in page.markdown)


def test_a_first_visit_shows_the_default_and_puts_it_into_the_address() -> None:
    page = opened()
    assert settings(page) == RegularizationSettings()
    assert not page.warning
    assert not page.error


@pytest.mark.parametrize("view", VIEW.choices)
def test_every_view_opens_by_link_and_can_be_chosen(view: str) -> None:
    page = opened(encode(shown_at(view)))
    assert settings(page) == shown_at(view)
    assert "**Try:**" in words(page)
    page = opened()
    page.session_state["regularization.view"] = view
    page.run()
    assert not page.exception
    assert settings(page) == shown_at(view)


def test_slider_and_field_hold_the_same_value() -> None:
    page = opened(encode(shown_at("decay")))
    page.number_input(key="regularization.penalty").set_value(1.5).run()
    assert page.slider(key="regularization.penalty.slider").value == 1.5
    page.slider(key="regularization.penalty.slider").set_value(2.0).run()
    assert settings(page).penalty == 2.0


def test_the_printed_lengths_stand_beside_the_computed_ones() -> None:
    said = words(opened(encode(shown_at("decay"))))
    assert "| without a penalty | 13.11, 12.57 | 13.47 |" in said
    assert "| L2, λ = 3 | 0.337, 0.367 | 0.373 |" in said


def test_too_few_points_for_a_degree_are_said() -> None:
    page = opened(encode(shown_at("fitting", samples=5, degree=9)))
    assert "5 points decide a polynomial of degree 4 at most" in words(page)


@pytest.mark.parametrize(
    "link",
    [{"v": "3"}, {"v": "1", "degree": "99", "share": "1", "view": "x"}, {"degree": "inf"}, {"%00": "\x00"}],
)
def test_a_bad_link_gets_a_notice_and_a_picture(link: dict) -> None:
    page = opened(link)
    assert page.warning
    assert settings(page) == RegularizationSettings()
    page.number_input(key="regularization.degree").set_value(2).run()
    assert not page.warning, "the notice goes once something is changed"


def test_the_network_opens_on_train_live_with_and_without_dropout() -> None:
    page = opened(encode(shown_at("dropout")))
    configs = []
    for link in page.get("page_link"):
        query = dict(pair.split("=") for pair in link.proto.query_string.lstrip("?").split("&"))
        config, complaints = decode_training(query)
        assert complaints == []
        configs.append(config)
    preset = PRESETS["dropout"].config
    assert configs == [preset, replace(preset, dropout=())]
