"""From the history of a run to its panels, made once for all who watch it."""

from functools import lru_cache

import numpy as np

from optviz.figures.confusion import confusion_panel
from optviz.figures.image_grids import samples_panel, weights_panel
from optviz.figures.networks import Column, network_panel
from optviz.figures.scene_types import LegendEntry, Panel
from optviz.figures.style import Theme
from optviz.figures.training_curves import Curves, curve_panels
from optviz.runs.history import History, test_images
from optviz.training.config import TrainingConfig
from optviz.training.datasets import DATASETS, DatasetError
from optviz.training.layers import describe
from optviz.web.train.run_words import name_of

Panels = list[Panel]


@lru_cache(maxsize=128)
def curves_of(history: History) -> Curves:
    """The curves of one run."""
    config = history.run.config
    steps, losses = history.losses
    judged = history.evaluations
    return Curves(
        history.run.id,
        name_of(history.run),
        config.optimizer,
        config.epochs,
        steps / config.steps_per_epoch,
        losses,
        np.array([e.epoch for e in judged]),
        np.array([e.test_loss for e in judged]),
        np.array([e.test_accuracy for e in judged]),
        np.array([np.nan if e.train_accuracy is None else e.train_accuracy for e in judged]),
    )


@lru_cache(maxsize=64)
def curves(histories: tuple[History, ...], theme: Theme, log: bool) -> tuple[Panels, list[LegendEntry]]:
    """Loss and accuracy of one run or several, and the legend."""
    return curve_panels([curves_of(history) for history in histories], theme, log=log)


@lru_cache(maxsize=64)
def pictures(history: History, theme: Theme) -> Panels:
    """The panels of predictions, confusion, weights and network that one run has so far."""
    run, info = history.run, DATASETS[history.run.config.dataset]
    panels = []
    if history.samples and (images := _images(info.key)) is not None:
        seen = history.samples
        panels.append(
            samples_panel(
                images[list(seen.indices)], seen.labels, seen.probabilities, info.classes, info.white, theme
            )
        )
    if history.evaluations:
        judged = history.evaluations[-1]
        when = "before training" if judged.step == 0 else f"after epoch {judged.epoch:.3g}"
        panels.append(confusion_panel(judged.confusion, info.classes, when, theme))
    if history.first_layer:
        layer = history.first_layer
        names = () if run.config.hidden else info.classes
        panels.append(weights_panel(layer.images(), layer.scale, layer.of, names, theme))
    return [*panels, drawing(run.config, theme)]


def pictures_version(history: History) -> str:
    """A text that changes whenever `pictures` would."""
    steps = [event.step for event in (history.samples, history.first_layer) if event]
    return f"{history.run.id} {len(history.evaluations)} {steps}"


@lru_cache(maxsize=64)
def drawing(config: TrainingConfig, theme: Theme) -> Panel:
    """The network of a configuration."""
    columns = []
    for layer in describe(config):
        dropout = f"<br>dropout {layer.dropout:g}" if layer.dropout else ""
        columns.append(Column(layer.name, layer.units, layer.parameters, f"{layer.activation}{dropout}"))
    return network_panel(columns, theme)


def fairness(histories: tuple[History, ...]) -> str:
    """Whether overlaid runs began with the same weights and saw the images in the same order."""
    if len(histories) < 2:
        return ""
    configs = [history.run.config for history in histories]
    hashes = {history.started.initial_weights_hash for history in histories if history.started}
    same_order = len({(c.dataset, c.seed, c.batch_size) for c in configs}) == 1
    if len(hashes) != 1:
        weights = "The first weights differ"
    else:
        weights = f"Same first weights (hash {hashes.pop()[:8]})"
    order = "same order of the images" if same_order else "the batches differ"
    return f"{weights}, {order}. One line for each run, smoothed in the same way."


def _images(dataset: str) -> np.ndarray | None:
    try:
        return test_images(dataset)
    except DatasetError:  # the run was trained elsewhere; the other panels need no files
        return None
