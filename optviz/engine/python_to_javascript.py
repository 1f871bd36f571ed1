"""From a few lines of Python arithmetic to JavaScript that computes the same numbers.

The syntax tree is walked with a list of what is allowed; everything else is refused with a sentence.
Steps, schedule factors and compiled formulas all pass through here, so the operations stand in the same
order in both languages, and results agree to the last bits of sin, exp and powers.

Where plain Python would raise ZeroDivisionError or OverflowError, or give a complex number, JavaScript
has an infinity or NaN: `simulate` in `runtime.js` then ends the run, as the engine does.
"""

import ast
import builtins
import math
import re
import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optviz.engine import elementwise, questions

EXACT = 2**53  # up to here every whole number is a double


class TranslationError(ValueError):
    """Python that has no translation; the message is a sentence that names construct, place and line."""


@dataclass(frozen=True, slots=True)
class JavaScriptFunction:
    """A function that translated code may call: its name in JavaScript and its number of arguments."""

    name: str
    arguments: int = 1


#: What may be called, by the Python function itself: another function of the same name is refused.
FUNCTIONS: tuple[tuple[Any, JavaScriptFunction], ...] = (
    (elementwise.sqrt, JavaScriptFunction("Math.sqrt")),
    (elementwise.sign, JavaScriptFunction("sign")),
    (elementwise.power, JavaScriptFunction("power", 2)),
    (elementwise.raised, JavaScriptFunction("power", 2)),
    (elementwise.maximum, JavaScriptFunction("maximum", 2)),
    (elementwise.minimum, JavaScriptFunction("minimum", 2)),
    (elementwise.square, JavaScriptFunction("square")),
    (elementwise.whole_power, JavaScriptFunction("wholePower", 2)),
    (builtins.abs, JavaScriptFunction("Math.abs")),
    (questions.gradient_at, JavaScriptFunction("gradientAt")),
    (questions.value_at, JavaScriptFunction("valueAt")),
    (questions.total, JavaScriptFunction("total")),
    (questions.most, JavaScriptFunction("most")),
    (builtins.min, JavaScriptFunction("least", 2)),
    (builtins.max, JavaScriptFunction("greatest", 2)),
    (math.cos, JavaScriptFunction("Math.cos")),
    (math.sin, JavaScriptFunction("Math.sin")),
    (math.sqrt, JavaScriptFunction("Math.sqrt")),
    (math.exp, JavaScriptFunction("Math.exp")),
)
ALLOWED = (
    "allowed are assignments, if, return, numbers, + - * / // % **, comparisons, and the functions "
    "sqrt, sign, abs, power, square, maximum, minimum, where"
)
OPERATORS: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", 1),
    ast.Sub: ("-", 1),
    ast.Mult: ("*", 2),
    ast.Div: ("/", 2),
}
CALLED_OPERATORS: dict[type[ast.operator], str] = {
    ast.Pow: "power",
    ast.FloorDiv: "floorDivide",
    ast.Mod: "modulo",
}
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "===",
    ast.NotEq: "!==",
}
UNARY, ATOM = 3, 4  # how tightly an expression binds, above the two levels in OPERATORS
NAME = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]*")
#: Names with a meaning of their own in JavaScript or in runtime.js. Python cannot write the $ added to them.
RESERVED = frozenset(
    (  # noqa: SIM905 (as a list it would fill a page)
        "arguments await break case catch class const continue debugger default delete do else enum eval "
        "export extends false finally for function globalThis if implements import in Infinity instanceof "
        "interface let Math NaN new null package private protected public return static super switch this "
        "throw true try typeof undefined values var void while with yield "
        "floorDivide gradientAt greatest least maximum minimum modulo most power sign square total "
        "valueAt wholePower"
    ).split()
)
CONSTRUCTS: dict[type[ast.AST], str] = {
    ast.For: "a loop",
    ast.While: "a loop",
    ast.Lambda: "a lambda",
    ast.FunctionDef: "a function within the function",
    ast.ListComp: "a comprehension",
    ast.List: "a list",
    ast.Dict: "a dictionary",
    ast.Tuple: "a tuple",
    ast.Subscript: "an index",
    ast.Attribute: "an attribute",
    ast.BoolOp: "“and” or “or”",
    ast.Compare: "a comparison outside a condition, or a chain of comparisons",
    ast.AugAssign: "an assignment such as +=",
    ast.AnnAssign: "an annotation",
    ast.NamedExpr: "an assignment within an expression",
    ast.Import: "an import",
    ast.ImportFrom: "an import",
    ast.Starred: "a star",
    ast.Expr: "an expression whose result is not used",
    ast.Call: "a call",
    ast.Constant: "a constant that is no finite number",
}


def translate_function(
    source: str,
    namespace: Mapping[str, Any],
    what: str,
    *,
    bundled: Collection[str] = (),
    results: int | None = None,
) -> str:
    """Translate the source of one function to a JavaScript arrow function, or a generator if it yields.

    `namespace` holds what its free names mean: numbers, functions of FUNCTIONS, a `JavaScriptFunction`, or
    the module `math`. `what` names the function in refusals. Parameters whose names are in `bundled` arrive
    in one last argument, the object `values`. `results` is how many numbers the function returns, as an
    array; None stands for one plain number.

    Raises:
        TranslationError: for anything that is not allowed.
    """
    try:
        (function,) = ast.parse(textwrap.dedent(source)).body
    except (SyntaxError, ValueError) as error:
        raise TranslationError(f"{what}: the source is not one Python function ({error}).") from None
    if not isinstance(function, ast.FunctionDef):
        raise TranslationError(f"{what}: the source is not one Python function.")
    given = function.args
    if given.posonlyargs or given.vararg or given.kwarg or given.defaults or any(given.kw_defaults):
        raise TranslationError(
            f"{what}, line {function.lineno}: only plain parameters without defaults can be translated."
        )
    parameters = [argument.arg for argument in (*given.args, *given.kwonlyargs)]
    unknown = set(bundled) ^ {name for name in parameters if name in bundled}
    if unknown:
        raise TranslationError(f"{what}: there is no parameter {', '.join(sorted(unknown))}.")
    direct = [name for name in parameters if name not in bundled]
    asks = any(isinstance(node, ast.Yield) for node in ast.walk(function))
    walker = Translator(parameters, namespace, what, results, asks=asks)
    lines = walker.body(function.body)
    head = ", ".join([*map(walker.local, direct), *(["values"] if bundled else [])])
    if bundled:
        picked = (name for name in parameters if name in bundled)
        unpacked = (
            name if walker.local(name) == name else f"{name}: {walker.local(name)}" for name in picked
        )
        lines.insert(0, f"let {{{', '.join(unpacked)}}} = values;")
    opening = f"function* ({head}) {{" if asks else f"({head}) => {{"
    return "\n".join([opening, *(f"  {line}" for line in lines), "}"])


class Translator:
    """Translates a parsed function body, with `parameters` known at its start.

    `asks` is whether it is a generator: only such a one may yield, and loop until it has its answers.
    """

    def __init__(
        self,
        parameters: Sequence[str],
        namespace: Mapping[str, Any],
        what: str,
        results: int | None,
        *,
        asks: bool = False,
    ) -> None:
        self.parameters = frozenset(parameters)
        self.namespace = namespace
        self.what = what
        self.results = results
        self.asks = asks
        self.assigned: frozenset[str] = frozenset()  # by any line of the body
        self.known = set(parameters)  # has a value wherever the walk is

    def body(self, statements: Sequence[ast.stmt]) -> list[str]:
        """The lines of JavaScript for the whole body, which must end in a return on every way.

        Raises:
            TranslationError: for anything that is not allowed.
        """
        if statements and _is_docstring(statements[0]):
            statements = statements[1:]
        stored = [
            node.id
            for statement in statements
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
        self.assigned = frozenset(stored)
        try:
            lines, returned = self._block(statements)
        except RecursionError:
            raise TranslationError(f"{self.what}: the expressions are nested too deeply.") from None
        if not returned:
            raise TranslationError(f"{self.what}: it must end with a return.")
        new = dict.fromkeys(name for name in stored if name not in self.parameters)
        return [f"let {', '.join(map(self.local, new))};", *lines] if new else lines

    def local(self, name: str) -> str:
        """The JavaScript name of a parameter or variable."""
        if not NAME.fullmatch(name):
            raise TranslationError(
                f"{self.what}: the name “{name}” cannot be used; write names with the letters a to z, "
                "digits and _, without __ at the start."
            )
        return f"{name}$" if name in RESERVED else name

    def _block(self, statements: Sequence[ast.stmt]) -> tuple[list[str], bool]:
        """Lines, and whether every way through them returns."""
        lines: list[str] = []
        returned = False
        for statement in statements:
            if returned:
                raise self._refuse(statement, "a line after the return")
            more, returned = self._statement(statement)
            lines += more
        return lines, returned

    def _statement(self, node: ast.stmt) -> tuple[list[str], bool]:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                line = f"{self.local(name)} = {self._expression(value)};"
                self.known.add(name)
                return [line], False
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=parts)) if len(
                targets
            ) == len(parts) and all(isinstance(target, ast.Name) for target in targets):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                right = ", ".join(map(self._expression, parts))
                self.known.update(names)
                return [f"[{', '.join(map(self.local, names))}] = [{right}];"], False
            case ast.Return(value=ast.expr() as value):
                return [f"return {self._result(node, value)};"], True
            case ast.If(test=test, body=body, orelse=orelse):
                return self._if(test, body, orelse)
            case ast.While(test=test, body=body, orelse=[]) if self.asks:
                return self._while(node, test, body)
        raise self._refuse(node)

    def _while(self, node: ast.stmt, test: ast.expr, body: list[ast.stmt]) -> tuple[list[str], bool]:
        condition, before = self._condition(test), set(self.known)
        lines, returned = self._block(body)
        if returned:
            raise self._refuse(node, "a loop that returns")
        self.known = before  # the body may never be reached
        return [f"while ({condition}) {{", *(f"  {line}" for line in lines), "}"], False

    def _if(self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> tuple[list[str], bool]:
        condition = self._condition(test)
        before = set(self.known)
        lines, returned = self._block(body)
        after = set(self.known)
        self.known = before
        others, other_returned = self._block(orelse)
        # Afterwards a name is known if every way that gets there has given it a value.
        if other_returned:
            self.known = after
        elif not returned:
            self.known &= after
        written = [f"if ({condition}) {{", *(f"  {line}" for line in lines)]
        if orelse:
            written += ["} else {", *(f"  {line}" for line in others)]
        return [*written, "}"], returned and other_returned

    def _result(self, statement: ast.stmt, value: ast.expr) -> str:
        parts = value.elts if isinstance(value, ast.Tuple) else [value]
        if len(parts) != (self.results or 1) or (self.results and not isinstance(value, ast.Tuple)):
            wanted = f"a tuple of {self.results}" if self.results else "one number"
            raise self._refuse(statement, f"a return of something else than {wanted}")
        written = ", ".join(map(self._expression, parts))
        return f"[{written}]" if self.results else written

    def _condition(self, node: ast.expr) -> str:
        match node:
            case ast.Compare(left=left, ops=[operation], comparators=[right]) if (
                type(operation) in COMPARISONS
            ):
                sides = (self._bound(side, 1)[0] for side in (left, right))
                return f" {COMPARISONS[type(operation)]} ".join(sides)
        raise self._refuse(node, "a condition that is not one comparison")

    def _expression(self, node: ast.expr) -> str:
        return self._bound(node, 0)[0]

    def _bound(self, node: ast.expr, level: int) -> tuple[str, int]:
        """The expression, in parentheses where it binds less tightly than `level`."""
        text, own = self._written(node)
        return (text, own) if own >= level else (f"({text})", ATOM)

    def _written(self, node: ast.expr) -> tuple[str, int]:
        """The expression, and how tightly it binds."""
        match node:
            case ast.Constant(value=bool()):
                raise self._refuse(node)
            case ast.Constant(value=int() | float() as number):
                return self._number(node, number)
            case ast.Name(id=name):
                return self._name(node, name)
            case ast.Attribute(value=ast.Name(id=module), attr=attribute) if self._is_math(module):
                value = getattr(math, attribute, None)
                if isinstance(value, float):
                    return self._number(node, value)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"-{self._bound(operand, ATOM)[0]}", UNARY
            case ast.BinOp(left=ast.Constant(), op=ast.Div(), right=ast.Constant()) if _is_long(node):
                return self._long_ratio(node)
            case ast.BinOp(left=left, op=operation, right=right) if type(operation) in OPERATORS:
                symbol, level = OPERATORS[type(operation)]
                # Python and JavaScript both group a - b - c from the left: only the right side binds tighter.
                right_text, right_level = self._bound(right, level + 1)
                if right_level == UNARY:
                    right_text = f"({right_text})"
                return f"{self._bound(left, level)[0]} {symbol} {right_text}", level
            case ast.BinOp(left=left, op=operation, right=right) if type(operation) in CALLED_OPERATORS:
                arguments = f"{self._expression(left)}, {self._expression(right)}"
                return f"{CALLED_OPERATORS[type(operation)]}({arguments})", ATOM
            case ast.IfExp(test=test, body=yes, orelse=no):
                return self._choice(test, yes, no)
            case ast.Yield(value=ast.expr() as question) if self.asks:
                return f"(yield {self._expression(question)})", ATOM
            case ast.Call(func=function, args=arguments, keywords=[]):
                return self._call(node, function, arguments)
        raise self._refuse(node)

    def _choice(self, test: ast.expr, yes: ast.expr, no: ast.expr) -> tuple[str, int]:
        return f"({self._condition(test)} ? {self._bound(yes, 1)[0]} : {self._bound(no, 1)[0]})", ATOM

    def _call(self, node: ast.Call, function: ast.expr, arguments: list[ast.expr]) -> tuple[str, int]:
        meant = self._meaning(function)
        if meant is elementwise.where and len(arguments) == 3:
            return self._choice(*arguments)
        found = meant if isinstance(meant, JavaScriptFunction) else None
        found = found or next((known for own, known in FUNCTIONS if own is meant), None)
        if found is None:
            raise self._refuse(node, "a call of a function that is not on the list")
        if len(arguments) != found.arguments:
            raise self._refuse(node, f"a call with {len(arguments)} instead of {found.arguments} arguments")
        return f"{found.name}({', '.join(map(self._expression, arguments))})", ATOM

    def _meaning(self, function: ast.expr) -> Any:
        """The Python function that is called, or None where it cannot be told."""
        match function:
            case ast.Name(id=name) if name not in self.parameters | self.assigned:
                return self.namespace.get(name, getattr(builtins, name, None))
            case ast.Attribute(value=ast.Name(id=module), attr=attribute) if self._is_math(module):
                return getattr(math, attribute, None)
        return None

    def _is_math(self, name: str) -> bool:
        return name not in self.parameters | self.assigned and self.namespace.get(name) is math

    def _name(self, node: ast.expr, name: str) -> tuple[str, int]:
        if name in self.known:
            return self.local(name), ATOM
        if name in self.assigned:
            raise self._refuse(node, f"“{name}” before it surely has a value")
        value = self.namespace.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._number(node, value)
        raise self._refuse(node, f"the unknown name “{name}”")

    def _number(self, node: ast.expr, number: float) -> tuple[str, int]:
        try:
            size = abs(float(number))
        except OverflowError:
            size = math.inf
        if not size < math.inf:
            raise self._refuse(node, "a number that is not finite")
        text = str(number) if isinstance(number, int) and size <= EXACT else repr(float(number))
        return text, UNARY if text.startswith("-") else ATOM

    def _long_ratio(self, node: ast.BinOp) -> tuple[str, int]:
        """Python divides whole numbers of any length exactly and rounds once: so it does that here."""
        match node:
            case ast.BinOp(left=ast.Constant(value=int(over)), right=ast.Constant(value=int(under))) if under:
                try:
                    return self._number(node, over / under)
                except OverflowError:
                    pass
        raise self._refuse(node, "a number that is not finite")

    def _refuse(self, node: ast.stmt | ast.expr, construct: str = "") -> TranslationError:
        construct = construct or CONSTRUCTS.get(type(node), f"the construct {type(node).__name__}")
        first, *more = ast.unparse(node).splitlines() or [""]
        shown = first[:40] + "…" if len(first) > 40 or more else first
        return TranslationError(
            f"{self.what}, line {node.lineno}: {construct} cannot be translated to JavaScript (“{shown}”); "
            f"{ALLOWED}."
        )


def _is_docstring(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False


def _is_long(node: ast.BinOp) -> bool:
    sides = (side.value for side in (node.left, node.right) if isinstance(side, ast.Constant))
    return all(isinstance(n, int) and not isinstance(n, bool) for n in sides) and any(
        isinstance(side, ast.Constant) and isinstance(side.value, int) and abs(side.value) > EXACT
        for side in (node.left, node.right)
    )
