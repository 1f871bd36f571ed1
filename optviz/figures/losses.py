"""The loss against the step: its axes and words. The stage draws the runs into it."""

from optviz.engine.objective import Objective
from optviz.figures.landscapes import lowest_known
from optviz.figures.plotly_dicts import axis, fixed, layout
from optviz.figures.scene_types import Loss
from optviz.figures.style import Theme
from optviz.settings.experiment import GRADIENT_AXIS, STEP_AXIS
from optviz.words import mark, tr

#: What is said at a point; the stage writes the axis title into `meta`.
HOVERS = {
    STEP_AXIS: mark("step %{x}<br>%{meta} = %{y:.4g}"),
    GRADIENT_AXIS: mark("%{x} gradients<br>%{meta} = %{y:.4g}"),
}
ACROSS = {STEP_AXIS: mark("step"), GRADIENT_AXIS: mark("gradient evaluations")}


def hovers() -> dict[str, str]:
    """What is said at a point of the loss, by what it is drawn against."""
    return {across: tr(said) for across, said in HOVERS.items()}


def loss(
    objective: Objective, steps: int, log: bool, view: str, theme: Theme, across: str = STEP_AXIS
) -> Loss:
    """f against the step or against the gradients taken; logarithmic means the height above the lowest known.

    The vertical range follows from the whole runs, so that playing moves no axis.
    """
    return {
        "layout": fixed(
            layout(
                theme,
                xaxis=axis(theme, tr(ACROSS[across]), range=[0, max(steps, 1)]),
                yaxis=axis(theme, "f", type="log" if log else "linear", exponentformat="power"),
            ),
            right=18,
        ),
        "view": f"{view} {log} {across}",
        "log": log,
        "lowest": lowest_known(objective),
        "per": 1.0,
        "across": across,
        "titles": {"plain": "f", "known": "f − f*", "reached": tr("f − lowest f reached")},
    }
