"""The lesson on XOR: what a line cannot do, and a small network can, from most first weights."""

import functools
import math

import numpy as np

from optviz.lessons.lesson import Chart, Check, Lesson, Line, on_trajectories
from optviz.settings.experiment import Experiment
from optviz.settings.setups import Entrant
from optviz.teaching.xor import LINEAR_LOSS, Trained, most_right_with_a_line, trained
from optviz.words import tr

SEEDS = 20
LINEAR = Experiment(
    "formula", LINEAR_LOSS, (2.5, 1.0), ((-4.0, 4.0), (-4.0, 4.0)), 100, (Entrant.of("gd", lr=0.5),)
)


@functools.cache
def runs(hidden: int) -> tuple[Trained, ...]:
    """One training for each seed from 0; 0 hidden units are the linear model."""
    return tuple(trained(hidden, seed) for seed in range(SEEDS))


def solved(hidden: int) -> list[bool]:
    """For each seed, whether all four points are right at the end."""
    return [run.right == 4 for run in runs(hidden)]


def _losses() -> Chart:
    """The linear model, two hidden units with the first seed that succeeds and that fails, and four units."""
    steps = np.arange(len(runs(0)[0].losses))
    lines = [Line(tr("linear model"), steps, runs(0)[0].losses)]
    for hidden, seed in ((2, solved(2).index(True)), (2, solved(2).index(False)), (4, 0)):
        name = tr("{count} hidden units, seed {seed}", count=hidden, seed=seed)
        lines.append(Line(name, steps, runs(hidden)[seed].losses))
    return Chart(tuple(lines), x=tr("step"), y=tr("loss"), log="y")


XOR = (
    Lesson(
        key="xor",
        title="XOR: one line is not enough",
        chapter="networks",
        idea=(
            "XOR says yes where two inputs differ. No line separates its two yes points from its two no "
            "points, so no linear model learns it. A network with two hidden units can, but it depends on "
            "its first weights whether it does. More units make that safer."
        ),
        formula=r"\hat y = \sigma(v^\top \tanh(W x + b) + c)",
        notice=(
            "The linear model stays at a loss of log 2 = 0.693. With two hidden units one seed succeeds and "
            "another stops at 0.35. Over 20 seeds, two units succeed 13 times and four units 20 times."
        ),
        tries=(
            "The page shows the loss of the linear model over its two weights. Choose another start. Where "
            "does the run end?"
        ),
        opens=on_trajectories(LINEAR),
        picture=_losses,
        checks=(
            Check(
                what="Most of the four points that a line gets right, of 29,160 lines",
                computed=lambda: [float(most_right_with_a_line())],
                printed=(3.0,),
                digits=0,
                claim="3",
            ),
            Check(
                what="Loss of the linear model after 500 steps: lowest and highest of 20 seeds",
                computed=lambda: [end(float(run.losses[-1]) for run in runs(0)) for end in (min, max)],
                printed=(math.log(2), math.log(2)),
                digits=4,
                claim="log 2 = 0.6931, twice",
            ),
            Check(
                what="Seeds of 20 that end with all four points right: two hidden units, four",
                computed=lambda: [float(sum(solved(hidden))) for hidden in (2, 4)],
                printed=(13.0, 20.0),
                digits=0,
                claim="13 and 20",
            ),
        ),
    ),
)
