"""Links: settings written as text and read back, piece by piece, without ever failing.

What cannot be used is replaced and named in a sentence. Values are joined with characters that an address
leaves as they are. `experiments` and `map_settings` are written with what stands here.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optviz.engine.formula_text import LONGEST
from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import FormulaError, Objective, parse
from optviz.engine.optimizers import OPTIMIZERS

VERSION = "1"
MOST_ENTRANTS = 6
LONGEST_VALUE = 3 * LONGEST
COORDINATE = Hyperparameter("coordinate", "x_0", 0.0, -1e6, 1e6)
Values = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Entrant:
    """One optimizer in the comparison, with a value for every hyperparameter."""

    optimizer: str
    values: Values

    @classmethod
    def of(cls, optimizer: str, **given: float) -> "Entrant":
        """An entrant with defaults for what is not given; raises HyperparameterError."""
        return cls(optimizer, tuple(OPTIMIZERS[optimizer].complete(given).items()))


def join(numbers: Iterable[float]) -> str:
    """Coordinates as the text of one parameter."""
    return "_".join(COORDINATE.write(v) for v in numbers)


def write_choice(key: str, values: Values, table: Sequence[Hyperparameter]) -> str:
    """A key of a table, then the names and values of its hyperparameters."""
    given = dict(values)
    return "_".join([key, *(part for h in table for part in (h.name, h.write(given.get(h.name, h.default))))])


class Reader:
    """Reads one link, piece by piece, and collects complaints.

    `objective` is the key of the landscape that is shown where the link names none that can be used.
    """

    def __init__(self, link: Mapping[str, Any], objective: str) -> None:
        self.default_objective = objective
        self.complaints: list[str] = []
        self.given: dict[str, str] = {}
        self.used: set[str] = set()
        try:
            for name, value in list(link.items())[:100]:
                text = value[-1] if isinstance(value, list | tuple) and value else value
                if not isinstance(text, str) or not isinstance(name, str):
                    self.complaints.append(f"The link's “{short(name)}” is not text and was left out.")
                elif len(text) > LONGEST_VALUE:
                    self.complaints.append(
                        f"The link's “{short(name)}” has {len(text)} characters, allowed are "
                        f"{LONGEST_VALUE}; it was left out."
                    )
                else:
                    self.given[name] = text
        except (AttributeError, TypeError, ValueError):
            self.complaints.append("The link cannot be read; the default is shown.")

    def take(self, name: str) -> str | None:
        """The text of one parameter, or None."""
        self.used.add(name)
        return self.given.get(name)

    def version(self) -> None:
        """Complain about a version that is not this one."""
        version = self.take("v")
        if version != VERSION:
            said = "says no version" if version is None else f"is of version “{short(version)}”"
            self.complaints.append(f"The link {said}; it was read as version {VERSION}.")

    def objective(self) -> tuple[str, str]:
        """The key of the objective, and the formula if it is a typed one."""
        key, formula = self.take("objective"), self.take("formula")
        if key is None and formula is not None:
            key = "formula"
        if key == "formula":
            try:
                parse(formula or "")
            except FormulaError as error:
                self.complaints.append(
                    f"{error} The formula was “{short(formula or '', 60)}”; showing the default."
                )
                return self.default_objective, ""
            return "formula", formula or ""
        if key is None or key not in OBJECTIVES:
            if key is not None:
                self.complaints.append(f"The objective “{short(key)}” is unknown; showing the default.")
            return self.default_objective, ""
        return key, ""

    def number(self, name: str, kind: Hyperparameter) -> float:
        """One number, of a kind that says what is allowed."""
        text = self.take(name)
        if text is None:
            return int(kind.default) if kind.integer else kind.default
        return self.parse_as(kind, text, "The link's ")

    def parse_as(self, kind: Hyperparameter, text: str, where: str) -> float:
        """What `text` says, or the default with a complaint that begins with `where`."""
        try:
            return kind.parse(text)
        except HyperparameterError as error:
            used = int(kind.default) if kind.integer else kind.default
            self.complaints.append(f"{where}{error} Used {kind.write(used)} instead.")
            return used

    def numbers(self, name: str, count: int) -> list[float] | None:
        """That many coordinates, or None."""
        text = self.take(name)
        if text is None:
            return None
        try:
            numbers = [COORDINATE.parse(part) for part in text.split("_")]
        except HyperparameterError:
            numbers = []
        if len(numbers) != count:
            self.complaints.append(
                f"The link's {name} “{short(text)}” is not {count} numbers between {COORDINATE.low:g} and "
                f"{COORDINATE.high:g}; the objective's own is used."
            )
            return None
        return numbers

    def start(self, landscape: Objective) -> tuple[float, ...]:
        """The start, or the recommended one."""
        return tuple(self.numbers("start", landscape.dimension) or landscape.start)

    def domain(self, landscape: Objective) -> tuple[tuple[float, float], ...]:
        """The domain, or the objective's own."""
        numbers = self.numbers("domain", 2 * landscape.dimension)
        if numbers is None:
            return landscape.domain
        domain = tuple(zip(numbers[::2], numbers[1::2], strict=True))
        complaint = domain_complaint(domain)
        if complaint:
            self.complaints.append(f"{complaint} The objective's own domain is used.")
            return landscape.domain
        return domain

    def entrants(self, default: tuple[Entrant, ...], most: int = MOST_ENTRANTS) -> tuple[Entrant, ...]:
        """The optimizers that the link names as o1, o2, …, or the default ones."""
        found = []
        for i in range(1, most + 1):
            if f"o{i}" in self.given:
                key, values = self.choice(f"o{i}", "", OPTIMIZERS, "optimizer")
                if key:
                    found.append(Entrant(key, values))
        if not found and any(name.startswith("o") and name[1:].isdigit() for name in self.given):
            self.complaints.append("No optimizer of the link could be used; the default ones are shown.")
        return tuple(found) or default

    def choice(self, name: str, default: str, table: Mapping[str, Any], noun: str) -> tuple[str, Values]:
        """A key, then the names and values of its hyperparameters, as in momentum_lr_0.1_momentum_0.9."""
        text = self.take(name)
        key, *parts = (text if text is not None else default).split("_")
        if key not in table:
            fate = f"“{default}” is used" if default else "it was left out"
            self.complaints.append(f"The {noun} “{short(key)}” is unknown; {fate}.")
            return default, ()
        hyperparameters = table[key].hyperparameters
        pairs = dict(zip(parts[::2], parts[1::2], strict=False))
        for extra in sorted(pairs.keys() - {h.name for h in hyperparameters}):
            self.complaints.append(
                f"{table[key].name} has no hyperparameter “{short(extra)}”; it was left out."
            )
        values = []
        for h in hyperparameters:
            fallback = int(h.default) if h.integer else h.default
            if h.name in pairs:
                value = self.parse_as(h, pairs[h.name], f"{table[key].name}: ")
            else:
                value = fallback
                if text is not None:
                    self.complaints.append(
                        f"{table[key].name}: the link says no {h.name}; used {h.write(fallback)}."
                    )
            values.append((h.name, value))
        return key, tuple(values)

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of several words, the first of them by default."""
        text = self.take(name)
        if text is None or text in allowed:
            return text or allowed[0]
        self.complaints.append(
            f"The link's {name} “{short(text)}” is none of {', '.join(allowed)}; used {allowed[0]}."
        )
        return allowed[0]

    def unknown(self) -> None:
        """Complain about what nobody asked for."""
        for name in sorted(self.given.keys() - self.used):
            self.complaints.append(f"The link's “{short(name)}” is not known here and was left out.")


def domain_complaint(domain: tuple[tuple[float, float], ...]) -> str | None:
    """Say in one sentence why a domain cannot be drawn, or return None if it can."""
    for low, high in domain:
        if not (
            math.isfinite(low) and math.isfinite(high) and high - low > 1e-9 * max(1.0, abs(low), abs(high))
        ):
            return f"A domain from {low:g} to {high:g} is empty or reversed."
    return None


def short(text: Any, length: int = 20) -> str:
    """The text as a complaint quotes it."""
    text = str(text)
    return text if len(text) <= length else text[:length] + "…"
