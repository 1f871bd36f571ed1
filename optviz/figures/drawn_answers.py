"""What networks say about drawings: bars for the one that is being drawn, and small images of all of them."""

import html
from collections.abc import Sequence

import numpy as np

from optviz.figures.image_grids import inked
from optviz.figures.panels import bare, panel
from optviz.figures.plotly_dicts import Trace, axis, layout, packed
from optviz.figures.scene_types import Panel
from optviz.figures.style import Style, Theme
from optviz.words import join, listed, tr

ACROSS = 6


def answers_panel(
    names: Sequence[str],
    probabilities: Sequence[Sequence[float] | None],
    classes: Sequence[str],
    drawn: Sequence[Style],
    theme: Theme,
) -> Panel:
    """A group of bars for each class, one bar for each network; None where one has not answered yet."""
    traces: list[Trace] = []
    said = []
    for name, shares, style in zip(names, probabilities, drawn, strict=True):
        plain = html.escape(name, quote=False)
        if shares is None:
            said.append(tr("{name} has not answered yet.", name=name))
            continue
        best = int(np.argmax(shares))
        sure = f"{shares[best]:.0%}"
        said.append(tr("{name} says {answer} ({share}).", name=name, answer=classes[best], share=sure))
        traces.append(
            {
                "type": "bar",
                "name": plain,
                "x": list(classes),
                "y": packed(np.asarray(shares, dtype=float)),
                "marker": {"color": style.color},
                "hovertemplate": f"{plain}<br>%{{x}}: %{{y:.1%}}<extra></extra>",
            }
        )
    frame = layout(
        theme,
        xaxis=axis(
            theme,
            tr("class"),
            type="category",
            categoryarray=list(classes),
            range=[-0.5, len(classes) - 0.5],
            tickvals=list(classes),
            showgrid=False,
            fixedrange=True,
        ),
        yaxis=axis(theme, tr("probability"), range=[0, 1.02], tickformat=".0%", fixedrange=True),
        barmode="group",
        bargap=0.25,
        uirevision="answers",
    )
    return panel(
        "answers",
        tr("What the networks say"),
        {"data": traces, "layout": frame},
        about=join(*said) if len(said) < 4 else tr("One bar for each network."),
        alt=join(*said),
        aspect=0.55,
        lowest=220,
        highest=340,
    )


def drawings_panel(images: np.ndarray, captions: Sequence[str], white: int, theme: Theme) -> Panel:
    """Drawings as the networks get them, (n, height, width) from 0 to `white`, each with a caption."""
    count, height, width = images.shape
    cell = (max(1, round(width * 0.2)), max(1, round(height * 0.35)))
    across = min(ACROSS, max(count, 3))
    pictures, corners, frames = inked(images, across, cell, white, theme)
    notes = [
        {
            "x": float(x) - 0.5,
            "y": float(y) - 0.5,
            "text": caption,
            "xanchor": "left",
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"size": 11, "color": theme.ink},
        }
        for (x, y), caption in zip(corners, captions, strict=True)
    ]
    rows = -(-count // across)
    reach = [-1.0, across * (width + cell[0]) - cell[0] + 1.0]
    down = [rows * (height + cell[1]) - cell[1] + 1.0, -0.3 * height]
    frame = layout(
        theme,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        xaxis=bare(range=reach, constrain="domain"),
        yaxis=bare(range=down, scaleanchor="x", constrain="domain"),
        shapes=frames,
        annotations=notes,
        uirevision="drawings",
    )
    return panel(
        "drawings",
        tr("What the networks get"),
        {"data": [pictures], "layout": frame},
        about=tr(
            "Cropped, scaled and centred to {width} × {height} pixels, as the data set was made.",
            width=width,
            height=height,
        ),
        alt=tr("{count} drawings: {captions}.", count=count, captions=listed(captions)),
        aspect=(down[0] - down[1]) / (reach[1] - reach[0]),
        lowest=90,
        highest=340,
    )
