"""Every sentence of a lesson that states a number, and every “Notice”, is held to its run."""

import pytest

from optviz.lessons.networks import COURSE
from tests.lessons.captions import Claims, sentences_with_numbers, texts
from tests.lessons.claims_of_activations import CLAIMS as OF_ACTIVATIONS
from tests.lessons.claims_of_losses import CLAIMS as OF_LOSSES
from tests.lessons.claims_of_places import CLAIMS as OF_PLACES
from tests.lessons.claims_of_runs import CLAIMS as OF_RUNS

CLAIMS: Claims = {**OF_RUNS, **OF_PLACES, **OF_ACTIVATIONS, **OF_LOSSES}
ROWS = [(key, words, holds) for key, claims in CLAIMS.items() for words, holds in claims]


@pytest.mark.parametrize(
    ("key", "words", "holds"), ROWS, ids=[f"{key}: {words[0]}" for key, words, _ in ROWS]
)
def test_the_run_does_what_the_sentence_says(key: str, words: tuple[str, ...], holds) -> None:
    for said in words:
        assert any(said in text for text in texts(COURSE[key])), f"“{said}” is not a sentence of this lesson"
    assert holds()


@pytest.mark.parametrize("key", COURSE)
def test_no_number_and_no_notice_is_left_unheld(key: str) -> None:
    lesson = COURSE[key]
    held = [said for words, _ in CLAIMS.get(key, []) for said in words]
    assert any(said in lesson.notice for said in held), "what the picture shows is not tested"
    for sentence in sentences_with_numbers(lesson):
        assert any(said in sentence for said in held), f"no test computes: {sentence}"
