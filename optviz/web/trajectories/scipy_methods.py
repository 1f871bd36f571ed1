"""Under the stage: what methods of another kind make of the same start, with all that they evaluate.

Nothing in here is computed or sent while it is closed.
"""

import streamlit as st

from optviz.engine.formula_words import in_words
from optviz.engine.objective import Objective
from optviz.engine.outcomes import number
from optviz.engine.scipy_methods import REFERENCES, ReferenceRun, run_reference
from optviz.settings.experiment import Experiment
from optviz.web.tables import table
from optviz.words import mark, per_language, tr

BUDGET = 1000
HEADINGS = (
    mark("Method"),
    mark("What happened"),
    mark("f at the end"),
    mark("Steps"),
    mark("Values of f"),
    mark("Gradients"),
    mark("Hessians"),
)


def references_panel(experiment: Experiment) -> None:
    """One row for each reference: where it came to, in how many steps and evaluations."""
    panel = st.expander(tr("Compare with reference methods"), key="references", on_change="rerun")
    if not panel.open:
        return
    runs = _runs(experiment.landscape(), experiment.start)
    rows = []
    for reference, run in zip(REFERENCES.values(), runs, strict=True):
        spent = run.spent
        cells = (run.sentence, number(float(run.values[-1])), f"{run.steps}", *(f"{n:,}" for n in spent))
        rows.append(("", tr(reference.name), cells))
    with panel:
        table([tr(heading) for heading in HEADINGS], rows)
        st.caption(
            tr(
                "They use line searches or the Hessian, so one step may take many evaluations; what the "
                "optimizers above take stands under the picture. They run without noise and schedule, each "
                "up to {budget} evaluations.",
                budget=f"{BUDGET:,}",
            )
        )
        for reference in REFERENCES.values():
            named = tr("**{name}.** {idea}", name=tr(reference.name), idea=tr(reference.idea))
            st.markdown(f"{named}  \n${in_words(reference.formula)}$")
            st.caption(tr(reference.reference))


@per_language(64)
def _runs(objective: Objective, start: tuple[float, ...]) -> tuple[ReferenceRun, ...]:
    return tuple(run_reference(key, objective, start, BUDGET) for key in REFERENCES)
