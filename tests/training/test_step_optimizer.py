"""Steps of the engine on a network's tensors: where torch has the optimizer too, the weights are the same."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from optviz.engine.optimizers import ELEMENTWISE, OPTIMIZERS
from optviz.engine.own_optimizer import own_optimizer
from optviz.training.step_optimizer import StepOptimizer
from tests.engine.rule_texts import with_sliders

STEPS = 12


def network(dtype: torch.dtype) -> torch.nn.Module:
    torch.manual_seed(1)
    layers = torch.nn.Linear(6, 5), torch.nn.Tanh(), torch.nn.Linear(5, 3)
    return torch.nn.Sequential(*layers).to(dtype)


def trained(make, dtype: torch.dtype = torch.float64) -> list[np.ndarray]:
    """The weights after some steps of the optimizer that `make` makes."""
    net, draw = network(dtype), torch.Generator().manual_seed(2)
    optimizer = make(net.parameters())
    for t in range(STEPS):
        images = torch.randn(8, 6, generator=draw, dtype=torch.float64).to(dtype)
        labels = torch.randint(3, (8,), generator=draw)
        optimizer.param_groups[0]["lr"] = 0.01 * 0.9**t
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(images), labels).backward()
        optimizer.step()
    return [p.detach().numpy() for p in net.parameters()]


@pytest.fixture
def double_precision() -> Iterator[None]:
    """torch keeps the scalars in a state (NAdam's product, ASGD's rate) in its default type."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("key", [key for key, row in OPTIMIZERS.items() if row.torch])
def test_a_rule_written_as_text_trains_as_torch_does(key: str) -> None:
    row = OPTIMIZERS[key]
    own = own_optimizer(with_sliders(key))
    ours = trained(lambda weights: StepOptimizer(weights, own, row.defaults))
    torchs = getattr(torch.optim, row.torch)
    theirs = trained(lambda weights: torchs(weights, **row.torch_keywords(row.defaults)))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_a_row_and_its_text_train_alike(key: str) -> None:
    row = OPTIMIZERS[key]
    ours, theirs = (
        trained(lambda weights, rule=rule: StepOptimizer(weights, rule, row.defaults), torch.float32)
        for rule in (own_optimizer(with_sliders(key)), row)
    )
    for a, b in zip(ours, theirs, strict=True):
        assert a.dtype == np.float32
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


def test_the_state_can_be_saved_and_brought_back() -> None:
    own = own_optimizer(with_sliders("adam"))
    net = network(torch.float32)
    optimizer = StepOptimizer(net.parameters(), own, own.defaults)
    net(torch.ones(2, 6)).sum().backward()
    optimizer.step()
    again = StepOptimizer(net.parameters(), own, own.defaults)
    again.load_state_dict(optimizer.state_dict())
    for p in net.parameters():
        assert again.state[p]["step"] == 1
        assert torch.equal(again.state[p]["m"], optimizer.state[p]["m"])


def test_a_division_by_zero_is_infinite_and_no_error() -> None:
    own = own_optimizer("x = x - lr*g/(t - 1)")
    weights = trained(lambda given: StepOptimizer(given, own, own.defaults))
    assert not np.isfinite(weights[0]).all()
