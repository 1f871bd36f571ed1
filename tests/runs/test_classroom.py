"""Questions to a class in the store: one answer each, shown by the host, gone after a day."""

import pytest
from run_databases import ME, YOU
from sqlalchemy import select, text

from optviz.runs import classroom
from optviz.runs.classroom import UnknownClassError, answer, ask, clear, end, hosted, look, reveal
from optviz.runs.limits import Recently
from optviz.runs.schema import GUESSES
from optviz.runs.store import RunError

THEY = "somebody else"


def test_a_class_answers_and_its_host_sees_how_many_chose_what(store):
    assert hosted(store, ME) is None
    code = ask(store, ME, "adam")
    assert hosted(store, ME) == code
    answer(store, code, YOU, "adam", 2)
    answer(store, code, THEY, "adam", 0)
    answer(store, code, THEY, "adam", 2)
    seen = look(store, code, ME)
    assert (seen.lesson, seen.revealed, seen.hosted, seen.mine) == ("adam", False, True, None)
    assert seen.counts[:4] == (0, 0, 2, 0)
    assert seen.answers == 2
    theirs = look(store, code, YOU)
    assert (theirs.hosted, theirs.mine) == (False, 2)


def test_after_the_reveal_no_answer_is_taken_until_the_host_hides_it(store):
    code = ask(store, ME, "adam")
    reveal(store, YOU)
    assert not look(store, code, YOU).revealed, "only the host reveals"
    reveal(store, ME)
    assert look(store, code, YOU).revealed
    with pytest.raises(RunError, match="shown already"):
        answer(store, code, YOU, "adam", 1)
    reveal(store, ME, shown=False)
    answer(store, code, YOU, "adam", 1)


def test_the_next_question_keeps_the_class_and_the_answers_to_the_one_before(store):
    code = ask(store, ME, "adam")
    answer(store, code, YOU, "adam", 1)
    reveal(store, ME)
    assert ask(store, ME, "rmsprop") == code
    seen = look(store, code, YOU)
    assert (seen.lesson, seen.revealed, seen.mine, seen.answers) == ("rmsprop", False, None, 0)
    with pytest.raises(RunError, match="another question"):
        answer(store, code, YOU, "adam", 2)
    ask(store, ME, "adam")
    assert look(store, code, YOU).mine == 1


def test_one_button_clears_the_answers_and_another_ends_the_class(store):
    code = ask(store, ME, "adam")
    answer(store, code, YOU, "adam", 1)
    reveal(store, ME)
    clear(store, YOU)
    assert look(store, code, ME).answers == 1
    clear(store, ME)
    seen = look(store, code, ME)
    assert (seen.answers, seen.revealed) == (0, False)
    answer(store, code, YOU, "adam", 1)
    end(store, YOU)
    assert hosted(store, ME) == code
    end(store, ME)
    with pytest.raises(UnknownClassError, match="no such class"):
        look(store, code, YOU)
    with store.reading() as connection:
        assert connection.execute(select(GUESSES)).all() == []


def test_a_class_is_gone_after_a_day(store):
    code = ask(store, ME, "adam")
    answer(store, code, YOU, "adam", 1)
    with store.writing() as connection:
        connection.execute(text("UPDATE classes SET created = created - 86401"))
    with pytest.raises(UnknownClassError):
        look(store, code, YOU)
    assert hosted(store, ME) is None
    classroom.forget_old(store)
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM guesses")).scalar() == 0
        assert connection.execute(text("SELECT count(*) FROM classes")).scalar() == 0


def test_a_flood_of_answers_is_capped(store, monkeypatch):
    monkeypatch.setattr(classroom, "MOST_ANSWERS", 3)
    code = ask(store, ME, "adam")
    for k in range(3):
        answer(store, code, f"student {k}", "adam", 0)
    with pytest.raises(RunError, match="takes no more"):
        answer(store, code, "student 3", "adam", 0)
    answer(store, code, "student 0", "adam", 1)
    assert look(store, code, ME).counts[:2] == (2, 1)


def test_one_network_is_capped_and_others_are_not(store, monkeypatch):
    monkeypatch.setattr(classroom, "MOST_OF_NETWORK", 2)
    monkeypatch.setattr(classroom, "_asked", Recently())
    code = ask(store, ME, "adam")
    for k in range(2):
        answer(store, code, f"student {k}", "adam", 0, network="192.0.2.77")
    with pytest.raises(RunError, match="your network"):
        answer(store, code, "student 2", "adam", 0, network="192.0.2.77")
    answer(store, code, "student 3", "adam", 0, network="192.0.2.78")


def test_a_server_holds_so_many_classes(store, monkeypatch):
    monkeypatch.setattr(classroom, "MOST_CLASSES", 1)
    ask(store, ME, "adam")
    ask(store, ME, "rmsprop")
    with pytest.raises(RunError, match="no room"):
        ask(store, YOU, "adam")


@pytest.mark.parametrize("choice", [-1, classroom.MOST_CHOICES, 10**9])
def test_an_answer_that_does_not_exist_is_refused(store, choice):
    code = ask(store, ME, "adam")
    with pytest.raises(RunError, match="no such answer"):
        answer(store, code, YOU, "adam", choice)


@pytest.mark.parametrize("code", ["", "abc", "ABCDEF", "a' OR 1", "x" * 5000, "aaaaaa"])
def test_a_code_that_is_none_gets_a_sentence(store, code):
    with pytest.raises(UnknownClassError):
        look(store, code, ME)


def test_the_same_student_looks_like_another_one_in_another_class(store):
    codes = ask(store, ME, "adam"), ask(store, THEY, "adam")
    for code in codes:
        answer(store, code, YOU, "adam", 1)
    with store.reading() as connection:
        authors = connection.execute(select(GUESSES.c.author)).scalars().all()
    assert len(set(authors)) == 2
