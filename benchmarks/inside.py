"""What looking inside a network costs: the same training with and without each measurement.

    OPTVIZ_DATA=path/to/data python -m benchmarks.inside

All of them train with Adam and every event of `train()`: the notes' 784-512-512-10 on MNIST for two epochs,
and the quick start's network on the 8 × 8 digits. They take turns in one process. Times are those of the
processor, which other work on the computer disturbs least; the table shows the best of the rounds.
`--cheap` leaves the digits and the sharpness out; `--smallest` takes the digits alone.
"""

import time
from dataclasses import replace

import torch

from benchmarks.machine import command_line, heading, table
from optviz.training import inside
from optviz.training.config import TrainingConfig
from optviz.training.datasets import load
from optviz.training.loop import train
from optviz.training.presets import PRESETS

NOTHING: frozenset[int] = frozenset()
PARTS = ("lengths_at", "activity_at", "sharpness_at")
WAYS = {
    "nothing measured": (),
    "lengths of weights, gradients and steps": PARTS[:1],
    "what the units compute": PARTS[1:2],
    "both, as every run has them": PARTS[:2],
    "both and the sharpness, when asked for": PARTS,
}


def seconds(config, dataset, parts) -> float:
    """The processor's seconds for a training that measures these parts only."""
    kept = {name: getattr(inside, name) for name in PARTS}
    try:
        for name in PARTS:
            if name not in parts:
                setattr(inside, name, lambda config: NOTHING)
        began = time.process_time()
        for _ in train(config, dataset, "cpu"):
            pass
        return time.process_time() - began
    finally:
        for name, function in kept.items():
            setattr(inside, name, function)


def main() -> None:
    """Measure and print a table."""
    parser = command_line(__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=2, help="of the training on MNIST")
    parser.add_argument("--cheap", action="store_true", help="only MNIST, and no sharpness")
    options = parser.parse_args()
    torch.set_num_threads(1)
    configs = [replace(PRESETS["digits"].config, sharpness=True)]
    repeats = options.repeats
    if options.smallest:
        configs, repeats = [TrainingConfig("digits", (8,), epochs=2, sharpness=True)], 1
    else:
        configs.append(
            TrainingConfig("mnist", (512, 512), batch_size=100, epochs=options.epochs, sharpness=True)
        )
    ways = dict(list(WAYS.items())[:-1]) if options.cheap else WAYS
    configs = configs[-1:] if options.cheap else configs
    heading()
    for config in configs:
        dataset = load(config.dataset)
        took: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(repeats):
            for name, parts in ways.items():
                took[name].append(seconds(config, dataset, parts))
        bare = min(took["nothing measured"])
        rows = [(name, f"{min(t):.2f} s", f"{min(t) / bare:.3f} ×") for name, t in took.items()]
        widths = "-".join(map(str, config.widths))
        table((f"{widths}, {config.steps:,} steps, best of {repeats}", "time", "ratio"), rows)


if __name__ == "__main__":
    main()
