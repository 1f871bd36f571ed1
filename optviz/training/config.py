"""What to train and how: one small immutable value, declared like the settings of any page.

A `TrainingConfig` is complete and valid from the moment it exists. This file does not import torch, so that
a page can show a configuration without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar

from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError
from optviz.engine.own_optimizer import KEY as OWN
from optviz.engine.schedules import SCHEDULES
from optviz.settings import link
from optviz.settings.fields import Asked, Number
from optviz.settings.link import Section, Settings, Unfit, encode, setting
from optviz.settings.setups import Entrant, Spread
from optviz.training.activations import ACTIVATIONS
from optviz.training.datasets import DATASETS
from optviz.training.initialisations import INITIALISATIONS
from optviz.training.losses import LOSSES
from optviz.training.network_fields import (
    DROPOUT,
    MAX_LAYERS,
    UNITS,
    Dropouts,
    PerLayer,
    Row,
    dropouts_of,
    known,
    layers_of,
)
from optviz.training.optimizers import (
    NETWORK_OPTIMIZERS,
    Trained,
    entrant_of,
    no_weight_decay,
    on_networks,
    step_images,
    takes_weight_decay,
)
from optviz.training.rivals import MOST_RIVALS, Rivals
from optviz.words import mark, tr

__all__ = ["NETWORK_OPTIMIZERS", "TrainingConfig", "decode", "encode", "takes_weight_decay"]

BATCH_SIZE = Hyperparameter(
    "batch_size", "B", 32, 1, 60_000, log=True, integer=True, help="Images that share one step."
)
EPOCHS = Hyperparameter(
    "epochs", "E", 10, 1, 200, log=True, integer=True, help="How often every training image is seen."
)
WEIGHT_DECAY = Hyperparameter(
    "weight_decay",
    r"\lambda",
    0.0,
    0.0,
    10.0,
    advanced=True,
    help="λ times the parameters is added to their gradient: a penalty of λ/2 times their squared length.",
)
SEED = Hyperparameter(
    "seed",
    "s",
    0,
    0,
    2**31 - 1,
    integer=True,
    advanced=True,
    help="The same seed gives the same first weights and the same order of the images.",
)

#: Names in the address that belong to the page and not to the configuration.
BESIDES = frozenset({"run", "over", "x", "y", "smooth"})
#: The most work of a run, measured as `TrainingConfig.work_per_epoch` does: about two hours on one core.
MAX_WORK = 1e14


RIVALS = Rivals(
    "r",
    "Race",
    "Other optimizers train the same network from the same first weights on the same batches.",
    attribute="rivals",
)


SHARPNESS = Asked(
    "sharp",
    "Sharpness",
    "The largest eigenvalue of the loss's Hessian, measured now and then. It makes a run take longer.",
    attribute="sharpness",
)


@dataclass(frozen=True, slots=True)
class TrainingConfig(Settings):
    """A network, its data, and how it is trained.

    `hidden` holds the units of each hidden layer, first to last; () is softmax regression. `dropout`
    follows each of them, () meaning none. `optimizer` is a key of NETWORK_OPTIMIZERS, or "own" for the rule
    that `optimizer_text` writes. `optimizer_values` and `schedule_values` are pairs of name
    and number; those left out get the optimizer's defaults for networks and the schedule's defaults.
    A batch larger than the data set is the whole data set. `sharpness` asks for that measurement.
    `rivals` are the other optimizers of a race: they
    train the same network from the same first weights on the same batches.

    Raises:
        HyperparameterError: for a value that is not allowed; the message is a sentence for people.
    """

    page: ClassVar[str] = "train"
    sections: ClassVar[tuple[Section, ...]] = (
        Section("", ("data", "hidden", "act", "loss", "opt", "r", "sched", "batch", "epochs")),
        Section("First weights, dropout, weight decay, seed", ("init", "drop", "wd", "seed"), folded=True),
        Section("What is measured", ("sharp",), folded=True),
    )

    dataset: str = setting(
        Row("data", "Data set", attribute="dataset", table=DATASETS, noun=mark("data set")), "digits"
    )
    hidden: tuple[int, ...] = setting(
        PerLayer(
            "hidden",
            "Hidden layers",
            f"The units of each hidden layer, as in 512, 512; at most {MAX_LAYERS} layers of "
            f"{UNITS.write(UNITS.high)} units. Empty means none at all: softmax regression.",
        ),
        (64,),
    )
    activation: str = setting(
        Row("act", "Activation", attribute="activation", table=ACTIVATIONS, noun=mark("activation")), "relu"
    )
    loss: str = setting(Row("loss", "Loss", table=LOSSES, noun=mark("loss")), "cross_entropy")
    optimizer: str = setting(
        Trained(
            "opt",
            "Optimizer",
            attribute="optimizer",
            table=NETWORK_OPTIMIZERS,
            noun=mark("optimizer"),
            prefix="o.",
            numbers=on_networks,
        ),
        "adam",
    )
    optimizer_values: tuple[tuple[str, float], ...] = ()
    schedule: str = setting(
        Spread(
            "sched",
            "Learning-rate schedule",
            attribute="schedule",
            table=SCHEDULES,
            noun=mark("schedule"),
            prefix="s.",
        ),
        "constant",
    )
    schedule_values: tuple[tuple[str, float], ...] = ()
    batch_size: int = setting(Number.of(BATCH_SIZE, "Batch size", name="batch", attribute="batch_size"), 32)
    epochs: int = setting(Number.of(EPOCHS, "Epochs"), 10)
    dropout: tuple[float, ...] = setting(
        Dropouts(
            "drop",
            "Dropout",
            f"{DROPOUT.help} One number for all hidden layers, or one for each, as in 0.2, 0.5.",
            attribute="dropout",
        ),
        (),
    )
    weight_decay: float = setting(
        Number.of(
            WEIGHT_DECAY,
            "Weight decay",
            name="wd",
            attribute="weight_decay",
            advanced=False,
            when={"opt": [key for key in NETWORK_OPTIMIZERS if takes_weight_decay(key)]},
        ),
        0.0,
    )
    initialisation: str = setting(
        Row(
            "init",
            "First weights",
            attribute="initialisation",
            table=INITIALISATIONS,
            noun=mark("initialisation"),
        ),
        "torch",
    )
    seed: int = setting(Number.of(SEED, "Seed", advanced=False), 0)
    rivals: tuple[Entrant, ...] = setting(RIVALS, ())
    optimizer_text: str = ""
    sharpness: bool = setting(SHARPNESS, False)

    def __post_init__(self) -> None:
        """Validate everything and fill in what was left out."""
        for what, key, table in (
            ("data set", self.dataset, DATASETS),
            ("activation", self.activation, ACTIVATIONS),
            ("loss", self.loss, LOSSES),
            ("schedule", self.schedule, SCHEDULES),
            ("initialisation", self.initialisation, INITIALISATIONS),
        ):
            known(what, key, table)
        hidden, schedule = layers_of(self.hidden), SCHEDULES[self.schedule]
        if self.optimizer != OWN:
            known("optimizer", self.optimizer, NETWORK_OPTIMIZERS)
        entrant = entrant_of(self.optimizer, _pairs(self.optimizer_values), self.optimizer_text)
        complete_values: dict[str, Any] = {
            "hidden": hidden,
            "dropout": dropouts_of(self.dropout, len(hidden)),
            "optimizer_values": entrant.values,
            "optimizer_text": entrant.text,
            "schedule_values": tuple(schedule.complete(_pairs(self.schedule_values)).items()),
            "batch_size": BATCH_SIZE.validate(self.batch_size),
            "epochs": EPOCHS.validate(self.epochs),
            "weight_decay": WEIGHT_DECAY.validate(self.weight_decay),
            "seed": SEED.validate(self.seed),
            "rivals": _rivals(self.rivals),
            "sharpness": bool(self.sharpness),
        }
        for name, value in complete_values.items():
            object.__setattr__(self, name, value)  # the dataclass is frozen from here on
        for entrant in self.entrants:
            if self.weight_decay and not takes_weight_decay(entrant.optimizer):
                raise HyperparameterError(no_weight_decay(entrant))
        if self.epochs > self.largest_epochs:
            raise HyperparameterError(
                tr(
                    "{parameters} parameters, {images} images and {epochs} epochs in batches of {batch} are "
                    "too much work; epochs may be {most} at most.",
                    parameters=f"{self.parameters:,}",
                    images=f"{self.images:,}",
                    epochs=self.epochs,
                    batch=f"{self.batch_size:,}",
                    most=self.largest_epochs,
                )
            )

    @classmethod
    def unfit(cls, values: Mapping[str, Any]) -> list[Unfit]:
        """A weight decay beside an optimizer that takes none, and more work than a run may be."""
        found, decay = [], values["weight_decay"]
        first = Entrant(*(values[name] for name in ("optimizer", "optimizer_values", "optimizer_text")))
        without = [each for each in (first, *values["rivals"]) if not takes_weight_decay(each.optimizer)]
        if decay and without:
            said = no_weight_decay(without[0])
            fate = tr("This link gets {value} instead.", value=0)
            found.append(Unfit(("wd",), said, fate, {"weight_decay": 0.0}))
            decay = 0.0
        most = cls(**{**values, "weight_decay": decay, "epochs": 1}).largest_epochs
        if values["epochs"] > most:
            said = tr(
                "epochs = {epochs} are too much work for this network; allowed are {most}.",
                epochs=values["epochs"],
                most=most,
            )
            together = ("data", "hidden", "batch", "epochs")
            found.append(Unfit(together, said, tr("This link gets {value}.", value=most), {"epochs": most}))
        return found

    @property
    def widths(self) -> tuple[int, ...]:
        """The units of every layer, from the pixels to the classes."""
        info = DATASETS[self.dataset]
        return (info.pixels, *self.hidden, len(info.classes))

    @property
    def parameters(self) -> int:
        """How many weights and biases the network has."""
        widths = self.widths
        return sum((i + 1) * o for i, o in pairwise(widths))

    @property
    def images(self) -> int:
        """How many training images an epoch has."""
        return DATASETS[self.dataset].train

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch, the short last one included."""
        return -(-self.images // self.batch_size)

    @property
    def steps(self) -> int:
        """Batches in the whole run."""
        return self.epochs * self.steps_per_epoch

    @property
    def entrants(self) -> tuple[Entrant, ...]:
        """All optimizers of the race, this one's first; it alone where there is no race."""
        return (Entrant(self.optimizer, self.optimizer_values, self.optimizer_text), *self.rivals)

    def alone(self, place: int) -> "TrainingConfig":
        """What the entrant at this place trains, as a configuration without rivals."""
        entrant = self.entrants[place]
        return replace(
            self,
            optimizer=entrant.optimizer,
            optimizer_values=entrant.values,
            optimizer_text=entrant.text,
            rivals=(),
        )

    @property
    def work_per_epoch(self) -> int:
        """Parameters times images of an epoch, each step of an optimizer counting as its `step_images`."""
        steps = sum(step_images(entrant, self.widths) for entrant in self.entrants)
        return self.parameters * (self.images * len(self.entrants) + steps * self.steps_per_epoch)

    @property
    def largest_epochs(self) -> int:
        """The most epochs that are allowed with this network, data set and batch size; at least one."""
        return min(int(EPOCHS.high), int(MAX_WORK // self.work_per_epoch))


def decode(given: Any) -> tuple[TrainingConfig, list[str]]:
    """Read a configuration from a link; never raises.

    A value that is missing is the default's. One that cannot be used is replaced by the default too, and a
    sentence names it.
    """
    return link.decode(TrainingConfig, given, BESIDES)


def _rivals(rivals: Any) -> tuple[Entrant, ...]:
    """The rivals with a value for each of their hyperparameters."""
    if not isinstance(rivals, tuple | list) or not all(isinstance(each, Entrant) for each in rivals):
        raise HyperparameterError(tr("rivals must be a tuple of entrants, one for each other optimizer."))
    if len(rivals) > MOST_RIVALS:
        raise HyperparameterError(
            tr("A race has {count} rivals; allowed are at most {most}.", count=len(rivals), most=MOST_RIVALS)
        )
    return tuple(entrant_of(each.optimizer, dict(each.values), each.text) for each in rivals)


def _pairs(given: Any) -> dict[str, float]:
    """Pairs of name and number by name."""
    try:
        return dict(given)
    except (TypeError, ValueError):
        raise HyperparameterError(tr("Values must be given as pairs of a name and a number.")) from None
