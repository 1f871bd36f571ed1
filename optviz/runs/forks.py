"""Forks in the run store: from which run each was made, and the family that they make."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from optviz.runs.schema import FORKS, RUNS
from optviz.runs.store import Run, RunError, Store, fingerprint, run_from_row, valid
from optviz.training.config import TrainingConfig, decode, encode
from optviz.training.forks import Origin
from optviz.words import tr

#: The most ancestors that are followed, and the most runs of a family that are shown.
MOST_ANCESTORS, MOST_SHOWN = 30, 40


@dataclass(frozen=True, slots=True)
class Member:
    """A run of a family: how many forks lead to it, and its origin, None for the first.

    `run` is None if it was deleted.
    """

    id: str
    depth: int
    origin: Origin | None
    run: Run | None


def fork_of(store: Store, parent: str, racer: int, config: TrainingConfig) -> dict[str, Any]:
    """What the store keeps of a fork of the parent's last checkpoint, which then begins with these weights.

    Raises:
        RunError: when the parent has no checkpoint, or `config` cannot go on from it.
    """
    run, checkpoint = store.follow(parent, after=2**31 - 1)[0], store.checkpoint(parent)
    if checkpoint is None:
        raise RunError(tr("This run has no checkpoint yet; it can be forked once it has one."))
    if run.complaints:
        raise RunError(tr("This run was configured by another version of optviz, so it cannot be forked."))
    if not 0 <= racer < len(run.config.entrants):
        raise RunError(tr("This run has no such network."))
    if refusal := Origin(parent, run.config, racer, checkpoint.step).refusal(config):
        raise RunError(refusal)
    return {
        "parent": parent,
        "racer": racer,
        "step": checkpoint.step,
        "config": json.dumps(encode(run.config)),
        "data": checkpoint.data,
    }


def beginning(store: Store, run_id: str) -> tuple[Origin, bytes] | None:
    """The origin of a fork and its parent's checkpoint; None for a run that is no fork."""
    with store.reading() as connection:
        row = connection.execute(select(FORKS).where(FORKS.c.run == valid(run_id))).first()
    return (_origin(row), bytes(row.data)) if row is not None and row.data is not None else None


def family(store: Store, run_id: str, owner: str) -> list[Member]:
    """The family of a run, each fork below its parent; alone it is no family, and the list is empty.

    Besides the line from the first run to this one, only the visitor's own forks are in it: nobody's link
    shows what else was made of a run.
    """
    who = fingerprint(owner)
    with store.reading() as connection:
        rows = {run_id: _run(connection, run_id)}
        line, made = [run_id], {}
        while (row := _fork(connection, line[-1])) is not None and len(line) <= MOST_ANCESTORS:
            made[line[-1]] = row
            line.append(row.parent)
            rows[row.parent] = _run(connection, row.parent)
        children: dict[str, list[str]] = {}
        generation = [line[-1]]
        while generation and len(rows) < MOST_SHOWN:
            query = select(*_WITHOUT_DATA, RUNS).join_from(FORKS, RUNS, RUNS.c.id == FORKS.c.run)
            found = connection.execute(
                query.where(FORKS.c.parent.in_(generation)).order_by(RUNS.c.created, RUNS.c.id)
            ).all()
            kept = [row for row in found if row.id in line or row.owner == who][:MOST_SHOWN]
            for row in kept:
                made[row.id], rows[row.id] = row, row
                children.setdefault(row.parent, []).append(row.id)
            generation = [row.id for row in kept]
    members: list[Member] = []
    waiting = [(line[-1], 0)]
    while waiting:
        each, depth = waiting.pop()
        origin = _origin(made[each]) if each in made else None
        row = rows[each]
        members.append(Member(each, depth, origin, run_from_row(row) if row is not None else None))
        waiting += [(child, depth + 1) for child in reversed(children.get(each, []))]
    return members if len(members) > 1 else []


_WITHOUT_DATA = (FORKS.c.parent, FORKS.c.racer, FORKS.c.step, FORKS.c.config.label("before"))


def _run(connection: Connection, run_id: str) -> Row[Any] | None:
    return connection.execute(select(RUNS).where(RUNS.c.id == valid(run_id))).first()


def _fork(connection: Connection, run_id: str) -> Any:
    return connection.execute(select(*_WITHOUT_DATA).where(FORKS.c.run == run_id)).first()


def _origin(row: Any) -> Origin:
    written: Mapping[str, str] = json.loads(row.before if hasattr(row, "before") else row.config)
    return Origin(row.parent, decode(written)[0], row.racer, row.step)
