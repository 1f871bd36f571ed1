"""The Mini-batches page without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optviz.engine.optimizers import OPTIMIZERS
from optviz.settings.link import Entrant
from optviz.settings.minibatches import MiniBatches, decode, encode

MAIN = Path(__file__).parents[2] / "optviz" / "web" / "main.py"
PAGE = "../../pages/minibatches.py"


def opened(link: dict[str, str] | None = None) -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=60)
    page.switch_page(PAGE)
    for name, value in (link or {}).items():
        page.query_params[name] = value
    page.run()
    assert not page.exception, page.exception
    return page


def shown(page: AppTest) -> MiniBatches:
    found, complaints = decode({k: v[-1] if isinstance(v, list) else v for k, v in page.query_params.items()})
    assert complaints == []
    return found


def test_a_first_visit_shows_the_points_of_the_notes() -> None:
    page = opened()
    assert shown(page) == MiniBatches()
    assert not page.warning
    assert len(page.code) == 2, "both loops"


def test_a_link_fills_every_control() -> None:
    wanted = MiniBatches(
        -1.0, 2.0, 1.0, 3, 7, 20, 5, (1.0, -2.0), Entrant.of("adam", lr=0.05), False, False, "loop"
    )
    page = opened(encode(wanted))
    assert shown(page) == wanted
    assert page.number_input(key="mb.batch").value == 7
    assert page.number_input(key="mb.adam.lr").value == 0.05
    assert page.toggle(key="mb.shuffle").value is False


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_optimizer_can_be_chosen(key: str) -> None:
    page = opened(encode(MiniBatches(epochs=2)))
    page.selectbox(key="mb.optimizer").select(key).run()
    assert not page.exception
    assert shown(page).optimizer.optimizer == key


@pytest.mark.parametrize("size", [1, 30, 100])
def test_every_batch_size_draws(size: int) -> None:
    page = opened()
    page.number_input(key="mb.batch").set_value(size).run()
    assert not page.exception
    assert shown(page).batch == size


def test_one_epoch_and_the_most_epochs_draw() -> None:
    page = opened(encode(MiniBatches(epochs=1)))
    page.number_input(key="mb.epochs").set_value(200).run()
    assert not page.exception
    page.slider(key="mb.epoch").set_value(200).run()
    page.number_input(key="mb.epochs").set_value(10).run()
    assert not page.exception, "the slider of the epoch comes down with the epochs"


def test_a_run_that_overflows_is_reported() -> None:
    page = opened(encode(MiniBatches(optimizer=Entrant.of("gd", lr=5.0))))
    assert not page.exception


def test_the_loop_as_printed_can_be_compared() -> None:
    page = opened()
    page.session_state["mb.view"] = "loop"
    page.run()
    assert not page.exception
    assert shown(page).view == "loop"


def test_a_bad_link_gets_a_notice_and_a_picture() -> None:
    page = opened({"v": "1", "batch": "many", "o": "sophia_lr_1", "zoom": "3"})
    assert "sophia" in page.warning[0].value
    page.number_input(key="mb.batch").set_value(10).run()
    assert not page.warning
