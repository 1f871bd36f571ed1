"""A sweep of learning rates: each optimizer of a race at several rates and from several seeds.

Every optimizer and rate is a job of its own, which trains all seeds; so a cluster works on many at once. A
job has one result, which replaces the one before: what is computed twice is counted once.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from optviz.runs.store import Run
from optviz.training.config import TrainingConfig
from optviz.training.datasets import Dataset
from optviz.training.events import Diverged, Evaluation, Progress

KIND = "sweep"
#: Powers of ten by which an optimizer's own rate is multiplied.
POWERS = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
#: How many seeds may be asked for.
SEEDS = (1, 3, 5)


@dataclass(frozen=True, slots=True)
class End:
    """How one training ended: accuracy and loss on the test images, or the step at which it diverged."""

    seed: int
    accuracy: float | None = None
    loss: float | None = None
    diverged_at: int | None = None


def requests(config: TrainingConfig, epochs: int, seeds: int) -> list[dict[str, Any]]:
    """One request for each optimizer and rate, those nearest to its own rate first."""
    found = []
    for power in sorted(POWERS, key=abs):
        for racer, entrant in enumerate(config.entrants):
            rate = float(f"{dict(entrant.values)['lr'] * 10**power:.4g}")
            limits = next(h for h in entrant.row.hyperparameters if h.name == "lr")
            if limits.low <= rate <= limits.high:
                found.append({"kind": KIND, "racer": racer, "rate": rate, "epochs": epochs, "seeds": seeds})
    return found


def configuration(config: TrainingConfig, request: Mapping[str, Any], seed: int) -> TrainingConfig:
    """What one training of a job trains."""
    alone = config.alone(int(request["racer"]))
    values = tuple((name, request["rate"] if name == "lr" else v) for name, v in alone.optimizer_values)
    return replace(alone, optimizer_values=values, epochs=int(request["epochs"]), seed=seed)


def compute(run: Run, request: Mapping[str, Any], dataset: Dataset) -> Iterator[tuple[float, list[End]]]:
    """Train all seeds of a job, and yield the share that is done and the ends so far."""
    from optviz.training.loop import train

    ends: list[End] = []
    seeds = [run.config.seed + k for k in range(int(request["seeds"]))]
    for seed in seeds:
        config = configuration(run.config, request, seed)
        end = End(seed)
        for event in train(config, dataset, every=0.5, checkpoint_every=float("inf")):
            if isinstance(event, Evaluation):
                end = End(seed, event.test_accuracy, event.test_loss)
            elif isinstance(event, Diverged):
                end = End(seed, diverged_at=event.step)
            elif isinstance(event, Progress):
                yield (len(ends) + event.step / config.steps) / len(seeds), ends
        ends.append(end)
        yield len(ends) / len(seeds), ends


def write(ends: Sequence[End]) -> bytes:
    """The ends of a job as JSON."""
    return json.dumps([asdict(end) for end in ends]).encode()


def read(data: bytes) -> list[End]:
    """Read what `write` wrote."""
    return [End(**row) for row in json.loads(data)]
