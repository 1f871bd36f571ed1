"""Under the stage: how the landscape is curved where the player stands, and what a rate may be there.

Nothing in here is computed, sent or asked of the player while it is closed.
"""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from optviz.engine.curvature import Conditioning, conditioning
from optviz.engine.objective import Objective
from optviz.engine.outcomes import nearest_minimum, number, point
from optviz.engine.schedules import SCHEDULES
from optviz.engine.trajectories import Trajectory
from optviz.figures.scenes import legend_name
from optviz.figures.style import Theme, styles
from optviz.settings.experiment import Entrant, Experiment
from optviz.web.tables import table
from optviz.words import mark, tr

state = st.session_state
KEY = "curvature"
HEADINGS = (
    mark("Optimizer"),
    mark("Where"),
    mark("Eigenvalues"),
    mark("Condition"),
    mark("Best rate"),
    mark("Stable up to"),
    mark("Present rate"),
)


def asks_for_the_step() -> bool:
    """Whether the panel is open, so that the stage has to say which step it shows."""
    return bool(state.get(KEY))


def curvature_panel(experiment: Experiment, trajectories: Sequence[Trajectory], theme: Theme) -> None:
    """For each optimizer: the curvature at the player's step and at the minimum nearest to its end."""
    panel = st.expander(tr("Curvature and stable learning rates"), key=KEY, on_change="rerun")
    if not panel.open:
        return
    objective = experiment.landscape()
    drawn = styles([e.optimizer for e in experiment.entrants], theme)
    rows = []
    for entrant, trajectory, style in zip(experiment.racers, trajectories, drawn, strict=True):
        step = min(_step(experiment), trajectory.steps)
        places = [(tr("step {step}", step=step), trajectory.points[step])]
        index, _ = nearest_minimum(objective, trajectory.points[-1])
        if index >= 0:
            places.append((tr("nearest minimum"), np.array(objective.minima[index])))
        factor = _factor(experiment, step)
        for where, x in places:
            cells = _cells(objective, entrant, x, factor)
            rows.append((style.color, legend_name(entrant), (f"{where} {point(x)}", *cells)))
    with panel:
        table([tr(heading) for heading in HEADINGS], rows)
        st.caption(
            tr(
                "Eigenvalues λ of the Hessian; the condition is λmax/λmin, and 2/(λmin + λmax) is the best "
                "rate of gradient descent on the quadratic that has them. How far a rate is stable is the "
                "optimizer's own limit, where one is known; a rate above it diverges on a quadratic. Move "
                "the player to see other steps."
            )
        )


def _step(experiment: Experiment) -> int:
    """The step that the player shows; the last one until it has said so."""
    said = state.get(f"{experiment.page}.bench", {}).get("step")
    if not isinstance(said, int):  # not yet, or a forged message
        return experiment.steps
    return min(max(said, 0), experiment.steps)


def _factor(experiment: Experiment, step: int) -> float:
    """What the schedule multiplies the rate by in the step that comes next, or that came last."""
    schedule = SCHEDULES[experiment.schedule]
    factors = schedule.factors(experiment.steps, schedule.complete(dict(experiment.schedule_values)))
    return float(factors[min(step, len(factors) - 1)])


def _cells(objective: Objective, entrant: Entrant, x: np.ndarray, factor: float) -> tuple[str, ...]:
    values = dict(entrant.values)
    found = conditioning(objective, x.tolist(), entrant.row, values)
    rate = values["lr"] * factor
    if found.share is None:
        present = tr("{rate}; {why}", rate=number(rate), why=tr(found.no_edge))
    else:
        share = f"{found.share * factor:.3g}"
        present = tr("{rate} = {share} × the stable limit", rate=number(rate), share=share)
    edge = tr(found.no_edge) or _said(found.edge)
    return (_eigenvalues(found), _said(found.condition), _said(found.best_rate), edge, present)


def _eigenvalues(found: Conditioning) -> str:
    if not np.isfinite(found.eigenvalues).all():
        return tr("none: f has no finite curvature here")
    return ", ".join(number(float(v)) for v in found.eigenvalues)


def _said(value: float | None) -> str:
    return "—" if value is None else number(value)
