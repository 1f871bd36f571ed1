"""How a race stands: who is where, who reached which accuracy when, and the ranking at the end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from optviz.runs.history import History, Lane
from optviz.training.events import Evaluation
from optviz.words import tr

#: The test accuracies that a race is timed to.
THRESHOLDS = (0.90, 0.95, 0.97, 0.98)


@dataclass(frozen=True, slots=True)
class Standing:
    """One racer: its place in the race, and how far it is.

    `reached` has, for each of THRESHOLDS, its first evaluation with that accuracy or a better one, or None.
    `rank` counts from 1 and is None while the race goes on, and for a racer that diverged.
    """

    place: int
    step: int
    newest: Evaluation | None
    reached: tuple[Evaluation | None, ...]
    diverged_at: int | None = None
    reason: str = ""
    finished: bool = False
    rank: int | None = None


def standings(history: History) -> list[Standing]:
    """Every racer in the order of the settings."""
    found = [_standing(place, lane) for place, lane in enumerate(history.lanes)]
    if history.run.status not in ("finished", "diverged"):
        return found
    ends = [(each.newest, each.place) for each in found if each.finished and each.newest]
    # Equal accuracies are ranked by the lower test loss.
    ends.sort(key=lambda end: (-end[0].test_accuracy, end[0].test_loss))
    ranks = {place: rank for rank, (_, place) in enumerate(ends, 1)}
    return [replace(each, rank=ranks.get(each.place)) for each in found]


def _standing(place: int, lane: Lane) -> Standing:
    judged = lane.evaluations
    reached = tuple(next((e for e in judged if e.test_accuracy >= least), None) for least in THRESHOLDS)
    diverged = lane.diverged
    return Standing(
        place,
        diverged.step if diverged else lane.step,
        judged[-1] if judged else None,
        reached,
        diverged.step if diverged else None,
        diverged.reason if diverged else "",
        lane.finished is not None,
    )


def proof(lanes: Sequence[Lane]) -> str:
    """What shows that the race is fair: the hashes of the first weights and of the batches, compared.

    The batches are compared at the last step at which all racers that did not diverge were evaluated.
    """
    first = {lane.started.initial_weights_hash for lane in lanes if lane.started}
    if not first:
        return ""
    if len(first) > 1:
        return tr("The first weights differ: this race is not fair.")
    values = {"count": len(lanes), "hash": next(iter(first))[:8]}
    going = [lane for lane in lanes if not lane.diverged]
    seen = [{e.step: e.order_hash for e in lane.evaluations if e.step and e.order_hash} for lane in going]
    common = set.intersection(*map(set, seen)) if seen else set()
    if not common:
        return tr("All {count} networks began with the same weights (SHA-256 {hash}…).", **values)
    step = max(common)
    orders = {hashes[step] for hashes in seen}
    if len(orders) > 1:
        return tr(
            "All {count} networks began with the same weights (SHA-256 {hash}…), but their batches differ: "
            "this race is not fair.",
            **values,
        )
    return tr(
        "All {count} networks began with the same weights (SHA-256 {hash}…) and were given the same batches "
        "in the same order ({order}… at step {step}).",
        **values,
        order=next(iter(orders))[:8],
        step=f"{step:,}",
    )
