"""The layers of a network as names and numbers, for its drawing; the configuration is all it needs."""

from dataclasses import dataclass
from itertools import pairwise

from optviz.training.activations import ACTIVATIONS
from optviz.training.config import TrainingConfig
from optviz.training.datasets import DATASETS
from optviz.training.losses import LOSSES
from optviz.words import tr


@dataclass(frozen=True, slots=True)
class Layer:
    """One column of the drawing: its units, the parameters that lead into them, and what follows."""

    name: str
    units: int
    parameters: int
    activation: str
    dropout: float = 0.0


def describe(config: TrainingConfig) -> tuple[Layer, ...]:
    """The layers from the image to the classes; their parameters add up to `config.parameters`."""
    height, width = DATASETS[config.dataset].shape
    widths = config.widths
    layers = [Layer(tr("Image {height} × {width}", height=height, width=width), widths[0], 0, "")]
    activation = tr(ACTIVATIONS[config.activation].name)
    for number, (inputs, units) in enumerate(pairwise(widths[:-1]), start=1):
        share = config.dropout[number - 1]
        layers.append(
            Layer(tr("Hidden {number}", number=number), units, (inputs + 1) * units, activation, share)
        )
    output = LOSSES[config.loss].output.name
    layers.append(Layer(tr("Classes"), widths[-1], (widths[-2] + 1) * widths[-1], output))
    return tuple(layers)
