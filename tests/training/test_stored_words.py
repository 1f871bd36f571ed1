"""What workers write stays English in the store, and is said anew for whoever reads it."""

import re

import pytest

from optviz.training import stored_words
from optviz.training.stored_words import MESSAGES, retold, stored
from optviz.words import mark, speaking, tr
from tests.words.english import left_in_english

VALUES = {
    "loss": "nan",
    "step": "1,200",
    "before": "2.301",
    "rate": "0.1",
    "count": "3",
    "still": "2",
    "every": "4,810",
    "name": "Adam",
    "done": "3",
    "total": "12",
    "kind": "RuntimeError",
    "processor": "x86_64",
    "error": "no kernel: image (1.2) is there",
    "why": "no kernel: image (1.2) is there",
    "address": "tcp://10.0.0.5:8786",
}


def filled(message: str) -> str:
    return stored(message, **{name: VALUES[name] for name in re.findall(r"\{(\w+)\}", message)})


@pytest.mark.parametrize("message", MESSAGES)
def test_every_stored_sentence_is_found_again_with_its_values(message: str) -> None:
    with speaking("zh"):
        said = filled(message)
        assert message.rsplit("}")[-1] in said, "the store's language is English"
        told = retold(said)
        assert told == tr(message, **VALUES) != said
    assert retold(said) == said


def test_sentences_that_stand_one_after_the_other_are_told_one_after_the_other() -> None:
    broke = filled(stored_words.BROKEN_AT_ZERO).replace("Adam", stored_words.THE_RULE)
    said = f"{filled(stored_words.LOSS_AFTER)} {broke} {filled(stored_words.LEFT_OUT)}"
    with speaking("zh"):
        told = retold(said)
    assert told.count("。") == 3
    assert not left_in_english(told)
    assert [told.count(value) for value in ("2.301", "4,810", "1,200")] == [1, 1, 2]


def test_what_no_message_fits_stays_as_it_is() -> None:
    fixed = mark("This checkpoint is damaged and cannot be read.")
    with speaking("zh"):
        assert retold("") == ""
        assert (
            retold("A sentence of an older version, at step 3.")
            == "A sentence of an older version, at step 3."
        )
        assert retold(fixed) == tr(fixed) != fixed
