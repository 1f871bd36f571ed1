"""The layers of a network in words and numbers, for a drawing: told from the configuration alone."""

from dataclasses import dataclass
from itertools import pairwise

from optviz.training.config import ACTIVATIONS, TrainingConfig
from optviz.training.datasets import DATASETS


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
    layers = [Layer(f"Image {height} × {width}", widths[0], 0, "")]
    for number, (inputs, units) in enumerate(pairwise(widths[:-1]), start=1):
        name, bend = f"Hidden {number}", ACTIVATIONS[config.activation].name
        layers.append(Layer(name, units, (inputs + 1) * units, bend, config.dropout[number - 1]))
    output = "Sigmoid" if config.loss == "mse_sigmoid" else "Softmax"
    layers.append(Layer("Classes", widths[-1], (widths[-2] + 1) * widths[-1], output))
    return tuple(layers)
