"""Objectives: a formula as text, from which value, gradient, Hessian and LaTeX derive."""

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from optviz.engine import time_limit as deadline
from optviz.engine.formula_code import compile_to_function
from optviz.engine.formula_spelling import Place
from optviz.engine.formula_text import VARIABLES, FormulaError, Y, check_real, read
from optviz.engine.minima_search import search
from optviz.words import Message, mark, per_language, tr

__all__ = ["FormulaError", "Objective", "Telling", "found_minima", "parse"]

SECONDS = 0.8
TYPED_DOMAIN = (-5.0, 5.0)
TYPED_START = 3.0

Point = tuple[float, ...]
Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Telling:
    """Learning rates and a number of steps at which the usual comparison shows what a landscape teaches.

    The comparison is plain descent, momentum 0.8 and Adam, from the landscape's own start. `nobody` says
    why none of them arrives at a listed minimum; it is empty where one does.
    """

    gd: float
    momentum: float
    adam: float
    steps: int
    nobody: Message = ""

    @property
    def rates(self) -> dict[str, float]:
        """The learning rates by the key of the optimizer."""
        return {"gd": self.gd, "momentum": self.momentum, "adam": self.adam}


@dataclass(frozen=True, slots=True)
class Objective:
    """A function of one or two variables to be minimised.

    `domain` is the part shown, (low, high) for each variable; `start` the recommended start; `minima`
    the known minima, global and local, as points. `group` and `notes` say what it teaches. Functions
    without a lower bound have no minima and the group "unbounded". `telling` are rates and steps for a
    first look; a typed formula has none. `minima_found` says that the minima were found numerically on the
    domain, as for a typed formula: there may be others.
    """

    key: str
    name: Message
    formula: str
    domain: tuple[tuple[float, float], ...]
    start: Point
    minima: tuple[Point, ...] = ()
    group: str = ""
    notes: Message = ""
    telling: Telling | None = None
    minima_found: bool = False

    @property
    def dimension(self) -> int:
        """1 or 2."""
        return len(self.domain)

    @property
    def latex(self) -> str:
        """The formula as LaTeX, without the “f(x) =”."""
        return sympy.latex(_expression(self.formula))

    @property
    def gradient_latex(self) -> tuple[str, ...]:
        """One LaTeX expression for each partial derivative."""
        return tuple(sympy.latex(d) for d in _first(self.formula, self.dimension))

    @property
    def is_quadratic(self) -> bool:
        """Whether the Hessian is the same everywhere, so that theory is exact."""
        # |x| has a constant second derivative too, wherever it has one: so ask for a polynomial as well.
        second = _second(self.formula, self.dimension)
        polynomial = _expression(self.formula).is_polynomial(*VARIABLES)
        return polynomial and not any(entry.free_symbols for entry in second)

    @property
    def value_at(self) -> Callable[..., tuple[float]]:
        """The value, in a tuple, as a function of plain coordinates, for loops."""
        return _functions(self.formula, self.dimension, 0)

    @property
    def gradient_at(self) -> Callable[..., tuple[float, ...]]:
        """The gradient as a function of plain floats, for loops. See `compile_to_function`."""
        return _functions(self.formula, self.dimension, 1)

    def value(self, points: Any) -> Array:
        """f at `points` of shape (..., d), as an array of shape (...)."""
        return self._evaluate(points, 0)[..., 0]

    def gradient(self, points: Any) -> Array:
        """The gradient at `points` of shape (..., d), of the same shape."""
        return self._evaluate(points, 1)

    def hessian(self, points: Any) -> Array:
        """The Hessian at `points` of shape (..., d), of shape (..., d, d)."""
        flat = self._evaluate(points, 2)
        return flat.reshape(*flat.shape[:-1], self.dimension, self.dimension)

    def _evaluate(self, points: Any, order: int) -> Array:
        points = np.asarray(points, dtype=float)
        if points.shape[-1:] != (self.dimension,):
            raise ValueError(f"{self.key} takes points of {self.dimension} coordinates, not {points.shape}.")
        coordinates = [np.ascontiguousarray(points[..., i]) for i in range(self.dimension)]
        with np.errstate(all="ignore"):
            entries = _functions(self.formula, self.dimension, order)(*coordinates)
        result = np.empty((*points.shape[:-1], len(entries)))
        for i, entry in enumerate(entries):
            result[..., i] = entry
        return result


def parse(text: str) -> Objective:
    """Turn a formula that a person typed into an objective.

    Raises:
        FormulaError: with a sentence that says what is wrong, where, and what is allowed; its `repaired` is
            a text that may be meant, if there is one.
    """
    found = _parse(text)
    if isinstance(found, Refusal):
        raise FormulaError(found.sentence, found.repaired, found.place)
    return found


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a formula cannot be used, a text that may be meant, and which characters it is about."""

    sentence: str
    repaired: str = ""
    place: Place | None = None


@per_language(512)
def _parse(text: str) -> Objective | Refusal:
    """The objective, or the sentence that refuses the formula: refusals are remembered too."""
    try:
        objective = deadline.within(SECONDS, _prepare, text)
    except deadline.TooSlowError:
        return Refusal(tr("The formula takes too long to differentiate; make it simpler."))
    except FormulaError as error:
        return Refusal(str(error), error.repaired, error.place)
    except (RecursionError, MemoryError, OverflowError, NotImplementedError):
        return Refusal(tr("The formula is too complicated to differentiate; make it simpler."))
    minima = found_minima(objective)
    notes = (
        mark("The minima were found numerically on the domain shown; there may be others.")
        if minima
        else mark("No minimum was found on the domain shown.")
    )
    return dataclasses.replace(objective, minima=minima, minima_found=bool(minima), notes=notes)


@functools.lru_cache(maxsize=512)
def found_minima(
    objective: Objective, domain: tuple[tuple[float, float], ...] | None = None
) -> tuple[Point, ...]:
    """The strict local minima inside `domain`, or the objective's own, found numerically, lowest first.

    See `minima_search`: always the same ones, at most 25, none on the border; narrow ones may be missed.
    """
    return search(objective.value, objective.gradient, objective.hessian, domain or objective.domain)


def _prepare(text: str) -> Objective:
    dimension = 2 if Y in read(text).free_symbols else 1
    for order in range(3):
        _functions(text, dimension, order)
    return Objective(
        key="formula",
        name=mark("Your formula"),
        formula=text,
        domain=(TYPED_DOMAIN,) * dimension,
        start=(TYPED_START,) * dimension,
        group="typed",
    )


@functools.lru_cache(maxsize=512)
def _expression(text: str) -> sympy.Expr:
    return read(text)


@functools.lru_cache(maxsize=512)
def _first(text: str, dimension: int) -> tuple[sympy.Expr, ...]:
    return tuple(sympy.diff(_expression(text), variable) for variable in VARIABLES[:dimension])


@functools.lru_cache(maxsize=512)
def _second(text: str, dimension: int) -> tuple[sympy.Expr, ...]:
    return tuple(
        sympy.diff(d, variable) for d in _first(text, dimension) for variable in VARIABLES[:dimension]
    )


@functools.lru_cache(maxsize=512)
def _functions(text: str, dimension: int, order: int) -> Callable[..., tuple[Any, ...]]:
    """Value (0), gradient (1) or Hessian (2), compiled when first needed."""
    entries = (
        (_expression(text),)
        if order == 0
        else _first(text, dimension)
        if order == 1
        else _second(text, dimension)
    )
    for entry in entries:
        check_real(entry)
    return compile_to_function(entries, VARIABLES[:dimension])
