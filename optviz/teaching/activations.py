"""Activations: their values, their derivatives, and what many of them in a row leave of a gradient.

Every function works element by element on arrays of any shape and on complex numbers near the real line,
so that the derivatives can be tested by complex steps. None of them overflows for large inputs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from optviz.words import Message, mark

Function = Callable[[Any], Any]

LEAK = 0.01  # slope of leaky ReLU on the left, as in torch.nn.LeakyReLU


def sigmoid(z: Any) -> Any:
    """1/(1 + e⁻ᶻ), written so that only negative numbers are raised: nothing overflows."""
    z = np.asarray(z)
    small = np.exp(np.where(z.real > 0, -z, z))
    return np.where(z.real > 0, 1.0, small) / (1 + small)


def sigmoid_derivative(z: Any) -> Any:
    """σ(z)(1 − σ(z)), with 1 − σ(z) = σ(−z) so that no digits are lost; at most 1/4, at 0."""
    return sigmoid(z) * sigmoid(-np.asarray(z))


def tanh(z: Any) -> Any:
    """The hyperbolic tangent, between −1 and 1."""
    return np.tanh(np.asarray(z))


def tanh_derivative(z: Any) -> Any:
    """1 − tanh²(z), as 4 σ(2z) σ(−2z) so that no digits are lost; at most 1, at 0."""
    return 4 * sigmoid_derivative(2 * np.asarray(z))


def relu(z: Any) -> Any:
    """max(0, z)."""
    z = np.asarray(z)
    return np.where(z.real > 0, z, 0.0)


def relu_derivative(z: Any) -> Any:
    """1 where z > 0, else 0; at 0 torch takes 0 too."""
    return np.where(np.asarray(z).real > 0, 1.0, 0.0)


def leaky_relu(z: Any) -> Any:
    """z where z > 0, else 0.01 z."""
    z = np.asarray(z)
    return np.where(z.real > 0, z, LEAK * z)


def leaky_relu_derivative(z: Any) -> Any:
    """1 where z > 0, else 0.01."""
    return np.where(np.asarray(z).real > 0, 1.0, LEAK)


def elu(z: Any) -> Any:
    """z where z > 0, else eᶻ − 1."""
    z = np.asarray(z)
    return np.where(z.real > 0, z, np.expm1(np.where(z.real > 0, 0.0, z)))


def elu_derivative(z: Any) -> Any:
    """1 where z > 0, else eᶻ."""
    z = np.asarray(z)
    return np.exp(np.where(z.real > 0, 0.0, z))


def gelu(z: Any) -> Any:
    """z Φ(z) with the distribution function Φ of the normal distribution; exact, not the tanh formula."""
    z = np.asarray(z)
    return z * _normal_share(z)


def gelu_derivative(z: Any) -> Any:
    """Φ(z) + z φ(z)."""
    z = np.asarray(z)
    # Beyond 40 the density is zero to the last digit, and its square would overflow far out.
    near = np.where(np.abs(z) < 40, z, 40.0)
    return _normal_share(z) + near * np.exp(-near * near / 2) / np.sqrt(2 * np.pi)


def _normal_share(z: Any) -> Any:
    from scipy.special import erf  # only here: who shows no GELU need not wait for it

    return (1 + erf(z / np.sqrt(2))) / 2


def silu(z: Any) -> Any:
    """z σ(z), also called swish."""
    return np.asarray(z) * sigmoid(z)


def silu_derivative(z: Any) -> Any:
    """σ(z) + z σ'(z)."""
    return sigmoid(z) + np.asarray(z) * sigmoid_derivative(z)


def softplus(z: Any) -> Any:
    """log(1 + eᶻ), written as max(z, 0) + log(1 + e^−|z|)."""
    z = np.asarray(z)
    return relu(z) + np.log1p(np.exp(np.where(z.real > 0, -z, z)))


def identity(z: Any) -> Any:
    """Return z itself."""
    return np.asarray(z) * 1.0


def one(z: Any) -> Any:
    """The derivative of the identity."""
    return np.ones_like(np.asarray(z), dtype=float)


@dataclass(frozen=True, slots=True)
class Activation:
    """One activation: the function and its derivative, both element by element, and their LaTeX.

    `torch` names the function in `torch.nn.functional` or `torch`, for the test that compares them.
    """

    key: str
    name: Message
    function: Function
    derivative: Function
    formula: str
    derivative_formula: str
    notes: Message
    torch: str


ACTIVATIONS: dict[str, Activation] = {
    row.key: row
    for row in (
        Activation(
            "sigmoid",
            "Sigmoid",
            sigmoid,
            sigmoid_derivative,
            r"\sigma(z) = \frac{1}{1 + e^{-z}}",
            r"\sigma'(z) = \sigma(z)\,(1 - \sigma(z))",
            "Maps any number to a probability. Its slope is at most 1/4: with |w| ≤ 1 a gradient loses at "
            "least three quarters in every layer.",
            "sigmoid",
        ),
        Activation(
            "tanh",
            "Tanh",
            tanh,
            tanh_derivative,
            r"\tanh(z) = \frac{e^z - e^{-z}}{e^z + e^{-z}}",
            r"\tanh'(z) = 1 - \tanh^2(z)",
            "A sigmoid around zero: tanh(z) = 2σ(2z) − 1. Its derivative reaches 1, but only at 0.",
            "tanh",
        ),
        Activation(
            "relu",
            "ReLU",
            relu,
            relu_derivative,
            r"\mathrm{ReLU}(z) = \max(0, z)",
            mark(r"\mathrm{ReLU}'(z) = 1 \text{ if } z > 0 \text{ else } 0"),
            "Lets a gradient through whole, or not at all. A unit that is negative for every example gets no "
            "gradient any more: it is dead.",
            "relu",
        ),
        Activation(
            "leaky_relu",
            "Leaky ReLU",
            leaky_relu,
            leaky_relu_derivative,
            mark(r"z \text{ if } z > 0 \text{ else } 0.01\,z"),
            mark(r"1 \text{ if } z > 0 \text{ else } 0.01"),
            "A small slope on the left, so that no unit dies for good.",
            "leaky_relu",
        ),
        Activation(
            "elu",
            "ELU",
            elu,
            elu_derivative,
            mark(r"z \text{ if } z > 0 \text{ else } e^z - 1"),
            mark(r"1 \text{ if } z > 0 \text{ else } e^z"),
            "Bends smoothly down to −1, so that the mean of the outputs is nearer to zero.",
            "elu",
        ),
        Activation(
            "gelu",
            "GELU",
            gelu,
            gelu_derivative,
            r"z\,\Phi(z)",
            r"\Phi(z) + z\,\varphi(z)",
            "A smooth ReLU, weighted with the normal distribution. Below zero for z < 0; its derivative "
            "exceeds 1.",
            "gelu",
        ),
        Activation(
            "silu",
            "SiLU (swish)",
            silu,
            silu_derivative,
            r"z\,\sigma(z)",
            r"\sigma(z) + z\,\sigma'(z)",
            "The same idea as GELU with a sigmoid as the weight.",
            "silu",
        ),
        Activation(
            "softplus",
            "Softplus",
            softplus,
            sigmoid,
            r"\log(1 + e^z)",
            r"\sigma(z)",
            "ReLU with its corner rounded; its derivative is the sigmoid.",
            "softplus",
        ),
        Activation(
            "identity",
            "Identity",
            identity,
            one,
            r"z",
            r"1",
            "No bend at all: any number of such layers is one linear map.",
            "",
        ),
    )
}


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """What a chain of n layers z → a(w z), one unit each, leaves of a gradient.

    All of shape (n + 1,): `values` after each layer (the input first); `factors` w a'(w x) of each layer (1
    for the input); `gradients` the derivative of the last value by the value before each later layer, so
    that `gradients[n]` is 1 and `gradients[0]` is what reaches the input.
    """

    values: np.ndarray
    factors: np.ndarray
    gradients: np.ndarray

    @property
    def left(self) -> float:
        """The share of the gradient that reaches the input."""
        return float(self.gradients[0])


def chain(activation: str | Activation, depth: int, weight: float, x: float) -> Chain:
    """Send `x` through `depth` layers of one unit with the same `weight`, and a gradient of 1 back."""
    row = ACTIVATIONS[activation] if isinstance(activation, str) else activation
    values, factors = [float(x)], [1.0]
    for _ in range(depth):
        z = weight * values[-1]
        values.append(float(row.function(z)))
        factors.append(weight * float(row.derivative(z)))
    # Backpropagation multiplies from the back: the product of all factors behind a place.
    behind = np.cumprod(np.array([1.0, *factors[:0:-1]]))[::-1]
    return Chain(np.array(values), np.array(factors), behind)
