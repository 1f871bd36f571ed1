"""Questions to a class: a host opens one, everybody who has the code answers once, and the host reveals.

Nobody is named. The store keeps for each answer a hash of its author's key and the class's code, so that a
person has one answer, and nobody can tell whether two classes had the same students. A class is gone a day
after it began.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from optviz.runs.database import clock
from optviz.runs.limits import DAY, HOUR, Recently
from optviz.runs.schema import CLASSES, GUESSES
from optviz.runs.store import RunError, Store, fingerprint
from optviz.words import tr

#: Classes at once on a server, answers to one question, and first answers from one network in an hour.
MOST_CLASSES, MOST_ANSWERS, MOST_OF_NETWORK = 500, 1000, 2000
MOST_CHOICES = 12
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that look alike on a blackboard
_CODE = re.compile(f"[{_ALPHABET}]{{6}}")
_OLD = delete(CLASSES).where(CLASSES.c.created < clock() - DAY)
_asked = Recently(HOUR)


class UnknownClassError(RunError):
    """There is no such class."""


@dataclass(frozen=True, slots=True)
class Question:
    """The open question of a class: the key of its lesson, and whether the answer is shown.

    `counts` are the answers for each choice. `mine` is the choice of whoever asks, None before an answer, and
    `hosted` says whether they are the host.
    """

    code: str
    lesson: str
    revealed: bool
    counts: tuple[int, ...]
    mine: int | None
    hosted: bool

    @property
    def answers(self) -> int:
        """How many people have answered."""
        return sum(self.counts)


def ask(store: Store, owner: str, lesson: str) -> str:
    """Open a question in the host's class, which begins with the first one; returns the class's code.

    Answers that the question had before stay. Raises RunError when the server has enough classes.
    """
    host = fingerprint(owner)
    with store.writing() as connection:
        connection.execute(_OLD)
        code = connection.execute(select(CLASSES.c.code).where(CLASSES.c.host == host)).scalar()
        if code is not None:
            change = update(CLASSES).where(CLASSES.c.code == code)
            connection.execute(change.values(lesson=lesson, revealed=0))
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
            insert(CLASSES).values(code=code, host=host, lesson=lesson, revealed=0, created=clock())
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
        mine = GUESSES.c["class"] == code, GUESSES.c.lesson == row.lesson
        counted = select(GUESSES.c.choice, func.count()).where(*mine).group_by(GUESSES.c.choice)
        counts = {int(choice): int(count) for choice, count in connection.execute(counted).all()}
        own = select(GUESSES.c.choice).where(*mine, GUESSES.c.author == _author(owner, code))
        chosen = connection.execute(own).scalar()
    return Question(
        code=code,
        lesson=row.lesson,
        revealed=bool(row.revealed),
        counts=tuple(counts.get(choice, 0) for choice in range(MOST_CHOICES)),
        mine=None if chosen is None else int(chosen),
        hosted=secrets.compare_digest(row.host, fingerprint(owner)),
    )


def answer(store: Store, code: str, owner: str, lesson: str, choice: int, network: str = "") -> None:
    """Answer the open question, or answer it anew. `network` limits the answers from one address.

    Raises:
        RunError: when another question is open, the answer is shown already, or there are too many.
    """
    if not 0 <= choice < MOST_CHOICES:
        raise RunError(tr("There is no such answer."))
    author = _author(owner, code)
    with store.writing() as connection:
        row = _found(connection, code, lock=True)
        if row.lesson != lesson:
            raise RunError(tr("The class has another question now."))
        if row.revealed:
            raise RunError(tr("The answer is shown already."))
        question = GUESSES.c["class"] == code, GUESSES.c.lesson == lesson
        change = update(GUESSES).where(*question, GUESSES.c.author == author).values(choice=choice)
        if connection.execute(change).rowcount:
            return
        counted = select(func.count()).select_from(GUESSES).where(*question)
        if connection.execute(counted).scalar_one() >= MOST_ANSWERS:
            raise RunError(tr("This question has {count} answers, and takes no more.", count=MOST_ANSWERS))
        if network and not _asked.admit(network, MOST_OF_NETWORK):
            raise RunError(tr("Too many answers came from your network in the last hour."))
        values = {"class": code, "lesson": lesson, "author": author, "choice": choice}
        connection.execute(insert(GUESSES).values(values))


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
            question = GUESSES.c["class"] == row.code, GUESSES.c.lesson == row.lesson
            connection.execute(delete(GUESSES).where(*question))
            connection.execute(update(CLASSES).where(CLASSES.c.code == row.code).values(revealed=0))


def end(store: Store, owner: str) -> None:
    """Delete the host's class with all its answers."""
    with store.writing() as connection:
        connection.execute(delete(CLASSES).where(CLASSES.c.host == fingerprint(owner)))


def forget_old(store: Store) -> None:
    """Delete the classes that began more than a day ago."""
    with store.writing() as connection:
        connection.execute(_OLD)


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
