"""Weight decay, the circle and the diamond, polynomial fits and dropout."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optviz.teaching.constraints import Bowl, lowest_in_circle, lowest_in_diamond
from optviz.teaching.dropout import drawn, dropout, mask
from optviz.teaching.fits import MOST, fitted, truth
from optviz.teaching.weight_decay import (
    RATE,
    VERSIONS,
    decayed,
    examples,
    penalised,
    penalised_gradient,
    shrunk,
)

PRINTED = json.loads((Path(__file__).parents[1] / "printed-figures.json").read_text("utf-8"))["weight_decay"]
H = 1e-30


@pytest.mark.parametrize(("place", "key"), list(enumerate(VERSIONS)), ids=list(VERSIONS))
def test_the_printed_lengths_lie_where_99_percent_of_seeds_do(place: int, key: str) -> None:
    """The notes print the length of both programs: first that from scratch, then that with torch.optim."""
    for penalty, name in ((0.0, "norm_w_without"), (3.0, "norm_w_with_3")):
        norm = VERSIONS[key].norms[penalty]
        norms = np.array([decayed(penalty, "l2", s, version=key).norms[-1] for s in range(1000, 1100)])
        assert ((norm.low <= norms) & (norms <= norm.high)).mean() >= 0.99
        assert norm.printed == PRINTED[name][place]
        assert norm.low <= norm.printed <= norm.high
        # The interval is not wide for show: the seeds fill more than half of it.
        assert np.ptp(norms) > 0.5 * (norm.high - norm.low)


def test_the_gradient_with_the_penalty_is_that_of_complex_steps() -> None:
    random = np.random.default_rng(0)
    x, y, w, b = random.normal(size=(5, 4)), random.normal(size=5), random.normal(size=4), 0.3
    by_w, by_b = penalised_gradient(w, b, x, y, 3.0)
    steps = [penalised(w + 1j * H * np.eye(4)[i], b, x, y, 3.0).imag / H for i in range(4)]
    np.testing.assert_allclose(by_w, steps, rtol=1e-13)
    assert by_b == pytest.approx(penalised(w, b + 1j * H, x, y, 3.0).imag / H, rel=1e-13)


@pytest.mark.parametrize("key", VERSIONS)
def test_the_training_is_that_of_torch(key: str) -> None:
    torch = pytest.importorskip("torch")
    x, y, random = examples(5)
    w = torch.tensor(random.normal(size=200), requires_grad=True)
    b = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    if key == "concise":
        b = torch.tensor([random.normal()], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([{"params": [w], "weight_decay": 3.0}, {"params": [b]}], lr=RATE)
    inputs, targets = torch.tensor(x), torch.tensor(y)
    for _ in range(3):
        order = random.permutation(20)
        for start in range(0, 20, 5):
            batch = order[start : start + 5]
            optimizer.zero_grad()
            error = inputs[batch] @ w + b - targets[batch]
            loss = torch.nn.functional.mse_loss(error, torch.zeros_like(error))
            (loss if key == "concise" else loss / 2).backward()
            optimizer.step()
    ours = decayed(3.0, "l2", 5, epochs=3, version=key)
    np.testing.assert_allclose(ours.weights, w.detach(), rtol=1e-10)
    assert ours.bias == pytest.approx(float(b.detach()), rel=1e-10)


def test_torch_s_weight_decay_is_the_gradient_of_half_the_squared_length() -> None:
    torch = pytest.importorskip("torch")
    w = torch.tensor([2.0, -3.0], requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1, weight_decay=0.5)
    (w.sum() * 0).backward()
    optimizer.step()
    assert w.tolist() == pytest.approx([2.0 - 0.1 * 0.5 * 2.0, -3.0 + 0.1 * 0.5 * 3.0])


def test_without_a_penalty_the_examples_are_learned_by_heart_and_nothing_else() -> None:
    free, held = decayed(0.0), decayed(3.0)
    assert free.train[-1] < 1e-4
    assert free.test[-1] > 10
    assert held.test[-1] < free.test[-1] / 100
    for seed in range(10):  # “hardly moves”, as the page says
        test = decayed(0.0, seed=seed).test
        assert 0.8 < test[-1] / test[0] < 1
    assert len(free.train) == len(free.test) == len(free.norms) == 101
    assert free.weights.tolist() == decayed(0.0, "l1").weights.tolist()


def test_l1_makes_weights_exactly_zero_and_l2_none() -> None:
    assert decayed(1.0, "l1").zeros > 100
    assert decayed(1.0, "l2").zeros == 0


def test_another_penalty_is_refused() -> None:
    with pytest.raises(ValueError, match="there is l1, l2"):
        decayed(1.0, "l3")
    with pytest.raises(KeyError):
        decayed(1.0, version="third")


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=5), st.floats(0, 3))
def test_the_proximal_step_is_the_lowest_place_of_its_own_problem(values: list[float], by: float) -> None:
    w = np.array(values)
    found = shrunk(w, by)

    def height(v: np.ndarray) -> np.ndarray:
        return (v - w) ** 2 / 2 + by * np.abs(v)

    for other in (found + 1e-3, found - 1e-3, np.zeros_like(w), w):
        assert (height(found) <= height(other) + 1e-12).all()


BOWLS = st.builds(
    Bowl, st.tuples(st.floats(-3, 3), st.floats(-3, 3)), st.floats(-0.9, 0.9)
)  # fmt: skip


@given(bowl=BOWLS, radius=st.floats(0.05, 4))
def test_nothing_inside_the_bound_is_lower(bowl: Bowl, radius: float) -> None:
    angle = np.linspace(0, 2 * np.pi, 721)
    circle = radius * np.stack([np.cos(angle), np.sin(angle)], -1)
    corners = radius * np.array([[1, 0], [0, 1], [-1, 0], [0, -1], [1, 0]])
    share = np.linspace(0, 1, 181)[:, None]
    diamond = np.concatenate([a + share * (b - a) for a, b in pairwise(corners)])
    for bound, edge, length in (
        (lowest_in_circle(bowl, radius), circle, np.linalg.norm),
        (lowest_in_diamond(bowl, radius), diamond, lambda w: np.abs(w).sum()),
    ):
        assert length(np.array(bound.point)) <= radius * (1 + 1e-9)
        assert bound.loss <= float(bowl.value(edge).min()) + 1e-9
        assert bound.loss == pytest.approx(float(bowl.value(bound.point)), abs=1e-12)


@given(bowl=BOWLS, radius=st.floats(0.05, 4))
def test_the_penalty_leads_to_the_same_place(bowl: Bowl, radius: float) -> None:
    circle, diamond = lowest_in_circle(bowl, radius), lowest_in_diamond(bowl, radius)
    # L2: the gradient of the loss and λ w cancel. L1: it is −λ sign(w), and at most λ where w is 0.
    w = np.array(circle.point)
    np.testing.assert_allclose(bowl.gradient(w) + circle.penalty * w, 0, atol=1e-6)
    w, slope = np.array(diamond.point), bowl.gradient(np.array(diamond.point))
    on = np.abs(w) > 1e-9
    np.testing.assert_allclose(slope[on], -diamond.penalty * np.sign(w[on]), atol=1e-6)
    assert (np.abs(slope) <= diamond.penalty + 1e-9).all()


@pytest.mark.parametrize("radius", [1e-8, 0.5, 2.4166, 2.41660919471891])
def test_the_bound_holds_to_the_last_digits_for_small_and_large_penalties(radius: float) -> None:
    bowl = Bowl((1.0, 2.2), 0.4)
    found = lowest_in_circle(bowl, radius)
    np.testing.assert_allclose(np.hypot(*found.point), radius, rtol=1e-14)
    gradient = bowl.gradient(np.array(found.point))
    np.testing.assert_allclose(np.linalg.norm(gradient), found.penalty * radius, rtol=1e-6, atol=1e-15)


def test_a_radius_next_to_nothing_leaves_no_weights() -> None:
    found = lowest_in_circle(Bowl(), 5e-324)
    assert found.point == (0.0, 0.0)
    assert found.penalty == np.inf


def test_the_diamond_gives_zeros_where_the_circle_does_not() -> None:
    bowl = Bowl((1.0, 2.2), 0.4)
    assert lowest_in_diamond(bowl, 1.0).point == (0.0, 1.0)
    assert lowest_in_circle(bowl, 1.0).zeros == 0
    assert lowest_in_circle(bowl, 4.0).point == lowest_in_diamond(bowl, 4.0).point == bowl.centre
    for found in (lowest_in_circle(bowl, 0.0), lowest_in_diamond(bowl, 0.0)):
        assert found.point == (0.0, 0.0)


def test_the_training_error_falls_with_every_degree_and_the_test_error_turns() -> None:
    fits = fitted(20, 1.5, 0)
    assert (np.diff(fits.train) <= 1e-9).all()
    assert fits.best in (3, 4)
    assert fits.test[15] > 100 * fits.test[3]
    assert fits.test[0] > 5 * fits.test[3]


def test_without_noise_degree_three_finds_the_truth() -> None:
    fits, x = fitted(20, 0.0, 1), np.linspace(-2, 2, 50)
    for degree in (3, 6):
        np.testing.assert_allclose(fits.curve(degree, x), truth(x), atol=1e-8)
    assert fitted(5, 0.0, 1).longest == 4
    assert fitted(200, 0.0, 1).longest == MOST


@given(share=st.floats(0, 0.9), seed=st.integers(0, 2**31 - 1))
def test_dropout_keeps_the_mean(share: float, seed: int) -> None:
    layers = drawn(share, (6, 4), seed, draws=4000)
    # Five and a half standard errors of the mean of 4,000 draws, each with variance h² p/(1 − p).
    allowed = 5.5 * np.sqrt(share / (1 - share) / 4000)
    np.testing.assert_array_less(np.abs(layers.averages[-1] / layers.values - 1), allowed + 1e-12)
    np.testing.assert_allclose(layers.first, np.where(layers.kept[0], layers.values / (1 - share), 0))


def test_a_mask_switches_off_the_share_that_it_says() -> None:
    random = np.random.default_rng(1)
    assert mask(100_000, 0.2, random).mean() == pytest.approx(0.8, abs=0.006)
    assert mask((3, 4), 0.0, random).all()
    with pytest.raises(ValueError, match="below 1"):
        dropout(np.ones(3), np.ones(3, bool), 1.0)
