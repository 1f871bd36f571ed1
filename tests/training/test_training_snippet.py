"""The script that is handed out trains the very same network."""

import io
import runpy
import subprocess
import sys
from contextlib import redirect_stdout

import pytest

from optviz.engine.rule_starters import STARTERS
from optviz.engine.schedules import SCHEDULES
from optviz.training.activations import ACTIVATIONS
from optviz.training.config import (
    NETWORK_OPTIMIZERS,
    TrainingConfig,
)
from optviz.training.datasets import load
from optviz.training.events import Progress
from optviz.training.initialisations import INITIALISATIONS
from optviz.training.loop import train
from optviz.training.losses import LOSSES
from optviz.training.proofs import weights_hash
from optviz.training.snippet import script


def of_script(config, tmp_path, monkeypatch, *arguments):
    """The losses of each epoch and the hash of the weights, from the script."""
    path = tmp_path / "script.py"
    path.write_text(script(config))
    monkeypatch.setattr(sys, "argv", [str(path), *arguments])
    with redirect_stdout(io.StringIO()) as said:
        names = runpy.run_path(str(path))
    assert said.getvalue().count("test accuracy") == config.epochs
    return [loss for loss, _ in names["history"]], names["history"][-1][1], weights_hash(names["model"])


def of_run(config, dataset):
    """The same from `train`."""
    events = list(train(config, dataset, "cpu", every=600))
    means = [event.loss for event in events if isinstance(event, Progress)]
    return means, events[-1].test_accuracy, events[-1].weights_hash


OWN = {"optimizer": "own", "optimizer_text": STARTERS["adam"].for_networks}
COPIES = "d = x - old\nk = g + last/2\nold = x\nlast = g\nx = x - lr*k + d/100"  # hands on what it was given
VARIED = [
    TrainingConfig("digits", (20,), epochs=2, **OWN),
    TrainingConfig("digits", (20,), schedule="cosine", epochs=1, **OWN | {"optimizer_text": COPIES}),
    TrainingConfig("digits", (20, 12), optimizer="muon", schedule="cosine", epochs=1),
    TrainingConfig("digits", (20,), optimizer="adan", epochs=1),
    TrainingConfig("digits", (20,), optimizer="lion", schedule="warmup", epochs=1),
    *(
        TrainingConfig("digits", (20,), optimizer=key, epochs=2)
        for key, row in NETWORK_OPTIMIZERS.items()
        if row.torch
    ),
    *(TrainingConfig("digits", (20, 12), schedule=key, dropout=(0.2, 0.5), epochs=2) for key in SCHEDULES),
    *(TrainingConfig("digits", (20,), activation=key, epochs=1) for key in ACTIVATIONS),
    *(TrainingConfig("digits", (20,), initialisation=key, seed=5, epochs=1) for key in INITIALISATIONS),
    *(TrainingConfig("digits", (), loss=key, batch_size=500, weight_decay=0.01, epochs=2) for key in LOSSES),
]


@pytest.mark.parametrize("config", VARIED, ids=lambda config: script(config).split('"""')[1].split("\n")[0])
def test_a_script_gives_the_same_losses_and_bit_by_bit_the_same_weights(
    config, digits, tmp_path, monkeypatch
):
    losses, accuracy, weights = of_script(config, tmp_path, monkeypatch)
    means, test_accuracy, weights_of_run = of_run(config, digits)
    assert losses == pytest.approx(means, rel=1e-5)
    assert accuracy == pytest.approx(test_accuracy, abs=1e-6)
    assert weights == weights_of_run


def test_a_script_reads_the_official_files(official_data, tmp_path, monkeypatch):
    monkeypatch.setenv("OPTVIZ_DATA", official_data)
    config = TrainingConfig("fashion-mnist", (), optimizer="gd", batch_size=256, epochs=1)
    losses, accuracy, weights = of_script(config, tmp_path, monkeypatch, f"{official_data}/fashion-mnist")
    means, test_accuracy, weights_of_run = of_run(config, load("fashion-mnist"))
    assert losses == pytest.approx(means, rel=1e-5)
    assert accuracy == pytest.approx(test_accuracy, abs=1e-6)
    assert weights == weights_of_run


@pytest.mark.parametrize("config", [*VARIED[:12], TrainingConfig("mnist", schedule="warmup")], ids=str)
def test_a_script_is_tidy(config, tmp_path):
    path = tmp_path / "script.py"
    path.write_text(script(config))
    rules = ["--isolated", "--line-length", "110"]
    for command in (["check", "--select", "E,F,W,I", *rules], ["format", "--check", *rules]):
        subprocess.run([sys.executable, "-m", "ruff", *command, str(path)], check=True, capture_output=True)
