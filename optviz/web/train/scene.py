"""From the history of a run to its panels, made once for all who watch it."""

import numpy as np

from optviz.figures.confusion import confusion_panel
from optviz.figures.image_grids import first_images_panel, samples_panel, weights_panel
from optviz.figures.networks import Column, network_panel
from optviz.figures.scene_types import LegendEntry, Panel
from optviz.figures.scenes import legend_name
from optviz.figures.style import Theme
from optviz.figures.training_curves import EPOCHS, Curves, Unit, View, curve_panels
from optviz.runs.history import History, Lane, test_images
from optviz.runs.standings import proof
from optviz.training.config import RIVALS, TrainingConfig, encode
from optviz.training.datasets import DATASETS, DatasetError
from optviz.training.layers import describe
from optviz.web.train.run_words import name_of
from optviz.words import join, per_language, tr

Panels = list[Panel]


@per_language(256)
def curves_of(history: History, place: int = 0, unit: Unit = EPOCHS) -> Curves:
    """The curves of one network of a run."""
    config, lane = history.run.config, history.lanes[place]
    steps, losses = lane.losses
    judged = lane.evaluations
    at = np.array([e.step for e in judged], dtype=float)
    racing = len(history.lanes) > 1
    return Curves(
        history.run.id if place == 0 else f"{history.run.id} {place}",
        legend_name(config.entrants[place]) if racing else name_of(history.run),
        config.entrants[place].optimizer,
        end_of(lane, config, unit),
        in_unit(steps, lane, config, unit),
        losses,
        in_unit(at, lane, config, unit),
        np.array([e.test_loss for e in judged]),
        np.array([e.test_accuracy for e in judged]),
        np.array([np.nan if e.train_accuracy is None else e.train_accuracy for e in judged]),
        encode(config).get(f"{RIVALS.name}{place}", ""),
    )


def end_of(lane: Lane, config: TrainingConfig, unit: Unit) -> float:
    """Where the axis ends: with the run, or with what is known of its seconds."""
    ends = {"epochs": config.epochs, "steps": config.steps, "seconds": float(lane.clock[1][-1])}
    return ends[unit.key]


def in_unit(steps: np.ndarray, lane: Lane, config: TrainingConfig, unit: Unit) -> np.ndarray:
    """Steps as places on the axis; seconds are those of training alone, straight between two reports."""
    if unit.key == "steps":
        return steps
    return np.interp(steps, *lane.clock) if unit.key == "seconds" else steps / config.steps_per_epoch


@per_language(64)
def curves(histories: tuple[History, ...], theme: Theme, view: View) -> tuple[Panels, list[LegendEntry]]:
    """Loss and accuracy of one run or several with all their racers, and the legend."""
    shown = [
        curves_of(history, place, view.unit) for history in histories for place in range(len(history.lanes))
    ]
    return curve_panels(shown, theme, view, racers=len(histories[0].lanes))


@per_language(64)
def pictures(history: History, theme: Theme, place: int = 0) -> Panels:
    """The panels of predictions, confusion, weights and network that one network of a run has so far."""
    run, info, lane = history.run, DATASETS[history.run.config.dataset], history.lanes[place]
    panels, classes = [], info.class_names
    if lane.samples and (images := _images(info.key)) is not None:
        seen = lane.samples
        panels.append(
            samples_panel(
                images[list(seen.indices)], seen.labels, seen.probabilities, classes, info.white, theme
            )
        )
        if seen.first:
            given = (images[: len(seen.first)], seen.first_labels, seen.first, classes, info.white)
            panels.append(first_images_panel(*given, theme))
    if lane.evaluations:
        judged = lane.evaluations[-1]
        after = None if judged.step == 0 else f"{judged.epoch:.3g}"
        panels.append(confusion_panel(judged.confusion, classes, after, theme))
    if lane.first_layer:
        layer = lane.first_layer
        names = () if run.config.hidden else classes
        panels.append(weights_panel(layer.images(), layer.scale, layer.of, names, theme))
    return [*panels, drawing(run.config, theme)]


def pictures_version(history: History, place: int = 0) -> str:
    """A text that changes whenever `pictures` would."""
    lane = history.lanes[place]
    steps = [event.step for event in (lane.samples, lane.first_layer) if event]
    return f"{history.run.id} {place} {len(lane.evaluations)} {steps}"


@per_language(64)
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
        return proof(histories[0].lanes) if len(histories[0].lanes) > 1 else ""
    configs = [history.run.config for history in histories]
    hashes = {history.started.initial_weights_hash for history in histories if history.started}
    same_order = len({(c.dataset, c.seed, c.batch_size) for c in configs}) == 1
    if len(hashes) != 1:
        weights = (
            tr("The first weights differ, same order of the images.")
            if same_order
            else tr("The first weights differ, the batches differ.")
        )
    else:
        shown = hashes.pop()[:8]
        weights = (
            tr("Same first weights (hash {hash}), same order of the images.", hash=shown)
            if same_order
            else tr("Same first weights (hash {hash}), the batches differ.", hash=shown)
        )
    return join(weights, tr("One line for each run, smoothed in the same way."))


def _images(dataset: str) -> np.ndarray | None:
    try:
        return test_images(dataset)
    except DatasetError:  # the run was trained elsewhere; the other panels need no files
        return None
