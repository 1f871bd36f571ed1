"""The largest stable learning rate as a formula, such as “2(1 + β)/λmax”."""

import unicodedata
from functools import lru_cache

import sympy

from optviz.engine.optimizers.base import Optimizer


@lru_cache(maxsize=256)
def edge_text(optimizer: Optimizer) -> str | None:
    """The largest stable rate on a quadratic whose largest curvature is λmax, or None if theory has none.

    It is `Optimizer.edge`, called with symbols in place of numbers.
    """
    if optimizer.edge is None:
        return None
    symbols = {h.name: sympy.Symbol(greek(h.symbol)) for h in optimizer.hyperparameters if h.name != "lr"}
    above, below = sympy.fraction(sympy.factor(sympy.nsimplify(optimizer.edge(**symbols))))
    if below.subs(dict.fromkeys(symbols.values(), 0)) < 0:
        above, below = -above, -below
    if below == 1:
        return f"{_written(above)}/λmax"
    return f"{_written(above)}/({_written(below)} λmax)"


def greek(symbol: str) -> str:
    """A LaTeX symbol such as \\beta_1 as Unicode: β₁. Other text stays as it is."""
    name, _, index = symbol.partition("_")
    if name.startswith("\\"):
        try:
            name = unicodedata.lookup(f"GREEK SMALL LETTER {name[1:].removeprefix('var')}")
        except KeyError:
            return symbol
    return name + "".join(chr(ord("₀") + int(c)) if c.isdigit() else c for c in index)


def _written(expression: sympy.Expr) -> str:
    """One factor of the formula: the constant first, a minus sign, no sign for products."""
    expression = sympy.factor(expression)
    text = sympy.sstr(expression, order="rev-lex").replace("*", "").replace("-", "−")
    return f"({text})" if expression.is_Add else text
