"""The order of the queue: first in, first out for one person, and round robin between people.

So a person with forty runs in the queue does not block the others. The order is one pure function of what
the store holds: every server computes the same one, and a page can show a run's place in it.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """One run in the queue since `queued` (seconds since 1970); `watched`: somebody looks at it."""

    id: str
    owner: str
    queued: float
    watched: bool = True


def fair_order(
    waiting: Sequence[Waiting],
    running: Mapping[str, int] | None = None,
    served: Mapping[str, float] | None = None,
) -> list[str]:
    """The ids of the waiting runs in the order in which they will begin.

    Runs that somebody watches come first. Between people, next is who has the fewest runs in `running`, then
    who never got a worker or got one longest ago (`served`, seconds since 1970), then who waits longest.
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
