"""What the page “Activations and losses” shows, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from optviz.engine.hyperparameters import Hyperparameter
from optviz.settings import link
from optviz.settings.fields import Number, OneOf, Row, Rows, Several
from optviz.settings.link import Section, Settings, Unfit, encode, setting
from optviz.teaching.activations import ACTIVATIONS
from optviz.teaching.dying_units import RATE
from optviz.teaching.losses import LossError, cross_entropy_from_logits, negative_log_likelihood
from optviz.words import tr, trn

__all__ = ["ActivationSettings", "decode", "encode", "shown_at"]

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

VIEWS = {
    "functions": "Activations",
    "dying": "Dying ReLU",
    "chain": "Chain",
    "softmax": "Softmax",
    "entropy": "Entropy",
    "errors": "Errors",
    "coin": "Coin",
    "classes": "Cross entropy",
    "duel": "Why not MSE",
}
WIDTH = Hyperparameter("width", "z", 6.0, 1.0, 100.0, log=True, help="How far the axis of z reaches.")
SEED = Hyperparameter("seed", "s", 0, 0, 2**31 - 1, integer=True, help="Picks the first weights.")
DEPTH = Hyperparameter("depth", "n", 10, 1, 50, integer=True, help="How many layers stand in a row.")
WEIGHT = Hyperparameter("weight", "w", 1.0, -4.0, 4.0, help="The weight in every layer: z = w·x.")
INPUT = Hyperparameter("input", "x", 0.5, -5.0, 5.0, help="The number that goes into the first layer.")
TEMPERATURE = Hyperparameter(
    "temperature", "T", 1.0, 0.05, 20.0, log=True, help="Divides the logits: low is sharp, high is even."
)
HEADS = Hyperparameter("heads", "h", 7, 0, 100, integer=True, help="How often the coin showed heads.")
TAILS = Hyperparameter("tails", "t", 3, 0, 100, integer=True, help="How often the coin showed tails.")
Z = Hyperparameter("z", "z", -4.0, -10.0, 10.0, help="The logit of an example whose truth is y = 1.")
ONE_A_LINE = "One example a line, numbers separated by commas or blanks."
TRUE_CLASSES = "The number of the true class of each example, counted from 0."


def on(*views: str) -> dict[str, tuple[str, ...]]:
    """Shown on these views."""
    return {"view": views}


@dataclass(frozen=True, slots=True)
class ActivationSettings(Settings):
    """Every value of the page."""

    page: ClassVar[str] = "activations"

    view: str = setting(OneOf("view", "Show", choices=VIEWS), "functions")
    shown: tuple[str, ...] = setting(
        Several(
            "shown",
            "Activations",
            when=on("functions", "chain"),
            choices={key: row.name for key, row in ACTIVATIONS.items()},
        ),
        ("sigmoid", "tanh", "relu"),
    )
    width: float = setting(Number.of(WIDTH, "Axis from −z to z", when=on("functions")), 6.0)
    rate: float = setting(Number.of(RATE, "Learning rate", when=on("dying")), RATE.default)
    seed: int = setting(Number.of(SEED, "Seed of the first weights", when=on("dying")), 0)
    depth: int = setting(Number.of(DEPTH, "Layers", when=on("chain")), 10)
    weight: float = setting(Number.of(WEIGHT, "Weight of every layer", when=on("chain")), 1.0)
    input: float = setting(Number.of(INPUT, "Input", when=on("chain")), 0.5)
    logits: Row = setting(
        Rows(
            "logits",
            "Numbers (logits)",
            "Up to eight, separated by commas or blanks.",
            when=on("softmax"),
            low=-1000,
            high=1000,
            most=8,
        ),
        LOGITS,
    )
    temperature: float = setting(Number.of(TEMPERATURE, "Temperature", when=on("softmax")), 1.0)
    p: Row = setting(
        Rows(
            "p",
            "Truth p",
            "Up to eight shares; they are divided by their sum.",
            when=on("entropy"),
            low=0,
            most=8,
        ),
        (0.7, 0.2, 0.1),
    )
    q: Row = setting(
        Rows("q", "Belief q", "As many as p has.", when=on("entropy"), low=0, most=8), (0.4, 0.4, 0.2)
    )
    data: Row = setting(
        Rows(
            "data",
            "Data",
            "Up to twelve numbers, separated by commas or blanks.",
            when=on("errors"),
            low=-1000,
            high=1000,
            most=12,
        ),
        (1.0, 2.0, 2.5, 3.0, 12.0),
    )
    heads: int = setting(Number.of(HEADS, "Heads", when=on("coin")), 7)
    tails: int = setting(Number.of(TAILS, "Tails", when=on("coin")), 3)
    classes: tuple[Row, ...] = setting(
        Rows(
            "classes",
            "Logits, one example a line",
            ONE_A_LINE,
            when=on("classes"),
            low=-1000,
            high=1000,
            most=6,
            single=False,
            even=True,
            most_rows=5,
        ),
        CLASS_LOGITS,
    )
    labels: tuple[int, ...] = setting(
        Rows("labels", "True classes", TRUE_CLASSES, when=on("classes"), low=0, high=5, most=5, whole=True),
        CLASS_LABELS,
    )
    logs: tuple[Row, ...] = setting(
        Rows(
            "logs",
            "Log-probabilities, one example a line",
            ONE_A_LINE,
            when=on("classes"),
            low=-1000,
            high=0,
            most=6,
            single=False,
            even=True,
            most_rows=5,
        ),
        LOG_PROBABILITIES,
    )
    log_labels: tuple[int, ...] = setting(
        Rows(
            "log_labels",
            "Their true classes",
            TRUE_CLASSES,
            when=on("classes"),
            low=0,
            high=5,
            most=5,
            whole=True,
        ),
        NLL_LABELS,
    )
    binary: Row = setting(
        Rows(
            "binary",
            "Logits of yes or no",
            "Up to six numbers.",
            when=on("classes"),
            low=-1000,
            high=1000,
            most=6,
        ),
        BINARY_LOGITS,
    )
    targets: tuple[int, ...] = setting(
        Rows(
            "targets",
            "Truth of yes or no",
            "1 for yes, 0 for no, for each logit.",
            when=on("classes"),
            low=0,
            high=1,
            most=6,
            whole=True,
        ),
        BINARY_TARGETS,
    )
    z: float = setting(Number.of(Z, "Logit z", when=on("duel")), -4.0)

    @property
    def shares(self) -> tuple[np.ndarray, np.ndarray]:
        """p and q, each divided by its sum, so that they add up to 1."""
        return np.array(self.p) / sum(self.p), np.array(self.q) / sum(self.q)

    @classmethod
    def unfit(cls, values: Mapping[str, Any]) -> list[Unfit]:
        """Fields that do not go together, each group with a sentence."""
        s = SimpleNamespace(**values)
        found: list[tuple[tuple[str, ...], str]] = [
            ((name,), tr("The shares of {name} add up to nothing.", name=name))
            for name in ("p", "q")
            if not sum(getattr(s, name)) > 0
        ]
        if len(s.p) != len(s.q):
            said = tr("p has {p} and q has {q}; both need the same number.", p=_shares(s.p), q=_shares(s.q))
            found.append((("p", "q"), said))
        if s.heads + s.tails == 0:
            found.append((("heads", "tails"), tr("Without a throw there is nothing to learn from.")))
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
            counts = {"logits": len(s.binary), "targets": len(s.targets)}
            found.append(
                (("binary", "targets"), tr("There are {logits} logits and {targets} targets.", **counts))
            )
        return [replaced(cls(), names, sentence) for names, sentence in found]


ActivationSettings.sections = (
    Section("", tuple(field.name for field in link.fields_of(ActivationSettings))),
)


def _shares(row: Row) -> str:
    return trn("{count} share", "{count} shares", len(row))


def replaced(usual: Any, names: tuple[str, ...], sentence: str) -> Unfit:
    """Attributes of the same names that do not go together: the example's own are used."""
    together = ("p", "q") if set(names) <= {"p", "q"} else names
    said = tr("Both were replaced by the example's own.")
    return Unfit(names, sentence, said, {name: getattr(usual, name) for name in together})


def decode(given: Any) -> tuple[ActivationSettings, list[str]]:
    """Read settings from a link, with a sentence for each thing that could not be used; never raises."""
    return link.decode(ActivationSettings, given)


def shown_at(view: str, **values: Any) -> ActivationSettings:
    """The default settings on one view, for lessons and tests."""
    return replace(ActivationSettings(), view=view, **values)
