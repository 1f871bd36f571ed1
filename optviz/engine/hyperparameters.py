"""A hyperparameter: its symbol, default and range, and how to read one that a person wrote.

Sliders, links, documentation and tests all derive from this one type, so a range is written once
and the sentence that refuses a value is the same wherever the value came from.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optviz.engine.text import half_width, plain_number, shortened
from optviz.words import Message, listed, tr


class HyperparameterError(ValueError):
    """A value outside what a hyperparameter allows; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """One adjustable number of an optimizer or a schedule.

    `symbol` is LaTeX. `low` and `high` are both allowed values. `log` asks for a logarithmic slider,
    `advanced` hides it behind “More” at first, `integer` asks for whole numbers only. `label` is its name for
    people where `name` is too short for them.
    """

    name: str
    symbol: str
    default: float
    low: float
    high: float
    log: bool = False
    integer: bool = False
    advanced: bool = False
    help: Message = ""
    label: Message = ""

    @property
    def usual(self) -> float:
        """The default, as a whole number where only those are allowed."""
        return int(self.default) if self.integer else self.default

    @property
    def _allowed(self) -> str:
        return tr("allowed is {low} to {high}", low=plain_number(self.low), high=plain_number(self.high))

    def complaint(self, value: object) -> str | None:
        """Say in one sentence why `value` cannot be used, or return None if it can."""
        said = {"name": self.name, "allowed": self._allowed}
        if isinstance(value, bool) or not isinstance(value, int | float):
            return tr("{name} must be a number; {allowed}.", **said)
        if not math.isfinite(value):
            return tr("{name} must be a finite number; {allowed}.", **said)
        if self.integer and value != int(value):
            return tr("{name} = {value} is not a whole number; {allowed}.", value=plain_number(value), **said)
        if not self.low <= value <= self.high:
            return tr("{name} = {value} is out of range; {allowed}.", value=plain_number(value), **said)
        return None

    def validate(self, value: float) -> float:
        """Return `value` as the type that it should have.

        Raises:
            HyperparameterError: when the value is no finite number in the range.
        """
        complaint = self.complaint(value)
        if complaint:
            raise HyperparameterError(complaint)
        return int(value) if self.integer else float(value)

    def parse(self, text: str) -> float:
        """Read what a person or a link wrote.

        Raises:
            HyperparameterError: when the text is no number, or one that is not allowed.
        """
        try:
            value = float(half_width(text))
        except ValueError:
            raise HyperparameterError(
                tr(
                    "{name} = “{text}” is not a number; {allowed}.",
                    name=self.name,
                    text=shortened(text),
                    allowed=self._allowed,
                )
            ) from None
        return self.validate(value)

    def write(self, value: float) -> str:
        """Write `value` so that `parse` gives back exactly the same number."""
        if self.integer:
            return str(int(value))
        return repr(float(value)).replace("e+", "e")


def complete(table: Sequence[Hyperparameter], given: Mapping[str, float]) -> dict[str, float]:
    """Validate `given` against `table` and fill in the defaults, in the table's order.

    Raises:
        HyperparameterError: for an unknown name or a value that is not allowed.
    """
    known = {h.name for h in table}
    for name in given:
        if name not in known:
            allowed = listed(h.name for h in table) or tr("none")
            raise HyperparameterError(
                tr("“{name}” is no hyperparameter here; there is {allowed}.", name=name, allowed=allowed)
            )
    return {h.name: h.validate(given.get(h.name, h.default)) for h in table}
