"""The losses that the course notes print while their network trains, beside those of one's own run."""

from dataclasses import replace

import streamlit as st

from optviz.runs.history import Lane
from optviz.training.config import TrainingConfig
from optviz.training.judging import PRINTED_EVERY
from optviz.training.presets import PRESETS
from optviz.web.tables import table
from optviz.web.train.run_panel import Watched
from optviz.words import tr

NOTES = PRESETS["mnist_mlp"].config
#: How many losses the notes print, and the first and the last of them.
COUNT, FIRST, LAST = 60, 0.3697, 0.0249


def printed_part(seen: Watched) -> None:
    """A part that opens, for runs of the notes' network trained as in the notes."""
    if seen.history is None or not as_in_the_notes(seen.history.run.config):
        return
    part = st.expander(
        tr("The {count} losses that the notes print", count=COUNT), key="printed", on_change="rerun"
    )
    if not part.open:
        return
    with part:
        st.markdown(
            tr(
                "The notes print the loss of every {every}th batch. Theirs go from {first} to {last}; their "
                "images come in another order, so single losses differ from those of this run.",
                every=PRINTED_EVERY,
                first=FIRST,
                last=LAST,
            )
        )
        rows = losses(seen.history)
        if not rows:
            st.caption(tr("This run has no such loss yet."))
            return
        each = NOTES.steps_per_epoch // PRINTED_EVERY
        steps = [tr("step {step}", step=PRINTED_EVERY * i) for i in range(1, each + 1)]
        headings = [tr("Epoch"), *steps]
        found = [
            ("", str(epoch), [rows.get((epoch, i), "—") for i in range(1, each + 1)])
            for epoch in range(1, NOTES.epochs + 1)
        ]
        table(headings, found, told=False)


def as_in_the_notes(config: TrainingConfig) -> bool:
    """Whether it is their network and training, with any seed and against any rivals."""
    return replace(config, seed=NOTES.seed, rivals=(), sharpness=False) == NOTES


def losses(lane: Lane) -> dict[tuple[int, int], str]:
    """The losses by epoch and place in it, both from 1, with the four digits that the notes print."""
    found = {}
    for step, loss in zip(*lane.losses, strict=True):
        if step % PRINTED_EVERY == 0:
            epoch, within = divmod(int(step) - 1, NOTES.steps_per_epoch)
            found[epoch + 1, (within + 1) // PRINTED_EVERY] = f"{loss:.4f}"
    return found
