"""Trajectories as a page with settings: what its components show of an experiment."""

import json
from typing import Any

from optviz.figures.style import Theme
from optviz.settings.experiment import Experiment
from optviz.settings.landscapes import TYPED
from optviz.web.page import Page
from optviz.web.trajectories.arranging import arrange
from optviz.web.trajectories.presets import preset_fields
from optviz.web.trajectories.results import results
from optviz.web.trajectories.scene import experiment_scene


def parts(experiment: Experiment, theme: Theme) -> dict[str, Any]:
    """The data of the stage and of the results."""
    trajectories = experiment.run()
    return {
        "stage": experiment_scene(experiment, trajectories, theme),
        "results": results(experiment, trajectories, theme),
    }


def rest(experiment: Experiment) -> str:
    """The title names the landscape, and Streamlit typesets it."""
    typed = experiment.formula if experiment.objective == TYPED else ""
    return json.dumps([experiment.objective, typed])


PAGE = Page(Experiment, arrange=arrange, presets=preset_fields, parts=parts, rest=rest)
