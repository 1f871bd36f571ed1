"""Training does what a loop written by hand does, says how it goes, and can be taken up again."""

import itertools
import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from optviz.training.activations import ACTIVATIONS
from optviz.training.checkpoints import CheckpointError
from optviz.training.config import NETWORK_OPTIMIZERS, TrainingConfig
from optviz.training.devices import pick_device
from optviz.training.events import (
    Activity,
    Checkpoint,
    Diverged,
    Evaluation,
    Finished,
    FirstLayer,
    Lengths,
    Progress,
    Samples,
    Started,
    from_json,
    to_json,
)
from optviz.training.initialisations import INITIALISATIONS
from optviz.training.loop import train
from optviz.training.losses import LOSSES
from optviz.training.networks import TrainingError, build
from optviz.training.presets import PRESETS
from optviz.training.proofs import batch_order

QUICK = TrainingConfig("digits", (16,), epochs=2, batch_size=100)
#: The steps of all that torch lacks are taken by one class.
OF_TORCH_AND_ONE_OTHER = [*(key for key, row in NETWORK_OPTIMIZERS.items() if row.torch), "adan"]


def run(config, dataset, **keywords):
    """All events of a run on the CPU."""
    return list(train(config, dataset, "cpu", **keywords))


def losses(events):
    """The losses of single steps, by step."""
    return {step: loss for e in events if isinstance(e, Progress) for step, loss in e.losses}


def only(kind, events):
    return [event for event in events if isinstance(event, kind)]


def test_a_run_is_the_loop_that_one_would_write(digits):
    config = TrainingConfig("digits", (32,), epochs=3, batch_size=100)
    events = run(config, digits)

    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)  # torch's plain form, not the fused one
    images, labels = torch.tensor(digits.train_images) / 16, torch.tensor(digits.train_labels)
    expected = []
    for epoch in range(3):
        for batch in batch_order(0, epoch, len(labels)).split(100):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            expected.append(loss.item())

    assert len(expected) == config.steps == 45
    assert list(losses(events).values()) == pytest.approx(expected, rel=1e-4)
    right = model(torch.tensor(digits.test_images) / 16).argmax(dim=1) == torch.tensor(digits.test_labels)
    assert events[-1].test_accuracy == pytest.approx(right.float().mean().item(), abs=0.003)


def test_events_come_in_the_order_in_which_things_happen(digits):
    events = run(QUICK, digits, every=60)
    assert [type(event) for event in events] == [
        Started,
        Evaluation,
        Samples,
        FirstLayer,
        Activity,
        Lengths,
        Progress,
        Activity,
        Evaluation,
        Lengths,
        Progress,
        Activity,
        Evaluation,
        Samples,
        FirstLayer,
        Checkpoint,
        Finished,
    ]
    assert [e.step for e in only(Progress, events)] == [15, 30]
    assert [e.epoch for e in only(Evaluation, events)] == [0, 1, 2]


def test_every_event_survives_its_json(digits):
    for event in run(QUICK, digits):
        if not isinstance(event, Checkpoint):
            assert from_json(to_json(event)) == event


def test_progress_is_told_at_the_cadence_that_was_asked_for(digits):
    assert len(only(Progress, run(QUICK, digits, every=0))) == QUICK.steps
    assert len(only(Progress, run(QUICK, digits, every=60))) == QUICK.epochs


def test_the_mean_loss_of_a_progress_is_that_of_its_steps(digits):
    for progress in only(Progress, run(QUICK, digits, every=60)):
        each = [loss for _, loss in progress.losses]
        assert len(each) == 15
        assert progress.loss == pytest.approx(sum(each) / 15)


def test_a_long_run_tells_the_losses_of_every_nth_step(digits):
    config = TrainingConfig("digits", (), batch_size=1, epochs=2)
    steps = list(losses(run(config, digits)))
    assert steps == sorted({*range(1, config.steps + 1, 3), *range(100, config.steps + 1, 100)})


def test_a_short_last_batch_is_trained(digits):
    config = TrainingConfig("digits", (16,), epochs=1, batch_size=1000)
    events = run(config, digits, every=0)
    assert events[0].images == 1438
    progress = only(Progress, events)
    assert [e.step for e in progress] == [1, 2]

    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    images, labels = torch.tensor(digits.train_images) / 16, torch.tensor(digits.train_labels)
    order = batch_order(0, 0, 1438)
    functional.cross_entropy(model(images[order[:1000]]), labels[order[:1000]]).backward()
    optimizer.step()
    last = functional.cross_entropy(model(images[order[1000:]]), labels[order[1000:]])
    assert progress[1].loss == pytest.approx(last.item(), rel=1e-5)


def test_an_epoch_sees_every_image_once_and_another_one_in_another_order():
    first, second = batch_order(7, 0, 1000), batch_order(7, 1, 1000)
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(1000))
    assert not torch.equal(first, second)
    assert torch.equal(first, batch_order(7, 0, 1000))
    assert not torch.equal(first, batch_order(8, 0, 1000))


def test_the_same_seed_gives_the_same_weights_however_often_events_are_asked_for(digits):
    config = TrainingConfig("digits", (16,), epochs=2, dropout=(0.5,))
    a, b = run(config, digits, every=0, checkpoint_every=0), run(config, digits, every=60)
    assert a[-1].weights_hash == b[-1].weights_hash
    assert losses(a) == losses(b)
    other = run(TrainingConfig("digits", (16,), epochs=2, dropout=(0.5,), seed=1), digits)
    assert other[0].initial_weights_hash != a[0].initial_weights_hash


def test_two_runs_at_once_do_not_disturb_each_other(digits):
    config = TrainingConfig("digits", (16,), epochs=1, dropout=(0.5,))
    alone = run(config, digits)[-1].weights_hash
    together = zip(*(train(config, digits, "cpu", every=0) for _ in range(2)), strict=True)
    assert {event.weights_hash for event in list(together)[-1]} == {alone}


def test_a_run_leaves_the_random_numbers_of_others_alone(digits):
    before = torch.get_rng_state()
    run(TrainingConfig("digits", (16,), epochs=1, dropout=(0.5,)), digits)
    assert torch.equal(before, torch.get_rng_state())


def test_every_optimizer_begins_with_the_same_weights_and_the_same_batch(digits):
    started, first_losses = set(), set()
    for key in NETWORK_OPTIMIZERS:
        events = run(TrainingConfig("digits", (16,), optimizer=key, epochs=1), digits)
        started.add(events[0].initial_weights_hash)
        first_losses.add(losses(events)[1])
    assert len(started) == len(first_losses) == 1


@pytest.mark.parametrize("optimizer", NETWORK_OPTIMIZERS)
def test_every_optimizer_learns(optimizer, digits):
    events = run(TrainingConfig("digits", (32,), optimizer=optimizer, epochs=5), digits)
    evaluations = only(Evaluation, events)
    assert evaluations[-1].test_loss < evaluations[0].test_loss - 0.1
    assert evaluations[-1].test_accuracy > 0.3


@pytest.mark.parametrize(("activation", "loss"), list(itertools.product(ACTIVATIONS, LOSSES)))
def test_every_activation_learns_with_every_loss(activation, loss, digits):
    config = TrainingConfig("digits", (32,), activation, loss, epochs=10, optimizer_values=(("lr", 0.01),))
    assert run(config, digits)[-1].test_accuracy > 0.9


@pytest.mark.parametrize("initialisation", INITIALISATIONS)
def test_every_initialisation_learns(initialisation, digits):
    config = TrainingConfig("digits", (64,), initialisation=initialisation, epochs=10)
    assert run(config, digits)[-1].test_accuracy > 0.9


def test_the_quick_start_learns_the_digits(digits):
    events = run(PRESETS["digits"].config, digits)
    last = only(Evaluation, events)[-1]
    assert last.test_accuracy == events[-1].test_accuracy > 0.95
    assert last.train_accuracy > 0.98


def test_an_evaluation_adds_up(digits):
    last = only(Evaluation, run(QUICK, digits))[-1]
    assert sum(map(sum, last.confusion)) == len(digits.test_labels)
    assert [sum(row) for row in last.confusion] == torch.tensor(digits.test_labels).bincount().tolist()
    assert sum(last.confusion[i][i] for i in range(10)) / 359 == last.test_accuracy
    assert last.train_images == 1438


def test_the_first_six_test_images_are_told_with_what_the_network_says(digits):
    events = run(QUICK, digits)
    shown = only(Samples, events)[0]
    model = build(QUICK, torch.device("cpu"), torch.Generator().manual_seed(QUICK.seed))
    images = torch.tensor(digits.test_images[:6]) / 16
    assert shown.first_labels == tuple(int(label) for label in digits.test_labels[:6])
    with torch.no_grad():
        wanted = model(images).softmax(dim=1).numpy()
    assert [row for each in shown.first for row in each] == pytest.approx(wanted.reshape(-1), abs=1e-5)


def test_samples_show_the_mistakes_first_and_the_surest_of_them_before_others(digits):
    shown = only(Samples, run(QUICK, digits))[-1]
    answers = [max(range(10), key=row.__getitem__) for row in shown.probabilities]
    right = [answer == label for answer, label in zip(answers, shown.labels, strict=True)]
    assert right == sorted(right)
    assert not right[0]
    surest = [max(row) for row, fine in zip(shown.probabilities, right, strict=True) if not fine]
    assert surest == sorted(surest, reverse=True)
    assert [int(digits.test_labels[i]) for i in shown.indices] == list(shown.labels)


def test_the_first_layer_is_shown_as_images(digits):
    config = TrainingConfig("digits", (40,), epochs=1)
    shown = only(FirstLayer, run(config, digits))[-1]
    assert (shown.units, shown.of, shown.height, shown.width) == (32, 40, 8, 8)
    first = build(config, torch.device("cpu"), torch.Generator().manual_seed(0))[0].weight.detach()[:32]
    images = only(FirstLayer, run(config, digits))[0].images()
    scale = first.abs().max().item()
    assert (images / 127.0 - 128 / 127) * scale == pytest.approx(
        first.reshape(32, 8, 8).numpy(), abs=0.51 * scale / 127
    )


def test_a_schedule_sets_the_rate_of_each_step(digits):
    config = TrainingConfig(
        "digits", (16,), schedule="step", schedule_values=(("every", 10), ("gamma", 0.5)), epochs=1
    )
    rates = [event.lr for event in only(Progress, run(config, digits, every=0))]
    assert rates == [0.001 * 0.5 ** (t // 10) for t in range(45)]


def test_weight_decay_keeps_the_weights_small(digits):
    free, held = (
        only(FirstLayer, run(TrainingConfig("digits", (16,), weight_decay=decay), digits))[-1]
        for decay in (0.0, 1.0)
    )
    assert held.scale < free.scale / 10


@pytest.mark.parametrize(
    "optimizer", [*(key for key, row in NETWORK_OPTIMIZERS.items() if row.torch), "adan"]
)
@pytest.mark.parametrize("after", [7, 45, 60], ids=["in the first epoch", "between epochs", "in the second"])
def test_a_run_taken_up_again_goes_on_bit_by_bit(optimizer, after, digits):
    config = TrainingConfig(
        "digits", (16, 12), optimizer=optimizer, schedule="cosine", epochs=2, dropout=(0.2, 0.5)
    )
    whole = run(config, digits)

    asked = itertools.count(1)
    first = run(config, digits, every=0, control=lambda: "stop" if next(asked) == after else "run")
    assert isinstance(first[-1], Checkpoint)
    assert first[-1].step == after
    second = run(config, digits, resume=first[-1].data)

    assert second[0].resumed_at == after
    assert second[0].initial_weights_hash == whole[0].initial_weights_hash
    assert losses(first) | losses(second) == losses(whole)
    assert second[-1].weights_hash == whole[-1].weights_hash
    assert second[-1].test_accuracy == whole[-1].test_accuracy
    assert only(Progress, second)[0].elapsed > only(Progress, first)[-1].elapsed


def test_a_run_abandoned_without_a_word_goes_on_from_its_last_checkpoint(digits):
    config = TrainingConfig("digits", (16,), epochs=2, dropout=(0.5,))
    saved = None
    for event in train(config, digits, "cpu", every=0, checkpoint_every=0):
        saved = event if isinstance(event, Checkpoint) else saved
        if isinstance(event, Progress) and event.step == 50:
            break
    assert saved.step == 49
    assert run(config, digits, resume=saved.data)[-1].weights_hash == run(config, digits)[-1].weights_hash


def test_a_checkpoint_can_be_asked_for_on_the_way(digits):
    asked = itertools.count(1)
    events = run(QUICK, digits, every=0, control=lambda: "checkpoint" if next(asked) == 4 else "run")
    assert [event.step for event in only(Checkpoint, events)] == [4, 30]
    assert isinstance(events[-1], Finished)


def test_a_stop_at_the_last_step_comes_too_late(digits):
    assert isinstance(run(QUICK, digits, every=60, control=lambda: "stop")[-1], Checkpoint)
    done = TrainingConfig("digits", (16,), epochs=1)
    assert isinstance(run(done, digits, every=60, control=lambda: "stop")[-1], Finished)


def test_a_finished_run_taken_up_again_is_finished(digits):
    whole = run(QUICK, digits)
    again = run(QUICK, digits, resume=only(Checkpoint, whole)[-1].data)
    assert [type(event) for event in again] == [Started, Evaluation, Finished]
    assert again[-1].weights_hash == whole[-1].weights_hash
    assert again[-1].test_accuracy == whole[-1].test_accuracy


@pytest.mark.parametrize("every", [0, 0.01, 60])
def test_divergence_is_told_with_the_true_first_step(every, digits):
    config = TrainingConfig(
        "digits",
        (32, 32),
        "identity",
        "cross_entropy",
        "gd",
        (("lr", 10.0),),
        batch_size=16,
        epochs=3,
        initialisation="he",
    )
    true_step, last_loss = hand_written_divergence(config, digits)
    events = run(config, digits, every=every)
    assert isinstance(events[-1], Diverged)
    assert events[-1].step == true_step
    assert f"at step {true_step:,}" in events[-1].reason
    assert "learning rate" in events[-1].reason
    assert only(Progress, events)[-1].step == true_step - 1
    assert losses(events)[true_step - 1] == pytest.approx(last_loss, rel=0.01)
    assert not only(Checkpoint, events)
    assert all(math.isfinite(loss) for loss in losses(events).values())


def hand_written_divergence(config, digits):
    """The first step whose loss is not finite, and the loss before it."""
    model = build(config, torch.device("cpu"), torch.Generator().manual_seed(config.seed))
    images, labels = torch.tensor(digits.train_images) / 16, torch.tensor(digits.train_labels)
    step, before = 0, math.nan
    for epoch in range(config.epochs):
        for batch in batch_order(config.seed, epoch, len(labels)).split(config.batch_size):
            step += 1
            loss = functional.cross_entropy(model(images[batch]), labels[batch])
            if not math.isfinite(loss.item()):
                return step, before
            before = loss.item()
            model.zero_grad()
            loss.backward()
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter -= 10.0 * parameter.grad
    raise AssertionError("This run was meant to diverge.")


def test_weights_that_break_in_the_last_step_of_an_epoch_are_noticed_by_the_evaluation(digits):
    one_step_each = {"batch_size": 60_000, "epochs": 100, "initialisation": "he"}
    config = TrainingConfig(
        "digits", (32, 32), "identity", "cross_entropy", "gd", (("lr", 10.0),), **one_step_each
    )
    events = run(config, digits)
    assert isinstance(events[-1], Diverged)
    assert f"after step {events[-1].step:,}" in events[-1].reason
    assert all(math.isfinite(event.test_loss) for event in only(Evaluation, events))


def test_the_wrong_data_set_is_refused(digits):
    with pytest.raises(TrainingError, match="for mnist, but the data set is digits"):
        next(train(TrainingConfig("mnist"), digits))


def test_a_device_that_is_not_there_is_refused():
    with pytest.raises(TrainingError, match=r"no device “tpu” here; there is .*cpu"):
        pick_device("tpu")
    assert pick_device("cpu").type == "cpu"
    assert pick_device().type in {"cuda", "mps", "cpu"}


def test_a_checkpoint_of_another_run_is_refused_before_anything_is_trained(digits):
    saved = only(Checkpoint, run(QUICK, digits))[-1]
    with pytest.raises(CheckpointError, match="another configuration"):
        next(train(TrainingConfig("digits", (17,)), digits, resume=saved.data))
