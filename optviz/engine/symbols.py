"""Symbols as the field writes them: from LaTeX or from a variable's name to parts that any page can draw."""

import re
from dataclasses import dataclass
from typing import Any

LETTERS = {
    "Delta": "Δ", "Pi": "Π", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε",
    "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
WORDS = {"min": "min", "max": "max", "infty": "∞"}
ACCENTS = ("hat", "bar", "tilde")

_LATEX = re.compile(
    r"(?:\\(?P<accent>hat|bar|tilde)\s+)?"
    r"(?:\\text\{(?P<word>[^{}\\]+)\}|\\(?P<greek>[A-Za-z]+)|(?P<letters>[A-Za-z]+))"
    r"(?:_(?P<below>\{[^{}]+\}|\\[a-z]+|\w))?"
    r"(?:\^(?P<above>\{[^{}]+\}|\\[a-z]+|[\w+*-]))?"
)
_NAME = re.compile(r"(?P<base>[A-Za-z]+?)_?(?P<digits>[0-9]*)(?P<parts>(?:_(?:hat|bar|tilde|max|min))*)")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol in parts: a base, an accent above it, what stands below and what above its line.

    `base`, `below` and `above` are Unicode text. `accent` is "", "hat", "bar" or "tilde". A base of
    several letters is a word, written upright.
    """

    base: str
    accent: str = ""
    below: str = ""
    above: str = ""

    @classmethod
    def of(cls, latex: str) -> "Symbol":
        r"""Read LaTeX of one symbol, such as `\hat m`, `\beta_1` or `v^{\max}`.

        Raises:
            ValueError: for LaTeX beyond that.
        """
        found = _LATEX.fullmatch(latex)
        greek = found["greek"] if found else None
        if found is None or (greek and greek not in LETTERS):
            raise ValueError(f"“{latex}” is no symbol in LaTeX that can be read here.")
        base = found["word"] or found["letters"] or LETTERS[str(greek)]
        return cls(base, found["accent"] or "", _small(found["below"]), _small(found["above"]))

    @classmethod
    def named(cls, name: str) -> "Symbol":
        """The symbol that a variable's name stands for: `m_hat` is m with a hat, `beta1` is β₁.

        A name that stands for no letter is a word.
        """
        found = _NAME.fullmatch(name)
        if found and (len(found["base"]) == 1 or found["base"] in LETTERS):
            parts = found["parts"].split("_")[1:]
            return cls(
                LETTERS.get(found["base"], found["base"]),
                next((part for part in parts if part in ACCENTS), ""),
                found["digits"],
                "".join(part for part in parts if part not in ACCENTS),
            )
        return cls(name.replace("_", " "))

    @property
    def latex(self) -> str:
        """The symbol as LaTeX."""
        greek = {letter: "\\" + name for name, letter in LETTERS.items()}
        base = greek.get(self.base, self.base if len(self.base) == 1 else rf"\text{{{self.base}}}")
        below, above = (_latex_small(text) for text in (self.below, self.above))
        accented = rf"\{self.accent} {base}" if self.accent else base
        return accented + (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")

    @property
    def data(self) -> dict[str, Any]:
        """The parts that are not empty, for the browser."""
        parts = {"base": self.base, "accent": self.accent, "below": self.below, "above": self.above}
        return {name: text for name, text in parts.items() if text}


def _small(text: str | None) -> str:
    inner = (text or "").removeprefix("{").removesuffix("}")
    return re.sub(r"\\([A-Za-z]+)", lambda m: {**LETTERS, **WORDS}[m[1]], inner)


def _latex_small(text: str) -> str:
    commands = {shown: "\\" + name for name, shown in WORDS.items()}
    return commands.get(text, text)
