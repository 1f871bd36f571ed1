"""The confusion matrix: how often each class was predicted as each other class."""

from collections.abc import Sequence

import numpy as np

from optviz.figures.panels import panel
from optviz.figures.plotly_dicts import axis, layout, packed
from optviz.figures.scene_types import Panel
from optviz.figures.style import Theme


def confusion_panel(
    counts: Sequence[Sequence[int]], classes: Sequence[str], when: str, theme: Theme
) -> Panel:
    """Counts of test images, a row for each true class; right answers in one colour, mistakes in another.

    The shade goes with the root of the share in the row, so that a few mistakes among a thousand images
    are seen.
    """
    table = np.asarray(counts, dtype=float)
    shares = np.sqrt(table / np.maximum(table.sum(axis=1, keepdims=True), 1))
    right = np.eye(len(table), dtype=bool)
    # Mistakes reach their full colour at a tenth of the row.
    heights = np.where(right, shares, -np.minimum(shares * np.sqrt(10), 1))
    hover = [
        [f"{int(n):,} of class {classes[i]}<br>predicted as {classes[j]}" for j, n in enumerate(row)]
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
        xaxis=axis(theme, "predicted", type="category", showgrid=False, fixedrange=True),
        yaxis=axis(theme, "true", type="category", showgrid=False, autorange="reversed", fixedrange=True),
        uirevision="confusion",
    )
    wrong = int(table.sum() - np.trace(table))
    pairs = np.where(right, 0, table)
    i, j = divmod(int(pairs.argmax()), len(table))
    worst = ""
    if wrong:
        worst = f" Most often {classes[i]} was predicted as {classes[j]}: {int(pairs[i][j]):,} times."
    summary = f"{wrong:,} of {int(table.sum()):,} test images are wrong {when}.{worst}"
    return panel(
        "confusion",
        "Confusion matrix",
        {"data": [heat, numbers], "layout": frame},
        about=summary,
        alt=f"Confusion matrix. {summary}",
        aspect=0.98,
        lowest=300,
        highest=520,
    )
