"""What a link says besides the settings of its page: a lesson, how a teacher wants the page to look, and its
language.

Locks and hidden fields are a courtesy: whoever edits the link lifts them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from optviz.lessons.ways import Stop
from optviz.web.language import LANG
from optviz.words import LANGUAGES, tr

FROM, PROMPT, LOCK, HIDE, LARGE, _ = NAMES = ("from", "prompt", "lock", "hide", "large", LANG)
BETWEEN = "_"  # stands between the names of fields
LONGEST = 300  # characters of a prompt


@dataclass(frozen=True, slots=True)
class Guide:
    """What a link says: `lesson` as `Stop.text`, a sentence of the teacher, names of fields, large type, and
    a language; "" where it says none.
    """

    lesson: str = ""
    prompt: str = ""
    lock: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    large: bool = False
    lang: str = ""

    @property
    def link(self) -> dict[str, str]:
        """What the link says of it."""
        texts = {
            FROM: self.lesson,
            PROMPT: self.prompt,
            LOCK: BETWEEN.join(self.lock),
            HIDE: BETWEEN.join(self.hide),
            LARGE: "1" if self.large else "",
            LANG: self.lang,
        }
        return {name: text for name, text in texts.items() if text}


def guided(link: Mapping[str, Any], fields: Collection[str]) -> tuple[Guide, dict[str, Any], list[str]]:
    """The guide of a link, the rest of the link, and a sentence for each thing that cannot be used.

    `fields` are the names that may be locked and hidden. A lesson that is not known stays in the rest: the
    page names what it does not know.
    """
    rest, said = dict(link), []
    stop = Stop.read(str(link.get(FROM, "")))
    if stop:
        del rest[FROM]
    prompt = " ".join(str(rest.pop(PROMPT, "")).split())
    if len(prompt) > LONGEST:
        length = f"{len(prompt):,}"
        said.append(
            tr("The prompt has {given} characters; its first {shown} are shown.", given=length, shown=LONGEST)
        )
    names: dict[str, tuple[str, ...]] = {}
    for key in (LOCK, HIDE):
        given = [name for name in str(rest.pop(key, "")).split(BETWEEN) if name]
        names[key] = tuple(dict.fromkeys(name for name in given if name in fields))
        if unknown := [name for name in given if name not in fields]:
            wrong = unknown[0][:40]
            said.append(
                tr(
                    "“{key}” names “{name}”, which this page does not have; it is left out.",
                    key=key,
                    name=wrong,
                )
            )
    large = rest.pop(LARGE, "")
    if large not in ("", "1"):
        said.append(tr("“large” can only be 1; the page has its usual size."))
    lang = str(rest.pop(LANG, ""))
    if lang and lang not in LANGUAGES:
        codes = ", ".join(LANGUAGES)
        said.append(tr("“lang” can only be one of {known}; the language stays as it is.", known=codes))
        lang = ""
    guide = Guide(stop.text if stop else "", prompt[:LONGEST], names[LOCK], names[HIDE], large == "1", lang)
    return guide, rest, said
