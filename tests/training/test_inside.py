"""What is measured inside a network is what torch says directly, and measuring changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from optviz.training import inside
from optviz.training.activations import ACTIVATIONS
from optviz.training.config import TrainingConfig
from optviz.training.events import Activity, Finished, Lengths, Sharpness
from optviz.training.loop import OnDevice, Trainer, train
from optviz.training.losses import LOSSES
from optviz.training.networks import build, build_optimizer
from optviz.training.proofs import batch_order
from optviz.training.race import race
from optviz.training.rivals import rival
from optviz.training.sharpness import TOLERANCE, hessian_product, largest_eigenvalue

CPU = torch.device("cpu")
CONFIG = TrainingConfig("digits", (12, 8), epochs=3, batch_size=500, weight_decay=0.01, dropout=(0.2, 0.0))
SMALL = TrainingConfig("digits", (4,), activation="tanh", batch_size=2000, epochs=20)


def only(kind, events):
    return [event for event in events if isinstance(event, kind)]


def length(tensor) -> float:
    return float(np.sqrt(np.square(tensor.detach().numpy().astype(float)).sum()))


def test_the_lengths_are_those_of_a_loop_written_by_hand(digits):
    told = only(Lengths, train(CONFIG, digits, "cpu"))
    rows = {
        step: (w, g, u)
        for e in told
        for step, w, g, u in zip(e.steps, e.weights, e.gradients, e.updates, strict=True)
    }
    generator = torch.Generator().manual_seed(CONFIG.seed)
    model = build(CONFIG, CPU, generator)
    optimizer = build_optimizer(CONFIG, model, CPU)
    images, labels = torch.tensor(digits.train_images) / 16, torch.tensor(digits.train_labels)
    weights = [p for p in model.parameters() if p.ndim == 2]
    step, expected = 0, {}
    for epoch in range(CONFIG.epochs):
        for batch in batch_order(0, epoch, len(labels)).split(500):
            step += 1
            before = [w.detach().clone() for w in weights]
            optimizer.zero_grad()
            functional.cross_entropy(model(images[batch]), labels[batch]).backward()
            gradients = [length(w.grad) for w in weights]
            optimizer.step()
            moved = [length(w - old) for w, old in zip(weights, before, strict=True)]
            expected[step] = [length(w) for w in before], gradients, moved
    assert rows.keys() == expected.keys(), "a short run is measured at every step"
    for step, parts in expected.items():
        for found, wanted in zip(rows[step], parts, strict=True):
            assert found == pytest.approx(wanted, rel=1e-5)


def test_a_long_run_is_measured_at_a_hundred_steps_closer_together_at_first():
    steps = sorted(inside.lengths_at(TrainingConfig("mnist", (512, 512), batch_size=100, epochs=10)))
    assert len(steps) <= inside.MOST_LENGTHS
    assert steps[-1] == 6000
    assert np.all(np.diff(np.diff(steps)) >= -1)
    assert steps[1] - steps[0] < (steps[-1] - steps[-2]) / 5


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_histograms_and_constant_units_are_those_of_the_network(digits, key):
    config = replace(CONFIG, activation=key, epochs=1)
    trainer = Trainer(config, digits, CPU)
    first, second, last = (layer for layer in trainer.model if isinstance(layer, torch.nn.Linear))
    with torch.no_grad():
        first.weight[3], first.bias[3] = 0.0, -1.0  # a unit that gets nothing
        first.bias[5] -= 100.0  # far to the left: silent with ReLU, at its lower limit with sigmoid and tanh
    found = trainer.inside.activity(0)
    shown = torch.tensor(digits.test_images[:500]) / 16
    activation = ACTIVATIONS[key].module.on(torch.nn)
    with torch.no_grad():
        z1 = first(shown)
        z2 = second(activation(z1))
        z3 = last(activation(z2))
    assert found.images == len(shown) == len(digits.test_images[:500])
    for z, (low, high), counts in zip((z1, z2, z3), found.ranges, found.counts, strict=True):
        assert (low, high) == pytest.approx((float(z.min()), float(z.max())), rel=1e-5)
        wanted, _ = np.histogram(z.numpy(), inside.BINS, (float(z.min()), float(z.max())))
        assert sum(counts) == z.numel()
        assert np.abs(np.array(counts) - wanted).sum() <= 4, "but for values at the border of two bins"
    for z, number in zip((z1, z2), found.constant, strict=True):
        out = activation(z)
        assert number == int((out == out[0]).all(dim=0).sum())
    assert found.constant[0] >= (1 if key in ("leaky_relu", "identity") else 2)


def test_a_network_without_hidden_layers_has_one_histogram_and_no_units(digits):
    found = only(Activity, train(TrainingConfig("digits", (), epochs=2), digits, "cpu"))
    assert [e.step for e in found] == [0, 45, 90]
    assert all(len(e.counts) == 1 and e.constant == () for e in found)


def full_hessian(trainer: Trainer) -> torch.Tensor:
    """The matrix of second derivatives, entry by entry, in double precision."""
    shapes = [p.shape for p in trainer.model.parameters()]
    images, labels = trainer.inside.images.double(), trainer.inside.labels

    def loss(flat):
        parts = flat.split([shape.numel() for shape in shapes])
        w1, b1, w2, b2 = (part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))
        return trainer.loss(torch.tanh(images @ w1.T + b1) @ w2.T + b2, labels)

    flat = torch.cat([p.detach().reshape(-1) for p in trainer.model.parameters()]).double()
    return torch.autograd.functional.hessian(loss, flat)


@pytest.mark.parametrize("key", LOSSES)
def test_the_sharpness_is_the_largest_eigenvalue_of_the_full_hessian(digits, key):
    config = replace(SMALL, loss=key, sharpness=True)
    trainer = Trainer(config, digits, CPU)
    for _ in range(5):
        list(trainer.train_for(60))
    found = trainer.inside.sharpness(trainer.step)
    eigenvalues = torch.linalg.eigvalsh(full_hessian(trainer))
    assert found.images == config.images, "all of the digits"
    assert float((eigenvalues - found.value).abs().min()) <= found.residual * 1.01
    assert found.value == pytest.approx(float(eigenvalues[-1]), rel=TOLERANCE)


def test_a_product_is_that_of_the_full_hessian(digits):
    trainer = Trainer(SMALL, digits, CPU)
    vector = torch.randn(SMALL.parameters, generator=torch.Generator().manual_seed(1))
    product = hessian_product(trainer.model, trainer.loss, trainer.inside.images, trainer.inside.labels)
    wanted = full_hessian(trainer) @ vector.double()
    assert product(vector).numpy() == pytest.approx(wanted.numpy(), abs=1e-5 * float(wanted.abs().max()))
    assert trainer.model.training


@pytest.mark.parametrize("lowest", [-9.0, -2.0, 0.5])
def test_the_largest_eigenvalue_is_found_where_a_negative_one_is_larger_in_size(lowest):
    turned, _ = torch.linalg.qr(torch.randn(6, 6, generator=torch.Generator().manual_seed(2)))
    matrix = turned @ torch.diag(torch.tensor([lowest, 0.0, 1.0, 2.0, 2.5, 4.0])) @ turned.T
    found = largest_eigenvalue(lambda v: matrix @ v, torch.ones(6), most=500)
    assert found.value == pytest.approx(4.0, rel=0.01)
    assert found.residual == pytest.approx(float((matrix @ found.vector - found.value * found.vector).norm()))


def test_an_iteration_that_is_cut_off_says_how_far_it_is():
    matrix = torch.diag(torch.tensor([1.0, 0.99, -0.98]))
    found = largest_eigenvalue(lambda v: matrix @ v, torch.ones(3), most=3)
    assert found.products == 3
    assert found.residual > TOLERANCE * abs(found.value)
    assert min(abs(found.value - e) for e in (1.0, 0.99, -0.98)) <= found.residual


def test_measuring_changes_nothing_and_sharpness_only_comes_when_asked_for(digits):
    plain, asked = (list(train(replace(CONFIG, sharpness=on), digits, "cpu")) for on in (False, True))
    assert only(Sharpness, plain) == []
    told = only(Sharpness, asked)
    assert [e.step for e in told] == list(range(CONFIG.steps + 1))
    assert only(Finished, plain)[0].weights_hash == only(Finished, asked)[0].weights_hash
    assert only(Lengths, plain) != []


def test_the_time_for_the_sharpness_is_not_that_of_training(digits, monkeypatch):
    import time

    class Slow(inside.Inside):
        def after(self, step):
            time.sleep(0.05)
            return iter(())

    trainer = Trainer(replace(SMALL, epochs=4), digits, CPU)
    trainer.inside.__class__ = Slow
    for _ in range(4):
        list(trainer.train_for(60))
    assert trainer.elapsed - trainer.trained >= 4 * 0.05


def test_the_largest_networks_are_measured_less_often():
    assert len(inside.sharpness_at(replace(SMALL, epochs=100, sharpness=True))) == 61
    assert inside.sharpness_at(SMALL) == frozenset()
    large = TrainingConfig("mnist", (2048,) * 6, batch_size=100, epochs=1, sharpness=True)
    assert len(inside.sharpness_at(large)) < 10


def test_every_racer_is_looked_into(digits):
    config = TrainingConfig("digits", (8,), epochs=2, batch_size=500, rivals=(rival("gd"),), sharpness=True)
    events = list(race(config, digits, "cpu"))
    for kind in (Lengths, Activity, Sharpness):
        own = [[e for e in only(kind, events) if e.racer == place] for place in (0, 1)]
        assert len(own[0]) == len(own[1]) > 0
    starts = [e for e in only(Sharpness, events) if e.step == 0]
    assert starts[0].value == starts[1].value, "they begin with the same weights"


def test_numbers_that_are_not_finite_are_left_out(digits):
    trainer = Trainer(replace(SMALL, sharpness=True), digits, CPU)
    with torch.no_grad():
        next(trainer.model.parameters())[0, 0] = float("nan")
    list(trainer.train_for(60))
    assert list(trainer.inside.told()) == []
    assert list(trainer.inside.after(0)) == []


def test_the_images_are_the_first_of_the_sets(digits):
    trainer, data = Trainer(SMALL, digits, CPU), OnDevice(digits, CPU)
    assert torch.equal(trainer.inside.shown, data.test_images[: inside.ACTIVITY_IMAGES])
    assert torch.equal(trainer.inside.labels, data.labels)
