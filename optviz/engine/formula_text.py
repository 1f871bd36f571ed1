"""From the text of a formula to a SymPy expression; `formula_code` makes functions of that.

`formula_spelling` first turns what people write into Python's spelling. The text is never run as code: its
syntax tree is walked with a list of what is allowed, and every number, power and nesting is bounded before
SymPy sees it.
"""

import ast
import difflib
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy

from optviz.engine.formula_parts import Absolute, Larger, Sign, Smaller, Within, limits
from optviz.engine.formula_spelling import Place, Spelled, SpellingError, spelled
from optviz.engine.text import shortened
from optviz.words import listed, per_language, tr

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
    text it is about, from the first to the one after the last; None if it is about no part of it. `brief` is
    the message without the list of what is allowed.
    """

    def __init__(
        self, sentence: str, repaired: str = "", place: Place | None = None, brief: str = ""
    ) -> None:
        super().__init__(sentence)
        self.repaired = repaired
        self.place = place
        self.brief = brief or sentence

    @classmethod
    def listing(cls, reason: str, repaired: str = "", place: Place | None = None) -> "FormulaError":
        """The error with the list of what is allowed behind its reason."""
        sentence = tr("{reason}; {allowed}.", reason=reason, allowed=allowed())
        return cls(sentence, repaired, place, tr("{reason}.", reason=reason))

    def elsewhere(self, repaired: str, place: Place | None) -> "FormulaError":
        """The same error with another text that may be meant, and another place."""
        return FormulaError(str(self), repaired, place, self.brief)


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


def allowed() -> str:
    """What a formula may hold, in words."""
    return tr(
        "allowed are x, y, numbers, + - * / ** and {functions}, pi, e",
        functions=listed((*FUNCTIONS, *PAIRS)),
    )


def read(text: str) -> sympy.Expr:
    """Read a formula in x, or in x and y, spelled as people type it (see `formula_spelling`).

    Raises:
        FormulaError: with a sentence that names the place and what is allowed.
    """
    if not text.strip():
        raise FormulaError.listing(tr("The formula is empty"))
    if len(text) > LONGEST:
        raise FormulaError(too_long(text))
    try:
        return _read(text)
    except SpellingError as error:
        raise FormulaError(str(error), _usable(error.repaired), error.place) from None
    except FormulaError as error:
        repaired = error.repaired or text.rstrip().rstrip(OPERATORS + ".,;").rstrip()
        usable = "" if repaired == text.rstrip() else _usable(repaired)
        raise error.elsewhere(usable, error.place) from None


def too_long(text: str) -> str:
    """Say of a formula that has more characters than allowed how many it has."""
    return tr("The formula has {count} characters; allowed are {most}.", count=len(text), most=LONGEST)


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
        raise FormulaError.listing(tr("The formula cannot be read")) from None
    if sum(1 for _ in ast.walk(tree)) > MOST_NODES:
        raise FormulaError(tr("The formula has too many parts; allowed are {most}.", most=MOST_NODES))
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
        raise FormulaError(tr("The formula is too complicated to work with.")) from None
    check_real(expression)
    if not expression.free_symbols:
        raise FormulaError(tr("The formula depends on no variable; use x, or x and y."))
    return expression


@per_language(256)
def root_hint(formula: str) -> str:
    """What to write in place of an odd root, such as x**(1/3), that should have a value below zero; or ""."""
    for power in sorted(read(formula).atoms(sympy.Pow), key=sympy.default_sort_key):
        base, exponent = power.args
        if exponent.is_Rational and exponent.q % 2 and exponent.q > 1 and base.free_symbols:
            b = sympy.sstr(base)
            sign = f"sign({b})*" if exponent.p % 2 else ""
            return tr(
                "A negative number to a fractional power has no value here; try {formula}.",
                formula=f"{sign}abs({b})**({exponent})",
            )
    return ""


def check_real(expression: sympy.Expr) -> None:
    """Refuse what is not a real number; raises FormulaError."""
    if expression.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I, sympy.re, sympy.im, sympy.arg):
        raise FormulaError(tr("The formula divides by zero or has no real value."))


def _placed(error: FormulaError, text: str, found: Spelled) -> FormulaError:
    """The same error, with its place and the repaired part in the text as typed."""
    if error.place is None:
        return error
    start, end = found.range(error.place, text)
    repaired = f"{text[:start]}{error.repaired}{text[end:]}" if error.repaired else ""
    return error.elsewhere(repaired, (start, end))


def _syntax_error(text: str, found: Spelled, error: SyntaxError) -> FormulaError:
    # An offset of zero is Python's way of saying that the text ended too early.
    ended = not error.offset or error.offset > len(found.text)
    place = len(text) if ended else found.place((error.offset or 1) - 1)
    rest = text[place : place + 12]
    if rest.strip():
        said = tr("The formula cannot be read at “{text}” (character {place})", text=rest, place=place + 1)
        return FormulaError.listing(said, place=(place, place + 1))
    before = text.rstrip()
    shown = before if len(before) <= 12 else f"…{before[-12:]}"
    if before[-1:] in OPERATORS:
        said = tr("The formula is missing something at its end, after “{text}”", text=shown)
    else:
        said = tr("The formula cannot be read at its end, after “{text}”", text=shown)
    return FormulaError.listing(said, place=(len(before), len(before)))


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
        raise FormulaError(tr("The formula is nested more than {most} levels deep.", most=DEEPEST))
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
                raise FormulaError.listing(
                    tr("“{name}” is unknown here; write it with its argument in parentheses", name=name)
                )
            said = tr("“{name}” is unknown here", name=shortened(name, 30))
            raise _unknown(name, said, node, text)
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
            raise FormulaError(tr("{name} takes one argument, as in {name}(x).", name=name))
        case ast.Call(func=ast.Name(id="log10"), args=[argument], keywords=[]):
            return _apply("log", _build(argument, text, depth + 1, bounds), part) / sympy.Float(math.log(10))
        case ast.Call(func=ast.Name(id=name), args=[_, _, *_] as arguments, keywords=[]) if name in PAIRS:
            return _apply_pair(name, [_build(a, text, depth + 1, bounds) for a in arguments], part)
        case ast.Call(func=ast.Name(id=name)) if name in PAIRS:
            raise FormulaError(tr("{name} takes two arguments or more, as in {name}(x, 0).", name=name))
        case ast.Call(func=ast.Name(id=name) as called):
            said = tr("“{name}” is not a function here", name=shortened(name, 30))
            raise _unknown(name, said, called, text)
    raise FormulaError.listing(tr("“{text}” is not allowed", text=shortened(part, 30)))


def _place(node: ast.AST, text: str) -> Place | None:
    """Where a part stands in the text of the parser, which counts bytes."""
    if not isinstance(node, ast.expr) or node.end_col_offset is None:
        return None
    raw = text.encode()
    start, end = (len(raw[:offset].decode()) for offset in (node.col_offset, node.end_col_offset))
    return start, end


def _unknown(name: str, reason: str, node: ast.AST, text: str) -> FormulaError:
    """The error about a name that is not known, with the known one that is most like it."""
    nearest = difflib.get_close_matches(name.lower(), (*FUNCTIONS, *PAIRS), n=1)
    place = _place(node, text)
    return FormulaError.listing(reason, nearest[0] if nearest else "", place)


def _number(number: float) -> sympy.Expr:
    if not abs(number) <= LARGEST_NUMBER:
        most = f"{LARGEST_NUMBER:g}"
        raise FormulaError(tr("A number in the formula is too large; allowed is up to {most}.", most=most))
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
                raise FormulaError(tr("“{text}” divides by zero.", text=shortened(part, 30)))
            if not right.is_number:
                bounds.add(1 / right)
            return left / right
        case ast.Pow():
            return _raise(left, right, part)
    raise FormulaError.listing(tr("The operation in “{text}” is not allowed", text=shortened(part, 30)))


def _raise(base: sympy.Expr, exponent: sympy.Expr, part: str) -> sympy.Expr:
    if base.is_number and base.is_negative and not exponent.is_number:
        raise FormulaError(
            tr(
                "“{text}” raises a negative number to a variable power, which has no real value between "
                "whole powers; write abs() around the number.",
                text=shortened(part, 30),
            )
        )
    if exponent.is_number:
        size = _as_float(exponent)
        if not abs(size) <= LARGEST_EXPONENT:
            raise FormulaError(
                tr(
                    "The exponent in “{text}” is too large; allowed is up to {most}.",
                    text=shortened(part, 30),
                    most=LARGEST_EXPONENT,
                )
            )
        if base.is_number:
            with np.errstate(all="ignore"):
                value = float(np.power(_as_float(base), size))
            if not abs(value) <= LARGEST_NUMBER:
                raise FormulaError(
                    tr("“{text}” is too large or has no real value.", text=shortened(part, 30))
                )
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
            raise FormulaError(tr("“{text}” is not a finite real number.", text=shortened(part, 30)))
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
                raise FormulaError(tr("“{text}” is not a finite real number.", text=shortened(part, 30)))
        elif result != argument:
            result = symbolic(result, argument)
    return result


def _as_float(number: sympy.Expr) -> float:
    try:
        return float(number)
    except (TypeError, OverflowError, ValueError):
        return math.nan
