"""Rates and steps that tell something on a landscape, in place of those of the landscape before."""

from collections.abc import Sequence
from dataclasses import replace

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import Objective, Telling
from optviz.settings.setups import Entrant

#: With what a comparison begins; what equals it was not set by anybody.
FIRST = OBJECTIVES["ravine"]


def told_rates(entrants: Sequence[Entrant], before: Objective, after: Objective) -> tuple[Entrant, ...]:
    """The entrants with the rates that tell something on `after`, where nobody has set another one."""
    return tuple(_told(entrant, _untouched(before), after.telling) for entrant in entrants)


def told_steps(steps: int, before: Objective, after: Objective) -> int:
    """The number of steps that tells something on `after`, where nobody has set another one."""
    if after.telling is None or steps not in [telling.steps for telling in _untouched(before)]:
        return steps
    return after.telling.steps


def _untouched(before: Objective) -> list[Telling]:
    return [telling for telling in (before.telling, FIRST.telling) if telling]


def _told(entrant: Entrant, untouched: list[Telling], telling: Telling | None) -> Entrant:
    values = dict(entrant.values)
    known = [values["lr"] == earlier.rates.get(entrant.optimizer) for earlier in untouched]
    if telling is None or not any(known):
        return entrant
    values["lr"] = telling.rates[entrant.optimizer]
    return replace(entrant, values=tuple(values.items()))
