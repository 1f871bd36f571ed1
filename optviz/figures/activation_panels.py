"""Pictures of activations: values and derivatives, a chain of layers, dying units, two losses compared."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from optviz.engine.outcomes import number
from optviz.figures.panels import panel
from optviz.figures.plotly_dicts import axis, layout
from optviz.figures.scene_types import LegendEntry, Panel
from optviz.figures.style import Theme
from optviz.figures.traces import entry, line, look, marks, powers, rule
from optviz.teaching.activations import ACTIVATIONS, Chain, sigmoid
from optviz.teaching.dying_units import Units
from optviz.teaching.losses import (
    binary_cross_entropy_from_logits_gradient,
    squared_error_on_sigmoid_gradient,
)
from optviz.words import join, listed, tr

Panels = list[Panel]
Legend = list[LegendEntry]


def largest_derivative(key: str, width: float) -> tuple[float, float]:
    """Where between −width and width the derivative is largest, and how large; the middle of where it is."""
    z = np.linspace(-width, width, 2001)
    derivatives = np.broadcast_to(ACTIVATIONS[key].derivative(z), z.shape)
    top = z[derivatives >= derivatives.max() - 1e-12]
    return float(top[len(top) // 2]), float(derivatives.max())


def function_panels(shown: Sequence[str], width: float, theme: Theme) -> tuple[Panels, Legend]:
    """The values and the derivatives of the activations between −width and width."""
    z = np.linspace(-width, width, 801)
    values, derivatives, legend = [], [], []
    for key in shown:
        row, style, name = ACTIVATIONS[key], look(key, theme), _name(key)
        values.append(line(z, row.function(z), style.color, name, dash=style.dash))
        derivatives.append(
            line(z, np.broadcast_to(row.derivative(z), z.shape), style.color, name, dash=style.dash)
        )
        legend.append(entry(name, style.color, style.dash))
    said = "; ".join(f"{_name(key)} {number(largest_derivative(key, width)[1])}" for key in shown)
    frame = {"xaxis": axis(theme, "z"), "uirevision": f"{width}"}
    names = listed(_name(key) for key in shown)
    return [
        panel(
            "functions.values",
            tr("What comes out"),
            {"data": values, "layout": layout(theme, yaxis=axis(theme, "a(z)"), **frame)},
            about=tr("The activation a(z) of the number z that goes in."),
            alt=tr("Curves of {names} from −{width} to {width}.", names=names, width=number(width)),
            aspect=0.75,
        ),
        panel(
            "functions.derivatives",
            tr("Its derivative"),
            {"data": derivatives, "layout": layout(theme, yaxis=axis(theme, "a'(z)"), **frame)},
            about=tr("What a gradient is multiplied with on its way back."),
            alt=tr("Derivatives of the same activations. Largest ones: {values}.", values=said),
            aspect=0.75,
        ),
    ], legend


def _name(key: str) -> str:
    return tr(ACTIVATIONS[key].name)


def dying_panels(runs: Sequence[Units], theme: Theme) -> tuple[Panels, Legend]:
    """The shares of units without gradient and of silent units, and the loss, step by step."""
    dead, losses = [], []
    legend: Legend = []
    for run in runs:
        name, style = _name(run.activation), look(run.activation, theme)
        steps = np.arange(len(run.losses))
        dash = "dash" if legend else "solid"  # both curves may lie on each other
        silent = tr("{name}, silent", name=name)
        share, height = tr("step %{x}: %{y:.1%}"), tr("step %{x}: %{y:.4g}")
        dead.append(line(steps, run.silent, style.color, silent, dash="dot", width=1.4, hover=share))
        dead.append(line(steps, run.dead, style.color, name, dash=dash, hover=share))
        losses.append(line(steps, run.losses, style.color, name, dash=dash, hover=height))
        legend.append(entry(name, style.color, dash))
    legend.append(entry(tr("silent units"), theme.ink, "dot"))
    ends = "; ".join(
        tr(
            "{name} {dead} without gradient, {silent} silent, loss {loss}",
            name=_name(r.activation),
            dead=f"{r.dead[-1]:.0%}",
            silent=f"{r.silent[-1]:.0%}",
            loss=number(float(r.losses[-1])),
        )
        for r in runs
    )
    steps_axis = axis(theme, tr("step"), rangemode="tozero")
    every = np.concatenate([run.losses for run in runs])
    return [
        panel(
            "dying.dead",
            tr("Units that get no gradient"),
            {
                "data": dead,
                "layout": layout(
                    theme,
                    xaxis=steps_axis,
                    yaxis=axis(theme, tr("share of units"), tickformat=".0%", range=[-0.03, 1.05]),
                ),
            },
            about=tr(
                "Dotted: silent units, whose z is negative for all points. A silent leaky ReLU still gets a "
                "gradient."
            ),
            alt=tr(
                "Share of units without gradient, and of silent units, against steps. At the end: {ends}.",
                ends=ends,
            ),
            aspect=0.75,
        ),
        panel(
            "dying.losses",
            tr("Mean squared error"),
            {
                "data": losses,
                "layout": layout(theme, xaxis=steps_axis, yaxis=axis(theme, tr("loss"), **powers(every))),
            },
            about=tr("Same first weights, same points, same rate."),
            alt=tr("Loss against steps. At the end: {ends}.", ends=ends),
            aspect=0.75,
        ),
    ], legend


def chain_panels(chains: Sequence[tuple[str, Chain]], weight: float, theme: Theme) -> tuple[Panels, Legend]:
    """The gradient at every layer, on its way back, and the values on their way forward."""
    gradients, values, legend, sizes, gone = [], [], [], [1.0], []
    for key, found in chains:
        name, style = _name(key), look(key, theme)
        layers = np.arange(len(found.values))
        size = np.abs(found.gradients)
        sizes += list(size)
        if not size[0]:
            gone.append(name)
        common: dict[str, Any] = {
            "dash": style.dash,
            "mode": "lines+markers",
            "marker": {"size": 5, "color": style.color},
            "hover": tr("layer %{x}: %{y:.4g}"),
        }
        drawable = np.where(size > 0, size, np.nan)  # a logarithm has no place for 0
        gradients.append(line(layers, drawable, style.color, name, **common))
        values.append(line(layers, found.values, style.color, name, **common))
        legend.append(entry(name, style.color, style.dash))
    depth = len(chains[0][1].values) - 1
    if any(key == "sigmoid" for key, _ in chains) and weight:
        best = (abs(weight) / 4) ** np.arange(depth, -1, -1.0)
        sizes += list(best)
        name = tr("|w|/4 per layer: the most that a sigmoid leaves")
        gradients.append(line(np.arange(depth + 1), best, theme.ink, name, dash="dot", width=1.2))
        legend.append(entry(name, theme.ink, "dot"))
    left = "; ".join(f"{_name(key)} {number(found.left)}" for key, found in chains)
    nothing = (
        tr("Nothing is left with {names}: 0 has no place on this axis.", names=listed(gone)) if gone else ""
    )
    ends = "; ".join(
        tr("{name} ends at {value}", name=_name(key), value=number(float(c.values[-1]))) for key, c in chains
    )
    layers_axis = axis(theme, tr("layer (0 is the input)"), rangemode="tozero")
    return [
        panel(
            "chain.gradients",
            tr("What is left of the gradient"),
            {
                "data": gradients,
                "layout": layout(
                    theme, xaxis=layers_axis, yaxis=axis(theme, tr("|gradient|"), **powers(sizes))
                ),
            },
            about=join(tr("It starts with 1 at the last layer and goes to the left."), nothing),
            alt=join(tr("Size of the gradient by layer. At the input: {values}.", values=left), nothing),
            aspect=0.75,
        ),
        panel(
            "chain.values",
            tr("The value after each layer"),
            {"data": values, "layout": layout(theme, xaxis=layers_axis, yaxis=axis(theme, tr("value")))},
            about=tr("The same number on its way forward, from the left to the right."),
            alt=tr("Value after each layer: {ends}.", ends=ends),
            aspect=0.75,
        ),
    ], legend


def duel_panels(z: float, theme: Theme) -> tuple[Panels, Legend]:
    """The gradient by z of cross entropy and of squared error on a sigmoid, for an example with y = 1."""
    logits = np.linspace(-10, 10, 801)
    names = (tr("Cross entropy"), tr("Squared error"))
    colors = (theme.palette[0], theme.palette[1])

    def pulls(at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # One example at a time: the mean of a single loss is the loss.
        targets = np.ones_like(at)
        return (
            -binary_cross_entropy_from_logits_gradient(at, targets) * at.size,
            -squared_error_on_sigmoid_gradient(at, targets) * at.size,
        )

    by_error, by_logit = [], []
    here = pulls(np.array([z]))
    for name, color, dash, pull, mark in zip(
        names, colors, ("solid", "dash"), pulls(logits), here, strict=True
    ):
        error = 1 - sigmoid(logits)
        by_error.append(line(error, pull, color, name, dash=dash, hover=tr("error %{x:.3f}: %{y:.4f}")))
        by_logit.append(line(logits, pull, color, name, dash=dash, hover="z %{x:.2f}: %{y:.4f}"))
        by_error.append(marks(1 - sigmoid(np.array([z])), mark, color, theme))
        by_logit.append(marks([z], mark, color, theme))
    said = tr(
        "At z = {z}: cross entropy {first}, squared error {second}.",
        z=number(z),
        first=number(float(here[0][0])),
        second=number(float(here[1][0])),
    )
    vertical = axis(theme, tr("pull on z"), range=[-0.04, 1.08])
    error = float(1 - sigmoid(z))
    return [
        panel(
            "duel.error",
            tr("Pull against error"),
            {
                "data": by_error,
                "layout": layout(
                    theme,
                    xaxis=axis(theme, tr("error 1 − σ(z)"), range=[-0.03, 1.03]),
                    yaxis=vertical,
                    shapes=[rule(theme, x=error)],
                ),
            },
            about=tr("How hard a loss pulls z up when the truth is y = 1."),
            alt=join(tr("Size of the gradient against the error, for both losses."), said),
            aspect=0.75,
        ),
        panel(
            "duel.logit",
            tr("Pull against z"),
            {
                "data": by_logit,
                "layout": layout(theme, xaxis=axis(theme, "z"), yaxis=vertical, shapes=[rule(theme, x=z)]),
            },
            about=said,
            alt=join(tr("Size of the gradient against z, for both losses."), said),
            aspect=0.75,
        ),
    ], [entry(names[0], colors[0]), entry(names[1], colors[1], "dash")]
