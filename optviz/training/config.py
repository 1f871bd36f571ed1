"""What to train and how: one small immutable value, declared like the settings of any page.

A `TrainingConfig` is complete and valid from the moment it exists. This file does not import torch, so that
a page can show a configuration without it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, ClassVar

from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError, complete
from optviz.engine.schedules import SCHEDULES
from optviz.settings import link
from optviz.settings.fields import Described, Number, OneOf
from optviz.settings.link import Reader, Section, Settings, Unfit, encode, setting, short
from optviz.settings.setups import Entrant, Spread
from optviz.training.activations import ACTIVATIONS
from optviz.training.datasets import DATASETS
from optviz.training.initialisations import INITIALISATIONS
from optviz.training.losses import LOSSES
from optviz.training.rivals import (
    MOST_RIVALS,
    NETWORK_OPTIMIZERS,
    WITHOUT_WEIGHT_DECAY,
    Rivals,
    on_networks,
    rival,
    takes_weight_decay,
)

__all__ = ["NETWORK_OPTIMIZERS", "TrainingConfig", "decode", "encode", "takes_weight_decay"]

UNITS = Hyperparameter("units", "n", 128, 1, 2048, log=True, integer=True, help="Units of a hidden layer.")
DROPOUT = Hyperparameter(
    "dropout", "p", 0.0, 0.0, 0.9, help="The share of a layer's outputs that is switched off at each step."
)
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
MAX_LAYERS = 6
#: The most work of a run, measured as `TrainingConfig.work_per_epoch` does: about two hours on one core.
MAX_WORK = 1e14
#: What a step of the optimizer costs, in images: it goes through all parameters several times.
STEP_IMAGES = 40


@dataclass(frozen=True, slots=True)
class Row(Described):
    """A row of one of the tables, by its key."""

    table: Mapping[str, Any] = field(default_factory=dict, hash=False)
    noun: str = ""

    def parse(self, text: str) -> str:
        """The key, if the table has it."""
        return _known(self.noun, text, self.table)

    def describe(self, usual: Any) -> dict[str, Any]:
        """As a list that can be searched."""
        names = {key: row.name for key, row in self.table.items()}
        hints = {key: getattr(row, "help", "") for key, row in self.table.items()}
        return OneOf(
            self.name,
            self.label,
            self.help,
            choices=names,
            hints=hints,
            look="list",
            attribute=self.attribute,
        ).describe(usual)


@dataclass(frozen=True, slots=True)
class PerLayer(Described):
    """One number for each hidden layer, as in 512_512; none stands for no layer at all."""

    kind: Hyperparameter = UNITS

    def text(self, value: tuple[float, ...]) -> str:
        """The numbers with _ between them."""
        return "_".join(self.kind.write(number) for number in value) or "none"

    def parse(self, text: str) -> tuple[float, ...]:
        """The numbers; people type commas or blanks between them."""
        words = [] if text.strip().lower() == "none" else [w for w in re.split(r"[\s,，_]+", text) if w]
        if len(words) > MAX_LAYERS:
            raise HyperparameterError(
                f"{self.label} has {len(words)} layers; allowed are at most {MAX_LAYERS}."
            )
        return tuple(self.kind.parse(word) for word in words)

    def describe(self, usual: Any) -> dict[str, Any]:
        """A line of text."""
        return Described.describe(self, usual) | {
            "kind": "text",
            "lines": 1,
            "placeholder": "none",
            "shown": [["_", ", "]],
        }


@dataclass(frozen=True, slots=True)
class Dropouts(PerLayer):
    """The share of dropout after each hidden layer."""

    kind: Hyperparameter = DROPOUT

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """As many shares as there are layers."""
        layers = len(values["hidden"])
        text = reader.take(self.name)
        try:
            if text is not None and not text.strip():
                raise HyperparameterError("dropout is empty; 0 or none stands for no dropout.")
            return {"dropout": _dropouts(() if text is None else self.parse(text), layers)}
        except HyperparameterError as error:
            reader.complain((self.name,), str(error), "This link gets no dropout instead.")
            return {"dropout": (0.0,) * layers}


RIVALS = Rivals(
    "r",
    "Race",
    "Other optimizers train the same network from the same first weights on the same batches.",
    attribute="rivals",
)


@dataclass(frozen=True, slots=True)
class TrainingConfig(Settings):
    """A network, its data, and how it is trained.

    `hidden` holds the units of each hidden layer, first to last; () is softmax regression. `dropout`
    follows each of them, () meaning none. `optimizer_values` and `schedule_values` are pairs of name
    and number; those left out get the optimizer's defaults for networks and the schedule's defaults.
    A batch larger than the data set is the whole data set. `rivals` are the other optimizers of a race: they
    train the same network from the same first weights on the same batches.

    Raises:
        HyperparameterError: for a value that is not allowed; the message is a sentence for people.
    """

    page: ClassVar[str] = "train"
    sections: ClassVar[tuple[Section, ...]] = (
        Section("", ("data", "hidden", "act", "loss", "opt", "r", "sched", "batch", "epochs")),
        Section("First weights, dropout, weight decay, seed", ("init", "drop", "wd", "seed"), folded=True),
    )

    dataset: str = setting(
        Row("data", "Data set", attribute="dataset", table=DATASETS, noun="data set"), "digits"
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
        Row("act", "Activation", attribute="activation", table=ACTIVATIONS, noun="activation"), "relu"
    )
    loss: str = setting(Row("loss", "Loss", table=LOSSES, noun="loss"), "cross_entropy")
    optimizer: str = setting(
        Spread(
            "opt",
            "Optimizer",
            attribute="optimizer",
            table=NETWORK_OPTIMIZERS,
            noun="optimizer",
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
            noun="schedule",
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
            noun="initialisation",
        ),
        "torch",
    )
    seed: int = setting(Number.of(SEED, "Seed", advanced=False), 0)
    rivals: tuple[Entrant, ...] = setting(RIVALS, ())

    def __post_init__(self) -> None:
        """Validate everything and fill in what was left out."""
        for what, key, table in (
            ("data set", self.dataset, DATASETS),
            ("activation", self.activation, ACTIVATIONS),
            ("loss", self.loss, LOSSES),
            ("optimizer", self.optimizer, NETWORK_OPTIMIZERS),
            ("schedule", self.schedule, SCHEDULES),
            ("initialisation", self.initialisation, INITIALISATIONS),
        ):
            _known(what, key, table)
        hidden = _layers(self.hidden)
        optimizer, schedule = NETWORK_OPTIMIZERS[self.optimizer], SCHEDULES[self.schedule]
        complete_values: dict[str, Any] = {
            "hidden": hidden,
            "dropout": _dropouts(self.dropout, len(hidden)),
            "optimizer_values": _complete(
                optimizer.hyperparameters, optimizer.network_defaults, self.optimizer_values
            ),
            "schedule_values": _complete(schedule.hyperparameters, {}, self.schedule_values),
            "batch_size": BATCH_SIZE.validate(self.batch_size),
            "epochs": EPOCHS.validate(self.epochs),
            "weight_decay": WEIGHT_DECAY.validate(self.weight_decay),
            "seed": SEED.validate(self.seed),
            "rivals": _rivals(self.rivals),
        }
        for name, value in complete_values.items():
            object.__setattr__(self, name, value)  # the dataclass is frozen from here on
        for entrant in self.entrants:
            if self.weight_decay and not takes_weight_decay(entrant.optimizer):
                raise HyperparameterError(_no_weight_decay(entrant.optimizer))
        if self.epochs > self.largest_epochs:
            raise HyperparameterError(
                f"{self.parameters:,} parameters, {self.images:,} images and {self.epochs} epochs in batches "
                f"of {self.batch_size:,} are too much work; epochs may be {self.largest_epochs} at most."
            )

    @classmethod
    def unfit(cls, values: Mapping[str, Any]) -> list[Unfit]:
        """A weight decay beside an optimizer that takes none, and more work than a run may be."""
        found, decay = [], values["weight_decay"]
        racing = (values["optimizer"], *(each.optimizer for each in values["rivals"]))
        without = [key for key in racing if not takes_weight_decay(key)]
        if decay and without:
            said = _no_weight_decay(without[0])
            found.append(Unfit(("wd",), said, "This link gets 0 instead.", {"weight_decay": 0.0}))
            decay = 0.0
        most = cls(**{**values, "weight_decay": decay, "epochs": 1}).largest_epochs
        if values["epochs"] > most:
            said = f"epochs = {values['epochs']} are too much work for this network; allowed are {most}."
            together = ("data", "hidden", "batch", "epochs")
            found.append(Unfit(together, said, f"This link gets {most}.", {"epochs": most}))
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
        return (Entrant(self.optimizer, self.optimizer_values), *self.rivals)

    def alone(self, place: int) -> "TrainingConfig":
        """What the entrant at this place trains, as a configuration without rivals."""
        entrant = self.entrants[place]
        values = {"optimizer": entrant.optimizer, "optimizer_values": entrant.values}
        return replace(self, **values, rivals=())  # type: ignore[arg-type]

    @property
    def work_per_epoch(self) -> int:
        """Parameters times images of an epoch, each step of the optimizer counting as `STEP_IMAGES`."""
        work = self.parameters * (self.images + STEP_IMAGES * self.steps_per_epoch)
        return work * (1 + len(self.rivals))

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


def _no_weight_decay(optimizer: str) -> str:
    """Why a weight decay cannot be used with this optimizer, as a sentence."""
    entry = NETWORK_OPTIMIZERS[optimizer]
    if entry.torch in WITHOUT_WEIGHT_DECAY:
        return f"{entry.name} takes no weight decay in torch; weight_decay must be 0."
    return f"{entry.name} has a decay among its own hyperparameters; weight_decay must be 0."


def _known(what: str, key: object, table: Mapping[str, Any]) -> str:
    """`key`, if the table has it."""
    if not isinstance(key, str) or key not in table:
        raise HyperparameterError(f"“{short(str(key))}” is no {what} here; there is {', '.join(table)}.")
    return key


def _layers(hidden: Any) -> tuple[int, ...]:
    """The hidden layers as whole numbers, when there are not too many of them."""
    if not isinstance(hidden, tuple | list):
        raise HyperparameterError("hidden must be a tuple of whole numbers, one for each hidden layer.")
    if len(hidden) > MAX_LAYERS:
        raise HyperparameterError(f"hidden has {len(hidden)} layers; allowed are at most {MAX_LAYERS}.")
    return tuple(int(UNITS.validate(units)) for units in hidden)


def _rivals(rivals: Any) -> tuple[Entrant, ...]:
    """The rivals with a value for each of their hyperparameters."""
    if not isinstance(rivals, tuple | list) or not all(isinstance(each, Entrant) for each in rivals):
        raise HyperparameterError("rivals must be a tuple of entrants, one for each other optimizer.")
    if len(rivals) > MOST_RIVALS:
        raise HyperparameterError(f"A race has {len(rivals)} rivals; allowed are at most {MOST_RIVALS}.")
    return tuple(rival(each.optimizer, **dict(each.values)) for each in rivals)


def _dropouts(dropout: Any, layers: int) -> tuple[float, ...]:
    """One share of dropout for each hidden layer; () stands for none at all."""
    if not isinstance(dropout, tuple | list):
        raise HyperparameterError("dropout must be a tuple of numbers, one for each hidden layer.")
    if dropout and len(dropout) != layers:
        raise HyperparameterError(
            f"dropout has {len(dropout)} values for {layers} hidden layers; allowed is one for each."
        )
    return tuple(DROPOUT.validate(share) for share in dropout) or (0.0,) * layers


def _complete(table: Any, defaults: Mapping[str, float], given: Any) -> tuple[tuple[str, float], ...]:
    """Pairs of name and number for the whole table, in its order."""
    try:
        pairs = dict(given)
    except (TypeError, ValueError):
        raise HyperparameterError("Values must be given as pairs of a name and a number.") from None
    return tuple(complete(table, {**defaults, **pairs}).items())
