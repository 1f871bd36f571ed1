"""The loss against the step: its axes and words. The stage draws the runs into it."""

from optviz.engine.objective import Objective
from optviz.figures.landscapes import lowest_known
from optviz.figures.plotly_dicts import axis, fixed, layout
from optviz.figures.scene_types import Loss
from optviz.figures.style import Theme

HOVER = "step %{x}<br>%{meta} = %{y:.4g}"  # the stage writes the axis title into `meta`


def loss(objective: Objective, steps: int, log: bool, view: str, theme: Theme) -> Loss:
    """f against the step; logarithmic means f − f*, the height above the lowest known value.

    The vertical range follows from the whole runs, so that playing moves no axis.
    """
    return {
        "layout": fixed(
            layout(
                theme,
                xaxis=axis(theme, "step", range=[0, max(steps, 1)]),
                yaxis=axis(theme, "f", type="log" if log else "linear", exponentformat="power"),
            ),
            right=18,
        ),
        "view": f"{view} {log}",
        "log": log,
        "lowest": lowest_known(objective),
        "per": 1.0,
        "titles": {"plain": "f", "known": "f − f*", "reached": "f − lowest f reached"},
    }
