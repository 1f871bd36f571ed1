"""The regression in batches: the notes' points, exact gradients, counts of updates, and what noise does."""

from collections.abc import Callable
from urllib.parse import parse_qsl

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from optviz.engine.hyperparameters import HyperparameterError
from optviz.engine.optimizers import ELEMENTWISE, OPTIMIZERS
from optviz.settings.fields import Number
from optviz.settings.landscapes import COORDINATE
from optviz.settings.link import fields_of
from optviz.settings.minibatches import VIEWS, MiniBatches, decode, encode
from optviz.settings.setups import Entrant
from optviz.teaching.line import (
    SAMPLES,
    batches,
    descend,
    descend_as_printed,
    landscape,
    make_data,
    noise_ball,
)

NOTES = make_data()


def test_the_points_are_those_of_the_notes() -> None:
    random = np.random.RandomState(0)
    x = 2 * random.rand(100, 1)
    y = 3 + 2 * x + 0.5 * random.randn(100, 1)
    np.testing.assert_array_equal(NOTES.x, x[:, 0])
    np.testing.assert_allclose(NOTES.y, y[:, 0], rtol=1e-15)
    np.testing.assert_allclose(NOTES.solution, np.polyfit(x[:, 0], y[:, 0], 1), rtol=1e-12)


@pytest.mark.parametrize(
    "batch", [None, [3], [0, 5, 99], np.arange(100)], ids=["all", "one", "three", "full"]
)
def test_the_gradient_is_exact_by_complex_steps_and_by_torch(batch: object) -> None:
    point = np.array([0.7, -1.3])
    x, y = (NOTES.x, NOTES.y) if batch is None else (NOTES.x[batch], NOTES.y[batch])
    found = NOTES.gradient(point, batch)

    def loss(w: complex, b: complex) -> complex:
        return np.mean((w * x + b - y) ** 2)

    h = 1e-30
    steps = [loss(point[0] + 1j * h, point[1]).imag / h, loss(point[0], point[1] + 1j * h).imag / h]
    np.testing.assert_allclose(found, steps, rtol=1e-12)
    both = torch.tensor(point, requires_grad=True)
    torch.nn.functional.mse_loss(both[0] * torch.tensor(x) + both[1], torch.tensor(y)).backward()
    np.testing.assert_allclose(found, both.grad.numpy(), rtol=1e-12)


def test_the_landscape_is_the_same_loss() -> None:
    points = np.random.default_rng(0).normal(size=(20, 2))
    objective = landscape(NOTES)
    np.testing.assert_allclose(objective.value(points), NOTES.loss(points), rtol=1e-10)
    np.testing.assert_allclose(objective.gradient(points), NOTES.gradient(points), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(objective.hessian(points)[0], NOTES.curvature, rtol=1e-12)
    np.testing.assert_allclose(NOTES.gradient(NOTES.solution), 0, atol=1e-12)
    assert objective.minima == (tuple(NOTES.solution),)


def test_fifty_epochs_are_as_many_updates_as_the_notes_say() -> None:
    updates = {name: run.updates for name, run in MiniBatches().run()}
    assert list(updates.values()) == [50, 250, 5000]


@pytest.mark.parametrize("size", [1, 7, 20, 100])
def test_an_epoch_takes_every_point_once(size: int) -> None:
    for shuffle in (True, False):
        picks = list(batches(SAMPLES, size, 3, shuffle=shuffle, seed=5))
        per_epoch = -(-SAMPLES // size)
        assert len(picks) == 3 * per_epoch
        for epoch in range(3):
            seen = np.concatenate(picks[epoch * per_epoch : (epoch + 1) * per_epoch])
            assert sorted(seen) == list(range(SAMPLES))


def test_shuffling_changes_the_order_and_only_the_seed_changes_the_shuffling() -> None:
    def orders(shuffle: bool, seed: int) -> list:
        return [b.tolist() for b in batches(SAMPLES, 50, 2, shuffle=shuffle, seed=seed)]

    assert orders(True, 1) == orders(True, 1) != orders(True, 2)
    assert orders(False, 1) == orders(False, 2)
    assert orders(True, 1)[0] != orders(True, 1)[2], "another order in the next epoch"


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_a_batch_of_all_points_is_batch_descent_with_any_optimizer(key: str) -> None:
    optimizer = OPTIMIZERS[key]
    run = descend(NOTES, key, (1.0, -1.0), batch_size=100, epochs=12, lr=0.01)
    x, state = np.array([1.0, -1.0]), [np.zeros(2)] * len(optimizer.state)
    values = optimizer.complete({"lr": 0.01})
    for t in range(1, 13):
        x, *state = optimizer.step(x, NOTES.gradient(x), t, *state, **values)
        np.testing.assert_allclose(run.points[t], x, rtol=1e-9)
    assert run.noise < 1e-12


def test_a_run_says_what_it_stepped_along() -> None:
    run = descend(NOTES, "gd", batch_size=30, epochs=4, seed=3, lr=0.05)
    picks = list(batches(SAMPLES, 30, 4, shuffle=True, seed=3))
    for t, pick in enumerate(picks):
        np.testing.assert_allclose(run.batch_gradients[t], NOTES.gradient(run.points[t], pick), rtol=1e-10)
        np.testing.assert_allclose(
            run.points[t + 1], run.points[t] - 0.05 * run.batch_gradients[t], rtol=1e-12
        )
    np.testing.assert_allclose(run.losses, NOTES.loss(run.points), rtol=1e-12)
    np.testing.assert_allclose(run.gradients, NOTES.gradient(run.points), rtol=1e-12)
    assert run.seen.tolist() == [0, *np.cumsum([len(p) for p in picks])]
    apart = run.batch_gradients - run.gradients[:-1]
    assert run.noise == pytest.approx(np.sqrt((apart**2).sum(axis=1).mean()))


def test_the_loop_of_the_notes_is_batch_descent_five_times_an_epoch() -> None:
    printed = descend_as_printed(NOTES, "gd", batch_size=20, epochs=50, lr=0.01)
    batch = descend(NOTES, "gd", batch_size=100, epochs=250, lr=0.01)
    assert printed.updates == batch.updates == 250
    np.testing.assert_allclose(printed.points, batch.points, rtol=1e-10)
    assert printed.noise < 1e-12 < 0.1 < descend(NOTES, "gd", batch_size=20, epochs=50, lr=0.01).noise


def test_a_run_that_overflows_ends_there() -> None:
    run = descend(NOTES, "gd", batch_size=1, epochs=200, lr=5.0)
    assert run.broke_at == run.updates + 1
    assert np.isfinite(run.points).all()


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"batch_size": 0}, ValueError),
        ({"batch_size": 101}, ValueError),
        ({"epochs": -1}, ValueError),
        ({"start": (1.0,)}, ValueError),
        ({"start": (np.nan, 0.0)}, ValueError),
        ({"lr": -1.0}, HyperparameterError),
        ({"beta1": 0.9}, HyperparameterError),
    ],
)
def test_senseless_arguments_are_refused(more: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        descend(NOTES, "gd", **{"batch_size": 10, "epochs": 1, **more})


def test_the_noise_ball_shrinks_with_rate_and_batch() -> None:
    rates, sizes = (0.02, 0.08), (2, 8, 100)
    radii = noise_ball(NOTES, "gd", rates, sizes, updates=800, runs=48)
    assert radii[:2, 1] / radii[:2, 0] == pytest.approx([2.0, 2.0], rel=0.25), "as the root of the rate"
    # Batches without repetition of n of 100 points: the variance of their mean goes as 1/n - 1/100.
    expected = np.sqrt((1 / 2 - 1 / 100) / (1 / 8 - 1 / 100))
    assert radii[0] / radii[1] == pytest.approx([expected] * 2, rel=0.25)
    assert (radii[2] < 1e-12).all()


def test_a_noise_ball_that_overflows_is_infinite() -> None:
    assert noise_ball(NOTES, "gd", (10.0,), (1,), updates=400, runs=2)[0, 0] == np.inf


def _within(h: object) -> st.SearchStrategy:
    return st.integers(int(h.low), int(h.high)) if h.integer else st.floats(h.low, h.high)


@st.composite
def drawn(draw: Callable) -> MiniBatches:
    key = draw(st.sampled_from(list(ELEMENTWISE)))
    values = tuple((h.name, draw(_within(h))) for h in OPTIMIZERS[key].hyperparameters)
    numbers = {f.name: draw(_within(f.kind)) for f in fields_of(MiniBatches) if isinstance(f, Number)}
    return MiniBatches(
        **numbers,
        start=(draw(_within(COORDINATE)), draw(_within(COORDINATE))),
        optimizer=Entrant(key, values),
        shuffle=draw(st.booleans()),
        log_loss=draw(st.booleans()),
        view=draw(st.sampled_from(list(VIEWS))),
    )


@settings(max_examples=150, deadline=None)
@given(drawn())
def test_a_link_gives_back_exactly_its_settings(wanted: MiniBatches) -> None:
    assert decode(encode(wanted)) == (wanted, [])


# Links that were handed out once. They must open the same settings for ever: add rows, change none.
GOLDEN = {
    "v=1&slope=2.0&intercept=3.0&scatter=0.5&data=0&batch=20&epochs=50&seed=0&start=0.0_0.0&o=gd_lr_0.01"
    "&order=shuffled&loss=log&view=kinds": MiniBatches(),
    "v=1&slope=-1.5&intercept=0.0&scatter=2.0&data=7&batch=1&epochs=3&seed=9&start=-4.0_1e-05"
    "&o=momentum_lr_0.05_momentum_0.5&order=fixed&loss=linear&view=loop": MiniBatches(
        -1.5, 0.0, 2.0, 7, 1, 3, 9, (-4.0, 1e-5), Entrant("momentum", (("lr", 0.05), ("momentum", 0.5))),
        False, False, "loop",
    ),
}  # fmt: skip


@pytest.mark.parametrize("link", GOLDEN)
def test_a_golden_link_opens_the_same_settings_for_ever(link: str) -> None:
    assert decode(dict(parse_qsl(link, strict_parsing=True))) == (GOLDEN[link], [])


BAD = {
    "another version": ({"v": "2"}, "version “2”"),
    "half a point": ({"v": "1", "batch": "0.5"}, "not a whole number"),
    "too many epochs": ({"v": "1", "epochs": "1e9"}, "out of range"),
    "an unknown optimizer": ({"v": "1", "o": "sophia_lr_1"}, "“sophia” is unknown"),
    "an unknown order": ({"v": "1", "order": "sorted"}, "none of shuffled, fixed"),
    "a start of one number": ({"v": "1", "start": "1"}, "is not 2 numbers"),
    "an unknown key": ({"v": "1", "zoom": "3"}, "“zoom” is not known"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_used_is_replaced_and_named(name: str) -> None:
    link, sentence = BAD[name]
    found, complaints = decode(link)
    assert any(sentence in complaint for complaint in complaints), complaints
    assert decode(encode(found)) == (found, [])


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([*encode(MiniBatches()), "zz"]), st.text(max_size=40), max_size=10))
def test_no_link_whatever_raises(link: dict) -> None:
    found, _ = decode(link)
    assert decode(encode(found)) == (found, [])
