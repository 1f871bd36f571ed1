"""Curves of a training: the loss of single batches and smoothed, and the accuracy on the test images."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optviz.figures.panels import panel
from optviz.figures.plotly_dicts import Trace, axis, layout, packed
from optviz.figures.scene_types import LegendEntry, Panel
from optviz.figures.style import Style, Theme, styles

#: The smoothed loss is the mean of so many points of the curve, which has up to 1,000.
WINDOW = 20
CLOSE = 0.95  # test accuracy from which the axis shows only the last tenth
LOWEST_SHOWN = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """What is drawn of one run; all places are epochs, with fractions.

    `at` and `losses` are of single batches. `judged_at` are the places of the evaluations, with the loss
    and the accuracy on the test images, and the accuracy on training images (NaN where not measured).
    """

    key: str
    name: str
    optimizer: str
    epochs: int
    at: np.ndarray
    losses: np.ndarray
    judged_at: np.ndarray
    test_losses: np.ndarray
    test_accuracy: np.ndarray
    train_accuracy: np.ndarray


def smoothed(losses: np.ndarray, window: int = WINDOW) -> np.ndarray:
    """At each point the mean of it and the `window` - 1 before it, or of as many as there are."""
    sums = np.cumsum(np.concatenate([[0.0], np.asarray(losses, dtype=float)]))
    ends = np.arange(1, len(sums))
    begins = np.maximum(ends - window, 0)
    return (sums[ends] - sums[begins]) / (ends - begins)


def curve_panels(
    runs: Sequence[Curves], theme: Theme, *, log: bool = False
) -> tuple[list[Panel], list[LegendEntry]]:
    """The panels of loss and accuracy, and their legend; the first run is the one that is looked at."""
    drawn = styles([run.optimizer for run in runs], theme)
    legend: list[LegendEntry] = [
        {"name": run.name, "color": style.color, "dash": style.dash}
        for run, style in zip(runs, drawn, strict=True)
    ]
    return [_loss(runs, drawn, theme, log), _accuracy(runs, drawn, theme)], legend


def _loss(runs: Sequence[Curves], drawn: Sequence[Style], theme: Theme, log: bool) -> Panel:
    traces: list[Trace] = []
    # The run that is looked at comes last, on top of the others.
    for place, (run, style) in reversed([*enumerate(zip(runs, drawn, strict=True))]):
        if place == 0:
            traces.append(_line(run.at, run.losses, style, f"{run.name}, one batch", width=1, opacity=0.3))
        traces.append(_line(run.at, smoothed(run.losses), style, f"{run.name}, smoothed", width=2.4))
        if place == 0:
            traces.append(_points(run.judged_at, run.test_losses, style, theme, f"{run.name}, test"))
    vertical = axis(theme, "loss", type="log" if log else "linear", rangemode="normal" if log else "tozero")
    if log:
        vertical |= {"exponentformat": "power", "dtick": 1 if _decades(runs) > 1.5 else None}
    first = runs[0]
    last = f"{smoothed(first.losses)[-1]:.4g}" if len(first.losses) else "not known yet"
    return panel(
        "loss",
        "Loss",
        {"data": traces, "layout": _frame(runs, theme, vertical, f"loss {log}")},
        about=f"Faint: single batches. Line: mean of {WINDOW} points. Rings: test images.",
        alt=f"Loss against epochs. {first.name}: smoothed training loss {last}.",
        aspect=0.66,
        lowest=230,
    )


def _accuracy(runs: Sequence[Curves], drawn: Sequence[Style], theme: Theme) -> Panel:
    traces: list[Trace] = []
    for place, (run, style) in reversed([*enumerate(zip(runs, drawn, strict=True))]):
        template = "%{y:.2%}"
        line = _line(run.judged_at, run.test_accuracy, style, f"{run.name}, test", 2.4, template=template)
        marker = {"size": 7, "symbol": style.marker, "color": style.color}
        traces.append(
            {**line, "mode": "lines+markers" if len(run.judged_at) <= 60 else "lines", "marker": marker}
        )
        if place == 0:
            name = f"{run.name}, training images"
            traces.append(
                _line(run.judged_at, run.train_accuracy, style, name, 1.4, opacity=0.55, template=template)
            )
    first = runs[0]
    last = f"{first.test_accuracy[-1]:.2%}" if len(first.test_accuracy) else "not known yet"
    vertical = axis(theme, "accuracy", tickformat=".3~%")
    best = max((float(run.test_accuracy.max()) for run in runs if len(run.test_accuracy)), default=0.0)
    close = best >= CLOSE
    if close:  # the last per cents are what one compares
        vertical["range"] = [LOWEST_SHOWN, 1.001]
    elif max(len(run.judged_at) for run in runs) < 2:  # one point alone has no scale
        vertical["range"] = [0, 1]
    return panel(
        "accuracy",
        "Accuracy",
        {
            "data": traces,
            "layout": _frame(runs, theme, vertical, f"accuracy {close}"),
        },
        about="Strong, with marks: test images. Faint: images it was trained on."
        + (f" The axis begins at {LOWEST_SHOWN:.0%}." if close else ""),
        alt=f"Test accuracy against epochs. {first.name}: {last}.",
        aspect=0.66,
        lowest=230,
    )


def _frame(runs: Sequence[Curves], theme: Theme, vertical: dict[str, Any], kind: str) -> dict[str, Any]:
    # The whole way is shown from the start, so that one sees how much of it is done.
    end = max(run.epochs for run in runs)
    return layout(
        theme,
        xaxis=axis(theme, "epochs", range=[0, end]),
        yaxis=vertical,
        uirevision=f"{kind} {runs[0].key} {end}",
    )


def _line(
    x: np.ndarray,
    y: np.ndarray,
    style: Style,
    name: str,
    width: float,
    opacity: float = 1.0,
    template: str = "%{y:.4g}",
) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": html.escape(name, quote=False),  # Plotly reads tags in it, and people name runs
        "x": packed(x),
        "y": packed(y),
        "opacity": opacity,
        "line": {"color": style.color, "width": width, "dash": style.dash},
        "hovertemplate": f"%{{fullData.name}}<br>epoch %{{x:.2f}}: {template}<extra></extra>",
    }


def _points(x: np.ndarray, y: np.ndarray, style: Style, theme: Theme, name: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": html.escape(name, quote=False),  # Plotly reads tags in it, and people name runs
        "x": packed(x),
        "y": packed(y),
        "marker": {
            "size": 7,
            "symbol": "circle",
            "color": theme.ground,
            "line": {"color": style.color, "width": 1.8},
        },
        "hovertemplate": "%{fullData.name}<br>epoch %{x:.2f}: %{y:.4g}<extra></extra>",
    }


def _decades(runs: Sequence[Curves]) -> float:
    losses = np.concatenate([run.losses for run in runs])
    losses = losses[losses > 0]
    return float(np.log10(losses.max() / losses.min())) if len(losses) else 0.0
