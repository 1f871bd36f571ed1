"""Weight decay on a regression with 200 weights and 20 examples, as in the course notes.

y = 0.05 + Σ 0.01 xᵢ + N(0, 0.01) with xᵢ ~ N(0, 1): so many weights fit 20 examples without learning
anything of the rest. A penalty on the weights chooses between the many fits.

The notes have two programs for it, the rows of VERSIONS. Both add λ w to the gradient by the weights, which
is the gradient of λ/2 ‖w‖²; the bias has no penalty. Weights start at N(0, 1). They differ in the loss of a
batch and in the first bias. In place of L2, L1 adds λ ‖w‖₁. That has no gradient at 0, so its step is
proximal: after the step of the loss every weight moves towards 0 by at most η λ and stays there if it
arrives, which makes weights exactly 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optviz.engine.hyperparameters import Hyperparameter
from optviz.words import Message, mark, tr

DIMENSION = 200
TRAINING, TEST = 20, 100
BATCH, EPOCHS, RATE = 5, 100, 0.003
BIAS, WEIGHT, NOISE = 0.05, 0.01, 0.01

#: The penalties of the notes.
PRINTED_PENALTIES = (0.0, 3.0)


@dataclass(frozen=True, slots=True)
class Norm:
    """‖w‖ after 100 epochs: what the notes print, and the ends between which 99 % of seeds lie.

    A test draws seeds and counts.
    """

    printed: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Version:
    """One of the programs of the notes.

    `loss` is LaTeX and `pull` the factor of (ŷ − y) x in its gradient; `first_bias` is the standard deviation
    from which the bias starts. `norms` are the results by penalty.
    """

    key: str
    name: Message
    loss: str
    pull: float
    first_bias: float
    norms: Mapping[float, Norm]


VERSIONS: dict[str, Version] = {
    version.key: version
    for version in (
        Version(
            "scratch",
            "From scratch",
            r"\tfrac12 (\hat y_i - y_i)^2",
            1.0,
            0.0,
            {0.0: Norm(13.11, 11.5, 15.5), 3.0: Norm(0.337, 0.315, 0.422)},
        ),
        Version(
            "concise",
            "With torch.optim",
            r"(\hat y_i - y_i)^2",
            2.0,
            1.0,
            {0.0: Norm(12.57, 11.5, 15.5), 3.0: Norm(0.367, 0.325, 0.7)},
        ),
    )
}

#: A mistake of the notes.
DECAY_ERRATUM = mark(
    "The notes say that weight_decay=λ adds λ‖w‖² to the loss. SGD in PyTorch adds λ w to the gradient, so "
    "the penalty is λ/2 ‖w‖²."
)

PENALTY = Hyperparameter(
    "penalty",
    r"\lambda",
    3.0,
    0.0,
    10.0,
    help=mark("How much the size of the weights counts beside the error."),
)


@dataclass(frozen=True, slots=True, eq=False)
class Decayed:
    """A training with a penalty.

    By epoch, the start first, of shape (epochs + 1,): `train` and `test`, the means of (ŷ − y)²/2 without
    the penalty whatever the version's loss, and `norms` ‖w‖. `weights` (200,) and `bias` are the last ones.
    """

    kind: str
    penalty: float
    train: np.ndarray
    test: np.ndarray
    norms: np.ndarray
    weights: np.ndarray
    bias: float

    @property
    def zeros(self) -> int:
        """How many weights are exactly 0 at the end."""
        return int((self.weights == 0).sum())


def examples(seed: int) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Inputs (120, 200) and targets (120,), the training examples first, and the generator they came from."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(TRAINING + TEST, DIMENSION))
    y = BIAS + WEIGHT * x.sum(axis=1) + random.normal(0.0, NOISE, len(x))
    return x, y, random


def decayed(
    penalty: float, kind: str = "l2", seed: int = 0, epochs: int = EPOCHS, version: str = "scratch"
) -> Decayed:
    """Train with SGD. The same `seed` gives the same examples and first weights.

    `kind` is "l2" or "l1", `version` a key of VERSIONS.

    Raises:
        ValueError: for another kind.
        KeyError: for another version.
    """
    if kind not in ("l1", "l2"):
        raise ValueError(tr("“{kind}” is no penalty here; there is l1, l2.", kind=kind))
    program = VERSIONS[version]
    x, y, random = examples(seed)
    w, b = random.normal(size=DIMENSION), 0.0
    if program.first_bias:
        b = float(random.normal(0.0, program.first_bias))
    rows = [_measured(x, y, w, b)]
    l2 = penalty if kind == "l2" else 0.0
    for _ in range(epochs):
        order = random.permutation(TRAINING)
        for start in range(0, TRAINING, BATCH):
            batch = order[start : start + BATCH]
            by_w, by_b = penalised_gradient(w, b, x[batch], y[batch], l2, program.pull)
            w, b = w - RATE * by_w, b - RATE * by_b
            if kind == "l1":
                w = shrunk(w, RATE * penalty)
        rows.append(_measured(x, y, w, b))
    train, test, norms = np.array(rows).T
    return Decayed(kind, penalty, train, test, norms, w, float(b))


def shrunk(w: np.ndarray, by: float) -> np.ndarray:
    """Every element of `w` moved towards 0 by at most `by`: the proximal step of the L1 penalty."""
    return np.sign(w) * np.maximum(np.abs(w) - by, 0.0)


def penalised(
    w: np.ndarray, b: float, x: np.ndarray, y: np.ndarray, penalty: float, pull: float = 1.0
) -> float:
    """The loss with L2: `pull` · mean of (x w + b − y)²/2, plus λ/2 ‖w‖²; x (n, d), w (d,), y (n,)."""
    return pull * ((x @ w + b - y) ** 2).mean() / 2 + penalty / 2 * (w * w).sum()


def penalised_gradient(
    w: np.ndarray, b: float, x: np.ndarray, y: np.ndarray, penalty: float, pull: float = 1.0
) -> tuple[np.ndarray, float]:
    """The gradient of `penalised` by the weights (d,) and by the bias."""
    error = pull * (x @ w + b - y)
    return x.T @ error / len(y) + penalty * w, error.mean()


def _measured(x: np.ndarray, y: np.ndarray, w: np.ndarray, b: float) -> tuple[float, float, float]:
    halves = (x @ w + b - y) ** 2 / 2
    return float(halves[:TRAINING].mean()), float(halves[TRAINING:].mean()), float(np.linalg.norm(w))
