"""What a page shows, as one small value: its fields, how people type them, and how a link holds them.

A field has a `name`, a `default`, `parse` for what a person or a link wrote, and `write` for the link, so
that `parse(write(value)) == value`. A `Hyperparameter` is a field as it stands. The other kinds are here.
"""

import dataclasses
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from optviz.engine.hyperparameters import HyperparameterError
from optviz.settings.link import VERSION, Reader, short

S = TypeVar("S")
Row = tuple[float, ...]
Complaint = tuple[tuple[str, ...], str]


class Field(Protocol):
    """One setting of a page."""

    @property
    def name(self) -> str:
        """The stable key in the link, and the attribute of the settings."""

    @property
    def default(self) -> Any:
        """What is shown at first."""

    def parse(self, text: str) -> Any:
        """Read what a person or a link wrote; raises HyperparameterError."""

    def write(self, value: Any) -> str:
        """Write the value for a link."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few keys; `choices` maps each to the label that people see."""

    name: str
    choices: Mapping[str, str]
    default: str

    def parse(self, text: str) -> str:
        """The key, if it is one of the choices."""
        if text not in self.choices:
            raise HyperparameterError(
                f"{self.name} “{short(text)}” is unknown; there is {', '.join(self.choices)}."
            )
        return text

    def write(self, value: str) -> str:
        """The key itself."""
        return value


@dataclass(frozen=True, slots=True)
class Several:
    """One key or several, in the order in which they were chosen, each at most once."""

    name: str
    choices: Mapping[str, str]
    default: tuple[str, ...]

    def parse(self, text: str) -> tuple[str, ...]:
        """Keys with dots between them."""
        keys = tuple(dict.fromkeys(text.split(".")))
        for key in keys:
            if key not in self.choices:
                raise HyperparameterError(
                    f"{self.name} “{short(key)}” is unknown; there is {', '.join(self.choices)}."
                )
        return keys

    def write(self, value: Sequence[str]) -> str:
        """Keys with dots between them."""
        return ".".join(value)


@dataclass(frozen=True, slots=True)
class Rows:
    """Numbers in a few rows, each of `fewest` to `most` numbers from `low` to `high`.

    People separate numbers with commas or blanks and rows with semicolons or new lines; a link has _ and ~.
    With `single` there is one row, and the value is that row. `even` asks for rows of one length, `whole`
    for whole numbers.
    """

    name: str
    default: tuple[Any, ...]
    low: float = -1e6
    high: float = 1e6
    fewest: int = 1
    most: int = 12
    single: bool = True
    even: bool = False
    whole: bool = False
    most_rows: int = 12

    def parse(self, text: str) -> Any:
        """Read rows as people or links write them; minus signs of typesetters are read too."""
        text = text.replace("−", "-").replace("[", " ").replace("]", " ")
        parts = [part for part in re.split(r"[;~\n]", text) if part.strip(" ,_")]
        if not parts:
            raise HyperparameterError(f"{self.name}: no number is there yet.")
        if self.single and len(parts) > 1:
            raise HyperparameterError(f"{self.name}: one row of numbers is wanted, there are {len(parts)}.")
        if len(parts) > self.most_rows:
            raise HyperparameterError(f"{self.name}: {len(parts)} rows are given, {self.most_rows} may be.")
        rows = tuple(self._row(part) for part in parts)
        if self.even and len({len(row) for row in rows}) > 1:
            raise HyperparameterError(f"{self.name}: every row needs equally many numbers.")
        return rows[0] if self.single else rows

    def _row(self, text: str) -> Row:
        words = [word for word in re.split(r"[\s,_]+", text) if word]
        if not self.fewest <= len(words) <= self.most:
            wanted = str(self.most) if self.fewest == self.most else f"{self.fewest} to {self.most}"
            raise HyperparameterError(
                f"{self.name}: {wanted} numbers are wanted in a row, there are {len(words)}."
            )
        return tuple(map(self._number, words))

    def _number(self, word: str) -> float:
        try:
            value = float(word)
        except ValueError:
            raise HyperparameterError(f"{self.name}: “{short(word)}” is not a number.") from None
        if not math.isfinite(value) or not self.low <= value <= self.high:
            raise HyperparameterError(
                f"{self.name}: {short(word)} is out of range; allowed is {self.low:g} to {self.high:g}."
            )
        if self.whole and value != int(value):
            raise HyperparameterError(f"{self.name}: {short(word)} is not a whole number.")
        return int(value) if self.whole else value

    def write(self, value: Any) -> str:
        """Numbers with _ between them, rows with ~."""
        return "~".join("_".join(map(_text, row)) for row in ([value] if self.single else value))

    def show(self, value: Any) -> str:
        """As people write it: `3, 1, −3`, with a semicolon between rows."""
        return "; ".join(", ".join(map(_text, row)) for row in ([value] if self.single else value))


def _text(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value).replace("e+", "e")


def encode(fields: Sequence[Field], settings: Any) -> dict[str, str]:
    """The settings as the parameters of a link: every value, and a version."""
    return {"v": VERSION, **{f.name: f.write(getattr(settings, f.name)) for f in fields}}


def decode(
    fields: Sequence[Field],
    settings: Callable[..., S],
    link: Mapping[str, Any],
    unfit: Callable[[S], list[Complaint]] = lambda _: [],
) -> tuple[S, list[str]]:
    """Read settings from the parameters of a link; never raises.

    `settings` is the dataclass, `unfit` names fields that do not go together. What cannot be used is
    replaced by the default and named in a sentence; an empty link is the default without complaint.
    """
    reader = Reader(link, "")
    if not reader.given:
        return settings(), reader.complaints
    reader.version()
    values = {}
    for field in fields:
        text = reader.take(field.name)
        try:
            values[field.name] = field.default if text is None else field.parse(text)
        except HyperparameterError as error:
            reader.complaints.append(f"{error} The link's value was replaced by {written(field)}.")
            values[field.name] = field.default
    reader.unknown()
    found = settings(**values)
    for names, sentence in unfit(found):
        reader.complaints.append(f"{sentence} Both were replaced by the example's own.")
        usual = {f.name: f.default for f in fields if f.name in names}
        found = dataclasses.replace(found, **usual)  # type: ignore[type-var]
    return found, reader.complaints


def written(field: Field) -> str:
    """The default as a sentence quotes it."""
    if isinstance(field, Rows):
        return field.show(field.default)
    return field.write(field.default)
