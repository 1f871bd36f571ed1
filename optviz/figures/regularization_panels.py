"""Pictures of regularization: fits, weight decay, the circle and the diamond, and dropout."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from optviz.engine.outcomes import number
from optviz.figures.activation_panels import Legend, Panels
from optviz.figures.colors import blend
from optviz.figures.panels import bare, panel
from optviz.figures.plotly_dicts import axis, layout, packed
from optviz.figures.style import Theme
from optviz.figures.traces import entry, line, marks, powers, rule
from optviz.teaching.constraints import Bound, Bowl
from optviz.teaching.dropout import Layers
from optviz.teaching.fits import HIGH, LOW, MOST, Fits, truth
from optviz.teaching.weight_decay import Decayed
from optviz.words import join, tr


def fitting_panels(fits: Fits, degree: int, theme: Theme) -> tuple[Panels, Legend]:
    """One fit through its points, and the errors of all degrees."""
    x = np.linspace(LOW, HIGH, 401)
    curve, right = fits.curve(degree, x), truth(x)
    first, second, grey = theme.palette[0], theme.palette[1], theme.ink
    # The picture looks at the points and the truth; a fit that swings out leaves it and comes back.
    low, high = float(min(fits.y.min(), right.min())), float(max(fits.y.max(), right.max()))
    margin = 0.12 * (high - low)
    outside = bool(((curve < low - margin) | (curve > high + margin)).any())
    leaves = tr("It leaves the picture where it swings out.") if outside else ""
    degrees = np.arange(MOST + 1)
    train = np.where(fits.train > 1e-20, fits.train, np.nan)  # exact fits have no place on a logarithm
    shown = np.concatenate([train[: fits.longest + 1], fits.test[: fits.longest + 1]])
    window = [float(np.log10(np.nanmin(shown))) - 0.3, float(np.log10(np.nanmax(shown))) + 0.3]
    window[0], window[1] = max(window[0], -4.0), min(window[1], 6.0)
    here = tr(
        "At degree {degree}: training {train}, test {test}.",
        degree=degree,
        train=number(float(fits.train[degree])),
        test=number(float(fits.test[degree])),
    )
    return [
        panel(
            "fitting.curve",
            tr("A polynomial of degree {degree}", degree=degree),
            {
                "data": [
                    line(x, right, grey, tr("truth"), dash="dot", width=1.6),
                    line(x, curve, first, tr("fit of degree {degree}", degree=degree)),
                    marks(fits.x, fits.y, second, theme, size=9),
                ],
                "layout": layout(
                    theme,
                    xaxis=axis(theme, "x", range=[LOW - 0.1, HIGH + 0.1]),
                    yaxis=axis(theme, "y", range=[low - margin, high + margin]),
                ),
            },
            about=join(
                tr("Dots: the {points} points it learned from. Dotted: the truth.", points=len(fits.x)),
                leaves,
            ),
            alt=join(
                tr(
                    "{points} points with the fit of degree {degree} and the truth.",
                    points=len(fits.x),
                    degree=degree,
                ),
                leaves,
            ),
            aspect=0.75,
        ),
        panel(
            "fitting.errors",
            tr("Mean squared error by degree"),
            {
                "data": [
                    line(degrees, train, second, tr("training points"), mode="lines+markers"),
                    line(degrees, fits.test, first, tr("fresh points"), dash="dash", mode="lines+markers"),
                    marks([fits.best], [fits.test[fits.best]], first, theme, symbol="star", size=15),
                ],
                "layout": layout(
                    theme,
                    xaxis=axis(theme, tr("degree"), range=[-0.5, MOST + 0.5]),
                    yaxis=axis(theme, tr("error"), **powers(10.0 ** np.array(window)), range=window),
                    shapes=[rule(theme, x=degree)],
                ),
            },
            about=join(here, tr("The star is the lowest test error, at degree {degree}.", degree=fits.best)),
            alt=join(
                tr("Errors against the degree."),
                here,
                tr("Lowest test error at degree {degree}.", degree=fits.best),
            ),
            aspect=0.75,
        ),
    ], [
        entry(tr("training points"), second),
        entry(tr("fit, and its error on fresh points"), first),
        entry(tr("truth"), grey, "dot"),
    ]


def decay_panels(l2: Decayed, l1: Decayed, without: Decayed, theme: Theme) -> tuple[Panels, Legend]:
    """Training and test loss of both penalties, the length of the weights, and the weights themselves."""
    rows = ((without, theme.ink, "dot"), (l2, theme.palette[0], "solid"), (l1, theme.palette[1], "dash"))
    names = (tr("without a penalty"), f"L2, λ = {number(l2.penalty)}", f"L1, λ = {number(l1.penalty)}")
    epochs = np.arange(len(l2.norms))
    across = axis(theme, tr("epoch"), rangemode="tozero")
    everything = np.concatenate([run.train for run, *_ in rows] + [run.test for run, *_ in rows])
    panels = []
    for key, title, attribute in (("train", tr("Training loss"), "train"), ("test", tr("Test loss"), "test")):
        ends = "; ".join(
            f"{name}: {number(float(getattr(run, attribute)[-1]))}"
            for name, (run, *_) in zip(names, rows, strict=True)
        )
        curves = [
            line(epochs, getattr(run, attribute), color, name, dash=dash, hover=tr("epoch %{x}: %{y:.4g}"))
            for name, (run, color, dash) in zip(names, rows, strict=True)
        ]
        vertical = axis(theme, tr("mean of (ŷ − y)²/2"), **powers(everything))
        vertical["range"] = [float(np.log10(everything.min())) - 0.2, float(np.log10(everything.max())) + 0.2]
        panels.append(
            panel(
                f"decay.{key}",
                title,
                {"data": curves, "layout": layout(theme, xaxis=across, yaxis=vertical)},
                about=tr("On 20 examples.") if key == "train" else tr("On 100 fresh examples."),
                alt=tr("{title} against epochs. At the end: {ends}.", title=title, ends=ends),
                aspect=0.66,
            )
        )
    ends = "; ".join(
        f"{name}: {number(float(run.norms[-1]))}" for name, (run, *_) in zip(names, rows, strict=True)
    )
    lengths = [
        line(epochs, run.norms, color, name, dash=dash, hover=tr("epoch %{x}: %{y:.4g}"))
        for name, (run, color, dash) in zip(names, rows, strict=True)
    ]
    panels.append(
        panel(
            "decay.norms",
            tr("Length of the weights ‖w‖"),
            {
                "data": lengths,
                "layout": layout(theme, xaxis=across, yaxis=axis(theme, "‖w‖", rangemode="tozero")),
            },
            about=tr("At the end: {ends}.", ends=ends),
            alt=tr("Length of the weights against epochs. At the end: {ends}.", ends=ends),
            aspect=0.66,
        )
    )
    places = np.arange(1, len(l2.weights) + 1)
    sizes = [
        line(
            places,
            np.sort(np.abs(run.weights))[::-1],
            color,
            name,
            dash=dash,
            hover=tr("%{x}. largest: %{y:.4g}"),
        )
        for name, (run, color, dash) in zip(names[1:], rows[1:], strict=True)
    ]
    zeros = tr(
        "L1 makes {first} of {all} weights exactly 0, L2 {second}.",
        first=l1.zeros,
        all=len(l1.weights),
        second=l2.zeros,
    )
    panels.append(
        panel(
            "decay.weights",
            tr("Sizes of the weights, sorted"),
            {
                "data": sizes,
                "layout": layout(
                    theme, xaxis=axis(theme, tr("rank")), yaxis=axis(theme, "|w|", rangemode="tozero")
                ),
            },
            about=zeros,
            alt=join(tr("Sizes of the weights from the largest to the smallest."), zeros),
            aspect=0.66,
        )
    )
    return panels, [entry(name, color, dash) for name, (_, color, dash) in zip(names, rows, strict=True)]


def constraint_panels(
    bowl: Bowl, radius: float, bounds: Sequence[Bound], theme: Theme
) -> tuple[Panels, Legend]:
    """Contours of the loss with the circle and the diamond, and the lowest place inside each."""
    angle = np.linspace(0, 2 * np.pi, 181)
    outlines = {
        "l2": (radius * np.cos(angle), radius * np.sin(angle)),
        "l1": (radius * np.array([1.0, 0, -1, 0, 1]), radius * np.array([0, 1.0, 0, -1, 0])),
    }
    lines = blend(theme.ink, theme.ground, 0.45)
    titles = {"l2": tr("L2: inside a circle"), "l1": tr("L1: inside a diamond")}
    colors = {"l2": theme.palette[0], "l1": theme.palette[1]}
    panels = []
    for bound in bounds:
        color = colors[bound.kind]
        x, y = outlines[bound.kind]
        levels = [float(v) for v in np.array([0.1, 0.4, 1, 2, 4, 7, 11, 16])]
        traces: list[dict[str, Any]] = [
            *(_level(bowl, level, color=lines, width=1.2) for level in levels),
            {
                "type": "scatter",
                "mode": "lines",
                "x": packed(x),
                "y": packed(y),
                "fill": "toself",
                "fillcolor": f"rgba({', '.join(str(v) for v in bytes.fromhex(color[1:]))}, 0.16)",
                "line": {"color": color, "width": 2.4},
                "hoverinfo": "skip",
            },
            marks(
                [bowl.centre[0]], [bowl.centre[1]], theme.ink, theme, symbol="x", hover=tr("lowest of all")
            ),
            marks(
                [bound.point[0]],
                [bound.point[1]],
                color,
                theme,
                size=14,
                hover="w₁ = %{x:.4f}, w₂ = %{y:.4f}",
            ),
        ]
        if bound.loss > 0:  # the level line that just touches the bound
            traces.insert(len(levels), _level(bowl, bound.loss, color=theme.ink, width=1.6))
        where = f"({', '.join(number(v) for v in bound.point)})"
        corner = tr("One weight is exactly 0.") if bound.zeros == 1 else ""
        penalty = "λ = ∞" if np.isinf(bound.penalty) else f"λ = {number(bound.penalty)}"
        said = tr(
            "Lowest inside: {place}, loss {loss}; the penalty with {penalty} leads there.",
            place=where,
            loss=number(bound.loss),
            penalty=penalty,
        )
        plane = {"range": [-3.6, 3.6], "zeroline": True, "zerolinewidth": 1.6, "dtick": 1}
        panels.append(
            panel(
                f"constraint.{bound.kind}",
                titles[bound.kind],
                {
                    "data": traces,
                    "layout": layout(
                        theme,
                        xaxis=axis(theme, "w₁", **plane),
                        yaxis=axis(theme, "w₂", scaleanchor="x", **plane),
                    ),
                },
                about=join(said, corner),
                alt=join(
                    tr("Contours of a loss."),
                    tr("{bound} of radius {radius}.", bound=titles[bound.kind], radius=number(radius)),
                    said,
                    corner,
                ),
                aspect=0.95,
                highest=560,
            )
        )
    return panels, [
        entry(tr("level lines of the loss"), lines),
        entry(tr("the one that touches"), theme.ink),
        entry(tr("circle"), colors["l2"]),
        entry(tr("diamond"), colors["l1"]),
    ]


def _level(bowl: Bowl, level: float, *, color: str, width: float) -> dict[str, Any]:
    """One level line, exactly: c + √(2·level)·A^(−½)(cos φ, sin φ)."""
    values, vectors = np.linalg.eigh(bowl.matrix)
    angle = np.linspace(0, 2 * np.pi, 181)
    around = np.stack([np.cos(angle), np.sin(angle)]) * np.sqrt(2 * level / values)[:, None]
    x, y = vectors @ around + np.array(bowl.centre)[:, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": packed(x),
        "y": packed(y),
        "line": {"color": color, "width": width},
        "hoverinfo": "skip",
    }


def dropout_panels(
    layers: Layers, share: float, inputs: int, outputs: int, theme: Theme
) -> tuple[Panels, Legend]:
    """A network with the units that this draw switched off, and how the mean is kept over many draws."""
    columns = [np.ones(inputs, bool), *layers.kept, np.ones(outputs, bool)]
    tallest = max(len(column) for column in columns)
    spots = [
        [(float(i), (tallest - len(column)) / 2 + j) for j in range(len(column))]
        for i, column in enumerate(columns)
    ]
    x, y = [], []
    for i in range(len(columns) - 1):
        for a, one in enumerate(spots[i]):
            for b, other in enumerate(spots[i + 1]):
                if columns[i][a] and columns[i + 1][b]:
                    x += [one[0], other[0], None]
                    y += [one[1], other[1], None]
    kept = [s for i, c in enumerate(columns) for s, on in zip(spots[i], c, strict=True) if on]
    lost = [s for i, c in enumerate(columns) for s, on in zip(spots[i], c, strict=True) if not on]
    off, hidden = len(lost), sum(len(c) for c in layers.kept)
    blue, grey = theme.palette[0], theme.palette[1]
    network: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": y,
            "line": {"color": theme.faint, "width": 1},
            "hoverinfo": "skip",
        },
        marks([s[0] for s in kept], [s[1] for s in kept], blue, theme, size=20, hover=tr("on")),
    ]
    if lost:
        network.append(
            marks(
                [s[0] for s in lost],
                [s[1] for s in lost],
                grey,
                theme,
                size=16,
                symbol="x-thin",
                hover=tr("off"),
            )
        )
        network[-1]["marker"]["line"] = {"color": grey, "width": 3}
    hiddens = [tr("hidden {layer}", layer=i + 1) for i in range(len(layers.kept))]
    names = [tr("inputs"), *hiddens, tr("outputs")]
    draws = len(layers.averages)
    at = np.unique(np.geomspace(1, draws, 160).astype(int))
    ratios = layers.averages / layers.values
    means = [
        line(
            at,
            ratios[at - 1, unit],
            theme.palette[unit % len(theme.palette)],
            tr("unit {number}", number=unit + 1),
            width=1.6,
            hover=tr("%{x} draws: %{y:.3f}"),
        )
        for unit in range(ratios.shape[1])
    ]
    last = ratios[-1]
    said = tr(
        "After {draws} draws between {low} and {high}.",
        draws=f"{draws:,}",
        low=f"{last.min():.3f}",
        high=f"{last.max():.3f}",
    )
    return [
        panel(
            "dropout.network",
            tr("One draw"),
            {
                "data": network,
                "layout": layout(
                    theme,
                    margin={"l": 14, "r": 14, "t": 12, "b": 34},
                    xaxis=bare(
                        showticklabels=True,
                        tickvals=list(range(len(columns))),
                        ticktext=names,
                        range=[-0.35, len(columns) - 0.65],
                    ),
                    yaxis=bare(range=[-0.7, tallest - 0.3]),
                ),
            },
            about=tr(
                "{off} of {all} hidden units are off, and nothing goes through them.", off=off, all=hidden
            ),
            alt=tr("A network in which {off} of {all} hidden units are crossed out.", off=off, all=hidden),
            aspect=0.75,
        ),
        panel(
            "dropout.means",
            tr("The mean is kept"),
            {
                "data": means,
                "layout": layout(
                    theme,
                    xaxis=axis(theme, tr("draws"), type="log", dtick=1),
                    yaxis=axis(theme, tr("average ÷ value without dropout")),
                    shapes=[rule(theme, y=1.0)],
                ),
            },
            about=join(tr("Averages of the first hidden layer's outputs h·m/(1 − p)."), said),
            alt=join(tr("Running averages over draws, as shares of the value without dropout."), said),
            aspect=0.75,
        ),
    ], [entry(tr("on"), blue), entry(tr("off in this draw"), grey)]
