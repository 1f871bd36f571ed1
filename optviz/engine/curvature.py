"""The curvature of a landscape at one point, and the largest stable learning rate there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optviz.engine.landscapes import as_objective
from optviz.engine.objective import Objective
from optviz.engine.optimizers import Optimizer, as_optimizer
from optviz.words import Message, mark


@dataclass(frozen=True, slots=True)
class Conditioning:
    """The curvature at one point, and the learning rates that theory derives from it; None where it has none.

    `eigenvalues` (d,) of the Hessian, from small to large, not numbers where f has none. `condition` is
    λmax/λmin, where both are positive. `best_rate` is 2/(λmin + λmax), gradient descent's best on that
    quadratic. `edge` is the largest stable rate of the optimizer in question, `share` the present rate
    divided by it: beyond 1 theory expects growth. Without an edge, `no_edge` says why in a few words.
    """

    eigenvalues: np.ndarray
    condition: float | None
    best_rate: float | None
    edge: float | None
    share: float | None
    no_edge: Message = ""


def conditioning(
    objective: Objective | str,
    point: Sequence[float],
    optimizer: Optimizer | str = "gd",
    values: Mapping[str, float] | None = None,
) -> Conditioning:
    """The curvature of `objective` at `point` (d numbers), beside the rate of `optimizer`.

    Raises:
        HyperparameterError: for a value that is not allowed.
    """
    objective, optimizer = as_objective(objective), as_optimizer(optimizer)
    complete = optimizer.complete(values or {})
    hessian = objective.hessian(np.asarray(point, dtype=float))
    if not np.isfinite(hessian).all():
        nothing = np.full(objective.dimension, np.nan)
        why = mark("none: f has no finite curvature here")
        return Conditioning(nothing, None, None, None, None, why)
    eigenvalues = np.linalg.eigvalsh(hessian)
    smallest, largest = float(eigenvalues[0]), float(eigenvalues[-1])
    convex = smallest > 0
    # Along a direction of negative curvature every rate carries the run away.
    edge = optimizer.stable_rate(complete, largest) if smallest >= 0 else None
    no_edge = mark("none: λmin < 0") if smallest < 0 else mark("no known limit") if edge is None else ""
    return Conditioning(
        eigenvalues,
        condition=largest / smallest if convex else None,
        best_rate=2 / (smallest + largest) if convex else None,
        edge=edge,
        share=complete["lr"] / edge if edge else None,
        no_edge=no_edge,
    )
