"""A sweep of learning rates on a network: how well each optimizer does, and how narrow its best rate is."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optviz.engine.outcomes import number
from optviz.figures.panels import panel
from optviz.figures.plotly_dicts import Trace, axis, layout
from optviz.figures.scene_types import Panel
from optviz.figures.style import Style, Theme
from optviz.words import join, tr

#: Rates count as good whose mean accuracy is at most so far below the best one.
GOOD = 0.01


@dataclass(frozen=True, slots=True)
class Swept:
    """One optimizer at one rate: the accuracies of the seeds that ended, and how many diverged."""

    rate: float
    accuracies: tuple[float, ...]
    diverged: int = 0

    @property
    def mean(self) -> float | None:
        """The mean accuracy; None where a seed diverged or none has ended."""
        return float(np.mean(self.accuracies)) if self.accuracies and not self.diverged else None


def best(swept: Sequence[Swept]) -> Swept | None:
    """The rate with the highest mean accuracy among those at which no seed diverged."""
    return max((each for each in swept if each.mean is not None), key=lambda s: s.mean or 0.0, default=None)


def good_rates(swept: Sequence[Swept]) -> tuple[float, float] | None:
    """The lowest and the highest of the neighbouring rates around the best one that are GOOD."""
    top = best(swept)
    if top is None or top.mean is None:
        return None
    ordered = sorted(swept, key=lambda each: each.rate)
    low = high = ordered.index(top)
    least = top.mean - GOOD
    while low > 0 and (ordered[low - 1].mean or 0.0) >= least:
        low -= 1
    while high < len(ordered) - 1 and (ordered[high + 1].mean or 0.0) >= least:
        high += 1
    return ordered[low].rate, ordered[high].rate


def sweep_panel(
    names: Sequence[str], swept: Sequence[Sequence[Swept]], drawn: Sequence[Style], budget: str, theme: Theme
) -> Panel:
    """Test accuracy against the learning rate: a line through the means, bars from worst to best seed.

    `budget` says what each training may use. Crosses at the bottom are rates at which a seed diverged.
    """
    traces: list[Trace] = []
    said = []
    at_rate, diverged = tr("rate %{x:.3g}: %{y:.2%}"), tr("rate %{x:.3g}: a seed diverged")
    for name, rows, style in zip(names, swept, drawn, strict=True):
        plain = html.escape(name, quote=False)
        ended = sorted((each for each in rows if each.mean is not None), key=lambda each: each.rate)
        means = [float(np.mean(each.accuracies)) for each in ended]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": plain,
                "x": [each.rate for each in ended],
                "y": means,
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": [max(e.accuracies) - m for e, m in zip(ended, means, strict=True)],
                    "arrayminus": [m - min(e.accuracies) for e, m in zip(ended, means, strict=True)],
                    "thickness": 1.2,
                    "width": 3,
                },
                "line": {"color": style.color, "dash": style.dash, "width": 2},
                "marker": {"symbol": style.marker, "size": 8, "color": style.color},
                "hovertemplate": f"{plain}<br>{at_rate}<extra></extra>",
            }
        )
        lost = [each.rate for each in rows if each.diverged]
        if lost:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": tr("{name}, diverged", name=plain),
                    "x": lost,
                    "y": [0.0] * len(lost),
                    "marker": {"symbol": "x-thin", "size": 10, "line": {"color": style.color, "width": 2}},
                    "hovertemplate": f"{plain}<br>{diverged}<extra></extra>",
                    "cliponaxis": False,
                }
            )
        top = best(rows)
        if top is not None and top.mean is not None:
            best_one = {"name": name, "accuracy": f"{top.mean:.2%}", "rate": number(top.rate)}
            said.append(tr("{name}: best {accuracy} at {rate}.", **best_one))
    frame = layout(
        theme,
        xaxis=axis(theme, tr("learning rate"), type="log", exponentformat="power", dtick=1),
        yaxis=axis(theme, tr("test accuracy"), range=[0, 1.02], tickformat=".0%"),
        uirevision="rates",
    )
    return panel(
        "rates",
        tr("Accuracy at other learning rates"),
        {"data": traces, "layout": frame},
        about=budget,
        alt=join(tr("Test accuracy against learning rate."), *(said or [tr("Nothing has ended yet.")])),
        aspect=0.5,
        lowest=260,
        highest=460,
    )
