"""A race is fair, each of its networks learns as it would alone, and one that diverges stops alone."""

from dataclasses import replace

import pytest
import torch

from optviz.engine.hyperparameters import HyperparameterError
from optviz.training.checkpoints import CheckpointError, weights
from optviz.training.config import TrainingConfig, decode, encode
from optviz.training.events import Checkpoint, Diverged, Evaluation, Finished, Progress, Started, to_json
from optviz.training.judging import judging_steps
from optviz.training.loop import train
from optviz.training.optimizers import NETWORK_OPTIMIZERS
from optviz.training.race import race
from optviz.training.rivals import MOST_RIVALS, USUAL, rival

RACE = TrainingConfig(
    "digits", (16,), epochs=2, batch_size=100, dropout=(0.2,), rivals=(rival("gd"), rival("rmsprop"))
)


def run(config, dataset, **keywords):
    return list(race(config, dataset, "cpu", **keywords))


def only(kind, events, racer=None):
    return [e for e in events if isinstance(e, kind) and racer in (None, getattr(e, "racer", 0))]


@pytest.fixture(scope="module")
def events(digits):
    return run(RACE, digits)


def test_each_network_becomes_bit_by_bit_what_it_becomes_alone(digits, events):
    ends = {e.racer: e.weights_hash for e in only(Finished, events)}
    assert ends == {
        place: only(Finished, train(RACE.alone(place), digits, "cpu"))[0].weights_hash
        for place in range(len(RACE.entrants))
    }
    assert len(set(ends.values())) == 3


def test_the_same_race_twice_gives_the_same_numbers(digits, events):
    def judged(told):
        return [(e.racer, e.step, e.test_loss, e.order_hash) for e in only(Evaluation, told)]

    # Who is evaluated first of those that are level depends on the clock.
    assert sorted(judged(run(RACE, digits))) == sorted(judged(events))


def test_all_begin_with_the_same_weights_and_the_batches_that_were_taken_prove_it(digits, events):
    assert len({e.initial_weights_hash for e in only(Started, events)}) == 1
    by_step = {}
    for e in only(Evaluation, events):
        by_step.setdefault(e.step, []).append(e.order_hash)
    assert {len(hashes) for hashes in by_step.values()} == {3}
    assert {len(set(hashes)) for hashes in by_step.values()} == {1}
    assert len({hashes[0] for hashes in by_step.values()}) == len(by_step), "another step, another hash"
    other = run(replace(RACE, seed=1), digits)
    assert only(Evaluation, other)[-1].order_hash not in {h for hashes in by_step.values() for h in hashes}


def test_they_keep_level_in_steps(events):
    behind = [0, 0, 0]
    for e in only(Progress, events):
        assert behind[e.racer] == min(behind), "the one that is furthest behind goes next"
        behind[e.racer] = e.step


def test_each_is_evaluated_often_at_first(events):
    steps = judging_steps(RACE)
    assert steps == [2, 3, 6, 9, 12, 15, 22, 30]
    for racer in range(3):
        assert [e.step for e in only(Evaluation, events, racer)] == [0, *steps]


def test_the_clock_of_training_leaves_evaluations_out(events):
    for racer in range(3):
        last = only(Progress, events, racer)[-1]
        assert 0 < last.trained < last.elapsed
        seconds = [e.trained for e in only(Evaluation, events, racer)]
        assert seconds == sorted(seconds)


HOT = TrainingConfig(
    "digits", (64, 64), "identity", optimizer="gd", optimizer_values=(("lr", 10.0),), epochs=2,
    rivals=(rival("adam"), rival("gd")),
)  # fmt: skip


def test_one_that_diverges_stops_and_says_why_while_the_others_go_on(digits):
    told = run(HOT, digits)
    (end,) = only(Diverged, told)
    assert end.racer == 0
    assert "learning rate" in end.reason
    assert [e for e in told[told.index(end) + 1 :] if getattr(e, "racer", None) == 0] == []
    assert {e.racer for e in only(Finished, told)} == {1, 2}
    assert [e.step for e in only(Finished, told)] == [HOT.steps] * 2


def test_a_race_goes_on_from_its_checkpoint_bit_by_bit(digits, events):
    asked = iter(["run"] * 7 + ["stop"])
    first = run(RACE, digits, every=0, control=lambda: next(asked))
    assert isinstance(first[-1], Checkpoint)
    second = run(RACE, digits, resume=first[-1].data)
    assert sum(e.resumed_at for e in only(Started, second)) == 8
    ends = {(e.racer, e.weights_hash) for e in only(Finished, events)}
    assert {(e.racer, e.weights_hash) for e in only(Finished, second)} == ends
    hashes = {(e.step, e.order_hash) for e in only(Evaluation, events)}
    assert {(e.step, e.order_hash) for e in only(Evaluation, second)} <= hashes


def test_a_race_that_goes_on_still_knows_who_diverged(digits):
    told = run(HOT, digits, checkpoint_every=0)
    end = told.index(only(Diverged, told)[0])
    after = next(e for e in told[end:] if isinstance(e, Checkpoint))
    again = run(HOT, digits, resume=after.data)
    assert only(Diverged, again) == [told[end]]
    assert {e.racer for e in only(Started, again)} == {1, 2}
    assert {e.racer for e in only(Finished, again)} == {1, 2}


def test_a_checkpoint_holds_the_weights_of_every_racer(events):
    saved = only(Checkpoint, events)[-1]
    assert len({weights(saved.data, racer) for racer in range(3)}) == 3


def test_a_checkpoint_of_another_race_is_refused(digits, events):
    saved = only(Checkpoint, events)[-1]
    with pytest.raises(CheckpointError, match="another configuration"):
        run(replace(RACE, rivals=(rival("gd"),)), digits, resume=saved.data)
    alone = only(Checkpoint, list(train(RACE.alone(0), digits, "cpu")))[-1]
    with pytest.raises(CheckpointError, match="no checkpoint of a race"):
        run(RACE, digits, resume=alone.data)
    with pytest.raises(CheckpointError, match="no checkpoint of a training run"):
        list(train(RACE.alone(0), digits, "cpu", resume=saved.data))


def test_a_race_leaves_torchs_global_generator_alone(digits):
    torch.manual_seed(3)
    expected = torch.randn(1)
    torch.manual_seed(3)
    run(replace(RACE, epochs=1), digits)
    assert torch.equal(torch.randn(1), expected)


def test_every_optimizer_can_race_with_its_defaults_for_networks():
    for key, optimizer in NETWORK_OPTIMIZERS.items():
        assert dict(rival(key).values) == optimizer.network_defaults


def test_a_link_gives_back_the_race_it_was_made_of():
    config = replace(RACE, rivals=tuple(rival(key) for key in list(NETWORK_OPTIMIZERS)[:MOST_RIVALS]))
    link = encode(config)
    assert decode(link) == (config, [])
    assert sum(len(name) + len(text) + 2 for name, text in link.items()) < 1500


def test_a_race_that_names_nobody_has_the_usual_rivals_and_no_race_has_none():
    link = encode(TrainingConfig())
    assert decode({**link, "race": "on"}) == (TrainingConfig(rivals=USUAL), [])
    assert decode({**link, "race": "off", "r1": "adam_lr_0.001"}) == (TrainingConfig(), [])
    assert "race" not in link


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"race": "yes"}, "race"),
        ({"race": "on", "r1": "everest_lr_1"}, "everest"),
        ({"race": "on", "r1": "gd_lr_-1"}, "lr"),
        ({"race": "on", "r1": "gd_lr_0.1_zoom_3"}, "zoom"),
        ({"race": "on", "r9": "gd_lr_0.1"}, "r9"),
        ({"race": "on", "r1": "adamw_lr_0.001", "wd": "0.1"}, "weight_decay must be 0"),
    ],
)
def test_what_cannot_be_raced_is_named(given, named):
    config, said = decode({**encode(TrainingConfig()), **given})
    assert any(named in sentence for sentence in said)
    assert decode(encode(config)) == (config, [])


@pytest.mark.parametrize("wrong", ["gd", (1,), (rival("gd"),) * (MOST_RIVALS + 1)])
def test_rivals_that_are_not_allowed_cannot_exist(wrong):
    with pytest.raises(HyperparameterError):
        TrainingConfig(rivals=wrong)


def test_more_racers_are_more_work():
    alone = TrainingConfig("mnist", (2048,) * 3, epochs=1)
    assert replace(alone, rivals=USUAL).work_per_epoch == 3 * alone.work_per_epoch


def test_events_of_a_race_are_small(events):
    assert sum(len(to_json(e)) for e in events if isinstance(e, Progress)) < 60_000
