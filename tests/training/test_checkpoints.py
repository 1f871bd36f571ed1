"""A checkpoint gives back what was saved, and one that does not belong to the run is refused."""

import json

import pytest
import torch
from safetensors.torch import load, save

from optviz.training.checkpoints import CheckpointError, unpack, weights
from optviz.training.config import TrainingConfig, encode
from optviz.training.loop import Trainer, train
from optviz.training.proofs import weights_hash

CPU = torch.device("cpu")
CONFIG = TrainingConfig("digits", (16, 8), epochs=1, dropout=(0.1, 0.0))


@pytest.fixture(scope="module")
def trainer(digits):
    trainer = Trainer(CONFIG, digits, CPU)
    list(trainer.train_for(0))
    return trainer


def test_a_checkpoint_gives_back_what_was_saved(trainer):
    saved = unpack(trainer.save(), CONFIG)
    assert saved.step == trainer.step == 1
    assert saved.elapsed == trainer.elapsed
    assert torch.equal(saved.random, trainer.generator.get_state())
    for name, tensor in trainer.model.state_dict().items():
        assert torch.equal(saved.model[name], tensor)
    assert set(saved.optimizer[0]) == {"step", "exp_avg", "exp_avg_sq"}


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (TrainingConfig("digits", (16, 9), epochs=1, dropout=(0.1, 0.0)), "hidden is 16_8, not 16_9"),
        (TrainingConfig("mnist", (16, 8), epochs=1, dropout=(0.1, 0.0)), "data is digits, not mnist"),
        (TrainingConfig("digits", (16, 8), epochs=1, dropout=(0.1, 0.0), seed=1), "seed is 0, not 1"),
        (
            TrainingConfig("digits", (16, 8), epochs=1, dropout=(0.1, 0.0), optimizer="gd"),
            r"opt is adam, not gd.*and more|opt is adam, not gd",
        ),
    ],
)
def test_a_checkpoint_of_another_configuration_is_refused_and_the_difference_named(trainer, other, words):
    with pytest.raises(CheckpointError, match=f"another configuration: in it, .*{words}"):
        unpack(trainer.save(), other)


def with_link(data, link):
    """The same checkpoint with another text for its configuration."""
    return save(load(data), {**metadata(data), "config": json.dumps(link)})


def test_a_checkpoint_whose_configuration_is_spelled_otherwise_is_taken_up(trainer, digits):
    link = encode(CONFIG)
    spelled = {**dict(reversed(link.items())), "drop": "0.10_0", "o.lr": "1e-3", "wd": "0", "batch": "32.0"}
    assert spelled != link
    data = with_link(trainer.save(), spelled)
    assert unpack(data, CONFIG).config == CONFIG
    events = list(train(CONFIG, digits, "cpu", data))
    assert events[0].resumed_at == 1
    assert events[-1].weights_hash == list(train(CONFIG, digits, "cpu"))[-1].weights_hash


def test_a_checkpoint_of_another_version_is_refused_although_the_rest_would_fit(trainer):
    link = {**encode(CONFIG), "act": "newer"}  # read as ReLU, which is what CONFIG has
    with pytest.raises(CheckpointError, match=r"another version of optviz.*newer"):
        unpack(with_link(trainer.save(), link), CONFIG)


@pytest.mark.parametrize("link", [[], 3, None, "v=1"], ids=str)
def test_a_checkpoint_whose_configuration_is_no_link_is_damaged(trainer, link):
    with pytest.raises(CheckpointError, match="damaged"):
        unpack(with_link(trainer.save(), link), CONFIG)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"no safetensors",
        lambda data: data[:100],
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: b"\xff" * 8 + data[8:],
        lambda data: data.replace(b'"step":"1"', b'"step":"x"'),
        lambda data: data.replace(b'"step":"1"', b'"step":"9"').replace(b'"9"', b'"-"'),
        lambda data: data.replace(b"exp_avg_sq", b"exp_avg_\xff\xff"),
    ],
)
def test_a_damaged_checkpoint_is_refused(trainer, damage):
    with pytest.raises(CheckpointError, match="damaged"):
        unpack(damage(trainer.save()), CONFIG)


def test_a_step_outside_the_run_is_refused(trainer):
    data = trainer.save()
    for step, sentence in (("-1", "outside the run"), (str(CONFIG.steps + 1), "outside the run")):
        with pytest.raises(CheckpointError, match=sentence):
            unpack(save(load(data), {**metadata(data), "step": step}), CONFIG)


def test_another_safetensors_file_is_refused():
    with pytest.raises(CheckpointError, match="no checkpoint"):
        unpack(save({"weight": torch.zeros(3)}), CONFIG)


def test_tensors_of_another_shape_are_refused(trainer, digits):
    data = trainer.save()
    tensors = load(data)
    tensors["model.0.weight"] = torch.zeros(3, 3)
    with pytest.raises(CheckpointError, match="does not fit"):
        next(train(CONFIG, digits, "cpu", save(tensors, metadata(data))))


def test_the_weights_alone_are_the_networks_state(trainer):
    state = load(weights(trainer.save()))
    assert state.keys() == trainer.model.state_dict().keys()
    fresh = torch.nn.Sequential(
        torch.nn.Linear(64, 16),
        torch.nn.ReLU(),
        torch.nn.Dropout(0.1),
        torch.nn.Linear(16, 8),
        torch.nn.ReLU(),
        torch.nn.Linear(8, 10),
    )
    fresh.load_state_dict(state)
    assert weights_hash(fresh) == weights_hash(trainer.model)
    with pytest.raises(CheckpointError, match="damaged"):
        weights(b"nothing")


def metadata(data):
    return json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
