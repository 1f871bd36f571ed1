"""The catalogues: what each English message is called in another language."""

import functools
import re
from collections.abc import Mapping
from pathlib import Path

from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
PLACE = re.compile(r"\{(\w+)\}")  # of a value in a message
ENGLISH = "en"
#: What the languages call themselves, by the code in a link.
LANGUAGES = {ENGLISH: "English", "zh": "中文"}
#: What HTML calls them.
TAGS = {ENGLISH: "en", "zh": "zh-Hans"}


@functools.cache
def translations(language: str) -> Mapping[str, str]:
    """The translations by message; none for English, nor for a language without files."""
    return {
        message: text
        for path in sorted((FOLDER / language).glob("*.po"))
        for message, text in entries(path).items()
        if text
    }


def entries(path: Path) -> dict[str, str]:
    """The messages of one file with their translations, "" where there is none yet or it is in doubt."""
    with path.open("rb") as file:
        found = read_po(file, locale=path.parent.name)
    return {
        str(message.id): "" if message.fuzzy else str(message.string or "") for message in found if message.id
    }


def best(accepted: str) -> str:
    """The first language of ours that a browser accepts, from its Accept-Language header or locale."""
    for part in accepted.split(","):
        code = part.split(";")[0].strip().lower().split("-")[0]
        if code in LANGUAGES:
            return code
    return ENGLISH
