"""A fork goes on from its parent's weights exactly, and only the same optimizer keeps its memory."""

import itertools
import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load, save
from torch import nn

from optviz.training.checkpoints import CheckpointError, flat_weights, forked, unpack, unpack_race
from optviz.training.config import TrainingConfig
from optviz.training.events import Checkpoint, Evaluation, Finished, Progress, Started
from optviz.training.forks import Origin
from optviz.training.loop import batch_order, train
from optviz.training.networks import build
from optviz.training.race import race
from optviz.training.rivals import rival

PARENT = TrainingConfig("digits", (16,), batch_size=100, epochs=3)  # 15 steps an epoch
STEP = 20


def stopped(config, dataset, step=STEP):
    """The checkpoint of a run that was stopped after so many steps."""
    asked = itertools.count(1)
    control = lambda: "stop" if next(asked) == step else "run"  # noqa: E731
    *_, last = train(config, dataset, "cpu", every=0, control=control)
    assert isinstance(last, Checkpoint)
    return last


@pytest.fixture(scope="module")
def parent(digits):
    return stopped(PARENT, digits)


def origin(config=PARENT, racer=0, step=STEP):
    return Origin("abcdefghjkmn", config, racer, step)


def fork(parent, config, dataset, run=train, **keywords):
    began = forked(parent.data, origin(), config)
    return list(run(config, dataset, "cpu", resume=began, **keywords))


def test_the_first_step_of_a_fork_goes_on_from_the_parents_weights(parent, digits):
    child = replace(PARENT, optimizer="gd", optimizer_values=(("lr", 0.25),), batch_size=40, epochs=5)
    first = origin().first_step(child)
    assert first == 36 + 500 // 40, "after one epoch of 36 batches, and the whole batches of 500 images"
    model = build(PARENT, torch.device("cpu"), torch.Generator())
    nn.utils.vector_to_parameters(torch.tensor(flat_weights(parent.data, PARENT)), model.parameters())
    answers = model(torch.tensor(digits.test_images) / 16).argmax(dim=1)
    right = int((answers == torch.tensor(digits.test_labels)).sum())
    images, labels = torch.tensor(digits.train_images) / 16, torch.tensor(digits.train_labels)
    batch = batch_order(0, 1, len(labels))[12 * 40 : 13 * 40]
    loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
    loss.backward()
    torch.optim.SGD(model.parameters(), lr=0.25, fused=True).step()

    asked = itertools.count(1)
    control = lambda: "stop" if next(asked) == 1 else "run"  # noqa: E731
    told = fork(parent, child, digits, every=0, control=control)
    assert told[0].resumed_at == first
    assert isinstance(told[1], Evaluation), "its curves begin where those of its parent are"
    assert (told[1].step, round(told[1].test_accuracy * 359)) == (first, right)
    (progress,) = (e for e in told if isinstance(e, Progress))
    assert progress.losses == ((first + 1, loss.item()),)
    after = nn.utils.parameters_to_vector(model.parameters()).detach().numpy()
    assert (flat_weights(told[-1].data, child) == after).all()


def test_a_fork_with_the_same_settings_is_the_run_itself(parent, digits):
    whole = list(train(PARENT, digits, "cpu"))
    assert fork(parent, PARENT, digits)[-1].weights_hash == whole[-1].weights_hash


@pytest.mark.parametrize(("key", "kept"), [("adam", True), ("amsgrad", False), ("momentum", False)])
def test_only_the_same_optimizer_keeps_its_memory(key, kept, parent, digits):
    child = replace(PARENT, optimizer=key, optimizer_values=(("lr", 0.02),), schedule="cosine")
    assert origin().carried(child) == (kept,)
    began = unpack(forked(parent.data, origin(), child), child)
    before = unpack(parent.data, PARENT)
    assert bool(began.optimizer) == kept
    if kept:
        assert all(
            torch.equal(began.optimizer[i][n], v) for i, s in before.optimizer.items() for n, v in s.items()
        )
    assert fork(parent, child, digits)[-1].step == child.steps


def test_a_rule_keeps_its_memory_where_its_text_is_the_same():
    own = replace(PARENT, optimizer="own", optimizer_text="m = b1*m + g\nx = x - lr*m", optimizer_values=())
    other = replace(own, optimizer_text="m = b1*m + 2*g\nx = x - lr*m")
    assert origin(own).carried(replace(own, optimizer_values=(("lr", 0.5),))) == (True,)
    assert origin(own).carried(other) == (False,)


def test_dropout_may_come_and_go(parent, digits):
    with_dropout = replace(PARENT, dropout=(0.5,))
    assert (flat_weights(forked(parent.data, origin(), with_dropout), with_dropout) == flat_weights(
        parent.data, PARENT
    )).all()  # fmt: skip
    assert isinstance(fork(parent, with_dropout, digits)[-1], Finished)


def test_a_race_of_forks_begins_with_the_same_weights(parent, digits):
    child = replace(PARENT, rivals=(rival("gd"), rival("muon")))
    data = forked(parent.data, origin(), child)
    assert all((flat_weights(data, child, i) == flat_weights(parent.data, PARENT)).all() for i in range(3))
    parts = [unpack(part, child.alone(i)) for i, part in enumerate(unpack_race(data, child)[0])]
    assert [bool(part.optimizer) for part in parts] == [True, False, False]
    told = fork(parent, child, digits, race)
    assert {e.resumed_at for e in told if isinstance(e, Started)} == {STEP}
    assert len({e.weights_hash for e in told if isinstance(e, Finished)}) == 3
    assert len({e.order_hash for e in told if isinstance(e, Evaluation) and e.step == PARENT.steps}) == 1


def test_a_fork_of_a_race_goes_on_from_the_network_that_was_chosen(digits):
    config = replace(PARENT, rivals=(rival("gd"),))
    saved = [e for e in race(config, digits, "cpu") if isinstance(e, Checkpoint)][-1]
    child = replace(PARENT, epochs=5)
    began = [
        forked(
            saved.data, origin(config, racer, saved.step), replace(child, optimizer=key, optimizer_values=())
        )
        for racer, key in enumerate(("adam", "gd"))
    ]
    for racer, data in enumerate(began):
        assert (flat_weights(data, child) == flat_weights(saved.data, config, racer)).all()
    assert not (flat_weights(began[0], child) == flat_weights(began[1], child)).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hidden": (17,), "dropout": ()}, "of another shape: Hidden layers is 17 in the settings and 16 in"),
        ({"hidden": (), "dropout": ()}, "of another shape: Hidden layers is none"),
        ({"dataset": "mnist"}, "of another shape: Data set is mnist in the settings and digits in the run"),
        ({"activation": "tanh"}, "Activation is tanh in the settings and relu in the run"),
        ({"initialisation": "he"}, "First weights is he"),
        ({"seed": 4}, "Seed is 4 in the settings and 0 in the run"),
        ({"epochs": 1}, "trained for 1.33 epochs, and Epochs is 1: nothing is left for a fork"),
    ],
)
def test_what_cannot_go_on_is_refused_in_a_sentence(change, said):
    sentence = origin().refusal(replace(PARENT, **change))
    assert said in sentence
    assert sentence.endswith(".")


def test_everything_else_may_change():
    child = replace(
        PARENT, optimizer="muon", optimizer_values=(), schedule="warmup", schedule_values=(), batch_size=7,
        loss="mse_softmax", dropout=(0.3,), epochs=9, rivals=(rival("lion"),),
    )  # fmt: skip
    assert origin().refusal(child) == ""


def test_weights_that_are_no_numbers_are_not_forked(parent):
    tensors = load(parent.data)
    tensors["model.0.bias"][3] = float("nan")
    header = parent.data[8 : 8 + int.from_bytes(parent.data[:8], "little")]
    broken = save(tensors, json.loads(header)["__metadata__"])
    with pytest.raises(CheckpointError, match="not finite any more, so it cannot be forked"):
        forked(broken, origin(), PARENT)
