"""A formula in plain words, for those who hear the page: x² is “x squared”."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

SIGNS = {
    "−": "minus",
    "+": "plus",
    "±": "plus or minus",
    "⋅": "times",
    "∗": "times",
    "/": "over",
    "=": "equals",
    "<": "is less than",
    ">": "is greater than",
    "≤": "is at most",
    "≥": "is at least",
    "≠": "is not",
    "mod": "modulo",
    "≈": "is about",
    "∼": "is distributed as",
    "∝": "is proportional to",
    "∈": "is in",
    "→": "goes to",
    "←": "becomes",
    "⇒": "implies",
    "⟺": "exactly if",
    "(": "open parenthesis",
    ")": "close parenthesis",
    "[": "open bracket",
    "]": "close bracket",
    "{": "open brace",
    "}": "close brace",
    "⌊": "floor of",
    "⌋": "end of floor",
    "|": "bar",
    "‖": "double bar",
    "′": "prime",
    "′′": "double prime",
    "⊤": "transposed",
    "\u2061": "of",
    "": "",
}
LETTERS = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ϵ": "epsilon",
    "ε": "epsilon",
    "η": "eta",
    "θ": "theta",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ν": "nu",
    "ξ": "xi",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "ϕ": "phi",
    "φ": "phi",
    "ψ": "psi",
    "ω": "omega",
    "Δ": "Delta",
    "Φ": "Phi",
    "ℓ": "l",
    "∞": "infinity",
    "∂": "partial",
    "∇": "gradient of",
    "𝔼": "expectation of",
    "ℝ": "the real numbers",
    "sin": "sine",
    "cos": "cosine",
    "tan": "tangent",
    "arcsin": "arc sine",
    "arccos": "arc cosine",
    "arctan": "arc tangent",
    "sinh": "hyperbolic sine",
    "cosh": "hyperbolic cosine",
    "tanh": "hyperbolic tangent",
    "log": "logarithm",
    "ln": "natural logarithm",
    "max": "maximum",
    "min": "minimum",
}
POWERS = {"2": "squared", "3": "cubed", "⊤": "transposed", "∗": "star"}
ACCENTS = {"^": "hat", "¯": "bar"}
SUMS = {"∑": "the sum", "∏": "the product"}


def words(element: Element) -> str:
    """The element and all inside it, in words."""
    return " ".join(" ".join(_said(element)).replace("\u00a0", " ").split()).replace(" ,", ",")


def _said(element: Element) -> Iterable[str]:
    text = element.text or ""
    match element.tag, list(element):
        case "mo", _:
            yield SUMS.get(text) or SIGNS.get(text, text)
        case "mi", _:
            yield LETTERS.get(text, text)
        case "mspace", _:
            return
        case "mfrac", [above, below]:
            yield from _fraction(above, below)
        case "msqrt", inside:
            yield "the square root of"
            yield from _group(inside)
        case "msup", [base, above]:
            yield from (*_said(base), *_power(above))
        case "msub", [base, below]:
            yield from (*_said(base), "sub", *_said(below))
        case "msubsup", [base, below, above]:
            yield from (*_said(base), "sub", *_said(below), *_power(above))
        case "munder", [base, below]:
            yield from (*_said(base), "over", *_said(below), "of")
        case "munderover", [base, below, above]:
            yield from (*_said(base), "from", *_said(below), "to", *_said(above), "of")
        case "mover", [base, above] if above.text in ACCENTS:
            yield from (*_said(base), ACCENTS[above.text])
        case "mtable", rows:
            yield "; ".join(words(row).strip(", ") for row in rows)
        case "mtr", cells:
            for cell in cells:
                yield from _said(cell)
        case "mrow", [opening, inside, closing] if _bars(opening, closing):
            yield from ("the absolute value of", *_said(inside), *_end(inside, "absolute value"))
        case _, []:
            yield text
        case _, children:
            for child in children:
                yield from _said(child)


def _bars(opening: Element, closing: Element) -> bool:
    return opening.tag == closing.tag == "mo" and opening.text == closing.text == "|"


def _simple(element: Element) -> bool:
    """Whether it is heard as one thing, without a word for its end."""
    if element.tag in ("mi", "mn", "mtext"):
        return True
    if element.tag in ("msub", "msup", "mover"):
        return all(_simple(child) or child.tag == "mo" for child in element)
    return element.tag == "mrow" and len(element) == 1 and _simple(element[0])


def _group(inside: list[Element]) -> Iterable[str]:
    for child in inside:
        yield from _said(child)
    if not all(map(_simple, inside)) or len(inside) > 1:
        yield "end of root"


def _end(inside: Element, name: str) -> Iterable[str]:
    return () if _simple(inside) else (f"end of {name}",)


def _fraction(above: Element, below: Element) -> Iterable[str]:
    if _simple(above) and _simple(below):
        yield from (*_said(above), "over", *_said(below))
    else:
        yield from ("the fraction", *_said(above), "over", *_said(below), "end of fraction")


def _power(above: Element) -> Iterable[str]:
    said = POWERS.get(above.text or "") if not len(above) else None
    if said:
        yield said
    else:
        yield from ("to the power", *_said(above), *_end(above, "power"))
