"""Curves of a training: the loss of single batches and smoothed, and the accuracy on the test images."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optviz.figures.panels import panel
from optviz.figures.plotly_dicts import Trace, axis, layout, packed
from optviz.figures.scene_types import LegendEntry, Panel
from optviz.figures.style import Style, Theme, racer_styles, styles
from optviz.words import Message, join, tr

CLOSE = 0.95  # test accuracy from which the axis shows only the last tenth
LOWEST_SHOWN = 0.9


@dataclass(frozen=True, slots=True)
class Unit:
    """What the horizontal axis counts: its name in links, for a choice, on the axis, and of one place."""

    key: str
    title: Message
    axis: Message
    place: Message
    digits: str

    def at(self) -> str:
        """A place on the axis, as Plotly fills it in."""
        return tr(self.place, x=f"%{{x:{self.digits}}}")


UNITS: dict[str, Unit] = {
    unit.key: unit
    for unit in (
        Unit("epochs", "Epochs", "epochs", "epoch {x}", ".2f"),
        Unit("steps", "Steps", "steps", "step {x}", ",.0f"),
        Unit("seconds", "Seconds", "seconds of training", "second {x}", ".1f"),
    )
}
EPOCHS = UNITS["epochs"]
#: The smoothed loss is the mean of so many points of the curve, which has up to 1,000.
WINDOW = 20
#: What may be asked for in its place; 1 is not smoothed at all.
WINDOWS = (1, 5, WINDOW, 100)


@dataclass(frozen=True, slots=True)
class View:
    """How curves are looked at: against what, with a logarithmic axis of losses or not, how much smoothed."""

    unit: Unit = EPOCHS
    log: bool = False
    window: int = WINDOW


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """What is drawn of one run; all places are in the same unit, and the axis reaches to `end`.

    `at` and `losses` are of single batches. `judged_at` are the places of the evaluations, with the loss
    and the accuracy on the test images, and the accuracy on training images (NaN where not measured).
    `entrant` is the text of a race's card, which can hide the curves; "" where there is no card.
    """

    key: str
    name: str
    optimizer: str
    end: float
    at: np.ndarray
    losses: np.ndarray
    judged_at: np.ndarray
    test_losses: np.ndarray
    test_accuracy: np.ndarray
    train_accuracy: np.ndarray
    entrant: str = ""


def smoothed(losses: np.ndarray, window: int = WINDOW) -> np.ndarray:
    """At each point the mean of it and the `window` - 1 before it, or of as many as there are."""
    sums = np.cumsum(np.concatenate([[0.0], np.asarray(losses, dtype=float)]))
    ends = np.arange(1, len(sums))
    begins = np.maximum(ends - window, 0)
    return (sums[ends] - sums[begins]) / (ends - begins)


def curve_panels(
    runs: Sequence[Curves], theme: Theme, view: View | None = None, *, racers: int = 1
) -> tuple[list[Panel], list[LegendEntry]]:
    """The panels of loss and accuracy, and their legend; the first run is the one that is looked at.

    The first `racers` of them are one race.
    """
    view = view or View()
    drawn = styles([run.optimizer for run in runs], theme)
    if racers > 1:
        drawn = racer_styles(len(runs), theme)
    legend: list[LegendEntry] = [
        {"name": run.name, "color": style.color, "dash": style.dash, "entrant": run.entrant}
        for run, style in zip(runs, drawn, strict=True)
    ]
    return [_loss(runs, drawn, theme, view), _accuracy(runs, drawn, theme, view.unit)], legend


def _loss(runs: Sequence[Curves], drawn: Sequence[Style], theme: Theme, view: View) -> Panel:
    log, unit = view.log, view.unit
    traces: list[Trace] = []
    # The run that is looked at comes last, on top of the others.
    for place, (run, style) in reversed([*enumerate(zip(runs, drawn, strict=True))]):
        name, tested = tr("{name}, smoothed", name=run.name), tr("{name}, test", name=run.name)
        if place == 0:
            traces.append(
                _line(run.at, run.losses, style, tr("{name}, one batch", name=run.name), unit, 1, 0.3)
            )
        traces.append(_line(run.at, smoothed(run.losses, view.window), style, name, unit, width=2.4))
        traces[-1]["meta"] = {"entrant": run.entrant}
        if place == 0:
            traces.append(_points(run.judged_at, run.test_losses, style, theme, tested, unit))
    vertical = axis(
        theme, tr("loss"), type="log" if log else "linear", rangemode="normal" if log else "tozero"
    )
    if log:
        vertical |= {"exponentformat": "power", "dtick": 1 if _decades(runs) > 1.5 else None}
    first = runs[0]
    last = f"{smoothed(first.losses, view.window)[-1]:.4g}" if len(first.losses) else tr("not known yet")
    return panel(
        "loss",
        tr("Loss"),
        {"data": traces, "layout": _frame(runs, theme, vertical, f"loss {log}", unit)},
        about=_about_losses(view.window),
        alt=tr(
            "Loss against {axis}. {name}: smoothed training loss {last}.",
            axis=tr(unit.axis),
            name=first.name,
            last=last,
        ),
        aspect=0.66,
        lowest=230,
    )


def _about_losses(window: int) -> str:
    if window == 1:
        return tr("Line: single batches. Rings: test images.")
    return tr("Faint: single batches. Line: mean of {count} points. Rings: test images.", count=window)


def _accuracy(runs: Sequence[Curves], drawn: Sequence[Style], theme: Theme, unit: Unit) -> Panel:
    traces: list[Trace] = []
    for place, (run, style) in reversed([*enumerate(zip(runs, drawn, strict=True))]):
        template = "%{y:.2%}"
        tested = tr("{name}, test", name=run.name)
        line = _line(run.judged_at, run.test_accuracy, style, tested, unit, 2.4, template=template)
        marker = {"size": 7, "symbol": style.marker, "color": style.color}
        traces.append(
            {
                **line,
                "mode": "lines+markers" if len(run.judged_at) <= 60 else "lines",
                "marker": marker,
                "meta": {"entrant": run.entrant},
            }
        )
        if place == 0:
            name = tr("{name}, training images", name=run.name)
            traces.append(_line(run.judged_at, run.train_accuracy, style, name, unit, 1.4, 0.55, template))
    first = runs[0]
    last = f"{first.test_accuracy[-1]:.2%}" if len(first.test_accuracy) else tr("not known yet")
    vertical = axis(theme, tr("accuracy"), tickformat=".3~%")
    best = max((float(run.test_accuracy.max()) for run in runs if len(run.test_accuracy)), default=0.0)
    close = best >= CLOSE
    if close:  # the last per cents are what one compares
        vertical["range"] = [LOWEST_SHOWN, 1.001]
    elif max(len(run.judged_at) for run in runs) < 2:  # one point alone has no scale
        vertical["range"] = [0, 1]
    return panel(
        "accuracy",
        tr("Accuracy"),
        {
            "data": traces,
            "layout": _frame(runs, theme, vertical, f"accuracy {close}", unit),
        },
        about=join(
            tr("Strong, with marks: test images. Faint: images it was trained on."),
            tr("The axis begins at {share}.", share=f"{LOWEST_SHOWN:.0%}") if close else "",
        ),
        alt=tr(
            "Test accuracy against {axis}. {name}: {last}.",
            axis=tr(unit.axis),
            name=first.name,
            last=last,
        ),
        aspect=0.66,
        lowest=230,
    )


def _frame(
    runs: Sequence[Curves], theme: Theme, vertical: dict[str, Any], kind: str, unit: Unit
) -> dict[str, Any]:
    # The whole way is shown from the start, so that one sees how much of it is done.
    end = max(run.end for run in runs)
    named = "" if unit == EPOCHS else f" {unit.key}"
    return layout(
        theme,
        xaxis=axis(theme, tr(unit.axis), range=[0, end]),
        yaxis=vertical,
        uirevision=f"{kind} {runs[0].key}{named}" + (f" {end}" if unit.key != "seconds" else ""),
    )


def _line(
    x: np.ndarray,
    y: np.ndarray,
    style: Style,
    name: str,
    unit: Unit,
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
        "hovertemplate": f"%{{fullData.name}}<br>{unit.at()}: {template}<extra></extra>",
    }


def _points(x: np.ndarray, y: np.ndarray, style: Style, theme: Theme, name: str, unit: Unit) -> Trace:
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
        "hovertemplate": f"%{{fullData.name}}<br>{unit.at()}: %{{y:.4g}}<extra></extra>",
    }


def _decades(runs: Sequence[Curves]) -> float:
    losses = np.concatenate([run.losses for run in runs])
    losses = losses[losses > 0]
    return float(np.log10(losses.max() / losses.min())) if len(losses) else 0.0
