"""Bring the catalogues up to date: `python -m optviz.catalogues`, with names of rooms for those alone.

Messages are found in two ways. Calls of `tr`, `trn` and `mark` are read from the source by Babel, in Python
and in JavaScript. Texts of tables are found by their type, `Message`. What is new stands in the files with an
empty translation, what nobody says any more is taken out, and what was translated stays.
"""

import dataclasses
import sys
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from optviz.words import LANGUAGES, Message
from optviz.words.catalogue import ENGLISH, FOLDER, entries

ROOT = Path(__file__).parents[1]
#: What is read of each call: the place of the message among the arguments.
KEYWORDS: dict[str, Any] = {"tr": None, "trn": (1, 2)}
#: What is read of markup besides its texts.
ATTRIBUTES = ("aria-label", "title", "placeholder", "alt")


def messages() -> dict[str, list[str]]:
    """All messages by the file that holds them; each file holds all that its room says."""
    found: dict[str, dict[str, None]] = {}
    said = ((room(path), text) for path in _sources() for text in _called(path))
    for name, text in (*said, *_tabled()):
        if text.strip():
            found.setdefault(name, {})[text] = None
    return {name: list(texts) for name, texts in found.items()}


def room(path: Path) -> str:
    """The name of the catalogue that a source file's messages belong to."""
    parts = path.relative_to(ROOT).parts
    if path.suffix in (".js", ".html"):
        return "browser"
    folders = parts[1:-1] if parts[1] == "web" else parts[1:-1][:1]
    return "_".join(folders) or "web"


def _sources() -> Iterator[Path]:
    for kind in ("*.js", "*.html"):
        yield from sorted((ROOT / "optviz" / "web" / "components").rglob(kind))
    for folder in ("optviz", "pages"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def _called(path: Path) -> Iterator[str]:
    if path.suffix == ".html":
        yield from _Markup.read(path.read_text("utf-8"))
        return
    method, mark = ("javascript", "marked") if path.suffix == ".js" else ("python", "mark")
    for _, message, _, _ in extract_from_file(method, str(path), {**KEYWORDS, mark: None}):
        yield from [message] if isinstance(message, str) else (text for text in message if text)


class _Markup(HTMLParser):
    """The messages of markup: its texts, and what is read aloud; `words.js` translates the same."""

    @classmethod
    def read(cls, markup: str) -> list[str]:
        made = cls()
        made.found, made.silent = [], 0
        made.feed(markup)
        made.close()
        return made.found

    found: list[str]
    silent: int

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("style", "script")
        self.found += [text for name, text in attrs if name in ATTRIBUTES and text]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not self.silent and any(character.isalpha() for character in text):
            self.found.append(text)


def _tabled() -> Iterator[tuple[str, str]]:
    from optviz.web import tabled

    known: dict[str, str] = {}
    for name, tables in tabled.tables().items():
        for text in (text for table in tables for text in texts(table)):
            # The browser has a catalogue of its own; all others are read together.
            if name == "browser" or known.setdefault(text, name) == name:
                yield name, text


def texts(value: Any) -> Iterator[str]:
    """The messages inside a value of dataclasses, mappings and sequences."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        hints = typing.get_type_hints(type(value), include_extras=True)
        for field in dataclasses.fields(value):
            held = getattr(value, field.name)
            yield from _leaves(held) if _says(hints[field.name]) else texts(held)
    elif isinstance(value, Mapping):
        for held in value.values():
            yield from texts(held)
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes) and not hasattr(value, "dtype"):
        for held in value:
            yield from texts(held)


def _says(hint: Any) -> bool:
    return hint == Message or any(_says(part) for part in typing.get_args(hint))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for held in value.values():
            yield from _leaves(held)
    elif isinstance(value, Iterable):
        for held in value:
            yield from _leaves(held)
    elif dataclasses.is_dataclass(value):
        yield from texts(value)


def update(language: str, rooms: Sequence[str] = ()) -> None:
    """Write the files of one language anew: those of some rooms, or all."""
    folder = FOLDER / language
    old = {
        message: text
        for path in sorted(folder.glob("*.po"))
        for message, text in entries(path).items()
        if text  # the same message may still be empty in another room
    }
    wanted = messages()
    for path in folder.glob("*.po"):
        if path.stem not in wanted:
            path.unlink()
    for name, said in wanted.items():
        if rooms and name not in rooms:
            continue
        made = Catalog(locale=language, project="optviz", charset="utf-8", fuzzy=False)
        made.header_comment = f"# optviz: {name}, {LANGUAGES[language]}"
        for message in said:
            made.add(message, old.get(message, ""))
        with (folder / f"{name}.po").open("wb") as file:
            write_po(file, made, width=110, omit_header=True)
        empty = sum(not old.get(message) for message in said)
        print(f"{language}/{name}.po: {len(said)} messages, {empty} without a translation")


if __name__ == "__main__":
    for language in LANGUAGES:
        if language != ENGLISH:
            update(language, sys.argv[1:])
