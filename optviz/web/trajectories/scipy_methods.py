"""Under the stage: what methods of another kind make of the same start, with all that they evaluate.

Nothing in here is computed or sent while it is closed.
"""

from functools import lru_cache

import streamlit as st

from optviz.engine.objective import Objective
from optviz.engine.outcomes import number
from optviz.engine.scipy_methods import REFERENCES, ReferenceRun, run_reference
from optviz.settings.experiment import Experiment
from optviz.web.tables import table

BUDGET = 1000
HEADINGS = ("Method", "What happened", "f at the end", "Steps", "Values of f", "Gradients", "Hessians")


def references_panel(experiment: Experiment) -> None:
    """One row for each reference: where it came to, in how many steps and evaluations."""
    panel = st.expander("Compare with reference methods", key="references", on_change="rerun")
    if not panel.open:
        return
    runs = _runs(experiment.landscape(), experiment.start)
    rows = []
    for reference, run in zip(REFERENCES.values(), runs, strict=True):
        spent = run.spent
        cells = (run.sentence, number(float(run.values[-1])), f"{run.steps}", *(f"{n:,}" for n in spent))
        rows.append(("", reference.name, cells))
    with panel:
        table(HEADINGS, rows)
        st.caption(
            "They use line searches or the Hessian, so one step may take many evaluations; what the "
            "optimizers above take stands under the picture. They run without noise and schedule, each up "
            f"to {BUDGET:,} evaluations."
        )
        for reference in REFERENCES.values():
            st.markdown(f"**{reference.name}.** {reference.idea}  \n${reference.formula}$")
            st.caption(reference.reference)


@lru_cache(maxsize=64)
def _runs(objective: Objective, start: tuple[float, ...]) -> tuple[ReferenceRun, ...]:
    return tuple(run_reference(key, objective, start, BUDGET) for key in REFERENCES)
