"""The whole course: the lessons of the engine and those on networks, in order.

No network is trained while a page waits. The lessons show what `benchmarks.results` measured with the same
configurations; the page that a lesson opens trains them live.
"""

import math
from collections.abc import Callable, Sequence

from optviz.lessons.course import LESSONS
from optviz.lessons.lesson import CHAPTERS, Chart, Check, Lesson, Target
from optviz.lessons.measured import MEASURED, NetworkResult, Span
from optviz.training.config import TrainingConfig, encode
from optviz.training.presets import PRESETS
from optviz.words import mark, tr

SOURCE = (
    "These numbers were measured beforehand, see docs/results.md. Open the page to train the network "
    "yourself."
)
#: How far from the printed accuracy another seed may end; the notes give one run.
SPREAD = 0.005

#: Images and batch of both networks on Fashion-MNIST.
IMAGES, BATCH = 60_000, 256
VACUOUS = (
    "The notes' code for “train loss < 0.5” adds the mean losses of the batches and divides by the number "
    "of images. The result is about 256 times too small, so even a network that has learned nothing is "
    "below 0.5. The mean over the images, which stands in the first row, is below 0.5 after training and "
    "above 2 before."
)

#: The trainings that compare two losses: cross entropy, the squared error with ten times its learning rate,
#: and the squared error with the same one.
CROSS_ENTROPY = MEASURED.by_epoch("cross_entropy", 0.1)
SQUARED_ERROR = MEASURED.by_epoch("mean_squared_error", 1.0)
SQUARED_ERROR_SAME_RATE = MEASURED.by_epoch("mean_squared_error", 0.1)


def _measured(preset: str, span: Callable[[NetworkResult], Span]) -> Callable[[], Sequence[float]]:
    """The lowest and the highest of one kind of result of a preset."""
    return lambda: span(MEASURED.networks[preset])


def _lead() -> list[float]:
    """By how much cross entropy is ahead after each epoch, the squared error with its larger rate."""
    return [a - b for a, b in zip(CROSS_ENTROPY, SQUARED_ERROR, strict=True)]


def _accuracy_chart(preset: str) -> Chart:
    result = MEASURED.networks[preset]
    return Chart(
        bars=((tr("train"), result.train_accuracy[0]), (tr("test"), result.test_accuracy[0])),
        y=tr("accuracy, lowest of three seeds"),
    )


def _loss_chart() -> Chart:
    return Chart(
        bars=(
            (tr("cross entropy"), CROSS_ENTROPY[0]),
            (tr("squared error"), SQUARED_ERROR[0]),
            (tr("squared error, rate 0.1"), SQUARED_ERROR_SAME_RATE[0]),
        ),
        y=tr("accuracy after 1 epoch"),
    )


def _network_lesson(
    *,
    key: str,
    title: str,
    idea: str,
    formula: str,
    notice: str,
    tries: str,
    checks: tuple[Check, ...],
    preset: str = "",
    picture: Callable[[], Chart] | None = None,
    errata: tuple[str, ...] = (),
) -> Lesson:
    """A lesson that opens a preset of the trainer, by default the one with its own key."""
    return Lesson(
        key=key,
        title=title,
        chapter="networks",
        idea=idea,
        formula=formula,
        notice=notice,
        tries=tries,
        opens=Target("train", encode(PRESETS[preset or key].config)),
        picture=picture or (lambda: _accuracy_chart(key)),
        checks=checks,
        covers=key,
        errata=errata,
    )


def as_the_notes_count(loss: float) -> float:
    """A mean loss over images as the notes' code reports it.

    The code adds the mean losses of the batches and divides by the number of images.
    """
    return loss * math.ceil(IMAGES / BATCH) / IMAGES


def _claims(preset: str, version: str = "") -> tuple[Check, ...]:
    """What the notes claim of both networks on Fashion-MNIST."""
    of = f"{version}: " if version else ""
    return (
        Check(
            what=f"{of}Train loss, mean over images, three seeds",
            computed=_measured(preset, lambda result: result.train_loss),
            interval=(0.0, 0.5),
            claim="below 0.5",
            source=SOURCE,
        ),
        Check(
            what=f"{of}The same as the notes' code counts it",
            computed=lambda: [as_the_notes_count(v) for v in MEASURED.networks[preset].train_loss],
            interval=(0.0, 0.5),
            claim="below 0.5",
            source=SOURCE,
        ),
        Check(
            what=f"{of}Train accuracy, three seeds",
            computed=_measured(preset, lambda result: result.train_accuracy),
            interval=(0.7, 1.0),
            claim="above 0.7",
            source=SOURCE,
        ),
        Check(
            what=f"{of}Test accuracy, three seeds",
            computed=_measured(preset, lambda result: result.test_accuracy),
            interval=(0.7, 1.0),
            claim="above 0.7",
            source=SOURCE,
        ),
    )


def _untrained() -> Check:
    """What the notes' code reports of a network that has learned nothing."""
    return Check(
        what="A network that gives all ten classes the same share, as the notes' code counts it",
        computed=lambda: [as_the_notes_count(math.log(10))],
        interval=(0.0, 0.5),
        claim="below 0.5 as well, so the claim says nothing",
    )


NETWORKS = (
    _network_lesson(
        key="softmax_regression",
        title="No hidden layer",
        idea=(
            "Softmax regression is one linear map and a softmax. Its weights are ten pictures, one for "
            "each class."
        ),
        formula=r"p = \mathrm{softmax}(W x + b)",
        notice="Open the weights of the first layer: each picture resembles the garment of its class.",
        tries="Add a hidden layer of 64 and see what it is worth.",
        checks=(*_claims("softmax_regression"), _untrained()),
        errata=(VACUOUS,),
    ),
    _network_lesson(
        key="mnist_mlp",
        title="Two hidden layers",
        idea=(
            "784 pixels, two layers of 512, ten outputs. Adam reaches 98 % on the test images within ten "
            "epochs."
        ),
        formula=r"784 \to 512 \to 512 \to 10",
        notice="The training accuracy reaches 99.6 % while the test accuracy stays near 98 %.",
        tries="Halve the layers. How small may it be before you see a difference?",
        checks=(
            Check(
                what="Test accuracy after 10 epochs, three seeds",
                computed=_measured("mnist_mlp", lambda result: result.test_accuracy),
                interval=(0.9801 - SPREAD, 0.9801 + SPREAD),
                claim="98.01 %",
                source=SOURCE,
            ),
        ),
    ),
    _network_lesson(
        key="dropout",
        title="Dropout in a network",
        idea="Any unit may be off at a step, so units cannot rely on each other and over-fit less.",
        formula=r"784 \to 256 \xrightarrow{p = 0.2} 256 \xrightarrow{p = 0.5} 10",
        notice=(
            "Over three seeds 85 to 89 % of the training images are right, and 83 to 87 % of the test images."
        ),
        tries="Set both shares to 0, train again, and overlay the runs.",
        checks=(
            *_claims("dropout", "Weights of PyTorch's Linear, as in section 4.2"),
            *_claims("dropout_normal", "Weights from N(0, 0.01)"),
            _untrained(),
        ),
        errata=(VACUOUS,),
    ),
    _network_lesson(
        key="mse_against_cross_entropy",
        title="Cross entropy against squared error",
        idea=(
            "The same network twice. With the squared error the step carries σ'(z), which vanishes where "
            "the error is largest."
        ),
        formula=mark(r"a - y \quad\text{against}\quad \tfrac{2}{10}\,(a - y)\,\sigma'(z)"),
        notice="Cross entropy is ahead after every epoch, though the squared error has ten times the rate.",
        tries="Train both presets and overlay the curves.",
        checks=(
            Check(
                what="Lead of cross entropy in test accuracy after epochs 1 to 5",
                computed=_lead,
                interval=(0.0, 1.0),
                claim="cross entropy converges faster",
                source=SOURCE,
            ),
        ),
        preset="cross_entropy",
        picture=_loss_chart,
    ),
)

COURSE: dict[str, Lesson] = {
    lesson.key: lesson
    for chapter in CHAPTERS
    for lesson in (*LESSONS.values(), *NETWORKS)
    if lesson.chapter == chapter
}

#: The configuration that a lesson of the trainer opens, to find a visitor's own run of it.
CONFIGS: dict[str, TrainingConfig] = {
    key: PRESETS["cross_entropy" if key == "mse_against_cross_entropy" else key].config
    for key in (lesson.key for lesson in NETWORKS)
}
