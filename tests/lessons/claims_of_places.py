"""Claims of the lessons on bugs, hard places and noise: each with the words that make it."""

from dataclasses import replace

import numpy as np

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.outcomes import largest_curvature
from optviz.lessons import bugs, momentum, noise, places
from optviz.settings.setups import Entrant
from optviz.teaching.line import landscape, noise_ball
from tests.lessons.captions import Claims, near, parabola, run


def swings(lr: float, y: float = -2.0) -> np.ndarray:
    """|y| of descent in the ravine, step by step."""
    return np.abs(run("ravine", (-5.0, y), 20, lr=lr).points[:, 1])


def ends(kind_of_run: int, rate: float) -> tuple[float, float]:
    """How far batch (0), mini-batch (1) or stochastic (2) descent is: at the end, and lately at most."""
    settings = replace(noise.KINDS, optimizer=Entrant.of("gd", lr=rate))
    target = np.array(landscape(settings.points()).minima[0])
    away = np.linalg.norm(settings.run()[kind_of_run][1].points - target, axis=1)
    return float(away[-1]), float(away[-len(away) // 5 :].max())


def shares(rate: float) -> dict[int, float]:
    entrants = (Entrant.of("gd", lr=rate),)
    return replace(places.BASINS, entrants=entrants).make(resolution=60)[0].shares


def curvatures() -> list[float]:
    himmelblau = OBJECTIVES["himmelblau"]
    return [largest_curvature(himmelblau, np.array(m)) for m in himmelblau.minima]


def valley(lr: float) -> float:
    return float(run("rosenbrock", (-1.2, 1.0), 1000, lr=lr).values[-1])


def median(sigma: float) -> float:
    return float(replace(noise.HELP, noise=sigma).make(resolution=100).bands[0].median[-1])


def border(beta: float) -> tuple[float, float]:
    """The largest rate of the lesson's map that came nearer at about this momentum, and that momentum."""
    made = momentum.STABILITY.make(resolution=60)
    side = int(np.abs(made.ys - beta).argmin())
    fell = made.losses[side] <= OBJECTIVES["ravine"].value(momentum.STABILITY.start)
    return float(made.xs[int(np.argmin(fell)) - 1]), float(made.ys[side])


def apart() -> float:
    """The smallest distance between the ends of the four starts that are next to each other."""
    ends = [points[-1] for _, _, points in places._starts().paths]
    return min(float(np.linalg.norm(a - b)) for i, a in enumerate(ends) for b in ends[:i])


def ball(lr: float, batch: int) -> float:
    return float(noise_ball(noise.KINDS.points(), "gd", (lr,), (batch,), updates=600)[0, 0])


CLAIMS: Claims = {
    "adam-as-printed": [
        (
            ("it divides by 1 − βᵗ", "too small at first"),
            lambda: (
                near(bugs._first_step(bugs.ADAM), 1, 4) and bugs._first_step(bugs.ADAM_UNCORRECTED)[0] > 3
            ),
        ),
        (("up to 2.1 times too fast",), lambda: near(max(bugs._pace(t) for t in range(1, 21)), 2.1, 1)),
        (
            ("a third of the speed", "so the correction never fades"),
            lambda: near(bugs._pace(20_000), 1 / 3, 1),
        ),
        (
            ("nearer to the minimum after 20 steps is luck",),
            lambda: (
                np.linalg.norm(bugs._faulty(bugs.ADAM_UNFADING)[-1])
                < np.linalg.norm(bugs.ADAM_RUN.run()[0].points[-1])
            ),
        ),
    ],
    "adam-uncorrected": [
        (
            ("3.2 times too long", "(1 − β₁)/√(1 − β₂)"),
            lambda: near(bugs._first_step(bugs.ADAM_UNCORRECTED), 3.2, 1),
        ),
    ],
    "adam-inverted": [
        (
            ("ten times too long: 1.6", "right one is 0.16", "the steps explode"),
            lambda: (
                near(np.abs(np.diff(bugs._faulty(bugs.ADAM_INVERTED, 1), axis=0)), 1.6, 3)
                and near(np.abs(np.diff(bugs.ADAM_RUN.run()[0].points[:2], axis=0)), 0.16, 3)
            ),
        ),
    ],
    "clamped": [
        (("jumps between both edges",), lambda: set(bugs._clamped_path()[:, 0]) == {10.0, -10.0}),
        (
            ("leaves the picture at step 1", "1.2 times as far out", "The one that leaves"),
            lambda: bugs.CLAMPED.run()[0].points[1, 0] == -12.0,
        ),
        (
            ("Up to the rate 1 the true run stays",),
            lambda: np.abs(parabola(1.0).points).max() <= 10 < np.abs(parabola(1.01).points).max(),
        ),
    ],
    "difference": [
        (
            ("Around 10⁻⁵ both errors balance; 10⁻¹² is noise", "turns near 10⁻⁵"),
            lambda: (
                1e-7 < min(np.geomspace(1e-10, 1e-2, 60), key=bugs.central_error) < 1e-4
                and bugs.central_error(1e-12) > 1e6 * bugs.central_error(1e-5)
            ),
        ),
    ],
    "saddle": [
        (
            ("exactly along the ridge stops", "Without noise, where does this run end? On the saddle"),
            lambda: abs(places.SADDLE.run()[0].points[-1]).max() < 1e-3,
        ),
        (
            ("chooses a side",),
            lambda: all(
                abs(abs(replace(places.NOISY_SADDLE, seed=s).run()[0].points[-1, 0]) - 1) < 0.1
                for s in range(8)
            ),
        ),
        (
            ("comes down the ridge, hesitates at the middle",),
            lambda: np.abs(places.NOISY_SADDLE.run()[0].points[:40, 0]).max() < 0.2,
        ),
    ],
    "plateau": [
        (("The run does not move",), lambda: np.ptp(places.PLAIN.run()[0].points, axis=0).max() < 1e-9),
        (
            ("From (2, 2) it arrives at step 16", "From (1, 1) it is not there", "(2, 2)"),
            lambda: (
                replace(places.PLAIN, start=(2.0, 2.0)).run()[0].outcome.step == 16
                and replace(places.PLAIN, start=(1.0, 1.0)).run()[0].outcome.kind != "converged"
            ),
        ),
    ],
    "valley": [
        (
            ("drop into the valley within ten steps",),
            lambda: all((r.values[:11] < 5).any() for r in places.VALLEY.run()),
        ),
        (
            ("Who is far behind after 1000 steps? Descent",),
            lambda: (lambda d, m, a: d > 1000 * max(m, a))(*(r.values[-1] for r in places.VALLEY.run())),
        ),
        (
            ("comes further with this rate", "from 0.004 on it only swings"),
            lambda: valley(0.0025) < valley(0.002) < valley(0.004),
        ),
    ],
    "basins": [
        (("Two starts next to a border end far apart",), lambda: apart() > 3),
        (
            ("from 23 to 26 %", "About a quarter"),
            lambda: all(0.23 < shares(0.01)[i] < 0.265 for i in range(4)),
        ),
        (
            ("one basin disappears",),
            lambda: shares(0.015).get(0, 0.0) < 0.01 < 0.2 < min(shares(0.015)[i] for i in (1, 2, 3)),
        ),
        (
            ("largest curvature, 134", "2/134 = 0.0149"),
            lambda: (
                near(max(curvatures()), 134, 0)
                and int(np.argmax(curvatures())) == 0
                and near(2 / max(curvatures()), 0.0149, 4)
            ),
        ),
    ],
    "gradient_descent_kinds": [
        (
            ("stochastic run has arrived; batch descent has not",),
            lambda: ends(2, 0.01)[0] < 0.01 < 0.5 < ends(0, 0.01)[0],
        ),
        (
            (
                "who is nearest at the end? Mini-batches of 20",
                "Mini-batches are nearest",
                "wanders in a wide ball",
            ),
            lambda: (
                ends(1, 0.1)[0] < min(ends(0, 0.1)[0], ends(2, 0.1)[0])
                and ends(2, 0.1)[1] > 5 * ends(1, 0.1)[1]
            ),
        ),
    ],
    "loop": [
        (
            ("Its noise is 0",),
            lambda: noise.LOOP.run()[2][1].noise < 1e-12 < 0.1 < noise.LOOP.run()[1][1].noise,
        ),
        (
            ("100 times an epoch", "100 updates with all points"),
            lambda: (lambda made: made.updates == 100 * 50 and made.noise < 1e-12)(
                replace(noise.LOOP, batch=1).run()[2][1]
            ),
        ),
    ],
    "batch-size": [
        (
            ("from 0.069 to 0.072", "It stays nearly the same"),
            lambda: near((ball(0.05, 5), ball(0.2, 20)), (0.069, 0.072), 3),
        ),
        (
            ("the radius stays near 0.07",),
            lambda: near((ball(0.05, 5), ball(0.2, 20)), 0.07, 2),
        ),
        (
            ("rise by half a decade for each decade",),
            lambda: 0.4 < np.log10(ball(0.1, 20) / ball(0.01, 20)) < 0.6,
        ),
    ],
    "noise-helps": [
        (
            ("2.5 in place of 0.9", "It rises", "median is higher again"),
            lambda: near((median(20.0), median(5.0)), (2.5, 0.9), 1),
        ),
        (
            ("exact run stops early", "reaches the middle"),
            lambda: noise._medians()[0] > 3 * noise._medians()[1],
        ),
    ],
    "schedules": [
        (
            ("0.071 in place of 0.693", "About ten times"),
            lambda: near((noise._late(noise.COSINE), noise._late(noise.CONSTANT)), ((0.071,), (0.693,)), 3),
        ),
        (
            ("constant rate wanders on", "path ends in a point", "never settles"),
            lambda: (lambda c, k: np.ptp(c, axis=0).max() > 10 * np.ptp(k, axis=0).max())(
                *(e.run()[0].points[-10:] for e in (noise.CONSTANT, noise.COSINE))
            ),
        ),
    ],
}
