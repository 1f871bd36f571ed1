"""The loss against the step, one line for each trajectory."""

from collections.abc import Sequence

import numpy as np

from optviz.engine.objective import Objective
from optviz.engine.trajectories import Trajectory
from optviz.figures.landscapes import lowest_known
from optviz.figures.plotly_dicts import Figure, Trace, axis, layout, packed
from optviz.figures.style import Style, Theme


def loss_curves(
    objective: Objective,
    names: Sequence[str],
    trajectories: Sequence[Trajectory],
    drawn: Sequence[Style],
    log: bool,
    theme: Theme,
) -> Figure:
    """f against the step; logarithmic means f − f*, the height above the lowest known value."""
    floor, title = 0.0, "f"
    if log:
        lowest = min(float(t.values.min()) for t in trajectories)
        known = lowest_known(objective)
        floor = lowest if known is None else min(known, lowest)
        title = "f − f*" if known is not None else "f − lowest f reached"
    traces: list[Trace] = []
    for name, trajectory, style in zip(names, trajectories, drawn, strict=True):
        heights = trajectory.values - floor
        if log:
            heights = np.where(heights > 0, heights, np.nan)
        label = "f" if floor == 0 else title
        line = {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": packed(np.arange(len(heights)), "i4"),
            "y": packed(heights, "f8"),
            "line": {"color": style.color, "width": 2, "dash": style.dash},
            "hovertemplate": f"{name}<br>step %{{x}}<br>{label} = %{{y:.4g}}<extra></extra>",
        }
        head = {
            "type": "scatter",
            "mode": "markers",
            "x": [len(heights) - 1],
            "y": [float(heights[-1]) if np.isfinite(heights[-1]) else None],
            "marker": {
                "size": 10,
                "symbol": style.marker,
                "color": style.color,
                "line": {"color": theme.halo, "width": 1.6},
            },
            "hoverinfo": "skip",
        }
        traces += [line, head]
    vertical = axis(theme, title if floor or log else "f", type="log" if log else "linear")
    heights = np.concatenate([t.values - floor for t in trajectories])
    window = _window(heights, float(trajectories[0].values[0]) - floor, log)
    if window:
        vertical["range"] = window
    if log:
        positive = np.log10(heights[heights > 0])
        low, high = window or ((positive.min(), positive.max()) if positive.size else (0.0, 0.0))
        vertical |= {"exponentformat": "power", "dtick": 1 if high - low < 9 else None}
    return {
        "data": traces,
        "layout": layout(theme, xaxis=axis(theme, "step", rangemode="tozero"), yaxis=vertical),
    }


def _window(heights: np.ndarray, first: float, log: bool) -> list[float] | None:
    """Where to look when a diverging run would flatten all others: it leaves through the top.

    The line itself is whole; zooming out shows the rest. None lets Plotly fit everything.
    """
    ceiling = abs(first) * (1e6 if log else 3.0)
    low, high = float(heights.min()), float(heights.max())
    if not ceiling or high <= ceiling:
        return None
    if not log:
        margin = 0.05 * (ceiling - low)
        return [low - margin, ceiling + margin]
    positive = heights[heights > 0]
    return [float(np.log10(positive.min())) - 0.5, float(np.log10(ceiling)) + 0.5]
