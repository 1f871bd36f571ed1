"""Lessons on hard places: saddles, plateaus, bent valleys, and the borders of basins."""

from dataclasses import replace

import numpy as np

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.trajectories import simulate
from optviz.lessons.experiments import GD, experiment_lesson, experiment_on
from optviz.lessons.lesson import (
    Check,
    Lesson,
    Paths,
    on_maps,
)
from optviz.settings import maps as map_settings
from optviz.settings.setups import Entrant
from optviz.words import tr

SADDLE = experiment_on("quartic-saddle", (0.0, 1.8), 100, Entrant.of("gd", lr=0.1))
NOISY_SADDLE = replace(SADDLE, noise=0.1, seed=3)
PLAIN = experiment_on("easom", (-5.0, -5.0), 200, Entrant.of("gd", lr=0.5))
VALLEY = experiment_on(
    "rosenbrock",
    (-1.2, 1.0),
    1000,
    Entrant.of("gd", lr=0.002),
    Entrant.of("momentum", lr=0.0005, momentum=0.95),
    Entrant.of("adam", lr=0.1),
)
BASINS = replace(
    map_settings.DEFAULTS["basins"], entrants=(Entrant.of("gd", lr=0.01), Entrant.of("adam", lr=0.2))
)


def _shares() -> list[float]:
    made = BASINS.make(resolution=60)[0]  # type: ignore[index]
    return [made.shares.get(i, 0.0) for i in range(4)]


def _starts() -> Paths:
    """Four starts close to each other that end in different minima."""
    objective = OBJECTIVES["himmelblau"]
    starts = ((-0.5, -1.3), (-0.5, -0.2), (0.3, -0.2), (0.3, -1.3))
    runs = [simulate(objective, "gd", start, 200, lr=0.01).points for start in starts]
    keys = ("gd", "momentum", "nag", "rmsprop")
    paths = tuple((tr("start"), key, run) for key, run in zip(keys, runs, strict=True))
    return Paths(objective, objective.domain, paths)


PLACES = (
    experiment_lesson(
        key="saddle",
        title="Leaving a saddle",
        chapter="places",
        experiment=NOISY_SADDLE,
        idea=(
            "At a saddle the gradient is zero, yet the ground falls away on both sides. A run that comes "
            "exactly along the ridge stops; the slightest noise makes it leave."
        ),
        formula=r"\nabla f = 0, \qquad \lambda_{\min} < 0 < \lambda_{\max}",
        notice="The path comes down the ridge, hesitates at the middle, and then chooses a side.",
        tries="Change the seed of the noise and see to which side it falls. Then set the noise to 0.",
        checks=(
            Check(
                what="Without noise, x ends at",
                computed=lambda: [float(SADDLE.run()[0].points[-1, 0])],
                printed=(0.0,),
                digits=6,
                claim="on the ridge, 0",
            ),
            Check(
                what="With noise, |x| ends at",
                computed=lambda: [abs(float(NOISY_SADDLE.run()[0].points[-1, 0]))],
                interval=(0.8, 1.2),
                claim="at a minimum, near 1",
            ),
        ),
    ),
    experiment_lesson(
        key="plateau",
        title="Nothing to go by",
        chapter="places",
        experiment=PLAIN,
        idea="On a plateau the gradient is almost zero, however low a minimum nearby may be.",
        formula=r"\nabla f \approx 0 \;\Rightarrow\; x_t \approx x_{t-1}",
        notice="The run does not move. Its verdict says how small the gradient is.",
        tries="Click nearer to the hole until it falls in.",
        checks=(
            Check(
                what="Distance covered in 200 steps",
                computed=lambda: [
                    float(np.linalg.norm(PLAIN.run()[0].points[-1] - PLAIN.run()[0].points[0]))
                ],
                interval=(0.0, 1e-6),
                claim="none",
            ),
        ),
    ),
    experiment_lesson(
        key="valley",
        title="A bent valley",
        chapter="places",
        experiment=VALLEY,
        idea="Rosenbrock's valley is easy to find and hard to follow: its floor bends and hardly falls.",
        formula=r"f = (1 - x)^2 + 100\,(y - x^2)^2",
        notice="All three drop into the valley within ten steps. What counts is how fast they follow it.",
        tries="Look for a better rate for descent: raise 0.002 in steps of 0.0005.",
        checks=(
            Check(
                what="f after 1000 steps: descent",
                computed=lambda: [float(VALLEY.run()[0].values[-1])],
                interval=(1e-3, 1.0),
                claim="still on its way",
            ),
            Check(
                what="f after 1000 steps: momentum, Adam",
                computed=lambda: [float(r.values[-1]) for r in VALLEY.run()[1:]],
                interval=(0.0, 1e-3),
                claim="nearly there",
            ),
        ),
    ),
    Lesson(
        key="basins",
        title="The start decides",
        chapter="places",
        idea=(
            "Every start belongs to a minimum. The borders between the basins are smooth for small rates, "
            "ragged for larger ones."
        ),
        formula=GD,
        notice="Two starts next to a border end far apart.",
        tries="Raise descent's rate to 0.015, not beyond: one basin disappears. Why?",
        opens=on_maps(BASINS),
        picture=_starts,
        checks=(
            Check(
                what="Share of the starts in each of the four basins",
                computed=_shares,
                interval=(0.2, 0.3),
                claim="about a quarter each",
            ),
        ),
    ),
)
