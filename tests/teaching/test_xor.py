"""XOR: gradients as torch computes them, and what a line and small networks can do."""

import numpy as np
import pytest

from optviz.settings.landscapes import landscape
from optviz.teaching import xor


@pytest.mark.parametrize("hidden", [0, 2, 4])
def test_loss_and_gradients_are_those_of_torch(hidden: int) -> None:
    torch = pytest.importorskip("torch")
    parameters = tuple(p + 0.1 for p in xor.first_parameters(hidden, 3))
    loss, gradients = xor.loss_and_gradients(parameters)
    tensors = [torch.tensor(p, requires_grad=True) for p in parameters]
    x, y = torch.tensor(xor.INPUTS), torch.tensor(xor.TARGETS)
    z = (torch.tanh(x @ tensors[0] + tensors[1]) if hidden else x) @ tensors[-2] + tensors[-1]
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
    theirs.backward()
    assert loss == pytest.approx(float(theirs.detach()), rel=1e-12)
    for ours, tensor in zip(gradients, tensors, strict=True):
        np.testing.assert_allclose(ours, tensor.grad.numpy(), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(xor.logits(parameters), z.detach().numpy(), rtol=1e-12)


def test_the_landscape_is_the_loss_of_a_linear_model_without_bias() -> None:
    objective = landscape("formula", xor.LINEAR_LOSS)
    for weights in ((0.0, 0.0), (1.5, -0.5), (-3.0, 2.0)):
        w = np.array(weights)
        loss, (gradient, _) = xor.loss_and_gradients((w, np.zeros(1)))
        assert float(objective.value(w)) == pytest.approx(loss, rel=1e-12)
        np.testing.assert_allclose(objective.gradient(w), gradient, rtol=1e-9, atol=1e-12)


def test_a_line_gets_three_points_right_and_no_more() -> None:
    assert xor.most_right_with_a_line() == 3
    # The mean of the four logits with signs is 0 whatever the weights: z₁ + z₄ = z₂ + z₃.
    z = xor.logits((np.array([0.3, -1.7]), np.array([0.9])))
    assert z[0] + z[3] == pytest.approx(z[1] + z[2])


def test_the_same_seed_begins_at_the_same_place_and_the_loss_falls() -> None:
    one, other = xor.trained(2, 5, steps=50), xor.trained(2, 5, steps=50)
    np.testing.assert_array_equal(one.losses, other.losses)
    assert one.losses.shape == (51,)
    assert one.losses[-1] < one.losses[0]
    assert xor.trained(2, 6, steps=1).losses[0] != one.losses[0]
