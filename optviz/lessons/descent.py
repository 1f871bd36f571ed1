"""Lessons on gradient descent: the learning rate, the ravine, the edge of stability."""

import functools
from collections.abc import Callable

import numpy as np

from optviz.lessons.experiments import GD, START, experiment_on, runs_in_ravine, trajectory_lesson
from optviz.lessons.lesson import (
    Chart,
    Check,
    Lesson,
    Line,
    on_maps,
)
from optviz.settings.experiment import Experiment
from optviz.settings.maps import MapSettings
from optviz.settings.setups import Entrant


def _descent_on_parabola(rate: float) -> Experiment:
    return experiment_on("parabola", (10.0,), 10, Entrant.of("gd", lr=rate))


WAVE = experiment_on("cosine-wave", (10.0,), 10, Entrant.of("gd", lr=2.0))
SWEEP = MapSettings(
    entrants=(Entrant.of("gd"), Entrant.of("momentum", momentum=0.5), Entrant.of("nag", momentum=0.5)),
    rates=(0.01, 2.0),
)


def _swept() -> Chart:
    swept = SWEEP.make(resolution=120)
    lines = []
    for curve in swept.curves:  # type: ignore[union-attr]
        # Cut at what counts as zero and a little up the wall, which goes on for ever; the axis says so.
        shown = np.clip(np.nan_to_num(curve.losses, nan=np.inf), 1e-12, 1e3)
        lines.append(Line(curve.optimizer.name, swept.rates, shown))  # type: ignore[union-attr]
    return Chart(tuple(lines), x="learning rate", y="f, cut at 1e−12, 1000", log="xy")


def _edge(place: int) -> Callable[[], list[float]]:
    """The largest rate that came nearer, on the rates of the page that the lesson opens."""
    made = functools.partial(SWEEP.make, resolution=SWEEP.fineness)
    return lambda: [float(made().curves[place].observed or 0.0)]  # type: ignore[union-attr]


def _theory() -> list[float]:
    return [float(c.predicted or 0.0) for c in SWEEP.make(resolution=20).curves]  # type: ignore[union-attr]


DESCENT = (
    trajectory_lesson(
        key="gd-1d",
        title="One step at a time",
        chapter="descent",
        experiment=_descent_on_parabola(0.2),
        printed=(0.060466,),
        idea=(
            "Each step goes against the gradient and is proportional to it. On x² every step with η = 0.2 "
            "keeps 0.6 of the distance."
        ),
        formula=GD,
        look_at="The steps grow shorter by themselves: the gradient becomes smaller near the minimum.",
        try_next="Set the rate to 0.5. One step is enough, because 1 − 2η is zero.",
    ),
    trajectory_lesson(
        key="gd-1d-too-small",
        title="Too small",
        chapter="descent",
        experiment=_descent_on_parabola(0.05),
        printed=(3.486784,),
        idea="A small rate is safe and slow: 0.9 of the distance is left after each step.",
        formula=r"x_t = (1 - 2\eta)^t\, x_0",
        look_at="After ten steps more than a third of the way is still ahead.",
        try_next="Give it 100 steps, or four times the rate. Which one costs less?",
    ),
    trajectory_lesson(
        key="gd-1d-diverges",
        title="Too large",
        chapter="descent",
        experiment=_descent_on_parabola(1.1),
        printed=(61.917364,),
        idea=(
            "Each step lands farther out on the other side than it began. Nothing is clamped here: the "
            "numbers really grow."
        ),
        formula=r"|1 - 2\eta| > 1 \iff \eta > \frac{2}{f''} = 1",
        look_at="The arrow at the edge names the step that leaves the picture.",
        try_next="Find the rate at which it neither comes nearer nor goes away.",
    ),
    trajectory_lesson(
        key="gd-local-minimum",
        title="Caught in a valley",
        chapter="descent",
        experiment=WAVE,
        printed=(-1.528166,),
        idea="Descent knows only the gradient at its point. Its end depends on the start and on the rate.",
        formula=r"f(x) = x \cos(0.15\,\pi x)",
        look_at="The large rate leaps over the nearest valley and settles in a shallower one.",
        try_next="Set the rate to 0.2, then drag the start. How many valleys can you reach?",
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
        look_at="The path bends: the steep direction is done first.",
        try_next="Set the rate to 0.25. One direction is done in one step.",
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
        look_at="The path swings from wall to wall while it hardly moves along the floor.",
        try_next="Raise the rate to 0.49 and then to 0.51.",
    ),
    trajectory_lesson(
        key="gd-ravine-diverges",
        title="A ravine, too fast",
        chapter="plane",
        experiment=runs_in_ravine(Entrant.of("gd", lr=0.6)),
        printed=(-0.387814, -1673.365109),
        idea="Along the floor the larger rate helps, across it every swing grows. One rate cannot suit both.",
        formula=r"\eta < \frac{2}{\lambda_{\max}} = \frac{2}{4} = 0.5",
        look_at="x comes nearer to zero than before, y runs away.",
        try_next="Click on the floor of the valley, at y = 0, to start there.",
    ),
    Lesson(
        key="edge",
        title="The edge of stability",
        chapter="plane",
        idea="On a quadratic the rate below which descent converges can be computed in advance.",
        formula=(
            r"\begin{aligned} \text{descent: } & \eta < \tfrac{2}{\lambda_{\max}} \\ "
            r"\text{momentum: } & \eta < \tfrac{2(1 + \beta)}{\lambda_{\max}} \\ "
            r"\text{Nesterov: } & \eta < \tfrac{2(1 + \beta)}{(1 + 2\beta)\,\lambda_{\max}} \end{aligned}"
        ),
        look_at="Each curve falls to its best rate and then rises at a wall.",
        try_next="Raise the momentum. Whose wall moves to the right, whose to the left?",
        opens=on_maps(SWEEP),
        picture=_swept,
        checks=(
            Check(
                what="Theory for descent, momentum 0.5, Nesterov 0.5",
                computed=_theory,
                printed=(0.5, 0.75, 0.375),
                digits=3,
                claim="2/λmax and its relatives",
            ),
            *(
                Check(
                    what=f"{name}: the largest rate that came nearer in 200 steps",
                    computed=_edge(place),
                    interval=(0.97 * edge, edge),
                    claim=f"just below {edge:g}",
                )
                for place, (name, edge) in enumerate(
                    (("Descent", 0.5), ("Momentum 0.5", 0.75), ("Nesterov 0.5", 0.375))
                )
            ),
        ),
    ),
)
