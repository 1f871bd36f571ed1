"""Small images side by side: test images with what the network says of them, and its first weights."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from optviz.figures.panels import bare, diverging, panel
from optviz.figures.plotly_dicts import Trace, layout, packed
from optviz.figures.scene_types import Panel
from optviz.figures.style import Theme
from optviz.words import join, listed, tr

ACROSS = 4  # samples in a row
WEIGHTS_ACROSS = 8


def mosaic(
    images: np.ndarray, across: int, gap: tuple[int, int], empty: int
) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, height, width) as one, row by row, and the lower left corner (x, y) of each in it.

    `gap` is the room right of and below each image; `empty` fills it.
    """
    count, height, width = images.shape
    rows = -(-count // across)
    right, below = gap
    whole = np.full((rows * (height + below), across * (width + right)), empty, dtype=images.dtype)
    corners = np.zeros((count, 2), dtype=int)
    for k, image in enumerate(images):
        y, x = (k // across) * (height + below), (k % across) * (width + right)
        whole[y : y + height, x : x + width] = image
        corners[k] = x, y
    return whole, corners


def inked(
    images: np.ndarray, across: int, cell: tuple[int, int], white: int, theme: Theme
) -> tuple[Trace, np.ndarray, list[dict[str, Any]]]:
    """Images (n, height, width) from 0 to `white` in a mosaic, as ink on the page: trace, corners, frames.

    `cell` is the room right of and below each image, see `mosaic`; the frames are Plotly's shapes.
    """
    _, height, width = images.shape
    whole, corners = mosaic(images, across, cell, 0)
    mask = mosaic(np.ones_like(images), across, cell, 0)[0]
    shades = [[0, "#000000"], [1, "#ffffff"]] if theme.dark else [[0, "#ffffff"], [1, "#000000"]]
    pictures: Trace = {
        "type": "heatmap",
        "z": packed(np.where(mask, whole.astype(float), np.nan)),
        "zmin": 0,
        "zmax": white,
        "colorscale": shades,
        "showscale": False,
        "hoverinfo": "skip",
    }
    frames = [
        {
            "type": "rect",
            "x0": float(x) - 0.5,
            "x1": float(x) + width - 0.5,
            "y0": float(y) - 0.5,
            "y1": float(y) + height - 0.5,
            "line": {"width": 1, "color": theme.faint},
        }
        for x, y in corners
    ]
    return pictures, corners, frames


def samples_panel(
    images: np.ndarray,
    labels: Sequence[int],
    probabilities: Sequence[Sequence[float]],
    classes: Sequence[str],
    white: int,
    theme: Theme,
) -> Panel:
    """Test images (n, height, width), each with a bar for the probability of every class below it.

    The mistakes stand first.
    """
    answers = [int(np.argmax(row)) for row in probabilities]
    mistakes = sum(label != answer for label, answer in zip(labels, answers, strict=True))
    alt = tr(
        "{count} test images with their probabilities, {mistakes} of them mistakes.",
        count=len(images),
        mistakes=mistakes,
    )
    first = ""
    if mistakes:
        first = tr(
            "The most certain: {true} predicted as {predicted}.",
            true=classes[labels[0]],
            predicted=classes[answers[0]],
        )
    return _predictions(
        ("samples", tr("Predictions for single images")),
        tr("Mistakes first, the most certain in front. Bars: the probability of each class."),
        join(alt, first),
        images,
        labels,
        probabilities,
        classes,
        white,
        theme,
    )


def first_images_panel(
    images: np.ndarray,
    labels: Sequence[int],
    probabilities: Sequence[Sequence[float]],
    classes: Sequence[str],
    white: int,
    theme: Theme,
) -> Panel:
    """The first images of the test set (n, height, width) in their order, drawn like the others."""
    pairs = [(classes[int(np.argmax(row))], classes[k]) for row, k in zip(probabilities, labels, strict=True)]
    told = listed(tr("{answer} (true: {label})", answer=answer, label=label) for answer, label in pairs)
    return _predictions(
        ("first-images", tr("The first {count} test images", count=len(images))),
        tr("In their order: the predicted class with its probability, and the true one where it is another."),
        tr("The first {count} test images, as predicted: {told}.", count=len(images), told=told),
        images,
        labels,
        probabilities,
        classes,
        white,
        theme,
        across=3,
    )


def _predictions(
    named: tuple[str, str],
    about: str,
    alt: str,
    images: np.ndarray,
    labels: Sequence[int],
    probabilities: Sequence[Sequence[float]],
    classes: Sequence[str],
    white: int,
    theme: Theme,
    across: int = ACROSS,
) -> Panel:
    """A panel, by key and title, of images with what the network says of each."""
    count, height, width = images.shape
    answers = [int(np.argmax(row)) for row in probabilities]
    title, bars = 0.42 * height, 0.4 * height  # the room above an image for two lines, and below it
    cell = (round(width * 0.22), round(height * 0.92))
    pictures, corners, frames = inked(images, across, cell, white, theme)
    notes = []
    for (x, y), label, answer, row in zip(corners, labels, answers, probabilities, strict=True):
        wrong = label != answer
        said = f"{classes[answer]}, {row[answer]:.0%}"
        true, right = tr("true: {label}", label=classes[label]), tr("right")
        notes.append(
            {
                "x": float(x) - 0.5,
                "y": float(y) - 0.5,
                "text": f"<b>{said}</b><br>{true}" if wrong else f"{said}<br>{right}",
                "xanchor": "left",
                "yanchor": "bottom",
                "align": "left",
                "showarrow": False,
                "font": {"size": 11, "color": theme.palette[1] if wrong else theme.ink},
            }
        )
    rows = -(-count // across)
    wide = [-1.0, across * (width + cell[0]) - cell[0]]
    down = [rows * (height + cell[1]) - cell[1] + bars + 1, -title]
    frame = layout(
        theme,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        xaxis=bare(range=wide, constrain="domain"),
        yaxis=bare(range=down, scaleanchor="x", constrain="domain"),
        shapes=frames,
        annotations=notes,
        bargap=0,
        uirevision=named[0],
    )
    return panel(
        *named,
        {
            "data": [
                pictures,
                _bars(corners, height, width, bars, probabilities, labels, answers, classes, theme),
            ],
            "layout": frame,
        },
        about=about,
        alt=alt,
        aspect=(down[0] - down[1]) / (wide[1] - wide[0]),
        lowest=300,
        highest=640,
    )


def _bars(
    corners: np.ndarray,
    height: int,
    width: int,
    room: float,
    probabilities: Sequence[Sequence[float]],
    labels: Sequence[int],
    answers: Sequence[int],
    classes: Sequence[str],
    theme: Theme,
) -> Trace:
    """One bar trace for all images: each bar hangs between its base line and its height."""
    step = width / len(classes)
    x, base, reach, colors, texts = [], [], [], [], []
    for (left, top), row, label, answer in zip(corners, probabilities, labels, answers, strict=True):
        for k, share in enumerate(row):
            x.append(float(left) - 0.5 + (k + 0.5) * step)
            base.append(float(top) + height - 0.5 + room)
            reach.append(-share * (room - 0.08 * height))
            wrong = k == answer != label
            colors.append(theme.palette[1] if wrong else theme.palette[2] if k == label else theme.ink)
            texts.append(f"{classes[k]}: {share:.1%}")
    return {
        "type": "bar",
        "x": x,
        "base": base,
        "y": reach,
        "width": step * 0.82,
        "marker": {"color": colors, "line": {"width": 0}},
        "text": texts,
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def weights_panel(pixels: np.ndarray, scale: float, of: int, names: Sequence[str], theme: Theme) -> Panel:
    """Weights into units, bytes (n, height, width) with 128 for zero and `scale` at 255, as images.

    `names` gives each image a name, or is empty.
    """
    count, height, width = pixels.shape
    across = 5 if count <= 10 else WEIGHTS_ACROSS
    gap = (max(1, width // 10), max(1, height // (4 if names else 10)))
    whole, corners = mosaic(pixels, across, gap, 128)
    heat = {
        "type": "heatmap",
        "z": packed(whole, "u1"),
        "zmin": 1,
        "zmax": 255,
        "colorscale": diverging(theme),
        "colorbar": {
            "thickness": 10,
            "outlinewidth": 0,
            "len": 0.9,
            "tickvals": [1, 128, 255],
            "ticktext": [f"−{scale:.2g}", "0", f"{scale:.2g}"],
        },
        "hoverinfo": "skip",
    }
    frames = [
        {
            "type": "rect",
            "x0": float(x) - 0.5,
            "x1": float(x) + width - 0.5,
            "y0": float(y) - 0.5,
            "y1": float(y) + height - 0.5,
            "line": {"width": 1, "color": theme.faint},
        }
        for x, y in corners
    ]
    notes = [
        {
            "x": float(x) + width / 2 - 0.5,
            "y": float(y) + height,
            "text": name,
            "yanchor": "top",
            "showarrow": False,
            "font": {"size": 11, "color": theme.ink},
        }
        for (x, y), name in zip(corners, names, strict=False)
    ]
    rows = -(-count // across)
    frame = layout(
        theme,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        xaxis=bare(range=[-1, across * (width + gap[0]) - gap[0]], constrain="domain"),
        yaxis=bare(
            range=[rows * (height + gap[1]) - (0 if names else gap[1]), -1],
            scaleanchor="x",
            constrain="domain",
        ),
        shapes=frames,
        annotations=notes,
        uirevision="weights",
    )
    what = tr("The weights into each class")
    if not names:
        what = tr("The weights into {count} of {all} units", count=count, all=f"{of:,}")
    return panel(
        "weights",
        tr("First layer's weights"),
        {"data": [heat], "layout": frame},
        about=tr("{what}, each as an image of the pixels it looks at: blue for, orange against.", what=what),
        alt=tr(
            "{what} as {count} images; the largest weight is {scale} in size.",
            what=what,
            count=count,
            scale=f"{scale:.3g}",
        ),
        aspect=0.84 * rows * (height + gap[1]) / (across * (width + gap[0])),
        lowest=200,
    )
