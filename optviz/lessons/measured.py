"""What the networks of the course notes reached, measured beforehand.

`benchmarks.results` trains them and writes measured.json; the lessons and docs/results.md read it here.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("measured.json")

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class NetworkResult:
    """The lowest and the highest result over the seeds.

    `train_loss` is the mean over the last epoch's batches, rounded to 3 decimals. The accuracies are from 0
    to 1, rounded to 4 decimals: on the first 2,000 training images and on all test images, after the last
    step and without dropout.
    """

    train_loss: Span
    train_accuracy: Span
    test_accuracy: Span


@dataclass(frozen=True, slots=True)
class LossResult:
    """The test accuracy after each epoch of one training: a preset, with another learning rate perhaps."""

    preset: str
    lr: float
    test_accuracy: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """All results with the version of torch, the device and the seeds; `networks` are keyed by preset.

    The runs of `losses` have the first seed.
    """

    torch: str
    device: str
    seeds: tuple[int, ...]
    networks: Mapping[str, NetworkResult]
    losses: tuple[LossResult, ...]

    def by_epoch(self, preset: str, lr: float) -> tuple[float, ...]:
        """The test accuracy after each epoch of one of `losses`.

        Raises:
            LookupError: when there is no such run.
        """
        for run in self.losses:
            if (run.preset, run.lr) == (preset, lr):
                return run.test_accuracy
        raise LookupError(f"There is no measured run of {preset} with the learning rate {lr:g}.")

    def to_json(self) -> str:
        """The text of measured.json."""
        return json.dumps(asdict(self), indent=2) + "\n"


def from_json(text: str) -> Measured:
    """Read the text of measured.json.

    Raises:
        TypeError, KeyError: when an entry is missing or unknown.
    """
    data: dict[str, Any] = json.loads(text)
    networks = {
        preset: NetworkResult(**{name: (low, high) for name, (low, high) in spans.items()})
        for preset, spans in data.pop("networks").items()
    }
    losses = tuple(
        LossResult(run["preset"], run["lr"], tuple(run["test_accuracy"])) for run in data.pop("losses")
    )
    return Measured(seeds=tuple(data.pop("seeds")), networks=networks, losses=losses, **data)


MEASURED = from_json(FILE.read_text("utf-8"))
