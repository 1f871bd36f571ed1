"""The whole course: the lessons of the engine and those on networks, in order.

What networks reach is not trained while a page waits. The numbers are read from docs/results.md, which a
benchmark writes from real trainings of the same configurations; the page of the lesson trains them live.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from optviz.lessons.course import LESSONS
from optviz.lessons.lesson import CHAPTERS, Chart, Check, Lesson
from optviz.training.config import TrainingConfig, encode
from optviz.training.presets import PRESETS

RESULTS = Path(__file__).parents[2] / "docs" / "results.md"
MEASURED = "measured beforehand, see docs/results.md"
#: How far from the printed accuracy another seed may end; the notes give one run.
SPREAD = 0.005


@cache
def _rows() -> dict[str, list[list[str]]]:
    """The tables of the results by the first cell of a row; none where the page is missing."""
    found: dict[str, list[list[str]]] = {}
    if RESULTS.exists():
        for line in RESULTS.read_text("utf-8").splitlines():
            if line.startswith("|"):
                cells = [cell.strip() for cell in line.strip("|").split("|")]
                found.setdefault(cells[0], []).append(cells[1:])
    return found


def _numbers(text: str) -> list[float]:
    return [float(n) / (100 if percent else 1) for n, percent in re.findall(r"([\d.]+)(%?)", text)]


def measured(preset: str, column: int) -> Callable[[], Sequence[float]]:
    """The lowest and the highest of a column: 2 is the train loss, 3 the train and 4 the test accuracy."""
    return lambda: [v for row in _rows().get(PRESETS[preset].name, [])[:1] for v in _numbers(row[column])]


def by_epoch(loss: str, rate: str) -> list[float]:
    """The test accuracy after each of five epochs, of the comparison of losses."""
    return next(
        ([_numbers(cell)[0] for cell in row[1:]] for row in _rows().get(loss, []) if row[0] == rate), []
    )


def _lead() -> list[float]:
    """By how much cross entropy is ahead after each epoch, the squared error with its larger rate."""
    pairs = zip(
        by_epoch("cross entropy", "0.1"), by_epoch("mean squared error on sigmoids", "1"), strict=True
    )
    return [a - b for a, b in pairs]


def _accuracies(preset: str) -> Callable[[], Chart]:
    def draw() -> Chart:
        bars = []
        for name, column in (("train", 3), ("test", 4)):
            values = measured(preset, column)()
            if values:
                bars.append((name, min(values)))
        return Chart(bars=tuple(bars), y="accuracy, lowest of three seeds")

    return draw


def _race() -> Chart:
    final = [
        ("cross entropy", by_epoch("cross entropy", "0.1")),
        ("squared error", by_epoch("mean squared error on sigmoids", "1")),
        ("the same rate", by_epoch("mean squared error on sigmoids", "0.1")),
    ]
    return Chart(
        bars=tuple((name, values[0]) for name, values in final if values), y="accuracy after 1 epoch"
    )


def _network(
    key: str, title: str, idea: str, formula: str, look: str, more: str, *checks: Check, preset: str = ""
) -> Lesson:
    """A lesson that opens a preset of the trainer."""
    link = encode(PRESETS[preset or key].config)
    picture = _race if preset else _accuracies(key)
    return Lesson(key, title, "networks", idea, formula, look, more, "train", link, picture, checks, key)


def _claims(preset: str) -> tuple[Check, ...]:
    return (
        Check("Train loss, three seeds", measured(preset, 2), interval=(0.0, 0.5), said="below 0.5",
              source=MEASURED),
        Check("Train accuracy, three seeds", measured(preset, 3), interval=(0.7, 1.0), said="above 0.7",
              source=MEASURED),
        Check("Test accuracy, three seeds", measured(preset, 4), interval=(0.7, 1.0), said="above 0.7",
              source=MEASURED),
    )  # fmt: skip


NETWORKS = (
    _network(
        "softmax_regression", "No hidden layer",
        "Softmax regression is one linear map and a softmax. Its weights are ten pictures, one for each "
        "class.",
        r"p = \mathrm{softmax}(W x + b)",
        "The weights of the first layer: each class looks like the clothes that it expects.",
        "Add a hidden layer of 64 and see what it is worth.",
        *_claims("softmax_regression"),
    ),
    _network(
        "mnist_mlp", "Two hidden layers",
        "784 pixels, twice 512 units, ten digits. Adam learns it to 98 % within a few epochs.",
        r"784 \to 512 \to 512 \to 10",
        "The training accuracy goes on to 100 % while the test stays near 98 %.",
        "Halve the layers. How small may it be before you see a difference?",
        Check("Test accuracy after 10 epochs, three seeds", measured("mnist_mlp", 4),
              interval=(0.9801 - SPREAD, 0.9801 + SPREAD), said="98.01 %", source=MEASURED),
    ),
    _network(
        "dropout", "Dropout in a network",
        "Units that may vanish at any step cannot rely on each other, so the network learns less by heart.",
        r"784 \to 256 \xrightarrow{p = 0.2} 256 \xrightarrow{p = 0.5} 10",
        "How far training and test accuracy are apart.",
        "Set both shares to 0, train again, and lay the runs over each other.",
        *_claims("dropout"),
    ),
    _network(
        "mse_against_cross_entropy", "Cross entropy against squared error",
        "The same network twice. With the squared error the step carries σ'(z), which vanishes where the "
        "error "
        "is largest.",
        r"a - y \quad\text{against}\quad \tfrac{2}{10}\,(a - y)\,\sigma'(z)",
        "Cross entropy is ahead after every epoch, although the squared error has ten times the rate.",
        "Train both presets and lay one over the other.",
        Check("Lead of cross entropy in test accuracy after epochs 1 to 5", _lead, interval=(0.0, 1.0),
              said="cross entropy converges faster", source=MEASURED),
        preset="cross_entropy",
    ),
)  # fmt: skip

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
