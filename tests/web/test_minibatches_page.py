"""The Mini-batches page without a browser."""

import pytest

from optviz.engine.optimizers import ELEMENTWISE
from optviz.settings.minibatches import MiniBatches, encode
from optviz.settings.setups import Entrant, write_setup
from tests.web.visit import Visit


def visit(settings: MiniBatches | None = None) -> Visit:
    return Visit("minibatches", encode(settings) if settings else None)


def test_a_first_visit_shows_the_points_of_the_notes() -> None:
    page = visit()
    assert page.settings == MiniBatches()
    assert not page.notices
    assert len(page.page.code) == 2, "both loops"


def test_a_link_opens_exactly_its_settings() -> None:
    wanted = MiniBatches(
        slope=-1.0,
        intercept=2.0,
        scatter=1.0,
        data=3,
        batch=7,
        epochs=20,
        seed=5,
        start=(1.0, -2.0),
        optimizer=Entrant.of("adam", lr=0.05),
        shuffle=False,
        log_loss=False,
        view="loop",
    )
    assert visit(wanted).settings == wanted


def test_every_optimizer_can_be_chosen() -> None:
    page = visit(MiniBatches(epochs=2))
    for row in ELEMENTWISE.values():
        page.change(o=write_setup(row, ()))
        assert page.settings.optimizer == Entrant.of(row.key)


@pytest.mark.parametrize("size", [1, 30, 100])
def test_every_batch_size_draws(size: int) -> None:
    assert visit(MiniBatches(epochs=5)).change(batch=str(size)).settings.batch == size


def test_one_epoch_and_the_most_epochs_draw() -> None:
    page = visit(MiniBatches(epochs=1)).change(epochs="200")
    page.page.slider(key="mb.epoch").set_value(200).run()
    assert page.change(epochs="10").settings.epochs == 10, (
        "the slider of the epoch comes down with the epochs"
    )


def test_a_run_that_overflows_is_reported() -> None:
    page = visit(MiniBatches(optimizer=Entrant.of("gd", lr=5.0)))
    assert "then overflowed" in page.tables


def test_the_loop_as_printed_can_be_compared() -> None:
    assert visit().change(view="loop").settings.view == "loop"


def test_the_start_can_be_set_and_a_bad_one_is_refused() -> None:
    page = visit(MiniBatches(epochs=2)).change(start="1.5_-2.0")
    assert page.settings.start == (1.5, -2.0)
    page.change(start="1.5")
    assert "start" in page.refused
    assert page.settings.start == (1.5, -2.0)


def test_a_bad_link_gets_a_notice_and_a_picture() -> None:
    page = Visit("minibatches", {"v": "1", "batch": "many", "o": "sophia_lr_1", "zoom": "3"})
    assert "sophia" in page.notices
    assert not page.change(batch="10").notices
