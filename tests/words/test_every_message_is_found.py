"""Every message in the source is in a catalogue's list: one inside the call of another is easily missed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from optviz import catalogues

CALLED = re.compile(r'\b(?:tr|marked)\(\s*"((?:[^"\\]|\\.)*)"')


def in_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="tr" | "mark"), args=[ast.Constant(value=str(text)), *_]):
                yield text


def in_javascript(path: Path) -> Iterator[str]:
    for said in CALLED.findall(path.read_text("utf-8")):
        yield re.sub(r"\\(.)", r"\1", said)


def test_no_message_is_missed() -> None:
    found = {name: set(texts) for name, texts in catalogues.messages().items()}
    sources = [path for folder in ("optviz", "pages") for path in (catalogues.ROOT / folder).rglob("*")]
    said = [(path, text) for path in sources if path.suffix == ".py" for text in in_python(path)]
    said += [(path, text) for path in sources if path.suffix == ".js" for text in in_javascript(path)]
    assert len(said) > 500
    missed = [
        (path.name, text) for path, text in said if text.strip() and text not in found[catalogues.room(path)]
    ]
    assert missed == []
