"""“Explain this step” and the small panels of an optimizer's state, for a component that has the engine.

These scripts and styles belong into the module and the markup of that component. They need the
engine's second script, `optviz.engine.step_explanations.source`.
"""

from dataclasses import dataclass
from pathlib import Path

from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.python_to_javascript import TranslationError
from optviz.engine.step_explanations import TITLES, explained
from optviz.engine.step_roles import SENTENCES
from optviz.words import Message, mark

HERE = Path(__file__).parent
PARTS = ("types", "mathml", "anatomy", "words", "explanation", "curves")
SCRIPTS = tuple(HERE / f"{part}.js" for part in PARTS)
STYLES = HERE / "explain.css"


@dataclass(frozen=True, slots=True)
class Told:
    """What the engine's second script says in English, for the browser to translate."""

    titles: tuple[Message, ...]
    sentences: tuple[Message, ...]


def told() -> Told:
    """The names of variables and the sentences about lines, of all steps that can be explained."""
    titles, sentences = (
        {mark("weight decay"): None, **dict.fromkeys(TITLES.values())},
        dict.fromkeys(SENTENCES.values()),
    )
    for row in OPTIMIZERS:
        try:
            one = explained(row)
        except TranslationError:
            continue
        titles |= dict.fromkeys(one.titles.values())
        sentences |= dict.fromkeys(one.words(line) for line in one.recording.lines)
    return Told(tuple(titles), tuple(sentences))
