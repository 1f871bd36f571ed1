"""A drawing becomes an image as the makers of the data sets made theirs, and networks answer to it."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from optviz.training import answering, datasets
from optviz.training.answering import Drawn, answers, networks
from optviz.training.config import TrainingConfig
from optviz.training.drawing import MAKERS, image_of, mnist
from optviz.training.events import Answers, Checkpoint, Finished
from optviz.training.loop import Trainer, train
from optviz.training.race import race
from optviz.training.rivals import rival

CPU = torch.device("cpu")


def strokes(*rectangles, side=112):
    """Ink in rectangles (top, bottom, left, right)."""
    ink = np.zeros((side, side), np.uint8)
    for top, bottom, left, right in rectangles:
        ink[top:bottom, left:right] = 255
    return ink


def centre_of_mass(image):
    rows, columns = np.indices(image.shape)
    return (rows * image.astype(float)).sum() / image.sum(), (
        columns * image.astype(float)
    ).sum() / image.sum()


rectangles = st.tuples(st.integers(0, 90), st.integers(4, 20), st.integers(0, 90), st.integers(4, 20)).map(
    lambda r: (r[0], r[0] + r[1], r[2], r[2] + r[3])
)


@given(st.lists(rectangles, min_size=1, max_size=4))
def test_the_longer_side_of_the_box_has_20_pixels_and_the_mass_is_in_the_middle(drawn):
    image = mnist(strokes(*drawn))
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    box = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    assert 18 <= max(box) <= 20, "faint edges may round to nothing"
    for centre, first, last in zip(
        centre_of_mass(image), (rows[0], columns[0]), (rows[-1], columns[-1]), strict=True
    ):
        assert abs(centre - 14) <= 0.51 or first == 0 or last >= 27


@given(st.integers(0, 40), st.integers(0, 40))
def test_where_it_was_drawn_does_not_matter(down, right):
    shape = [(0, 60, 20, 30), (50, 60, 0, 30)]
    moved = [(a + down, b + down, c + right, d + right) for a, b, c, d in shape]
    assert np.array_equal(mnist(strokes(*moved)), mnist(strokes(*shape)))


def test_how_large_it_was_drawn_hardly_matters():
    small = mnist(strokes((10, 30, 10, 14), (10, 14, 10, 26)))
    large = mnist(strokes((10, 90, 10, 26), (10, 26, 10, 74)))
    assert np.abs(small.astype(int) - large).max() <= 1


def test_the_official_digits_come_out_as_they_went_in(official_data, monkeypatch):
    monkeypatch.setenv("OPTVIZ_DATA", official_data)
    images = datasets.load("mnist").test_images[:100].reshape(-1, 28, 28)
    for image in images:
        again = mnist(np.kron(image, np.ones((4, 4), np.uint8)))  # the same digit, drawn four times as large
        assert np.abs(image.astype(int) - again).max() <= 1


def test_a_digit_of_8_by_8_fills_its_height_with_counts_to_16():
    image = image_of(strokes((20, 100, 50, 70)), "digits")
    assert image.shape == (8, 8)
    assert image.max() == 16
    assert image.any(axis=1).all()
    assert image[:, [0, 1, 6, 7]].sum() == 0


@pytest.mark.parametrize("dataset", MAKERS)
def test_an_empty_drawing_is_no_image(dataset):
    assert image_of(strokes(), dataset) is None
    assert image_of(strokes() + np.uint8(9), dataset) is None, "dust"


@pytest.mark.parametrize("dataset", MAKERS)
@given(drawn=st.lists(rectangles, min_size=1, max_size=3))
def test_an_image_has_the_shape_and_the_range_of_its_data_set(dataset, drawn):
    info = datasets.DATASETS[dataset]
    image = image_of(strokes(*drawn), dataset)
    assert (image.shape, image.dtype) == (info.shape, np.uint8)
    assert image.max() <= info.white


# Answers

CONFIG = TrainingConfig("digits", (8,), epochs=3, dropout=(0.5,))


def test_answers_are_the_networks_probabilities_without_dropout(digits):
    trainer = Trainer(CONFIG, digits, CPU)
    pixels = digits.test_images[:5]
    trainer.model.eval()
    expected = trainer.model(torch.tensor(pixels).float() / 16).softmax(dim=1)
    found = answers(CONFIG, trainer.model.train(), pixels, CPU)
    assert torch.tensor(found) == pytest.approx(expected.detach(), abs=1e-4)


def drawn(digits, *numbers):
    return [Drawn(number, digits.test_images[number]) for number in numbers]


def test_a_new_drawing_is_answered_at_once_and_an_old_one_now_and_then(digits, monkeypatch):
    trainer = Trainer(CONFIG, digits, CPU)
    now = iter([10.0, 10.0, 10.1, 10.2, 10.2, 11.5, 11.5, 11.6])
    monkeypatch.setattr(answering.time, "perf_counter", lambda: next(now))
    asked = []
    answerer = answering.Answerer(CONFIG, trainer.model, CPU, lambda: asked)
    assert answerer.answer(0) == []
    asked = drawn(digits, 1)
    assert [a.drawings for a in answerer.answer(1)] == [(1,)]
    asked = drawn(digits, 1, 2)
    assert [a.drawings for a in answerer.answer(2)] == [(1, 2)]
    assert [a.step for a in answerer.answer(3)] == [3]


def test_drawings_do_not_disturb_the_training(digits):
    plain = list(train(CONFIG, digits, "cpu"))
    asked = list(train(CONFIG, digits, "cpu", asked=lambda: drawn(digits, 3, 4)))
    assert asked[-1].weights_hash == plain[-1].weights_hash
    told = [e for e in asked if isinstance(e, Answers)]
    assert told[-1].step == CONFIG.steps
    assert told[-1].drawings == (3, 4)


def test_every_racer_answers_and_its_last_answer_is_that_of_the_checkpoint(digits):
    config = TrainingConfig("digits", (8,), epochs=2, rivals=(rival("gd"), rival("gd", lr=0.5)))
    events = list(race(config, digits, "cpu", asked=lambda: drawn(digits, 5)))
    last = {e.racer: e for e in events if isinstance(e, Answers)}
    assert sorted(last) == [0, 1, 2]
    ends = {e.racer: e.step for e in events if isinstance(e, Finished)}
    assert {racer: e.step for racer, e in last.items()} == ends
    saved = [e for e in events if isinstance(e, Checkpoint)][-1]
    for racer, model in enumerate(networks(saved.data, config)):
        said = answers(config.alone(racer), model, digits.test_images[5:6], CPU)
        assert said[0] == pytest.approx(last[racer].probabilities[0], abs=1e-3)
