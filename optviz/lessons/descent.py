"""Lessons on gradient descent: the learning rate, the bowl, the ravine."""

from dataclasses import replace

from optviz.lessons.experiments import GD, START, experiment_on, runs_in_ravine, trajectory_lesson
from optviz.settings.experiment import Experiment
from optviz.settings.setups import Entrant


def _descent_on_parabola(rate: float) -> Experiment:
    return experiment_on("parabola", (10.0,), 10, Entrant.of("gd", lr=rate))


WAVE = experiment_on("cosine-wave", (10.0,), 10, Entrant.of("gd", lr=2.0))
DESCENT = (
    trajectory_lesson(
        key="gd-1d",
        title="One step at a time",
        chapter="descent",
        experiment=_descent_on_parabola(0.2),
        printed=(0.060466,),
        idea=(
            "Each step goes against the gradient: steeper slope, longer step. On x² every step with η = 0.2 "
            "leaves 60 % of the distance."
        ),
        formula=GD,
        notice="The steps grow shorter by themselves: the gradient becomes smaller near the minimum.",
        tries="Set the rate to 0.5. One step is enough, because 1 − 2η is zero.",
    ),
    trajectory_lesson(
        key="gd-1d-too-small",
        title="Too small",
        chapter="descent",
        experiment=_descent_on_parabola(0.05),
        printed=(3.486784,),
        idea="A small rate is safe and slow: each step leaves 90 % of the distance.",
        formula=r"x_t = (1 - 2\eta)^t\, x_0",
        notice="After ten steps more than a third of the distance remains.",
        tries="Give it 100 steps, then four times the rate. Which needs fewer steps to 0.001?",
    ),
    trajectory_lesson(
        key="gd-1d-diverges",
        title="Too large",
        chapter="descent",
        experiment=replace(_descent_on_parabola(1.1), domain=((-70.0, 70.0),)),
        printed=(61.917364,),
        idea=(
            "Each step overshoots and lands farther away, on the other side. Nothing is clamped here: the "
            "numbers really grow."
        ),
        formula=r"|1 - 2\eta| > 1 \iff \eta > \frac{2}{f''} = 1",
        notice="Every point is 1.2 times as far from the minimum as the one before; the tenth is 61.9 away.",
        tries="Find the rate at which it swings for ever between the same two points.",
    ),
    trajectory_lesson(
        key="gd-local-minimum",
        title="Caught in a valley",
        chapter="descent",
        experiment=WAVE,
        printed=(-1.528166,),
        idea="Descent knows only the gradient at its point. Its end depends on the start and on the rate.",
        formula=r"f(x) = x \cos(0.15\,\pi x)",
        notice="The large rate leaps over the deep valley on the right and settles in the shallow one.",
        tries="Set the rate to 0.2, then drag the start. From where does it reach the deep valley?",
    ),
)

PLANE = (
    trajectory_lesson(
        key="gd-2d",
        title="A bowl",
        chapter="plane",
        experiment=experiment_on("bowl", START, 20, Entrant.of("gd", lr=0.1)),
        printed=(-0.057646, -0.000073),
        idea="With two variables each direction shrinks at its own pace: 1 − 2η along x, 1 − 4η along y.",
        formula=r"x_t = (1 - 2\eta)^t x_0, \qquad y_t = (1 - 4\eta)^t y_0",
        notice="The path bends: it finishes the steep direction first.",
        tries="Set the rate to 0.25. One direction is done in one step.",
    ),
    trajectory_lesson(
        key="gd-ravine",
        title="A ravine",
        chapter="plane",
        experiment=runs_in_ravine(Entrant.of("gd", lr=0.4)),
        printed=(-0.943467, -0.000073),
        idea=(
            "Across the valley the curvature is 4, along it 0.2. The steep side dictates the rate and the "
            "flat one waits."
        ),
        formula=r"f = 0.1 x^2 + 2 y^2, \qquad \kappa = \frac{4}{0.2} = 20",
        notice="The swings die out in eight steps; the rest is a crawl along the floor.",
        tries="Set 100 steps. Then raise the rate to 0.49, and to 0.51.",
    ),
    trajectory_lesson(
        key="gd-ravine-diverges",
        title="A ravine, too fast",
        chapter="plane",
        experiment=runs_in_ravine(Entrant.of("gd", lr=0.6)),
        printed=(-0.387814, -1673.365109),
        idea="Along the floor the larger rate helps, across it every swing grows. One rate cannot suit both.",
        formula=r"\eta < \frac{2}{\lambda_{\max}} = \frac{2}{4} = 0.5",
        notice="x converges faster than before; y explodes.",
        tries="Type 0 for y₀ to start on the floor of the valley. Then type 0.01.",
    ),
)
