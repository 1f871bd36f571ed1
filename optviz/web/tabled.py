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
from optviz.figures.training_curves import UNITS
from optviz.lessons.chapters import CHAPTERS
from optviz.lessons.discoveries import DISCOVERIES
from optviz.lessons.glossary import GLOSSARY
from optviz.lessons.goals import GOALS
from optviz.lessons.networks import COURSE
from optviz.lessons.place_questions import PLACE_QUESTIONS
from optviz.lessons.plans import PLANS
from optviz.lessons.questions import QUESTIONS
from optviz.settings.activations import ActivationSettings
from optviz.settings.experiment import Experiment
from optviz.settings.link import Settings, fields_of
from optviz.settings.maps import MapSettings
from optviz.settings.minibatches import MiniBatches
from optviz.settings.regularization import RegularizationSettings
from optviz.teaching.activations import ACTIVATIONS
from optviz.teaching.loss_table import TORCH_LOSSES
from optviz.teaching.weight_decay import VERSIONS
from optviz.training.activations import ACTIVATIONS as TRAINED
from optviz.training.config import TrainingConfig
from optviz.training.datasets import DATASETS
from optviz.training.initialisations import INITIALISATIONS
from optviz.training.losses import LOSSES
from optviz.training.presets import COMPARISONS, PRESETS
from optviz.web.activations.views import VIEWS as ACTIVATION_VIEWS
from optviz.web.regularization.views import VIEWS as REGULARIZATION_VIEWS
from optviz.web.site import PAGES
from optviz.web.trajectories.presets import PRESETS as SHOWN_FIRST
from optviz.words import Message


@dataclass(frozen=True, slots=True)
class _Texts:
    """A table that has nothing but texts."""

    texts: Mapping[str, Message]


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
    )
    return {
        "engine": [OPTIMIZERS, OF_MATRICES, shown, OBJECTIVES, SCHEDULES, STARTERS, REFERENCES, explained],
        "settings": [part for page in pages for part in (page.sections, fields_of(page))],
        "lessons": [
            CHAPTERS,
            COURSE,
            _Texts(GOALS),
            QUESTIONS,
            PLACE_QUESTIONS,
            DISCOVERIES,
            PLANS,
            GLOSSARY,
        ],
        "training": [
            TrainingConfig.sections,
            fields_of(TrainingConfig),
            *(DATASETS, TRAINED, LOSSES, INITIALISATIONS, PRESETS, COMPARISONS),
        ],
        "figures": [UNITS],
        "web": [PAGES],
        "teaching": [ACTIVATIONS, TORCH_LOSSES, VERSIONS],
        "web_activations": [ACTIVATION_VIEWS],
        "web_regularization": [REGULARIZATION_VIEWS],
        "web_trajectories": [SHOWN_FIRST],
        "browser": [explained],
    }
