"""Settings about the landscape: which one, from where one starts, and the part that is shown."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import FormulaError, Objective, parse
from optviz.settings.fields import Described
from optviz.settings.link import Link, Reader, short
from optviz.words import join as together
from optviz.words import tr

TYPED = "formula"
AXES = ("x", "y")
COORDINATE = Hyperparameter("coordinate", "x_0", 0.0, -1e6, 1e6)
Domain = tuple[tuple[float, float], ...]


def landscape(objective: str, formula: str) -> Objective:
    """The objective that is meant; raises FormulaError for a formula that cannot be used."""
    return parse(formula) if objective == TYPED else OBJECTIVES[objective]


def domain_complaint(domain: Domain) -> str | None:
    """Say in one sentence why a domain cannot be drawn, or return None if it can."""
    for low, high in domain:
        if not (
            math.isfinite(low) and math.isfinite(high) and high - low > 1e-9 * max(1.0, abs(low), abs(high))
        ):
            return tr("A domain from {low} to {high} is empty or reversed.", low=f"{low:g}", high=f"{high:g}")
    return None


def join(numbers: Any) -> str:
    """Coordinates as the text of one name."""
    return "_".join(COORDINATE.write(v) for v in numbers)


def _numbers(reader: Reader, name: str, count: int, fallback: str) -> list[float] | None:
    """That many coordinates, or None; `fallback` says what is used then."""
    text = reader.take(name)
    if text is None:
        return None
    try:
        numbers = [COORDINATE.parse(part) for part in text.split("_")]
    except HyperparameterError:
        numbers = []
    if len(numbers) == count:
        return numbers
    said = tr(
        "{name} “{text}” is not {count} numbers between {low} and {high};",
        name=name,
        text=short(text),
        count=count,
        low=_plain(COORDINATE.low),
        high=_plain(COORDINATE.high),
    )
    reader.doubt((name,), said, fallback)
    return None


def _plain(number: float) -> str:
    return f"{number:,.0f}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class LandscapeField(Described):
    """A landscape of the table, or a typed formula; in the attributes `objective` and `formula`."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """The key, and the text of a typed formula."""
        return "objective", "formula"

    def write(self, settings: Any) -> Link:
        """The key, and the formula if it is a typed one."""
        link = {"objective": settings.objective}
        return link | {"formula": settings.formula} if settings.objective == TYPED else link

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The landscape that the link names, or the usual one."""
        key, formula = reader.take("objective"), reader.take("formula")
        names = ("objective", "start", "domain", "formula")  # which stand or fall together
        default = {"objective": usual.objective, "formula": usual.formula}
        if key is None and formula is not None:
            key = TYPED
        if key is None:
            return default
        if key == TYPED:
            try:
                parse(formula or "")
            except FormulaError as error:
                quoted = tr("The formula was “{formula}”;", formula=short(formula, 60)) if formula else ""
                meant = tr("Try “{formula}”.", formula=error.repaired) if error.repaired else ""
                fate = together(quoted, tr("showing the default."))
                reader.complain(names, together(str(error), meant), fate)
                return default
            return {"objective": TYPED, "formula": formula or ""}
        if key not in OBJECTIVES:
            said = tr("The objective “{key}” is unknown;", key=short(key))
            reader.complain(names, said, tr("showing the default."))
            return default
        return {"objective": key, "formula": ""}

    def describe(self, usual: Any) -> dict[str, Any]:
        """With every landscape, its start and its domain."""
        listed = [
            {
                "key": o.key,
                "name": tr(o.name),
                "group": tr(o.group),
                "dimension": o.dimension,
                "notes": tr(o.notes),
                "start": join(o.start),
                "domain": join(v for interval in o.domain for v in interval),
            }
            for o in OBJECTIVES.values()
        ]
        typed = {
            "key": TYPED,
            "name": tr("Your own formula"),
            "group": "",
            "dimension": 2,
            "notes": tr("In x, or in x and y: numbers, + - * / ^, parentheses, pi, e, sin, exp, sqrt, abs …"),
            "placeholder": "x^2 + 3*sin(2*y)",
        }
        return Described.describe(self, usual) | {"kind": "landscape", "options": [typed, *listed]}


@dataclass(frozen=True, slots=True)
class StartField(Described):
    """Where all runs begin; a landscape has a start of its own."""

    def text(self, value: tuple[float, ...]) -> str:
        """All coordinates."""
        return join(value)

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The start, or the landscape's own."""
        own = landscape(values["objective"], values["formula"])
        numbers = _numbers(reader, self.name, own.dimension, tr("the landscape's own start is used."))
        return {self.attributes[0]: own.start if numbers is None else tuple(numbers)}

    def describe(self, usual: Any) -> dict[str, Any]:
        """One number for each variable."""
        return Described.describe(self, usual) | _point(AXES) | {"default": None}


@dataclass(frozen=True, slots=True)
class PointField(Described):
    """A point with a fixed number of coordinates, named by `axes`."""

    axes: tuple[str, ...] = AXES

    def text(self, value: tuple[float, ...]) -> str:
        """All coordinates."""
        return join(value)

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The point, or the usual one."""
        (attribute,) = self.attributes
        numbers = _numbers(reader, self.name, len(self.axes), tr("the usual one is used."))
        return {attribute: getattr(usual, attribute) if numbers is None else tuple(numbers)}

    def describe(self, usual: Any) -> dict[str, Any]:
        """One number for each coordinate."""
        return Described.describe(self, usual) | _point(self.axes)


def _point(axes: tuple[str, ...]) -> dict[str, Any]:
    return {"kind": "point", "axes": list(axes), "low": COORDINATE.low, "high": COORDINATE.high}


@dataclass(frozen=True, slots=True)
class DomainField(Described):
    """The part of the landscape that is shown, from where to where in each variable."""

    def text(self, value: Domain) -> str:
        """Both ends of each variable."""
        return join(v for interval in value for v in interval)

    def read(self, reader: Reader, usual: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The domain, or the landscape's own."""
        own = landscape(values["objective"], values["formula"])
        numbers = _numbers(reader, self.name, 2 * own.dimension, tr("the landscape's own domain is used."))
        if numbers is None:
            return {self.attributes[0]: own.domain}
        domain = tuple(zip(numbers[::2], numbers[1::2], strict=True))
        refused = domain_complaint(domain)
        if refused:
            reader.complain((self.name,), refused, tr("The landscape's own domain is used."))
        return {self.attributes[0]: own.domain if refused else domain}

    def describe(self, usual: Any) -> dict[str, Any]:
        """Two numbers for each variable."""
        return Described.describe(self, usual) | _point(AXES) | {"kind": "intervals", "default": None}


class OnLandscape:
    """What settings with `objective` and `formula` share."""

    __slots__ = ()
    objective: str
    formula: str

    def landscape(self) -> Objective:
        """The objective that is meant."""
        return landscape(self.objective, self.formula)


def start_of(values: Mapping[str, Any]) -> tuple[float, ...]:
    """The start that a landscape recommends."""
    return landscape(values["objective"], values["formula"]).start
