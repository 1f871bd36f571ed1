"""What networks say about drawings: while they train, and from a checkpoint afterwards."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from optviz.training import checkpoints
from optviz.training.config import TrainingConfig
from optviz.training.datasets import DATASETS
from optviz.training.evaluation import logits_of
from optviz.training.events import Answers
from optviz.training.networks import build, probabilities

#: Seconds between two answers of a network to the same drawings.
EVERY = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One drawing: its number, and its pixels as the data set has them, uint8 of shape (pixels,)."""

    number: int
    pixels: np.ndarray


Asked = Callable[[], Sequence[Drawn]]


class Answerer:
    """Has one network answer now and then, while it trains; `asked` tells what is drawn at the moment."""

    def __init__(self, config: TrainingConfig, model: nn.Module, device: torch.device, asked: Asked) -> None:
        self.config, self.model, self.device, self.asked = config, model, device, asked
        self.at = 0.0
        self.known: tuple[int, ...] = ()

    def answer(self, step: int, last: bool = False) -> list[Answers]:
        """Its answers, when there is something new to say: a drawing, a second gone by, or the last step."""
        drawn = self.asked()
        numbers = tuple(each.number for each in drawn)
        soon = time.perf_counter() - self.at < EVERY
        if not drawn or (soon and not last and set(numbers) <= set(self.known)):
            return []
        self.at, self.known = time.perf_counter(), numbers
        shares = answers(self.config, self.model, np.array([each.pixels for each in drawn]), self.device)
        return [Answers(step, numbers, shares)]


def answers(
    config: TrainingConfig, model: nn.Module, pixels: np.ndarray, device: torch.device
) -> tuple[tuple[float, ...], ...]:
    """The probabilities of each class for images (n, pixels) of bytes; those that are not finite are 0."""
    images = torch.tensor(pixels, device=device).float().div_(DATASETS[config.dataset].white)
    shares = probabilities(config, logits_of(model, images)).nan_to_num(0.0, 0.0, 0.0)
    return tuple(tuple(round(share, 4) for share in row) for row in shares.tolist())


def networks(data: bytes, config: TrainingConfig) -> list[nn.Sequential]:
    """All networks of a checkpoint of `config`, on the CPU; raises CheckpointError."""
    made = []
    for place in range(len(config.entrants)):
        model = build(config, torch.device("cpu"), torch.Generator())
        flat = torch.tensor(checkpoints.flat_weights(data, config, place))
        nn.utils.vector_to_parameters(flat, model.parameters())
        made.append(model)
    return made
