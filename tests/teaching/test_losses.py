"""Losses: the printed figures, gradients by complex step and against torch, and what must always hold."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from optviz.settings.activations import CLASS_LABELS, CLASS_LOGITS
from optviz.teaching.loss_table import TORCH_LOSSES, TorchLoss
from optviz.teaching.losses import (
    LossError,
    absolute_error,
    absolute_error_gradient,
    binary_cross_entropy,
    binary_cross_entropy_from_logits,
    binary_cross_entropy_from_logits_gradient,
    coin_best,
    coin_gradient,
    coin_loss,
    cross_entropy,
    cross_entropy_from_logits,
    cross_entropy_from_logits_gradient,
    entropy,
    kl_divergence,
    log_softmax,
    negative_log_likelihood,
    softmax,
    softmax_jacobian,
    squared_error,
    squared_error_gradient,
    squared_error_on_sigmoid,
    squared_error_on_sigmoid_gradient,
)

PRINTED = json.loads((Path(__file__).parents[1] / "printed-figures.json").read_text("utf-8"))
H = 1e-30
LOGITS = arrays.arrays(float, st.integers(1, 8), elements=st.floats(-200, 200))
SHARES = arrays.arrays(float, st.integers(2, 6), elements=st.floats(0.01, 1)).map(lambda a: a / a.sum())


def by_complex_step(function, at) -> np.ndarray:
    """The gradient of a function of an array, one element at a time."""
    at = np.asarray(at, dtype=complex)
    found = np.empty(at.shape)
    for place in np.ndindex(at.shape):
        moved = at.copy()
        moved[place] += 1j * H
        found[place] = function(moved).imag / H
    return found


def test_softmax_is_as_printed() -> None:
    example = PRINTED["softmax"]
    assert softmax(example["input"]).round(4).tolist() == example["prints"]


def test_negative_log_likelihood_is_as_printed_and_the_worked_line_is_not() -> None:
    example = PRINTED["losses"]["nll"]
    found = negative_log_likelihood(example["log_probabilities"], example["label"])
    assert round(float(found), 4) == example["prints"]
    assert round((1.3110 + 1.4703 + 1.7949) / 3, 4) == 1.5254 != example["prints"]


def test_cross_entropy_is_as_printed() -> None:
    example = PRINTED["losses"]["cross_entropy"]
    found = cross_entropy_from_logits(example["logits"], example["target"])
    assert round(float(found), 4) == example["prints"]


def test_binary_cross_entropy_is_as_printed() -> None:
    example = PRINTED["losses"]["bce_with_logits"]
    found = binary_cross_entropy_from_logits(example["logits"], example["target"])
    assert round(float(found), 4) == example["prints"]


def test_the_coin_is_most_likely_as_printed() -> None:
    example = PRINTED["losses"]["coin_likelihood"]
    heads, tails = example["heads"], example["tails"]
    assert coin_best(heads, tails) == example["argmin_theta"]
    theta = np.linspace(0.01, 0.99, 99)
    assert theta[coin_loss(theta, heads, tails).argmin()] == pytest.approx(example["argmin_theta"])
    assert coin_gradient(example["argmin_theta"], heads, tails) == pytest.approx(0, abs=1e-12)


def test_losses_and_gradients_are_those_of_torch() -> None:
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    random = np.random.default_rng(3)
    z, labels = random.normal(size=(7, 5)) * 4, random.integers(0, 5, 7)
    y, bits = random.normal(size=(7, 5)), random.integers(0, 2, (7, 5)).astype(float)
    t = {name: torch.tensor(array) for name, array in {"labels": labels, "y": y, "bits": bits}.items()}
    cases = (
        (cross_entropy_from_logits, cross_entropy_from_logits_gradient, f.cross_entropy, labels, "labels"),
        (squared_error, squared_error_gradient, f.mse_loss, y, "y"),
        (absolute_error, absolute_error_gradient, f.l1_loss, y, "y"),
        (
            binary_cross_entropy_from_logits,
            binary_cross_entropy_from_logits_gradient,
            f.binary_cross_entropy_with_logits,
            bits,
            "bits",
        ),
        (
            squared_error_on_sigmoid,
            squared_error_on_sigmoid_gradient,
            lambda a, b: f.mse_loss(torch.sigmoid(a), b),
            bits,
            "bits",
        ),
    )
    for loss, gradient, theirs, target, name in cases:
        logits = torch.tensor(z, requires_grad=True)
        value = theirs(logits, t[name])
        value.backward()
        assert float(loss(z, target)) == pytest.approx(float(value.detach()), rel=1e-12)
        np.testing.assert_allclose(gradient(z, target), logits.grad, rtol=1e-10, atol=1e-14)
    logs = torch.log_softmax(torch.tensor(z), -1)
    np.testing.assert_allclose(log_softmax(z), logs, rtol=1e-12)
    assert float(negative_log_likelihood(logs.numpy(), labels)) == pytest.approx(
        float(f.nll_loss(logs, t["labels"])), rel=1e-12
    )


def test_gradients_are_those_of_complex_steps() -> None:
    random = np.random.default_rng(4)
    z, labels = random.normal(size=(4, 3)) * 3, np.array([2, 0, 1, 1])
    bits, y = random.integers(0, 2, (4, 3)), random.normal(size=(4, 3))
    pairs = (
        (cross_entropy_from_logits, cross_entropy_from_logits_gradient, labels),
        (binary_cross_entropy_from_logits, binary_cross_entropy_from_logits_gradient, bits),
        (squared_error_on_sigmoid, squared_error_on_sigmoid_gradient, bits),
        (squared_error, squared_error_gradient, y),
    )
    for loss, gradient, target in pairs:
        expected = by_complex_step(lambda a, f=loss, t=target: f(a, t), z)
        np.testing.assert_allclose(gradient(z, target), expected, rtol=1e-12, atol=1e-15)
    for theta in (0.1, 0.5, 0.93):
        step = (-7 * np.log(theta + 1j * H) - 3 * np.log(1 - theta - 1j * H)).imag / H
        assert coin_gradient(theta) == pytest.approx(step, rel=1e-12)
    row = z[0]
    for i in range(3):
        for temperature in (0.5, 2.0):
            expected = by_complex_step(lambda a, i=i, t=temperature: softmax(a, t)[i], row)
            np.testing.assert_allclose(
                softmax_jacobian(row, temperature)[i], expected, rtol=1e-11, atol=1e-15
            )


@given(z=LOGITS, shift=st.floats(-100, 100), temperature=st.floats(0.1, 10))
def test_softmax_adds_up_to_one_and_forgets_a_shift(z, shift: float, temperature: float) -> None:
    p = softmax(z, temperature)
    assert (p >= 0).all()
    assert p.sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(softmax(z + shift, temperature), p, rtol=1e-9, atol=1e-12)


@given(p=SHARES, data=st.data())
def test_cross_entropy_is_entropy_plus_divergence(p, data) -> None:
    q = data.draw(arrays.arrays(float, len(p), elements=st.floats(0.01, 1)).map(lambda a: a / a.sum()))
    assert kl_divergence(p, q) >= 0
    assert kl_divergence(p, p) == pytest.approx(0, abs=1e-15)
    assert cross_entropy(p, q) == pytest.approx(entropy(p) + kl_divergence(p, q), rel=1e-12)
    assert 0 <= entropy(p) <= np.log(len(p)) + 1e-12


def test_what_is_impossible_costs_infinitely_much_and_nothing_costs_nothing() -> None:
    assert cross_entropy([1, 0], [0, 1]) == kl_divergence([1, 0], [0, 1]) == np.inf
    assert entropy([1, 0]) == 0
    assert kl_divergence([0.5, 0.5, 0], [0.5, 0.5, 0]) == 0
    assert binary_cross_entropy([0.0, 1.0], [0, 1]) == 0
    assert binary_cross_entropy([0.0], [1]) == np.inf
    assert coin_loss(1.0, 3, 0) == 0
    assert coin_loss(1.0, 3, 1) == np.inf


def test_logits_far_out_lose_nothing() -> None:
    assert cross_entropy_from_logits([[1000.0, -1000.0]], [1]) == 2000
    assert binary_cross_entropy_from_logits([-1000.0], [1]) == 1000
    assert binary_cross_entropy_from_logits([50.0], [1]) == pytest.approx(np.exp(-50), rel=1e-12)
    assert softmax([1e308, 0.0]).tolist() == [1, 0]


@given(z=st.floats(-30, 30), y=st.sampled_from([0, 1]))
def test_both_ways_to_binary_cross_entropy_agree(z: float, y: int) -> None:
    p = float(softmax([z, 0.0])[0])
    assert binary_cross_entropy_from_logits([z], [y]) == pytest.approx(
        float(cross_entropy_from_logits([[z, 0.0]], [1 - y])), rel=1e-9, abs=1e-15
    )
    if 1e-6 < p < 1 - 1e-6:
        assert binary_cross_entropy([p], [y]) == pytest.approx(
            float(binary_cross_entropy_from_logits([z], [y])), rel=1e-6
        )


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda: softmax([1, 2], 0), "temperature"),
        (lambda: softmax([]), "at least one"),
        (lambda: softmax("ab"), "not numbers"),
        (lambda: softmax([[1, 2], [3]]), "not numbers"),
        (lambda: entropy([0.5, 0.4]), "add up to 0.9"),
        (lambda: entropy([1.5, -0.5]), "negative"),
        (lambda: cross_entropy([0.5, 0.5], [0.2, 0.3, 0.5]), "2 shares"),
        (lambda: squared_error([1, 2], [1, 2, 3]), "differ"),
        (lambda: squared_error([], []), "mean"),
        (lambda: cross_entropy_from_logits([[1, 2]], [2]), "0 to 1"),
        (lambda: cross_entropy_from_logits([[1, 2]], [0, 1]), "each row needs one"),
        (lambda: cross_entropy_from_logits([[1, 2]], [0.5]), "whole numbers"),
        (lambda: binary_cross_entropy([1.2], [1]), "between 0 and 1"),
        (lambda: binary_cross_entropy_from_logits([1.2], [2]), "between 0 and 1"),
        (lambda: coin_best(0, 0), "at least one throw"),
    ],
)
def test_what_cannot_be_computed_gets_a_sentence(broken, said: str) -> None:
    with pytest.raises(LossError, match=said):
        broken()


@pytest.mark.parametrize("row", TORCH_LOSSES, ids=lambda row: row.name)
def test_a_loss_of_the_table_is_that_of_torch(row: TorchLoss) -> None:
    torch = pytest.importorskip("torch")
    given, targets = (np.array(part) for part in row.example)
    theirs = getattr(torch.nn, row.name)()(torch.tensor(given), torch.tensor(targets))
    assert row.ours(given, targets) == pytest.approx(float(theirs), rel=1e-12)


def test_soft_margin_is_binary_cross_entropy_with_other_labels() -> None:
    rows = {row.name: row for row in TORCH_LOSSES}
    soft, binary = rows["SoftMarginLoss"], rows["BCEWithLogitsLoss"]
    found = [row.ours(*(np.array(part) for part in row.example)) for row in (soft, binary)]
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_weights_and_smoothing_are_as_the_page_says() -> None:
    torch = pytest.importorskip("torch")
    z, y = torch.tensor(CLASS_LOGITS, dtype=torch.float64), torch.tensor(CLASS_LABELS)
    rows = -torch.log_softmax(z, 1)[torch.arange(len(y)), y]
    weight = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    weighted = (weight[y] * rows).sum() / weight[y].sum()
    loss = torch.nn.functional.cross_entropy
    assert float(loss(z, y, weight=weight)) == pytest.approx(float(weighted))
    assert float(loss(z, y, ignore_index=1)) == pytest.approx(float(rows[y != 1].mean()))
    smooth = 0.9 * torch.nn.functional.one_hot(y, 3) + 0.1 / 3
    expected = -(smooth * torch.log_softmax(z, 1)).sum(1).mean()
    assert float(loss(z, y, label_smoothing=0.1)) == pytest.approx(float(expected))
    parts = [float(loss(z, y, reduction=how)) for how in ("sum", "mean")]
    assert parts[0] == pytest.approx(parts[1] * len(y))
