"""From a formula as people type it to the spelling that Python's parser reads.

Only the text is rewritten: `2xy` to `2*x*y`, `|x|` to `abs(x)`, `x²` to `x**2`, `sin x` to `sin(x)`.
Nothing is computed or run, and what is not known here passes through unchanged: the list of what is
allowed stands in `formula_text`, which sees the result. A product without a star binds like one with a
star, so `1/2x` is half of x; where two readings are likely, a sentence asks.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass

from optviz.words import tr

DEEPEST = 100
Place = tuple[int, int]  # from the first character to the one after the last

FUNCTIONS = frozenset(
    "sin cos tan asin acos atan sinh cosh tanh exp log ln log10 sqrt abs sign".split()  # noqa: SIM905
)
OF_MORE = frozenset(("max", "min"))
ALIASES = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "sgn": "sign"}
ATOMS = frozenset(("x", "y", "e", "pi"))
WORDS = sorted((*FUNCTIONS, *OF_MORE, *ALIASES, *ATOMS), key=len, reverse=True)

CHARACTERS = {
    **dict.fromkeys("−–—﹣‐‑", "-"),
    **dict.fromkeys("×·⋅∙∗•", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    "π": "\ue000",  # stands for the word pi; one character, so that places stay the same
    "。": ".",
    "ˆ": "^",
    "∣": "|",
}
PI = "\ue000"
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9]+(?:[.,][0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<atom>\ue000)"
    r"|(?P<name>[^\W\d⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻][^\W⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]*)"
    r"|(?P<superscript>[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+)"
    r"|(?P<power>\^|\*\*)"
    r"|(?P<mark>.)",
    re.DOTALL,
)
#: f(x, y) =, f(x) =, f =, z = and y = name the result.
HEADING = re.compile(r"\s*(?:[A-Za-z]\s*\(\s*[xX]\s*(?:,\s*[yY]\s*)?\)|(?P<alone>[fzyFZY]))\s*=(?!=)")


class SpellingError(ValueError):
    """A text that cannot be read; the message is a sentence, `repaired` a text that may be meant, or "".

    `place` says which characters it is about, or between which two something is missing.
    """

    def __init__(self, sentence: str, repaired: str = "", place: Place | None = None) -> None:
        super().__init__(sentence)
        self.repaired = repaired
        self.place = place


@dataclass(frozen=True, slots=True)
class Spelled:
    """The text for Python's parser, and for each of its characters the place in the text as typed."""

    text: str
    places: tuple[int, ...]

    def place(self, offset: int) -> int:
        """Where in the typed text the character at `offset` comes from."""
        return self.places[min(max(offset, 0), len(self.places) - 1)] if self.places else 0

    def range(self, place: Place, typed: str) -> Place:
        """The same characters in the text as `typed`: a range of it, to the end of the last word."""
        inside = self.places[place[0] : place[1]] or (self.place(place[0]),)
        start, last = min(inside), max(inside)
        end = min((each for each in self.places if each > last), default=len(typed))
        return start, start + len(typed[start:end].rstrip())


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # number, atom, function, superscript, power, mark, word (unknown)
    text: str
    at: int
    spaced: bool  # whether white space stands before it


def spelled(text: str) -> Spelled:
    """Rewrite a typed formula.

    Raises:
        SpellingError: where a parenthesis or a bar is missing, or where two readings are likely.
    """
    writer = _Writer(text, _tokens(_without_heading(_plain(text), text), text))
    return writer.whole()


def _plain(text: str) -> str:
    """One plain character for each typographic one, so that every place stays the same."""

    def plain(c: str) -> str:
        if c in CHARACTERS:
            return CHARACTERS[c]
        # Full-width signs, and the italic and bold letters of mathematical documents.
        if "\uff01" <= c <= "\uff5e" or "\U0001d400" <= c <= "\U0001d7ff":
            found = unicodedata.normalize("NFKC", c)
            return {"π": PI}.get(found, found if len(found) == 1 and found.isascii() else c)
        return c

    return "".join(map(plain, text))


def _without_heading(plain: str, text: str) -> str:
    heading = HEADING.match(plain)
    if not heading:
        return plain
    rest = plain[heading.end() :]
    if not rest.strip() or re.fullmatch(r"\s*[\d.,]+\s*", rest):
        return plain
    if (heading["alone"] or "").lower() == "y" and re.search("y", rest, re.IGNORECASE):
        raise SpellingError(
            tr("“y =” names the result, but y stands on the right as well; write the formula alone."),
            text[heading.end() :].strip(),
            (heading.start("alone"), heading.end()),
        )
    return " " * heading.end() + rest


def _tokens(plain: str, text: str) -> list[_Token]:
    tokens: list[_Token] = []
    calls: list[bool] = []  # for each open parenthesis: whether commas separate arguments in it
    spaced, at = False, 0
    while at < len(plain):
        match = TOKEN.match(plain, at)
        assert match is not None, "the last alternative takes any character"
        kind, part = match.lastgroup or "mark", match.group()
        if kind == "space":
            spaced, at = True, match.end()
            continue
        if kind == "number":
            part = _number(part, text, at, bool(calls) and calls[-1])
        if kind == "name":
            _words(tokens, part, at, spaced)
        else:
            tokens.append(_Token(kind, "pi" if part == PI else part, at, spaced))
            if part == "(":
                calls.append(len(tokens) > 1 and tokens[-2].text in OF_MORE)
            elif part == ")" and calls:
                calls.pop()
        at += len(part)
        spaced = False
    return tokens


def _number(part: str, text: str, at: int, in_call: bool) -> str:
    """The number itself, which ends before a comma that separates."""
    whole, comma, rest = part.partition(",")
    if not comma:
        return part
    if in_call or not rest[:1].isdigit():
        return whole
    digits = re.match(r"\d+", rest)
    if digits and len(digits.group()) == 3 and len(whole) <= 3 and whole.strip("0"):
        raise SpellingError(
            tr(
                "“{whole},{digits}” can be read in two ways; write {whole}{digits} or {whole}.{digits}.",
                whole=whole,
                digits=digits.group(),
            ),
            f"{text[:at]}{whole}.{text[at + len(whole) + 1 :]}",
            (at, at + len(whole) + 4),
        )
    return part


@functools.lru_cache(maxsize=256)
def _split(name: str) -> tuple[str, ...] | None:
    """A run of letters as known words, the longest first: xexp is x, exp. None if it is not made of them."""
    if len(name) > 60:
        return None
    rest: dict[int, tuple[str, ...]] = {len(name): ()}
    for i in range(len(name) - 1, -1, -1):
        for word in WORDS:
            if i + len(word) in rest and name.startswith(word, i):
                rest[i] = (word, *rest[i + len(word)])
                break
    return rest.get(0)


def _words(tokens: list[_Token], name: str, at: int, spaced: bool) -> None:
    """Add a run of letters: as known words where it is made of them, else unchanged."""
    lowered = name.lower()
    words = (lowered,) if lowered == "log10" else _split(lowered) if name.isascii() else None
    if words is None:
        tokens.append(_Token("word", name, at, spaced))
        return
    for word in words:
        kind = "atom" if word in ATOMS else "function"
        tokens.append(_Token(kind, ALIASES.get(word, word), at, spaced))
        at, spaced = at + len(word), False


class _Writer:
    """Walks the tokens once and writes the text for Python's parser."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.i = 0
        self.out: list[str] = []
        self.places: list[int] = []
        self.ended = False  # whether an operand has just ended
        self.depth = 0

    def whole(self) -> Spelled:
        while self.i < len(self.tokens):
            self._sequence("")
            if self.i < len(self.tokens):
                self._extra(self.tokens[self.i])
        return Spelled("".join(self.out), tuple(self.places))

    def _next(self) -> _Token | None:
        return self.tokens[self.i] if self.i < len(self.tokens) else None

    def _write(self, text: str, at: int) -> None:
        self.out.append(text)
        self.places.extend([at] * len(text))

    def _sequence(self, closing: str) -> None:
        """Everything up to the closing mark, which is left for the caller; "" stands for the end."""
        self.ended = False
        while (token := self._next()) is not None:
            if token.text == ")" and token.kind == "mark":
                return
            if token.text == "|" and self.ended and closing == "|":
                return
            self._one(token)

    def _one(self, token: _Token) -> None:
        starts = token.kind in ("atom", "function") or token.text in ("(", "|", "√")
        if starts and self.ended:
            self._write("*", token.at)
        elif token.spaced and self.out:
            self._write(" ", token.at)
        self.i += 1
        match token.kind, token.text:
            case "function", _:
                self._function(token)
            case "mark", "(":
                self._group("(", ")", token)
            case "mark", "|":
                self._group("abs(", "|", token)
            case "mark", "√":
                self._root(token)
            case "superscript", _:
                self._write(_exponent(token.text), token.at)
                self.ended = True
            case "power", _:
                self._write("**", token.at)
                self.ended = False
            case _:
                # A decimal comma; commas that separate were left out of the number.
                text = token.text.replace(",", ".") if token.kind == "number" else token.text
                self._write(text, token.at)
                self.ended = token.kind in ("number", "atom")

    def _group(self, opening: str, closing: str, opened: _Token) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise SpellingError(
                tr("The formula is nested more than {most} levels deep.", most=DEEPEST),
                place=(opened.at, opened.at + 1),
            )
        self._write(opening, opened.at)
        self._sequence(closing)
        token = self._next()
        if token is None or token.text != closing:
            end = len(self.text) if token is None else token.at
            before = self.text[:end].rstrip()
            shown = before[-12:] if len(before) <= 12 else f"…{before[-12:]}"
            raise SpellingError(
                tr("The formula is missing {mark} after “{text}”.", mark=closing, text=shown),
                f"{before}{closing}{self.text[end:]}",
                (len(before), len(before)),
            )
        self.i += 1
        self._write(")", token.at)
        self.ended = True
        self.depth -= 1

    def _extra(self, token: _Token) -> None:
        before = self.text[: token.at].strip()
        raise SpellingError(
            tr("There is a {mark} after “{text}” that nothing opens.", mark=token.text, text=before[-12:]),
            self.text[: token.at] + self.text[token.at + 1 :],
            (token.at, token.at + 1),
        )

    def _function(self, function: _Token) -> None:
        """A function with its argument, which may lack parentheses: sin x, ln 2x, sin²(x)."""
        self.ended = False
        exponent = "" if function.text in OF_MORE else self._exponent_of(function)
        token = self._next()
        if token is not None and token.text == "(" and token.kind == "mark":
            self.i += 1
            self._write(function.text, function.at)
            self._group("(", ")", token)
        elif token is not None and function.text in FUNCTIONS and token.kind in ("number", "atom"):
            self._write(f"{function.text}(", function.at)
            self._argument(function)
            self._write(")", function.at)
        elif token is not None and function.text in FUNCTIONS and token.text in ("|", "√"):
            self._write(f"{function.text}(", function.at)
            self._one(token)
            self._write(")", function.at)
        else:  # alone; whoever reads the result says so
            self._write(function.text, function.at)
            return
        self._write(exponent, function.at)
        self.ended = True

    def _exponent_of(self, function: _Token) -> str:
        """The exponent in sin²(x) or sin^2 x, as “**2”; "" if there is none."""
        token = self._next()
        if token is None or token.kind not in ("superscript", "power"):
            return ""
        power = token.text
        if token.kind == "power":
            following = self.tokens[self.i + 1 : self.i + 3]
            power = "".join(t.text for t in following[: 2 if following and following[0].text == "-" else 1])
            if not re.fullmatch(r"-?\d+", power):
                return ""
            self.i += 1 + power.startswith("-")
        self.i += 1
        power = power.translate(SUPERSCRIPTS)
        if power.startswith("-"):
            name = function.text
            given = {"name": name, "power": power}
            if name in ("sin", "cos", "tan"):
                said = tr(
                    "“{name}^{power}” can be read in two ways; write a{name}(x) or 1/{name}(x).", **given
                )
            else:
                said = tr("“{name}^{power}” can be read in two ways; write 1/{name}(x).", **given)
            raise SpellingError(said, place=self._since(function))
        return f"**{power}"

    def _argument(self, function: _Token) -> None:
        """Numbers, variables and their powers that stand side by side."""
        self.ended = False
        while (token := self._next()) is not None:
            if token.kind == "power":
                self._power()
            elif token.kind in ("number", "atom", "superscript") and not (
                self.ended and token.kind == "number"
            ):
                self._one(token)
            else:
                break
        if token is not None and token.text == "(":
            raise SpellingError(
                tr(
                    "It is not clear where the argument of {name} ends; put it in parentheses.",
                    name=function.text,
                ),
                place=self._since(function),
            )

    def _power(self) -> None:
        token = self.tokens[self.i]
        self._one(token)
        following = self._next()
        if following is not None and following.text == "-":
            self._one(following)
            following = self._next()
        if following is not None and (following.text == "(" or following.kind in ("number", "atom")):
            self._one(following)

    def _since(self, token: _Token) -> Place:
        """From this token to the one that comes next."""
        end = self.tokens[self.i].at if self.i < len(self.tokens) else len(self.text)
        return token.at, token.at + len(self.text[token.at : end].rstrip())

    def _root(self, root: _Token) -> None:
        """√ and the one number, variable, parenthesis or function that follows it."""
        token = self._next()
        if token is None or not (
            token.kind in ("number", "atom", "function") or token.text in ("(", "|", "√")
        ):
            raise SpellingError(tr("The root √ has no argument; write √(x)."), place=(root.at, root.at + 1))
        self._write("sqrt(", root.at)
        self.ended = False
        self._one(token)
        self._write(")", root.at)
        self.ended = True
        token_after = self._next()
        if token_after is not None and token_after.kind in ("superscript", "power") and token.text != "(":
            raise SpellingError(
                tr("A power after √ can be read in two ways; write √(x^2) or (√x)^2."),
                place=self._since(root),
            )


def _exponent(superscript: str) -> str:
    power = superscript.translate(SUPERSCRIPTS)
    return f"**{power}" if power.isdigit() else f"**({power})"
