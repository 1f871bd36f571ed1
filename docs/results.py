"""The text of docs/results.md, from what was measured; `python -m docs.tables` writes it."""

import math

from optviz.lessons.measured import MEASURED, Measured, Span
from optviz.lessons.networks import COURSE, as_the_notes_count
from optviz.teaching.weight_decay import VERSIONS, decayed
from optviz.training.config import TrainingConfig
from optviz.training.presets import PRESETS

#: What the course notes print, by the preset's key.
PRINTED = {
    "mnist_mlp": "test accuracy 98.01 %",
    "softmax_regression": "train loss < 0.5, train and test accuracy > 70 %",
    "dropout": "train loss < 0.5, train and test accuracy > 70 %",
    "dropout_normal": "train loss < 0.5, train and test accuracy > 70 %",
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

## What the notes' programs count

The claim “train loss < 0.5” cannot fail. The notes' code adds the mean losses of the batches and divides by
the number of images, which makes the result about 256 times too small: {untrained:.4f} for a network that
has learned nothing, whose mean loss is log 10 = {learned_nothing:.4f}. The train losses in the table above
are means over the images, and they are below 0.5 as well.

## Weight decay: both programs of the notes

200 weights, 20 examples, 100 epochs. ‖w‖ at the end, computed by `python -m docs.tables` with seed 0. The
last column holds 99 % of seeds; a test draws them.

| Program | Penalty λ | Printed | Computed | 99 % of seeds |
|---|---|---|---|---|
{decay}

## Mistakes of the notes

Each is explained in the lesson that it stands under.

{errata}
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
        untrained=as_the_notes_count(math.log(10)),
        learned_nothing=math.log(10),
        decay="\n".join(_decay()),
        errata="\n".join(
            f"- {lesson.title}: {erratum}" for lesson in COURSE.values() for erratum in lesson.errata
        ),
    )


def _decay() -> list[str]:
    """A row for each program and penalty."""
    rows = []
    for version in VERSIONS.values():
        for penalty, norm in version.norms.items():
            digits = 3 if norm.printed < 1 else 2
            found = decayed(penalty, version=version.key).norms[-1]
            rows.append(
                f"| {version.name} | {penalty:g} | {norm.printed:.{digits}f} | {found:.{digits}f} "
                f"| {norm.low} to {norm.high} |"
            )
    return rows


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
