"""What the Mini-batches page shows, as one value."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.remembered import Remembered
from optviz.settings import link
from optviz.settings.fields import Number, OneOf, Toggle
from optviz.settings.landscapes import PointField
from optviz.settings.link import Section, Settings, encode, setting
from optviz.settings.setups import Entrant, OneEntrant
from optviz.teaching.line import SAMPLES, Data, Descent, batches, descend, descend_as_printed, make_data
from optviz.words import per_language, tr

__all__ = ["MiniBatches", "decode", "encode"]

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
VIEWS = {"kinds": "Batch, mini-batch, stochastic", "loop": "The notes' loop, printed and meant"}


@dataclass(frozen=True, slots=True)
class MiniBatches(Settings):
    """The points, the optimizer and the batches.

    `view` is "kinds" for batch, mini-batch and stochastic descent side by side, or "loop" for the loop of the
    course notes, as printed and as meant.
    """

    page: ClassVar[str] = "minibatches"
    sections: ClassVar[tuple[Section, ...]] = (
        Section("", ("view", "batch", "epochs", "order", "o", "start")),
        Section(
            "Points, seeds, view",
            ("slope", "intercept", "scatter", "data", "seed", "loss"),
            folded=True,
        ),
    )

    slope: float = setting(Number.of(SLOPE, "Slope of the points"), 2.0)
    intercept: float = setting(Number.of(INTERCEPT, "Intercept of the points"), 3.0)
    scatter: float = setting(Number.of(SCATTER, "Scatter of the points"), 0.5)
    data: int = setting(Number.of(DATA_SEED, "Seed of the points"), 0)
    batch: int = setting(Number.of(BATCH_SIZE, "Batch size"), 20)
    epochs: int = setting(Number.of(EPOCHS, "Epochs"), 50)
    seed: int = setting(Number.of(SEED, "Seed of the shuffling"), 0)
    start: tuple[float, float] = setting(
        PointField("start", "Start", "Or click the picture, or drag the ring.", axes=("w", "b")), (0.0, 0.0)
    )
    optimizer: Entrant = setting(
        OneEntrant("o", "Optimizer", attribute="optimizer"), Entrant.of("gd", lr=0.01)
    )
    shuffle: bool = setting(
        Toggle(
            "order",
            "Shuffle in every epoch",
            "Off: the same batches in the same order, epoch after epoch.",
            attribute="shuffle",
            on="shuffled",
            off="fixed",
        ),
        True,
    )
    log_loss: bool = setting(
        Toggle("loss", "Logarithmic loss axis", attribute="log_loss", on="log", off="linear"), True
    )
    view: str = setting(OneOf("view", "Compare", choices=VIEWS), "kinds")

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
        """One run with batches of that size; one that is known is not made again."""
        return _descended(self._alone(batch_size))

    def _alone(self, batch_size: int) -> "MiniBatches":
        """All that one run depends on."""
        return replace(self, batch=batch_size, view="kinds", log_loss=True)

    @property
    def updates_to_make(self) -> int:
        """How many updates the runs need that are not known yet."""
        sizes = {SAMPLES, self.batch, *((1,) if self.view == "kinds" else ())}
        new = [size for size in sizes if not _descended.knows(self._alone(size))]
        per_epoch = sum(-(-SAMPLES // size) for size in new)
        if self.view == "loop":
            per_epoch += -(-SAMPLES // self.batch)
        return self.epochs * per_epoch


def _descend(s: MiniBatches) -> Descent:
    """The run with batches of `s.batch`."""
    return descend(
        s.points(),
        s.optimizer.row,
        s.start,
        batch_size=s.batch,
        epochs=s.epochs,
        shuffle=s.shuffle,
        seed=s.seed,
        **dict(s.optimizer.values),
    )


_descended = Remembered(_descend, most=64)


@per_language(64)
def _run(settings: MiniBatches) -> tuple[tuple[str, Descent], ...]:
    all_at_once = tr("Batch, all 100 points"), settings.descend(SAMPLES)
    mini = tr("Mini-batches of {count}", count=settings.batch), settings.descend(settings.batch)
    if settings.view == "kinds":
        return all_at_once, mini, (tr("Stochastic, one point"), settings.descend(1))
    printed = descend_as_printed(
        settings.points(),
        settings.optimizer.row,
        settings.start,
        batch_size=settings.batch,
        epochs=settings.epochs,
        **dict(settings.optimizer.values),
    )
    return all_at_once, mini, (tr("The loop as printed"), printed)


def decode(given: Any) -> tuple[MiniBatches, list[str]]:
    """Read settings from the parameters of a link; never raises. An empty link is the default."""
    return link.decode(MiniBatches, given)
