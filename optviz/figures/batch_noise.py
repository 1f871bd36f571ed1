"""The noise of batches in pictures: single gradients, noise against gradient, and the noise ball."""

from collections.abc import Sequence

import numpy as np

from optviz.engine.outcomes import number, point
from optviz.figures.minibatches import Runs, run_styles
from optviz.figures.panels import panel
from optviz.figures.plotly_dicts import Trace, axis, layout, packed
from optviz.figures.scene_types import Panel
from optviz.figures.style import MARKERS, Style, Theme
from optviz.teaching.line import SAMPLES, Descent
from optviz.words import join, listed, mark, tr

MISSING = mark("Left out: runs that rest at the lowest point, and runs that grew without end.")


@np.errstate(all="ignore")  # a run on its way out
def gradient_panels(runs: Runs, epoch: int, theme: Theme) -> list[Panel]:
    """The gradients of all batches of one epoch, and how noise and gradient compare along the way."""
    drawn = run_styles(theme)
    traces: list[Trace] = []
    shown = []
    for (name, run), style in reversed(list(zip(runs, drawn, strict=True))):
        inside = _of_epoch(run, epoch)
        if not inside.any():
            continue
        gradients = run.batch_gradients[inside]
        shown.append(tr("{name}: {count} gradients", name=name, count=len(gradients)))
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": packed(gradients[:, 0]),
                "y": packed(gradients[:, 1]),
                "marker": {"size": 8, "symbol": style.marker, "color": style.color, "opacity": 0.75},
                "hovertemplate": f"{name}<br>∂w %{{x:.4g}}, ∂b %{{y:.4g}}<extra></extra>",
            }
        )
    run = runs[1][1]
    inside = _of_epoch(run, epoch)
    full = run.gradients[:-1][inside].mean(axis=0) if inside.any() else np.full(2, np.nan)
    cross = {"size": 17, "symbol": "cross-thin", "line": {"color": theme.ink, "width": 3}}
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "name": tr("all points"),
            "x": [float(full[0])] if inside.any() else [None],
            "y": [float(full[1])] if inside.any() else [None],
            "marker": cross,
            "hovertemplate": tr("all points<br>∂w %{x:.4g}, ∂b %{y:.4g}") + "<extra></extra>",
        }
    )
    cloud = layout(theme, xaxis=axis(theme, tr("∂loss/∂w")), yaxis=axis(theme, tr("∂loss/∂b")))
    return [
        panel(
            "cloud",
            tr("The gradients of epoch {epoch}", epoch=epoch),
            {"data": traces, "layout": cloud},
            about=tr("One mark for each batch. Cross: the gradient of all points, mean over the epoch."),
            alt=tr(
                "Gradients of epoch {epoch}. {counts}. All points: {gradient}.",
                epoch=epoch,
                counts="; ".join(shown),
                gradient=point(full),
            ),
            aspect=0.7,
            lowest=260,
        ),
        _ratio(runs, drawn, theme),
    ]


def _of_epoch(run: Descent, epoch: int) -> np.ndarray:
    """Which updates belong to that epoch, counted from 1."""
    begun = run.seen[:-1]
    return (begun >= (epoch - 1) * SAMPLES) & (begun < epoch * SAMPLES)


def _ratio(runs: Runs, drawn: Sequence[Style], theme: Theme) -> Panel:
    traces: list[Trace] = []
    words = []
    at_epoch = tr("epoch %{x}")
    for (name, run), style in zip(runs, drawn, strict=True):
        if run.noise < 1e-9:  # rounding alone: no batch noise to show
            continue
        apart = np.linalg.norm(run.batch_gradients - run.gradients[:-1], axis=1)
        size = np.linalg.norm(run.gradients[:-1], axis=1)
        epochs = run.seen[:-1] // SAMPLES
        count = np.bincount(epochs)
        noise, signal = (np.sqrt(np.bincount(epochs, v * v) / count) for v in (apart, size))
        at = np.arange(1, len(noise) + 1)
        words.append(
            tr(
                "{name}: noise {noise}, gradient {gradient}",
                name=name,
                noise=number(float(noise[-1])),
                gradient=number(float(signal[-1])),
            )
        )
        for values, dash, what in (
            (noise, "solid", tr("noise")),
            (signal, "dot", tr("gradient of all points")),
        ):
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": tr("{name}: {told}", name=name, told=what),
                    "x": packed(at),
                    "y": packed(values, "f8"),
                    "line": {"color": style.color, "width": 2, "dash": dash},
                    "hovertemplate": f"{name}<br>{at_epoch}<br>{what} %{{y:.4g}}<extra></extra>",
                }
            )
    frame = layout(
        theme,
        xaxis=axis(theme, tr("epoch")),
        yaxis=axis(theme, tr("length"), type="log", exponentformat="power"),
    )
    return panel(
        "ratio",
        tr("Noise against gradient"),
        {"data": traces, "layout": frame},
        about=tr(
            "Lines: how far a batch's gradient is from that of all points. Dots: how long the latter is."
        ),
        alt=tr("In the last epoch: {values}.", values="; ".join(words) or tr("no batch noise")),
        aspect=0.7,
        lowest=260,
    )


def _has_place(radius: float) -> bool:
    """Whether a logarithmic axis can show a radius: not 0, and not that of runs that grew without end."""
    return bool(np.isfinite(radius)) and radius > 0


def ball_panel(rates: Sequence[float], sizes: Sequence[int], radii: np.ndarray, theme: Theme) -> Panel:
    """The radius of the noise ball against the learning rate, one line for each batch size."""
    traces: list[Trace] = []
    notes = []
    hover = tr("rate %{x:.3g}<br>radius %{y:.3g}")
    for k, (size, row) in enumerate(zip(sizes, radii, strict=True)):
        if size == SAMPLES:  # all points: no noise, and no place on a logarithmic axis
            continue
        color, called = theme.palette[k % len(theme.palette)], tr("batches of {size}", size=size)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": called,
                "x": list(rates),
                "y": [float(v) if _has_place(v) else None for v in row],
                "line": {"color": color, "width": 2},
                "marker": {"size": 7, "symbol": MARKERS[k % len(MARKERS)], "color": color},
                "hovertemplate": f"{called}<br>{hover}<extra></extra>",
            }
        )
        if _has_place(row[0]):
            notes.append(
                {
                    "x": float(np.log10(rates[0])),
                    "y": float(np.log10(row[0])),
                    "text": f"B = {size}",
                    "showarrow": False,
                    "xanchor": "right",
                    "xshift": -8,
                    "font": {"color": color, "size": 12},
                }
            )
    low, high = np.log10(rates[0]), np.log10(rates[-1])
    ticks = {"tickvals": list(rates), "ticktext": [number(rate) for rate in rates]}
    frame = layout(
        theme,
        xaxis=axis(theme, tr("learning rate"), type="log", range=[low - 0.28, high + 0.08], **ticks),
        yaxis=axis(theme, tr("distance from the lowest point"), type="log", exponentformat="power"),
        annotations=notes,
    )
    said = [
        tr("batches of {size} {radii}", size=size, radii=listed(number(float(v)) for v in row))
        for size, row in zip(sizes, radii, strict=True)
    ]
    between = tr("; ")
    return panel(
        "ball",
        tr("Radius of the ball against the rate"),
        {"data": traces, "layout": frame},
        about=join(
            tr("How far runs keep wandering, root mean square, measured on 32 runs each."),
            tr(MISSING) if any(None in trace["y"] for trace in traces) else "",
        ),
        alt=tr(
            "Radius of the noise ball: {radii} at the rates {rates}.",
            radii=between.join(said),
            rates=listed(number(rate) for rate in rates),
        ),
        aspect=0.6,
        lowest=280,
    )
