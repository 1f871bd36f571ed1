"""Whose turn it is: first in, first out for one person, and round robin between people.

A person with forty runs in the queue waits after each of them like everybody else. Nothing here knows
about workers or the store: it is one pure function over what the store says, so that every server comes
to the same order and a page can tell the place in it.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """One run in the queue, since `queued` seconds of 1970; `watched` tells whether anybody looks."""

    id: str
    owner: str
    queued: float
    watched: bool = True


def turns(
    waiting: Sequence[Waiting],
    running: Mapping[str, int] | None = None,
    served: Mapping[str, float] | None = None,
) -> list[str]:
    """The ids of the waiting runs in the order in which they will begin.

    First come runs that somebody watches. Among the people, the one with the fewest runs `running` is
    next, then the one who was `served` (got a worker) longest ago or never, then the one who waits longest.
    """
    running, served = dict(running or {}), dict(served or {})
    order: list[str] = []
    for watched in (True, False):
        queues: dict[str, deque[Waiting]] = {}
        for run in sorted(waiting, key=lambda run: (run.queued, run.id)):
            if run.watched == watched:
                queues.setdefault(run.owner, deque()).append(run)
        now = max(served.values(), default=0.0)
        while queues:
            owner = min(
                queues,
                key=lambda who: (
                    running.get(who, 0),
                    served.get(who, 0.0),
                    queues[who][0].queued,
                    queues[who][0].id,
                ),
            )
            order.append(queues[owner].popleft().id)
            now += 1.0
            served[owner] = now
            running[owner] = running.get(owner, 0) + 1
            if not queues[owner]:
                del queues[owner]
    return order
