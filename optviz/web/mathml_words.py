"""A formula in plain words, for those who hear the page: x² is “x squared”."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from optviz.words import mark, tr

SIGNS = {
    "−": mark("minus"),
    "+": mark("plus"),
    "±": mark("plus or minus"),
    "⋅": mark("times"),
    "∗": mark("times"),
    "/": mark("over"),
    "=": mark("equals"),
    "<": mark("is less than"),
    ">": mark("is greater than"),
    "≤": mark("is at most"),
    "≥": mark("is at least"),
    "≠": mark("is not"),
    "mod": mark("modulo"),
    "≈": mark("is about"),
    "∼": mark("is distributed as"),
    "∝": mark("is proportional to"),
    "∈": mark("is in"),
    "→": mark("goes to"),
    "←": mark("becomes"),
    "⇒": mark("implies"),
    "⟺": mark("exactly if"),
    "(": mark("open parenthesis"),
    ")": mark("close parenthesis"),
    "[": mark("open bracket"),
    "]": mark("close bracket"),
    "{": mark("open brace"),
    "}": mark("close brace"),
    "⌊": mark("floor of"),
    "⌋": mark("end of floor"),
    "|": mark("bar"),
    "‖": mark("double bar"),
    "′": mark("prime"),
    "′′": mark("double prime"),
    "⊤": mark("transposed"),
    "\u2061": mark("of"),
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
    "∞": mark("infinity"),
    "∂": mark("partial"),
    "∇": mark("gradient of"),
    "𝔼": mark("expectation of"),
    "ℝ": mark("the real numbers"),
    "sin": mark("sine"),
    "cos": mark("cosine"),
    "tan": mark("tangent"),
    "arcsin": mark("arc sine"),
    "arccos": mark("arc cosine"),
    "arctan": mark("arc tangent"),
    "sinh": mark("hyperbolic sine"),
    "cosh": mark("hyperbolic cosine"),
    "tanh": mark("hyperbolic tangent"),
    "log": mark("logarithm"),
    "ln": mark("natural logarithm"),
    "max": mark("maximum"),
    "min": mark("minimum"),
}
POWERS = {"2": mark("squared"), "3": mark("cubed"), "⊤": mark("transposed"), "∗": mark("star")}
ACCENTS = {"^": mark("hat"), "¯": mark("bar")}
SUMS = {"∑": mark("the sum"), "∏": mark("the product")}


def words(element: Element) -> str:
    """The element and all inside it, in words."""
    return " ".join(" ".join(_said(element)).replace("\u00a0", " ").split()).replace(" ,", ",")


def _said(element: Element) -> Iterable[str]:
    text = element.text or ""
    match element.tag, list(element):
        case "mo", _:
            yield tr(SUMS.get(text) or SIGNS.get(text, text))
        case "mi", _:
            yield tr(LETTERS[text]) if text in LETTERS else text
        case "mspace", _:
            return
        case "mfrac", [above, below]:
            yield from _fraction(above, below)
        case "msqrt", inside:
            yield tr("the square root of")
            yield from _group(inside)
        case "msup", [base, above]:
            yield from (*_said(base), *_power(above))
        case "msub", [base, below]:
            yield from (*_said(base), tr("sub"), *_said(below))
        case "msubsup", [base, below, above]:
            yield from (*_said(base), tr("sub"), *_said(below), *_power(above))
        case "munder", [base, below]:
            yield tr("{base} over {below} of", base=_joined(base), below=_joined(below))
        case "munderover", [base, below, above]:
            ends = {"below": _joined(below), "above": _joined(above)}
            yield tr("{base} from {below} to {above} of", base=_joined(base), **ends)
        case "mover", [base, above] if above.text in ACCENTS:
            yield from (*_said(base), tr(ACCENTS[above.text]))
        case "mtable", rows:
            yield "; ".join(words(row).strip(", ") for row in rows)
        case "mtr", cells:
            for cell in cells:
                yield from _said(cell)
        case "mrow", [opening, inside, closing] if _bars(opening, closing):
            ended = _end(inside, tr("end of absolute value"))
            yield from (tr("the absolute value of"), *_said(inside), *ended)
        case _, []:
            yield text
        case _, children:
            for child in children:
                yield from _said(child)


def _joined(element: Element) -> str:
    return " ".join(_said(element))


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
        yield tr("end of root")


def _end(inside: Element, said: str) -> Iterable[str]:
    return () if _simple(inside) else (said,)


def _fraction(above: Element, below: Element) -> Iterable[str]:
    parts = {"above": _joined(above), "below": _joined(below)}
    if _simple(above) and _simple(below):
        yield tr("{above} over {below}", **parts)
    else:
        yield tr("the fraction {above} over {below} end of fraction", **parts)


def _power(above: Element) -> Iterable[str]:
    said = POWERS.get(above.text or "") if not len(above) else None
    if said:
        yield tr(said)
    else:
        yield from (tr("to the power"), *_said(above), *_end(above, tr("end of power")))
