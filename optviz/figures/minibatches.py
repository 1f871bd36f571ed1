"""Mini-batches in pictures: the loss over (w, b) with the paths, the line that fits itself, the noise."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from optviz.engine.outcomes import Outcome, number, point
from optviz.engine.trajectories import Trajectory
from optviz.figures.landscapes import landscape
from optviz.figures.paths import exit_arrow, path, start_marker
from optviz.figures.plotly_dicts import Figure, Trace, axis, layout, packed
from optviz.figures.style import DASHES, MARKERS, Style, Theme
from optviz.settings.minibatches import MiniBatches
from optviz.teaching.line import SAMPLES, Data, Descent
from optviz.teaching.line import landscape as loss_landscape

Runs = Sequence[tuple[str, Descent]]

MOST_FRAMES = 2000
MOST_RINGS = 40_000  # points of all frames together, for the rings around the present batch
STRIDES = (1, 2, 4, 5, 10, 20, 25, 50, 100)  # they divide 100, so that every epoch ends on a frame
POINTER = 0.09  # length of the arrows at the head, in widths of the picture


def run_styles(theme: Theme, view: str = "kinds") -> list[Style]:
    """A colour, a dash and a marker for each of the three runs; the faulty one is dashed."""
    dashes = (DASHES[0], DASHES[0], DASHES[1 if view == "loop" else 0])
    return [Style(theme.palette[i], dash, MARKERS[i]) for i, dash in enumerate(dashes)]


def frames(settings: MiniBatches, runs: Runs) -> tuple[int, list[np.ndarray]]:
    """Examples per frame, and for each run the update that is shown at each frame.

    Frames count examples, not updates: after the same number of examples all kinds have done the same work.
    """
    total = SAMPLES * settings.epochs
    stride = next(s for s in STRIDES if total / s <= MOST_FRAMES)
    at = np.arange(total // stride + 1) * stride
    return stride, [np.searchsorted(run.seen, at, side="right") - 1 for _, run in runs]


@np.errstate(all="ignore")  # a run on its way out
def scene(settings: MiniBatches, runs: Runs, theme: Theme) -> dict[str, Any]:
    """What the stage shows: three figures, and what the player moves in them. See `scenes.scene`."""
    data = settings.points()
    objective = loss_landscape(data)
    drawn = run_styles(theme, settings.view)
    stride, places = frames(settings, runs)
    traces, frame = landscape(objective, objective.domain, theme)
    moving: list[dict[str, Any]] = []
    arrows: list[dict[str, Any]] = []
    # The noisiest path lies lowest, so that the calm ones stay seen.
    order = sorted(range(len(runs)), key=lambda i: -runs[i][1].noise)
    at = {}
    for i in order:
        name, run = runs[i]
        at[i] = len(traces)
        line, head = path(name, _trajectory(run, places[i]), drawn[i], objective.domain, theme)
        line["hovertemplate"] = f"{name}<br>w = %{{x:.5g}}<br>b = %{{y:.5g}}<extra></extra>"
        line["mode"] = "lines+markers" if run.updates <= 300 else "lines"
        line["line"] = {**line["line"], "width": 1.1 if run.updates > 1000 else 2.2}
        traces += [line, head]
        arrow = exit_arrow(_trajectory(run, np.arange(run.updates + 1)), drawn[i], objective.domain, theme)
        arrows += [arrow] if arrow else []
    for i, (name, _) in enumerate(runs):
        moving.append({"name": name, "color": drawn[i].color, "path": at[i], "loss": 2 * i})
    followers = _pointers(runs[1][1], places[1], objective.domain, len(traces))
    traces += [_pointer(drawn[1].color, "this batch", theme), _pointer(theme.ink, "all points", theme)]
    side, lines = _fit(settings, data, runs, places, drawn, theme)
    first = _trajectory(runs[0][1], np.zeros(1, dtype=int))
    frame["xaxis"]["title"] = {"text": "w, the slope", "standoff": 6}
    frame["yaxis"]["title"] = {"text": "b, the intercept", "standoff": 6}
    view = f"{objective.formula} {settings.view}"
    return {
        "main": {
            "data": [*traces, start_marker(first, theme)],
            "layout": {**frame, "annotations": arrows, "uirevision": view},
        },
        "loss": _losses(settings, data, runs, places, stride, drawn, theme),
        "side": side,
        "followers": followers + lines,
        "runs": moving,
        "steps": len(places[0]) - 1,
        "unit": "example",
        "per": stride,
        "dimension": 2,
        "budget": _budget(settings, stride),
        "alt": describe(settings, data, runs),
        "dark": theme.dark,
    }


def _trajectory(run: Descent, places: np.ndarray) -> Trajectory:
    """Some updates of a run in the form that paths are drawn from."""
    return Trajectory(
        run.points[places], run.losses[places], run.gradients[places], {}, Outcome("moving", 0, "")
    )


def _budget(settings: MiniBatches, stride: int) -> str:
    order = f"shuffled with seed {settings.seed}" if settings.shuffle else "always in the same order"
    pace = "" if stride == 1 else f" The player moves by {stride} examples."
    return (
        f"Same start {point(np.array(settings.start))}, same {settings.epochs} epochs of {SAMPLES} examples, "
        f"{order}. Arrows at the head of the mini-batch run: the way down that this batch (coloured) and all "
        f"points (dark) show, direction only.{pace}"
    )


def describe(settings: MiniBatches, data: Data, runs: Runs) -> str:
    """What the picture shows, in words."""
    parts = [
        "Contour plot of the mean squared error over slope w and intercept b; "
        f"lowest at {point(data.solution)}."
    ]
    parts += [
        f"{name}: {run.updates:,} updates to {point(run.points[-1])}, "
        f"{number(run.distance(data.solution))} from the lowest point."
        for name, run in runs
    ]
    return " ".join(parts)


def _pointers(run: Descent, places: np.ndarray, domain: Any, first: int) -> list[dict[str, Any]]:
    """At each frame an arrow along the gradient last stepped along, and one along that of all points."""
    length = POINTER * (domain[0][1] - domain[0][0])
    found = []
    before = np.maximum(places - 1, 0)
    batch = run.batch_gradients if len(run.batch_gradients) else run.gradients
    for k, slopes in enumerate((batch[before], run.gradients[before])):
        with np.errstate(all="ignore"):
            ends = run.points[before] - length * slopes / np.linalg.norm(slopes, axis=1, keepdims=True)
        pair = np.stack([run.points[before], ends], axis=1)
        found.append(_follower("main", first + k, pair[..., 0], pair[..., 1]))
    return found


def _pointer(color: str, name: str, theme: Theme) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": f"way down by {name}",
        "x": [None],
        "y": [None],
        "line": {"color": color, "width": 2.6},
        "marker": {
            "symbol": "arrow",
            "angleref": "previous",
            "size": [0, 13],
            "color": color,
            "line": {"color": theme.halo, "width": 0.8},
        },
        "hoverinfo": "name",
    }


def _follower(figure: str, trace: int, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """A trace that shows row k of x and y, shape (frames, across), at frame k."""
    flat = {"x": packed(x.ravel()), "y": packed(y.ravel())}
    return {"figure": figure, "trace": trace, "across": x.shape[1], **flat}


def _fit(
    settings: MiniBatches,
    data: Data,
    runs: Runs,
    places: Sequence[np.ndarray],
    drawn: Sequence[Style],
    theme: Theme,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The points with the line of each run, which the player moves."""
    ends = np.array([float(data.x.min()), float(data.x.max())])
    w, b = data.solution
    traces: list[Trace] = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": packed(data.x),
            "y": packed(data.y),
            "marker": {"size": 5.5, "color": theme.ink, "opacity": 0.45},
            "hovertemplate": "x = %{x:.3g}<br>y = %{y:.3g}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "name": "least squares",
            "x": ends.tolist(),
            "y": (b + w * ends).tolist(),
            "line": {"color": theme.ink, "width": 1.4, "dash": "dot"},
            "hovertemplate": "least squares<extra></extra>",
        },
    ]
    followers = []
    if len(places[1]) * settings.batch <= MOST_RINGS and len(runs[1][1].batch_gradients):
        followers.append(_rings(settings, data, places[1], len(traces)))
        ring = {"size": 9, "symbol": "circle-open", "color": drawn[1].color, "line": {"width": 1.8}}
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "this batch",
                "x": [None],
                "y": [None],
                "marker": ring,
                "hoverinfo": "skip",
            }
        )
    for (name, run), chosen, style in zip(runs, places, drawn, strict=True):
        points = run.points[chosen]
        heights = points[:, 1:] + points[:, :1] * ends
        followers.append(_follower("side", len(traces), np.broadcast_to(ends, heights.shape), heights))
        line = {"color": style.color, "width": 2.4, "dash": style.dash}
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": ends.tolist(),
                "y": heights[-1].tolist(),
                "line": line,
                "hovertemplate": f"{name}<extra></extra>",
            }
        )
    low, high = float(min(data.y.min(), 0.0)), float(data.y.max())
    margin = 0.06 * (high - low)
    frame = layout(
        theme,
        xaxis=axis(theme, "x"),
        yaxis=axis(theme, "y", range=[low - margin, high + margin]),
        uirevision=f"{low} {high}",
    )
    alt = "The 100 points and the line of each run; rings mark the points of the present mini-batch."
    return {"data": traces, "layout": frame, "alt": alt}, followers


def _rings(settings: MiniBatches, data: Data, places: np.ndarray, trace: int) -> dict[str, Any]:
    """The points of the batch that the last update used, at each frame; a short batch leaves gaps."""
    picks = settings.picks()
    table = np.full((len(picks), settings.batch), -1)
    for row, pick in enumerate(picks):
        table[row, : len(pick)] = pick
    rows = table[np.maximum(places - 1, 0)]
    x, y = np.where(rows >= 0, data.x[rows], np.nan), np.where(rows >= 0, data.y[rows], np.nan)
    return _follower("side", trace, x, y)


def _losses(
    settings: MiniBatches,
    data: Data,
    runs: Runs,
    places: Sequence[np.ndarray],
    stride: int,
    drawn: Sequence[Style],
    theme: Theme,
) -> Figure:
    """The loss over all points against epochs, above that of least squares if logarithmic."""
    floor = float(data.loss(data.solution)) if settings.log_loss else 0.0
    title = "loss − lowest loss" if settings.log_loss else "loss over all points"
    epochs = np.arange(len(places[0])) * stride / SAMPLES
    traces: list[Trace] = []
    for (name, run), chosen, style in zip(runs, places, drawn, strict=True):
        heights = run.losses[chosen] - floor
        if settings.log_loss:
            heights = np.where(heights > 0, heights, np.nan)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": packed(epochs),
                "y": packed(heights, "f8"),
                "line": {"color": style.color, "width": 1.8, "dash": style.dash},
                "hovertemplate": f"{name}<br>epoch %{{x:.2f}}<br>{title} = %{{y:.4g}}<extra></extra>",
            }
        )
        last = float(heights[-1]) if np.isfinite(heights[-1]) else None
        marker = {"size": 9, "symbol": style.marker, "color": style.color}
        halo = {"line": {"color": theme.halo, "width": 1.6}}
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [float(epochs[-1])],
                "y": [last],
                "marker": marker | halo,
                "hoverinfo": "skip",
            }
        )
    kind = {"type": "log", "exponentformat": "power"} if settings.log_loss else {"rangemode": "tozero"}
    frame = layout(
        theme,
        xaxis=axis(theme, "epochs", range=[0, settings.epochs]),
        yaxis=axis(theme, title, **kind),
        uirevision=f"{settings.log_loss} {settings.epochs}",
    )
    return {"data": traces, "layout": frame}
