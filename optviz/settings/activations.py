"""What the page “Activations and losses” shows, as one value and as a link."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optviz.engine.hyperparameters import Hyperparameter
from optviz.settings import fields as page_settings
from optviz.settings.fields import Complaint, Field, OneOf, Row, Rows, Several
from optviz.teaching.activations import ACTIVATIONS
from optviz.teaching.dying_units import RATE
from optviz.teaching.losses import LossError, cross_entropy_from_logits, negative_log_likelihood

#: The examples that the course notes print.
LOGITS = (3.0, 1.0, -3.0)
CLASS_LOGITS = (
    (0.5953, 0.9872, 0.7510),
    (0.9447, 0.0602, 0.7399),
    (0.2185, 0.6771, 0.0168),
    (0.7719, 0.8075, 0.7505),
)
CLASS_LABELS = (1, 0, 2, 1)
BINARY_LOGITS = (-0.7001, -0.7231, -0.2049)
BINARY_TARGETS = (0, 0, 1)
LOG_PROBABILITIES = (
    (-1.4175, -1.4200, -2.0280, -1.5682, -1.7376),
    (-1.6929, -1.7404, -1.1198, -1.7108, -2.0137),
    (-1.4913, -1.7252, -1.2492, -1.6803, -2.0897),
)
NLL_LABELS = (1, 0, 4)

_NAMES = {key: row.name for key, row in ACTIVATIONS.items()}

VIEW = OneOf(
    "view",
    {
        "functions": "Activations",
        "dying": "Dying ReLU",
        "chain": "Chain",
        "softmax": "Softmax",
        "entropy": "Entropy",
        "errors": "Errors",
        "coin": "Coin",
        "classes": "Cross entropy",
        "duel": "Why not MSE",
    },
    "functions",
)
SHOWN = Several("shown", _NAMES, ("sigmoid", "tanh", "relu"))
WIDTH = Hyperparameter("width", "z", 6.0, 1.0, 100.0, log=True, help="How far the axis of z reaches.")
SEED = Hyperparameter("seed", "s", 0, 0, 2**31 - 1, integer=True, help="Picks the first weights.")
DEPTH = Hyperparameter("depth", "n", 10, 1, 50, integer=True, help="How many layers stand in a row.")
WEIGHT = Hyperparameter("weight", "w", 1.0, -4.0, 4.0, help="The weight in every layer: z = w·x.")
INPUT = Hyperparameter("input", "x", 0.5, -5.0, 5.0, help="The number that goes into the first layer.")
TEMPERATURE = Hyperparameter(
    "temperature", "T", 1.0, 0.05, 20.0, log=True, help="Divides the logits: low is sharp, high is even."
)
LOGIT_ROW = Rows("logits", LOGITS, -1000, 1000, most=8)
P = Rows("p", (0.7, 0.2, 0.1), 0, 1e6, most=8)
Q = Rows("q", (0.4, 0.4, 0.2), 0, 1e6, most=8)
DATA = Rows("data", (1.0, 2.0, 2.5, 3.0, 12.0), -1000, 1000, most=12)
HEADS = Hyperparameter("heads", "h", 7, 0, 100, integer=True, help="How often the coin showed heads.")
TAILS = Hyperparameter("tails", "t", 3, 0, 100, integer=True, help="How often the coin showed tails.")
CLASSES = Rows("classes", CLASS_LOGITS, -1000, 1000, most=6, single=False, even=True, most_rows=5)
LABELS = Rows("labels", CLASS_LABELS, 0, 5, most=5, whole=True)
LOGS = Rows("logs", LOG_PROBABILITIES, -1000, 0, most=6, single=False, even=True, most_rows=5)
LOG_LABELS = Rows("log_labels", NLL_LABELS, 0, 5, most=5, whole=True)
BINARY = Rows("binary", BINARY_LOGITS, -1000, 1000, most=6)
TARGETS = Rows("targets", BINARY_TARGETS, 0, 1, most=6, whole=True)
Z = Hyperparameter("z", "z", -4.0, -10.0, 10.0, help="The logit of an example whose truth is y = 1.")

FIELDS: tuple[Field, ...] = (
    VIEW,
    SHOWN,
    WIDTH,
    RATE,
    SEED,
    DEPTH,
    WEIGHT,
    INPUT,
    LOGIT_ROW,
    TEMPERATURE,
    P,
    Q,
    DATA,
    HEADS,
    TAILS,
    CLASSES,
    LABELS,
    LOGS,
    LOG_LABELS,
    BINARY,
    TARGETS,
    Z,
)


@dataclass(frozen=True, slots=True)
class ActivationSettings:
    """Every value of the page; each attribute is the field of that name in FIELDS."""

    view: str = VIEW.default
    shown: tuple[str, ...] = SHOWN.default
    width: float = WIDTH.default
    rate: float = RATE.default
    seed: int = int(SEED.default)
    depth: int = int(DEPTH.default)
    weight: float = WEIGHT.default
    input: float = INPUT.default
    logits: Row = LOGITS
    temperature: float = TEMPERATURE.default
    p: Row = P.default
    q: Row = Q.default
    data: Row = DATA.default
    heads: int = int(HEADS.default)
    tails: int = int(TAILS.default)
    classes: tuple[Row, ...] = CLASS_LOGITS
    labels: tuple[int, ...] = CLASS_LABELS
    logs: tuple[Row, ...] = LOG_PROBABILITIES
    log_labels: tuple[int, ...] = NLL_LABELS
    binary: Row = BINARY_LOGITS
    targets: tuple[int, ...] = BINARY_TARGETS
    z: float = Z.default

    @property
    def shares(self) -> tuple[np.ndarray, np.ndarray]:
        """p and q, each divided by its sum, so that they add up to 1."""
        return np.array(self.p) / sum(self.p), np.array(self.q) / sum(self.q)


def unfit(settings: ActivationSettings) -> list[Complaint]:
    """Name fields that do not go together, each group with a sentence."""
    s = settings
    found: list[Complaint] = [
        (("p", "q"), f"The shares of {name} add up to nothing.")
        for name in ("p", "q")
        if not sum(getattr(s, name)) > 0
    ]
    if len(s.p) != len(s.q):
        found.append((("p", "q"), f"p has {len(s.p)} shares and q has {len(s.q)}; both need equally many."))
    if s.heads + s.tails == 0:
        found.append((("heads", "tails"), "Without a throw there is nothing to learn from."))
    pairs: tuple[tuple[tuple[str, str], Any], ...] = (
        (("classes", "labels"), cross_entropy_from_logits),
        (("logs", "log_labels"), negative_log_likelihood),
    )
    for (rows, labels), loss in pairs:
        try:
            loss(getattr(s, rows), getattr(s, labels))
        except LossError as error:
            found.append(((rows, labels), str(error)))
    if len(s.binary) != len(s.targets):
        found.append(
            (("binary", "targets"), f"There are {len(s.binary)} logits and {len(s.targets)} targets.")
        )
    return found


def encode(settings: ActivationSettings) -> dict[str, str]:
    """The settings as the parameters of a link."""
    return page_settings.encode(FIELDS, settings)


def decode(link: Any) -> tuple[ActivationSettings, list[str]]:
    """Read settings from a link, with a sentence for each thing that could not be used; never raises."""
    return page_settings.decode(FIELDS, ActivationSettings, link, unfit)


def shown_at(view: str, **values: Any) -> ActivationSettings:
    """The default settings on one view, for lessons and tests."""
    return replace(ActivationSettings(), view=view, **values)
