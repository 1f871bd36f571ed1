"""Trajectories as a page with settings: what its bench shows of an experiment."""

from typing import Any

from optviz.figures.rate_words import rate_sentences, search_sentence
from optviz.figures.style import Theme
from optviz.settings.experiment import Experiment
from optviz.web.page import Page
from optviz.web.trajectories.arranging import arrange
from optviz.web.trajectories.presets import preset_fields
from optviz.web.trajectories.results import results
from optviz.web.trajectories.scene import experiment_scene, head
from optviz.words import join, tr


def hint(*, race: bool = False) -> str:
    """What is said beside the picture of a first visit."""
    return join(tr("Drag the ring, or a slider."), tr("Which arrives first?") if race else "")


def parts(experiment: Experiment, theme: Theme) -> dict[str, dict[str, Any]]:
    """The data of the bench's parts, but for the panel."""
    trajectories = experiment.run()
    scene = experiment_scene(experiment, trajectories, theme)
    told = hint(race=len(trajectories) > 1)
    return {
        "head": head(experiment, theme),
        "stage": {**scene, "hint": told, "fit": fit_offered(experiment)},
        "results": results(experiment, trajectories, theme),
    }


def fit_offered(experiment: Experiment) -> str:
    """What a click shows: the part that the paths are in, or from any other part the landscape's own."""
    return "paths" if experiment.domain == experiment.landscape().domain else "domain"


def find(experiment: Experiment, name: str) -> tuple[str | None, str] | None:
    """A good learning rate for the optimizer that the link calls `name`, and how it was found."""
    places = {f"o{i}": i for i in range(1, len(experiment.entrants) + 1)}
    if name not in places:
        return None
    entrant = experiment.entrants[places[name] - 1]
    best = experiment.search(entrant).best
    (rate,) = (h for h in entrant.row.hyperparameters if h.name == "lr")
    return None if best is None else rate.write(best), search_sentence(experiment, places[name])


PAGE = Page(Experiment, arrange=arrange, presets=preset_fields, parts=parts, notes=rate_sentences, find=find)
