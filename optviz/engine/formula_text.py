"""From the text of a formula to a SymPy expression, and from that to compiled functions.

The text is never run as code: its syntax tree is walked with a list of what is allowed, and every
number, power and nesting is bounded before SymPy sees it.
"""

import ast
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.precedence import PRECEDENCE

from optviz.engine import elementwise
from optviz.engine.text import shortened

X, Y = VARIABLES = sympy.symbols("x y", real=True)

LONGEST = 300
DEEPEST = 40
MOST_NODES = 250
LARGEST_EXPONENT = 100
LARGEST_NUMBER = 1e100


class FormulaError(ValueError):
    """A formula that cannot be used; the message is a sentence for people that names the place."""


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


FUNCTIONS: dict[str, tuple[Any, Callable[[float], Any]]] = {
    "sin": (sympy.sin, np.sin),
    "cos": (sympy.cos, np.cos),
    "tan": (sympy.tan, np.tan),
    "asin": (sympy.asin, np.arcsin),
    "acos": (sympy.acos, np.arccos),
    "atan": (sympy.atan, np.arctan),
    "sinh": (sympy.sinh, np.sinh),
    "cosh": (sympy.cosh, np.cosh),
    "tanh": (sympy.tanh, np.tanh),
    "exp": (sympy.exp, np.exp),
    "log": (sympy.log, np.log),
    "ln": (sympy.log, np.log),
    "sqrt": (sympy.sqrt, np.sqrt),
    "abs": (Absolute, np.abs),
    "sign": (Sign, np.sign),
}
CONSTANTS = {"pi": sympy.pi, "e": sympy.E}
ALLOWED = f"allowed are x, y, numbers, + - * / ** and {', '.join(FUNCTIONS)}, pi, e"


def read(text: str) -> sympy.Expr:
    """Read a formula in x, or in x and y.

    Raises:
        FormulaError: with a sentence that names the place and what is allowed.
    """
    if not text.strip():
        raise FormulaError(f"The formula is empty; {ALLOWED}.")
    if len(text) > LONGEST:
        raise FormulaError(f"The formula has {len(text)} characters; allowed are {LONGEST}.")
    if "\n" in text or "\r" in text:
        text = " ".join(text.split())
    # Most people write x^2. Python would read it as "exclusive or", which no formula here means.
    text = text.replace("^", "**").strip()
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise FormulaError(_syntax_sentence(text, error)) from None
    except (ValueError, RecursionError, MemoryError):
        raise FormulaError(f"The formula cannot be read; {ALLOWED}.") from None
    if sum(1 for _ in ast.walk(tree)) > MOST_NODES:
        raise FormulaError(f"The formula has too many parts; allowed are {MOST_NODES}.")
    try:
        expression = sympy.sympify(_build(tree.body, text, 0))
    except (RecursionError, OverflowError, ZeroDivisionError, TypeError, AttributeError):
        raise FormulaError("The formula is too complicated to work with.") from None
    if expression.has(sympy.nan, sympy.zoo, sympy.oo, sympy.I):
        raise FormulaError("The formula divides by zero or has no real value.")
    if not expression.free_symbols:
        raise FormulaError("The formula depends on no variable; use x, or x and y.")
    return expression


def _syntax_sentence(text: str, error: SyntaxError) -> str:
    product = re.search(r"(?<![A-Za-z_0-9.])(\d+\.?\d*)\s*([A-Za-z(])", text)
    if product and not re.match(r"\d+\.?\d*[eE][+-]?\d", text[product.start() :]):
        number, following = product.groups()
        return f"Write the product with a star: “{number}*{following}”, not “{product.group().strip()}”."
    # An offset of zero is Python's way of saying that the text ended too early.
    place = error.offset - 1 if error.offset else len(text)
    rest = text[place : place + 12]
    where = f"at “{rest}” (character {place + 1})" if rest.strip() else "at its end"
    return f"The formula cannot be read {where}; {ALLOWED}."


def _build(node: ast.AST, text: str, depth: int) -> sympy.Expr:
    """Turn one node of the syntax tree into SymPy; whatever is not named here is refused."""
    if depth > DEEPEST:
        raise FormulaError(f"The formula is nested more than {DEEPEST} levels deep.")
    part = ast.get_source_segment(text, node) or ""
    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() as number):
            return _number(number)
        case ast.Name(id="x"):
            return X
        case ast.Name(id="y"):
            return Y
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.Name(id=name):
            hint = "; write it with its argument in parentheses" if name in FUNCTIONS else ""
            raise FormulaError(f"“{shortened(name, 30)}” is unknown here{hint}; {ALLOWED}.")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_build(operand, text, depth + 1)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _build(operand, text, depth + 1)
        case ast.BinOp(left=left, op=operation, right=right):
            return _combine(operation, _build(left, text, depth + 1), _build(right, text, depth + 1), part)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return _apply(name, _build(argument, text, depth + 1), part)
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            raise FormulaError(f"{name} takes one argument, as in {name}(x).")
        case ast.Call(func=ast.Constant() | ast.BinOp() | ast.Name(id="x" | "y")):
            raise FormulaError(f"Write the product in “{shortened(part, 30)}” with a star, as in 2*(x + 1).")
        case ast.Call(func=ast.Name(id=name)):
            raise FormulaError(f"“{shortened(name, 30)}” is not a function here; {ALLOWED}.")
    raise FormulaError(f"“{shortened(part, 30)}” is not allowed; {ALLOWED}.")


def _number(number: float) -> sympy.Expr:
    if not abs(number) <= LARGEST_NUMBER:
        raise FormulaError(f"A number in the formula is too large; allowed is up to {LARGEST_NUMBER:g}.")
    if isinstance(number, int) and abs(number) < 10**15:
        return sympy.Integer(number)
    return sympy.Float(float(number))


def _combine(operation: ast.operator, left: sympy.Expr, right: sympy.Expr, part: str) -> sympy.Expr:
    match operation:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            if right == 0:
                raise FormulaError(f"“{shortened(part, 30)}” divides by zero.")
            return left / right
        case ast.Pow():
            return _raise(left, right, part)
    raise FormulaError(f"The operation in “{shortened(part, 30)}” is not allowed; {ALLOWED}.")


def _raise(base: sympy.Expr, exponent: sympy.Expr, part: str) -> sympy.Expr:
    if exponent.is_number:
        size = _as_float(exponent)
        if not abs(size) <= LARGEST_EXPONENT:
            raise FormulaError(
                f"The exponent in “{shortened(part, 30)}” is too large; allowed is up to {LARGEST_EXPONENT}."
            )
        if base.is_number:
            with np.errstate(all="ignore"):
                value = float(np.power(_as_float(base), size))
            if not abs(value) <= LARGEST_NUMBER:
                raise FormulaError(f"“{shortened(part, 30)}” is too large or has no real value.")
            if not (base.is_Rational and exponent.is_Rational):
                return sympy.Float(value)
        if exponent.is_Float and size == int(size):
            exponent = sympy.Integer(int(size))
    return base**exponent


def _apply(name: str, argument: sympy.Expr, part: str) -> sympy.Expr:
    symbolic, numeric = FUNCTIONS[name]
    if argument.is_number:
        with np.errstate(all="ignore"):
            value = float(numeric(_as_float(argument)))
        if not abs(value) <= LARGEST_NUMBER:
            raise FormulaError(f"“{shortened(part, 30)}” is not a finite real number.")
        # Computed at once, so that towers like exp(exp(exp(9))) never reach arbitrary precision.
        return symbolic(argument) if name == "sqrt" and argument.is_Rational else sympy.Float(value)
    return symbolic(argument)


def _as_float(number: sympy.Expr) -> float:
    try:
        return float(number)
    except (TypeError, OverflowError, ValueError):
        return math.nan


class _Printer(NumPyPrinter):
    """Prints Python that computes the same bits for a float and for an array (see `elementwise`)."""

    def __init__(self) -> None:
        super().__init__({"fully_qualified_modules": False, "allow_unknown_functions": True})

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
