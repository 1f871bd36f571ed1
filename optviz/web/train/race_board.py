"""The lanes of a race: one row for each optimizer, with its state and when it reached which accuracy."""

from optviz.figures.scenes import legend_name
from optviz.figures.style import Theme, racer_styles
from optviz.figures.training_curves import Unit
from optviz.runs.history import History
from optviz.runs.standings import THRESHOLDS, Standing, standings
from optviz.training.events import Evaluation
from optviz.training.judging import FIRST_EPOCH, LATER_EPOCHS
from optviz.training.stored_words import retold
from optviz.web.tables import table
from optviz.web.train.run_words import duration, status_of
from optviz.words import join, listed, mark, tr

HEADINGS = (
    *(mark("Lane"), mark("State"), mark("Accuracy"), mark("Test loss")),
    *(f"{least:.0%}" for least in THRESHOLDS),
)
CAPTIONS = {
    "epochs": mark(
        "Under 90 % to 98 %: after how many epochs an evaluation first found that test accuracy or a better "
        "one."
    ),
    "steps": mark(
        "Under 90 % to 98 %: after how many steps an evaluation first found that test accuracy or a better "
        "one."
    ),
    "seconds": mark(
        "Under 90 % to 98 %: after how many seconds of its own training an evaluation first found that test "
        "accuracy or a better one."
    ),
}


def board(history: History, theme: Theme, unit: Unit) -> None:
    """The lanes in the order of the settings; in that of the ranking once the race is over."""
    rows = standings(history)
    if any(row.rank for row in rows):
        rows = sorted(rows, key=lambda row: row.rank or len(rows) + 1)
    drawn = racer_styles(len(rows), theme)
    config = history.run.config
    table(
        list(map(tr, HEADINGS)),
        [
            (drawn[row.place].color, legend_name(config.entrants[row.place]), _cells(row, history, unit))
            for row in rows
        ],
    )


def caption(unit: Unit) -> str:
    """What the columns of percentages say."""
    judged = tr(
        "Each network is evaluated after {first} of the first epoch, and then {times} times in each epoch.",
        first=listed(f"{share:g}" for share in FIRST_EPOCH),
        times=len(LATER_EPOCHS),
    )
    return join(tr(CAPTIONS[unit.key]), judged)


def _cells(row: Standing, history: History, unit: Unit) -> tuple[str, ...]:
    newest = row.newest
    return (
        _state(row, history),
        f"{newest.test_accuracy:.2%}" if newest else "—",
        f"{newest.test_loss:.4g}" if newest else "—",
        *(_when(e, unit) for e in row.reached),
    )


def _state(row: Standing, history: History) -> str:
    config = history.run.config
    if row.diverged_at is not None:
        return join(tr("Diverged at step {step}.", step=f"{row.diverged_at:,}"), retold(row.reason))
    if row.rank:
        return tr("Rank {rank} of {count}", rank=row.rank, count=len(config.entrants))
    if row.finished:
        return tr("Finished; the others go on")
    return tr(
        "{state}: step {step} of {steps}",
        state=status_of(history.run).capitalize(),
        step=f"{row.step:,}",
        steps=f"{config.steps:,}",
    )


def _when(reached: Evaluation | None, unit: Unit) -> str:
    """When an accuracy was reached, in the unit of the curves."""
    if reached is None:
        return "—"
    if unit.key == "steps":
        return f"{reached.step:,}"
    return duration(reached.trained) if unit.key == "seconds" else f"{reached.epoch:.1f}"
