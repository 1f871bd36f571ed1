"""From SymPy expressions of a formula to a compiled function of floats or arrays."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.precedence import PRECEDENCE

from optviz.engine import elementwise
from optviz.engine.formula_parts import Larger, Within
from optviz.engine.formula_text import FUNCTIONS


class _Printer(NumPyPrinter):
    """Prints Python that computes the same bits for a float and for an array (see `elementwise`)."""

    def __init__(self) -> None:
        super().__init__({"fully_qualified_modules": False, "allow_unknown_functions": True})

    def _print_Larger(self, expr: Larger) -> str:  # noqa: N802
        # A whole number would turn plain floats into numpy's: see `elementwise.maximum`.
        sides = (repr(float(a)) if a.is_number else self._print(a) for a in expr.args)
        return f"{type(expr).__name__}({', '.join(sides)})"

    _print_Smaller = _print_Larger  # noqa: N815

    def _print_Within(self, expr: Within) -> str:  # noqa: N802
        value, *bounds = map(self._print, expr.args)
        return f"({' + '.join([f'({value})', *(f'0.0*({bound})' for bound in bounds)])})"

    def _print_Float(self, expr: sympy.Float) -> str:  # noqa: N802 (SymPy's naming)
        return repr(float(expr))

    def _print_Pow(self, expr: sympy.Pow, rational: bool = False, sqrt: str = "") -> str:  # noqa: N802
        base, exponent = expr.args
        if exponent == sympy.Rational(1, 2):
            return f"sqrt({self._print(base)})"
        if exponent.is_Integer and exponent > 1:
            if exponent == 2 and base.is_Symbol:
                return f"({base}*{base})"
            name, rest = ("square", "") if exponent == 2 else ("whole_power", f", {int(exponent)}")
            return f"{name}({self._print(base)}{rest})"
        if exponent.is_Number and exponent < 0:
            inverse = self.parenthesize(sympy.Pow(base, -exponent, evaluate=False), PRECEDENCE["Atom"])
            return f"(1/{self._print(base) if exponent == -1 and base.is_Atom else inverse})"
        return f"power({self._print(base)}, {self._print(exponent)})"


NAMESPACE: dict[str, Any] = {
    **{name: elementwise.from_numpy(function) for name, (_, function) in FUNCTIONS.items()},
    "Absolute": abs,
    "abs": abs,
    "Abs": abs,
    "sqrt": elementwise.sqrt,
    "Sign": elementwise.sign,
    "Larger": elementwise.maximum,
    "Smaller": elementwise.minimum,
    "sign": elementwise.sign,
    "power": elementwise.power,
    "square": elementwise.square,
    "whole_power": elementwise.whole_power,
    "DiracDelta": elementwise.zero,
    "pi": math.pi,
    "e": math.e,
    **{f"arc{name}": elementwise.from_numpy(getattr(np, f"arc{name}")) for name in ("sin", "cos", "tan")},
}


def compile_to_function(
    expressions: tuple[sympy.Expr, ...], variables: tuple[sympy.Symbol, ...]
) -> Callable[..., tuple[Any, ...]]:
    """A function of the variables that returns the expressions' values as a tuple.

    It takes plain floats or numpy arrays. With floats it raises ZeroDivisionError or OverflowError
    where an array would hold an infinity.
    """
    return sympy.lambdify(
        variables, expressions, modules=[NAMESPACE], printer=_Printer(), cse=True, docstring_limit=0
    )
