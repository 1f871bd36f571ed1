"""Claims of the lessons on descent, momentum and rates: each with the words that make it."""

from dataclasses import replace

import numpy as np

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.lessons import momentum, rates
from tests.lessons.captions import Claims, diverges, near, parabola, ravine, run


def edge(key: str, beta: float) -> float:
    return OPTIMIZERS[key].stable_rate({"lr": 0.1, "momentum": beta}, 4.0)


def swings(lr: float, y: float = -2.0) -> np.ndarray:
    """|y| of descent in the ravine, step by step."""
    return np.abs(run("ravine", (-5.0, y), 20, lr=lr).points[:, 1])


def valley(lr: float) -> float:
    return float(run("rosenbrock", (-1.2, 1.0), 1000, lr=lr).values[-1])


def border(beta: float) -> tuple[float, float]:
    """The largest rate of the lesson's map that came nearer at about this momentum, and that momentum."""
    made = momentum.STABILITY.make(resolution=60)
    side = int(np.abs(made.ys - beta).argmin())
    fell = made.losses[side] <= OBJECTIVES["ravine"].value(momentum.STABILITY.start)
    return float(made.xs[int(np.argmin(fell)) - 1]), float(made.ys[side])


def follows(beta: float) -> bool:
    """Whether the border of the map is within two of its rates of theory."""
    rate, at = border(beta)
    return bool(0.85 < rate / edge("momentum", at) < 1.02)


MOMENTUM, NAG = (r.points for r in momentum.NAG.run())
TINY = {"adagrad": {"lr": 0.4, "eps": 1e-6}, "rmsprop": {"lr": 0.4, "eps": 1e-6}}

CLAIMS: Claims = {
    "gd-1d": [
        (
            ("leaves 60 % of the distance", "10, 6, 3.6"),
            lambda: near(parabola(0.2).points[:3, 0], (10, 6, 3.6), 9),
        ),
        (
            ("grow shorter by themselves",),
            lambda: (np.diff(np.abs(np.diff(parabola(0.2, 10).points[:, 0]))) < 0).all(),
        ),
        (("one step is enough",), lambda: parabola(0.5).points[1, 0] == 0),
    ],
    "gd-1d-too-small": [
        (("leaves 90 % of the distance",), lambda: near(parabola(0.05).points[1, 0], 9, 9)),
        (("more than a third of the distance",), lambda: 1 / 3 < parabola(0.05).points[10, 0] / 10 < 0.36),
        (("60 % in place of 90 %", "fifth power"), lambda: 0.9**5 < 0.6 < 0.9**4.8),
        (("takes 88 steps", "step 19 in place of 88"), lambda: parabola(0.05).outcome.step == 88),
        (("take? 19", "step 19"), lambda: parabola(0.2).outcome.step == 19),
    ],
    "gd-1d-diverges": [
        (
            ("1.2 times as far",),
            lambda: near(np.abs(parabola(1.1, 10).points[1:] / parabola(1.1, 10).points[:-1]), 1.2, 9),
        ),
        (("the tenth is 61.9 away",), lambda: near(abs(parabola(1.1, 10).points[10, 0]), 61.9, 1)),
        (
            ("leaves 80 % of the distance", "It swings and settles"),
            lambda: near(parabola(0.9).points[1, 0], -8, 9),
        ),
        (("swings between 10 and −10",), lambda: set(parabola(1.0).points[:, 0]) == {10.0, -10.0}),
    ],
    "gd-local-minimum": [
        (
            ("arrives at 7.27", "deep valley at 7.27"),
            lambda: near(run("cosine-wave", (10.0,), 50, lr=0.2).points[-1, 0], 7.27, 2),
        ),
        (
            ("settles in the shallow one",),
            lambda: (
                run("cosine-wave", (10.0,), 200, lr=2.0).points[-1, 0] < 0
                and np.ptp(OBJECTIVES["cosine-wave"].value(OBJECTIVES["cosine-wave"].minima)) > 5
            ),
        ),
    ],
    "gd-2d": [
        (
            ("1 − 2η along x, 1 − 4η along y",),
            lambda: near(run("bowl", (-5.0, -2.0), 1, lr=0.1).points[1], (-4, -1.2), 9),
        ),
        (
            ("steep direction first",),
            lambda: (lambda p: abs(p[8, 1] / 2) < abs(p[8, 0] / 5) / 5)(
                run("bowl", (-5.0, -2.0), 20, lr=0.1).points
            ),
        ),
        (
            ("1 − 4η is 0", "y is 0 after one step"),
            lambda: near(run("bowl", (-5.0, -2.0), 1, lr=0.25).points[1], (-2.5, 0), 9),
        ),
    ],
    "gd-ravine": [
        (
            ("curvature is 4, along it 0.2",),
            lambda: near(OBJECTIVES["ravine"].hessian(np.zeros(2)), np.diag([0.2, 4]), 9),
        ),
        (("die out in eight steps",), lambda: swings(0.4)[8] < 0.05 < 0.09 < swings(0.4)[6]),
        (
            ("every swing is longer", "every swing grows", "It diverges"),
            lambda: near(swings(0.51)[1] / 2, 1.04, 9) and diverges(ravine(100, lr=0.51)),
        ),
        (("At the rate 0.49 it converges",), lambda: swings(0.49)[20] < swings(0.49)[0]),
    ],
    "gd-ravine-diverges": [
        (
            ("x converges faster than before",),
            lambda: abs(ravine(20, lr=0.6).points[20, 0]) < abs(ravine(20, lr=0.4).points[20, 0]),
        ),
        (("y explodes",), lambda: swings(0.6)[20] > 1000),
        (
            ("1.4 times the last", "the swings grow"),
            lambda: (
                near(swings(0.6, 0.01)[1] / 0.01, 1.4, 9)
                and diverges(run("ravine", (-5.0, 0.01), 50, lr=0.6))
            ),
        ),
    ],
    "momentum": [
        (
            ("now converges",),
            lambda: ravine(200, "momentum", lr=0.6, momentum=0.5).outcome.kind == "converged",
        ),
        (
            ("= 0.75", "limit is 0.5"),
            lambda: near((edge("momentum", 0.5), edge("momentum", 0.0)), (0.75, 0.5), 9),
        ),
        (("diverges at the rate 0.6",), lambda: diverges(ravine(100, lr=0.6))),
        (
            ("swings across the valley die out",),
            lambda: abs(ravine(20, "momentum", lr=0.6, momentum=0.5).points[20, 1]) < 0.02,
        ),
    ],
    "momentum-halved": [
        (("0.6 is just below the stable limit, 0.625",), lambda: near(edge("momentum", 0.25), 0.625, 9)),
        (
            ("crosses the floor at every step",),
            lambda: (np.diff(np.sign(ravine(20, "momentum", lr=0.6, momentum=0.25).points[:, 1])) != 0).all(),
        ),
        (
            ("= 0.6 for β = 0.2", "Down to which momentum is the rate 0.6 stable? 0.2"),
            lambda: near(edge("momentum", 0.2), 0.6, 9),
        ),
        (
            ("above 0.2 it settles, below 0.2 it does not",),
            lambda: (
                diverges(ravine(100, "momentum", lr=0.6, momentum=0.19))
                and not diverges(ravine(100, "momentum", lr=0.6, momentum=0.21))
            ),
        ),
    ],
    "nesterov": [
        (
            ("to x = 2.6, Nesterov to 1.8",),
            lambda: near((MOMENTUM[:, 0].max(), NAG[:, 0].max()), (2.6, 1.8), 1),
        ),
        (
            ("first swing is the larger", "die out much sooner"),
            lambda: (
                NAG[1:4, 1].max() > MOMENTUM[1:4, 1].max()
                and np.abs(NAG[12:, 1]).max() < 0.1 < 0.5 < np.abs(MOMENTUM[12:, 1]).max()
            ),
        ),
        (
            ("0.339, momentum's is 0.95", "diverges above 0.339", "Nesterov diverges"),
            lambda: (
                near((edge("nag", 0.9), edge("momentum", 0.9)), (0.339, 0.95), 3)
                and diverges(ravine(200, "nag", lr=0.35, momentum=0.9))
                and ravine(200, "momentum", lr=0.35, momentum=0.9).outcome.kind == "converged"
            ),
        ),
    ],
    "edge": [
        (
            ("grows with β, but (1 + β)/(1 + 2β) falls", "Whose wall moves to the left? Nesterov's"),
            lambda: edge("momentum", 0.8) > edge("momentum", 0.5) and edge("nag", 0.8) < edge("nag", 0.5),
        ),
        (
            ("dips at its best rate, then hits a wall",),
            lambda: all(
                c.losses.min() < 1e-3 * c.losses[0] and not c.losses[-1] < c.losses[0]
                for c in momentum.SWEEP.make(resolution=100).curves
            ),
        ),
    ],
    "momentum-map": [
        (("border of the map follows the line of theory",), lambda: follows(0.5) and follows(0.8)),
        (("= 0.95", "at β = 0.9? 0.95"), lambda: near(edge("momentum", 0.9), 0.95, 9)),
        (
            ("the more momentum, the smaller the largest stable rate",),
            lambda: (np.diff([edge("nag", beta) for beta in (0.0, 0.3, 0.6, 0.9)]) < 0).all(),
        ),
        (("at most doubles",), lambda: edge("momentum", 0.999) <= 2 * edge("momentum", 0.0)),
    ],
    "adagrad": [
        (
            ("it has not arrived after 20",),
            lambda: np.linalg.norm(ravine(20, "adagrad", **TINY["adagrad"]).points[-1]) > 2,
        ),
        (
            ("arrives at 381", "within 0.001? At step 381"),
            lambda: ravine(500, "adagrad", **TINY["adagrad"]).outcome.step == 381,
        ),
        (
            ("steps fade as 1/√t",),
            lambda: near(
                np.abs(np.diff(run("kink", (9.0,), 4, "adagrad", lr=1.0, eps=1e-12).points[:, 0])),
                1 / np.sqrt([1, 2, 3, 4]),
                6,
            ),
        ),
    ],
    "adagrad-fast": [
        (
            ("A rate of 2 arrives",),
            lambda: (
                ravine(100, "adagrad", lr=2.0).outcome.kind == "converged" and diverges(ravine(100, lr=2 / 3))
            ),
        ),
        (
            ("at the rate 2? 2",),
            lambda: near(np.abs(np.diff(ravine(1, "adagrad", lr=2.0).points, axis=0)), 2, 6),
        ),
        (("diverges with less than a third",), lambda: 0.6 < 2 / 3 and diverges(ravine(100, lr=0.6))),
    ],
    "rmsprop": [
        (
            ("1/(1 − α) = 10 steps",),
            lambda: near(1 / (1 - dict(rates.RMS.entrants[0].values)["alpha"]), 10, 9),
        ),
        (
            ("3.2 rates long",),
            lambda: near(np.abs(np.diff(rates.RMS.run()[0].points[:2], axis=0)) / 0.4, 3.2, 1),
        ),
        (
            ("0.01 to go, AdaGrad 2.4",),
            lambda: near(
                [np.linalg.norm(e.run()[0].points[20]) for e in (rates.RMS, rates.ADA)], (0.01, 2.4), 1
            ),
        ),
        (
            ("= 10.", "first step is 10 rates long", "is the first step? 10"),
            lambda: near(
                np.abs(np.diff(ravine(1, "rmsprop", alpha=0.99, **TINY["rmsprop"]).points, axis=0)) / 0.4,
                10,
                2,
            ),
        ),
    ],
    "adagrad-fading": [
        (
            ("last steps are still 0.56 long",),
            lambda: near(np.linalg.norm(np.diff(rates.FADING.run()[1].points[-5:], axis=0), axis=1), 0.56, 1),
        ),
        (
            ("creeps into the minimum", "there early and then jumps around it"),
            lambda: (
                np.linalg.norm(rates.FADING.run()[1].points[50])
                < 0.01
                < 0.2
                < np.linalg.norm(rates.FADING.run()[1].points[-1])
            ),
        ),
        (
            ("RMSProp comes to rest", "takes them away as well"),
            lambda: (
                lambda made: (
                    np.linalg.norm(made[1].points[-1]) < 0.05
                    and np.linalg.norm(made[0].points[-1]) > np.linalg.norm(rates.FADING.run()[0].points[-1])
                )
            )(replace(rates.FADING, schedule="cosine", schedule_values=(("floor", 0.0),)).run()),
        ),
    ],
    "adam": [
        (
            ("eight times", "exactly one rate long"),
            lambda: near(np.diff(rates.BOTH.run()[1].points[:2], axis=0), 0.4, 6),
        ),
        (("is 3.2 rates long",), lambda: near(np.diff(rates.BOTH.run()[0].points[:2], axis=0) / 0.4, 3.2, 1)),
        (("No, it is shorter",), lambda: 0 < np.diff(rates.BOTH.run()[1].points[1:3, 1])[0] < 0.399),
        (
            ("the swings of momentum are gone",),
            lambda: (
                ravine(60, "adam", lr=0.4, beta1=0.0).points[:40].max() < 0.5 < 0.9
                and rates.BOTH.run()[1].points[:40, 0].max() > 0.9
            ),
        ),
    ],
    "adam-scale": [
        (
            (
                "Both paths of Adam lie on each other",
                "every gradient grows a hundredfold",
                "The path stays",
                "path is the same",
            ),
            lambda: rates._scale_difference("adam", 100) < 1e-6,
        ),
        (("descent left at once",), lambda: rates._scale_difference("gd", 2) > 1000),
    ],
    "decoupled": [
        (
            ("After 300 steps Adam is in the minimum (1, 3)",),
            lambda: near(rates.DECOUPLED.run()[0].points[-1], (1, 3), 3),
        ),
        (
            ("still 0.88 away", "It shrinks"),
            lambda: near((rates._off(300), rates._off(2000)), (0.88, 0.37), 2),
        ),
        (
            ("Without decay AdamW is Adam",),
            lambda: near(
                run("booth", (-8.0, -6.0), 300, "adamw", lr=0.3, decay=0.0).points,
                rates.DECOUPLED.run()[0].points,
                9,
            ),
        ),
    ],
}
