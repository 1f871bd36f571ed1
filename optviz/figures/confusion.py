"""The confusion matrix: how often each class was predicted as each other class."""

from collections.abc import Sequence

import numpy as np

from optviz.figures.panels import panel
from optviz.figures.plotly_dicts import axis, layout, packed
from optviz.figures.scene_types import Panel
from optviz.figures.style import Theme
from optviz.words import join, tr


def confusion_panel(
    counts: Sequence[Sequence[int]], classes: Sequence[str], epoch: str | None, theme: Theme
) -> Panel:
    """Counts of test images, a row for each true class; right answers in one colour, mistakes in another.

    The shade goes with the root of the share in the row, so that a few mistakes among a thousand images
    are seen. `epoch` says after which one they were counted; None is before training.
    """
    table = np.asarray(counts, dtype=float)
    shares = np.sqrt(table / np.maximum(table.sum(axis=1, keepdims=True), 1))
    right = np.eye(len(table), dtype=bool)
    # Mistakes reach their full colour at a tenth of the row.
    heights = np.where(right, shares, -np.minimum(shares * np.sqrt(10), 1))
    hover = [
        [
            tr(
                "{count} of class {true}<br>predicted as {predicted}",
                count=f"{int(n):,}",
                true=classes[i],
                predicted=classes[j],
            )
            for j, n in enumerate(row)
        ]
        for i, row in enumerate(table)
    ]
    heat = {
        "type": "heatmap",
        "x": list(classes),
        "y": list(classes),
        "z": packed(heights),
        "zmin": -1,
        "zmax": 1,
        "colorscale": [[0, theme.palette[1]], [0.5, theme.ground], [1, theme.palette[0]]],
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    # Only what is there: Plotly loses texts that were empty in the picture before.
    cells = [(i, j) for i, j in np.ndindex(table.shape) if table[i, j]]
    numbers = {
        "type": "scatter",
        "mode": "text",
        "x": [classes[j] for _, j in cells],
        "y": [classes[i] for i, _ in cells],
        "text": [f"{int(table[cell]):,}" for cell in cells],
        "textfont": {
            "size": 10,
            "color": [theme.ground if abs(heights[cell]) > 0.6 else theme.ink for cell in cells],
        },
        "hoverinfo": "skip",
    }
    frame = layout(
        theme,
        xaxis=axis(theme, tr("predicted"), type="category", showgrid=False, fixedrange=True),
        yaxis=axis(theme, tr("true"), type="category", showgrid=False, autorange="reversed", fixedrange=True),
        uirevision="confusion",
    )
    wrong = int(table.sum() - np.trace(table))
    pairs = np.where(right, 0, table)
    i, j = divmod(int(pairs.argmax()), len(table))
    worst = ""
    if wrong:
        worst = tr(
            "Most often {true} was predicted as {predicted}: {count} times.",
            true=classes[i],
            predicted=classes[j],
            count=f"{int(pairs[i][j]):,}",
        )
    counts_said = {"wrong": f"{wrong:,}", "all": f"{int(table.sum()):,}"}
    if epoch is None:
        said = tr("{wrong} of {all} test images are wrong before training.", **counts_said)
    else:
        said = tr("{wrong} of {all} test images are wrong after epoch {epoch}.", **counts_said, epoch=epoch)
    summary = join(said, worst)
    return panel(
        "confusion",
        tr("Confusion matrix"),
        {"data": [heat, numbers], "layout": frame},
        about=summary,
        alt=join(tr("Confusion matrix."), summary),
        aspect=0.98,
        lowest=300,
        highest=520,
    )
