"""The right side of a line of somebody's own rule: which Python it may be, and what is computed for it."""

import ast
import re
from collections.abc import Callable

from optviz.engine.text import shortened
from optviz.words import mark, tr, trn

DEEPEST = 30
LARGEST_NUMBER = 1e100
LARGEST_POWER = 64  # up to here a whole power is a product

#: What may be called: its name in `elementwise`, and how many arguments it takes.
FUNCTIONS: dict[str, tuple[str, int]] = {
    "sqrt": ("sqrt", 1),
    "sign": ("sign", 1),
    "abs": ("abs", 1),
    "square": ("square", 1),
    "power": ("power", 2),
    "maximum": ("maximum", 2),
    "minimum": ("minimum", 2),
    "max": ("maximum", 2),
    "min": ("minimum", 2),
    "where": ("where", 3),
}
OPERATIONS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
ALLOWED = mark(
    "allowed are lines such as m = b1*m + (1 - b1)*g, with x, g, t, lr, names of your own, numbers, "
    "+ - * / // % **, and sqrt, sign, abs, square, power, maximum, minimum, where(a > b, yes, no)"
)
NAMING = mark("write names with up to 20 of the letters a to z, digits and _")
NAME = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]{0,19}")
CONSTRUCTS: dict[type[ast.AST], str] = {
    ast.Attribute: mark("a dot after a name"),
    ast.Subscript: mark("an index"),
    ast.ListComp: mark("a comprehension"),
    ast.GeneratorExp: mark("a comprehension"),
    ast.SetComp: mark("a comprehension"),
    ast.DictComp: mark("a comprehension"),
    ast.List: mark("a list"),
    ast.Tuple: mark("a list of values"),
    ast.Dict: mark("a dictionary"),
    ast.Set: mark("a set"),
    ast.Lambda: mark("a lambda"),
    ast.NamedExpr: mark("an assignment within a line"),
    ast.BoolOp: mark("“and” or “or”"),
    ast.Compare: mark("a comparison outside where(…)"),
    ast.Constant: mark("a text"),
    ast.JoinedStr: mark("a text"),
    ast.Call: mark("such a call"),
    ast.Starred: mark("a star before a value"),
    ast.Await: "await",
    ast.Yield: "yield",
}


class RuleError(ValueError):
    """A rule that cannot be used; the message is a sentence for people that names line and reason.

    `line` counts from 1; 0 stands for the text as a whole. `brief` is the message without the list of what is
    allowed.
    """

    def __init__(self, line: int, sentence: str, brief: str = "") -> None:
        super().__init__(_at(line, sentence))
        self.line = line
        self.brief = _at(line, brief or sentence)

    @classmethod
    def listing(cls, line: int, reason: str) -> "RuleError":
        """The error with the list of what is allowed behind its reason."""
        sentence = tr("{reason}; {allowed}.", reason=reason, allowed=tr(ALLOWED))
        return cls(line, sentence, tr("{reason}.", reason=reason))


def _at(line: int, sentence: str) -> str:
    return tr("Line {line}: {sentence}", line=line, sentence=sentence) if line else sentence


class Walker:
    """Builds the tree that both machines get from one line; whatever is not named here is refused.

    `number` counts the line from 1, `code` is its text, and `seen` is told every name that it reads.
    """

    def __init__(self, number: int, code: str, seen: Callable[[str], None]) -> None:
        self.number, self.code, self.seen = number, code, seen

    def built(self, node: ast.expr, depth: int) -> ast.expr:
        """The node as it is computed: numbers bounded, powers as products where they are whole."""
        if depth > DEEPEST:
            said = tr("the line is nested more than {most} levels deep.", most=DEEPEST)
            raise RuleError(self.number, said)
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return self._number(value)
            case ast.Name(id=name):
                return self._name(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self.built(operand, depth + 1)
                number = _value(inner)
                return ast.UnaryOp(ast.USub(), inner) if number is None else ast.Constant(-number)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.built(operand, depth + 1)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self._power(self.built(left, depth + 1), self.built(right, depth + 1))
            case ast.BinOp(left=left, op=operation, right=right) if isinstance(operation, OPERATIONS):
                return self._combined(
                    node, self.built(left, depth + 1), operation, self.built(right, depth + 1)
                )
            case ast.IfExp(test=test, body=yes, orelse=no):
                return self._where(node, [test, yes, no], depth)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
                return self._call(node, name, arguments, depth)
            case ast.Call(func=ast.Name(id=name)) if name not in FUNCTIONS:
                self._refuse(node, tr("“{name}” is not a function here", name=shortened(name, 30)))
        what = CONSTRUCTS.get(type(node), mark("this"))
        self._refuse(node, tr("there is no place for {what}", what=tr(what)))
        raise AssertionError  # _refuse has raised

    def _number(self, value: float) -> ast.Constant:
        if not abs(value) <= LARGEST_NUMBER:
            said = tr("a number is too large; allowed is up to {most}.", most=f"{LARGEST_NUMBER:g}")
            raise RuleError(self.number, said)
        return ast.Constant(float(value))  # whole numbers of Python would grow without end

    def _name(self, name: str) -> ast.Name:
        if not NAME.fullmatch(name):
            raise RuleError(self.number, unusable(name))
        if name in FUNCTIONS:
            said = tr("“{name}” is a function; write it with parentheses, as in {name}(…).", name=name)
            raise RuleError(self.number, said)
        self.seen(name)
        return ast.Name(name, ast.Load())

    def _combined(self, node: ast.expr, left: ast.expr, operation: ast.operator, right: ast.expr) -> ast.expr:
        first, second = _value(left), _value(right)
        if second == 0 and isinstance(operation, ast.Div | ast.FloorDiv | ast.Mod):
            self._refuse(node, tr("this divides by zero"))
        if first == 1 and isinstance(operation, ast.Sub) and second is None:
            left = ast.Constant(1)  # 1 - beta is a hyperparameter too: see `elementwise.Rows`
        if first is None or second is None:
            return ast.BinOp(left, operation, right)
        a, b = first, second
        match operation:  # numbers alone are computed here, as both machines would
            case ast.Add():
                return self._number(a + b)
            case ast.Sub():
                return self._number(a - b)
            case ast.Mult():
                return self._number(a * b)
            case ast.Div():
                return self._number(a / b)
            case ast.FloorDiv():
                return self._number(a // b)
        return self._number(a % b)

    def _power(self, base: ast.expr, exponent: ast.expr) -> ast.expr:
        value = _value(exponent)
        if value is not None and value == int(value) and 1 <= value <= LARGEST_POWER and _value(base) is None:
            if value == 1:
                return base
            return (
                _called("square", base)
                if value == 2
                else _called("whole_power", base, ast.Constant(int(value)))
            )
        return _called("raised", base, exponent)

    def _call(self, node: ast.expr, name: str, arguments: list[ast.expr], depth: int) -> ast.expr:
        own, count = FUNCTIONS[name]
        if len(arguments) != count:
            example = {"where": "where(g > 0, 1, -1)"}.get(name, f"{name}({', '.join('gx'[:count])})")
            said = trn(
                "{name} takes {count} value, as in {example}",
                "{name} takes {count} values, as in {example}",
                count,
                name=name,
                example=example,
            )
            self._refuse(node, said)
        if own == "where":
            return self._where(node, arguments, depth)
        return _called(own, *(self.built(argument, depth + 1) for argument in arguments))

    def _where(self, node: ast.expr, arguments: list[ast.expr], depth: int) -> ast.expr:
        match arguments[0]:
            case ast.Compare(left=left, ops=[operation], comparators=[right]) if isinstance(
                operation, COMPARISONS
            ):
                sides = [self.built(side, depth + 1) for side in (left, right)]
                compared = ast.Compare(sides[0], [operation], [sides[1]])
                if _value(sides[0]) is not None and _value(sides[1]) is not None:
                    self._refuse(node, tr("this compares two numbers that never change"))
                return _called("where", compared, *(self.built(a, depth + 1) for a in arguments[1:]))
        self._refuse(node, tr("the condition must be one comparison, as in where(g > 0, 1, -1)"))
        raise AssertionError  # _refuse has raised

    def _refuse(self, node: ast.expr, reason: str) -> None:
        shown = shortened(ast.get_source_segment(self.code, node) or self.code, 30)
        raise RuleError.listing(self.number, tr("{reason} (“{text}”)", reason=reason, text=shown))


def unusable(name: str) -> str:
    """Say that a line cannot use a name."""
    shown = shortened(name, 30)
    return tr("the name “{name}” cannot be used; {naming}.", name=shown, naming=tr(NAMING))


def _value(node: ast.expr) -> float | None:
    """The number that a node is, or None if it is none."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
    return None


def _called(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
