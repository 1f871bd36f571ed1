"""A radius inside which f and its gradient cannot overflow, so that loops need not test it at each step."""

import functools
import math

import sympy

from optviz.engine.formula_parts import Absolute, Larger, Sign, Smaller
from optviz.engine.formula_text import VARIABLES, read
from optviz.engine.objective import Objective

LARGEST = 1e300
RADII = (1e75, 1e30, 1e15, 1e6, 1e3, 100.0, 10.0)


def safe_radius(objective: Objective) -> float:
    """A radius inside which f and its gradient are finite at every point; 0 where none is known."""
    return _safe_radius(objective.formula, objective.dimension)


@functools.lru_cache(maxsize=512)
def _safe_radius(formula: str, dimension: int) -> float:
    value = read(formula)
    entries = (value, *(sympy.diff(value, variable) for variable in VARIABLES[:dimension]))
    return next((r for r in RADII if all(_largest(entry, r) < LARGEST for entry in entries)), 0.0)


def _largest(e: sympy.Expr, radius: float) -> float:
    """A bound on |e| and on each of its parts for variables up to `radius`; infinity if none is known."""
    inner = [_largest(part, radius) for part in e.args]
    if not all(size < LARGEST for size in inner):
        return math.inf
    match e:
        case sympy.Symbol():
            return radius
        case sympy.Number() | sympy.NumberSymbol():
            return max(1.0, abs(float(e)))
        case sympy.Add():
            return sum(inner)
        case sympy.Mul():
            return math.prod(inner)
        case sympy.Pow() if e.exp.is_Integer and e.exp > 0:
            return math.exp(min(700.0, math.log(inner[0]) * int(e.exp)))
        case sympy.exp() | sympy.cosh() | sympy.sinh():
            return math.exp(min(700.0, inner[0]))
        case sympy.sin() | sympy.cos() | sympy.tanh() | sympy.atan():
            return max(2.0, inner[0])
        case Absolute() | Sign():
            return max(1.0, inner[0])
        case Larger() | Smaller():
            return max(1.0, *inner)
    return math.inf
