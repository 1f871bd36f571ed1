"""Claims of the lessons on losses, regularization and networks: each with its words."""

import numpy as np

from optviz.lessons import information, losses
from optviz.lessons.measured import MEASURED
from optviz.lessons.networks import CROSS_ENTROPY, SQUARED_ERROR
from optviz.lessons.regularization import DESCENTS, VECTOR, descent, norms
from optviz.lessons.xor import LINEAR, runs, solved
from optviz.settings import activations as given
from optviz.teaching import constraints, dropout
from optviz.teaching.activations import ACTIVATIONS
from optviz.teaching.fits import fitted
from optviz.teaching.losses import (
    binary_cross_entropy_from_logits,
    binary_cross_entropy_from_logits_gradient,
    coin_loss,
    cross_entropy,
    cross_entropy_from_logits,
    entropy,
    kl_divergence,
    squared_error_on_sigmoid_gradient,
)
from optviz.teaching.weight_decay import decayed
from optviz.teaching.xor import most_right_with_a_line
from optviz.training.presets import PRESETS
from tests.lessons.captions import Claims, near

P, Q = losses.P, losses.Q


def slope(key: str, z: float) -> float:
    return float(ACTIVATIONS[key].derivative(np.array(z)))


def pulls(z: float) -> list[float]:
    both = (binary_cross_entropy_from_logits_gradient, squared_error_on_sigmoid_gradient)
    return [abs(float(pull(np.array([z]), np.ones(1))[0])) for pull in both]


def valley_width(heads: int, tails: int) -> float:
    theta = np.linspace(0.01, 0.99, 981)
    height = coin_loss(theta, heads, tails)
    return float((height < height.min() + 2).mean())


def diamond(c1: float) -> float:
    return constraints.lowest_in_diamond(constraints.Bowl((c1, 2.2), 0.0), 1.0).point[0]


def circle(c1: float) -> float:
    return constraints.lowest_in_circle(constraints.Bowl((c1, 2.2), 0.0), 1.0).point[0]


def spread(share: float) -> float:
    """The standard deviation of one draw, as a share of the value."""
    made = [dropout.drawn(share, (200,), seed, draws=1) for seed in range(60)]
    return float(np.std([m.first / m.values for m in made]))


CLAIMS: Claims = {
    "surprise": [
        (
            ("0.693 nats, one in four twice as much", "0.693 nats, which is one bit"),
            lambda: near(
                (-np.log(0.5), -np.log(0.25), float(entropy((0.5, 0.5)))), (0.693, 2 * 0.6931, 0.693), 3
            ),
        ),
        (("1/8 = 1/2 · 1/2 · 1/2", "2.079"), lambda: near(-np.log(1 / 8), 2.079, 3)),
    ],
    "weather": [
        (
            ("it is 1.03 nats", "sun 0.5, rain 0.2 and clouds 0.3"),
            lambda: (
                information.WEATHER == (0.5, 0.2, 0.3) and near(float(entropy(information.WEATHER)), 1.03, 2)
            ),
        ),
        (
            ("adds 0.322 nats, clouds 0.361, sun 0.347",),
            lambda: near([-p * np.log(p) for p in information.WEATHER], (0.347, 0.322, 0.361), 3),
        ),
        (
            ("log 3 = 1.0986", "Log 3 = 1.099", "1.10"),
            lambda: (
                near(float(entropy((1 / 3, 1 / 3, 1 / 3))), 1.0986, 4)
                and max(float(entropy(p)) for p in np.random.default_rng(0).dirichlet((1, 1, 1), 500))
                < np.log(3)
            ),
        ),
    ],
    "underflow": [
        (
            ("becomes 0", "power 1075 is exactly 0", "negative logarithm is 745.1"),
            lambda: 0.5**1075 == 0 < 0.5**1074 and near(1075 * np.log(2), 745.1, 1),
        ),
        (
            ("about 10⁻³⁰", "down to 10⁻³²³", "precision? No"),
            lambda: 10**-30.5 < 0.5**100 < 10**-29.5 and 0 < 1e-323,
        ),
        (
            ("10⁻²⁷, its negative logarithm 61",),
            lambda: 1e-27 < 0.7**70 * 0.3**30 < 1e-26 and near(coin_loss(np.array([0.7]), 70, 30), 61, 0),
        ),
    ],
    "smoothing": [
        (
            ("loss is lowest, 0.291", "0.933", "93.3 %"),
            lambda: (
                near(float(entropy(information.SMOOTH)), 0.291, 3)
                and near(information.SMOOTH[0], 0.933, 3)
                and information._smoothed(information.SMOOTH).argmin()
                == np.abs(np.linspace(0.34, 0.999, 201) - 0.9333).argmin()
            ),
        ),
        (
            ("target (1, 0, 0) the loss falls for ever",),
            lambda: (np.diff(information._smoothed((1.0, 0.0, 0.0))) < 0).all(),
        ),
        (
            ("More certainty, higher cross entropy", "93 % sure? No"),
            lambda: (
                float(cross_entropy(information.SMOOTH, (0.999, 0.0005, 0.0005)))
                > 1.5 * float(entropy(information.SMOOTH))
            ),
        ),
    ],
    "entropy": [
        (
            ("stacked are as tall as H(p, q)",),
            lambda: near(float(entropy(P) + kl_divergence(P, Q)), float(cross_entropy(P, Q)), 12),
        ),
        (
            ("The divergence is then 0", "divergence is 0; the entropy of p is left"),
            lambda: (
                near(float(kl_divergence(P, P)), 0, 12)
                and near(float(cross_entropy(P, P)), float(entropy(P)), 12)
            ),
        ),
    ],
    "coin_likelihood": [
        (("most likely under θ = 0.7", "is at 0.7"), lambda: near(losses._coin_best(), 0.7, 3)),
        (
            ("The place stays at 0.7, the valley is narrower", "At 0.7 again"),
            lambda: valley_width(70, 30) < valley_width(7, 3) / 2,
        ),
    ],
    "nll": [
        (
            ("Only one number of each row counts", "How many of the 15 numbers does the loss use? 3"),
            lambda: (
                np.array(given.LOG_PROBABILITIES).size == 15
                and near(
                    -np.mean([given.LOG_PROBABILITIES[i][k] for i, k in enumerate(given.NLL_LABELS)]),
                    1.7342,
                    4,
                )
            ),
        ),
    ],
    "cross_entropy": [
        (
            ("falls from 1.049 to 0.013",),
            lambda: near(
                [
                    cross_entropy_from_logits(
                        np.array(given.CLASS_LOGITS) + more * np.eye(3)[list(given.CLASS_LABELS)],
                        given.CLASS_LABELS,
                    )
                    for more in (0, 5)
                ],
                (1.049, 0.013),
                3,
            ),
        ),
        (
            ("log 3 = 1.0986; this is hardly better", "−log(1/3) = log 3"),
            lambda: (
                near(cross_entropy_from_logits(((0.0, 0.0, 0.0),), (1,)), np.log(3), 9)
                and 1.0 < cross_entropy_from_logits(given.CLASS_LOGITS, given.CLASS_LABELS) < np.log(3)
            ),
        ),
    ],
    "bce_with_logits": [
        (
            ("the third example is a yes and costs the most",),
            lambda: (
                max(given.BINARY_LOGITS) < 0
                and given.BINARY_TARGETS == (0, 0, 1)
                and int(np.argmax(losses._label_losses())) == 2
            ),
        ),
        (
            ("nothing overflows",),
            lambda: np.isfinite(
                binary_cross_entropy_from_logits(np.array([1000.0, -1000.0]), np.array([0.0, 1.0]))
            ),
        ),
    ],
    "multi-label": [
        (
            (
                "cost 0.403, 0.396 and 0.801. Their sum is 1.600, their mean 0.533",
                "0.403, 0.396 and 0.801",
                "1.600, their mean 0.533",
                "0.533",
            ),
            lambda: (
                near(losses._label_losses(), (0.403, 0.396, 0.801), 3)
                and near((np.sum(losses._label_losses()), np.mean(losses._label_losses())), (1.600, 0.533), 3)
            ),
        ),
        (
            ("falls by 0.068, from 0.533 to 0.465",),
            lambda: (
                near(binary_cross_entropy_from_logits(given.BINARY_LOGITS, (0, 0, 0)), 0.465, 3)
                and near(0.5332 - 0.4649, 0.068, 3)
            ),
        ),
    ],
    "errors": [
        (
            ("the mean is 4.1, above four of the five data", "The median is 2.5"),
            lambda: (
                near((np.mean(losses.DATA), np.median(losses.DATA)), (4.1, 2.5), 9)
                and sum(v < 4.1 for v in losses.DATA) == 4
            ),
        ),
        (
            ("stays at 2.5, the mean moves to 21.7", "It stays at 2.5"),
            lambda: near(losses._best_guesses((*losses.DATA[:-1], 100.0)), (2.5, 21.7), 2),
        ),
    ],
    "pull": [
        (
            (
                "squared error hardly pulls",
                "which is 0.0003 there. Cross entropy pulls with 0.9997",
                "σ'(z), which is 0.0003",
                "with 0.9997",
                "Hardly at all",
            ),
            lambda: (
                near(slope("sigmoid", -8), 0.0003, 4)
                and near(pulls(-8.0)[0], 0.9997, 4)
                and pulls(-8.0)[1] < 0.001
            ),
        ),
        (("more than a thousand times",), lambda: pulls(-8.0)[0] > 1000 * pulls(-8.0)[1]),
    ],
    "fitting": [
        (
            ("only falls with the degree", "lowest near degree 3 and rises"),
            lambda: (
                (np.diff(fitted(20, 1.5, 0).train) <= 1e-9).all()
                and abs(fitted(20, 1.5, 0).best - 3) <= 1
                and fitted(20, 1.5, 0).test[18] > 100
            ),
        ),
        (
            (
                "2.2 in place of 899,000, against 1.9 at degree 3",
                "falls to about that of degree 3",
                "degree 18 does little harm",
            ),
            lambda: (
                near(fitted(200, 1.5, 0).test[[18, 3]], (2.2, 1.9), 1)
                and near(fitted(20, 1.5, 0).test[18] / 1000, 899, 0)
            ),
        ),
    ],
    "epochs": [
        (
            (
                "The training error only falls",
                "on its own points",
                "lowest at epoch 22, with 3.6, and is 8.8 at epoch 3,000",
                "Can you tell when to stop? No",
            ),
            lambda: (
                all((np.diff(descent(seed).train) < 0).all() for seed in range(DESCENTS))
                and descent(0).best == 22
                and near((descent(0).test.min(), descent(0).test[-1]), (3.6, 8.8), 1)
                and len(descent(0).test) == 3001
            ),
        ),
        (
            ("falls first, then turns and rises",),
            lambda: all(
                d.test[0] > 2 * d.test.min() and d.test[-1] > d.test.min() and 0 < d.best < 3000
                for d in map(descent, range(DESCENTS))
            ),
        ),
        (("At degree 3 the test error is 2.7",), lambda: near(fitted(20, 1.5, 0).test[3], 2.7, 1)),
    ],
    "norms": [
        (
            ("L1 = 7, L2 = 5 and the maximum norm 4", "L1 adds the absolute values, L2 is the straight"),
            lambda: norms(VECTOR) == [3 + 4, np.hypot(3, 4), max(3, 4)],
        ),
        (
            ("maximum norm is at most L2, and L2 is at most L1", "never smaller than the other two? L1"),
            lambda: all(
                (found := norms(v)) == sorted(found, reverse=True)
                for v in np.random.default_rng(0).normal(size=(200, 5))
            ),
        ),
        (
            ("Both lie at the same place",),
            lambda: np.allclose(
                constraints.lowest_in_circle(constraints.Bowl((0.0, 2.2), 0.0), 1.0).point,
                constraints.lowest_in_diamond(constraints.Bowl((0.0, 2.2), 0.0), 1.0).point,
            ),
        ),
    ],
    "weight_decay": [
        (
            ("falls from 14 to 0.4, and the test loss with it", "Without, both stay"),
            lambda: (
                near(decayed(3.0).norms[0], 14, 0)
                and near(decayed(3.0).norms[-1], 0.4, 1)
                and decayed(3.0).test[-1] < decayed(3.0).test[0] / 100
                and decayed(0.0).norms[-1] > 13
                and decayed(0.0).test[-1] > 0.9 * decayed(0.0).test[0]
            ),
        ),
        (
            (
                "200 weights and 20 examples",
                "20 examples say something about 20 directions",
                "The other 180 stay",
            ),
            lambda: (
                len(decayed(0.0).weights) == 200
                and near(decayed(0.0).norms[-1] / decayed(0.0).norms[0], np.sqrt(180 / 200), 1)
            ),
        ),
        (
            ("most of the 200 weights exactly 0, L2 none",),
            lambda: decayed(1.0, "l1").zeros > 100 and decayed(1.0).zeros == 0,
        ),
        (("Training vanishes, test hardly moves",), lambda: decayed(0.0).train[-1] < 1e-4),
    ],
    "corners": [
        (
            (
                "L2 holds the weights in a ball, L1 in a diamond",
                "first weight is exactly 0. In the circle it is 0.41",
                "first weight is exactly 0",
                "it is 0.41",
                "a weight is exactly 0",
            ),
            lambda: diamond(1.0) == 0 and near(circle(1.0), 0.41, 2),
        ),
        (
            ("up to c₁ = 1.2", "Beyond 1.2 the corner lets go", "the corner holds for a while"),
            lambda: diamond(1.2) == 0 < diamond(1.21) and circle(1.05) > circle(1.0),
        ),
    ],
    "masks": [
        (("settle at zero difference",), lambda: dropout.drawn(0.5, (6,), 0).error < 0.15),
        (
            ("divided by 1 − p = 0.5", "scaled up by 1/(1 − p)", "The others are doubled"),
            lambda: set(np.round(dropout.dropout(np.ones(50), np.arange(50) % 2 == 0, 0.5), 9)) == {0.0, 2.0},
        ),
        (("nine times as many draws",), lambda: 8 < (spread(0.9) / spread(0.5)) ** 2 < 10),
    ],
    "xor": [
        (
            ("No line separates", "can a line get right at most? 3", "cannot get all 4 right"),
            lambda: most_right_with_a_line() == 3,
        ),
        (
            (
                "The linear model stays at a loss of log 2 = 0.693",
                "one seed succeeds and another stops at 0.35",
                "both weights end at 0",
                "½ for every point, and the loss is 0.693",
            ),
            lambda: (
                all(near(r.losses[-1], np.log(2), 4) and near(r.parameters[0], (0, 0), 2) for r in runs(0))
                and near([r.losses[-1] for r, ok in zip(runs(2), solved(2), strict=True) if not ok], 0.35, 2)
                and near(LINEAR.run()[0].points[-1], (0, 0), 3)
                and near(LINEAR.run()[0].values[-1], 0.693, 3)
            ),
        ),
        (
            ("Over 20 seeds, two units succeed 13 times and four units 20 times", "two hidden units can"),
            lambda: (len(runs(2)), sum(solved(2)), sum(solved(4))) == (20, 13, 20),
        ),
    ],
    "dropout_rules": [
        (
            ("settles at 0.88, as in a test", "before it, it settles at 0.74"),
            lambda: (
                near(dropout.before_a_sigmoid(2.0, 0.0), 0.88, 2)
                and near(dropout.before_a_sigmoid(2.0, 0.5), 0.74, 2)
                and all(
                    abs(average[-1] - exact) < 0.04
                    for seed in range(10)
                    for average, exact in zip(
                        dropout.around_a_sigmoid(2.0, 0.5, seed), (0.88, 0.74), strict=True
                    )
                )
            ),
        ),
        (
            ("scaled by 1/(1 − p)", "With p = 0 the scale is 1"),
            lambda: (
                (dropout.dropout(np.ones(3), np.ones(3, bool), 0.75) == 4).all()
                and (dropout.dropout(np.ones(3), np.ones(3, bool), 0.0) == 1).all()
            ),
        ),
        (("never on the output",), lambda: dropout.on_the_output((3, 1, -3), 0, 0.5) > 0.7),
        (
            ("σ(0) = 0.5", "What does the unit give? 0.5"),
            lambda: near(ACTIVATIONS["sigmoid"].function(np.zeros(1)), 0.5, 9),
        ),
        (
            ("For ReLU both places are the same",),
            lambda: np.allclose(
                np.maximum(dropout.dropout(np.linspace(-2, 2, 9), np.arange(9) % 2 == 0, 0.3), 0),
                dropout.dropout(np.maximum(np.linspace(-2, 2, 9), 0), np.arange(9) % 2 == 0, 0.3),
            ),
        ),
    ],
    "softmax_regression": [
        (
            ("784 pixels for each of ten classes", "7,840"),
            lambda: PRESETS["softmax_regression"].config.parameters == 7840 + 10,
        ),
        (
            ("each picture resembles the garment",),
            lambda: PRESETS["softmax_regression"].config.widths == (784, 10),
        ),
    ],
    "mnist_mlp": [
        (
            ("reaches 99.6 % while the test accuracy stays near 98 %",),
            lambda: (
                near(np.mean(MEASURED.networks["mnist_mlp"].train_accuracy), 0.996, 3)
                and near(MEASURED.networks["mnist_mlp"].test_accuracy, 0.98, 2)
            ),
        ),
        (
            ("401,408, against 262,144 and 5,120", "784 to 512"),
            lambda: (784 * 512, 512 * 512, 512 * 10) == (401_408, 262_144, 5_120),
        ),
        (
            ("784 pixels, two layers of 512, ten outputs", "98 % on the test images within ten epochs"),
            lambda: (
                PRESETS["mnist_mlp"].config.widths == (784, 512, 512, 10)
                and PRESETS["mnist_mlp"].config.epochs == 10
            ),
        ),
    ],
    "dropout": [
        (
            ("85 to 89 % of the training images are right, and 83 to 87 %",),
            lambda: (
                near(MEASURED.networks["dropout"].train_accuracy, (0.85, 0.89), 2)
                and near(MEASURED.networks["dropout"].test_accuracy, (0.825, 0.87), 2)
            ),
        ),
    ],
    "mse_against_cross_entropy": [
        (
            ("ahead after every epoch, though the squared error has ten times the rate",),
            lambda: (
                all(a > b for a, b in zip(CROSS_ENTROPY, SQUARED_ERROR, strict=True))
                and dict(PRESETS["mean_squared_error"].config.optimizer_values)["lr"]
                == 10 * dict(PRESETS["cross_entropy"].config.optimizer_values)["lr"]
            ),
        ),
    ],
}
