r"""The words in formulas, such as `\text{otherwise}`: the LaTeX is the same in all languages but for them."""

import re

from optviz.words import mark, tr

TEXT = re.compile(r"\\text\{( *)([^{}]*?)( *)\}")
#: What stands in the formulas of tables; any other text is the name of something that somebody wrote.
WORDS = frozenset(
    (
        mark("(where"),
        mark("Newton–Schulz steps"),
        mark("and then"),
        mark("by"),
        mark("divides"),
        mark("else"),
        mark("for"),
        mark("from earlier gradients"),
        mark("from the last ten steps only"),
        mark("if"),
        mark("is finite)"),
        mark("or"),
        mark("otherwise"),
        mark("then cosine"),
        mark("with"),
        mark("worst"),
    )
)


def in_words(latex: str) -> str:
    """The LaTeX with its words in the language of this context."""
    return TEXT.sub(_said, latex)


def _said(found: re.Match[str]) -> str:
    before, word, after = found.groups()
    return rf"\text{{{before}{tr(word)}{after}}}" if word in WORDS else found[0]
