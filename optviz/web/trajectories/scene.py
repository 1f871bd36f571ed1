"""The scene of an experiment as its page shows it, and the words above it."""

from collections.abc import Sequence
from typing import Any

from optviz.engine.formula_latex import as_typed
from optviz.engine.javascript import landscape_source
from optviz.engine.objective import Objective
from optviz.engine.trajectories import Trajectory
from optviz.figures.scene_types import Scene
from optviz.figures.scenes import scene
from optviz.figures.style import Theme
from optviz.settings.experiment import Experiment
from optviz.settings.landscapes import TYPED
from optviz.web.ground_route import ground_url
from optviz.web.mathml import mathml
from optviz.words import tr


def formula(objective: Objective) -> str:
    """The landscape in words and as a formula, in Markdown."""
    arguments = "x, y" if objective.dimension == 2 else "x"
    latex = f"$f({arguments}) = {objective.latex}$"
    return tr("{name}: {formula}", name=tr(objective.name), formula=latex)


def head(experiment: Experiment, theme: Theme) -> dict[str, Any]:
    """The title of the page: the landscape's name, and its formula as MathML."""
    objective = experiment.landscape()
    arguments = "x, y" if objective.dimension == 2 else "x"
    latex = as_typed(experiment.formula) if experiment.objective == TYPED else objective.latex
    return {"name": tr(objective.name), "math": mathml(f"f({arguments}) = {latex}"), "dark": theme.dark}


def experiment_scene(experiment: Experiment, trajectories: Sequence[Trajectory], theme: Theme) -> Scene:
    """What the stage shows: the contour is fetched once, a typed landscape brings its own JavaScript."""
    typed = experiment.objective == TYPED
    return scene(
        experiment,
        trajectories,
        theme,
        ground_url=ground_url(experiment, theme),
        engine=landscape_source(experiment.landscape()) if typed else "",
    )
