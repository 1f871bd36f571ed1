"""Lessons on batches and noise."""

from dataclasses import replace

import numpy as np

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.trajectories import simulate
from optviz.lessons.experiments import START, experiment_lesson, experiment_on
from optviz.lessons.lesson import (
    Chart,
    Check,
    Code,
    Lesson,
    Line,
    Paths,
    on_maps,
    on_minibatches,
    paths_of,
    paths_of_batches,
)
from optviz.settings.experiment import Experiment
from optviz.settings.maps import MapSettings
from optviz.settings.minibatches import MiniBatches
from optviz.settings.setups import Entrant
from optviz.teaching.line import PRINTED_LOOP, RIGHT_LOOP, noise_ball
from optviz.words import mark, tr

KINDS = MiniBatches()
LOOP = MiniBatches(view="loop")
SMALL = MiniBatches(batch=5, optimizer=Entrant.of("gd", lr=0.05))
HELP = MapSettings("noise", entrants=(Entrant.of("gd", lr=0.01),), steps=300, noise=5.0, seeds=100).on(
    "bohachevsky-1"
)
CONSTANT = experiment_on("ravine", START, 300, Entrant.of("gd", lr=0.3), noise=2.0)
COSINE = replace(CONSTANT, schedule="cosine", schedule_values=(("floor", 0.0),))


def _updates() -> list[float]:
    return [float(run.updates) for _, run in KINDS.run()]


def _gradient_noise(settings: MiniBatches) -> Chart:
    """How far the gradient of each update is from that of all points: the loop as meant and as printed."""
    lines = []
    for name, run in settings.run()[1:]:
        apart = np.linalg.norm(run.batch_gradients - run.gradients[:-1], axis=1)
        lines.append(Line(name, run.seen[:-1] / 100, np.where(apart < 1e-12, 0.0, apart)))
    return Chart(tuple(lines), x=tr("epochs"), y=tr("noise of the gradient"))


def _radii() -> list[float]:
    made = noise_ball(KINDS.points(), "gd", (0.05,), (5, 20), updates=600)
    return [float(made[0, 0] / made[1, 0])]


def _ball_chart() -> Chart:
    rates, sizes = (0.01, 0.02, 0.05, 0.1, 0.2), (1, 5, 20)
    made = noise_ball(KINDS.points(), "gd", rates, sizes, updates=400, runs=16)
    lines = (
        Line(tr("batches of {size}", size=b), np.array(rates), row)
        for b, row in zip(sizes, made, strict=True)
    )
    return Chart(tuple(lines), x=tr("learning rate"), y=tr("radius"), log="xy")


def _medians() -> list[float]:
    """f at the end: without noise, and the median over 100 draws of noise."""
    still = simulate("bohachevsky-1", "gd", HELP.start, HELP.steps, lr=0.01)
    bands = HELP.make(resolution=100)
    return [float(still.values[-1]), float(bands.bands[0].median[-1])]  # type: ignore[union-attr]


def _helped() -> Paths:
    objective = OBJECTIVES["bohachevsky-1"]
    still = simulate(objective, "gd", HELP.start, 300, lr=0.01)
    noisy = simulate(objective, "gd", HELP.start, 300, lr=0.01, noise=HELP.noise, seed=HELP.seed)
    paths = ((tr("noise 5"), "gd", noisy.points), (tr("no noise"), "momentum", still.points))
    return Paths(objective, objective.domain, paths)


def _late(experiment: Experiment) -> list[float]:
    """The mean of f over the last 30 steps."""
    return [float(np.mean(experiment.run()[0].values[-30:]))]


NOISE = (
    Lesson(
        key="gradient_descent_kinds",
        title="Batch, stochastic, mini-batch",
        chapter="noise",
        idea=(
            "All points give the exact gradient and one update; one point gives a noisy one and a hundred "
            "updates for the same work. Mini-batches are the compromise."
        ),
        formula=r"g_B = \frac{1}{|B|} \sum_{i \in B} \nabla \ell_i, \qquad \mathbb{E}\, g_B = \nabla L",
        notice="After the same 50 epochs the stochastic run has arrived; batch descent has not.",
        tries="Raise the rate to 0.1. Which is closer at the end, which steadier?",
        opens=on_minibatches(KINDS),
        picture=lambda: paths_of_batches(KINDS),
        checks=(
            Check(
                what="Updates in 50 epochs: batch, mini-batches of 20, stochastic",
                computed=_updates,
                printed=(50, 250, 5000),
                digits=0,
            ),
        ),
        covers="gradient_descent_kinds",
    ),
    Lesson(
        key="loop",
        title="Spot the bug: a loop over batches",
        chapter="noise",
        idea=(
            "A batch that is drawn but not used changes nothing. The printed loop computes the loss on "
            "all points inside the loop over batches."
        ),
        formula=mark(r"\text{for each batch } B:\quad \nabla L \text{ instead of } g_B"),
        notice="The printed loop follows the gradient of all points, whatever the batch. Its noise is 0.",
        tries="Set the batch size to 1. The printed loop now runs batch descent a hundred times an epoch.",
        opens=on_minibatches(LOOP),
        picture=lambda: _gradient_noise(LOOP),
        checks=(
            Check(
                what="Noise of the gradient in the printed loop",
                computed=lambda: [LOOP.run()[2][1].noise],
                printed=(0.0,),
                digits=6,
                claim="none, though it takes batches",
            ),
            Check(
                what="Noise of the gradient in the loop as meant",
                computed=lambda: [LOOP.run()[1][1].noise],
                interval=(0.05, np.inf),
                claim="some, as batches differ",
            ),
        ),
        errata=(
            "The notes' mini-batch loop computes the loss on the whole x and y instead of on the batch "
            "(data, label). So it is batch descent, run five times an epoch.",
        ),
        codes=(Code("As printed", PRINTED_LOOP), Code("As meant", RIGHT_LOOP)),
    ),
    Lesson(
        key="batch-size",
        title="The noise ball",
        chapter="noise",
        idea=(
            "With a constant rate a noisy run never settles. It wanders in a ball, whose radius grows "
            "with the root of the rate and shrinks with the root of the batch size."
        ),
        formula=r"r \propto \sqrt{\eta / B}",
        notice="Lines that rise by half a decade for each decade of the rate, one below the other.",
        tries=(
            "Set the batch size to 20 and the rate to 0.2, four times both. Compare the two radii in the "
            "last chart of the page."
        ),
        opens=on_minibatches(SMALL),
        picture=_ball_chart,
        checks=(
            Check(
                what="Radius for B = 5 over radius for B = 20",
                computed=_radii,
                interval=(1.8, 2.9),
                claim=(
                    "√4 = 2, and a little more: 20 of 100 points drawn without replacement leave only 80 % "
                    "of the "
                    "variance"
                ),
            ),
        ),
    ),
    Lesson(
        key="noise-helps",
        title="Noise as help",
        chapter="noise",
        idea=(
            "On a bumpy bowl exact descent stops in the first dent. Some noise shakes it out, too much "
            "keeps it from settling."
        ),
        formula=r"x_t = x_{t-1} - \eta\, (\nabla f + \sigma \xi_t), \qquad \xi_t \sim N(0, I)",
        notice="The exact run stops early. The noisy one reaches the middle of the bowl.",
        tries="Raise the noise to 20. The median gets worse again.",
        opens=on_maps(HELP),
        picture=_helped,
        checks=(
            Check(
                what="f at the end without noise",
                computed=lambda: _medians()[:1],
                interval=(3.0, 4.0),
                claim="stuck",
            ),
            Check(
                what="Median of f at the end with σ = 5",
                computed=lambda: _medians()[1:],
                interval=(0.0, 1.5),
                claim="lower",
            ),
        ),
    ),
    experiment_lesson(
        key="schedules",
        title="Let the rate fade",
        chapter="noise",
        experiment=COSINE,
        picture=lambda: Paths(
            paths_of(COSINE).objective,
            ((-3.0, 3.0), (-2.0, 2.0)),
            (
                (tr("constant rate"), "momentum", CONSTANT.run()[0].points[200:]),
                (tr("cosine"), "gd", COSINE.run()[0].points[200:]),
            ),
        ),
        idea=(
            "A large rate is fast and restless, a small one slow and calm. A schedule starts large and ends "
            "small."
        ),
        formula=r"\eta_t = \eta\, \tfrac{1}{2} \left(1 + \cos \tfrac{\pi t}{T}\right)",
        notice=(
            "The last 100 of 300 steps: the constant rate wanders on, with cosine the path ends in a point."
        ),
        tries="Choose the constant schedule, and compare the end of the loss curve.",
        checks=(
            Check(what="Mean f of the last 30 steps, constant rate", computed=lambda: _late(CONSTANT)),
            Check(what="Mean f of the last 30 steps, cosine", computed=lambda: _late(COSINE)),
            Check(
                what="Constant over cosine",
                computed=lambda: [_late(CONSTANT)[0] / _late(COSINE)[0]],
                interval=(2.0, np.inf),
                claim="several times higher",
            ),
        ),
    ),
)
