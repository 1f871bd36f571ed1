"""Where dropout stands: its mean after and before an activation and on the output, against torch."""

import numpy as np
import pytest

from optviz.teaching import dropout


def test_after_the_sigmoid_the_mean_stays_and_before_it_does_not() -> None:
    exact = 1 / (1 + np.exp(-2.0))
    after, before = dropout.around_a_sigmoid(2.0, 0.5, 0, draws=200_000)
    assert after.shape == before.shape == (200_000,)
    assert after[-1] == pytest.approx(exact, abs=0.01)
    assert before[-1] == pytest.approx(dropout.before_a_sigmoid(2.0, 0.5), abs=0.003)
    assert abs(dropout.before_a_sigmoid(2.0, 0.5) - exact) > 0.1


def test_without_a_share_nothing_changes() -> None:
    assert dropout.before_a_sigmoid(2.0, 0.0) == pytest.approx(1 / (1 + np.exp(-2.0)))
    np.testing.assert_array_equal(dropout.dropout(np.arange(4.0), np.ones(4, bool), 0.0), np.arange(4.0))


def test_the_loss_with_dropout_on_the_output_is_what_torch_has_on_average() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    logits = torch.tensor([3.0, 1.0, -3.0], dtype=torch.float64).repeat(100_000, 1)
    labels = torch.zeros(len(logits), dtype=torch.long)
    dropped = torch.nn.functional.dropout(logits, 0.25)
    theirs = float(torch.nn.functional.cross_entropy(dropped, labels))
    assert dropout.on_the_output((3, 1, -3), 0, 0.25) == pytest.approx(theirs, abs=0.02)
    plain = float(torch.nn.functional.cross_entropy(logits[:1], labels[:1]))
    assert dropout.on_the_output((3, 1, -3), 0, 0.0) == pytest.approx(plain, rel=1e-12)
