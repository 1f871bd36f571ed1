"""From the text of a person's own update rule to checked lines of arithmetic.

A rule is written line by line, as in `m = b1*m + (1 - b1)*g` and `x = x - lr*m`. The text is never run as it
stands: each line is parsed alone, its syntax tree is walked with a list of what is allowed, and a tree of our
own is built from it, which both machines then get.
"""

import ast
import keyword
import re
from dataclasses import dataclass, field, replace

from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.optimizers.base import BETA1, BETA2, DECAY, MOMENTUM, epsilon, rate
from optviz.engine.text import shortened

LONGEST = 600
MOST_LINES = 40
MOST_STATE = 8
MOST_SLIDERS = 10
DEEPEST = 30
LARGEST_NUMBER = 1e100
LARGEST_POWER = 64  # up to here a whole power is a product

GIVEN = ("x", "g", "t")  # the point, the gradient, the step number 1, 2, …
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
ALLOWED = (
    "allowed are lines such as m = b1*m + (1 - b1)*g, with x, g, t, lr, names of your own, numbers, "
    "+ - * / // % **, and sqrt, sign, abs, square, power, maximum, minimum, where(a > b, yes, no)"
)
NAMING = "write names with up to 20 of the letters a to z, digits and _"
SLIDER = "a slider is written as lr = 0.1 in 0.001..1"
#: Numbers that need no line of their own: these names have a slider with the usual range.
USUAL: dict[str, Hyperparameter] = {
    "lr": rate(0.1),
    "beta1": BETA1,
    "b1": BETA1,
    "beta2": BETA2,
    "b2": BETA2,
    "momentum": MOMENTUM,
    "beta": MOMENTUM,
    "b": MOMENTUM,
    "mu": MOMENTUM,
    "alpha": replace(MOMENTUM, default=0.99, high=0.9999, help="How long a mean remembers."),
    "rho": replace(MOMENTUM, high=0.9999, help="How long a mean remembers."),
    "eps": epsilon(1e-8),
    "epsilon": epsilon(1e-8),
    "decay": DECAY,
    "wd": DECAY,
}
GREEK = frozenset(
    (  # noqa: SIM905 (as a list it would fill a page)
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon "
        "phi chi psi omega"
    ).split()
)
NAME = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]{0,19}")
TITLE = re.compile(r"[\w(][\w ,.()'+-]{0,39}")
NUMBER = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
DECLARING = re.compile(rf"\w+\s*=\s*{NUMBER}\s+in\b")
DECLARATION = re.compile(rf"(\w+)\s*=\s*({NUMBER})\s+in\s+({NUMBER})\s*\.\.\s*({NUMBER})\s*(\w*)")
TYPED = {
    "^": "write ** for a power",
    "×": "write * for a product",
    "·": "write * for a product",
    "−": "write - for a minus",
    "–": "write - for a minus",
    "÷": "write / for a division",
    "√": "write sqrt(…) for a root",
    "²": "write **2 for a square",
    ";": "write one line below the other",
    "ε": "write eps",
    "η": "write lr",
    "β": "write beta",
}
CONSTRUCTS: dict[type[ast.AST], str] = {
    ast.Attribute: "a dot after a name",
    ast.Subscript: "an index",
    ast.ListComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.List: "a list",
    ast.Tuple: "a list of values",
    ast.Dict: "a dictionary",
    ast.Set: "a set",
    ast.Lambda: "a lambda",
    ast.NamedExpr: "an assignment within a line",
    ast.BoolOp: "“and” or “or”",
    ast.Compare: "a comparison outside where(…)",
    ast.Constant: "a text",
    ast.JoinedStr: "a text",
    ast.Call: "such a call",
    ast.Starred: "a star before a value",
    ast.Await: "await",
    ast.Yield: "yield",
}
STATEMENTS: dict[type[ast.AST], str] = {
    ast.For: "a loop",
    ast.While: "a loop",
    ast.If: "“if”; write where(condition, yes, no)",
    ast.FunctionDef: "a function of your own",
    ast.ClassDef: "a class",
    ast.Import: "an import",
    ast.ImportFrom: "an import",
    ast.Return: "return; the rule ends with its last line",
}
WORDS: dict[str, str] = {
    "for": STATEMENTS[ast.For],
    "while": STATEMENTS[ast.While],
    "if": STATEMENTS[ast.If],
    "else": STATEMENTS[ast.If],
    "elif": STATEMENTS[ast.If],
    "def": STATEMENTS[ast.FunctionDef],
    "class": STATEMENTS[ast.ClassDef],
    "with": "with",
    "try": "try",
}


class RuleError(ValueError):
    """A rule that cannot be used; the message is a sentence for people that names line and reason.

    `line` counts from 1; 0 stands for the text as a whole.
    """

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"Line {line}: {sentence}" if line else sentence)
        self.line = line


@dataclass(frozen=True, slots=True)
class Line:
    """One assignment: its name, what a person wrote, and the same as both machines compute it."""

    number: int
    name: str
    written: ast.expr
    computed: ast.expr


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that can be used.

    `title` is its first comment, or "". `state` are the names that are read before they are assigned: they
    keep their value from one step to the next and start at zero. `sliders` are the names that are never
    assigned, the learning rate `lr` first.
    """

    title: str
    lines: tuple[Line, ...]
    state: tuple[str, ...]
    sliders: tuple[Hyperparameter, ...]


@dataclass(slots=True)
class _Draft:
    """What is known while the lines are read, one after the other."""

    title: str = ""
    lines: list[Line] = field(default_factory=list)
    declared: dict[str, tuple[int, Hyperparameter]] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)  # name -> the first line that reads it
    early: list[str] = field(default_factory=list)  # read before any line has assigned it
    assigned: dict[str, int] = field(default_factory=dict)  # name -> the first line that assigns it


def read_rule(text: str) -> Rule:
    """Read a rule.

    Raises:
        RuleError: with a sentence that names the line, the reason, and what is allowed.
    """
    if len(text) > LONGEST:
        raise RuleError(0, f"The rule has {len(text):,} characters; allowed are {LONGEST}.")
    rows = text.split("\n")
    if len(rows) > MOST_LINES:
        raise RuleError(0, f"The rule has {len(rows)} lines; allowed are {MOST_LINES}.")
    draft = _Draft()
    for number, row in enumerate(rows, 1):
        code, mark, comment = row.partition("#")
        if mark and not code.strip() and not draft.title and not draft.lines and not draft.declared:
            draft.title = comment.strip() if TITLE.fullmatch(comment.strip()) else ""
        if code.strip():
            _read_line(number, code.strip(), draft)
    return _finish(draft)


def _read_line(number: int, code: str, draft: _Draft) -> None:
    for character in code:
        if character in TYPED or not (character.isascii() and (character.isprintable() or character == "\t")):
            hint = TYPED.get(character, NAMING)
            raise RuleError(number, f"“{character}” cannot be used; {hint}.")
    if DECLARING.match(code):
        _declare(number, code, draft)
        return
    name, value = _assignment(number, code)
    _check_set(number, name)
    if name in draft.declared:
        raise RuleError(
            number, f"“{name}” has a slider and cannot be set; give the result a name of its own."
        )
    walker = _Walker(number, code, draft)
    draft.lines.append(Line(number, name, value, walker.built(value, 0)))
    draft.assigned.setdefault(name, number)


def _assignment(number: int, code: str) -> tuple[str, ast.expr]:
    """The name and the right side of one line."""
    first = re.match(r"[A-Za-z]+", code)
    if first and first[0] in WORDS:
        raise RuleError(number, f"there is no place for {WORDS[first[0]]}; {ALLOWED}.")
    try:
        (statement,) = ast.parse(code).body
    except SyntaxError as error:
        for word in re.findall(r"[A-Za-z_]\w*", code):
            if keyword.iskeyword(word):
                raise RuleError(
                    number, f"“{word}” is a word of Python's own and cannot be used here; {NAMING}."
                ) from None
        offset = (error.offset or 1) - 1
        rest = code[offset : offset + 12].strip() if 0 < (error.offset or 0) <= len(code) else ""
        where = f"at “{rest}”" if rest else f"(“{shortened(code, 30)}”)"
        raise RuleError(number, f"this cannot be read {where}; {ALLOWED}.") from None
    except (ValueError, RecursionError, MemoryError):
        raise RuleError(number, f"this cannot be read; {ALLOWED}.") from None
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, value
        case ast.AugAssign(target=ast.Name(id=name), op=operation, value=value):
            return name, ast.BinOp(ast.Name(name, ast.Load()), operation, value)
        case ast.Expr():
            raise RuleError(
                number, f"the result of “{shortened(code, 30)}” is not used; write x = … or another name."
            )
    what = STATEMENTS.get(type(statement), f"“{shortened(code, 30)}”")
    raise RuleError(number, f"there is no place for {what}; {ALLOWED}.")


def _check_set(number: int, name: str) -> None:
    """Refuse a name that a line cannot set."""
    shown = shortened(name, 30)
    if name == "t":
        raise RuleError(number, "t is the number of the step and cannot be set.")
    if name == "lr":
        own = "give the result a name of its own, such as rate = lr/2"
        raise RuleError(
            number, f"lr is the learning rate and cannot be set here; {own}. {SLIDER.capitalize()}."
        )
    if name in FUNCTIONS:
        raise RuleError(number, f"“{shown}” is a function and cannot be set.")
    if not NAME.fullmatch(name):
        raise RuleError(number, f"the name “{shown}” cannot be used; {NAMING}.")


def _declare(number: int, code: str, draft: _Draft) -> None:
    """A line that makes a slider: name = value in low..high, then perhaps `whole`, `log` or `linear`."""
    found = DECLARATION.fullmatch(code)
    if not found or found[5] not in ("", "whole", "log", "linear"):
        raise RuleError(
            number, f"“{shortened(code, 30)}” cannot be read; {SLIDER}, with whole after it for 1, 2, …"
        )
    name, how = found[1], found[5]
    value, low, high = (float(found[i]) for i in (2, 3, 4))
    if name in (*FUNCTIONS, *GIVEN) or "_" in name or not NAME.fullmatch(name):
        raise RuleError(
            number, f"“{shortened(name, 30)}” cannot have a slider; write up to 20 letters a to z and digits."
        )
    if name in draft.assigned or name in draft.declared:
        raise RuleError(number, f"“{name}” is set twice; it has a slider, or it is computed.")
    if not max(abs(value), abs(low), abs(high)) <= 1e12 or not low < high:
        raise RuleError(number, f"the range {found[3]}..{found[4]} is empty or too large; {SLIDER}.")
    if not low <= value <= high:
        raise RuleError(number, f"{name} = {found[2]} lies outside {found[3]}..{found[4]}.")
    whole = how == "whole"
    if whole and not all(v == int(v) for v in (value, low, high)):
        raise RuleError(number, f"{name} is whole, so {found[2]}, {found[3]} and {found[4]} have to be.")
    if how == "log" and not low > 0:
        raise RuleError(number, f"a slider with log begins above zero, not at {found[3]}.")
    usual = USUAL.get(name)
    log = how == "log" or (how == "" and not whole and low > 0 and high / low >= 1000)
    draft.declared[name] = (
        number,
        Hyperparameter(
            name,
            symbol(name),
            int(value) if whole else value,
            low,
            high,
            log=log,
            integer=whole,
            help=usual.help if usual else "",
            label=usual.label if usual else "",
        ),
    )


def _finish(draft: _Draft) -> Rule:
    """Sort the names, and refuse what cannot walk."""
    if "x" not in draft.assigned:
        raise RuleError(
            0, "The rule does not say where to go; one line must begin with x =, as in x = x - lr*g."
        )
    state = tuple(name for name in draft.early if name in draft.assigned and name not in GIVEN)
    if len(state) > MOST_STATE:
        raise RuleError(0, f"The rule remembers {len(state)} values; allowed are {MOST_STATE}.")
    free = [name for name in draft.read if name not in draft.assigned and name not in GIVEN]
    for name in free:
        if name not in draft.declared and name not in USUAL:
            raise RuleError(draft.read[name], f"“{name}” is unknown{_meant(name)}.")
    for name, (number, _) in draft.declared.items():
        if name in draft.assigned:
            raise RuleError(draft.assigned[name], f"“{name}” has a slider and cannot be set.")
        if name not in draft.read:
            raise RuleError(number, f"the slider “{name}” is never used; use it in a line or take it out.")
    if "lr" not in free:
        raise RuleError(0, "The rule never uses lr, the learning rate; use it, as in x = x - lr*g.")
    names = sorted(free, key=lambda name: (name != "lr", draft.declared.get(name, (MOST_LINES + 1,))[0]))
    if len(names) > MOST_SLIDERS:
        raise RuleError(0, f"The rule has {len(names)} sliders; allowed are {MOST_SLIDERS}.")
    sliders = tuple(
        draft.declared[name][1]
        if name in draft.declared
        else replace(USUAL[name], name=name, symbol=symbol(name))
        for name in names
    )
    return Rule(draft.title, tuple(draft.lines), state, sliders)


def _meant(name: str) -> str:
    """What a person may have meant by an unknown name."""
    if name in ("grad", "gradient", "dx", "df"):
        return "; the gradient is g"
    if name in ("w", "theta", "p", "param", "X"):
        return "; the point is x"
    if name in ("step", "k", "i", "n", "T"):
        return f"; the number of the step is t, and {SLIDER.replace('lr', name)}"
    if name in FUNCTIONS:
        return f" without its parentheses; write {name}(…)"
    if "_" in name:
        return "; give it a value in a line above. A slider's name has letters and digits only"
    return f"; give it a value in a line above, or a slider: {name} = 0.5 in 0..1"


def symbol(name: str) -> str:
    r"""The LaTeX symbol of a slider's name: beta1 is \beta_1; a word without a symbol stays as it is."""
    if name in ("lr", "eps", "lam", "lambd"):
        return {"lr": r"\eta", "eps": r"\epsilon"}.get(name, r"\lambda")
    letters, digits = re.fullmatch(r"(.*?)(\d*)", name).groups()  # type: ignore[union-attr]
    if letters in GREEK:
        return (
            rf"\{letters}_{{{digits}}}"
            if len(digits) > 1
            else rf"\{letters}" + (f"_{digits}" if digits else "")
        )
    return f"{letters}_{digits}" if len(letters) == 1 and len(digits) == 1 else name


class _Walker:
    """Builds the tree that both machines get from one line; whatever is not named here is refused."""

    def __init__(self, number: int, code: str, draft: _Draft) -> None:
        self.number, self.code, self.draft = number, code, draft

    def built(self, node: ast.expr, depth: int) -> ast.expr:
        """The node as it is computed: numbers bounded, powers as products where they are whole."""
        if depth > DEEPEST:
            raise RuleError(self.number, f"the line is nested more than {DEEPEST} levels deep.")
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
                self._refuse(node, f"“{shortened(name, 30)}” is not a function here")
        self._refuse(node, f"there is no place for {CONSTRUCTS.get(type(node), 'this')}")
        raise AssertionError  # _refuse has raised

    def _number(self, value: float) -> ast.Constant:
        if not abs(value) <= LARGEST_NUMBER:
            raise RuleError(self.number, f"a number is too large; allowed is up to {LARGEST_NUMBER:g}.")
        return ast.Constant(float(value))  # whole numbers of Python would grow without end

    def _name(self, name: str) -> ast.Name:
        if not NAME.fullmatch(name):
            raise RuleError(
                self.number,
                f"the name “{shortened(name, 30)}” cannot be used; {NAMING}.",
            )
        if name in FUNCTIONS:
            raise RuleError(
                self.number, f"“{name}” is a function; write it with parentheses, as in {name}(…)."
            )
        draft = self.draft
        draft.read.setdefault(name, self.number)
        if name not in draft.assigned and name not in draft.early:
            draft.early.append(name)
        return ast.Name(name, ast.Load())

    def _combined(self, node: ast.expr, left: ast.expr, operation: ast.operator, right: ast.expr) -> ast.expr:
        first, second = _value(left), _value(right)
        if second == 0 and isinstance(operation, ast.Div | ast.FloorDiv | ast.Mod):
            self._refuse(node, "this divides by zero")
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
            wanted = f"takes {count} value{'s' if count > 1 else ''}"
            example = {"where": "where(g > 0, 1, -1)"}.get(name, f"{name}({', '.join('gx'[:count])})")
            self._refuse(node, f"{name} {wanted}, as in {example}")
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
                    self._refuse(node, "this compares two numbers that never change")
                return _called("where", compared, *(self.built(a, depth + 1) for a in arguments[1:]))
        self._refuse(node, "the condition must be one comparison, as in where(g > 0, 1, -1)")
        raise AssertionError  # _refuse has raised

    def _refuse(self, node: ast.expr, reason: str) -> None:
        shown = shortened(ast.get_source_segment(self.code, node) or self.code, 30)
        raise RuleError(self.number, f"{reason} (“{shown}”); {ALLOWED}.")


def _value(node: ast.expr) -> float | None:
    """The number that a node is, or None if it is none."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
    return None


def _called(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
