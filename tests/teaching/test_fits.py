"""Polynomials fitted by gradient descent: its step is that of torch, and it goes to the exact fit."""

import numpy as np
import pytest
from numpy.polynomial import legendre

from optviz.teaching import fits


def test_descent_goes_to_the_exact_fit_of_the_same_points() -> None:
    exact = fits.fitted(20, 1.5, 0)
    made = fits.descended(20, 1.5, 0, degree=3, rate=0.3, epochs=5000)
    assert made.train.shape == made.test.shape == (5001,)
    assert made.train[-1] == pytest.approx(exact.train[3], rel=1e-9)
    assert made.test[-1] == pytest.approx(exact.test[3], rel=1e-6)


def test_a_step_is_that_of_torch_on_the_mean_squared_error() -> None:
    torch = pytest.importorskip("torch")
    exact = fits.fitted(20, 1.5, 4)
    x = 2 * exact.x / (fits.HIGH - fits.LOW)
    columns = torch.tensor(legendre.legvander(x, 18))
    c = torch.zeros(19, dtype=torch.float64, requires_grad=True)
    sgd = torch.optim.SGD([c], lr=0.3)
    losses = []
    for _ in range(10):
        loss = torch.nn.functional.mse_loss(columns @ c, torch.tensor(exact.y))
        losses.append(float(loss.detach()))
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    made = fits.descended(20, 1.5, 4, degree=18, rate=0.3, epochs=9)
    np.testing.assert_allclose(made.train, losses, rtol=1e-9)
