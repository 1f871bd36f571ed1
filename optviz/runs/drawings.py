"""What people draw for the networks of a run: a few drawings of each person, and their numbers.

A drawing gets a new number whenever it changes, so that an answer always belongs to the pixels it was given.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Select, delete, func, insert, select, update

from optviz.runs.schema import DRAWINGS, RUNS
from optviz.runs.store import RunError, Store, UnknownRunError, fingerprint, valid
from optviz.words import tr

#: Drawings that one person may keep in one run, and all people together.
MOST_OF_PERSON, MOST_OF_RUN = 6, 60
UNKNOWN = -1


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """One drawing: its place among its author's, its number, what it is meant to be, and its pixels."""

    slot: int
    number: int
    label: int
    pixels: np.ndarray


def put(store: Store, run_id: str, owner: str, slot: int, pixels: np.ndarray, label: int = UNKNOWN) -> int:
    """Keep a drawing in one of a person's places, uint8 of shape (pixels,); returns its number.

    Raises:
        RunError: when there is no room for more.
    """
    who = fingerprint(owner)
    mine = DRAWINGS.c.run == valid(run_id), DRAWINGS.c.author == who, DRAWINGS.c.slot == slot
    with store.writing() as connection:
        known = select(RUNS.c.id).where(RUNS.c.id == run_id).with_for_update()
        if connection.execute(known).first() is None:  # the lock also keeps numbers apart
            raise UnknownRunError(tr("There is no such run; it may have been deleted."))
        counted = select(func.count(), func.coalesce(func.max(DRAWINGS.c.number), 0))
        count, newest = connection.execute(counted.where(DRAWINGS.c.run == run_id)).one()
        number = int(newest) + 1
        change = {"number": number, "pixels": pixels.astype(np.uint8).tobytes(), "label": label}
        if connection.execute(update(DRAWINGS).where(*mine).values(change)).rowcount:
            return number
        if not 0 <= slot < MOST_OF_PERSON or count >= MOST_OF_RUN:
            raise RunError(
                tr("This run holds {count} drawings, and there is no room for another one.", count=count)
            )
        connection.execute(insert(DRAWINGS).values(run=run_id, author=who, slot=slot, **change))
    return number


def name(store: Store, run_id: str, owner: str, slot: int, label: int) -> None:
    """Say what a drawing is meant to be; its pixels and its number stay."""
    mine = DRAWINGS.c.run == valid(run_id), DRAWINGS.c.author == fingerprint(owner), DRAWINGS.c.slot == slot
    with store.writing() as connection:
        connection.execute(update(DRAWINGS).where(*mine).values(label=label))


def erase(store: Store, run_id: str, owner: str, slot: int) -> None:
    """Delete one drawing of a person."""
    mine = DRAWINGS.c.run == valid(run_id), DRAWINGS.c.author == fingerprint(owner), DRAWINGS.c.slot == slot
    with store.writing() as connection:
        connection.execute(delete(DRAWINGS).where(*mine))


def of_person(store: Store, run_id: str, owner: str) -> list[Drawing]:
    """A person's drawings for a run, by place."""
    query = select(DRAWINGS).where(DRAWINGS.c.run == valid(run_id), DRAWINGS.c.author == fingerprint(owner))
    return _read(store, query.order_by(DRAWINGS.c.slot))


def of_run(store: Store, run_id: str) -> list[Drawing]:
    """Everybody's drawings for a run, the oldest first."""
    return _read(store, select(DRAWINGS).where(DRAWINGS.c.run == run_id).order_by(DRAWINGS.c.number))


def newest(store: Store, run_id: str) -> tuple[int, int]:
    """How many drawings there are and the highest number: both stay the same while nothing changes."""
    query = select(func.count(), func.coalesce(func.max(DRAWINGS.c.number), 0))
    with store.reading() as connection:
        count, number = connection.execute(query.where(DRAWINGS.c.run == run_id)).one()
    return int(count), int(number)


def _read(store: Store, query: Select[Any]) -> list[Drawing]:
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return [
        Drawing(row.slot, row.number, row.label, np.frombuffer(bytes(row.pixels), np.uint8)) for row in rows
    ]
