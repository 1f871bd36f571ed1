"""Rules of one's own and Muon train networks as torch does; links keep them, and a broken one says where."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from optviz.engine.hyperparameters import HyperparameterError
from optviz.engine.optimizers import ELEMENTWISE, OF_MATRICES, OPTIMIZERS
from optviz.engine.optimizers.matrices import MUON
from optviz.engine.rule_expressions import RuleError
from optviz.engine.rule_starters import STARTERS
from optviz.settings.experiment import Experiment
from optviz.settings.experiment import decode as decode_experiment
from optviz.settings.experiment import encode as encode_experiment
from optviz.settings.link import edit
from optviz.settings.rule_link import packed
from optviz.settings.setups import Entrant, rule_key
from optviz.training.config import TrainingConfig, decode, encode
from optviz.training.events import Checkpoint, Diverged, Evaluation, Finished, Progress
from optviz.training.loop import train
from optviz.training.networks import build, build_optimizer
from optviz.training.optimizers import NETWORK_OPTIMIZERS, entrant_of, step_images
from optviz.training.proofs import batch_order
from optviz.training.race import race
from optviz.training.rivals import rival

CPU = torch.device("cpu")
RULE = "# Heavy ball\nk = 2 in 1..5 whole\nm = b1*m + g\nx = x - lr*m/k"
OWN = TrainingConfig("digits", (16,), optimizer="own", optimizer_text=RULE, batch_size=100, epochs=2)
#: Where the gradient is exactly zero, as at pixels that are always white, this divides zero by zero.
BREAKS = "s = g*g\nx = x - lr*g/sqrt(s)"


def run(config, dataset, **keywords):
    return list(train(config, dataset, "cpu", **keywords))


def losses(events):
    return [loss for e in events if isinstance(e, Progress) for _, loss in e.losses]


CLASSICS = [starter for starter in STARTERS.values() if starter.row]


@pytest.mark.parametrize("starter", CLASSICS, ids=lambda starter: starter.key)
def test_the_classics_as_text_train_as_torch_does(starter, digits):
    ours, theirs = (
        run(TrainingConfig("digits", (16,), epochs=2, **which), digits)
        for which in (
            {"optimizer": "own", "optimizer_text": starter.for_networks},
            {"optimizer": starter.row},
        )
    )
    # The arithmetic is the same, but torch may do it in another order. Each step then differs by about the
    # last of the 24 binary digits of a float32, 6e-8, and 90 steps may add some of these up.
    assert losses(ours) == pytest.approx(losses(theirs), rel=90 * 6e-8)
    assert ours[-1].test_accuracy == pytest.approx(theirs[-1].test_accuracy, abs=0.003)


def test_a_rule_to_begin_from_has_the_usual_rate_on_networks():
    for starter in CLASSICS:
        values = entrant_of("own", {}, starter.for_networks).values
        assert dict(values) == OPTIMIZERS[starter.row].network_defaults
    assert len(CLASSICS) == 6


def test_every_elementwise_optimizer_trains_networks_and_muon_does():
    assert NETWORK_OPTIMIZERS.keys() == ELEMENTWISE.keys() | {"muon"}
    assert not NETWORK_OPTIMIZERS.keys() & {key for key, row in OPTIMIZERS.items() if row.looks}


def test_a_rule_is_taken_up_again_bit_by_bit(digits):
    config = replace(OWN, schedule="cosine", dropout=(0.3,))
    whole, asked = run(config, digits), itertools.count(1)
    first = run(config, digits, every=0, control=lambda: "stop" if next(asked) == 20 else "run")
    assert isinstance(first[-1], Checkpoint)
    second = run(config, digits, resume=first[-1].data)
    assert second[0].resumed_at == 20
    assert losses(first) + losses(second) == losses(whole)
    assert second[-1].weights_hash == whole[-1].weights_hash


@pytest.mark.parametrize(
    "text",
    [
        "d = x - old\nold = x\nx = x - lr*g - d/100",  # remembers the point, which then moves
        "c = a\na = b\nb = c + g\nx = x - lr*b",  # two parts of the state change places
        "k = 2\nx = x - lr*g*n\nn = k",  # remembers a plain number
        "x = lr",  # one number for all weights
    ],
)
def test_what_a_rule_hands_on_is_not_changed_behind_its_back(text, digits):
    config = replace(OWN, optimizer_text=text, optimizer_values=(("lr", 0.1),), batch_size=500, epochs=1)
    whole, asked = run(config, digits, every=0), itertools.count(1)
    model = build(config, CPU, torch.Generator().manual_seed(0))
    images, labels = torch.tensor(digits.train_images) / 16, torch.tensor(digits.train_labels)
    row, points = config.entrants[0].row, [p.detach().double().numpy() for p in model.parameters()]
    state = [[np.zeros_like(p) for _ in row.state] for p in points]
    for t, batch in enumerate(batch_order(0, 0, len(labels)).split(500), 1):
        model.zero_grad()
        nn.functional.cross_entropy(model(images[batch]), labels[batch]).backward()
        for i, p in enumerate(model.parameters()):
            moved, *parts = row.step(points[i], p.grad.double().numpy(), float(t), *state[i], lr=0.1)
            points[i], state[i] = np.broadcast_to(moved, p.shape).copy(), [np.array(part) for part in parts]
            p.data.copy_(torch.tensor(points[i]))
    stopped = run(config, digits, every=0, control=lambda: "stop" if next(asked) == 2 else "run")
    assert run(config, digits, resume=stopped[-1].data)[-1].weights_hash == whole[-1].weights_hash
    expected = nn.functional.cross_entropy(model(torch.tensor(digits.test_images) / 16), torch.tensor(
        digits.test_labels
    ))  # fmt: skip
    judged = [e for e in whole if isinstance(e, Evaluation)][-1]
    assert judged.test_loss == pytest.approx(expected.item(), rel=1e-4)


def test_a_rule_that_is_no_number_ends_alone_and_says_when_and_where(digits):
    broken = entrant_of("own", {}, BREAKS)
    config = replace(OWN, rivals=(broken, rival("adam")))
    told = list(race(config, digits, "cpu"))
    (end,) = [e for e in told if isinstance(e, Diverged)]
    assert (end.racer, end.step) == (1, 2)
    model = build(config, CPU, torch.Generator().manual_seed(0))
    images, labels = torch.tensor(digits.train_images) / 16, torch.tensor(digits.train_labels)
    batch = batch_order(0, 0, len(labels))[:100]
    nn.functional.cross_entropy(model(images[batch]), labels[batch]).backward()
    still = sum(int((p.grad == 0).sum()) for p in model.parameters())
    assert f"At step 1 the rule made {still:,} of {config.parameters:,} weights" in end.reason
    assert f"at {still:,} of these the gradient was exactly zero." in end.reason
    assert {e.racer for e in told if isinstance(e, Finished)} == {0, 2}


def test_a_rule_whose_steps_are_too_long_is_told_of_its_rate(digits):
    config = replace(OWN, optimizer_text="x = x - lr*1e30*g", optimizer_values=())
    assert "learning rate is too large; here it is 0.1" in run(config, digits)[-1].reason


RACE = replace(OWN, rivals=(rival("muon"), entrant_of("own", {"lr": 0.02}, "x = x - lr*sign(g)")))


def test_a_link_and_the_store_give_back_the_rules():
    assert decode(json.loads(json.dumps(encode(RACE)))) == (RACE, [])
    assert encode(RACE)["opt"] == rule_key(RULE)
    assert [entrant.row.name for entrant in RACE.entrants] == ["Heavy ball", "Muon", "Your own"]
    assert RACE.alone(2).optimizer_text == "x = x - lr*sign(g)"
    assert RACE.alone(1).optimizer_text == ""


HOSTILE = [
    "x = g.__class__",
    "x = __import__('os')",
    "x = [g for g in x]",
    "x = lr*1e999",
    "y = g*lr",
    "x",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_rule_is_refused_by_the_sentence_of_trajectories(text):
    with pytest.raises(RuleError) as error:
        Entrant.own(text)
    forged = f"own_{packed(text)}"
    said = [
        decode({**encode(OWN), "opt": forged})[1],
        decode({**encode(OWN), "race": "on", "r1": forged})[1],
        decode_experiment({**encode_experiment(Experiment()), "o1": forged})[1],
    ]
    assert all(any(notice.startswith(str(error.value)) for notice in notices) for notices in said)
    after, refused = edit(OWN, {"opt": forged})
    assert (after, list(refused)) == (OWN, ["opt.text"])
    with pytest.raises(HyperparameterError, match=r"\.$"):
        replace(OWN, optimizer_text=text)


def test_as_many_rules_as_a_link_holds_and_no_more():
    long = "# " + "".join(chr(0x4E00 + 37 * i % 5000) for i in range(250)) + "\nx = x - lr*g"
    link = {**encode(replace(OWN, optimizer_text=long, optimizer_values=())), "race": "on"}
    config, notices = decode({**link, "r1": f"{rule_key(long)}_lr_0.1", "r2": "adam_lr_0.001"})
    assert [entrant.optimizer for entrant in config.entrants] == ["own", "adam"]
    assert any("characters of the link" in notice for notice in notices)
    assert sum(len(name) + len(text) + 2 for name, text in encode(config).items()) < 2000


def test_a_weight_decay_beside_a_rule_is_refused():
    with pytest.raises(HyperparameterError, match="its text writes; weight_decay must be 0"):
        replace(OWN, weight_decay=0.1)


def test_what_a_step_costs_counts_as_work():
    assert step_images(rival("adam"), (64, 16, 10)) == step_images(rival("gd"), (64, 16, 10))
    assert step_images(entrant_of("own", {}, "x = x - lr*g\n" * 30), (64, 10)) > 400
    assert step_images(rival("muon"), (64, 16, 10)) < step_images(rival("muon"), (64, 512, 10))


# Muon


def test_muon_moves_the_weights_and_adamw_the_biases_as_torch_used_directly(digits):
    config = TrainingConfig("digits", (16,), optimizer="muon", schedule="cosine", batch_size=100, epochs=2)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
    both = {"lr": 0.001, "weight_decay": 0.1}
    weights, biases = [model[0].weight, model[2].weight], [model[0].bias, model[2].bias]
    muon = torch.optim.Muon(weights, **both, momentum=0.95, adjust_lr_fn="match_rms_adamw")
    adamw = torch.optim.AdamW(biases, **both, fused=True)
    images, labels = torch.tensor(digits.train_images) / 16, torch.tensor(digits.train_labels)
    expected, t = [], 0
    for epoch in range(2):
        for batch in batch_order(0, epoch, len(labels)).split(100):
            rate = 0.001 * (1 + np.cos(np.pi * t / config.steps)) / 2
            muon.param_groups[0]["lr"] = adamw.param_groups[0]["lr"] = rate
            model.zero_grad()
            loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            muon.step()
            adamw.step()
            expected.append(loss.item())
            t += 1
    assert losses(run(config, digits)) == pytest.approx(expected, rel=1e-6)


def test_the_step_of_muon_in_its_row_is_torchs_but_for_two_byte_numbers():
    draw = torch.Generator().manual_seed(1)
    start, gradient = (torch.randn(40, 25, generator=draw, dtype=torch.float64) for _ in range(2))
    theirs = start.clone().requires_grad_()
    optimizer = torch.optim.Muon([theirs], lr=0.01, adjust_lr_fn="match_rms_adamw")
    x, m = start.numpy(), np.zeros((40, 25))
    for t in range(1, 4):
        theirs.grad = gradient * t + theirs.detach()
        x, m = MUON.step(x, gradient.numpy() * t + x, t, m, **{**MUON.defaults, "lr": 0.01})
        optimizer.step()
    moved = theirs.detach().numpy() - start.numpy()
    # bfloat16 has eight binary digits: a part in 256, here after five steps of three products each.
    assert np.linalg.norm(x - start.numpy() - moved) < 0.02 * np.linalg.norm(moved)


def test_muon_is_for_networks_alone():
    assert OF_MATRICES == {"muon": MUON}
    link = {**encode_experiment(Experiment()), "o1": "muon_lr_0.001_momentum_0.95_decay_0.1_iterations_5"}
    _, notices = decode_experiment(link)
    assert notices[0] == "The optimizer “muon” is unknown; it was left out."


def test_a_state_of_muon_is_saved_and_brought_back_as_one():
    config = TrainingConfig("digits", (16,), optimizer="muon")
    model = build(config, CPU, torch.Generator().manual_seed(0))
    optimizer = build_optimizer(config, model, CPU)
    model(torch.ones(3, 64)).sum().backward()
    optimizer.step()
    again = build_optimizer(config, model, CPU)
    again.load_state_dict(optimizer.state_dict())
    kept = [sorted(again.state[p]) for p in model.parameters()]
    assert kept == [["momentum_buffer"], ["exp_avg", "exp_avg_sq", "step"]] * 2
    assert all(part.state is again.state for part in again.parts)
