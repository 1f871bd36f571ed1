"""A typed formula as LaTeX, in the order in which it was typed: what the program has read.

SymPy would sort and simplify: 100(y-x^2)^2 would come out as 100 (-x^2 + y)^2. Here only the
spelling changes.
"""

import ast

from optviz.engine.formula_text import parsed

#: How tightly a part holds together; a looser part inside a tighter one gets parentheses.
SUM, SIGNED, PRODUCT, POWER, ATOM = range(5)
NAMES = {"pi": r"\pi", "e": "e", "x": "x", "y": "y"}
FUNCTIONS = {
    **{name: rf"\{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min")},
    **{f"a{name}": rf"\arc{name}" for name in ("sin", "cos", "tan")},
    "log": r"\ln",  # all three bases are told apart
    "ln": r"\ln",
    "log10": r"\log_{10}",
    "sign": r"\operatorname{sign}",
}
Part = tuple[str, int]  # LaTeX, and how tightly it holds together


def as_typed(text: str) -> str:
    """The LaTeX of a formula that `formula_text.read` takes.

    Raises:
        FormulaError, SpellingError: where the text has no syntax tree.
        ValueError: for a part that `formula_text.read` refuses.
    """
    tree, found = parsed(text)
    return _part(tree, found.text)[0]


def _part(node: ast.expr, text: str) -> Part:
    match node:
        case ast.Constant():
            return _number(ast.get_source_segment(text, node) or str(node.value))
        case ast.Name(id=name) if name in NAMES:
            return NAMES[name], ATOM
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            inside = _within(_part(operand, text), PRODUCT)
            return f"{'-' if isinstance(sign, ast.USub) else '+'}{inside}", SIGNED
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return rf"\frac{{{_part(left, text)[0]}}}{{{_part(right, text)[0]}}}", PRODUCT
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(left, _part(right, text)[0], text), POWER
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _product(_part(left, text), _part(right, text))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return f"{_part(left, text)[0]} + {_within(_part(right, text), PRODUCT)}", SUM
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return f"{_part(left, text)[0]} - {_within(_part(right, text), PRODUCT)}", SUM
        case ast.Call(func=ast.Name(id="exp"), args=[argument]):
            return f"e^{{{_part(argument, text)[0]}}}", POWER
        case ast.Call(func=ast.Name(id="sqrt"), args=[argument]):
            return rf"\sqrt{{{_part(argument, text)[0]}}}", ATOM
        case ast.Call(func=ast.Name(id="abs"), args=[argument]):
            return rf"\left|{_part(argument, text)[0]}\right|", ATOM
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in FUNCTIONS:
            return _applied(FUNCTIONS[name], arguments, text), PRODUCT
    raise ValueError(f"{ast.dump(node)} has no LaTeX.")


def _number(digits: str) -> Part:
    """As it was typed: 2.50 stays 2.50, and 2e3 is written with a power of ten."""
    lowered = digits.lower()
    if lowered.startswith("0x") or "_" in lowered:
        return str(ast.literal_eval(lowered)), ATOM
    mantissa, e, exponent = lowered.partition("e")
    mantissa = mantissa.removesuffix(".") if mantissa != "." else mantissa
    mantissa = f"0{mantissa}" if mantissa.startswith(".") else mantissa
    return (rf"{mantissa} \cdot 10^{{{int(exponent)}}}", PRODUCT) if e else (mantissa, ATOM)


def _within(part: Part, least: int) -> str:
    """The part, in parentheses if it holds together less tightly than that."""
    latex, tightness = part
    return latex if tightness >= least else rf"\left({latex}\right)"


def _product(left: Part, right: Part) -> Part:
    first = left[0] if left[1] == SIGNED else _within(left, PRODUCT)
    second = _within(right, PRODUCT)
    # Digits side by side would be one number, and a number beside a fraction a mixed one.
    between = (
        r" \cdot " if second[0].isdigit() or (second.startswith(r"\frac") and first[-1:].isdigit()) else " "
    )
    return f"{first}{between}{second}", SIGNED if left[1] == SIGNED else PRODUCT


def _power(base: ast.expr, exponent: str, text: str) -> str:
    match base:
        case ast.Call(func=ast.Name(id=name), args=[argument]) if name in FUNCTIONS and name not in (
            "log10",
            "max",
            "min",
        ):
            return _applied(f"{FUNCTIONS[name]}^{{{exponent}}}", [argument], text)
    part = _part(base, text)
    return f"{_within(part, ATOM)}^{{{exponent}}}"


def _applied(name: str, arguments: list[ast.expr], text: str) -> str:
    inside = r",\, ".join(_part(argument, text)[0] for argument in arguments)
    return rf"{name}\left({inside}\right)"
