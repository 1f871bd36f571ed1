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
        row, style = ACTIVATIONS[key], look(key, theme)
        values.append(line(z, row.function(z), style.color, row.name, dash=style.dash))
        derivatives.append(
            line(z, np.broadcast_to(row.derivative(z), z.shape), style.color, row.name, dash=style.dash)
        )
        legend.append(entry(row.name, style.color, style.dash))
    said = "; ".join(f"{ACTIVATIONS[key].name} {number(largest_derivative(key, width)[1])}" for key in shown)
    frame = {"xaxis": axis(theme, "z"), "uirevision": f"{width}"}
    names = ", ".join(ACTIVATIONS[key].name for key in shown)
    return [
        panel(
            "functions.values",
            "What comes out",
            {"data": values, "layout": layout(theme, yaxis=axis(theme, "a(z)"), **frame)},
            about="The activation a(z) of the number z that goes in.",
            alt=f"Curves of {names} from −{number(width)} to {number(width)}.",
            aspect=0.75,
        ),
        panel(
            "functions.derivatives",
            "Its derivative",
            {"data": derivatives, "layout": layout(theme, yaxis=axis(theme, "a'(z)"), **frame)},
            about="What a gradient is multiplied with on its way back.",
            alt=f"Derivatives of the same activations. Largest ones: {said}.",
            aspect=0.75,
        ),
    ], legend


def dying_panels(runs: Sequence[Units], theme: Theme) -> tuple[Panels, Legend]:
    """The shares of units without gradient and of silent units, and the loss, step by step."""
    dead, losses = [], []
    legend: Legend = []
    for run in runs:
        row, style = ACTIVATIONS[run.activation], look(run.activation, theme)
        steps = np.arange(len(run.losses))
        dash = "dash" if legend else "solid"  # both curves may lie on each other
        silent = f"{row.name}, silent"
        dead.append(
            line(steps, run.silent, style.color, silent, dash="dot", width=1.4, hover="step %{x}: %{y:.1%}")
        )
        dead.append(line(steps, run.dead, style.color, row.name, dash=dash, hover="step %{x}: %{y:.1%}"))
        losses.append(line(steps, run.losses, style.color, row.name, dash=dash, hover="step %{x}: %{y:.4g}"))
        legend.append(entry(row.name, style.color, dash))
    legend.append(entry("silent units", theme.ink, "dot"))
    ends = "; ".join(
        f"{ACTIVATIONS[r.activation].name} {r.dead[-1]:.0%} without gradient, {r.silent[-1]:.0%} silent, "
        f"loss {number(float(r.losses[-1]))}"
        for r in runs
    )
    steps_axis = axis(theme, "step", rangemode="tozero")
    every = np.concatenate([run.losses for run in runs])
    return [
        panel(
            "dying.dead",
            "Units that get no gradient",
            {
                "data": dead,
                "layout": layout(
                    theme,
                    xaxis=steps_axis,
                    yaxis=axis(theme, "share of units", tickformat=".0%", range=[-0.03, 1.05]),
                ),
            },
            about=(
                "Dotted: silent units, whose z is negative for all points. A silent leaky ReLU still gets a "
                "gradient."
            ),
            alt=f"Share of units without gradient, and of silent units, against steps. At the end: {ends}.",
            aspect=0.75,
        ),
        panel(
            "dying.losses",
            "Mean squared error",
            {
                "data": losses,
                "layout": layout(theme, xaxis=steps_axis, yaxis=axis(theme, "loss", **powers(every))),
            },
            about="Same first weights, same points, same rate.",
            alt=f"Loss against steps. At the end: {ends}.",
            aspect=0.75,
        ),
    ], legend


def chain_panels(chains: Sequence[tuple[str, Chain]], weight: float, theme: Theme) -> tuple[Panels, Legend]:
    """The gradient at every layer, on its way back, and the values on their way forward."""
    gradients, values, legend, sizes, gone = [], [], [], [1.0], []
    for key, found in chains:
        row, style = ACTIVATIONS[key], look(key, theme)
        layers = np.arange(len(found.values))
        size = np.abs(found.gradients)
        sizes += list(size)
        if not size[0]:
            gone.append(row.name)
        common: dict[str, Any] = {
            "dash": style.dash,
            "mode": "lines+markers",
            "marker": {"size": 5, "color": style.color},
            "hover": "layer %{x}: %{y:.4g}",
        }
        drawable = np.where(size > 0, size, np.nan)  # a logarithm has no place for 0
        gradients.append(line(layers, drawable, style.color, row.name, **common))
        values.append(line(layers, found.values, style.color, row.name, **common))
        legend.append(entry(row.name, style.color, style.dash))
    depth = len(chains[0][1].values) - 1
    if any(key == "sigmoid" for key, _ in chains) and weight:
        best = (abs(weight) / 4) ** np.arange(depth, -1, -1.0)
        sizes += list(best)
        name = "|w|/4 per layer: the most that a sigmoid leaves"
        gradients.append(line(np.arange(depth + 1), best, theme.ink, name, dash="dot", width=1.2))
        legend.append(entry(name, theme.ink, "dot"))
    left = "; ".join(f"{ACTIVATIONS[key].name} {number(found.left)}" for key, found in chains)
    nothing = f" Nothing is left with {', '.join(gone)}: 0 has no place on this axis." if gone else ""
    layers_axis = axis(theme, "layer (0 is the input)", rangemode="tozero")
    return [
        panel(
            "chain.gradients",
            "What is left of the gradient",
            {
                "data": gradients,
                "layout": layout(theme, xaxis=layers_axis, yaxis=axis(theme, "|gradient|", **powers(sizes))),
            },
            about=f"It starts with 1 at the last layer and goes to the left.{nothing}",
            alt=f"Size of the gradient by layer. At the input: {left}.{nothing}",
            aspect=0.75,
        ),
        panel(
            "chain.values",
            "The value after each layer",
            {"data": values, "layout": layout(theme, xaxis=layers_axis, yaxis=axis(theme, "value"))},
            about="The same number on its way forward, from the left to the right.",
            alt="Value after each layer: "
            + "; ".join(f"{ACTIVATIONS[key].name} ends at {number(float(c.values[-1]))}" for key, c in chains)
            + ".",
            aspect=0.75,
        ),
    ], legend


def duel_panels(z: float, theme: Theme) -> tuple[Panels, Legend]:
    """The gradient by z of cross entropy and of squared error on a sigmoid, for an example with y = 1."""
    logits = np.linspace(-10, 10, 801)
    names = ("Cross entropy", "Squared error")
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
        by_error.append(line(error, pull, color, name, dash=dash, hover="error %{x:.3f}: %{y:.4f}"))
        by_logit.append(line(logits, pull, color, name, dash=dash, hover="z %{x:.2f}: %{y:.4f}"))
        by_error.append(marks(1 - sigmoid(np.array([z])), mark, color, theme))
        by_logit.append(marks([z], mark, color, theme))
    said = f"At z = {number(z)}: cross entropy {number(float(here[0][0]))}, squared error " + number(
        float(here[1][0])
    )
    vertical = axis(theme, "pull on z", range=[-0.04, 1.08])
    error = float(1 - sigmoid(z))
    return [
        panel(
            "duel.error",
            "Pull against error",
            {
                "data": by_error,
                "layout": layout(
                    theme,
                    xaxis=axis(theme, "error 1 − σ(z)", range=[-0.03, 1.03]),
                    yaxis=vertical,
                    shapes=[rule(theme, x=error)],
                ),
            },
            about="How hard a loss pulls z up when the truth is y = 1.",
            alt=f"Size of the gradient against the error, for both losses. {said}.",
            aspect=0.75,
        ),
        panel(
            "duel.logit",
            "Pull against z",
            {
                "data": by_logit,
                "layout": layout(theme, xaxis=axis(theme, "z"), yaxis=vertical, shapes=[rule(theme, x=z)]),
            },
            about=f"{said}.",
            alt=f"Size of the gradient against z, for both losses. {said}.",
            aspect=0.75,
        ),
    ], [entry(names[0], colors[0]), entry(names[1], colors[1], "dash")]
