"""The page “Regularization” without a browser: every view, every bad link."""

from dataclasses import replace

import pytest

from optviz.settings.regularization import VIEWS, RegularizationSettings, encode, shown_at
from optviz.teaching.weight_decay import decayed
from optviz.training.config import decode as decode_training
from optviz.training.presets import PRESETS
from tests.web.visit import Visit


def at(view: str, **values: object) -> Visit:
    return Visit("regularization", encode(shown_at(view, **values)))


def test_a_first_visit_shows_the_default() -> None:
    page = Visit("regularization")
    assert page.settings == RegularizationSettings()
    assert not page.notices


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_by_link_and_can_be_chosen(view: str) -> None:
    page = at(view)
    assert page.settings == shown_at(view)
    assert "**Try:**" in page.words
    assert Visit("regularization").change(view=view).settings == shown_at(view)


def test_the_printed_lengths_of_both_programs_stand_beside_the_computed_ones() -> None:
    said = at("decay").words
    assert "| From scratch, without a penalty | 13.11 | 13.47 |" in said
    assert "| From scratch, L2, λ = 3 | 0.337 | 0.373 |" in said
    for key, printed in (("without a penalty", "12.57"), ("L2, λ = 3", "0.367")):
        penalty = 3.0 if "λ" in key else 0.0
        found = decayed(penalty, version="concise").norms[-1]
        digits = 3 if penalty else 2
        assert f"| With torch.optim, {key} | {printed} | {found:.{digits}f} |" in said


def test_too_few_points_for_a_degree_are_said() -> None:
    assert "5 points decide a polynomial of degree 4 at most" in at("fitting", samples=5, degree=9).words


@pytest.mark.parametrize(
    "link",
    [{"v": "3"}, {"v": "1", "degree": "99", "share": "1", "view": "x"}, {"degree": "inf"}, {"%00": "\x00"}],
)
def test_a_bad_link_gets_a_notice_and_a_picture(link: dict) -> None:
    page = Visit("regularization", link)
    assert page.notices
    assert page.settings == RegularizationSettings()
    assert not page.change(degree="2").notices, "the notice goes once something is changed"


def test_the_network_opens_on_train_live_with_and_without_dropout() -> None:
    configs = []
    for link in at("dropout").page.get("page_link"):
        query = dict(pair.split("=") for pair in link.proto.query_string.lstrip("?").split("&"))
        config, complaints = decode_training(query)
        assert complaints == []
        configs.append(config)
    preset = PRESETS["dropout"].config
    assert configs == [preset, replace(preset, dropout=())]
