"""The kinds of settings that only a network has: a row of one of its tables, and numbers for each layer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError
from optviz.settings.fields import Described, OneOf
from optviz.settings.link import Reader, short
from optviz.words import Message, listed, tr

MAX_LAYERS = 6
UNITS = Hyperparameter("units", "n", 128, 1, 2048, log=True, integer=True, help="Units of a hidden layer.")
DROPOUT = Hyperparameter(
    "dropout", "p", 0.0, 0.0, 0.9, help="The share of a layer's outputs that is switched off at each step."
)


@dataclass(frozen=True, slots=True)
class Row(Described):
    """A row of one of the tables, by its key."""

    table: Mapping[str, Any] = field(default_factory=dict, hash=False)
    noun: Message = ""

    def parse(self, text: str) -> str:
        """The key, if the table has it."""
        return known(self.noun, text, self.table)

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
                tr(
                    "{label} has {count} layers; allowed are at most {most}.",
                    label=tr(self.label),
                    count=len(words),
                    most=MAX_LAYERS,
                )
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
                raise HyperparameterError(tr("dropout is empty; 0 or none stands for no dropout."))
            return {"dropout": dropouts_of(() if text is None else self.parse(text), layers)}
        except HyperparameterError as error:
            reader.complain((self.name,), str(error), tr("This link gets no dropout instead."))
            return {"dropout": (0.0,) * layers}


def known(what: str, key: object, table: Mapping[str, Any]) -> str:
    """`key`, if the table has it."""
    if not isinstance(key, str) or key not in table:
        raise HyperparameterError(
            tr(
                "“{key}” is no {what} here; there is {known}.",
                key=short(str(key)),
                what=tr(what),
                known=listed(table),
            )
        )
    return key


def layers_of(hidden: Any) -> tuple[int, ...]:
    """The hidden layers as whole numbers, when there are not too many of them."""
    if not isinstance(hidden, tuple | list):
        raise HyperparameterError(tr("hidden must be a tuple of whole numbers, one for each hidden layer."))
    if len(hidden) > MAX_LAYERS:
        raise HyperparameterError(
            tr(
                "{label} has {count} layers; allowed are at most {most}.",
                label="hidden",
                count=len(hidden),
                most=MAX_LAYERS,
            )
        )
    return tuple(int(UNITS.validate(units)) for units in hidden)


def dropouts_of(dropout: Any, layers: int) -> tuple[float, ...]:
    """One share of dropout for each hidden layer; () stands for none at all."""
    if not isinstance(dropout, tuple | list):
        raise HyperparameterError(tr("dropout must be a tuple of numbers, one for each hidden layer."))
    if dropout and len(dropout) != layers:
        raise HyperparameterError(
            tr(
                "dropout has {count} values for {layers} hidden layers; allowed is one for each.",
                count=len(dropout),
                layers=layers,
            )
        )
    return tuple(DROPOUT.validate(share) for share in dropout) or (0.0,) * layers
