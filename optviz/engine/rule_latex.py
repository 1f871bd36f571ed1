"""An update rule typeset: xₜ from xₜ₋₁, in the notation of the table's own formulas."""

import ast
from collections import Counter
from dataclasses import replace

from optviz.engine.rule_expressions import FUNCTIONS
from optviz.engine.rule_text import Line, Rule, symbol
from optviz.engine.symbols import Symbol

SUM, PRODUCT, ATOM = 1, 2, 3  # how tightly a part binds
SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: r"\le",
    ast.Gt: ">",
    ast.GtE: r"\ge",
    ast.Eq: "=",
    ast.NotEq: r"\ne",
}


def rule_latex(rule: Rule) -> str:
    """The lines of a rule as LaTeX, one below the other.

    What a step leaves has the index t, what the step before left t - 1. A name that is set more than once has
    primes until its last line.
    """
    last = Counter(line.name for line in rule.lines)
    printer = _Printer(rule, last)
    lines = [printer.line(line) for line in rule.lines]
    if len(lines) == 1:
        return lines[0].replace("&", "", 1)
    return r"\begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}"


class _Printer:
    def __init__(self, rule: Rule, last: Counter[str]) -> None:
        self.sliders = {h.name for h in rule.sliders}
        self.remembered = {"x", *rule.state}
        self.last = last
        self.done: Counter[str] = Counter()  # how often a name has been set so far

    def line(self, line: Line) -> str:
        right = self.text(line.written, 0)
        self.done[line.name] += 1
        return f"{self.name(line.name)} &= {right}"

    def name(self, name: str) -> str:
        """A name with its index: sliders have none, `t` is the index itself."""
        if name == "t":
            return "t"
        one = symbol(name)
        if name in self.sliders:
            return one.latex
        done = self.done[name]
        if name in self.remembered and not done:
            index, primes = "t-1", 0
        else:
            index, primes = "t", done if name == "g" or done < self.last[name] else 0
        index = f"{one.below},{index}" if one.below else index
        below = index if len(index) == 1 else f"{{{index}}}"
        return f"{replace(one, below='', above='').latex}{chr(39) * primes}_{below}{_above(one)}"

    def text(self, node: ast.expr, level: int) -> str:
        """The node, in parentheses where it binds less tightly than `level`."""
        text, own = self.part(node)
        return text if own >= level else rf"\left( {text} \right)"

    def part(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.Constant(value=int() | float() as value):
                return _number(value), ATOM
            case ast.Name(id=name):
                return self.name(name), ATOM
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"-{self.text(operand, PRODUCT)}", SUM
            case ast.UnaryOp(operand=operand):
                return self.part(operand)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as operation, right=right):
                sign = "+" if isinstance(operation, ast.Add) else "-"
                return f"{self.text(left, SUM)} {sign} {self.text(right, PRODUCT)}", SUM
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                second = self.text(right, PRODUCT)
                dot = r"\cdot" if second[0].isdigit() else r"\,"
                return f"{self.text(left, PRODUCT)} {dot} {second}", PRODUCT
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return rf"\frac{{{self.text(left, 0)}}}{{{self.text(right, 0)}}}", PRODUCT
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.power(left, right)
            case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
                return (
                    rf"\left\lfloor {self.text(left, PRODUCT)} / {self.text(right, ATOM)} \right\rfloor",
                    ATOM,
                )
            case ast.BinOp(left=left, right=right):
                return rf"{self.text(left, PRODUCT)} \bmod {self.text(right, ATOM)}", PRODUCT
            case ast.IfExp(test=test, body=yes, orelse=no):
                return self.choice(test, yes, no), ATOM
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.call(FUNCTIONS[name][0], arguments)
        raise AssertionError("rule_text has refused everything else")

    def power(self, base: ast.expr, exponent: ast.expr) -> tuple[str, int]:
        below = self.text(base, ATOM)
        if isinstance(base, ast.Name) and base.id not in (*self.sliders, "t"):  # it has an index already
            below = rf"{{{below}}}" if "'" not in below else rf"\left( {below} \right)"
        elif not isinstance(base, ast.Name | ast.Constant) and self.part(base)[1] == ATOM:
            below = rf"\left( {below} \right)"
        return f"{below}^{{{self.text(exponent, 0)}}}", ATOM

    def choice(self, test: ast.expr, yes: ast.expr, no: ast.expr) -> str:
        assert isinstance(test, ast.Compare)
        sign = SIGNS[type(test.ops[0])]
        condition = f"{self.text(test.left, 0)} {sign} {self.text(test.comparators[0], 0)}"
        otherwise = rf"{self.text(no, 0)} & \text{{otherwise}}"
        return rf"\begin{{cases}} {self.text(yes, 0)} & {condition} \\ {otherwise} \end{{cases}}"

    def call(self, name: str, arguments: list[ast.expr]) -> tuple[str, int]:
        if name == "where":
            return self.choice(*arguments), ATOM
        if name == "power":
            return self.power(*arguments)
        if name == "square":
            return self.power(arguments[0], ast.Constant(2))
        inside = r",\, ".join(self.text(argument, 0) for argument in arguments)
        if name == "sqrt":
            return rf"\sqrt{{{inside}}}", ATOM
        if name == "abs":
            return rf"\left| {inside} \right|", ATOM
        written = {"sign": r"\operatorname{sign}", "maximum": r"\max", "minimum": r"\min"}[name]
        return rf"{written}\left( {inside} \right)", ATOM


def _number(value: float) -> str:
    text = f"{value:g}" if float(f"{value:g}") == value else repr(value)
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \cdot {power}"


def _above(one: Symbol) -> str:
    """What stands above a symbol's line, as in v^{\\max}."""
    return replace(one, base="v", accent="", below="").latex.removeprefix("v")
