"""Questions to a class: a host opens one, everybody who has the code answers once, and the host reveals.

Nobody is named. The store keeps for each answer a hash of its author's key and the class's code, so that a
person has one answer, and nobody can tell whether two classes had the same students. A class is gone a day
after it began.
"""

import math
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, func, insert, select, update

from optviz.runs.database import clock
from optviz.runs.limits import DAY, HOUR, Recently
from optviz.runs.schema import CLASSES, GUESSES, MARKS
from optviz.runs.store import RunError, Store, fingerprint
from optviz.words import tr

#: Classes at once on a server, answers to one question, and first answers from one network in an hour.
MOST_CLASSES, MOST_ANSWERS, MOST_OF_NETWORK = 500, 1000, 2000
MOST_CHANGES = 300  # of one person in a class, in an hour
MOST_CHOICES = 12
#: The kinds of questions: to choose an answer, or to mark a place; and where their answers are kept.
CHOICE, PLACE = "choice", "place"
_KEPT: dict[str, Table] = {CHOICE: GUESSES, PLACE: MARKS}
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that look alike on a blackboard
_CODE = re.compile(f"[{_ALPHABET}]{{6}}")
_OLD = delete(CLASSES).where(CLASSES.c.created < clock() - DAY)
_asked = Recently(HOUR)
_changed = Recently(HOUR)


class UnknownClassError(RunError):
    """There is no such class."""


@dataclass(frozen=True, slots=True)
class Question:
    """The open question of a class: the key of its lesson, and whether the answer is shown.

    `counts` are the answers for each choice. `mine` is the choice of whoever asks, None before an answer, and
    `hosted` says whether they are the host. `kind` is CHOICE or PLACE. `marks` are the places (x, y) of all,
    which only the host sees before the answer is shown, and `placed` is that of whoever asks.
    """

    code: str
    lesson: str
    revealed: bool
    counts: tuple[int, ...]
    mine: int | None
    hosted: bool
    kind: str = CHOICE
    marks: tuple[tuple[float, float], ...] = ()
    placed: tuple[float, float] | None = None

    @property
    def answers(self) -> int:
        """How many people have answered, as far as whoever asks may see it."""
        return sum(self.counts) + len(self.marks)


def ask(store: Store, owner: str, lesson: str, kind: str = CHOICE) -> str:
    """Open a question in the host's class, which begins with the first one; returns the class's code.

    Answers that the question had before stay. Raises RunError when the server has enough classes.
    """
    host = fingerprint(owner)
    with store.writing() as connection:
        connection.execute(_OLD)
        code = connection.execute(select(CLASSES.c.code).where(CLASSES.c.host == host)).scalar()
        if code is not None:
            change = update(CLASSES).where(CLASSES.c.code == code)
            connection.execute(change.values(lesson=lesson, kind=kind, revealed=0))
            return str(code)
        if connection.execute(select(func.count()).select_from(CLASSES)).scalar_one() >= MOST_CLASSES:
            raise RunError(
                tr(
                    "There are {count} classes on this server today, and no room for another.",
                    count=MOST_CLASSES,
                )
            )
        code = "".join(secrets.choice(_ALPHABET) for _ in range(6))
        connection.execute(
            insert(CLASSES).values(
                code=code, host=host, lesson=lesson, kind=kind, revealed=0, created=clock()
            )
        )
        return code


def hosted(store: Store, owner: str) -> str | None:
    """The code of the class that this person hosts, None if there is none."""
    with store.reading() as connection:
        query = select(CLASSES.c.code).where(CLASSES.c.host == fingerprint(owner), _fresh())
        return connection.execute(query).scalar()


def look(store: Store, code: str, owner: str) -> Question:
    """The open question of a class. Raises UnknownClassError."""
    with store.reading() as connection:
        row = _found(connection, code)
        host, me = secrets.compare_digest(row.host, fingerprint(owner)), _author(owner, code)
        if row.kind == PLACE:
            return _places(connection, row, me, host)
        asked = _answers(GUESSES, row)
        counted = select(GUESSES.c.choice, func.count()).where(*asked).group_by(GUESSES.c.choice)
        counts = {int(choice): int(count) for choice, count in connection.execute(counted).all()}
        chosen = connection.execute(select(GUESSES.c.choice).where(*asked, GUESSES.c.author == me)).scalar()
    return Question(
        code=code,
        lesson=row.lesson,
        revealed=bool(row.revealed),
        counts=tuple(counts.get(choice, 0) for choice in range(MOST_CHOICES)),
        mine=None if chosen is None else int(chosen),
        hosted=host,
    )


def _places(connection: Connection, row: Row[Any], me: str, host: bool) -> Question:
    """The open question that asks for a place."""
    query = select(MARKS.c.author, MARKS.c.x, MARKS.c.y).where(*_answers(MARKS, row))
    everybody = host or row.revealed
    found = connection.execute(query if everybody else query.where(MARKS.c.author == me)).all()
    return Question(
        code=row.code,
        lesson=row.lesson,
        revealed=bool(row.revealed),
        counts=(),
        mine=None,
        hosted=host,
        kind=PLACE,
        marks=tuple(sorted((float(x), float(y)) for _, x, y in found)) if everybody else (),
        placed=next(((float(x), float(y)) for author, x, y in found if author == me), None),
    )


def answer(store: Store, code: str, owner: str, lesson: str, choice: int, network: str = "") -> None:
    """Answer the open question, or answer it anew. `network` limits the answers from one address.

    Raises:
        RunError: when another question is open, the answer is shown already, or there are too many.
    """
    if not 0 <= choice < MOST_CHOICES:
        raise RunError(tr("There is no such answer."))
    _keep(store, code, owner, (lesson, CHOICE), {"choice": choice}, network)


def place(
    store: Store,
    code: str,
    owner: str,
    lesson: str,
    at: Sequence[float],
    domain: Sequence[tuple[float, float]],
    network: str = "",
) -> None:
    """Mark a place (x, y) as the answer to the open question, or move the mark.

    `domain` is the part of the landscape that is shown, (low, high) for x and y.

    Raises:
        RunError: as `answer` does, and when `at` is no place of the picture.
    """
    inside_picture(at, domain)
    _keep(store, code, owner, (lesson, PLACE), {"x": float(at[0]), "y": float(at[1])}, network)


def inside_picture(at: Sequence[float], domain: Sequence[tuple[float, float]]) -> None:
    """Raise RunError, with a sentence for people, unless `at` is a place (x, y) in the domain."""
    if len(at) != 2 or not all(isinstance(v, int | float) and math.isfinite(v) for v in at):
        raise RunError(tr("A place has two numbers, x and y."))
    if not all(low <= v <= high for v, (low, high) in zip(at, domain, strict=True)):
        (left, right), (bottom, top) = ([f"{v:g}".replace("-", "−") for v in side] for side in domain)
        raise RunError(
            tr(
                "This place is outside the picture, which shows x from {left} to {right} and y from "
                "{bottom} to {top}.",
                left=left,
                right=right,
                bottom=bottom,
                top=top,
            )
        )


def _keep(
    store: Store,
    code: str,
    owner: str,
    question: tuple[str, str],
    values: Mapping[str, float],
    network: str,
) -> None:
    """Keep an answer to a question, its lesson and its kind, in the place of the author's earlier one."""
    author = _author(owner, code)
    with store.writing() as connection:
        row = _found(connection, code, lock=True)
        if (row.lesson, row.kind) != question:
            raise RunError(tr("The class has another question now."))
        if row.revealed:
            raise RunError(tr("The answer is shown already."))
        table = _KEPT[row.kind]
        asked = _answers(table, row)
        mine = (*asked, table.c.author == author)
        if connection.execute(select(table.c.author).where(*mine)).first():
            if not _changed.admit(author, MOST_CHANGES):
                raise RunError(
                    tr("You have changed your answer {count} times in an hour. It stays.", count=MOST_CHANGES)
                )
            connection.execute(update(table).where(*mine).values(**values))
            return
        counted = select(func.count()).select_from(table).where(*asked)
        if connection.execute(counted).scalar_one() >= MOST_ANSWERS:
            raise RunError(tr("This question has {count} answers, and takes no more.", count=MOST_ANSWERS))
        if network and not _asked.admit(network, MOST_OF_NETWORK):
            raise RunError(tr("Too many answers came from your network in the last hour."))
        named = {"class": code, "lesson": row.lesson, "author": author}
        connection.execute(insert(table).values({**named, **values}))


def reveal(store: Store, owner: str, shown: bool = True) -> None:
    """Show the answer to the host's class, or hide it again."""
    with store.writing() as connection:
        connection.execute(
            update(CLASSES).where(CLASSES.c.host == fingerprint(owner)).values(revealed=int(shown))
        )


def clear(store: Store, owner: str) -> None:
    """Delete all answers of the host's class to the open question, and hide the right one."""
    with store.writing() as connection:
        query = select(CLASSES).where(CLASSES.c.host == fingerprint(owner))
        for row in connection.execute(query).all():
            table = _KEPT[row.kind]
            connection.execute(delete(table).where(*_answers(table, row)))
            connection.execute(update(CLASSES).where(CLASSES.c.code == row.code).values(revealed=0))


def end(store: Store, owner: str) -> None:
    """Delete the host's class with all its answers."""
    with store.writing() as connection:
        connection.execute(delete(CLASSES).where(CLASSES.c.host == fingerprint(owner)))


def forget_old(store: Store) -> None:
    """Delete the classes that began more than a day ago."""
    with store.writing() as connection:
        connection.execute(_OLD)


def _answers(table: Table, row: Row[Any]) -> tuple[ColumnElement[bool], ...]:
    """Which rows of a table of answers belong to the open question of a class."""
    return table.c["class"] == row.code, table.c.lesson == row.lesson


def _fresh() -> ColumnElement[bool]:
    return CLASSES.c.created >= clock() - DAY


def _found(connection: Connection, code: str, lock: bool = False) -> Row[Any]:
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise UnknownClassError(tr("This is not the code of a class: it has six letters and digits."))
    query = select(CLASSES).where(CLASSES.c.code == code, _fresh())
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise UnknownClassError(tr("There is no such class; it may have ended."))
    return row


def _author(owner: str, code: str) -> str:
    return fingerprint(f"{code} {owner}")
