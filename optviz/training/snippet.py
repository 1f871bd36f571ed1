"""A run as a PyTorch script of its own: the same losses, without optviz."""

from itertools import pairwise

from optviz.engine.schedules import SCHEDULES
from optviz.training.activations import ACTIVATIONS
from optviz.training.config import TrainingConfig
from optviz.training.datasets import DATASETS
from optviz.training.initialisations import INITIALISATIONS
from optviz.training.losses import LOSSES
from optviz.training.snippet_optimizer import lines_of

DIGITS = """\
images, labels = load_digits(return_X_y=True)
images = torch.tensor(images, dtype=torch.float32) / 16
labels = torch.tensor(labels)
test = torch.arange(len(labels)) % 5 == 4  # every fifth image is kept for the test
train_images, train_labels = images[~test], labels[~test]
test_images, test_labels = images[test], labels[test]
"""

FILES = """\
# The folder with the four official .gz files is the argument of this script.
folder = Path(sys.argv[1] if len(sys.argv) > 1 else "data/{dataset}")


def read(name, header):
    data = bytearray(gzip.decompress((folder / name).read_bytes()))
    return torch.frombuffer(data, dtype=torch.uint8, offset=header)


train_images = read("train-images-idx3-ubyte.gz", 16).reshape(-1, {pixels}).float() / 255
train_labels = read("train-labels-idx1-ubyte.gz", 8).long()
test_images = read("t10k-images-idx3-ubyte.gz", 16).reshape(-1, {pixels}).float() / 255
test_labels = read("t10k-labels-idx1-ubyte.gz", 8).long()
"""

SCRIPT = '''\
"""{title}

On a CPU it gives the losses of the run in optviz; on another device they differ by rounding.
"""

{standard}import torch
{installed}from torch import nn
from torch.nn import functional

SEED = {seed}

{data}
model = nn.Sequential(
{layers}
)
torch.manual_seed(SEED)
for layer in model:
    if isinstance(layer, nn.Linear):
{initialise}


def loss_of(logits, labels):
{loss}


{definitions}{schedule}{optimizer}
t, history = 0, []
for epoch in range({epochs}):
    model.train()
    order = torch.randperm(len(train_labels), generator=torch.Generator().manual_seed(SEED * 1000 + epoch))
    losses = []
    for batch in order.split({batch_size}):
{set_rate}        {forget}
        loss = loss_of(model(train_images[batch]), train_labels[batch])
        loss.backward()
        {step}
        losses.append(loss.detach())
        t += 1
    model.eval()
    with torch.no_grad():
        accuracy = (model(test_images).argmax(dim=1) == test_labels).float().mean().item()
    history.append((torch.stack(losses).mean().item(), accuracy))
    print(f"epoch {{epoch + 1}}: mean loss {{history[-1][0]:.6f}}, test accuracy {{accuracy:.2%}}")
'''


def script(config: TrainingConfig) -> str:
    """A script that trains the network of `config` and prints each epoch's loss and accuracy.

    For the files of a downloaded data set it takes their folder as its argument.
    """
    info = DATASETS[config.dataset]
    schedule = SCHEDULES[config.schedule]
    set_rate, preamble, made = "", "", lines_of(config)
    if schedule.key != "constant":
        values = "".join(f", {name}={value!r}" for name, value in config.schedule_values)
        factor = f"{schedule.factor.__name__}(t, total{values})"
        set_rate = f"        {made.rate.format(rate=f'full_rate * {factor}')}\n"
        rate = dict(config.optimizer_values)["lr"]
        preamble = f"{schedule.source}\n\nfull_rate, total = {rate}, {config.steps}\n"
    standard = ["import gzip", "import sys", "from pathlib import Path"] if info.files else []
    if "math." in preamble:
        standard.insert(1 if standard else 0, "import math")
    optimizer = config.entrants[0].row.name
    return SCRIPT.format(
        title=f"{info.name}, {'-'.join(map(str, config.widths))}, trained with {optimizer}.",
        standard="".join(f"{line}\n" for line in standard) + ("\n" if standard else ""),
        installed="" if info.files else "from sklearn.datasets import load_digits\n",
        data=FILES.format(dataset=info.key, pixels=info.pixels) if info.files else DIGITS,
        layers=_indent(_layers(config), 4),
        seed=config.seed,
        initialise=_indent(INITIALISATIONS[config.initialisation].source, 8),
        loss=_indent(LOSSES[config.loss].source(len(info.classes)), 4),
        schedule=preamble,
        definitions=made.definitions,
        optimizer=made.made,
        set_rate=set_rate,
        forget=made.forget,
        step=made.step,
        epochs=config.epochs,
        batch_size=config.batch_size,
    )


def _layers(config: TrainingConfig) -> list[str]:
    """The lines of the network."""
    activation = ACTIVATIONS[config.activation].module.source()
    lines = []
    for (inputs, units), share in zip(pairwise(config.widths[:-1]), config.dropout, strict=True):
        lines += [f"nn.Linear({inputs}, {units}),", f"nn.{activation},"]
        if share:
            lines.append(f"nn.Dropout({share!r}),")
    return [*lines, f"nn.Linear({config.widths[-2]}, {config.widths[-1]}),"]


def _indent(lines: list[str], spaces: int) -> str:
    return "\n".join(" " * spaces + line for line in lines)
