"""The tables whose texts people read, by the catalogue that holds them: see `optviz.catalogues`."""

from collections.abc import Iterable
from typing import Any

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.schedules import SCHEDULES
from optviz.settings.activations import ActivationSettings
from optviz.settings.experiment import Experiment
from optviz.settings.link import Settings, fields_of
from optviz.settings.maps import MapSettings
from optviz.settings.minibatches import MiniBatches
from optviz.settings.regularization import RegularizationSettings
from optviz.training.config import TrainingConfig
from optviz.web.site import PAGES


def tables() -> dict[str, list[Any]]:
    """The tables; a text that two of them hold belongs to the first."""
    pages: Iterable[type[Settings]] = (
        Experiment,
        MapSettings,
        MiniBatches,
        ActivationSettings,
        RegularizationSettings,
        TrainingConfig,
    )
    return {
        "engine": [OPTIMIZERS, OBJECTIVES, SCHEDULES],
        "settings": [part for page in pages for part in (page.sections, fields_of(page))],
        "web": [PAGES],
    }
