"""Activations: derivatives by complex step and against torch, no overflow, and what a chain leaves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optviz.teaching.activations import ACTIVATIONS, chain, sigmoid, sigmoid_derivative
from optviz.teaching.dying_units import trained

H = 1e-30
POINTS = np.array([-60.0, -12.5, -3.0, -0.7, -1e-3, 1e-3, 0.4, 2.0, 9.0, 60.0])


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_every_derivative_is_that_of_its_function(key: str) -> None:
    row = ACTIVATIONS[key]
    by_complex_step = row.function(POINTS + 1j * H).imag / H
    np.testing.assert_allclose(row.derivative(POINTS), by_complex_step, rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("key", [key for key, row in ACTIVATIONS.items() if row.torch])
def test_values_and_slopes_are_those_of_torch(key: str) -> None:
    torch = pytest.importorskip("torch")
    row = ACTIVATIONS[key]
    function = getattr(torch.nn.functional, row.torch, None) or getattr(torch, row.torch)
    z = torch.tensor(POINTS, dtype=torch.float64, requires_grad=True)
    found = function(z)
    found.sum().backward()
    # torch's softplus becomes linear beyond 20, where it differs by less than 3e-9 of the value.
    tolerance = 3e-9 if key == "softplus" else 1e-12
    np.testing.assert_allclose(row.function(POINTS), found.detach(), rtol=tolerance, atol=1e-15)
    np.testing.assert_allclose(row.derivative(POINTS), z.grad, rtol=tolerance, atol=1e-15)


@pytest.mark.parametrize("key", ACTIVATIONS)
@pytest.mark.parametrize("z", [-1e300, -1e5, -800.0, 0.0, 800.0, 1e5, 1e300])
def test_nothing_overflows(key: str, z: float) -> None:
    row = ACTIVATIONS[key]
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert np.isfinite(row.function(np.array([z]))).all()
        assert np.isfinite(row.derivative(np.array([z]))).all()


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_the_shape_is_kept(key: str) -> None:
    row = ACTIVATIONS[key]
    for shape in ((), (3,), (2, 0), (2, 3, 4)):
        assert np.shape(row.function(np.zeros(shape))) == shape
        assert np.shape(row.derivative(np.zeros(shape))) == shape


def test_the_largest_derivative_of_the_sigmoid_is_a_quarter_at_zero() -> None:
    z = np.linspace(-20, 20, 4001)
    slopes = sigmoid_derivative(z)
    assert slopes.max() == 0.25
    assert z[slopes.argmax()] == pytest.approx(0, abs=1e-12)


@given(st.floats(-700, 700))
def test_a_sigmoid_and_its_mirror_add_up_to_one(z: float) -> None:
    assert float(sigmoid(z) + sigmoid(-z)) == pytest.approx(1, abs=1e-15)


@given(
    key=st.sampled_from(list(ACTIVATIONS)),
    depth=st.integers(1, 8),
    weight=st.floats(-2, 2),
    x=st.floats(-3, 3),
)
def test_what_a_chain_leaves_is_the_derivative_of_the_whole(
    key: str, depth: int, weight: float, x: float
) -> None:
    row, value = ACTIVATIONS[key], x + 1j * H
    for _ in range(depth):
        value = row.function(weight * value)
    found = chain(key, depth, weight, x)
    assert found.left == pytest.approx(float(value.imag) / H, rel=1e-9, abs=1e-200)
    assert found.gradients[-1] == 1
    assert len(found.values) == len(found.factors) == len(found.gradients) == depth + 1


def test_ten_sigmoids_leave_less_than_a_millionth() -> None:
    assert 0 < chain("sigmoid", 10, 1.0, 0.5).left < 0.25**10
    assert chain("relu", 10, 1.0, 0.5).left == 1
    assert chain("relu", 10, -1.0, 0.5).left == 0


def test_a_large_rate_kills_every_relu_for_good_and_a_leak_still_learns() -> None:
    dead, leaky = trained("relu", 0.3, 0), trained("leaky_relu", 0.3, 0)
    assert dead.losses[0] != leaky.losses[0]  # 0.01 z is not 0
    assert dead.dead[-1] == dead.silent[-1] == 1
    assert leaky.dead[-1] == 0
    # Only the last bias learns: what is left is the variance of the targets.
    assert dead.losses[-1] == pytest.approx(np.sin(3 * np.linspace(-1, 1, 64)).var(), rel=1e-3)
    assert leaky.losses[-1] < dead.losses[-1] / 2
    gentle = trained("relu", 0.01, 0)
    assert gentle.dead[-1] == 0
    assert gentle.losses[-1] < gentle.losses[0] / 2


def test_dead_is_the_gradient_of_torch_and_silent_is_not() -> None:
    torch = pytest.importorskip("torch")
    for key, function in (("relu", torch.relu), ("leaky_relu", torch.nn.LeakyReLU(0.01))):
        random = np.random.default_rng(3)
        x = torch.linspace(-1, 1, 64, dtype=torch.float64)[:, None]
        w1 = torch.tensor(random.normal(0, 2**0.5, (1, 100)), requires_grad=True)
        b1 = torch.zeros(100, dtype=torch.float64, requires_grad=True)
        w2 = torch.tensor(random.normal(0, (2 / 100) ** 0.5, (100, 1)), requires_grad=True)
        b2 = torch.zeros(1, dtype=torch.float64, requires_grad=True)
        for _ in range(20):
            loss = ((function(x @ w1 + b1) @ w2 + b2 - torch.sin(3 * x)) ** 2).mean()
            found = torch.autograd.grad(loss, (w1, b1, w2, b2))
            none = ((found[0] == 0).all(dim=0) & (found[1] == 0)).double().mean()
            silent = ((x @ w1 + b1) < 0).all(dim=0).double().mean()
            with torch.no_grad():
                for parameter, gradient in zip((w1, b1, w2, b2), found, strict=True):
                    parameter -= 0.1 * gradient
        run = trained(key, 0.1, 3, steps=19)
        assert run.dead[-1] == pytest.approx(float(none))
        assert run.silent[-1] == pytest.approx(float(silent))
        assert silent > 0.5
        assert (none > 0.5) == (key == "relu")


def test_a_unit_that_was_silent_and_is_not_any_more_has_returned() -> None:
    assert all(trained("relu", 0.1, seed).returned == 0 for seed in range(4))
    assert max(trained("leaky_relu", 0.3, seed).returned for seed in range(4)) > 0


def test_a_training_that_overflows_says_where() -> None:
    run = trained("leaky_relu", 0.5, 0)
    assert run.broke_at == len(run.losses) == len(run.silent)
    assert np.isfinite(run.losses).all()
