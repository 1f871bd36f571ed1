"""Train the networks of the course notes for real and put what comes out beside what the notes print.

    OPTVIZ_DATA=path/to/data python -m benchmarks.results > docs/results.md

Writes the whole page. It takes a few minutes; on a CPU with one thread the same numbers come again.
"""

import argparse
import sys
from dataclasses import dataclass, replace

import torch

from optviz.training.config import TrainingConfig
from optviz.training.datasets import load
from optviz.training.events import Evaluation, Finished, Progress
from optviz.training.loop import pick_device, train
from optviz.training.presets import PRESETS

PRINTED = {
    "mnist_mlp": "test accuracy 98.01 %",
    "softmax_regression": "train loss < 0.5, train and test accuracy > 70 %",
    "dropout": "train loss < 0.5, train and test accuracy > 70 %",
}

PAGE = """\
# Results: the networks of the course notes

This page is written by

    {command}

here with torch {torch} on one thread, device {device}. The networks are presets of the trainer, each
trained with the seeds {seeds}; ranges go from the lowest to the highest result. The train loss is the mean
over the last epoch's batches, with dropout where there is dropout. The train accuracy is that of the first
2,000 training images, and the test accuracy that of all 10,000 test images, both after the last step and
without dropout.

| Preset | Network and training | Printed | Train loss | Train accuracy | Test accuracy |
|---|---|---|---|---|---|
{networks}

## Cross entropy against mean squared error

The notes say that on MNIST, in 5 epochs, cross entropy converges faster than mean squared error. Test
accuracy of the same network (784-512-512-10, batches of 100, gradient descent, seed {first_seed})
after each epoch:

| Loss | Learning rate | {epochs} |
|---|---|{rules}|
{losses}

Through z, cross entropy sends back a - y, and the mean over ten squared errors 2 (a - y) σ'(z) / 10. Ten
times the learning rate makes up for the ten; what is left, 2 σ'(z), is at most 1/2, and vanishes where the
error is largest.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run came to."""

    train_loss: float
    train_accuracy: float
    test_accuracies: tuple[float, ...]
    seconds: float


def outcome(config, device):
    """Train and keep the numbers."""
    events = list(train(config, load(config.dataset), device, every=600))
    evaluations = [event for event in events if isinstance(event, Evaluation)]
    (finished,) = [event for event in events if isinstance(event, Finished)]
    last_epoch = [event for event in events if isinstance(event, Progress)][-1]
    print(f"{config} {finished.test_accuracy:.4f} in {finished.elapsed:.1f} s", file=sys.stderr)
    return Outcome(
        last_epoch.loss,
        evaluations[-1].train_accuracy,
        tuple(event.test_accuracy for event in evaluations[1:]),
        finished.elapsed,
    )


def words(config):
    """The network and how it is trained, in a few words."""
    values = dict(config.optimizer_values)
    dropout = f", dropout {' and '.join(map(str, config.dropout))}" if any(config.dropout) else ""
    return (
        f"{config.dataset}, {'-'.join(map(str, config.widths))}{dropout}, {config.optimizer} "
        f"{values['lr']:g}, batch {config.batch_size}, {config.epochs} epochs"
    )


def span(numbers, form):
    """The lowest and the highest, or the one number when they look the same."""
    low, high = form.format(min(numbers)), form.format(max(numbers))
    return low if low == high else f"{low} to {high}"


def main():
    """Train everything and print the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--device", default="auto")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    device = pick_device(arguments.device).type
    seeds = arguments.seeds

    networks = []
    for key, printed in PRINTED.items():
        config = PRESETS[key].config
        runs = [outcome(replace(config, seed=seed), device) for seed in seeds]
        numbers = (
            span([run.train_loss for run in runs], "{:.3f}"),
            span([run.train_accuracy for run in runs], "{:.2%}"),
            span([run.test_accuracies[-1] for run in runs], "{:.2%}"),
        )
        networks.append(f"| {PRESETS[key].name} | {words(config)} | {printed} | {' | '.join(numbers)} |")

    cross_entropy = replace(PRESETS["cross_entropy"].config, seed=seeds[0])
    squared = replace(PRESETS["mean_squared_error"].config, seed=seeds[0])
    compared: list[tuple[str, TrainingConfig]] = [
        ("cross entropy", cross_entropy),
        ("mean squared error on sigmoids", squared),
        (
            "mean squared error on sigmoids",
            replace(squared, optimizer_values=cross_entropy.optimizer_values),
        ),
    ]
    losses = []
    for name, config in compared:
        accuracies = " | ".join(f"{share:.2%}" for share in outcome(config, device).test_accuracies)
        losses.append(f"| {name} | {dict(config.optimizer_values)['lr']:g} | {accuracies} |")

    print(
        PAGE.format(
            command="OPTVIZ_DATA=path/to/data python -m benchmarks.results > docs/results.md",
            torch=torch.__version__,
            device=device,
            seeds=", ".join(map(str, seeds)),
            first_seed=seeds[0],
            networks="\n".join(networks),
            epochs=" | ".join(f"Epoch {n}" for n in range(1, cross_entropy.epochs + 1)),
            rules="|".join("---" for _ in range(cross_entropy.epochs)),
            losses="\n".join(losses),
        ),
        end="",
    )


if __name__ == "__main__":
    main()
