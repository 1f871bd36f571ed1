"""What each line of a step is for, read from its form: a mean of gradients, a sum of squares, a correction.

The kinds hold for any step, a typed one too. What the form does not show stays "": the line is then shown
without a sentence, unless the optimizer's row has one in `terms`.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from optviz.engine.step_lines import Line, factors
from optviz.words import mark

#: Kind of a line -> one sentence for a first reader.
SENTENCES: dict[str, str] = {
    "point": mark("The point at which the step asks next."),
    "gradient": mark("The slope of f at this point: the step asks for it."),
    "value": mark("The height of f at this point: the step asks for it."),
    "total": mark("A sum over all coordinates: each of them gets the same number."),
    "mean": mark("A mean of the gradients so far, in which older ones count less and less."),
    "other mean": mark("A mean over the steps so far, in which older ones count less and less."),
    "velocity": mark(
        "A share of the old velocity stays, and the gradient is added: gradients that agree add up, "
        "gradients that alternate cancel."
    ),
    "mean square": mark(
        "A mean of the squared gradients so far: how large gradients usually are in this coordinate."
    ),
    "other mean square": mark(
        "A mean of squares over the steps so far, in which older ones count less and less."
    ),
    "sum of squares": mark("The sum of all squared gradients so far. It never falls."),
    "largest": mark("The larger of two values, so that it does not fall."),
    "fading largest": mark(
        "The larger of the old value, a little reduced, and the size of the new gradient."
    ),
    "correction": mark(
        "Corrected for the start at zero: early on the mean is too small; this makes up for it."
    ),
    "shrink": mark("The point itself shrinks a little, whatever the gradient is."),
    "bounds": mark("Kept between its smallest and its largest allowed value."),
    "start": mark("Before the first step there is no such value yet, so it is set here."),
    "step": mark("From the old point to the new one."),
}


@dataclass(frozen=True, slots=True)
class Roles:
    """What the lines and the variables of a step are for.

    `kinds` holds a key of SENTENCES or "" for each line. `momentum` is the variable that remembers the
    direction of gradients (a velocity, a first moment, corrected where the step corrects it), `squares` the
    one that remembers their squares and stands under a root; "" where there is none. `constant` names the
    variables that depend on hyperparameters alone. `rated` says whether the learning rate of this very step
    is in it, `steered` whether `momentum` is, `scaled` whether it divides by something that gradients made,
    `signed` whether it takes the sign of a direction, `pulled` whether the point itself is in it too, as in
    weight decay.
    """

    kinds: tuple[str, ...]
    momentum: str
    squares: str
    constant: frozenset[str]
    rated: bool
    steered: bool
    scaled: bool
    signed: bool
    pulled: bool


def roles_of(lines: Sequence[Line], positional: Sequence[str], hyperparameters: Sequence[str]) -> Roles:
    """Read the roles; `positional` are the names of x, g, t and the state."""
    return _Reader(lines, positional, hyperparameters).roles()


class _Reader:
    """Reads the lines from the first to the last and remembers what it has learned of each variable."""

    def __init__(self, lines: Sequence[Line], positional: Sequence[str], constants: Sequence[str]) -> None:
        self.lines = lines
        self.x, self.g, self.t, *self.state = positional
        asked = {line.target for line in lines if line.asks == "gradient"}
        self.constant = set(constants) - {line.target for line in lines}
        self.gradients = {self.g, *asked}  # names that are gradients, or weighted sums of gradients
        self.momenta: set[str] = set()
        self.squares: set[str] = set()
        self.moved = {self.x, *self.gradients}  # names that depend on the point or on gradients
        for _ in lines:
            self.moved |= {line.target for line in lines if self.moved & set(line.names)}
        for name in self.state:  # one that only ever gets a gradient holds an earlier gradient
            own = [line.expression for line in lines if line.target == name]
            if own and all(isinstance(e, ast.Name) and e.id in self.gradients for e in own):
                self.gradients.add(name)

    def roles(self) -> Roles:
        kinds = tuple(map(self._kind, self.lines))
        feeding = self._feeding()
        read = [name for line in feeding for name in line.names]
        steering = [name for name in read if name in self.momenta]
        remembering = [name for name in self.state if name in self.momenta]
        rooted = [n for line in self.lines for n in _roots(line.expression) if n in self.squares]
        own = [line for line in feeding if line.target not in self.state]
        return Roles(
            kinds,
            momentum=next(iter((*steering, *remembering)), ""),
            squares=rooted[-1] if rooted else "",
            constant=frozenset({line.target for line in self.lines} & self.constant),
            rated="lr" in read,
            steered=bool(steering) and not any(_signs(line.expression) for line in own),
            scaled=any(self._divides(line.expression) for line in feeding),
            signed=any(_signs(line.expression) for line in own),
            pulled=any(self._pulls(line.expression) for line in feeding if line.target == self.x),
        )

    def _pulls(self, expression: ast.expr) -> bool:
        """Whether the point stands anywhere but alone at the head of its sum."""
        return self.x in {
            name
            for term in self._terms(expression)
            if term != [self.x]
            for part in term
            for name in _names(ast.parse(part, mode="eval").body)
        }

    def _feeding(self) -> list[Line]:
        """The lines that lead to the new point in the same step, the last one first."""
        found: list[Line] = []
        wanted = {self.x}
        for line in reversed(self.lines):
            if line.target in wanted and not line.start and not line.asks:
                found.append(line)
                wanted |= set(line.names) - {self.x}
        return found

    def _divides(self, expression: ast.expr) -> bool:
        return any(
            isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _names(node.right) & self.moved
            for node in ast.walk(expression)
        )

    # ------------------------------------------------------------------------------------- one line

    def _kind(self, line: Line) -> str:
        expression, target = line.expression, line.target
        if line.asks:
            return line.asks
        if not line.start and set(line.names) <= self.constant and target not in self.moved:
            self.constant.add(target)
        if self._all_in(expression, self.gradients) and target not in self.state:
            self.gradients.add(target)
        if line.start:
            return "start"
        if target == self.x:
            only = self._terms(expression)
            shrinks = len(only) == 1 and self._keeps(only[0], target) and only[0] != [target]
            return "shrink" if shrinks and not line.returned else "step"
        return self._remembers(expression, target)

    def _remembers(self, expression: ast.expr, target: str) -> str:
        match expression:
            case ast.Call(func=ast.Name(id="maximum" | "minimum"), args=[first, second]):
                return self._larger(first, second, target)
            case ast.BinOp(left=ast.Name(id=name), op=ast.Div(), right=under) if self._is_weight(under):
                for role in (self.momenta, self.squares):
                    if name in role:
                        role.add(target)
                        return "correction"
        terms = self._terms(expression)
        old = [term for term in terms if self._keeps(term, target)]
        if len(old) != 1:
            if self._all_in(expression, self.gradients | self.momenta) and _names(expression) & self.momenta:
                self.momenta.add(target)
            return ""
        added = [term for term in terms if term is not old[0]]
        rest = [[part for part in term if not self._weighs(part)] for term in added]
        squares = [parts for parts in rest if self._is_square(parts)]
        if squares:
            self.squares.add(target)
            plain = all(not parts or (parts in squares and len(parts) == 2) for parts in rest)
            if not plain:
                return ""
            of_gradients = squares[0][0] in self.gradients
            if old[0] == [target]:
                return "sum of squares" if of_gradients else ""
            return "mean square" if of_gradients else "other mean square"
        linear = [parts for parts in rest if len(parts) == 1 and parts[0] in self.gradients]
        if linear and old[0] != [target] and not any("lr" in term for term in added):
            self.momenta.add(target)
            if added == linear:
                return "velocity"
            return "mean" if linear[0][0] == self.g else "other mean"
        others = any(len(parts) == 2 and parts[0] == parts[1] for parts in rest)
        return "other mean square" if old[0] != [target] and others else ""

    def _larger(self, first: ast.expr, second: ast.expr, target: str) -> str:
        names = _names(first) | _names(second)
        if target in names and names - {target} <= self.constant and "lr" not in names:
            return "bounds"
        if names & self.squares:
            self.squares.add(target)
        sides = [self._terms(side) for side in (first, second)]
        if [[target]] in sides:
            return "largest"
        return "fading largest" if any(len(s) == 1 and self._keeps(s[0], target) for s in sides) else ""

    # ------------------------------------------------------------------------------------ its parts

    def _terms(self, node: ast.expr) -> list[list[str]]:
        """A sum as terms, each a list of its factors as Python. Signs are left out; what a term is divided
        by is a factor, as far as it is a weight."""
        match node:
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
                return [*self._terms(left), *self._terms(right)]
        return [list(map(ast.unparse, self._factors(node)))]

    def _factors(self, node: ast.expr) -> list[ast.expr]:
        match node:
            case ast.BinOp(left=left, op=ast.Div(), right=right) if self._is_weight(right):
                return [*self._factors(left), right]
        return factors(node)

    def _is_weight(self, node: ast.expr) -> bool:
        """Whether it depends neither on the point nor on gradients."""
        return not _names(node) & self.moved

    def _weighs(self, part: str) -> bool:
        return self._is_weight(ast.parse(part, mode="eval").body)

    def _keeps(self, term: list[str], target: str) -> bool:
        """Whether a term is the target itself times weights."""
        return term.count(target) == 1 and all(part == target or self._weighs(part) for part in term)

    def _all_in(self, node: ast.expr, names: set[str]) -> bool:
        """Whether it is a weighted sum of these names."""
        rest = [[part for part in term if not self._weighs(part)] for term in self._terms(node)]
        return all(len(parts) == 1 and parts[0] in names for parts in rest)

    def _is_square(self, parts: list[str]) -> bool:
        """Whether there is the square of a gradient, or of a difference of gradients and their means."""
        twice = next((part for part in parts if parts.count(part) == 2), "")
        known = self.gradients | self.momenta
        return bool(twice) and self._all_in(ast.parse(twice, mode="eval").body, known)


def _names(node: ast.expr) -> set[str]:
    called = {id(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)}
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and id(n) not in called}


def _signs(node: ast.expr) -> bool:
    return any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "sign"
        for n in ast.walk(node)
    )


def _roots(node: ast.expr) -> list[str]:
    """The names that stand under a root, alone or with something added."""
    found: list[ast.expr] = []
    for part in ast.walk(node):
        match part:
            case (
                ast.Call(func=ast.Name(id="sqrt"), args=[inner])
                | ast.Call(func=ast.Name(id="power"), args=[inner, ast.Constant(value=0.5)])
                | ast.BinOp(left=inner, op=ast.Pow(), right=ast.Constant(value=0.5))
            ):
                found.append(inner)
    return [name for inner in found for name in _summed(inner)]


def _summed(node: ast.expr) -> list[str]:
    match node:
        case ast.Name(id=name):
            return [name]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [*_summed(left), *_summed(right)]
    return []
