"""Every message has its translation, and every translation keeps what must be kept."""

import re

import pytest

from optviz import catalogues
from optviz.words import LANGUAGES
from optviz.words.catalogue import ENGLISH, FOLDER, PLACE, entries

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
MESSAGES = catalogues.messages()
#: What stands in both languages alike: values, formulas, code and where links lead.
KEPT = (PLACE, re.compile(r"\$[^$]+\$"), re.compile(r"`[^`]+`"), re.compile(r"\]\([^)]*\)"))
WORDS_OF_FORMULAS = re.compile(r"\\text\{[^}]*\}")
CALL = re.compile(r"\w+\([^)]*\)")  # code: where(a, b, c)
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!](?:$|[\u4e00-\u9fff ])")


@pytest.mark.parametrize("language", OTHERS)
def test_there_is_a_catalogue_for_each_room_and_none_for_no_room(language: str) -> None:
    assert {path.stem for path in (FOLDER / language).glob("*.po")} == MESSAGES.keys()


@pytest.mark.parametrize("room", sorted(MESSAGES))
@pytest.mark.parametrize("language", OTHERS)
class TestACatalogue:
    @pytest.fixture
    def said(self, language: str, room: str) -> dict[str, str]:
        return entries(FOLDER / language / f"{room}.po")

    def test_has_every_message_and_no_other(self, said: dict[str, str], room: str) -> None:
        assert sorted(said.keys() ^ set(MESSAGES[room])) == [], "run python -m optviz.catalogues"
        assert [message for message, text in said.items() if not text] == []

    def test_keeps_values_formulas_code_and_links(self, said: dict[str, str]) -> None:
        for message, text in said.items():
            both = [WORDS_OF_FORMULAS.sub("", each) for each in (text, message)]
            for kept in KEPT:
                found, wanted = (sorted(kept.findall(each)) for each in both)
                assert found == wanted, message

    def test_has_the_punctuation_of_its_language(self, said: dict[str, str]) -> None:
        assert [text for text in said.values() if HALF_WIDTH.search(CALL.sub("", text))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_message_is_called_the_same_in_every_room(language: str) -> None:
    known: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        for message, text in entries(path).items():
            assert known.setdefault(message, text) == text, f"{message}: {path.stem}"
