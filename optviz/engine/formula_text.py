"""From the text of a formula to a SymPy expression, and from that to compiled functions.

`formula_spelling` first turns what people write into Python's spelling. The text is never run as code: its
syntax tree is walked with a list of what is allowed, and every number, power and nesting is bounded before
SymPy sees it.
"""

import ast
import difflib
import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.precedence import PRECEDENCE

from optviz.engine import elementwise
from optviz.engine.formula_parts import Absolute, Larger, Sign, Smaller, Within, limits
from optviz.engine.formula_spelling import Place, Spelled, SpellingError, spelled
from optviz.engine.text import shortened

X, Y = VARIABLES = sympy.symbols("x y", real=True)

LONGEST = 300
DEEPEST = 40
MOST_NODES = 250
MOST_REPAIRS = 10
OPERATORS = "+-*/^=−×·÷"
LARGEST_EXPONENT = 100
LARGEST_NUMBER = 1e100


class FormulaError(ValueError):
    """A formula that cannot be used; the message is a sentence for people that names the place.

    `repaired` is a text that may be meant and that can be used, or "". `place` says which characters of the
    text it is about, from the first to the one after the last; None if it is about no part of it.
    """

    def __init__(self, sentence: str, repaired: str = "", place: Place | None = None) -> None:
        super().__init__(sentence)
        self.repaired = repaired
        self.place = place


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
PAIRS: dict[str, tuple[Any, Callable[[float, float], Any]]] = {
    "max": (Larger, np.maximum),
    "min": (Smaller, np.minimum),
}
CONSTANTS = {"pi": sympy.pi, "e": sympy.E}
ALLOWED = f"allowed are x, y, numbers, + - * / ** and {', '.join((*FUNCTIONS, *PAIRS))}, pi, e"


def read(text: str) -> sympy.Expr:
    """Read a formula in x, or in x and y, spelled as people type it (see `formula_spelling`).

    Raises:
        FormulaError: with a sentence that names the place and what is allowed.
    """
    if not text.strip():
        raise FormulaError(f"The formula is empty; {ALLOWED}.")
    if len(text) > LONGEST:
        raise FormulaError(f"The formula has {len(text)} characters; allowed are {LONGEST}.")
    try:
        return _read(text)
    except SpellingError as error:
        raise FormulaError(str(error), _usable(error.repaired), error.place) from None
    except FormulaError as error:
        repaired = error.repaired or text.rstrip().rstrip(OPERATORS + ".,;").rstrip()
        usable = "" if repaired == text.rstrip() else _usable(repaired)
        raise FormulaError(str(error), usable, error.place) from None


def _usable(text: str, repairs: int = 0) -> str:
    """The text if it can be read, perhaps after more repairs of its spelling, else ""."""
    try:
        _read(text.strip())
    except SpellingError as error:
        return _usable(error.repaired, repairs + 1) if error.repaired and repairs < MOST_REPAIRS else ""
    except FormulaError:
        return ""
    return text.strip()


def parsed(text: str) -> tuple[ast.expr, Spelled]:
    """The syntax tree of a typed formula, and the spelling that it was read from.

    Raises:
        SpellingError, FormulaError: where no tree can be made; what it holds is not checked.
    """
    found = spelled(text)
    try:
        tree = ast.parse(found.text, mode="eval")
    except SyntaxError as error:
        raise _syntax_error(text, found, error) from None
    except (ValueError, RecursionError, MemoryError):
        raise FormulaError(f"The formula cannot be read; {ALLOWED}.") from None
    if sum(1 for _ in ast.walk(tree)) > MOST_NODES:
        raise FormulaError(f"The formula has too many parts; allowed are {MOST_NODES}.")
    return tree.body, found


def _read(text: str) -> sympy.Expr:
    tree, found = parsed(text)
    bounds: set[sympy.Expr] = set()
    try:
        expression = sympy.sympify(_build(tree, found.text, 0, bounds))
        expression = Within.of(expression, bounds)
    except FormulaError as error:
        raise _placed(error, text, found) from None
    except (RecursionError, OverflowError, ZeroDivisionError, TypeError, AttributeError):
        raise FormulaError("The formula is too complicated to work with.") from None
    check_real(expression)
    if not expression.free_symbols:
        raise FormulaError("The formula depends on no variable; use x, or x and y.")
    return expression


@functools.lru_cache(maxsize=256)
def root_hint(formula: str) -> str:
    """What to write in place of an odd root, such as x**(1/3), that should have a value below zero; or ""."""
    for power in sorted(read(formula).atoms(sympy.Pow), key=sympy.default_sort_key):
        base, exponent = power.args
        if exponent.is_Rational and exponent.q % 2 and exponent.q > 1 and base.free_symbols:
            b = sympy.sstr(base)
            sign = f"sign({b})*" if exponent.p % 2 else ""
            return (
                "A negative number to a fractional power has no value here; "
                f"try {sign}abs({b})**({exponent})."
            )
    return ""


def check_real(expression: sympy.Expr) -> None:
    """Refuse what is not a real number; raises FormulaError."""
    if expression.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I, sympy.re, sympy.im, sympy.arg):
        raise FormulaError("The formula divides by zero or has no real value.")


def _placed(error: FormulaError, text: str, found: Spelled) -> FormulaError:
    """The same error, with its place and the repaired part in the text as typed."""
    if error.place is None:
        return error
    start, end = found.range(error.place, text)
    repaired = f"{text[:start]}{error.repaired}{text[end:]}" if error.repaired else ""
    return FormulaError(str(error), repaired, (start, end))


def _syntax_error(text: str, found: Spelled, error: SyntaxError) -> FormulaError:
    # An offset of zero is Python's way of saying that the text ended too early.
    ended = not error.offset or error.offset > len(found.text)
    place = len(text) if ended else found.place((error.offset or 1) - 1)
    rest = text[place : place + 12]
    if rest.strip():
        said = f"The formula cannot be read at “{rest}” (character {place + 1})"
        return FormulaError(f"{said}; {ALLOWED}.", place=(place, place + 1))
    before = text.rstrip()
    shown = before if len(before) <= 12 else f"…{before[-12:]}"
    lacks = before[-1:] in OPERATORS
    said = f"The formula {'is missing something' if lacks else 'cannot be read'} at its end, after “{shown}”"
    return FormulaError(f"{said}; {ALLOWED}.", place=(len(before), len(before)))


def _build(node: ast.AST, text: str, depth: int, bounds: set[sympy.Expr]) -> sympy.Expr:
    """Turn one node of the syntax tree into SymPy; whatever is not named here is refused.

    Parts that limit where f has a value are added to `bounds`, as SymPy may cancel them later.
    """
    try:
        result = _part(node, text, depth, bounds)
    except FormulaError as error:
        error.place = error.place or _place(node, text)  # the innermost part names the place
        raise
    if limits(result):
        bounds.add(result)
    return result


def _part(node: ast.AST, text: str, depth: int, bounds: set[sympy.Expr]) -> sympy.Expr:
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
            if name in (*FUNCTIONS, *PAIRS):
                raise FormulaError(
                    f"“{name}” is unknown here; write it with its argument in parentheses; {ALLOWED}."
                )
            raise _unknown(name, "is unknown here", node, text)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_build(operand, text, depth + 1, bounds)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _build(operand, text, depth + 1, bounds)
        case ast.BinOp(left=left, op=operation, right=right):
            first, second = (_build(side, text, depth + 1, bounds) for side in (left, right))
            return _combine(operation, first, second, part, bounds)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return _apply(name, _build(argument, text, depth + 1, bounds), part)
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            raise FormulaError(f"{name} takes one argument, as in {name}(x).")
        case ast.Call(func=ast.Name(id="log10"), args=[argument], keywords=[]):
            return _apply("log", _build(argument, text, depth + 1, bounds), part) / sympy.Float(math.log(10))
        case ast.Call(func=ast.Name(id=name), args=[_, _, *_] as arguments, keywords=[]) if name in PAIRS:
            return _apply_pair(name, [_build(a, text, depth + 1, bounds) for a in arguments], part)
        case ast.Call(func=ast.Name(id=name)) if name in PAIRS:
            raise FormulaError(f"{name} takes two arguments or more, as in {name}(x, 0).")
        case ast.Call(func=ast.Name(id=name) as called):
            raise _unknown(name, "is not a function here", called, text)
    raise FormulaError(f"“{shortened(part, 30)}” is not allowed; {ALLOWED}.")


def _place(node: ast.AST, text: str) -> Place | None:
    """Where a part stands in the text of the parser, which counts bytes."""
    if not isinstance(node, ast.expr) or node.end_col_offset is None:
        return None
    raw = text.encode()
    start, end = (len(raw[:offset].decode()) for offset in (node.col_offset, node.end_col_offset))
    return start, end


def _unknown(name: str, hint: str, node: ast.AST, text: str) -> FormulaError:
    """The error about a name that is not known, with the known one that is most like it."""
    nearest = difflib.get_close_matches(name.lower(), (*FUNCTIONS, *PAIRS), n=1)
    place = _place(node, text)
    return FormulaError(f"“{shortened(name, 30)}” {hint}; {ALLOWED}.", nearest[0] if nearest else "", place)


def _number(number: float) -> sympy.Expr:
    if not abs(number) <= LARGEST_NUMBER:
        raise FormulaError(f"A number in the formula is too large; allowed is up to {LARGEST_NUMBER:g}.")
    if isinstance(number, int) and abs(number) < 10**15:
        return sympy.Integer(number)
    return sympy.Float(float(number))


def _combine(
    operation: ast.operator, left: sympy.Expr, right: sympy.Expr, part: str, bounds: set[sympy.Expr]
) -> sympy.Expr:
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
            if not right.is_number:
                bounds.add(1 / right)
            return left / right
        case ast.Pow():
            return _raise(left, right, part)
    raise FormulaError(f"The operation in “{shortened(part, 30)}” is not allowed; {ALLOWED}.")


def _raise(base: sympy.Expr, exponent: sympy.Expr, part: str) -> sympy.Expr:
    if base.is_number and base.is_negative and not exponent.is_number:
        raise FormulaError(
            f"“{shortened(part, 30)}” raises a negative number to a variable power, which has no real value "
            "between whole powers; write abs() around the number."
        )
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


def _apply_pair(name: str, arguments: list[sympy.Expr], part: str) -> sympy.Expr:
    symbolic, numeric = PAIRS[name]
    result = arguments[0]
    for argument in arguments[1:]:
        if result.is_number and argument.is_number:
            result = sympy.Float(float(numeric(_as_float(result), _as_float(argument))))
            if not abs(float(result)) <= LARGEST_NUMBER:
                raise FormulaError(f"“{shortened(part, 30)}” is not a finite real number.")
        elif result != argument:
            result = symbolic(result, argument)
    return result


def _as_float(number: sympy.Expr) -> float:
    try:
        return float(number)
    except (TypeError, OverflowError, ValueError):
        return math.nan


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
