"""Softmax, entropies and losses, with the gradients that backpropagation sends on.

Logarithms are natural, so that entropies are in nats. Everything is computed from logits where that is
possible, because the logarithm of a probability that has been rounded to 0 is lost. Losses over examples
are means, as in torch. Arguments are anything numpy reads; complex logits near the real line work too, so
that the gradients can be tested by complex steps.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from optviz.teaching.activations import sigmoid, sigmoid_derivative, softplus
from optviz.words import tr


class LossError(ValueError):
    """Arguments that a loss cannot be computed from; the message is a sentence for people."""


def log_softmax(logits: Any, temperature: float = 1.0) -> np.ndarray:
    """log pᵢ = zᵢ/T − log Σ exp(zⱼ/T) over the last axis; (..., k) -> (..., k).

    The largest logit is taken off first, which changes nothing and keeps every exponent at most 0.

    Raises:
        LossError: when the temperature is not above 0, or there are no logits.
    """
    if not temperature > 0:
        raise LossError(tr("The temperature must be above 0."))
    z = _array(logits, "logits")
    if z.ndim == 0 or z.shape[-1] == 0:
        raise LossError(tr("Softmax needs a list of at least one number."))
    z = (z - z.real.max(axis=-1, keepdims=True)) / temperature
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def softmax(logits: Any, temperature: float = 1.0) -> np.ndarray:
    """pᵢ = exp(zᵢ/T) / Σ exp(zⱼ/T) over the last axis; (..., k) -> (..., k). Raises as `log_softmax`."""
    return np.exp(log_softmax(logits, temperature))


def softmax_jacobian(logits: Any, temperature: float = 1.0) -> np.ndarray:
    """∂pᵢ/∂zⱼ = pᵢ (δᵢⱼ − pⱼ) / T for one list of logits; (k,) -> (k, k)."""
    p = softmax(logits, temperature)
    return (np.diag(p) - np.outer(p, p)) / temperature


def entropy(p: Any) -> Any:
    """H(p) = −Σ pᵢ log pᵢ over the last axis, with 0 log 0 = 0; (..., k) -> (...).

    Raises:
        LossError: when the shares are negative or do not add up to 1.
    """
    return cross_entropy(p, p)


def cross_entropy(p: Any, q: Any) -> Any:
    """H(p, q) = −Σ pᵢ log qᵢ = H(p) + KL(p‖q); (..., k) -> (...). Infinite where q is 0 and p is not.

    Raises:
        LossError: when the lengths differ, shares are negative or do not add up to 1.
    """
    p, q = distribution(p, "p"), distribution(q, "q")
    _same_length(p, q)
    return _weighted(p, _log(q))


def kl_divergence(p: Any, q: Any) -> Any:
    """KL(p‖q) = Σ pᵢ log(pᵢ/qᵢ) ≥ 0, and 0 only where both are equal. Raises as `cross_entropy`."""
    p, q = distribution(p, "p"), distribution(q, "q")
    _same_length(p, q)
    with np.errstate(invalid="ignore"):  # −∞ + ∞ where both are 0 has the weight 0
        return np.maximum(_weighted(p, _log(q) - _log(p)), 0.0)  # rounding may leave −1e-17


def _log(p: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log(p)


def _weighted(p: np.ndarray, logs: np.ndarray) -> Any:
    """−Σ p·log q, where what has no weight counts nothing, whatever its logarithm."""
    return -np.where(p > 0, p * np.where(p > 0, logs, 0.0), 0.0).sum(axis=-1) + 0.0


def distribution(p: Any, name: str = "p") -> np.ndarray:
    """`p` as shares of shape (..., k).

    Raises:
        LossError: when they are negative, or do not add up to 1 within a millionth.
    """
    shares = _array(p, name)
    if shares.ndim == 0 or shares.shape[-1] == 0:
        raise LossError(tr("{name} needs at least one share.", name=name))
    if (shares < 0).any():
        raise LossError(tr("{name} has a negative share.", name=name))
    total = shares.sum(axis=-1)
    if not np.allclose(total, 1.0, rtol=0, atol=1e-6):
        found = f"{float(np.ravel(total)[0]):.6g}"
        raise LossError(tr("The shares of {name} add up to {found} and not to 1.", name=name, found=found))
    return shares


def absolute_error(prediction: Any, target: Any) -> Any:
    """Mean |a − y| over all elements. Raises LossError when the shapes differ."""
    return np.abs(_difference(prediction, target)).mean()


def absolute_error_gradient(prediction: Any, target: Any) -> np.ndarray:
    """sign(a − y)/n: the same pull however large the error; 0 where there is none."""
    d = _difference(prediction, target)
    return np.sign(d) / d.size


def squared_error(prediction: Any, target: Any) -> Any:
    """Mean (a − y)² over all elements. Raises LossError when the shapes differ."""
    return (_difference(prediction, target) ** 2).mean()


def squared_error_gradient(prediction: Any, target: Any) -> np.ndarray:
    """2(a − y)/n: the pull grows with the error."""
    d = _difference(prediction, target)
    return 2 * d / d.size


def negative_log_likelihood(log_probabilities: Any, labels: Any) -> Any:
    """−mean log p[label], (n, k) and (n,) -> a number; as torch's `nll_loss`.

    Raises:
        LossError: when shapes or labels do not fit.
    """
    logs = np.atleast_2d(_array(log_probabilities, "log-probabilities"))
    return -logs[_places(logs, labels)].mean()


def cross_entropy_from_logits(logits: Any, labels: Any) -> Any:
    """Softmax, logarithm and negative log-likelihood in one; (n, k) and (n,) -> a number.

    As torch's `cross_entropy`. Raises LossError when shapes or labels do not fit.
    """
    return negative_log_likelihood(log_softmax(logits), labels)


def cross_entropy_from_logits_gradient(logits: Any, labels: Any) -> np.ndarray:
    """(softmax(z) − one-hot)/n, the shape of the logits: prediction minus truth, without a factor."""
    logs = np.atleast_2d(log_softmax(logits))
    gradient = np.exp(logs)
    gradient[_places(logs, labels)] -= 1
    return gradient / len(logs)


def binary_cross_entropy(probabilities: Any, targets: Any) -> Any:
    """Mean −y log p − (1 − y) log(1 − p), any shape; infinite where a sure answer is wrong.

    Raises:
        LossError: when shapes differ, or a value is not between 0 and 1.
    """
    p, y = _array(probabilities, "probabilities"), _targets(targets)
    _same_shape(p, y)
    if ((p < 0) | (p > 1)).any():
        raise LossError(tr("Probabilities must be between 0 and 1."))
    return _weighted(np.stack([y, 1 - y], -1), _log(np.stack([p, 1 - p], -1))).mean()


def binary_cross_entropy_from_logits(logits: Any, targets: Any) -> Any:
    """Mean log(1 + eᶻ) − y z, which is binary cross entropy of σ(z), without ever rounding σ to 0 or 1.

    As torch's `binary_cross_entropy_with_logits`. Raises LossError as `binary_cross_entropy`.
    """
    z, y = _array(logits, "logits"), _targets(targets)
    _same_shape(z, y)
    # As softplus of the side that is wrong, so that a small loss keeps its digits.
    return (y * softplus(-z) + (1 - y) * softplus(z)).mean()


def binary_cross_entropy_from_logits_gradient(logits: Any, targets: Any) -> np.ndarray:
    """(σ(z) − y)/n: the error itself, with no σ' in front."""
    z, y = _array(logits, "logits"), _targets(targets)
    _same_shape(z, y)
    return (sigmoid(z) - y) / z.size


def squared_error_on_sigmoid(logits: Any, targets: Any) -> Any:
    """Mean (σ(z) − y)². Raises LossError when shapes differ."""
    return squared_error(sigmoid(_array(logits, "logits")), targets)


def squared_error_on_sigmoid_gradient(logits: Any, targets: Any) -> np.ndarray:
    """2(σ(z) − y) σ'(z)/n: the factor σ' vanishes just where the error is largest."""
    z = _array(logits, "logits")
    return squared_error_gradient(sigmoid(z), targets) * sigmoid_derivative(z)


def coin_loss(theta: Any, heads: int = 7, tails: int = 3) -> Any:
    """−heads·log θ − tails·log(1 − θ): how unlikely the throws are if heads has the probability θ.

    Any shape. Infinite at 0 and 1, unless no throw speaks against it.
    """
    theta = _array(theta, "theta")
    _tosses(heads, tails)
    weights = np.array([heads, tails], dtype=float)
    return _weighted(np.broadcast_to(weights, (*theta.shape, 2)), _log(np.stack([theta, 1 - theta], -1)))


def coin_gradient(theta: Any, heads: int = 7, tails: int = 3) -> Any:
    """−heads/θ + tails/(1 − θ), for 0 < θ < 1."""
    theta = _array(theta, "theta")
    return -heads / theta + tails / (1 - theta)


def coin_best(heads: int = 7, tails: int = 3) -> float:
    """The θ under which the throws are most likely: where the gradient is zero, heads/(heads + tails).

    Raises:
        LossError: without throws.
    """
    _tosses(heads, tails)
    return heads / (heads + tails)


def _tosses(heads: int, tails: int) -> None:
    if heads < 0 or tails < 0 or heads + tails == 0:
        raise LossError(tr("There must be at least one throw, and no negative number of them."))


def _array(values: Any, name: str) -> np.ndarray:
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "fciub":
            raise TypeError
    except (TypeError, ValueError):
        raise LossError(tr("The {name} are not numbers in rows of one length.", name=tr(name))) from None
    return array if array.dtype.kind in "fc" else array.astype(float)


def _difference(prediction: Any, target: Any) -> np.ndarray:
    a, y = _array(prediction, "predictions"), _array(target, "targets")
    _same_shape(a, y)
    return a - y


def _same_shape(a: np.ndarray, b: np.ndarray) -> None:
    if a.shape != b.shape:
        raise LossError(tr("The shapes {first} and {second} differ.", first=a.shape, second=b.shape))
    if not a.size:
        raise LossError(tr("There is nothing to take a mean of."))


def _same_length(p: np.ndarray, q: np.ndarray) -> None:
    if p.shape[-1] != q.shape[-1]:
        raise LossError(tr("p has {first} shares and q has {second}.", first=p.shape[-1], second=q.shape[-1]))


def _targets(targets: Any) -> np.ndarray:
    y = _array(targets, "targets")
    if ((y < 0) | (y > 1)).any():
        raise LossError(tr("Targets must be between 0 and 1."))
    return y


def _places(rows: np.ndarray, labels: Any) -> tuple[np.ndarray, np.ndarray]:
    """Where each row's label stands."""
    found: Sequence[float] | np.ndarray = np.atleast_1d(_array(labels, "labels"))
    n, k = rows.shape[0], rows.shape[-1]
    if rows.ndim != 2 or np.shape(found) != (n,) or not n:
        raise LossError(
            tr(
                "There are {rows} rows and {labels} labels; each row needs one.",
                rows=n,
                labels=np.size(found),
            )
        )
    if any(not math.isfinite(v) or v != int(v) or not 0 <= v < k for v in found):
        raise LossError(tr("Labels must be whole numbers from 0 to {most}.", most=k - 1))
    return np.arange(n), np.asarray(found, dtype=int)
