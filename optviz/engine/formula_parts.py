"""SymPy functions of our own: those over the reals that SymPy has only over complex numbers, and a domain."""

from collections.abc import Iterable
from typing import Any

import sympy


class Absolute(sympy.Function):
    """|u| over the reals, with the derivative sign(u). SymPy's own brings in complex parts."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """The derivative: sign(u), 0 at the kink, as in PyTorch."""
        return Sign(self.args[0])

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"\left|{{{printer._print(self.args[0])}}}\right|"
        return f"{body}^{{{exp}}}" if exp else body


class Sign(sympy.Function):
    """The sign of u, with the derivative 0 wherever there is one."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Zero; the jump has no derivative."""
        return sympy.Integer(0)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"\operatorname{{sign}}{{\left({printer._print(self.args[0])}\right)}}"
        return f"{body}^{{{exp}}}" if exp else body


class Larger(sympy.Function):
    """max(a, b); its gradient is that of the larger one, and half of each at a tie, as in PyTorch."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """1 where that argument is the larger one, 0 where it is not, a half at a tie."""
        a, b = self.args if argindex == 1 else reversed(self.args)
        return (1 + Sign(a - b)) / 2

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _pair("max", self, printer, exp)


class Smaller(sympy.Function):
    """min(a, b); its gradient is that of the smaller one, and half of each at a tie, as in PyTorch."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """1 where that argument is the smaller one, 0 where it is not, a half at a tie."""
        a, b = self.args if argindex == 1 else reversed(self.args)
        return (1 + Sign(b - a)) / 2

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _pair("min", self, printer, exp)


def _pair(name: str, function: sympy.Function, printer: Any, exp: str | None) -> str:
    a, b = map(printer._print, function.args)
    body = rf"\{name}{{\left({a},\, {b}\right)}}"
    return f"{body}^{{{exp}}}" if exp else body


class Within(sympy.Function):
    """A value that exists only where some other expressions, its bounds, are finite.

    SymPy turns √x·√x into x and would let it have a value at -1. `Within(x, √x)` keeps what was typed.
    """

    @classmethod
    def of(cls, value: sympy.Expr, parts: Iterable[sympy.Expr]) -> sympy.Expr:
        """`value`, or that bounded by those of the `parts` that limit it more than it limits itself."""
        left = limits(value)
        bounds = [part for part in sorted(parts, key=sympy.default_sort_key) if not limits(part) <= left]
        # The smallest parts say it all: whatever contains them is as limited as they are.
        bounds = [
            b for b in bounds if not any(o != b and limits(o) <= limits(b) and b.has(o) for o in bounds)
        ]
        return cls(value, *bounds) if bounds else value

    def _eval_derivative(self, s: sympy.Symbol) -> sympy.Expr:
        value, *bounds = self.args
        return Within(value.diff(s), *bounds)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        value, *bounds = map(printer._print, self.args)
        body = rf"{value} \quad \text{{(where }} {', '.join(bounds)} \text{{ is finite)}}"
        return rf"\left({body}\right)^{{{exp}}}" if exp else body


def limits(expression: sympy.Expr) -> frozenset[tuple[str, sympy.Expr]]:
    """What an expression needs to have a real value: (condition, part) for roots, logarithms, quotients, …"""
    found: set[tuple[str, sympy.Expr]] = set()
    for part in sympy.preorder_traversal(expression):
        if not part.args or not part.free_symbols:
            continue
        inner = part.args[0]
        match part:
            case sympy.Pow():
                base, exponent = part.args
                if exponent.is_number and exponent.is_negative:
                    found.add(("not zero", base))
                if not exponent.is_integer and not base.is_positive:
                    found.add(("not negative", base))
            case sympy.log():
                found.add(("positive", inner))
            case sympy.asin() | sympy.acos():
                found.add(("at most one", inner))
            case sympy.tan():
                found.add(("no pole", inner))
    return frozenset(found)
