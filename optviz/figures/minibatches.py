"""Mini-batches in pictures: the loss over (w, b) with the paths, the line that fits itself, the noise."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from optviz.engine.objective import Objective
from optviz.engine.outcomes import number, point
from optviz.figures.landscapes import Domain, frame, ground_figure, ground_key, minima
from optviz.figures.paths import run as run_of
from optviz.figures.paths import start_edge, start_marker
from optviz.figures.plotly_dicts import axis, fixed, layout, packed
from optviz.figures.scene_types import Follower, Loss, Main, Run, Scene, Side, Trace
from optviz.figures.scenes import BESIDE, EDGE
from optviz.figures.style import DASHES, MARKERS, Style, Theme
from optviz.settings.minibatches import MiniBatches
from optviz.teaching.line import SAMPLES, Data, Descent
from optviz.teaching.line import landscape as loss_landscape
from optviz.words import join, tr

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
def scene(settings: MiniBatches, runs: Runs, theme: Theme) -> Scene:
    """What the stage shows: three figures, and what the player moves in them. See `scenes.scene`."""
    data = settings.points()
    objective = loss_landscape(data)
    drawn = run_styles(theme, settings.view)
    stride, places = frames(settings, runs)
    # The noisiest path lies lowest, so that the calm ones stay seen.
    order = sorted(range(len(runs)), key=lambda i: -runs[i][1].noise)
    side, lines = _fit(settings, data, runs, places, drawn, theme)
    return {
        "title": tr("Mini-batches: mean squared error over slope w and intercept b"),
        "main": _main(settings, objective, theme),
        "ground": {
            "key": ground_key(objective, objective.domain, theme),
            "figure": ground_figure(objective, objective.domain, theme),
        },
        "loss": _losses(settings, data, stride, theme),
        "side": side,
        "runs": [_run(f"run{i}", *runs[i], places[i], drawn[i], theme) for i in order],
        "followers": _pointers(runs[1][1], places[1], objective.domain, drawn[1].color, theme) + lines,
        "domain": [list(interval) for interval in objective.domain],
        "start": list(settings.start),
        "steps": len(places[0]) - 1,
        "unit": "example",
        "per": stride,
        "live": None,
        "budget": _budget(settings, stride),
        "alt": describe(settings, data, runs),
        "dark": theme.dark,
        "picture": "contour",
    }


def _main(settings: MiniBatches, objective: Objective, theme: Theme) -> Main:
    made = fixed(frame(objective, objective.domain, theme), right=BESIDE)
    made["xaxis"]["title"] = {"text": tr("w, the slope"), "standoff": 6}
    made["yaxis"]["title"] = {"text": tr("b, the intercept"), "standoff": 6}
    return {
        "layout": made,
        "view": f"{objective.formula} {settings.view}",
        "curve": None,
        "minima": minima(objective, theme),
        "start": start_marker(theme),
        "startEdge": start_edge(theme),
    }


def _run(slot: str, name: str, descent: Descent, chosen: np.ndarray, style: Style, theme: Theme) -> Run:
    hover = tr("epoch %{x:.2f}<br>%{meta} = %{y:.4g}")
    made = run_of(slot, name, name, descent.points[chosen], descent.losses[chosen], style, theme, hover)
    where = tr("w = %{x:.5g}<br>b = %{y:.5g}<br>loss = %{customdata:.5g}")
    made["path"]["hovertemplate"] = f"{name}<br>{where}<extra></extra>"
    made["path"]["line"]["width"] = 1.1 if descent.updates > 1000 else 2.2
    return made


def _budget(settings: MiniBatches, stride: int) -> str:
    shuffled = tr("shuffled with seed {seed}", seed=settings.seed)
    return join(
        tr(
            "Same start {start}, same {epochs} epochs of {examples} examples, {order}.",
            start=point(np.array(settings.start)),
            epochs=settings.epochs,
            examples=SAMPLES,
            order=shuffled if settings.shuffle else tr("always in the same order"),
        ),
        tr(
            "Arrows at the head of the mini-batch run: the way down that this batch (coloured) and all "
            "points (dark) show, direction only."
        ),
        "" if stride == 1 else tr("The player moves by {stride} examples.", stride=stride),
    )


def describe(settings: MiniBatches, data: Data, runs: Runs) -> str:
    """What the picture shows, in words."""
    parts = [
        tr(
            "Contour plot of the mean squared error over slope w and intercept b; lowest at {place}.",
            place=point(data.solution),
        )
    ]
    parts += [
        tr(
            "{name}: {updates} updates to {place}, {distance} from the lowest point.",
            name=name,
            updates=f"{run.updates:,}",
            place=point(run.points[-1]),
            distance=number(run.distance(data.solution)),
        )
        for name, run in runs
    ]
    return join(*parts)


def _pointers(run: Descent, places: np.ndarray, domain: Domain, color: str, theme: Theme) -> list[Follower]:
    """At each frame an arrow along the gradient last stepped along, and one along that of all points."""
    length = POINTER * (domain[0][1] - domain[0][0])
    found = []
    before = np.maximum(places - 1, 0)
    batch = run.batch_gradients if len(run.batch_gradients) else run.gradients
    pointers = (
        _pointer(color, tr("way down by this batch"), theme),
        _pointer(theme.ink, tr("way down by all points"), theme),
    )
    for pointer, slopes in zip(pointers, (batch[before], run.gradients[before]), strict=True):
        with np.errstate(all="ignore"):
            ends = run.points[before] - length * slopes / np.linalg.norm(slopes, axis=1, keepdims=True)
        pair = np.stack([run.points[before], ends], axis=1)
        found.append(_follower("main", pointer, pair[..., 0], pair[..., 1]))
    return found


def _pointer(color: str, name: str, theme: Theme) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
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


def _follower(figure: Literal["main", "side"], trace: Trace, x: np.ndarray, y: np.ndarray) -> Follower:
    """A trace that shows row k of x and y, shape (frames, across), at frame k."""
    across = x.shape[1]
    return {
        "figure": figure,
        "trace": trace,
        "across": across,
        "x": packed(x.ravel()),
        "y": packed(y.ravel()),
    }


def _fit(
    settings: MiniBatches,
    data: Data,
    runs: Runs,
    places: Sequence[np.ndarray],
    drawn: Sequence[Style],
    theme: Theme,
) -> tuple[Side, list[Follower]]:
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
            "name": tr("least squares"),
            "x": ends.tolist(),
            "y": (b + w * ends).tolist(),
            "line": {"color": theme.ink, "width": 1.4, "dash": "dot"},
            "hovertemplate": tr("least squares") + "<extra></extra>",
        },
    ]
    followers: list[Follower] = []
    if len(places[1]) * settings.batch <= MOST_RINGS and len(runs[1][1].batch_gradients):
        followers.append(_rings(settings, data, places[1], drawn[1].color))
    for (name, run), chosen, style in zip(runs, places, drawn, strict=True):
        points = run.points[chosen]
        heights = points[:, 1:] + points[:, :1] * ends
        line: Trace = {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "line": {"color": style.color, "width": 2.4, "dash": style.dash},
            "hovertemplate": f"{name}<extra></extra>",
        }
        followers.append(_follower("side", line, np.broadcast_to(ends, heights.shape), heights))
    low, high = float(min(data.y.min(), 0.0)), float(data.y.max())
    margin = 0.06 * (high - low)
    left, right = ends
    beyond = 0.04 * (right - left)
    frame = layout(
        theme,
        xaxis=axis(theme, "x", range=[left - beyond, right + beyond]),
        yaxis=axis(theme, "y", range=[low - margin, high + margin]),
        uirevision=f"{low} {high}",
    )
    alt = tr("The 100 points and the line of each run; rings mark the points of the present mini-batch.")
    return {"data": traces, "layout": fixed(frame, right=EDGE), "alt": alt}, followers


def _rings(settings: MiniBatches, data: Data, places: np.ndarray, color: str) -> Follower:
    """The points of the batch that the last update used, at each frame; a short batch leaves gaps."""
    picks = settings.picks()
    table = np.full((len(picks), settings.batch), -1)
    for row, pick in enumerate(picks):
        table[row, : len(pick)] = pick
    rows = table[np.maximum(places - 1, 0)]
    x, y = np.where(rows >= 0, data.x[rows], np.nan), np.where(rows >= 0, data.y[rows], np.nan)
    trace: Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": tr("this batch"),
        "marker": {"size": 9, "symbol": "circle-open", "color": color, "line": {"width": 1.8}},
        "hoverinfo": "skip",
    }
    return _follower("side", trace, x, y)


def _losses(settings: MiniBatches, data: Data, stride: int, theme: Theme) -> Loss:
    """The loss over all points against epochs, above that of least squares if logarithmic."""
    kind = "log" if settings.log_loss else "linear"
    return {
        "layout": fixed(
            layout(
                theme,
                xaxis=axis(theme, tr("epochs"), range=[0, settings.epochs]),
                yaxis=axis(theme, tr("loss"), type=kind, exponentformat="power"),
            ),
            right=EDGE,
        ),
        "view": f"{settings.log_loss} {settings.epochs}",
        "log": settings.log_loss,
        "lowest": float(data.loss(data.solution)),
        "per": stride / SAMPLES,
        "across": "step",
        "titles": {
            "plain": tr("loss over all points"),
            "known": tr("loss − lowest loss"),
            "reached": tr("loss − lowest loss reached"),
        },
    }
