"""How a typed update rule is read: typeset, with its state and sliders, or what is wrong in which line."""

from typing import Any

from optviz.engine.rule_expressions import RuleError
from optviz.settings.link import LONGEST_TEXT
from optviz.settings.rule_link import unpacked
from optviz.settings.setups import Entrant, describe_rule, write_entrant
from optviz.web.mathml import mathml
from optviz.words import per_language, tr

KEPT = 1024  # answers, about 3 kB each


@per_language(KEPT)
def rule_reading(text: str) -> dict[str, Any]:
    """How a rule is read.

    A rule that can be used: `key` (how it stands in a link), `text`, `name`, `mathml`, the names of its
    `state`, and its `numbers` as the panel draws them. Else `{"error": {"sentence": …, "line": …}}`; the line
    counts from 1, 0 is the text as a whole.
    """
    try:
        entrant = Entrant.own(text)
    except RuleError as error:
        return _error(error)
    length = len(write_entrant(entrant))
    if length > LONGEST_TEXT:
        sentence = tr(
            "The rule takes {count} characters of the link; allowed are {most}.",
            count=length,
            most=LONGEST_TEXT,
        )
        return _error(RuleError(0, sentence))
    said = describe_rule(entrant)
    return {**said, "mathml": mathml(said.pop("formula"), display=True)}


def packed_reading(part: str) -> dict[str, Any]:
    """How the rule that a link holds is read; see `rule_reading`."""
    try:
        return rule_reading(unpacked(part))
    except RuleError as error:
        return _error(error)


def _error(error: RuleError) -> dict[str, Any]:
    # The list of what is allowed is too long to read while one types.
    return {"error": {"sentence": error.brief, "line": error.line}}
