"""The whole stage of an experiment: landscape with paths, loss beside it, and what the player needs."""

from collections.abc import Container, Sequence
from typing import Any

import numpy as np

from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.outcomes import number, point
from optviz.engine.trajectories import Trajectory
from optviz.figures.landscapes import landscape, sample
from optviz.figures.losses import loss_curves
from optviz.figures.paths import exit_arrow, path, start_marker
from optviz.figures.style import Theme, styles
from optviz.settings.experiment import Entrant, Experiment


def legend_name(entrant: Entrant, without: Container[str] = ()) -> str:
    """The optimizer with its own hyperparameters, but for the advanced ones and those of `without`."""
    optimizer = OPTIMIZERS[entrant.optimizer]
    advanced = {h.name for h in optimizer.hyperparameters if h.advanced}
    shown = [(name, v) for name, v in entrant.values if name not in advanced and name not in without]
    values = ", ".join(f"{name} {number(v)}" for name, v in shown)
    return f"{optimizer.name} ({values})" if values else optimizer.name


def scene(experiment: Experiment, trajectories: Sequence[Trajectory], theme: Theme) -> dict[str, Any]:
    """Two figures as plain dictionaries, and which of their traces the player moves.

    `main` and `loss` are Plotly figures; `runs` names for each trajectory its path and head in both;
    `view` changes when the axes mean something else, so that a zoom is kept until then.
    """
    objective = experiment.landscape()
    names = [legend_name(entrant) for entrant in experiment.entrants]
    drawn = styles([entrant.optimizer for entrant in experiment.entrants], theme)
    traces, frame = landscape(objective, experiment.domain, theme)
    runs, arrows = [], []
    for i, (name, trajectory, style) in enumerate(zip(names, trajectories, drawn, strict=True)):
        runs.append({"name": name, "color": style.color, "path": len(traces), "loss": 2 * i})
        traces += path(name, trajectory, style, experiment.domain, theme)
        arrow = exit_arrow(trajectory, style, experiment.domain, theme)
        if arrow:
            arrows.append(arrow)
    view = f"{objective.formula} {experiment.domain}"
    return {
        "main": {
            "data": [*traces, start_marker(trajectories[0], theme)],
            "layout": {**frame, "annotations": arrows, "uirevision": view},
        },
        "loss": _with_revision(
            loss_curves(objective, names, trajectories, drawn, experiment.log_loss, theme),
            f"{view} {experiment.log_loss}",
        ),
        "runs": runs,
        "steps": experiment.steps,
        "dimension": objective.dimension,
        "budget": _budget(experiment, trajectories),
        "alt": describe(experiment, trajectories),
        "dark": theme.dark,
    }


def _budget(experiment: Experiment, trajectories: Sequence[Trajectory]) -> str:
    """On which terms the optimizers are compared, and what the grey part of a landscape is."""
    each = (
        "each"
        if all(t.steps == experiment.steps for t in trajectories)
        else "each, fewer where a run broke off"
    )
    parts = [
        f"Same start {point(trajectories[0].points[0])}, {experiment.steps} gradient evaluations {each}."
    ]
    if experiment.noise:
        parts.append(f"Same noise: σ = {number(experiment.noise)}, seed {experiment.seed}.")
    _, values = sample(experiment.landscape(), experiment.domain)
    if not np.isfinite(values).all():
        parts.append("Where the ground is grey, f has no finite value.")
    return " ".join(parts)


def _with_revision(figure: dict[str, Any], revision: str) -> dict[str, Any]:
    return {"data": figure["data"], "layout": {**figure["layout"], "uirevision": revision}}


def describe(experiment: Experiment, trajectories: Sequence[Trajectory]) -> str:
    """What the picture shows, in words: who got where, in how many steps."""
    objective = experiment.landscape()
    kind = "Curve" if objective.dimension == 1 else "Contour plot"
    parts = [f"{kind} of {objective.name}, paths from {point(trajectories[0].points[0])}."]
    for entrant, trajectory in zip(experiment.entrants, trajectories, strict=True):
        parts.append(f"{legend_name(entrant)}: {trajectory.outcome.sentence}")
    return " ".join(parts)
