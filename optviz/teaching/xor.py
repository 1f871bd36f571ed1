"""XOR: four points that no line separates, and a small network that does, trained with gradient descent.

The inputs are −1 or 1, and the answer is yes where they differ. The loss is the mean cross entropy of the
sigmoid of one output. All four points are in every step. Without hidden units the model is linear.
"""

from dataclasses import dataclass

import numpy as np

INPUTS = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
TARGETS = np.array([0.0, 1.0, 1.0, 0.0])
RATE, STEPS = 0.5, 500

#: The loss above, over x = w₁ and y = w₂, of the linear model without a bias.
LINEAR_LOSS = "(log(1 + exp(x + y)) + log(1 + exp(-x - y)) + log(1 + exp(x - y)) + log(1 + exp(y - x)))/4"

#: Weights and biases: of the hidden layer, (2, h) and (h,), then of the output, (h,) and (1,). A linear model
#: has only those of the output, (2,) and (1,).
Parameters = tuple[np.ndarray, ...]


def first_parameters(hidden: int, seed: int) -> Parameters:
    """Weights from N(0, 1) and biases 0, with that many hidden units; 0 of them is a linear model."""
    random = np.random.default_rng(seed)
    if hidden == 0:
        return random.normal(size=2), np.zeros(1)
    return random.normal(size=(2, hidden)), np.zeros(hidden), random.normal(size=hidden), np.zeros(1)


def logits(parameters: Parameters, inputs: np.ndarray = INPUTS) -> np.ndarray:
    """What stands before the sigmoid: inputs (n, 2) -> (n,); hidden units are tanh."""
    *hidden, weights, bias = parameters
    return (np.tanh(inputs @ hidden[0] + hidden[1]) if hidden else inputs) @ weights + bias


def loss_and_gradients(parameters: Parameters) -> tuple[float, Parameters]:
    """The mean cross entropy over the four points, and its gradients in the shapes of the parameters."""
    *hidden, weights, bias = parameters
    below = np.tanh(INPUTS @ hidden[0] + hidden[1]) if hidden else INPUTS
    z = below @ weights + bias
    loss = float((np.logaddexp(0.0, z) - TARGETS * z).mean())
    back = (1 / (1 + np.exp(-z)) - TARGETS) / len(TARGETS)
    last = below.T @ back, np.array([back.sum()])
    if not hidden:
        return loss, last
    behind = np.outer(back, weights) * (1 - below**2)
    return loss, (INPUTS.T @ behind, behind.sum(axis=0), *last)


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A training: the `losses` by step, the start first, (steps + 1,), and the last parameters."""

    losses: np.ndarray
    parameters: Parameters

    @property
    def right(self) -> int:
        """How many of the four points are answered right at the end."""
        return int(((logits(self.parameters) > 0) == (TARGETS == 1)).sum())


def trained(hidden: int, seed: int, steps: int = STEPS, rate: float = RATE) -> Trained:
    """Train with gradient descent; the same seed gives the same first weights."""
    parameters = first_parameters(hidden, seed)
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(parameters)
        losses.append(loss)
        parameters = tuple(p - rate * g for p, g in zip(parameters, gradients, strict=True))
    losses.append(loss_and_gradients(parameters)[0])
    return Trained(np.array(losses), parameters)


def most_right_with_a_line(directions: int = 360, offsets: int = 81) -> int:
    """The most of the four points that a line gets right, of lines in many directions and places."""
    angles = np.arange(directions) * 2 * np.pi / directions
    along = INPUTS @ np.stack([np.cos(angles), np.sin(angles)])
    yes = along[:, :, None] > np.linspace(-2.0, 2.0, offsets)
    return int((yes == (TARGETS == 1)[:, None, None]).sum(axis=0).max())
