"""A step function line by line: which lines assign what, from which names, and as which formula.

The lines are read from the function's own syntax tree, with the list of what is allowed in
`python_to_javascript`. `recording` writes the same function once more so that it also returns what every
line read and computed. Python and JavaScript both run that one text, so nothing is computed twice.

A step that looks elsewhere asks with `yield`. Before it is recorded, each point at which it asks gets a line
of its own, and so does each answer: a line then asks for one thing, or computes.
"""

import ast
import copy
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optviz.engine import elementwise
from optviz.engine.python_to_javascript import TranslationError

#: What a step may ask for, by the function that says so; see `questions.py`.
QUESTIONS = {"gradient_at": "gradient", "value_at": "value", "total": "total"}
#: An expression for the browser to write down, see `_tree`.
Tree = list[Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One assignment of a step, or one value that it returns.

    `target` is the variable that gets the value; for a returned value it is the step's own name of what
    that value becomes, x or a part of the state. `names` are the variables read, each once. `expression` is
    the right side. `start` says that the line runs at the first step only (`if t == 1`), `returned` that it
    is part of a return. `number` counts within the function. `asks` is what the line asks for ("gradient",
    "value" or "total", whose answer is its value), "point" for a line that says where, else "". `loop` says
    that it may run several times in a step, or not at all.
    """

    number: int
    target: str
    names: tuple[str, ...]
    expression: ast.expr
    start: bool = False
    returned: bool = False
    asks: str = ""
    loop: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """A step that tells what it did.

    `source` is Python. The function takes what the step takes, and returns the step's own `results` numbers,
    then for each line: how often it ran, 0 or 1 where it is in no loop, its last value, and the values of its
    `names` before that.
    """

    lines: tuple[Line, ...]
    source: str
    results: int

    @property
    def width(self) -> int:
        """How many numbers the function returns."""
        return self.results + sum(2 + len(line.names) for line in self.lines)


def parse_step(source: str) -> ast.FunctionDef:
    """The one function in `source`.

    Raises:
        TranslationError: if it is not one function.
    """
    try:
        (function,) = ast.parse(textwrap.dedent(source)).body
    except (SyntaxError, ValueError) as error:
        raise TranslationError(f"The source is not one Python function ({error}).") from None
    if not isinstance(function, ast.FunctionDef):
        raise TranslationError("The source is not one Python function.")
    return function


def parameters(function: ast.FunctionDef) -> list[str]:
    """The names of a step's arguments: x, g, t, the state, the hyperparameters; no g where it asks itself."""
    return [a.arg for a in (*function.args.args, *function.args.kwonlyargs)]


def positional(function: ast.FunctionDef) -> list[str]:
    """The step's own names of x, g, t and the state; where it asks, g is the last gradient asked for."""
    names = [a.arg for a in function.args.args]
    if not _asks(function):
        return names
    x, *others = names
    return [x, _last_gradient(function), *others]


def _asks(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Yield) for node in ast.walk(function))


def _last_gradient(function: ast.FunctionDef) -> str:
    found = [
        (node.lineno, target.id)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and _question(node.value) == "gradient"
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    if not found:
        raise TranslationError("The step asks for no gradient that it gives a name.")
    return max(found)[1]


def recording(source: str) -> Recording:
    """Write a step once more so that it returns what each line did.

    Raises:
        TranslationError: for a source that is no step.
    """
    function = copy.deepcopy(parse_step(source))
    writer = _Recorder(function)
    body = function.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    written = writer.block(body, start=False)
    outputs = [name for line in writer.lines for name in writer.outputs(line)]
    for node in writer.returns:
        assert isinstance(node.value, ast.Tuple)
        node.value.elts += [ast.Name(name, ast.Load()) for name in outputs]
    first = [_assign(name, ast.Constant(0)) for name in outputs]
    function.body = [*first, *written]
    function.decorator_list = []
    ast.fix_missing_locations(function)
    return Recording(tuple(writer.lines), ast.unparse(function), len(writer.becomes))


class _Recorder:
    """Rewrites the statements of one function, and collects its lines."""

    def __init__(self, function: ast.FunctionDef) -> None:
        known = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        taken = known | {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
        self.point, self.sum = (_free(name, taken) for name in ("y", "sum"))
        self.parameters = parameters(function)
        self.assigned = {
            node.id
            for node in ast.walk(function)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        if _asks(function):
            self.assigned |= {self.point, self.sum}
        x, _, self.time, *state = positional(function)
        self.becomes = [x, *state]
        self.loop = False
        self.prefix = "note"
        while any(name.startswith(self.prefix) for name in known | set(self.parameters)):
            self.prefix += "_"
        self.lines: list[Line] = []
        self.asked: set[str] = set()  # names that we have given to points
        self.returns: list[ast.Return] = []

    def outputs(self, line: Line) -> list[str]:
        stem = f"{self.prefix}{line.number}"
        return [f"{stem}_ran", f"{stem}_value", *(f"{stem}_{name}" for name in line.names)]

    def block(self, statements: Sequence[ast.stmt], *, start: bool) -> list[ast.stmt]:
        return [
            written
            for statement in statements
            for single in self.singly(statement)
            for written in self.statement(single, start)
        ]

    def singly(self, statement: ast.stmt) -> list[ast.stmt]:
        """A statement that asks as several: where, what, and what is made of the answer."""
        if not isinstance(statement, ast.Assign) or not _asks_in(statement.value):
            return [statement]
        splitter = _Splitter(self, statement.value)
        statement.value = splitter.visit(statement.value)
        return [*splitter.before, statement]

    def statement(self, node: ast.stmt, start: bool) -> list[ast.stmt]:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return self.noted(name, value, [node], ast.Name(name, ast.Load()), start=start)
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(
                targets
            ) == len(values):
                # All right sides are computed before any name changes, so all are noted before.
                notes = [
                    self.noted(ast.unparse(target), value, [], copy.deepcopy(value), start=start)
                    for target, value in zip(targets, values, strict=True)
                ]
                return [*(note for some in notes for note in some), node]
            case ast.While(body=body):
                self.loop, outer = True, self.loop
                node.body = self.block(body, start=start)
                self.loop = outer
                return [node]
            case ast.If(test=test, body=body, orelse=orelse):
                node.body = self.block(body, start=start or _is_first(test, self.time))
                node.orelse = self.block(orelse, start=start)
                return [node]
            case ast.Return(value=ast.Tuple(elts=values)) if len(values) == len(self.becomes):
                self.returns.append(node)
                return [*self.returned(values), node]
        return [node]  # the translator refuses it with its sentence

    def returned(self, values: list[ast.expr]) -> list[ast.stmt]:
        """Lines for what a return computes; a bare name has had its own line."""
        notes: list[ast.stmt] = []
        for place, (target, value) in enumerate(zip(self.becomes, values, strict=True)):
            if isinstance(value, ast.Name) and (place > 0 or value.id == target):
                continue
            name = f"{self.prefix}_{target}"
            line = [_assign(name, value)]
            notes += self.noted(target, value, line, ast.Name(name, ast.Load()), returned=True)
            values[place] = ast.Name(name, ast.Load())
        return notes

    def noted(
        self,
        target: str,
        value: ast.expr,
        line: Sequence[ast.stmt],
        result: ast.expr,
        *,
        start: bool = False,
        returned: bool = False,
    ) -> list[ast.stmt]:
        """What the line read, the line itself, and its value."""
        called = {id(node.func) for node in ast.walk(value) if isinstance(node, ast.Call)}
        variables = {*self.parameters, *self.assigned}
        read = [
            node
            for node in ast.walk(value)
            if isinstance(node, ast.Name) and id(node) not in called and node.id in variables
        ]
        names = dict.fromkeys(node.id for node in sorted(read, key=lambda n: (n.lineno, n.col_offset)))
        asks = _question(value) or ("point" if target == self.point and self.point in self.asked else "")
        kept = copy.deepcopy(value)
        made = Line(len(self.lines), target, tuple(names), kept, start, returned, asks, self.loop)
        self.lines.append(made)
        ran, noted, *notes = self.outputs(made)
        before = [_assign(note, ast.Name(name, ast.Load())) for note, name in zip(notes, names, strict=True)]
        once: ast.expr = ast.Constant(1)
        if self.loop:
            once = ast.BinOp(ast.Name(ran, ast.Load()), ast.Add(), ast.Constant(1))
        return [_assign(ran, once), *before, *line, _assign(noted, result)]


class _Splitter(ast.NodeTransformer):
    """Takes questions out of an expression: each is asked before it, under a name."""

    def __init__(self, recorder: _Recorder, whole: ast.expr) -> None:
        self.recorder = recorder
        self.whole = whole
        self.before: list[ast.stmt] = []

    def visit_Yield(self, node: ast.Yield) -> ast.expr:
        kind = _question(node)
        match node.value:
            case ast.Call(args=[at]) if kind in ("gradient", "value") and not isinstance(at, ast.Name):
                name = self.recorder.point
                self.recorder.asked.add(name)
                self.before.append(_located(_assign(name, at), node))
                node.value.args = [_located(ast.Name(name, ast.Load()), at)]
        if node is self.whole:
            return node
        self.before.append(_located(_assign(self.recorder.sum, node), node))
        return _located(ast.Name(self.recorder.sum, ast.Load()), node)


def _located(node: Any, where: ast.expr) -> Any:
    return ast.fix_missing_locations(ast.copy_location(node, where))


def _asks_in(expression: ast.expr) -> bool:
    return any(isinstance(node, ast.Yield) for node in ast.walk(expression))


def _question(node: ast.expr) -> str:
    """What an expression asks for, "" if it is no question."""
    match node:
        case ast.Yield(value=ast.Call(func=ast.Name(id=name))) if name in QUESTIONS:
            return QUESTIONS[name]
    return ""


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _assign(name: str, value: ast.expr) -> ast.Assign:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _is_first(test: ast.expr, time: str) -> bool:
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=1)]):
            return name == time
    return False


# ------------------------------------------------------------------------------------------ formulas

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Gt: ">",
    ast.GtE: "≥",
    ast.Eq: "=",
    ast.NotEq: "≠",
}
BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "^",
    ast.Mod: "mod",
    ast.FloorDiv: "div",
}

POWERS = ("power", "whole_power", "raised")  # functions of `elementwise`, written as a power


def tree(line: Line, namespace: Mapping[str, Any]) -> Tree:
    """The right side of a line as nested lists, for the browser to write with symbols or with numbers.

    ["n", 0.5] is a number and ["v", i] the line's i-th name. The others begin with what is done: "+", "-",
    "*", "/", "^", "mod", "div" with two sides; "neg" and the functions "sqrt", "abs", "sign", "exp", "sin",
    "cos", "max", "min" with their arguments; ["cases", [sign, left, right], yes, no]. A line that asks is one
    of "gradient", "value" and "total", with the point or what is summed.

    Raises:
        TranslationError: for an expression that has no translation to JavaScript either.
    """
    return _tree(line.expression, line.names, namespace)


def _tree(node: ast.expr, names: tuple[str, ...], namespace: Mapping[str, Any]) -> Tree:
    def of(part: ast.expr) -> Tree:
        return _tree(part, names, namespace)

    match node:
        case ast.Yield(value=ast.Call(args=[asked])):
            return [_question(node), of(asked)]
        case ast.Constant(value=int() | float() as number):
            return ["n", number]
        case ast.Name(id=name) if name in names:
            return ["v", names.index(name)]
        case ast.Name(id=name) if isinstance(namespace.get(name), int | float):
            return ["n", namespace[name]]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return ["neg", of(operand)]
        case ast.BinOp(op=ast.Mult()):
            return _product([of(factor) for factor in factors(node)])
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in BINARY:
            return [BINARY[type(operation)], of(left), of(right)]
        case ast.IfExp(test=test, body=yes, orelse=no):
            return ["cases", _condition(test, names, namespace), of(yes), of(no)]
        case ast.Call(func=function, args=arguments):
            return _called(function, arguments, names, namespace)
    raise TranslationError(f"“{ast.unparse(node)[:40]}” cannot be written as a formula.")


def _called(
    function: ast.expr, arguments: list[ast.expr], names: tuple[str, ...], namespace: Mapping[str, Any]
) -> Tree:
    name = function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)
    meant = namespace.get(name)
    if meant is elementwise.where and len(arguments) == 3:
        test, yes, no = arguments
        condition = _condition(test, names, namespace)
        return ["cases", condition, _tree(yes, names, namespace), _tree(no, names, namespace)]
    parts = [_tree(argument, names, namespace) for argument in arguments]
    if meant is elementwise.square:
        return ["^", parts[0], ["n", 2]]
    if getattr(meant, "__name__", "") in POWERS:
        return ["^", *parts]
    return [{"maximum": "max", "minimum": "min"}.get(name, name), *parts]


def _condition(test: ast.expr, names: tuple[str, ...], namespace: Mapping[str, Any]) -> Tree:
    match test:
        case ast.Compare(left=left, ops=[operation], comparators=[right]) if type(operation) in COMPARISONS:
            sides = (_tree(side, names, namespace) for side in (left, right))
            return [COMPARISONS[type(operation)], *sides]
    raise TranslationError(f"“{ast.unparse(test)[:40]}” is not one comparison.")


def factors(node: ast.expr) -> list[ast.expr]:
    """The factors of a product, from the left."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return [*factors(left), *factors(right)]
    return [node]


def _product(parts: list[Tree]) -> Tree:
    """A product, with a square in place of two equal factors side by side."""
    merged: list[Tree] = []
    for part in parts:
        if merged and merged[-1] == part:
            merged[-1] = ["^", part, ["n", 2]]
        else:
            merged.append(part)
    result = merged[0]
    for part in merged[1:]:
        result = ["*", result, part]
    return result
