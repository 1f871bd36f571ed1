"""The chapters of the course, in order."""

from dataclasses import dataclass

from optviz.words import Message


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: what one can do after it, the keys of the chapters before it, and how long it takes."""

    key: str
    name: Message
    objective: Message
    needs: tuple[str, ...]
    minutes: int


CHAPTERS: dict[str, Chapter] = {
    chapter.key: chapter
    for chapter in (
        Chapter(
            "descent",
            "Walking downhill",
            "You can say from the curvature which learning rates converge, and how fast.",
            (),
            15,
        ),
        Chapter(
            "plane",
            "Two directions at once",
            "You can explain why one rate cannot suit a steep and a flat direction.",
            ("descent",),
            15,
        ),
        Chapter(
            "momentum",
            "Momentum",
            "You can say what momentum adds up, what it cancels, and where its edge of stability is.",
            ("plane",),
            25,
        ),
        Chapter(
            "rates",
            "A rate for each coordinate",
            "You can tell AdaGrad, RMSProp, Adam and AdamW apart by what they divide by and what they "
            "forget.",
            ("momentum",),
            35,
        ),
        Chapter(
            "bugs",
            "Spot the bug",
            "You can find the mistake in an optimizer or a plot from the path that it draws.",
            ("rates",),
            25,
        ),
        Chapter(
            "places",
            "Hard places",
            "You can recognize a saddle, a plateau, a bent valley and a basin, and say what helps.",
            ("rates",),
            20,
        ),
        Chapter(
            "noise",
            "Batches and noise",
            "You can say what a batch size costs, what noise does at the end, and why rates are faded.",
            ("plane",),
            25,
        ),
        Chapter(
            "activations",
            "Activations",
            "You can follow a gradient back through layers, and say where it fades or stops.",
            ("descent",),
            35,
        ),
        Chapter(
            "losses",
            "Losses",
            "You can choose the loss and the output layer for a task, and compute them by hand.",
            ("activations",),
            45,
        ),
        Chapter(
            "regularization",
            "Regularization",
            "You can see overfitting, and say what L2, L1 and dropout do about it.",
            ("losses",),
            35,
        ),
        Chapter(
            "networks",
            "Networks",
            "You can train a network, read its curves, and compare two of them fairly.",
            ("losses", "regularization"),
            35,
        ),
    )
}
