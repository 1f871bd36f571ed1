"""The path of the weights through a training: when they are noted, and how they are written down."""

from itertools import pairwise

import numpy as np
import torch
from torch import nn

from optviz.training.config import TrainingConfig
from optviz.words import tr

#: The most places on the path of one network, and bytes that the paths of one run may take.
MOST_PLACES, MOST_BYTES = 40, 48_000_000
#: With fewer places than these there is no path to look at.
FEWEST_PLACES = 4
#: The places lie closer together at first, where the weights move fastest.
CLOSER = 1.5


def places(config: TrainingConfig) -> list[int]:
    """The steps after which the weights are noted, 0 and the last one included; none for large networks."""
    each = 2 * config.parameters * len(config.entrants)
    count = min(MOST_PLACES, MOST_BYTES // each)
    if count < FEWEST_PLACES:
        return []
    return sorted({round(config.steps * (i / (count - 1)) ** CLOSER) for i in range(count)})


def written(model: nn.Module, precise: bool) -> bytes:
    """All parameters in their order, as 4-byte numbers, or as 2-byte ones with eleven binary digits."""
    parts = [parameter.detach().reshape(-1) for parameter in model.parameters()]
    flat = torch.cat(parts).to("cpu", torch.float32 if precise else torch.float16)
    return flat.numpy().tobytes()


def read(data: bytes, config: TrainingConfig) -> np.ndarray:
    """The parameters that `written` wrote, float32 of shape (parameters,); raises ValueError."""
    kinds = {4 * config.parameters: np.float32, 2 * config.parameters: np.float16}
    if len(data) not in kinds:
        raise ValueError(tr("These are not the weights of this network."))
    return np.frombuffer(data, dtype=kinds[len(data)]).astype(np.float32)


def precise(config: TrainingConfig) -> bool:
    """Whether there is room for 4-byte numbers."""
    return 4 * config.parameters * len(config.entrants) * len(places(config)) <= MOST_BYTES


def shapes(config: TrainingConfig) -> list[tuple[int, ...]]:
    """The shapes of the parameters in their order: weights (units, inputs) and biases (units,)."""
    return [shape for inputs, units in pairwise(config.widths) for shape in ((units, inputs), (units,))]
