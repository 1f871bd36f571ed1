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
from optviz.engine.rule_expressions import ALLOWED, FUNCTIONS, NAME, NAMING, RuleError, Walker
from optviz.engine.symbols import Symbol
from optviz.engine.text import shortened

LONGEST = 600
MOST_LINES = 40
MOST_STATE = 8
MOST_SLIDERS = 10
GIVEN = ("x", "g", "t")  # the point, the gradient, the step number 1, 2, …
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
#: Names whose symbol is not the one of their letters.
SYMBOLS = {"lr": "eta", "eps": "epsilon", "lam": "lambda", "lambd": "lambda"}
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
    "\\": "write each line as a whole",
    ";": "write one line below the other",
    "ε": "write eps",
    "η": "write lr",
    "β": "write beta",
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

    def saw(self, name: str, number: int) -> None:
        """A line reads a name."""
        self.read.setdefault(name, number)
        if name not in self.assigned and name not in self.early:
            self.early.append(name)


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
    walker = Walker(number, code, lambda read: draft.saw(read, number))
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
            _latex(name),
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
        else replace(USUAL[name], name=name, symbol=_latex(name))
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


def symbol(name: str) -> Symbol:
    """The symbol of a name: beta1 is β₁, lr is η; a word without a symbol stays as it is."""
    return Symbol.named(SYMBOLS.get(name, name))


def _latex(name: str) -> str:
    """The symbol as the tables write theirs: β₁ without braces about the 1."""
    return re.sub(r"_\{(\w)\}", r"_\1", symbol(name).latex)
