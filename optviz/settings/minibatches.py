"""What the Mini-batches page shows, as one value, and that value as a link. See `experiments`."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.optimizers import OPTIMIZERS
from optviz.settings.link import VERSION, Entrant, Reader, join, write_choice
from optviz.teaching.line import SAMPLES, Data, Descent, batches, descend, descend_as_printed, make_data

SLOPE = Hyperparameter("slope", "w^*", 2.0, -10.0, 10.0, help="The slope that the points are made with.")
INTERCEPT = Hyperparameter(
    "intercept", "b^*", 3.0, -10.0, 10.0, help="The intercept that the points are made with."
)
SCATTER = Hyperparameter(
    "scatter", r"\sigma", 0.5, 0.0, 5.0, help="Standard deviation of the points around their line."
)
DATA_SEED = Hyperparameter(
    "data", "s_0", 0, 0, 2**31 - 1, integer=True, help="Draws the points; 0 gives those of the course notes."
)
BATCH_SIZE = Hyperparameter(
    "batch",
    "B",
    20,
    1,
    SAMPLES,
    integer=True,
    help="Points that share one update; 1 is stochastic, 100 batch.",
)
EPOCHS = Hyperparameter(
    "epochs", "E", 50, 1, 200, log=True, integer=True, help="How often every point is used."
)
SEED = Hyperparameter("seed", "s", 0, 0, 2**31 - 1, integer=True, help="Draws the order of the points.")
NUMBERS = (SLOPE, INTERCEPT, SCATTER, DATA_SEED, BATCH_SIZE, EPOCHS, SEED)
VIEWS = ("kinds", "loop")


@dataclass(frozen=True, slots=True)
class MiniBatches:
    """The points, the optimizer and the batches.

    `view` is "kinds" for batch, mini-batch and stochastic descent side by side, or "loop" for the loop of the
    course notes, as printed and as meant.
    """

    slope: float = 2.0
    intercept: float = 3.0
    scatter: float = 0.5
    data: int = 0
    batch: int = 20
    epochs: int = 50
    seed: int = 0
    start: tuple[float, float] = (0.0, 0.0)
    optimizer: Entrant = field(default=Entrant.of("gd", lr=0.01))
    shuffle: bool = True
    log_loss: bool = True
    view: str = "kinds"

    def points(self) -> Data:
        """The points through which the line is laid."""
        return make_data(self.slope, self.intercept, self.scatter, self.data)

    def run(self) -> tuple[tuple[str, Descent], ...]:
        """The runs that are compared, each with its name; the mini-batch one is the second."""
        return _run(self)

    def picks(self) -> list[np.ndarray]:
        """The places of the points in each mini-batch of the run, in order."""
        return list(batches(SAMPLES, self.batch, self.epochs, shuffle=self.shuffle, seed=self.seed))

    def descend(self, batch_size: int) -> Descent:
        """One run with batches of that size."""
        return descend(
            self.points(),
            self.optimizer.optimizer,
            self.start,
            batch_size=batch_size,
            epochs=self.epochs,
            shuffle=self.shuffle,
            seed=self.seed,
            **dict(self.optimizer.values),
        )


@functools.lru_cache(maxsize=64)
def _run(settings: MiniBatches) -> tuple[tuple[str, Descent], ...]:
    all_at_once = "Batch, all 100 points", settings.descend(SAMPLES)
    mini = f"Mini-batches of {settings.batch}", settings.descend(settings.batch)
    if settings.view == "kinds":
        return all_at_once, mini, ("Stochastic, one point", settings.descend(1))
    printed = descend_as_printed(
        settings.points(),
        settings.optimizer.optimizer,
        settings.start,
        batch_size=settings.batch,
        epochs=settings.epochs,
        **dict(settings.optimizer.values),
    )
    return all_at_once, mini, ("The loop as printed", printed)


def encode(settings: MiniBatches) -> dict[str, str]:
    """The settings as the parameters of a link."""
    optimizer = settings.optimizer
    return {
        "v": VERSION,
        **{h.name: h.write(getattr(settings, h.name)) for h in NUMBERS},
        "start": join(settings.start),
        "o": write_choice(
            optimizer.optimizer, optimizer.values, OPTIMIZERS[optimizer.optimizer].hyperparameters
        ),
        "order": "shuffled" if settings.shuffle else "fixed",
        "loss": "log" if settings.log_loss else "linear",
        "view": settings.view,
    }


def decode(link: Mapping[str, Any]) -> tuple[MiniBatches, list[str]]:
    """Read settings from the parameters of a link; never raises. An empty link is the default."""
    default = MiniBatches()
    reader = Reader(link, "")
    if not reader.given:
        return default, reader.complaints
    reader.version()
    numbers: dict[str, Any] = {h.name: reader.number(h.name, h) for h in NUMBERS}
    start = reader.numbers("start", 2)
    optimizer = default.optimizer
    if "o" in reader.given:
        key, values = reader.choice("o", "gd", OPTIMIZERS, "optimizer")
        optimizer = Entrant(key, values) if values else Entrant.of(key, lr=0.01)
    settings = MiniBatches(
        **numbers,
        start=default.start if start is None else (start[0], start[1]),
        optimizer=optimizer,
        shuffle=reader.one_of("order", ("shuffled", "fixed")) == "shuffled",
        log_loss=reader.one_of("loss", ("log", "linear")) == "log",
        view=reader.one_of("view", VIEWS),
    )
    reader.unknown()
    return settings, reader.complaints
