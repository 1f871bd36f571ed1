"""The events of a training run: one frozen dataclass for each kind.

Events are plain values (finite numbers, strings, and tuples of them), so that they can be stored, sent and
compared. `Checkpoint` and `Snapshot` carry bytes, which their JSON leaves out. Steps count from 1: after
step k, the network has been trained on k batches. `racer` is the place of the network in a race, 0 for the
first one and where there is no race.
"""

import base64
import json
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Started:
    """The run begins, or goes on after `resumed_at` steps.

    `device` is "cpu", "cuda" or "mps", and `device_name` its name for people. `steps` and `images` are those
    of the whole run. `initial_weights_hash` is the same for two runs that begin with the same weights.
    """

    device: str
    device_name: str
    parameters: int
    steps: int
    images: int
    initial_weights_hash: str
    resumed_at: int = 0
    racer: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far training is, a few times a second.

    `loss` is the mean over the steps since the last such event. `losses` are (step, loss) of single
    batches: every n-th step of the run, and of short runs every 100th. They are the same steps in every
    run, so that two runs can be overlaid.
    `epoch` counts finished epochs and has a fraction. `lr` is the learning rate of the last step, `elapsed`
    the seconds spent on training and evaluating, without pauses, and `trained` those on training alone.
    """

    step: int
    epoch: float
    loss: float
    lr: float
    images_per_second: float
    elapsed: float
    losses: tuple[tuple[int, float], ...] = ()
    trained: float = 0.0
    racer: int = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The network on the whole test set, with dropout switched off.

    `confusion[i][j]` counts the test images of class i that were predicted as class j. `train_accuracy` is
    measured in the same way on the first `train_images` training images, or None. `trained` are the seconds
    spent on training until then. `order_hash` is the same for two networks that have been trained on the same
    batches in the same order; it is made of the batches as they were taken.
    """

    step: int
    epoch: float
    test_loss: float
    test_accuracy: float
    confusion: tuple[tuple[int, ...], ...]
    train_accuracy: float | None = None
    train_images: int = 0
    trained: float = 0.0
    order_hash: str = ""
    racer: int = 0


@dataclass(frozen=True, slots=True)
class Samples:
    """Predictions for a few test images, the mistakes first.

    `indices` are places in the test set. `probabilities` has a row for each image and a column for each
    class; those of sigmoids need not add up to one. `first_labels` and `first` are the same for the first
    images of the test set, in their order.
    """

    step: int
    indices: tuple[int, ...]
    labels: tuple[int, ...]
    probabilities: tuple[tuple[float, ...], ...]
    racer: int = 0
    first_labels: tuple[int, ...] = ()
    first: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class FirstLayer:
    """The weights into the first `units` units of the first layer, an image for each unit.

    `pixels` is base64 of what `images` gives. The largest weight is `scale` in size. The layer has `of`
    units in all.
    """

    step: int
    units: int
    of: int
    height: int
    width: int
    scale: float
    pixels: str
    racer: int = 0

    def images(self) -> np.ndarray:
        """Unsigned bytes of shape (units, height, width): 128 is zero, 255 is +scale and 1 is -scale."""
        raw = np.frombuffer(base64.b64decode(self.pixels), dtype=np.uint8)
        return raw.reshape(self.units, self.height, self.width)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Euclidean lengths of some steps of training; `step` is the last of `steps`.

    `weights`, `gradients` and `updates` have a row for each of the steps and a column for each layer, the
    first one first: the length of the layer's weights before the step, without its biases; of their gradient
    on the step's batch; and of the change that the step made.
    """

    step: int
    steps: tuple[int, ...]
    weights: tuple[tuple[float, ...], ...]
    gradients: tuple[tuple[float, ...], ...]
    updates: tuple[tuple[float, ...], ...]
    racer: int = 0


@dataclass(frozen=True, slots=True)
class Activity:
    """What the units compute for the first `images` test images, dropout switched off.

    For each layer, `ranges` has the lowest and the highest value that goes into an activation, or, of the
    last layer, into the loss. `counts` has how many values lie in each of as many equal parts of that range.
    `constant` says for each hidden layer how many units put out one and the same number for all images.
    """

    step: int
    images: int
    ranges: tuple[tuple[float, float], ...]
    counts: tuple[tuple[int, ...], ...]
    constant: tuple[int, ...]
    racer: int = 0


@dataclass(frozen=True, slots=True)
class Sharpness:
    """The largest eigenvalue of the Hessian of the mean loss on the first `images` training images.

    There is an eigenvalue within `residual` of `value`. `products` says how many products with the Hessian
    that took. Dropout is switched off, and a weight decay is not part of this loss.
    """

    step: int
    value: float
    residual: float
    products: int
    images: int
    racer: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """From `step` on something is done in another way than usual; the run goes on."""

    step: int
    sentence: str
    racer: int = 0


@dataclass(frozen=True, slots=True)
class Diverged:
    """The loss is no longer a finite number at `step`; this network is trained no further."""

    step: int
    reason: str
    racer: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything that is needed to go on after `step`, in the safetensors format."""

    step: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All weights of a network after `step`, as `weight_path.written` writes them."""

    step: int
    data: bytes = b""
    racer: int = 0


@dataclass(frozen=True, slots=True)
class Answers:
    """The network's probabilities for what people have drawn, after `step`.

    `drawings` are the drawings' numbers in the store; `probabilities` has a row for each of them and a
    column for each class.
    """

    step: int
    drawings: tuple[int, ...]
    probabilities: tuple[tuple[float, ...], ...]
    racer: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """This network has been trained to the end."""

    step: int
    elapsed: float
    test_accuracy: float
    weights_hash: str
    racer: int = 0


Event = (
    Started
    | Progress
    | Evaluation
    | Samples
    | FirstLayer
    | Lengths
    | Activity
    | Sharpness
    | Notice
    | Diverged
    | Checkpoint
    | Snapshot
    | Answers
    | Finished
)

KINDS: dict[str, type[Event]] = {
    "started": Started,
    "progress": Progress,
    "evaluation": Evaluation,
    "samples": Samples,
    "first_layer": FirstLayer,
    "lengths": Lengths,
    "activity": Activity,
    "sharpness": Sharpness,
    "notice": Notice,
    "diverged": Diverged,
    "checkpoint": Checkpoint,
    "snapshot": Snapshot,
    "answers": Answers,
    "finished": Finished,
}
NAMES: dict[type[Event], str] = {kind: name for name, kind in KINDS.items()}


def kind_of(event: Event) -> str:
    """The stable name of an event's kind, as it stands in JSON."""
    return NAMES[type(event)]


def to_json(event: Event) -> str:
    """Write an event as one line of JSON; bytes are left out.

    Raises:
        ValueError: for a number that is not finite, which no event may hold.
    """
    values = {"kind": kind_of(event), **asdict(event)}
    values.pop("data", None)
    return json.dumps(values, allow_nan=False, separators=(",", ":"))


def from_json(text: str) -> Event:
    """Read an event that `to_json` wrote.

    Fields that this version does not know are ignored, so that an older version can read the store.

    Raises:
        ValueError: for text that is no event.
    """
    values = json.loads(text)
    if not isinstance(values, dict) or values.get("kind") not in KINDS:
        raise ValueError("This is no training event.")
    kind = KINDS[values["kind"]]
    known = {field.name for field in fields(kind)} - {"data"}
    try:
        return kind(**{name: _tuples(value) for name, value in values.items() if name in known})
    except TypeError as error:
        raise ValueError(f"This {values['kind']} event is incomplete.") from error


def _tuples(value: Any) -> Any:
    """Turn JSON's lists back into tuples."""
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
