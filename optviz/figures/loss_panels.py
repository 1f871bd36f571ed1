"""Pictures of losses: softmax, entropies that add up, errors, the coin, and cross entropy of examples."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from optviz.engine.outcomes import number
from optviz.figures.activation_panels import Legend, Panels
from optviz.figures.colors import blend
from optviz.figures.panels import panel
from optviz.figures.plotly_dicts import axis, layout
from optviz.figures.scene_types import Panel
from optviz.figures.style import Theme
from optviz.figures.traces import bars, entry, line, marks, rule
from optviz.teaching.activations import softplus
from optviz.teaching.losses import (
    absolute_error,
    coin_best,
    coin_loss,
    cross_entropy,
    entropy,
    kl_divergence,
    log_softmax,
    softmax,
    squared_error,
)
from optviz.words import join, listed, tr


def _names(count: int) -> list[str]:
    return [tr("class {number}", number=i) for i in range(count)]


def softmax_panels(logits: Sequence[float], temperature: float, theme: Theme) -> tuple[Panels, Legend]:
    """The probabilities at one temperature, and every one of them against the temperature."""
    p = softmax(logits, temperature)
    classes = _names(len(p))
    names = [f"{name}<br>z = {number(z)}" for name, z in zip(classes, logits, strict=True)]
    colors = [theme.palette[i % len(theme.palette)] for i in range(len(p))]
    top = axis(theme, tr("probability"), range=[0, 1.12], tickvals=[0, 0.25, 0.5, 0.75, 1])
    bar = bars(names, p, "", "softmax", [f"{v:.4f}" for v in p], marker={"color": colors})
    temperatures = np.geomspace(0.05, 20.0, 300)
    ways = np.array([softmax(logits, t) for t in temperatures]).T
    lines = [
        line(
            temperatures,
            way,
            colors[i],
            classes[i],
            dash="solid" if i < 7 else "dash",
            hover="T = %{x:.3g}: %{y:.4f}",
        )
        for i, way in enumerate(ways)
    ]
    said = listed(f"{v:.4f}" for v in p)
    across = axis(theme, tr("temperature T"), type="log", tickvals=[0.05, 0.2, 1, 5, 20])
    return [
        panel(
            "softmax.bars",
            tr("Probabilities"),
            {"data": [bar], "layout": layout(theme, xaxis=axis(theme, ""), yaxis=top)},
            about=tr(
                "At T = {temperature}; they add up to {sum}.",
                temperature=number(temperature),
                sum=number(float(p.sum())),
            ),
            alt=tr(
                "Softmax of {logits} at T = {temperature}: {values}.",
                logits=listed(map(number, logits)),
                temperature=number(temperature),
                values=said,
            ),
            aspect=0.75,
        ),
        panel(
            "softmax.temperatures",
            tr("Against the temperature"),
            {
                "data": lines,
                "layout": layout(theme, xaxis=across, yaxis=top, shapes=[rule(theme, x=temperature)]),
            },
            about=tr("Cold makes it the largest one alone, heat makes all alike."),
            alt=tr("Each probability against the temperature, from 0.05 to 20."),
            aspect=0.75,
        ),
    ], [entry(classes[i], color, "solid" if i < 7 else "dash") for i, color in enumerate(colors)]


def nats(value: float) -> str:
    """Four decimals, or the sign for infinity."""
    return f"{value:.4f}" if np.isfinite(value) else "∞"


def entropy_panels(p: np.ndarray, q: np.ndarray, theme: Theme) -> tuple[Panels, Legend]:
    """Two distributions side by side, and the three numbers as bars of which two add up to the third."""
    h, kl, both = float(entropy(p)), float(kl_divergence(p, q)), float(cross_entropy(p, q))
    first, second, third = theme.palette[0], theme.palette[1], theme.palette[2]
    names = _names(len(p))
    sides = [
        bars(names, p, first, "p", [f"{v:.3g}" for v in p]),
        bars(names, q, second, "q", [f"{v:.3g}" for v in q]),
    ]

    def lying(row: str, length: float, color: str, name: str) -> dict[str, Any]:
        finite = np.isfinite(length)
        return {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": [row],
            "x": [length if finite else 0.0],
            "marker": {"color": color, "line": {"color": theme.ground, "width": 2}},
            "hovertemplate": f"{name} = {length:.6g}<extra></extra>",
        }

    rows = [f"H(p, q)<br>{nats(both)}", f"H(p) + KL<br>{nats(h)} + {nats(kl)}"]
    sums = [
        lying(rows[1], h, first, "H(p)"),
        lying(rows[1], kl, second, "KL"),
        lying(rows[0], both, third, "H(p, q)"),
    ]
    said = f"H(p) = {nats(h)}, KL(p‖q) = {nats(kl)}, H(p, q) = {nats(both)}"
    endless = (
        "" if np.isfinite(both) else tr("q gives nothing to something that p does: the surprise is infinite.")
    )
    return [
        panel(
            "entropy.shares",
            tr("Two distributions"),
            {
                "data": sides,
                "layout": layout(
                    theme,
                    barmode="group",
                    xaxis=axis(theme, ""),
                    yaxis=axis(theme, tr("share"), range=[0, 1.15 * float(max(p.max(), q.max()))]),
                ),
            },
            about=tr("p is the truth, q is what we believe; both are divided by their sums."),
            alt=tr("p = {p}; q = {q}.", p=listed(f"{v:.3g}" for v in p), q=listed(f"{v:.3g}" for v in q)),
            aspect=0.75,
        ),
        panel(
            "entropy.sums",
            tr("They add up"),
            {
                "data": sums,
                "layout": layout(
                    theme,
                    barmode="stack",
                    xaxis=axis(theme, tr("nats"), rangemode="tozero"),
                    yaxis=axis(theme, "", categoryorder="array", categoryarray=rows),
                ),
            },
            about=join(tr("{values}.", values=said), endless),
            alt=join(tr("Two bars of the same length: {values}.", values=said), endless),
            aspect=0.55,
        ),
    ], [entry(tr("p, and H(p)"), first), entry(tr("q, and KL(p‖q)"), second), entry("H(p, q)", third)]


def error_panels(data: Sequence[float], theme: Theme) -> tuple[Panels, Legend]:
    """Mean absolute and squared error of one guess for all the data, and how hard each datum pulls."""
    values = np.array(data, dtype=float)
    low, high = float(values.min()), float(values.max())
    margin = 0.15 * (high - low) or 1.0
    guesses = np.unique(np.concatenate([np.linspace(low - margin, high + margin, 400), values]))
    middle, mean = float(np.median(values)), float(values.mean())
    panels, first, second = [], theme.palette[0], theme.palette[1]
    for key, title, loss, best, called, color in (
        ("absolute", tr("Mean absolute error"), absolute_error, middle, tr("median"), first),
        ("squared", tr("Mean squared error"), squared_error, mean, tr("mean"), second),
    ):
        curve = [float(loss(np.full_like(values, guess), values)) for guess in guesses]
        lowest = float(loss(np.full_like(values, best), values))
        traces = [
            line(guesses, curve, color, title, hover=tr("guess %{x:.4g}: %{y:.4g}")),
            marks([best], [lowest], color, theme, texts=[called], place="bottom center"),
            marks(
                values,
                np.zeros(len(values)),
                theme.ink,
                theme,
                symbol="diamond",
                size=9,
                hover="y = %{x:.4g}",
            ),
        ]
        panels.append(
            panel(
                f"errors.{key}",
                title,
                {
                    "data": traces,
                    "layout": layout(
                        theme,
                        xaxis=axis(theme, tr("guess a")),
                        yaxis=axis(theme, tr("loss"), range=[-0.12 * max(curve), 1.06 * max(curve)]),
                    ),
                },
                about=tr(
                    "Lowest at the {called}, {guess}: loss {loss}. Diamonds: the data.",
                    called=called,
                    guess=number(best),
                    loss=number(lowest),
                ),
                alt=tr(
                    "{title} against one guess for all data; lowest at the {called} {guess}.",
                    title=title,
                    called=called,
                    guess=number(best),
                ),
                aspect=0.72,
            )
        )
    return panels, []


def coin_panels(heads: int, tails: int, theme: Theme) -> tuple[Panels, Legend]:
    """The negative log-likelihood of a coin, and the likelihood beside its largest value."""
    theta = np.linspace(0.001, 0.999, 999)
    loss, best = coin_loss(theta, heads, tails), coin_best(heads, tails)
    lowest = float(coin_loss(best, heads, tails))
    color = theme.palette[0]
    ceiling = lowest + max(6.0, 2.5 * float(coin_loss(0.5, heads, tails) - lowest))
    across = axis(theme, tr("θ, the probability of heads"), range=[-0.02, 1.02])
    share = np.exp(lowest - loss)
    said = tr(
        "{heads} heads, {tails} tails: lowest at θ = {best}, where it is {loss}.",
        heads=heads,
        tails=tails,
        best=number(best),
        loss=number(lowest),
    )
    return [
        panel(
            "coin.loss",
            tr("Negative log-likelihood"),
            {
                "data": [
                    line(theta, loss, color, "−log L(θ)", hover="θ = %{x:.3f}: %{y:.4f}"),
                    marks([best], [lowest], color, theme),
                ],
                "layout": layout(
                    theme,
                    xaxis=across,
                    yaxis=axis(theme, "−log L(θ)", range=[lowest - 0.06 * (ceiling - lowest), ceiling]),
                    shapes=[rule(theme, x=best)],
                ),
            },
            about=said,
            alt=join(tr("Negative log-likelihood against θ."), said),
            aspect=0.75,
        ),
        panel(
            "coin.likelihood",
            tr("Likelihood"),
            {
                "data": [
                    line(theta, share, color, "L(θ)", hover=tr("θ = %{x:.3f}: %{y:.4f} of the largest")),
                    marks([best], [1.0], color, theme),
                ],
                "layout": layout(
                    theme,
                    xaxis=across,
                    yaxis=axis(theme, tr("L(θ), share of the largest"), range=[-0.03, 1.1]),
                    shapes=[rule(theme, x=best)],
                ),
            },
            about=tr("How likely these throws are. More throws make it narrower."),
            alt=tr("Likelihood against θ, largest at {best}.", best=number(best)),
            aspect=0.75,
        ),
    ], []


def class_panels(
    logits: Any, labels: Sequence[int], logs: Any, log_labels: Sequence[int], theme: Theme
) -> Panels:
    """Multi-class cross entropy and negative log-likelihood: each example with its truth."""
    found = log_softmax(logits)
    given = np.asarray(logs, dtype=float)
    return [
        _examples("classes.logits", tr("Cross entropy from logits"), np.exp(found), -found, labels, theme),
        _examples("classes.logs", tr("Negative log-likelihood"), np.exp(given), -given, log_labels, theme),
    ]


def _examples(
    key: str, title: str, shares: np.ndarray, surprises: np.ndarray, labels: Sequence[int], theme: Theme
) -> Panel:
    rows = [tr("example {number}", number=i + 1) for i in range(len(shares))]
    losses = surprises[np.arange(len(shares)), list(labels)]
    tile = {
        "type": "heatmap",
        "z": shares.tolist(),
        "x": _names(shares.shape[1]),
        "y": rows,
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "colorscale": [[0, theme.ground], [1, blend(theme.palette[0], theme.ground, 0.75)]],
        "text": [[f"{v:.3f}" for v in row] for row in shares],
        "texttemplate": "%{text}",
        "hovertemplate": "%{y}, %{x}: %{z:.4f}<extra></extra>",
    }
    frames = [
        {
            "type": "rect",
            "x0": label - 0.47,
            "x1": label + 0.47,
            "y0": i - 0.45,
            "y1": i + 0.45,
            "line": {"color": theme.palette[1], "width": 3},
        }
        for i, label in enumerate(labels)
    ]
    tiles = axis(theme, "", ticks="", showgrid=False, side="top")
    side = axis(
        theme,
        "",
        ticks="",
        showgrid=False,
        autorange="reversed",
        tickvals=rows,
        ticktext=[f"−log p = {v:.4f}" for v in losses],
    )
    mean = float(losses.mean())
    return panel(
        key,
        title,
        {"data": [tile], "layout": layout(theme, xaxis=tiles, yaxis=side, shapes=frames)},
        about=tr("Probabilities, the true class framed. The mean of −log p is {mean}.", mean=f"{mean:.4f}"),
        alt=tr(
            "{title}: {values} for the examples; mean {mean}.",
            title=title,
            values=listed(f"{v:.4f}" for v in losses),
            mean=f"{mean:.4f}",
        ),
        aspect=0.6,
        lowest=60 + 44 * len(rows),
    )


def binary_panel(logits: Sequence[float], targets: Sequence[int], theme: Theme) -> Panel:
    """Binary cross entropy against z for both truths, with the examples on the curves."""
    reach = max(4.0, 1.2 * max(abs(v) for v in logits))
    z = np.linspace(-reach, reach, 401)
    places = np.array(logits, dtype=float)
    losses = np.where(np.array(targets) > 0, softplus(-places), softplus(places))
    traces = [
        line(z, softplus(-z), theme.palette[0], "y = 1", hover="z = %{x:.3g}: %{y:.4f}"),
        line(z, softplus(z), theme.palette[1], "y = 0", dash="dash", hover="z = %{x:.3g}: %{y:.4f}"),
    ]
    for target in (1, 0):
        chosen = [i for i, y in enumerate(targets) if y == target]
        color = theme.palette[0] if target else theme.palette[1]
        traces.append(marks(places[chosen], losses[chosen], color, theme, hover="z = %{x:.4f}: %{y:.4f}"))
    mean = float(losses.mean())
    return panel(
        "classes.binary",
        tr("Binary cross entropy from logits"),
        {"data": traces, "layout": layout(theme, xaxis=axis(theme, "z"), yaxis=axis(theme, tr("loss")))},
        about=tr(
            "Solid: the truth is 1. Dashed: it is 0. The mean of the examples is {mean}.", mean=f"{mean:.4f}"
        ),
        alt=tr("Two curves with the examples on them; mean {mean}.", mean=f"{mean:.4f}"),
        aspect=0.7,
    )
