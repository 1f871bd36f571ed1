"""The kinds of settings: how each stands in a link, how it is read, and what the panel needs to draw it.

Every kind is a `Field` of `link`. Its attributes begin with the same seven: `name` is the stable name in the
link, `label` and `help` are for people, `advanced` asks for a place under More, `when` maps another name of
the link to the texts for which the field is shown. `unsaid` is the text that a link without the name means
for ever, for a setting that came later than links that were handed out: it is left out of links.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, Self

from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError
from optviz.engine.symbols import LETTERS
from optviz.engine.text import half_width, plain_number
from optviz.settings.link import Link, Reader, short
from optviz.words import Message, listed, tr

When = Mapping[str, Sequence[str]]
Row = tuple[float, ...]

#: A range wider than this has only a field for exact numbers, unless it is logarithmic: such as a seed.
WIDEST_SLIDER = 1e5
ANY = Hyperparameter("number", "x", 0.0, -1e6, 1e6)
SYMBOLS = {**LETTERS, "min": "min", "max": "max"}
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
RAISED = str.maketrans("0123456789+-*", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻*")

#: Signs and commas of other keyboards, and the brackets of a matrix.
KEYBOARDS = str.maketrans("−、[]", "-,  ")


def plain_symbol(latex: str) -> str:
    r"""A symbol without LaTeX, for names that are read aloud: `\beta_1` is β₁."""
    latex = re.sub(r"\\text\{([^{}]*)\}", r"\1", latex)
    text = re.sub(r"\\([A-Za-z]+)", lambda m: SYMBOLS[m.group(1)], latex)
    text = re.sub(r"_\{(\w+)\}", r" \1", text)
    text = re.sub(r"_(\w)", lambda m: m.group(1).translate(LOWERED), text)
    return re.sub(r"\^([\w+*-])", lambda m: m.group(1).translate(RAISED), text)


@dataclass(frozen=True, slots=True)
class Described:
    """What every kind of field has."""

    name: str
    label: Message = ""
    help: Message = ""
    advanced: bool = False
    when: When = field(default_factory=dict, hash=False)
    attribute: str = ""
    unsaid: str | None = None

    @property
    def attributes(self) -> tuple[str, ...]:
        """The one attribute of the settings that it fills."""
        return (self.attribute or self.name,)

    def describe(self, usual: Any) -> dict[str, Any]:
        """What the panel needs to draw it; `usual` holds the defaults."""
        described: dict[str, Any] = {
            "name": self.name,
            "label": tr(self.label or self.name),
            "help": tr(self.help),
            "advanced": self.advanced,
            "default": self.write(usual).get(self.name, self.unsaid),
        }
        if self.when:
            described["when"] = {name: list(texts) for name, texts in self.when.items()}
        return described

    def write(self, settings: Any) -> Link:
        """The text of one attribute, under the field's name; none for what is left unsaid."""
        text = self.text(getattr(settings, self.attributes[0]))
        return {} if text == self.unsaid else {self.name: text}

    def text(self, value: Any) -> str:
        """The value as text."""
        return str(value)

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The value that the link says, or the usual one."""
        (attribute,) = self.attributes
        default = getattr(usual, attribute)
        text = reader.take(self.name)
        if text is None:
            return {attribute: default}
        try:
            return {attribute: self.parse(text)}
        except HyperparameterError as error:
            fate = tr("Used {value} instead.", value=self.shown(default))
            reader.doubt((self.name,), str(error), fate)
            return {attribute: default}

    def parse(self, text: str) -> Any:
        """Read what a person or a link wrote; raises HyperparameterError."""
        raise NotImplementedError

    def shown(self, value: Any) -> str:
        """The value as a sentence quotes it."""
        return self.text(value)


def describe_number(h: Hyperparameter) -> dict[str, Any]:
    """What the panel needs to draw a hyperparameter."""
    return {
        "kind": "number",
        "name": h.name,
        "label": tr(h.label or h.name),
        "symbol": plain_symbol(h.symbol),
        "help": tr(h.help),
        "advanced": h.advanced,
        "default": h.write(h.default),
        "low": h.low,
        "high": h.high,
        "log": h.log,
        "integer": h.integer,
        "slider": h.log or h.high - h.low <= WIDEST_SLIDER,
    }


@dataclass(frozen=True, slots=True)
class Number(Described):
    """One number, of a kind that says what is allowed."""

    kind: Hyperparameter = ANY

    @classmethod
    def of(cls, kind: Hyperparameter, label: str = "", **more: Any) -> Self:
        """The field of a hyperparameter, under its own name unless told otherwise."""
        described = {"name": kind.name, "help": kind.help, "advanced": kind.advanced, **more}
        return cls(label=label or kind.label or kind.name, kind=kind, **described)

    def text(self, value: float) -> str:
        """All digits."""
        return self.kind.write(value)

    def parse(self, text: str) -> float:
        """The number; a decimal comma is read too."""
        return self.kind.parse(text)

    def shown(self, value: float) -> str:
        """As people write it."""
        return plain_number(value)

    def describe(self, usual: Any) -> dict[str, Any]:
        """A hyperparameter under this field's own words."""
        return describe_number(self.kind) | Described.describe(self, usual)


@dataclass(frozen=True, slots=True)
class OneOf(Described):
    """One of a few keys; `choices` maps each to the name that people see, `hints` to a sentence about it.

    `look` asks for a row of segments or for a list that can be searched. `noun` is what a sentence calls it.
    """

    choices: Mapping[str, Message] = field(default_factory=dict, hash=False)
    hints: Mapping[str, Message] = field(default_factory=dict, hash=False)
    look: str = "segments"
    noun: Message = ""

    def parse(self, text: str) -> str:
        """The key, if it is one of the choices."""
        if text not in self.choices:
            raise HyperparameterError(_none_of(tr(self.noun or self.name), text, self.choices))
        return text

    def describe(self, usual: Any) -> dict[str, Any]:
        """With its options."""
        return Described.describe(self, usual) | {
            "kind": "choice",
            "look": self.look,
            "options": options(self.choices, self.hints),
        }


def _none_of(noun: str, text: str, known: Iterable[str]) -> str:
    return tr("{noun} “{text}” is none of {known}.", noun=noun, text=short(text), known=listed(known))


def options(choices: Mapping[str, str], hints: Mapping[str, str]) -> list[dict[str, str]]:
    """Keys with their names and hints, as the panel lists them."""
    return [
        {"key": key, "name": tr(name), "help": tr(hints.get(key, "")), "group": ""}
        for key, name in choices.items()
    ]


@dataclass(frozen=True, slots=True)
class Toggle(Described):
    """Yes or no, as one of two words in the link."""

    on: str = "on"
    off: str = "off"

    def text(self, value: bool) -> str:
        """The word for it."""
        return self.on if value else self.off

    def parse(self, text: str) -> bool:
        """Whether it is the first word."""
        if text not in (self.on, self.off):
            raise HyperparameterError(_none_of(self.name, text, (self.on, self.off)))
        return text == self.on

    def describe(self, usual: Any) -> dict[str, Any]:
        """With its two words."""
        return Described.describe(self, usual) | {"kind": "toggle", "on": self.on, "off": self.off}


@dataclass(frozen=True, slots=True)
class Asked(Toggle):
    """Something more that is done where it is asked for; a link says nothing of it where it is not."""

    def write(self, settings: Any) -> Link:
        """Its name, where it is on."""
        asked: bool = getattr(settings, self.attributes[0])
        return {self.name: self.on} if asked else {}

    def describe(self, usual: Any) -> dict[str, Any]:
        """As a switch that is off at first."""
        return Toggle.describe(self, usual) | {"default": self.off}


@dataclass(frozen=True, slots=True)
class Several(Described):
    """One key or several, in the order in which they were chosen, each at most once."""

    choices: Mapping[str, Message] = field(default_factory=dict, hash=False)

    def text(self, value: Sequence[str]) -> str:
        """Keys with dots between them."""
        return ".".join(value)

    def parse(self, text: str) -> tuple[str, ...]:
        """Keys with dots between them; at least one."""
        keys = tuple(dict.fromkeys(text.split(".")))
        if keys == ("",):
            raise HyperparameterError(tr("{name} names nothing: choose at least one.", name=self.name))
        for key in keys:
            if key not in self.choices:
                said = tr(
                    "{name} “{text}” is unknown; there is {known}.",
                    name=self.name,
                    text=short(key),
                    known=listed(self.choices),
                )
                raise HyperparameterError(said)
        return keys

    def describe(self, usual: Any) -> dict[str, Any]:
        """With its options."""
        return Described.describe(self, usual) | {"kind": "several", "options": options(self.choices, {})}


@dataclass(frozen=True, slots=True)
class Rows(Described):
    """Numbers in a few rows, each of `fewest` to `most` numbers from `low` to `high`.

    People separate numbers with commas or blanks and rows with semicolons or new lines; a link has _ and ~.
    With `single` there is one row, and the value is that row. `even` asks for rows of one length, `whole`
    for whole numbers.
    """

    low: float = -1e6
    high: float = 1e6
    fewest: int = 1
    most: int = 12
    single: bool = True
    even: bool = False
    whole: bool = False
    most_rows: int = 12

    def parse(self, text: str) -> Any:
        """Read rows as people or links write them; signs and commas of other keyboards are read too."""
        text = half_width(text).translate(KEYBOARDS)
        parts = [part for part in re.split(r"[;~\n]", text) if part.strip(" ,_")]
        if not parts:
            raise HyperparameterError(tr("{name} has no number yet.", name=self.name))
        said = {"name": self.name, "count": len(parts)}
        if self.single and len(parts) > 1:
            raise HyperparameterError(tr("{name} takes one row of numbers, there are {count}.", **said))
        if len(parts) > self.most_rows:
            sentence = tr("{name} has {count} rows; allowed are {most}.", most=self.most_rows, **said)
            raise HyperparameterError(sentence)
        rows = tuple(self._row(part) for part in parts)
        if self.even and len({len(row) for row in rows}) > 1:
            raise HyperparameterError(
                tr("{name} has rows of different lengths; all need the same.", name=self.name)
            )
        return rows[0] if self.single else rows

    def _row(self, text: str) -> Row:
        words = [word for word in re.split(r"[\s,_]+", text) if word]
        if not self.fewest <= len(words) <= self.most:
            said = {"name": self.name, "count": len(words), "fewest": self.fewest, "most": self.most}
            if self.fewest == self.most:
                sentence = tr("{name} has {count} numbers in a row; allowed are {most}.", **said)
            else:
                sentence = tr("{name} has {count} numbers in a row; allowed are {fewest} to {most}.", **said)
            raise HyperparameterError(sentence)
        return tuple(map(self._number, words))

    def _number(self, word: str) -> float:
        said = {"name": self.name, "text": short(word)}
        try:
            value = float(word)
        except ValueError:
            raise HyperparameterError(tr("{name} holds “{text}”, which is not a number.", **said)) from None
        if not isfinite(value) or not self.low <= value <= self.high:
            raise HyperparameterError(
                tr(
                    "{name} holds {text}, which is out of range; allowed is {low} to {high}.",
                    low=f"{self.low:g}",
                    high=f"{self.high:g}",
                    **said,
                )
            )
        if self.whole and value != int(value):
            raise HyperparameterError(tr("{name} holds {text}, which is not a whole number.", **said))
        return int(value) if self.whole else value

    def text(self, value: Any) -> str:
        """Numbers with _ between them, rows with ~."""
        return "~".join("_".join(map(_digits, row)) for row in ([value] if self.single else value))

    def shown(self, value: Any) -> str:
        """As people write it: `3, 1, -3`, with a semicolon between rows."""
        return "; ".join(", ".join(map(_digits, row)) for row in ([value] if self.single else value))

    def describe(self, usual: Any) -> dict[str, Any]:
        """A text field; what stands in the link is shown as people write it."""
        return Described.describe(self, usual) | {
            "kind": "text",
            "lines": 1 if self.single else 5,
            "placeholder": "",
            "shown": [["_", ", "], ["~", "\n"]],
        }


def _digits(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value).replace("e+", "e")


@dataclass(frozen=True, slots=True)
class Range(Described):
    """From one number to another, of a kind that says what is allowed."""

    kind: Hyperparameter = ANY

    def text(self, value: tuple[float, float]) -> str:
        """Both ends."""
        return "_".join(self.kind.write(end) for end in value)

    def parse(self, text: str) -> tuple[float, float]:
        """Both ends, the lower one first."""
        ends = text.split("_")
        if len(ends) != 2:
            said = {"name": self.name, "text": short(text), "of": self.kind.name}
            raise HyperparameterError(tr("{name} “{text}” is no range of {of}.", **said))
        low, high = (self.kind.parse(end) for end in ends)
        if not low < high:
            said = {"name": self.name, "low": f"{low:g}", "high": f"{high:g}"}
            raise HyperparameterError(tr("{name} from {low} to {high} is empty or reversed.", **said))
        return low, high

    def describe(self, usual: Any) -> dict[str, Any]:
        """With what is allowed."""
        return describe_number(self.kind) | Described.describe(self, usual) | {"kind": "range"}


def relabelled(numbers: Iterable[Hyperparameter], defaults: Mapping[str, float]) -> list[Hyperparameter]:
    """The same hyperparameters with other defaults."""
    return [replace(h, default=defaults.get(h.name, h.default)) for h in numbers]
