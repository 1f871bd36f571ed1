"""An activation, a loss and an initialisation are one row each: nothing else has to know of a new one."""

import runpy
from contextlib import redirect_stdout
from io import StringIO

import pytest
import torch
from torch import nn

from optviz.training.activations import ACTIVATIONS, Activation
from optviz.training.config import TrainingConfig, decode, encode
from optviz.training.events import Finished, Progress
from optviz.training.initialisations import INITIALISATIONS, Initialisation
from optviz.training.layers import describe
from optviz.training.loop import train
from optviz.training.losses import LOSSES, SIGMOID, Loss
from optviz.training.networks import build, loss_function, probabilities
from optviz.training.proofs import weights_hash
from optviz.training.snippet import script
from optviz.training.torch_calls import TorchCall

ELU = Activation("elu", "ELU", "Bends smoothly down to -2.", TorchCall("ELU", {"alpha": 2.0}))
MARGIN = Loss(
    "margin", "Margin", "Every wrong class stays below the right one.", TorchCall("multi_margin_loss")
)
BCE = Loss(
    "bce",
    "Binary cross entropy",
    "A yes or no for each class.",
    TorchCall("binary_cross_entropy_with_logits", {"reduction": "sum"}),
    output=SIGMOID,
    targets="one-hot",
)
SELDOM = Initialisation("trunc", "Truncated", "Normal, cut off.", TorchCall("trunc_normal_", {"std": 0.05}))


@pytest.mark.parametrize(
    ("table", "row", "setting"),
    [
        (ACTIVATIONS, ELU, "activation"),
        (LOSSES, MARGIN, "loss"),
        (LOSSES, BCE, "loss"),
        (INITIALISATIONS, SELDOM, "initialisation"),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_a_new_row_is_linked_trained_and_exported(table, row, setting, digits, tmp_path, monkeypatch):
    monkeypatch.setitem(table, row.key, row)
    config = TrainingConfig("digits", (20,), epochs=2, **{setting: row.key})
    assert decode(encode(config)) == (config, [])

    events = list(train(config, digits, "cpu", every=600))
    assert isinstance(events[-1], Finished)
    means = [event.loss for event in events if isinstance(event, Progress)]
    assert means[1] < means[0]

    path = tmp_path / "script.py"
    path.write_text(script(config))
    with redirect_stdout(StringIO()):
        names = runpy.run_path(str(path))
    assert [loss for loss, _ in names["history"]] == pytest.approx(means, rel=1e-5)
    assert weights_hash(names["model"]) == events[-1].weights_hash


def test_a_new_activation_is_in_the_network_and_in_its_drawing(monkeypatch):
    monkeypatch.setitem(ACTIVATIONS, "elu", ELU)
    config = TrainingConfig("digits", (5,), "elu")
    layer = build(config, torch.device("cpu"), torch.Generator())[1]
    assert isinstance(layer, nn.ELU)
    assert layer.alpha == 2.0
    assert describe(config)[1].activation == "ELU"


def test_a_new_loss_gets_the_logits_and_targets_that_its_row_says(monkeypatch):
    monkeypatch.setitem(LOSSES, "bce", BCE)
    config = TrainingConfig("digits", (), loss="bce")
    logits, labels = torch.randn(6, 10), torch.arange(6)
    wanted = nn.BCEWithLogitsLoss(reduction="sum")(logits, torch.eye(10)[labels])
    assert loss_function(config)(logits, labels) == wanted
    assert torch.equal(probabilities(config, logits), logits.sigmoid())
    assert describe(config)[-1].activation == "Sigmoid"


@pytest.mark.parametrize("table", [ACTIVATIONS, LOSSES, INITIALISATIONS])
def test_every_row_stands_under_its_own_key(table):
    assert all(row.key == key for key, row in table.items())


def test_a_call_is_written_as_a_formatter_would():
    call = TorchCall("f", {"a": "relu", "b": 0.5, "c": None})
    assert call.source("x") == 'f(x, a="relu", b=0.5, c=None)'
