r"""Formulas as MathML, which browsers draw by themselves: `mathml(r"\frac{x}{2}")`.

Only the LaTeX that this project writes is known: what SymPy prints of a landscape, and the formulas in the
tables of optimizers, schedules, activations and lessons. What is unknown raises: a test over the tables finds
it.
The elements are MathML Core; alignment in tables stands as CSS too, since Core knows no `columnalign`.
"""

import re
from xml.etree.ElementTree import Element, tostring

from optviz.engine.formula_words import in_words
from optviz.web.mathml_words import words
from optviz.words import per_language

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
#: A font with the shapes of mathematics, which most systems have; without one, parentheses do not grow.
FONTS = "STIX Two Math, Cambria Math, Latin Modern Math, DejaVu Math TeX Gyre, math, serif"
TOKEN = re.compile(r"\s+|\\[a-zA-Z]+|\\.|[0-9]+(?:\.[0-9]+)?|.", re.DOTALL)
DEEPEST = 200

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ϵ",
    "varepsilon": "ε",
    "eta": "η",
    "theta": "θ",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "pi": "π",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "phi": "ϕ",
    "varphi": "φ",
    "psi": "ψ",
    "omega": "ω",
    "Delta": "Δ",
    "Phi": "Φ",
}
LETTERS = GREEK | {"ell": "ℓ", "infty": "∞", "partial": "∂", "nabla": "∇"}
RELATIONS = {
    "le": "≤",
    "ge": "≥",
    "ne": "≠",
    "to": "→",
    "in": "∈",
    "approx": "≈",
    "sim": "∼",
    "propto": "∝",
    "leftarrow": "←",
    "Rightarrow": "⇒",
    "iff": "⟺",
    "pm": "±",
    "cdot": "⋅",
    "bmod": "mod",
    "top": "⊤",
}
FENCES = {
    "(": "(",
    ")": ")",
    "[": "[",
    "]": "]",
    "|": "|",
    r"\{": "{",
    r"\}": "}",
    r"\|": "‖",
    r"\lfloor": "⌊",
    r"\rfloor": "⌋",
    ".": "",
}
FUNCTIONS = frozenset(
    "sin cos tan arcsin arccos arctan sinh cosh tanh exp log ln max min arg".split()  # noqa: SIM905
)
SUMS = {"sum": "∑", "prod": "∏"}
ACCENTS = {"hat": "^", "bar": "¯"}
SPACES = {"quad": 1.0, "qquad": 2.0, ",": 0.1667, ":": 0.2222, ";": 0.2778, " ": 0.25, "!": -0.1667}
SIGNS = {"-": "−", "*": "∗", "'": "′", "<": "<", ">": ">"}
BLACKBOARD = {"E": "𝔼", "R": "ℝ"}
#: For each environment: alignment of its columns, one after the other, and the braces around it.
TABLES = {"aligned": (("right", "left"), ""), "cases": (("left",), "{")}


class MathError(ValueError):
    """LaTeX that is not known here; the message names it."""


def mathml(latex: str, *, display: bool = False, label: str | None = None) -> str:
    """The <math> element of a formula, as text that may stand in HTML.

    `display` gives it a line of its own, as `$$…$$` does. `label` is what screen readers without MathML say;
    without one it is made from the formula.

    Raises:
        MathError: for a command that is not known here.
    """
    return _mathml(latex, display, label)


@per_language(1024)
def _mathml(latex: str, display: bool, label: str | None) -> str:
    row = _Reader(in_words(latex)).whole()
    math = Element(
        "math",
        {
            "xmlns": NAMESPACE,
            "display": "block" if display else "inline",
            "style": f"font-family: {FONTS}",
            "aria-label": words(row) if label is None else label,
        },
    )
    math.append(row)
    return tostring(math, encoding="unicode")


class _Reader:
    """Reads the tokens once, from left to right."""

    def __init__(self, latex: str) -> None:
        self.latex = latex
        self.tokens = TOKEN.findall(latex)
        self.i = 0
        self.depth = 0

    def whole(self) -> Element:
        row = self._row(())
        if self.i < len(self.tokens):
            raise self._unknown(self.tokens[self.i])
        return row

    def _unknown(self, token: str) -> MathError:
        return MathError(f"“{token}” is not expected in the formula {self.latex}")

    def _peek(self) -> str:
        """The next token that is not white space; "" at the end."""
        while self.i < len(self.tokens) and self.tokens[self.i].isspace():
            self.i += 1
        return self.tokens[self.i] if self.i < len(self.tokens) else ""

    def _take(self, expected: str = "") -> str:
        token = self._peek()
        if not token or (expected and token != expected):
            raise MathError(f"“{expected or 'more'}” is missing in the formula {self.latex}")
        self.i += 1
        return token

    def _row(self, closing: tuple[str, ...]) -> Element:
        """Everything up to one of the closing tokens, which is left for the caller."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise MathError(f"The formula is nested more than {DEEPEST} levels deep.")
        row = Element("mrow")
        while (token := self._peek()) and token not in closing:
            if token in ("}", r"\right", r"\end", "&", r"\\"):
                break
            part = self._with_scripts()
            if part.tag == "mo" and (part.text or "") in "−+±":
                _sign(part, row)
            if _named(part) and len(row) and not _opens(row[-1]):
                row.append(_space(SPACES[","]))  # as TeX puts it before the name of a function
            row.append(part)
        self.depth -= 1
        return row

    def _with_scripts(self) -> Element:
        base = self._atom()
        named = base.tag == "mi" and base.text in FUNCTIONS
        below = above = None
        primes = ""
        while (token := self._peek()) in ("_", "^", "'"):
            self.i += 1
            if token == "'":
                primes += "′"
            elif token == "_":
                below = self._argument()
            else:
                above = self._argument()
        if primes:  # the sign is small and raised by itself
            base = _of("mrow", base, _leaf("mo", primes, lspace="0", rspace="0"))
        if below is None and above is None:
            result = base
        elif base.get("movablelimits"):
            result = _scripted(("munder", "mover", "munderover"), base, below, above)
        else:
            result = _scripted(("msub", "msup", "msubsup"), base, below, above)
        applied = self._application() if named else []
        return _of("mrow", result, *applied) if applied else result

    def _application(self) -> list[Element]:
        """What follows the name of a function: nothing to see before a parenthesis, else a small space."""
        token = self._peek()
        if not token or token in ("}", "&", r"\\", ",", r"\right", "=", ")"):
            return []
        applied = _leaf("mo", "\u2061")
        fenced = token in ("(", "[", r"\left") or (
            token == "{" and self.tokens[self.i + 1 : self.i + 2] in (["("], [r"\left"])
        )
        return [applied] if fenced else [applied, _space(SPACES[","])]

    def _argument(self) -> Element:
        """A group in braces, or one token."""
        if self._peek() == "{":
            return self._group()
        return self._atom()

    def _group(self) -> Element:
        self._take("{")
        row = self._row(("}",))
        self._take("}")
        return row[0] if len(row) == 1 else row

    def _atom(self) -> Element:
        token = self._take()
        if token == "{":
            self.i -= 1
            return self._group()
        if token in FENCES and token != ".":
            # As in TeX, only \left and \right make fences grow.
            return _leaf("mo", FENCES[token], stretchy="false", lspace="0", rspace="0")
        if token[0].isdigit():
            return _leaf("mn", token)
        if token.isalpha() and token.isascii():
            return _leaf("mi", token)
        if token.startswith("\\"):
            return self._command(token[1:])
        if token in "+-*/=<>,.:'":
            sign = _leaf("mo", SIGNS.get(token, token))
            if token == "/":
                sign.attrib |= {"lspace": "0", "rspace": "0"}
            return sign
        raise self._unknown(token)

    def _command(self, name: str) -> Element:
        if name in LETTERS:
            letter = _leaf("mi", LETTERS[name])
            if name[0].isupper() or name in ("infty", "nabla"):
                letter.set("mathvariant", "normal")
            return letter
        if name in RELATIONS:
            return _leaf("mo", RELATIONS[name])
        if name in FUNCTIONS:
            return _leaf("mi", name)
        if name in SPACES:
            return _space(SPACES[name])
        if name in SUMS:
            return _leaf("mo", SUMS[name], movablelimits="true")
        if name in ACCENTS:
            return _of("mover", self._argument(), _leaf("mo", ACCENTS[name], stretchy="false"), accent="true")
        match name:
            case "frac" | "tfrac" | "dfrac":
                fraction = _of("mfrac", self._argument(), self._argument())
                if name != "frac":
                    fraction.set("displaystyle", "true" if name == "dfrac" else "false")
                return fraction
            case "sqrt":
                return _of("msqrt", self._argument())
            case "left":
                return self._fenced()
            case "text":
                return _leaf("mtext", self._letters(keep_spaces=True).replace(" ", "\u00a0"))
            case "mathrm" | "operatorname":
                name = self._letters()
                return _leaf("mi", name, **({"mathvariant": "normal"} if len(name) == 1 else {}))
            case "mathbb":
                return _leaf("mi", BLACKBOARD[self._letters()])
            case "xrightarrow":
                return _of("mover", _leaf("mo", "→", stretchy="true"), _padded(self._argument()))
            case "begin":
                return self._table(self._letters())
        raise self._unknown(f"\\{name}")

    def _letters(self, keep_spaces: bool = False) -> str:
        """The plain text between braces."""
        self._take("{")
        end = self.tokens.index("}", self.i) if "}" in self.tokens[self.i :] else len(self.tokens)
        text = "".join(self.tokens[self.i : end])
        self.i = end
        self._take("}")
        return text if keep_spaces else text.strip()

    def _fenced(self) -> Element:
        def fence(token: str, form: str) -> list[Element]:
            if token not in FENCES:
                raise self._unknown(token)
            return [_leaf("mo", FENCES[token], form=form, fence="true", stretchy="true")] * (token != ".")

        opening = fence(self._take(), "prefix")
        inside = self._row((r"\right",))
        self._take(r"\right")
        return _of("mrow", *opening, inside, *fence(self._take(), "postfix"))

    def _table(self, name: str) -> Element:
        if name not in TABLES:
            raise self._unknown(name)
        sides, brace = TABLES[name]
        rows: list[list[Element]] = [[]]
        while True:
            rows[-1].append(self._row(("&", r"\\", r"\end")))
            token = self._take()
            if token == r"\end":
                break
            if token == r"\\":
                rows.append([])
            elif token != "&":
                raise self._unknown(token)
        if self._letters() != name:
            raise self._unknown(r"\end")
        table = Element("mtable", {"displaystyle": "true" if name == "aligned" else "false"})
        for cells in rows:
            row = Element("mtr")
            for column, inside in enumerate(cells):
                row.append(_cell(inside, column, sides, name))
            table.append(row)
        if not brace:
            return table
        return _of("mrow", _leaf("mo", brace, form="prefix", fence="true", stretchy="true"), table)


def _cell(inside: Element, column: int, sides: tuple[str, ...], name: str) -> Element:
    side = sides[column % len(sides)]
    # Pairs of columns that belong together touch; between pairs there is room.
    left = 0.0 if column == 0 or (name == "aligned" and side == "left") else 1.6 if name == "aligned" else 1.0
    first = inside[0] if len(inside) else None
    if name == "aligned" and side == "left" and first is not None and first.tag == "mo":
        first.set("form", "infix")  # a relation at the start of its cell keeps its spaces
    cell = Element(
        "mtd",
        {"columnalign": side, "style": f"text-align: {side}; padding: 0.25em 0 0.25em {left:g}em"},
    )
    cell.append(inside)
    return cell


def _sign(sign: Element, row: Element) -> None:
    """A sign with nothing before it belongs to what follows."""
    before = row[-1] if len(row) else None
    if before is None or _opens(before):
        sign.set("form", "prefix")


def _named(part: Element) -> bool:
    """Whether it begins with the name of a function."""
    while len(part) and part.tag in ("mrow", "msup", "msub", "msubsup"):
        part = part[0]
    return part.tag == "mi" and len(part.text or "") > 1


def _opens(before: Element) -> bool:
    """Whether what follows needs no space: after an operator or a space."""
    return before.tag == "mspace" or (before.tag == "mo" and not _closes(before))


def _closes(operator: Element) -> bool:
    return (operator.text or "") in (")", "]", "}", "⌋", "|", "‖", "′")


def _scripted(
    names: tuple[str, str, str], base: Element, below: Element | None, above: Element | None
) -> Element:
    if above is None:
        assert below is not None
        return _of(names[0], base, below)
    return _of(names[1], base, above) if below is None else _of(names[2], base, below, above)


def _leaf(tag: str, text: str, **given: str) -> Element:
    element = Element(tag, given)
    element.text = text
    return element


def _of(tag: str, *children: Element, **given: str) -> Element:
    element = Element(tag, given)
    element.extend(children)
    return element


def _space(width: float) -> Element:
    return Element("mspace", {"width": f"{width:g}em"})


def _padded(inside: Element) -> Element:
    return _of("mrow", _space(0.3), inside, _space(0.3))
