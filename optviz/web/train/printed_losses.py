"""The losses that the course notes print while their network trains, beside those of one's own run."""

from dataclasses import replace

import streamlit as st

from optviz.runs.history import Lane
from optviz.training.config import TrainingConfig
from optviz.training.judging import PRINTED_EVERY
from optviz.training.presets import PRESETS
from optviz.web.tables import table
from optviz.web.train.run_panel import Watched

NOTES = PRESETS["mnist_mlp"].config
#: How many losses the notes print, and the first and the last of them.
COUNT, FIRST, LAST = 60, 0.3697, 0.0249


def printed_part(seen: Watched) -> None:
    """A part that opens, for runs of the notes' network trained as in the notes."""
    if seen.history is None or not as_in_the_notes(seen.history.run.config):
        return
    part = st.expander(f"The {COUNT} losses that the notes print", key="printed", on_change="rerun")
    if not part.open:
        return
    with part:
        st.markdown(
            f"The notes print the loss of every {PRINTED_EVERY}th batch. Theirs go from {FIRST} to {LAST}; "
            "their images come in another order, so single losses differ from those of this run."
        )
        rows = losses(seen.history)
        if not rows:
            st.caption("This run has no such loss yet.")
            return
        each = NOTES.steps_per_epoch // PRINTED_EVERY
        headings = ["Epoch", *(f"step {PRINTED_EVERY * i}" for i in range(1, each + 1))]
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
