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
from optviz.engine.rule_expressions import FUNCTIONS, NAME, NAMING, RuleError, Walker, unusable
from optviz.engine.symbols import Symbol
from optviz.engine.text import half_width, shortened
from optviz.words import mark, tr

LONGEST = 600
MOST_LINES = 40
MOST_STATE = 8
MOST_SLIDERS = 10
GIVEN = ("x", "g", "t")  # the point, the gradient, the step number 1, 2, …
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
    "alpha": replace(MOMENTUM, default=0.99, high=0.9999, help=mark("How long a mean remembers.")),
    "rho": replace(MOMENTUM, high=0.9999, help=mark("How long a mean remembers.")),
    "eps": epsilon(1e-8),
    "epsilon": epsilon(1e-8),
    "decay": DECAY,
    "wd": DECAY,
}
#: Names whose symbol is not the one of their letters.
SYMBOLS = {"lr": "eta", "eps": "epsilon", "lam": "lambda", "lambd": "lambda"}
TITLE = re.compile(r"[\w(（][\w ,.()'+，。、：（）·-]{0,39}")
NUMBER = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
DECLARING = re.compile(rf"\w+\s*=\s*{NUMBER}\s+in\b")
DECLARATION = re.compile(rf"(\w+)\s*=\s*({NUMBER})\s+in\s+({NUMBER})\s*\.\.\s*({NUMBER})\s*(\w*)")
TYPED = {
    "^": mark("write ** for a power"),
    "×": mark("write * for a product"),
    "·": mark("write * for a product"),
    "−": mark("write - for a minus"),
    "–": mark("write - for a minus"),
    "÷": mark("write / for a division"),
    "√": mark("write sqrt(…) for a root"),
    "²": mark("write **2 for a square"),
    "\\": mark("write each line as a whole"),
    ";": mark("write one line below the other"),
    "ε": mark("write eps"),
    "η": mark("write lr"),
    "β": mark("write beta"),
}
STATEMENTS: dict[type[ast.AST], str] = {
    ast.For: mark("a loop"),
    ast.While: mark("a loop"),
    ast.If: mark("“if”; write where(condition, yes, no)"),
    ast.FunctionDef: mark("a function of your own"),
    ast.ClassDef: mark("a class"),
    ast.Import: mark("an import"),
    ast.ImportFrom: mark("an import"),
    ast.Return: mark("return; the rule ends with its last line"),
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
        length = f"{len(text):,}"
        raise RuleError(
            0, tr("The rule has {count} characters; allowed are {most}.", count=length, most=LONGEST)
        )
    rows = text.split("\n")
    if len(rows) > MOST_LINES:
        said = tr("The rule has {count} lines; allowed are {most}.", count=len(rows), most=MOST_LINES)
        raise RuleError(0, said)
    draft = _Draft()
    for number, row in enumerate(rows, 1):
        code, sign, _ = half_width(row).partition("#")
        comment = row[len(code) + 1 :]
        if sign and not code.strip() and not draft.title and not draft.lines and not draft.declared:
            draft.title = comment.strip() if TITLE.fullmatch(comment.strip()) else ""
        if code.strip():
            _read_line(number, code.strip(), draft)
    return _finish(draft)


def _read_line(number: int, code: str, draft: _Draft) -> None:
    for character in code:
        if character in TYPED or not (character.isascii() and (character.isprintable() or character == "\t")):
            hint = TYPED.get(character, NAMING)
            said = tr("“{character}” cannot be used; {hint}.", character=character, hint=tr(hint))
            raise RuleError(number, said)
    if DECLARING.match(code):
        _declare(number, code, draft)
        return
    name, value = _assignment(number, code)
    _check_set(number, name)
    if name in draft.declared:
        raise RuleError(
            number,
            tr("“{name}” has a slider and cannot be set; give the result a name of its own.", name=name),
        )
    walker = Walker(number, code, lambda read: draft.saw(read, number))
    draft.lines.append(Line(number, name, value, walker.built(value, 0)))
    draft.assigned.setdefault(name, number)


def _assignment(number: int, code: str) -> tuple[str, ast.expr]:
    """The name and the right side of one line."""
    first = re.match(r"[A-Za-z]+", code)
    if first and first[0] in WORDS:
        raise RuleError.listing(number, _no_place(tr(WORDS[first[0]])))
    try:
        (statement,) = ast.parse(code).body
    except SyntaxError as error:
        for word in re.findall(r"[A-Za-z_]\w*", code):
            if keyword.iskeyword(word):
                said = tr(
                    "“{word}” is a word of Python's own and cannot be used here; {naming}.",
                    word=word,
                    naming=tr(NAMING),
                )
                raise RuleError(number, said) from None
        offset = (error.offset or 1) - 1
        rest = code[offset : offset + 12].strip() if 0 < (error.offset or 0) <= len(code) else ""
        if rest:
            said = tr("this cannot be read at “{text}”", text=rest)
        else:
            said = tr("this cannot be read (“{text}”)", text=shortened(code, 30))
        raise RuleError.listing(number, said) from None
    except (ValueError, RecursionError, MemoryError):
        raise RuleError.listing(number, tr("this cannot be read")) from None
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, value
        case ast.AugAssign(target=ast.Name(id=name), op=operation, value=value):
            return name, ast.BinOp(ast.Name(name, ast.Load()), operation, value)
        case ast.Expr():
            said = tr(
                "the result of “{text}” is not used; write x = … or another name.", text=shortened(code, 30)
            )
            raise RuleError(number, said)
    known = STATEMENTS.get(type(statement))
    raise RuleError.listing(number, _no_place(tr(known) if known else f"“{shortened(code, 30)}”"))


def _no_place(what: str) -> str:
    return tr("there is no place for {what}", what=what)


def _slider(name: str = "lr") -> str:
    return tr("a slider is written as {name} = 0.1 in 0.001..1", name=name)


def _check_set(number: int, name: str) -> None:
    """Refuse a name that a line cannot set."""
    shown = shortened(name, 30)
    if name == "t":
        raise RuleError(number, tr("t is the number of the step and cannot be set."))
    if name == "lr":
        said = tr(
            "lr is the learning rate and cannot be set here; give the result a name of its own, such as "
            "rate = lr/2. A slider is written as lr = 0.1 in 0.001..1."
        )
        raise RuleError(number, said)
    if name in FUNCTIONS:
        raise RuleError(number, tr("“{name}” is a function and cannot be set.", name=shown))
    if not NAME.fullmatch(name):
        raise RuleError(number, unusable(name))


def _declare(number: int, code: str, draft: _Draft) -> None:
    """A line that makes a slider: name = value in low..high, then perhaps `whole`, `log` or `linear`."""
    found = DECLARATION.fullmatch(code)
    if not found or found[5] not in ("", "whole", "log", "linear"):
        said = tr(
            "“{text}” cannot be read; {slider}, with whole after it for 1, 2, …",
            text=shortened(code, 30),
            slider=_slider(),
        )
        raise RuleError(number, said)
    name, how = found[1], found[5]
    value, low, high = (float(found[i]) for i in (2, 3, 4))
    if name in (*FUNCTIONS, *GIVEN) or "_" in name or not NAME.fullmatch(name):
        said = tr(
            "“{name}” cannot have a slider; write up to 20 letters a to z and digits.",
            name=shortened(name, 30),
        )
        raise RuleError(number, said)
    if name in draft.assigned or name in draft.declared:
        raise RuleError(number, tr("“{name}” is set twice; it has a slider, or it is computed.", name=name))
    given = {"name": name, "value": found[2], "low": found[3], "high": found[4]}
    if not max(abs(value), abs(low), abs(high)) <= 1e12 or not low < high:
        said = tr("the range {low}..{high} is empty or too large; {slider}.", slider=_slider(), **given)
        raise RuleError(number, said)
    if not low <= value <= high:
        raise RuleError(number, tr("{name} = {value} lies outside {low}..{high}.", **given))
    whole = how == "whole"
    if whole and not all(v == int(v) for v in (value, low, high)):
        said = tr("{name} is whole, so {value}, {low} and {high} have to be.", **given)
        raise RuleError(number, said)
    if how == "log" and not low > 0:
        raise RuleError(number, tr("a slider with log begins above zero, not at {low}.", **given))
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
        said = tr("The rule does not say where to go; one line must begin with x =, as in x = x - lr*g.")
        raise RuleError(0, said)
    state = tuple(name for name in draft.early if name in draft.assigned and name not in GIVEN)
    if len(state) > MOST_STATE:
        said = tr("The rule remembers {count} values; allowed are {most}.", count=len(state), most=MOST_STATE)
        raise RuleError(0, said)
    free = [name for name in draft.read if name not in draft.assigned and name not in GIVEN]
    for name in free:
        if name not in draft.declared and name not in USUAL:
            raise RuleError(draft.read[name], _unknown(name))
    for name, (number, _) in draft.declared.items():
        if name in draft.assigned:
            said = tr("“{name}” has a slider and cannot be set.", name=name)
            raise RuleError(draft.assigned[name], said)
        if name not in draft.read:
            said = tr("the slider “{name}” is never used; use it in a line or take it out.", name=name)
            raise RuleError(number, said)
    if "lr" not in free:
        raise RuleError(0, tr("The rule never uses lr, the learning rate; use it, as in x = x - lr*g."))
    names = sorted(free, key=lambda name: (name != "lr", draft.declared.get(name, (MOST_LINES + 1,))[0]))
    if len(names) > MOST_SLIDERS:
        said = tr("The rule has {count} sliders; allowed are {most}.", count=len(names), most=MOST_SLIDERS)
        raise RuleError(0, said)
    sliders = tuple(
        draft.declared[name][1]
        if name in draft.declared
        else replace(USUAL[name], name=name, symbol=_latex(name))
        for name in names
    )
    return Rule(draft.title, tuple(draft.lines), state, sliders)


def _unknown(name: str) -> str:
    """Say that a name is unknown, and what a person may have meant by it."""
    if name in ("grad", "gradient", "dx", "df"):
        return tr("“{name}” is unknown; the gradient is g.", name=name)
    if name in ("w", "theta", "p", "param", "X"):
        return tr("“{name}” is unknown; the point is x.", name=name)
    if name in ("step", "k", "i", "n", "T"):
        return tr(
            "“{name}” is unknown; the number of the step is t, and {slider}.",
            name=name,
            slider=_slider(name),
        )
    if name in FUNCTIONS:
        return tr("“{name}” is unknown without its parentheses; write {name}(…).", name=name)
    if "_" in name:
        return tr(
            "“{name}” is unknown; give it a value in a line above. A slider's name has letters and digits "
            "only.",
            name=name,
        )
    return tr(
        "“{name}” is unknown; give it a value in a line above, or a slider: {name} = 0.5 in 0..1.", name=name
    )


def symbol(name: str) -> Symbol:
    """The symbol of a name: beta1 is β₁, lr is η; a word without a symbol stays as it is."""
    return Symbol.named(SYMBOLS.get(name, name))


def _latex(name: str) -> str:
    """The symbol as the tables write theirs: β₁ without braces about the 1."""
    return re.sub(r"_\{(\w)\}", r"_\1", symbol(name).latex)
