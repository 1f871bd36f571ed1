"""Lessons on momentum and Nesterov's method."""

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
)
from optviz.settings import maps as map_settings
from optviz.settings.setups import Entrant

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
                row.name, shares, np.array([row.stable_rate({"lr": 0.1, "momentum": b}, 4.0) for b in shares])
            )
            for row in (OPTIMIZERS["momentum"], OPTIMIZERS["nag"])
        ),
        x="momentum β",
        y="largest stable rate",
    )


MOMENTUM = (
    trajectory_lesson(
        key="momentum",
        title="Momentum to the rescue",
        chapter="momentum",
        experiment=runs_in_ravine(Entrant.of("momentum", lr=0.6, momentum=0.5)),
        printed=(0.007188, 0.002553),
        idea=(
            "The same rate that diverged now converges. Gradients that alternate cancel in the "
            "velocity, gradients that agree add up."
        ),
        formula=OPTIMIZERS["momentum"].formula,
        look_at="The swings across the valley die out while the run along it speeds up.",
        try_next="Add plain descent with the same rate beside it.",
    ),
    trajectory_lesson(
        key="momentum-halved",
        title="Half the momentum",
        chapter="momentum",
        experiment=runs_in_ravine(Entrant.of("momentum", lr=0.6, momentum=0.25)),
        printed=(-0.126340, -0.186632),
        idea="With less momentum the swings fade more slowly: 0.6 is just below the stable limit, 0.625.",
        formula=r"\eta_{\max} = \frac{2(1 + \beta)}{\lambda_{\max}} = \frac{2.5}{4}",
        look_at="The path still crosses the floor at every step.",
        try_next="Set the momentum to 0.2 and see where the edge is.",
    ),
    experiment_lesson(
        key="nesterov",
        title="Brake before the turn",
        chapter="momentum",
        experiment=NAG,
        idea=(
            "Nesterov adds the next velocity to the gradient, so it slows down before the objective rises."
        ),
        formula=OPTIMIZERS["nag"].formula,
        look_at=(
            "Along the floor momentum overshoots to x = 2.6, Nesterov to 1.8. Across it, Nesterov's first "
            "swing is the larger one, but its swings die out much sooner."
        ),
        try_next="Raise the rate of both to 0.35. Nesterov diverges above 0.339; momentum holds to 0.95.",
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
        key="momentum-map",
        title="Rate and momentum together",
        chapter="momentum",
        idea=(
            "Momentum widens the range of rates that converge. Which pairs work is a map, and its border "
            "is a line."
        ),
        formula=r"\eta \lambda_{\max} < 2 (1 + \beta)",
        look_at="The border of the map follows the line of theory.",
        try_next="Click a place next to the border to open its run.",
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
