"""Lessons on momentum, Nesterov's method, and the edge of stability."""

import functools
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from optviz.engine.optimizers import OPTIMIZERS
from optviz.lessons.experiments import (
    experiment_lesson,
    runs_in_ravine,
    trajectory_lesson,
)
from optviz.lessons.lesson import (
    Chart,
    Check,
    Lesson,
    Line,
    on_maps,
    paths_of,
)
from optviz.settings import maps as map_settings
from optviz.settings.maps import MapSettings
from optviz.settings.setups import Entrant
from optviz.words import mark, tr

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
        lines.append(Line(tr(curve.optimizer.name), swept.rates, shown))  # type: ignore[union-attr]
    return Chart(tuple(lines), x=tr("learning rate"), y=tr("f, cut at 1e−12, 1000"), log="xy")


def _edge(place: int) -> Callable[[], list[float]]:
    """The largest rate that came nearer, on the rates of the page that the lesson opens."""
    made = functools.partial(SWEEP.make, resolution=SWEEP.fineness)
    return lambda: [float(made().curves[place].observed or 0.0)]  # type: ignore[union-attr]


def _theory() -> list[float]:
    return [float(c.predicted or 0.0) for c in SWEEP.make(resolution=20).curves]  # type: ignore[union-attr]


HELPED = (Entrant.of("momentum", lr=0.6, momentum=0.5), Entrant.of("gd", lr=0.6))
NAG = runs_in_ravine(
    Entrant.of("momentum", lr=0.3, momentum=0.9), Entrant.of("nag", lr=0.3, momentum=0.9), steps=200
)
STABILITY = replace(map_settings.DEFAULTS["stability"], steps=100)


def _arrivals() -> list[float]:
    """The steps from which momentum and Nesterov stay within 0.001 of the minimum."""
    return [float(run.outcome.step) for run in NAG.run()]


def _lead() -> list[float]:
    momentum, nesterov = _arrivals()
    return [momentum - nesterov]


def _overshoot() -> list[float]:
    """The largest x of both runs, which start on the left of the minimum."""
    return [float(run.points[:, 0].max()) for run in NAG.run()]


def _heavy_edges() -> Chart:
    shares = np.linspace(0.0, 0.99, 100)
    return Chart(
        tuple(
            Line(
                tr(row.name),
                shares,
                np.array([row.stable_rate({"lr": 0.1, "momentum": b}, 4.0) for b in shares]),
            )
            for row in (OPTIMIZERS["momentum"], OPTIMIZERS["nag"])
        ),
        x=tr("momentum β"),
        y=tr("largest stable rate"),
    )


MOMENTUM = (
    trajectory_lesson(
        key="momentum",
        picture=lambda: paths_of(runs_in_ravine(*HELPED)),
        title="Momentum to the rescue",
        chapter="momentum",
        experiment=runs_in_ravine(HELPED[0]),
        printed=(0.007188, 0.002553),
        idea=(
            "The same rate that diverged now converges. In the velocity, alternating gradients cancel and "
            "consistent ones add up."
        ),
        formula=OPTIMIZERS["momentum"].formula,
        notice="The swings across the valley die out while the run along it speeds up.",
        tries="Add plain descent with the same rate beside it.",
    ),
    trajectory_lesson(
        key="momentum-halved",
        title="Half the momentum",
        chapter="momentum",
        experiment=runs_in_ravine(Entrant.of("momentum", lr=0.6, momentum=0.25)),
        printed=(-0.126340, -0.186632),
        idea="With less momentum the swings fade more slowly: 0.6 is just below the stable limit, 0.625.",
        formula=r"\eta_{\max} = \frac{2(1 + \beta)}{\lambda_{\max}} = \frac{2.5}{4}",
        notice="The path still crosses the floor at every step.",
        tries="Try 0.19, then 0.21: which one settles? Give it 100 steps.",
    ),
    experiment_lesson(
        key="nesterov",
        title="Brake before the turn",
        chapter="momentum",
        experiment=NAG,
        idea=("Nesterov looks ahead: it uses the velocity that it is about to have, so it brakes early."),
        formula=OPTIMIZERS["nag"].formula,
        notice=(
            "Along the floor momentum overshoots to x = 2.6, Nesterov to 1.8. Across it, Nesterov's first "
            "swing is the larger one, but its swings die out much sooner."
        ),
        tries="Raise the rate of both to 0.35. Nesterov diverges above 0.339; momentum holds to 0.95.",
        checks=(
            Check(
                what="Steps until they stay within 0.001: momentum, Nesterov",
                computed=_arrivals,
                interval=(1, 200),
                claim="both arrive",
            ),
            Check(
                what="How many steps earlier Nesterov arrives",
                computed=_lead,
                interval=(1, 200),
                claim="Nesterov first",
            ),
            Check(
                what="Largest x: momentum, Nesterov",
                computed=_overshoot,
                printed=(2.6, 1.8),
                digits=1,
                claim="2.6 and 1.8",
            ),
            Check(
                what="Largest rate at which momentum, then Nesterov, is stable",
                computed=lambda: [
                    OPTIMIZERS[key].stable_rate({"lr": 0.3, "momentum": 0.9}, 4.0) or 0.0
                    for key in ("momentum", "nag")
                ],
                printed=(0.95, 0.339),
                digits=3,
                claim="0.95 and 0.339",
            ),
        ),
    ),
    Lesson(
        key="edge",
        title="The edge of stability",
        chapter="momentum",
        idea="On a quadratic the rate below which descent converges can be computed in advance.",
        formula=mark(
            r"\begin{aligned} \text{descent: } & \eta < \tfrac{2}{\lambda_{\max}} \\ "
            r"\text{momentum: } & \eta < \tfrac{2(1 + \beta)}{\lambda_{\max}} \\ "
            r"\text{Nesterov: } & \eta < \tfrac{2(1 + \beta)}{(1 + 2\beta)\,\lambda_{\max}} \end{aligned}"
        ),
        notice="Each curve dips at its best rate, then hits a wall.",
        tries="Raise the momentum. Whose wall moves to the right, whose to the left?",
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
    Lesson(
        key="momentum-map",
        title="Rate and momentum together",
        chapter="momentum",
        idea=(
            "Momentum widens the range of rates that converge. A map shows which pairs work, and its border "
            "is a line."
        ),
        formula=r"\eta \lambda_{\max} < 2 (1 + \beta)",
        notice="The border of the map follows the line of theory.",
        tries=(
            "Click a place next to the border to open its run. Then choose Nesterov's method for the map: "
            "which way does its border run?"
        ),
        opens=on_maps(STABILITY),
        picture=_heavy_edges,
        checks=(
            Check(
                what="Largest stable rate in the ravine, β = 0.9",
                computed=lambda: [
                    OPTIMIZERS["momentum"].stable_rate({"lr": 0.1, "momentum": 0.9}, 4.0) or 0.0
                ],
                printed=(0.95,),
                digits=2,
                claim="2 · 1.9 / 4 = 0.95",
            ),
        ),
    ),
)
