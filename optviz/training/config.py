"""What to train and how: one small immutable value, and the link that holds it.

A `TrainingConfig` is complete and valid from the moment it exists. `encode` writes every value of it
into a link, `decode` reads a link that anybody may have written. This file does not import torch, so
that a page can show a configuration without it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError, complete
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.schedules import SCHEDULES
from optviz.training.datasets import DATASETS

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the few values that a setting can have: its stable key, its name, and what it does."""

    key: str
    name: str
    help: str = ""


def _table(*choices: Choice) -> dict[str, Choice]:
    return {choice.key: choice for choice in choices}


ACTIVATIONS = _table(
    Choice("relu", "ReLU", "max(0, z): the usual choice."),
    Choice("leaky_relu", "Leaky ReLU", "ReLU with a slope of 0.01 on the left, so that no unit dies."),
    Choice("gelu", "GELU", "A smooth ReLU: z times the normal distribution function of z."),
    Choice("tanh", "Tanh", "Between -1 and 1; its slope vanishes where |z| is large."),
    Choice("sigmoid", "Sigmoid", "Between 0 and 1; its slope is at most 1/4."),
    Choice("identity", "None (identity)", "Without a bend, any number of layers is one linear map."),
)
LOSSES = _table(
    Choice("cross_entropy", "Cross entropy", "Minus the logarithm of the right class's softmax probability."),
    Choice(
        "mse_sigmoid",
        "Mean squared error on sigmoids",
        "Mean over the outputs of (σ(z) - y)²; the step carries the factor σ'(z).",
    ),
    Choice(
        "mse_softmax",
        "Mean squared error on softmax",
        "Mean over the outputs of (softmax(z) - y)², the Brier score divided by the number of classes.",
    ),
)
INITIALISATIONS = _table(
    Choice("torch", "PyTorch's own", "Weights and biases uniform in ±1/√(inputs)."),
    Choice("he", "He (Kaiming)", "Weights N(0, √(2/inputs)), made for ReLU; biases zero."),
    Choice("xavier", "Xavier (Glorot)", "Weights uniform in ±√(6/(inputs + outputs)); biases zero."),
    Choice("normal", "N(0, 0.01)", "Weights normal with standard deviation 0.01; biases zero."),
)

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

MAX_LAYERS = 6
#: The most work of a run, measured as `TrainingConfig.work_per_epoch` does: about two hours on one core.
MAX_WORK = 1e14
#: What a step of the optimizer costs, in images: it goes through all parameters several times.
STEP_IMAGES = 40

#: The optimizers that torch has, and so can train a network here.
NETWORK_OPTIMIZERS = {key: optimizer for key, optimizer in OPTIMIZERS.items() if optimizer.torch}
#: Classes of torch.optim that take no weight decay.
WITHOUT_WEIGHT_DECAY = {"Rprop"}


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """A network, its data, and how it is trained.

    `hidden` holds the units of each hidden layer, first to last; () is softmax regression. `dropout`
    follows each of them, () meaning none. `optimizer_values` and `schedule_values` are pairs of name
    and number; those left out get the optimizer's defaults for networks and the schedule's defaults.
    A batch larger than the data set is the whole data set.

    Raises:
        HyperparameterError: for a value that is not allowed; the message is a sentence for people.
    """

    dataset: str = "digits"
    hidden: tuple[int, ...] = (64,)
    activation: str = "relu"
    loss: str = "cross_entropy"
    optimizer: str = "adam"
    optimizer_values: tuple[tuple[str, float], ...] = ()
    schedule: str = "constant"
    schedule_values: tuple[tuple[str, float], ...] = ()
    batch_size: int = 32
    epochs: int = 10
    dropout: tuple[float, ...] = ()
    weight_decay: float = 0.0
    initialisation: str = "torch"
    seed: int = 0

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
        }
        for name, value in complete_values.items():
            object.__setattr__(self, name, value)  # the dataclass is frozen from here on
        if self.weight_decay and not takes_weight_decay(self.optimizer):
            raise HyperparameterError(_no_weight_decay(self.optimizer))
        if self.epochs > self.largest_epochs:
            raise HyperparameterError(
                f"{self.parameters:,} parameters, {self.images:,} images and {self.epochs} epochs in batches "
                f"of {self.batch_size:,} are too much work; epochs may be {self.largest_epochs} at most."
            )

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
    def work_per_epoch(self) -> int:
        """Parameters times images of an epoch, each step of the optimizer counting as `STEP_IMAGES`."""
        return self.parameters * (self.images + STEP_IMAGES * self.steps_per_epoch)

    @property
    def largest_epochs(self) -> int:
        """The most epochs that are allowed with this network, data set and batch size; at least one."""
        return min(int(EPOCHS.high), int(MAX_WORK // self.work_per_epoch))


def takes_weight_decay(optimizer: str) -> bool:
    """Whether `weight_decay` may be set beside this optimizer, given by its key."""
    entry = NETWORK_OPTIMIZERS[optimizer]
    return "weight_decay" not in entry.torch_arguments and entry.torch not in WITHOUT_WEIGHT_DECAY


def encode(config: TrainingConfig) -> dict[str, str]:
    """Write every value of `config` under a stable key, in characters that a link leaves alone."""
    optimizer, schedule = NETWORK_OPTIMIZERS[config.optimizer], SCHEDULES[config.schedule]
    return {
        "v": "1",
        "data": config.dataset,
        "hidden": "_".join(UNITS.write(n) for n in config.hidden) or "none",
        "act": config.activation,
        "loss": config.loss,
        "opt": config.optimizer,
        **_write("o.", optimizer.hyperparameters, config.optimizer_values),
        "sched": config.schedule,
        **_write("s.", schedule.hyperparameters, config.schedule_values),
        "batch": BATCH_SIZE.write(config.batch_size),
        "epochs": EPOCHS.write(config.epochs),
        "drop": "_".join(DROPOUT.write(p) for p in config.dropout) or "none",
        "wd": WEIGHT_DECAY.write(config.weight_decay),
        "init": config.initialisation,
        "seed": SEED.write(config.seed),
    }


def decode(mapping: Mapping[str, str]) -> tuple[TrainingConfig, list[str]]:
    """Read a configuration from a link; never raises.

    A value that is missing is the default's. One that cannot be used is replaced by the default too,
    and a sentence in the list of complaints names it. Keys that are not of a configuration are passed
    over, because a link holds other things as well.
    """
    given = {str(key): text if isinstance(text, str) else "" for key, text in mapping.items()}
    complaints: list[str] = []

    def read(key: str, default: T, reader: Callable[[str], T], shown: str) -> T:
        if key not in given:
            return default
        try:
            return reader(given[key])
        except HyperparameterError as error:
            complaints.append(f"{error} This link gets {shown} instead.")
            return default

    def pick(key: str, what: str, table: Mapping[str, Any], default: str) -> str:
        return read(key, default, lambda text: _known(what, text, table), default)

    def number(key: str, setting: Hyperparameter, default: float) -> Any:
        return read(key, default, setting.parse, setting.write(default))

    def numbers(prefix: str, table: Any, defaults: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
        known = {prefix + h.name for h in table}
        unknown = [key for key in given if key.startswith(prefix) and key not in known]
        if unknown:
            more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
            complaints.append(
                f"This link names “{_short(unknown[0])}”{more}, which nothing here has; left out."
            )
        return tuple((h.name, number(prefix + h.name, h, defaults[h.name])) for h in table)

    if given.get("v", "1") != "1":
        complaints.append(f"This link is of version “{_short(given['v'])}”; it is read as version 1.")
    usual = TrainingConfig()
    optimizer = NETWORK_OPTIMIZERS[pick("opt", "optimizer", NETWORK_OPTIMIZERS, usual.optimizer)]
    schedule = SCHEDULES[pick("sched", "schedule", SCHEDULES, usual.schedule)]
    for key, prefix, entry in (("opt", "o.", optimizer.key), ("sched", "s.", schedule.key)):
        if given.get(key, entry) != entry:  # the values were meant for another one
            given = {name: text for name, text in given.items() if not name.startswith(prefix)}
    hidden = read("hidden", usual.hidden, _read_layers, "_".join(map(str, usual.hidden)))
    no_dropout: tuple[float, ...] = ()
    values: dict[str, Any] = {
        "dataset": pick("data", "data set", DATASETS, usual.dataset),
        "hidden": hidden,
        "activation": pick("act", "activation", ACTIVATIONS, usual.activation),
        "loss": pick("loss", "loss", LOSSES, usual.loss),
        "optimizer": optimizer.key,
        "optimizer_values": numbers("o.", optimizer.hyperparameters, optimizer.network_defaults),
        "schedule": schedule.key,
        "schedule_values": numbers(
            "s.", schedule.hyperparameters, {h.name: h.default for h in schedule.hyperparameters}
        ),
        "batch_size": number("batch", BATCH_SIZE, usual.batch_size),
        "dropout": read("drop", no_dropout, lambda text: _read_dropouts(text, len(hidden)), "no dropout"),
        "weight_decay": number("wd", WEIGHT_DECAY, usual.weight_decay),
        "initialisation": pick("init", "initialisation", INITIALISATIONS, usual.initialisation),
        "seed": number("seed", SEED, usual.seed),
    }
    epochs = number("epochs", EPOCHS, usual.epochs)
    if values["weight_decay"] and not takes_weight_decay(optimizer.key):
        complaints.append(f"{_no_weight_decay(optimizer.key)} This link gets 0 instead.")
        values["weight_decay"] = 0.0
    most = TrainingConfig(**values, epochs=1).largest_epochs
    if epochs > most:
        complaints.append(f"epochs = {epochs} are too much work for this network; this link gets {most}.")
        epochs = most
    return TrainingConfig(**values, epochs=epochs), complaints


def _no_weight_decay(optimizer: str) -> str:
    """The sentence that refuses a weight decay beside this optimizer."""
    entry = NETWORK_OPTIMIZERS[optimizer]
    if entry.torch in WITHOUT_WEIGHT_DECAY:
        return f"{entry.name} takes no weight decay in torch; weight_decay must be 0."
    return f"{entry.name} has a decay among its own hyperparameters; weight_decay must be 0."


def _known(what: str, key: object, table: Mapping[str, Any]) -> str:
    """`key`, if the table has it."""
    if not isinstance(key, str) or key not in table:
        raise HyperparameterError(f"“{_short(str(key))}” is no {what} here; there is {', '.join(table)}.")
    return key


def _layers(hidden: Any) -> tuple[int, ...]:
    """The hidden layers as whole numbers, when there are not too many of them."""
    if not isinstance(hidden, tuple | list):
        raise HyperparameterError("hidden must be a tuple of whole numbers, one for each hidden layer.")
    if len(hidden) > MAX_LAYERS:
        raise HyperparameterError(f"hidden has {len(hidden)} layers; allowed are at most {MAX_LAYERS}.")
    return tuple(int(UNITS.validate(units)) for units in hidden)


def _dropouts(dropout: Any, layers: int) -> tuple[float, ...]:
    """One share of dropout for each hidden layer; () stands for none at all."""
    if not isinstance(dropout, tuple | list):
        raise HyperparameterError("dropout must be a tuple of numbers, one for each hidden layer.")
    if dropout and len(dropout) != layers:
        raise HyperparameterError(
            f"dropout has {len(dropout)} values for {layers} hidden layers; allowed is one for each."
        )
    return tuple(DROPOUT.validate(share) for share in dropout) or (0.0,) * layers


def _read_layers(text: str) -> tuple[int, ...]:
    """Hidden layers from a link, as in 512_512 or none."""
    return _layers([int(UNITS.parse(part)) for part in _parts(text, "hidden")])


def _read_dropouts(text: str, layers: int) -> tuple[float, ...]:
    """Shares of dropout from a link, as in 0.2_0.5 or none."""
    return _dropouts([DROPOUT.parse(part) for part in _parts(text, "dropout")], layers)


def _parts(text: str, what: str) -> list[str]:
    """The values between underscores, of which a link has at most as many as there can be layers."""
    parts = [] if text == "none" else text.split("_")
    if len(parts) > MAX_LAYERS:
        raise HyperparameterError(f"{what} has {len(parts)} layers; allowed are at most {MAX_LAYERS}.")
    return parts


def _complete(table: Any, defaults: Mapping[str, float], given: Any) -> tuple[tuple[str, float], ...]:
    """Pairs of name and number for the whole table, in its order."""
    try:
        pairs = dict(given)
    except (TypeError, ValueError):
        raise HyperparameterError("Values must be given as pairs of a name and a number.") from None
    return tuple(complete(table, {**defaults, **pairs}).items())


def _write(prefix: str, table: Any, values: tuple[tuple[str, float], ...]) -> dict[str, str]:
    """Hyperparameters as they stand in a link."""
    numbers = dict(values)
    return {prefix + h.name: h.write(numbers[h.name]) for h in table}


def _short(text: str) -> str:
    """`text`, cut to a length that fits into a sentence."""
    return text if len(text) <= 20 else text[:20] + "…"
