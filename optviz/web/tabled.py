"""The tables whose texts people read, by the catalogue that holds them: see `optviz.catalogues`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OF_MATRICES, OPTIMIZERS, faulty
from optviz.engine.optimizers.base import Optimizer
from optviz.engine.rule_starters import STARTERS
from optviz.engine.schedules import SCHEDULES
from optviz.engine.scipy_methods import REFERENCES
from optviz.engine.step_explanations import said
from optviz.lessons.chapters import CHAPTERS
from optviz.lessons.discoveries import DISCOVERIES
from optviz.lessons.glossary import GLOSSARY
from optviz.lessons.goals import GOALS
from optviz.lessons.networks import COURSE
from optviz.lessons.plans import PLANS
from optviz.lessons.questions import QUESTIONS
from optviz.settings.activations import ActivationSettings
from optviz.settings.experiment import Experiment
from optviz.settings.link import Settings, fields_of
from optviz.settings.maps import MapSettings
from optviz.settings.minibatches import MiniBatches
from optviz.settings.regularization import RegularizationSettings
from optviz.training.config import TrainingConfig
from optviz.web.site import PAGES
from optviz.words import Message


@dataclass(frozen=True, slots=True)
class _Texts:
    """A table that has nothing but texts."""

    texts: Mapping[str, Message]


from optviz.web.trajectories.presets import PRESETS


def tables() -> dict[str, list[Any]]:
    """The tables; a text that two of them hold belongs to the first."""
    explained = said()
    shown = [row for row in vars(faulty).values() if isinstance(row, Optimizer)]
    pages: Iterable[type[Settings]] = (
        Experiment,
        MapSettings,
        MiniBatches,
        ActivationSettings,
        RegularizationSettings,
        TrainingConfig,
    )
    return {
        "engine": [OPTIMIZERS, OF_MATRICES, shown, OBJECTIVES, SCHEDULES, STARTERS, REFERENCES, explained],
        "settings": [part for page in pages for part in (page.sections, fields_of(page))],
        "lessons": [CHAPTERS, COURSE, _Texts(GOALS), QUESTIONS, DISCOVERIES, PLANS, GLOSSARY],
        "web": [PAGES],
        "web_trajectories": [PRESETS],
        "browser": [explained],
    }
