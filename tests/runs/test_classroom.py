"""Questions to a class in the store: one answer each, shown by the host, gone after a day."""

import pytest
from run_databases import ME, YOU
from sqlalchemy import select, text

from optviz.runs import classroom
from optviz.runs.classroom import UnknownClassError, answer, ask, clear, end, hosted, look, place, reveal
from optviz.runs.limits import Recently
from optviz.runs.schema import GUESSES, MARKS
from optviz.runs.store import RunError, Store

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


# A question for a place

BOX = ((-2.0, 2.0), (-1.0, 3.0))


def asked_for_a_place(store):
    return ask(store, ME, "saddle", classroom.PLACE)


def test_the_marks_of_a_class_are_seen_by_the_host_and_by_all_after_the_reveal(store):
    code = asked_for_a_place(store)
    place(store, code, YOU, "saddle", (1.5, -0.25), BOX)
    place(store, code, THEY, "saddle", (0.0, 3.0), BOX)
    place(store, code, YOU, "saddle", (0.5, 0.125), BOX)
    seen = look(store, code, ME)
    assert (seen.kind, seen.marks, seen.answers, seen.placed) == (
        "place",
        ((0.0, 3.0), (0.5, 0.125)),
        2,
        None,
    )
    theirs = look(store, code, YOU)
    assert (theirs.marks, theirs.placed) == ((), (0.5, 0.125)), "before the reveal only their own"
    reveal(store, ME)
    assert look(store, code, YOU).marks == seen.marks
    with pytest.raises(RunError, match="shown already"):
        place(store, code, YOU, "saddle", (1.0, 1.0), BOX)


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ((2.001, 0.0), "x from −2 to 2 and y from −1 to 3"),
        ((0.0, -1e9), "outside the picture"),
        ((float("nan"), 0.0), "two numbers"),
        ((0.0, float("inf")), "two numbers"),
        ((None, 0.0), "two numbers"),
        (("0", "0"), "two numbers"),
        ((0.0,), "two numbers"),
    ],
)
def test_what_is_no_place_of_the_picture_is_refused_and_the_mark_stays(store, at, why):
    code = asked_for_a_place(store)
    place(store, code, YOU, "saddle", (1.0, 1.0), BOX)
    with pytest.raises(RunError, match=why):
        place(store, code, YOU, "saddle", at, BOX)
    assert look(store, code, YOU).placed == (1.0, 1.0)


def test_an_answer_of_the_other_kind_is_refused(store):
    code = asked_for_a_place(store)
    with pytest.raises(RunError, match="another question"):
        answer(store, code, YOU, "saddle", 0)
    ask(store, ME, "saddle")
    with pytest.raises(RunError, match="another question"):
        place(store, code, YOU, "saddle", (0.0, 0.0), BOX)
    assert look(store, code, ME).answers == 0


def test_marks_and_choices_of_one_lesson_are_cleared_by_themselves_and_end_together(store):
    code = ask(store, ME, "saddle")
    answer(store, code, YOU, "saddle", 1)
    asked_for_a_place(store)
    place(store, code, YOU, "saddle", (0.0, 0.0), BOX)
    clear(store, ME)
    assert look(store, code, ME).marks == ()
    place(store, code, YOU, "saddle", (0.0, 0.0), BOX)
    ask(store, ME, "saddle")
    assert look(store, code, YOU).mine == 1
    end(store, ME)
    with store.reading() as connection:
        assert connection.execute(select(MARKS)).all() == []


def test_a_flood_of_marks_is_capped_for_a_class_a_network_and_a_person(store, monkeypatch):
    monkeypatch.setattr(classroom, "_asked", Recently())
    monkeypatch.setattr(classroom, "_changed", Recently())
    monkeypatch.setattr(classroom, "MOST_ANSWERS", 3)
    monkeypatch.setattr(classroom, "MOST_OF_NETWORK", 2)
    monkeypatch.setattr(classroom, "MOST_CHANGES", 2)
    code = asked_for_a_place(store)
    for k in range(2):
        place(store, code, f"student {k}", "saddle", (k, 0.0), BOX, network="192.0.2.79")
    with pytest.raises(RunError, match="your network"):
        place(store, code, "student 2", "saddle", (0.0, 0.0), BOX, network="192.0.2.79")
    place(store, code, "student 2", "saddle", (2.0, 0.0), BOX, network="192.0.2.80")
    with pytest.raises(RunError, match="takes no more"):
        place(store, code, "student 3", "saddle", (0.0, 0.0), BOX)
    for y in (1.0, 2.0):
        place(store, code, "student 0", "saddle", (0.0, y), BOX)
    with pytest.raises(RunError, match="It stays"):
        place(store, code, "student 0", "saddle", (0.0, 3.0), BOX)
    assert look(store, code, ME).marks == ((0.0, 2.0), (1.0, 0.0), (2.0, 0.0))


def test_a_class_of_an_older_database_keeps_its_question_and_answers(database):
    old = Store(database.address)
    code = ask(old, ME, "adam")
    answer(old, code, YOU, "adam", 1)
    with old.writing() as connection:  # back to the schema of before
        connection.execute(text("DROP TABLE marks"))
        connection.execute(text("ALTER TABLE classes DROP COLUMN kind"))
        connection.execute(text("DELETE FROM schema_version WHERE number >= 6"))
    old.close()
    new = Store(database.address)
    seen = look(new, code, YOU)
    assert (seen.kind, seen.lesson, seen.mine) == ("choice", "adam", 1)
    new.close()
