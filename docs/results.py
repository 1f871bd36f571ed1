"""The text of docs/results.md, from what was measured; `python -m docs.tables` writes it."""

from optviz.lessons.measured import MEASURED, Measured, Span
from optviz.training.config import TrainingConfig
from optviz.training.presets import PRESETS

#: What the course notes print, by the preset's key.
PRINTED = {
    "mnist_mlp": "test accuracy 98.01 %",
    "softmax_regression": "train loss < 0.5, train and test accuracy > 70 %",
    "dropout": "train loss < 0.5, train and test accuracy > 70 %",
}
LOSS_NAMES = {"cross_entropy": "cross entropy", "mean_squared_error": "mean squared error on sigmoids"}

TEXT = """\
# Results: the networks of the course notes

These figures were measured by

    OPTVIZ_DATA=path/to/data python -m benchmarks.results

with torch {torch} on one thread, device {device}. It writes them to `optviz/lessons/measured.json`, which the
lessons read; `python -m docs.tables` writes this page from it. The networks are presets of the trainer, each
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

With respect to z, the gradient of cross entropy is a - y, and that of the mean over ten squared errors is
2 (a - y) σ'(z) / 10. Ten times the learning rate makes up for the ten. The remaining factor 2 σ'(z) is at
most 1/2, and it vanishes where the error is largest.
"""


def results(measured: Measured = MEASURED) -> str:
    """The whole page as Markdown."""
    networks = [
        f"| {PRESETS[key].name} | {described(PRESETS[key].config)} | {PRINTED[key]} "
        f"| {_span(found.train_loss, '.3f')} | {_span(found.train_accuracy, '.2%')} "
        f"| {_span(found.test_accuracy, '.2%')} |"
        for key, found in measured.networks.items()
    ]
    losses = [
        f"| {LOSS_NAMES[run.preset]} | {run.lr:g} | {' | '.join(f'{v:.2%}' for v in run.test_accuracy)} |"
        for run in measured.losses
    ]
    epochs = len(measured.losses[0].test_accuracy)
    return TEXT.format(
        torch=measured.torch,
        device=measured.device,
        seeds=", ".join(map(str, measured.seeds)),
        first_seed=measured.seeds[0],
        networks="\n".join(networks),
        epochs=" | ".join(f"Epoch {n + 1}" for n in range(epochs)),
        rules="|".join(["---"] * epochs),
        losses="\n".join(losses),
    )


def described(config: TrainingConfig) -> str:
    """The network and how it is trained, in one line."""
    values = dict(config.optimizer_values)
    dropout = f", dropout {' and '.join(map(str, config.dropout))}" if any(config.dropout) else ""
    return (
        f"{config.dataset}, {'-'.join(map(str, config.widths))}{dropout}, {config.optimizer} "
        f"{values['lr']:g}, batch {config.batch_size}, {config.epochs} epochs"
    )


def _span(ends: Span, form: str) -> str:
    """The lowest and the highest, or the one number when they look the same."""
    low, high = (format(end, form) for end in ends)
    return low if low == high else f"{low} to {high}"
