"""What people read, in their language.

A program's sentence is written in English where it is made, as the message of `tr`. Catalogues of gettext,
one for each room, hold the other languages (`optviz/words/zh/*.po`). Where a catalogue or a message is
missing, the English stands. `python -m optviz.catalogues` brings the catalogues up to date.

    tr("The link's {name} is used.", name="lr")

Sentences of tables, such as the title of a lesson, are said by their type to be messages (`Message`), and are
translated where they are shown: `tr(lesson.title)`. Values, links and exported code are the same in all
languages.
"""

import functools
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, ParamSpec, TypeVar

from optviz.words.catalogue import ENGLISH, LANGUAGES, PLACE, translations
from optviz.words.spacing import EDGE, spaced

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Message",
    "ask",
    "join",
    "language",
    "listed",
    "mark",
    "per_language",
    "speak",
    "speaking",
    "tr",
    "trn",
]

#: The type of a text in a table that people read. `Message`, `tuple[Message, ...]` and mappings to it are
#: found in dataclasses, so such a text needs no other mark.
Message = Annotated[str, "message"]
P = ParamSpec("P")
T = TypeVar("T")
_spoken: ContextVar[str] = ContextVar("language")


def _english() -> str:
    return ENGLISH


_asked: Callable[[], str] = _english


def ask(who: Callable[[], str]) -> None:
    """Ask `who` for the language wherever nobody has said it, such as in a new thread."""
    global _asked
    _asked = who


def language() -> str:
    """The language of this context, a key of `LANGUAGES`."""
    said = _spoken.get("")
    return said or _asked()


def speak(key: str) -> None:
    """From here on, this context has that language; one that is not known is English."""
    _spoken.set(key if key in LANGUAGES else ENGLISH)


@contextmanager
def speaking(key: str) -> Iterator[None]:
    """Inside, this context has that language; one that is not known is English."""
    token = _spoken.set(key if key in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _spoken.reset(token)


def tr(message: str, /, **values: object) -> str:
    """The message in the language of this context, with `{name}` replaced by each value of that name.

    Other braces stay, so a message may hold LaTeX.
    """
    spoken = language()
    said = translations(spoken).get(message, message)
    if not values:
        return said
    return spaced(_filled(said, values, EDGE)) if spoken == "zh" else _filled(said, values)


def trn(one: str, many: str, count: int, /, **values: object) -> str:
    """`one` if the count is 1, else `many`, as `tr` says them; `{count}` is the count with thousands."""
    return tr(one if count == 1 else many, count=f"{count:,}", **values)


def mark(message: str) -> str:
    """The message itself, to be translated later where it is shown."""
    return message


def join(*sentences: str) -> str:
    """Sentences one after the other; Chinese has no space between them. Empty ones are left out."""
    return ("" if language() == "zh" else " ").join(sentence for sentence in sentences if sentence)


def listed(names: Iterable[str]) -> str:
    """Names one after the other, with the commas of the language."""
    return ("、" if language() == "zh" else ", ").join(names)


def per_language(most: int | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep the last `most` results of a function that says words, for each language by itself."""

    def keeping(function: Callable[P, T]) -> Callable[P, T]:
        @functools.lru_cache(maxsize=most)
        def known(said: str, *args: Hashable, **kwargs: Hashable) -> T:
            with speaking(said):
                return function(*args, **kwargs)  # type: ignore[arg-type]

        @functools.wraps(function)
        def asked(*args: P.args, **kwargs: P.kwargs) -> T:
            return known(language(), *args, **kwargs)  # type: ignore[arg-type]

        asked.cache_clear = known.cache_clear  # type: ignore[attr-defined]
        return asked

    return keeping


def _filled(text: str, values: dict[str, object], edge: str = "") -> str:
    return PLACE.sub(
        lambda place: f"{edge}{values[place[1]]}{edge}" if place[1] in values else place[0], text
    )
