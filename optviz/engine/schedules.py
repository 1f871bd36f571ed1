"""Learning-rate schedules: the factor that multiplies the learning rate at each step.

A factor is a pure function of the step t = 0, 1, …, total - 1, so that the engine, the trainer and the
exported script (through `torch.optim.lr_scheduler.LambdaLR`) all use the same few lines.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from optviz.engine.hyperparameters import Hyperparameter, complete
from optviz.words import Message


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule; `torch` says in words which scheduler of torch gives the same factors."""

    key: str
    name: Message
    factor: Callable[..., float]
    formula: str
    hyperparameters: tuple[Hyperparameter, ...] = ()
    torch: str = ""

    @property
    def source(self) -> str:
        """The factor's own Python source."""
        return inspect.getsource(self.factor)

    def complete(self, given: Mapping[str, float]) -> dict[str, float]:
        """Validate `given` and fill in the defaults; raises HyperparameterError."""
        return complete(self.hyperparameters, given)

    def factors(self, total: int, values: Mapping[str, float]) -> np.ndarray:
        """The factor of each of `total` steps, shape (total,)."""
        return np.array([self.factor(t, total, **values) for t in range(total)], dtype=float)


GAMMA = Hyperparameter(
    "gamma", r"\gamma", 0.5, 0.001, 1.0, label="factor", help="What the rate is multiplied by."
)
FLOOR = Hyperparameter(
    "floor",
    r"r",
    0.0,
    0.0,
    1.0,
    label="final share",
    help="Final share: how much of the learning rate is left at the end.",
)


def constant(t, total):
    return 1.0


def step(t, total, every, gamma):
    return gamma ** (t // every)


def exponential(t, total, gamma):
    return gamma**t


def cosine(t, total, floor):
    return floor + (1 - floor) * (1 + math.cos(math.pi * t / total)) / 2


def warmup(t, total, warm, floor):
    warm = min(warm, total)
    if t < warm:
        return (t + 1) / (warm + 1)
    return floor + (1 - floor) * (1 + math.cos(math.pi * (t - warm) / max(1, total - warm))) / 2


SCHEDULES: dict[str, Schedule] = {
    schedule.key: schedule
    for schedule in (
        Schedule("constant", "Constant", constant, r"\eta_t = \eta"),
        Schedule(
            "step",
            "Step decay",
            step,
            r"\eta_t = \eta\, \gamma^{\lfloor t / k \rfloor}",
            (
                Hyperparameter(
                    "every",
                    "k",
                    50,
                    1,
                    100_000,
                    log=True,
                    integer=True,
                    label="steps between drops",
                    help="Steps between two drops.",
                ),
                GAMMA,
            ),
            torch="StepLR(step_size=every, gamma=gamma)",
        ),
        Schedule(
            "exponential",
            "Exponential decay",
            exponential,
            r"\eta_t = \eta\, \gamma^{t}",
            (
                Hyperparameter(
                    "gamma",
                    r"\gamma",
                    0.99,
                    0.5,
                    1.0,
                    label="factor",
                    help="What the rate is multiplied by at each step.",
                ),
            ),
            torch="ExponentialLR(gamma=gamma)",
        ),
        Schedule(
            "cosine",
            "Cosine",
            cosine,
            r"\eta_t = \eta \left( r + (1 - r)\, \tfrac{1}{2} (1 + \cos \tfrac{\pi t}{T}) \right)",
            (FLOOR,),
            torch="CosineAnnealingLR(T_max=total, eta_min=floor * lr)",
        ),
        Schedule(
            "warmup",
            "Linear warm-up, then cosine",
            warmup,
            r"\eta_t = \eta\, \tfrac{t + 1}{w + 1} \text{ for } t < w, \text{ then cosine}",
            (
                Hyperparameter(
                    "warm",
                    "w",
                    10,
                    0,
                    100_000,
                    integer=True,
                    label="warm-up steps",
                    help="Steps until the full rate is reached.",
                ),
                FLOOR,
            ),
            torch="SequentialLR of LinearLR(1 / (warm + 1)) and CosineAnnealingLR(total - warm)",
        ),
    )
}


def as_schedule(schedule: Schedule | str) -> Schedule:
    """The schedule itself, or the one of that key; raises KeyError for an unknown key."""
    return SCHEDULES[schedule] if isinstance(schedule, str) else schedule
