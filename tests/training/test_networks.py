"""Networks begin as torch's own would, and their losses are what their names say."""

import inspect
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from optviz.training.config import (
    NETWORK_OPTIMIZERS,
    TrainingConfig,
    takes_weight_decay,
)
from optviz.training.initialisations import INITIALISATIONS
from optviz.training.layers import describe
from optviz.training.losses import LOSSES
from optviz.training.networks import (
    Dropout,
    build,
    build_optimizer,
    loss_function,
    optimizer_class,
    probabilities,
)

CPU = torch.device("cpu")


def network(config):
    return build(config, CPU, torch.Generator().manual_seed(config.seed))


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.integers(1, 300), max_size=6).map(tuple),
    st.sampled_from(["digits", "mnist", "fashion-mnist"]),
)
def test_parameters_are_counted_without_building(hidden, dataset):
    config = TrainingConfig(dataset, hidden, epochs=1)
    counted = sum(parameter.numel() for parameter in network(config).parameters())
    assert config.parameters == counted
    assert sum(layer.parameters for layer in describe(config)) == counted


def test_a_drawing_knows_every_layer():
    layers = describe(TrainingConfig("mnist", (512, 256), dropout=(0.2, 0.0), loss="mse_sigmoid"))
    assert [layer.units for layer in layers] == [784, 512, 256, 10]
    assert [layer.activation for layer in layers] == ["", "ReLU", "ReLU", "Sigmoid"]
    assert [layer.dropout for layer in layers] == [0.0, 0.2, 0.0, 0.0]


def test_softmax_regression_has_one_layer():
    model = network(TrainingConfig("digits", ()))
    assert [type(layer) for layer in model] == [nn.Linear]


def test_the_first_weights_are_those_of_torch_with_the_same_seed():
    torch.manual_seed(3)
    torchs_own = nn.Sequential(nn.Linear(64, 20), nn.ReLU(), nn.Linear(20, 10))
    ours = network(TrainingConfig("digits", (20,), seed=3))
    for mine, theirs in zip(ours.parameters(), torchs_own.parameters(), strict=True):
        assert torch.equal(mine, theirs)


@pytest.mark.parametrize(
    ("how", "deviation"),
    [
        ("torch", 1 / math.sqrt(3 * 784)),
        ("he", math.sqrt(2 / 784)),
        ("xavier", math.sqrt(2 / (784 + 400))),
        ("normal", 0.01),
    ],
)
def test_first_weights_spread_as_described(how, deviation):
    first = network(TrainingConfig("mnist", (400,), initialisation=how))[0]
    assert first.weight.std().item() == pytest.approx(deviation, rel=0.02)
    assert abs(first.weight.mean().item()) < deviation / 100
    assert (first.bias.abs().max().item() == 0) == (how != "torch")


def test_every_initialisation_was_looked_at():
    assert set(INITIALISATIONS) == {"torch", "he", "xavier", "normal"}


def test_dropout_draws_the_masks_of_torch():
    x = torch.rand(50, 40)
    torch.manual_seed(5)
    theirs = nn.Dropout(0.3)(x)
    ours = Dropout(0.3, torch.Generator().manual_seed(5))
    assert torch.equal(ours(x), theirs)
    assert torch.equal(ours.eval()(x), x)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_is_the_mean_that_it_says(loss):
    config = TrainingConfig("digits", (), loss=loss)
    logits, labels = torch.randn(7, 10, dtype=torch.float64), torch.arange(7)
    shares = probabilities(config, logits)
    if loss == "cross_entropy":
        expected = -sum(math.log(shares[i, labels[i]]) for i in range(7)) / 7
    else:
        expected = sum((shares[i, j] - float(j == labels[i])) ** 2 for i in range(7) for j in range(10)) / 70
    assert float(loss_function(config)(logits, labels)) == pytest.approx(float(expected), rel=1e-12)


def test_softmax_shares_add_up_to_one_and_sigmoids_need_not():
    logits = torch.randn(5, 10)
    assert probabilities(TrainingConfig(), logits).sum(dim=1) == pytest.approx(torch.ones(5))
    assert probabilities(TrainingConfig(loss="mse_sigmoid"), logits).equal(logits.sigmoid())


@pytest.mark.parametrize("optimizer", NETWORK_OPTIMIZERS)
def test_weight_decay_may_be_set_where_torch_takes_it(optimizer):
    kind = optimizer_class(TrainingConfig(optimizer=optimizer))
    own = "weight_decay" in NETWORK_OPTIMIZERS[optimizer].torch_arguments
    assert takes_weight_decay(optimizer) == ("weight_decay" in inspect.signature(kind).parameters and not own)


def test_weight_decay_reaches_the_optimizer():
    config = TrainingConfig(optimizer="gd", weight_decay=0.25)
    optimizer = build_optimizer(config, network(config), CPU)
    assert optimizer.param_groups[0]["weight_decay"] == 0.25
    assert optimizer.param_groups[0]["fused"]
