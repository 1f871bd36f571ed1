"""Claims of the lessons on activations: each with its words."""

import numpy as np

from optviz.lessons import activations, layers
from optviz.settings import activations as given
from optviz.teaching import dying_units
from optviz.teaching.activations import ACTIVATIONS, chain
from optviz.teaching.losses import (
    softmax,
)
from tests.lessons.captions import Claims, near


def slope(key: str, z: float) -> float:
    return float(ACTIVATIONS[key].derivative(np.array(z)))


def dead(seed: int) -> float:
    return float(activations.dying_runs("relu")[seed].dead[-1])


def first_share(temperature: float) -> float:
    return float(softmax(given.LOGITS, temperature)[0])


CLAIMS: Claims = {
    "sigmoid": [
        (
            ("only 1/4", "maximum at z = 0"),
            lambda: near(slope("sigmoid", 0), 0.25, 9) and slope("sigmoid", 0.1) < 0.25,
        ),
        (("2 · 2 · 1/4 = 1", "1/4, 1 and 1"), lambda: near((slope("tanh", 0), slope("relu", 1)), (1, 1), 9)),
    ],
    "compared": [
        (
            ("0.007 and that of tanh 0.0002; that of ReLU is 1 or 0",),
            lambda: (
                near((slope("sigmoid", 5), slope("sigmoid", -5)), 0.007, 3)
                and near(slope("tanh", 5), 0.0002, 4)
                and (slope("relu", 5), slope("relu", -5)) == (1, 0)
            ),
        ),
        (
            ("its slope is 1 for all z > 0", "exactly 0 for all z < 0? ReLU"),
            lambda: (
                (ACTIVATIONS["relu"].derivative(np.linspace(-9, -0.1, 50)) == 0).all()
                and slope("sigmoid", -9) > 0
            ),
        ),
        (("0.01 on the left",), lambda: near(slope("leaky_relu", -3), 0.01, 9)),
    ],
    "linear": [
        (("1.5⁴ = 5.0625",), lambda: near(chain("identity", 4, 1.5, 1.0).values[-1], 1.5**4, 9)),
        (
            ("The double", "linear doubles"),
            lambda: near(chain("identity", 4, 1.5, 2.0).values[-1], 2 * 1.5**4, 9),
        ),
        (
            ("not proportional",),
            lambda: chain("tanh", 4, 1.5, 2.0).values[-1] < 1.2 * chain("tanh", 4, 1.5, 1.0).values[-1],
        ),
        (("are one linear layer",), lambda: layers._collapse_error() < 1e-12),
    ],
    "backward": [
        (
            ("0.235, 0.227 and 0.225; their product is 0.0120",),
            lambda: (
                near(chain("sigmoid", 3, 1.0, 0.5).factors[1:], (0.235, 0.227, 0.225), 3)
                and near(chain("sigmoid", 3, 1.0, 0.5).left, 0.0120, 4)
            ),
        ),
        (
            ("new factor is 0.225", "fourth factor is about 0.225", "It falls to 0.0027"),
            lambda: (
                near(chain("sigmoid", 4, 1.0, 0.5).factors[4], 0.225, 3)
                and near(chain("sigmoid", 4, 1.0, 0.5).left, 0.0027, 4)
            ),
        ),
    ],
    "vanishing": [
        (
            ("at most 1/4", "at least three quarters"),
            lambda: ACTIVATIONS["sigmoid"].derivative(np.linspace(-9, 9, 999)).max() <= 0.25,
        ),
        (
            ("sigmoid's line falls straight down; ReLU's stays",),
            lambda: (
                all(
                    chain("sigmoid", n + 1, 1.0, 0.5).left < 0.25 * chain("sigmoid", n, 1.0, 0.5).left
                    for n in range(1, 20)
                )
                and chain("relu", 20, 1.0, 0.5).left == 1
            ),
        ),
        (
            ("1/4 only at z = 0", "10⁻¹⁰ is left", "Even with the weight 4", "ten layers? No"),
            lambda: 1e-11 < chain("sigmoid", 10, 4.0, 0.5).left < 1e-10,
        ),
    ],
    "dying": [
        (
            ("More than half of the ReLU units", "Just as many leaky units"),
            lambda: all(
                0.5 < v[0] < 0.65
                for v in (
                    activations._at_the_end("relu", lambda r: r.dead[-1]),
                    activations._at_the_end("leaky_relu", lambda r: r.silent[-1]),
                )
            ),
        ),
        (
            ("none of them loses", "keeps some gradient"),
            lambda: all(r.dead[-1] == 0 for r in activations.dying_runs("leaky_relu")),
        ),
        (
            ("fewer than 1 unit in 100",),
            lambda: activations._at_the_end("leaky_relu", lambda r: r.returned)[0] < 0.01,
        ),
        (
            ("has the gradient 0", "nothing brings it back"),
            lambda: all(
                (np.diff(r.dead) >= 0).all() and (r.dead == r.silent).all()
                for r in activations.dying_runs("relu")
            ),
        ),
        (
            ("At most 2 % with the seeds 0 to 7", "Hardly any", "hardly a unit dies"),
            lambda: all(dying_units.trained("relu", 0.05, s).dead[-1] <= 0.02 for s in range(8)),
        ),
    ],
    "seeds": [
        (
            ("5 % for one seed and 97 % for another",),
            lambda: near((min(map(dead, range(20))), max(map(dead, range(20)))), (0.05, 0.97), 2),
        ),
        (
            ("Not at all", "to the last digit"),
            lambda: (
                dying_units.trained("relu", 0.1, 1).losses == activations.dying_runs("relu")[1].losses
            ).all(),
        ),
    ],
    "softmax": [
        (
            ("add 100 to all and nothing changes", "Nothing", "shares that add up to 1"),
            lambda: (
                near(softmax((103.0, 101.0, 97.0)), softmax(given.LOGITS), 12)
                and near(softmax(given.LOGITS).sum(), 1, 12)
            ),
        ),
        (
            ("e² = 7.4 times",),
            lambda: (
                near(softmax(given.LOGITS)[0] / softmax(given.LOGITS)[1], 7.4, 1) and near(np.e**2, 7.4, 1)
            ),
        ),
        (("e¹⁰⁰ stands above and below",), lambda: np.isfinite(np.exp(100.0))),
    ],
    "temperature": [
        (
            ("largest share approaches 1; towards ∞ all shares become equal",),
            lambda: first_share(0.05) > 0.9999 and near(softmax(given.LOGITS, 1e6), 1 / 3, 4),
        ),
        (
            ("At T = 1 it is 0.88, at T = 5.2 a half", "At T = 5.2", "About 5"),
            lambda: near((first_share(1.0), first_share(5.2)), (0.88, 0.50), 2),
        ),
    ],
}
