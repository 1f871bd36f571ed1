"""Train the networks of the course notes and store what they reach.

    OPTVIZ_DATA=path/to/data python -m benchmarks.results

It takes a few minutes and writes optviz/lessons/measured.json; `python -m docs.tables` then writes
docs/results.md. On a CPU with one thread the same numbers come again. `--only dropout` trains that preset
alone and keeps the other numbers of the file. `--smallest` trains for one epoch on the 8 × 8 digits and
prints the file instead of writing it.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from benchmarks.machine import command_line
from docs.results import PRINTED
from optviz.lessons.measured import FILE, MEASURED, LossResult, Measured, NetworkResult, Span
from optviz.training.config import TrainingConfig
from optviz.training.datasets import load
from optviz.training.devices import pick_device
from optviz.training.events import Evaluation, Finished, Progress
from optviz.training.loop import train
from optviz.training.presets import PRESETS


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of one run; the test accuracies are those after each epoch."""

    train_loss: float
    train_accuracy: float
    test_accuracies: tuple[float, ...]


def outcome(config: TrainingConfig, device: str) -> Outcome:
    """Train a network and keep its results."""
    events = list(train(config, load(config.dataset), device, every=600))
    evaluations = [event for event in events if isinstance(event, Evaluation)]
    (finished,) = [event for event in events if isinstance(event, Finished)]
    last_epoch = [event for event in events if isinstance(event, Progress)][-1]
    print(f"{config} {finished.test_accuracy:.4f} in {finished.elapsed:.1f} s", file=sys.stderr)
    return Outcome(
        last_epoch.loss,
        evaluations[-1].train_accuracy,
        tuple(round(event.test_accuracy, 4) for event in evaluations[1:]),
    )


def span(numbers: Sequence[float], digits: int) -> Span:
    """The lowest and the highest of the numbers, rounded."""
    return round(min(numbers), digits), round(max(numbers), digits)


def network_result(config: TrainingConfig, seeds: Sequence[int], device: str) -> NetworkResult:
    """Train one network with every seed."""
    runs = [outcome(replace(config, seed=seed), device) for seed in seeds]
    return NetworkResult(
        train_loss=span([run.train_loss for run in runs], 3),
        train_accuracy=span([run.train_accuracy for run in runs], 4),
        test_accuracy=span([run.test_accuracies[-1] for run in runs], 4),
    )


def write(found: Measured) -> None:
    """Keep the results as data of the lessons."""
    FILE.write_text(found.to_json(), "utf-8")
    print(f"Written: {FILE}. Now run python -m docs.tables.")


def main() -> None:
    """Train everything and write the file."""
    parser = command_line(__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--device", default="auto")
    parser.add_argument("--only", choices=PRINTED, help="train this preset alone, keep the other numbers")
    arguments = parser.parse_args()
    seeds = arguments.seeds[:1] if arguments.smallest else arguments.seeds
    torch.set_num_threads(1)
    device = pick_device(arguments.device).type

    def configured(preset: str) -> TrainingConfig:
        config = PRESETS[preset].config
        return replace(config, dataset="digits", epochs=1) if arguments.smallest else config

    if arguments.only:
        row = network_result(configured(arguments.only), seeds, device)
        known = {**MEASURED.networks, arguments.only: row}
        networks = {key: known[key] for key in PRINTED if key in known}
        write(replace(MEASURED, networks=networks))
        return
    networks = {key: network_result(configured(key), seeds, device) for key in PRINTED}
    cross_entropy = configured("cross_entropy")
    squared_error = configured("mean_squared_error")
    same_rate = replace(squared_error, optimizer_values=cross_entropy.optimizer_values)
    losses = tuple(
        LossResult(
            preset,
            dict(config.optimizer_values)["lr"],
            outcome(replace(config, seed=seeds[0]), device).test_accuracies,
        )
        for preset, config in (
            ("cross_entropy", cross_entropy),
            ("mean_squared_error", squared_error),
            ("mean_squared_error", same_rate),
        )
    )
    found = Measured(torch.__version__, device, tuple(seeds), networks, losses)
    if arguments.smallest:
        print(found.to_json())
    else:
        write(found)


if __name__ == "__main__":
    main()
