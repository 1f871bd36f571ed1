"""The stability map: two hyperparameters against each other, coloured by the loss at the end."""

from typing import Any

import numpy as np

from optviz.engine.edge_text import edge_text
from optviz.engine.optimizers import Optimizer
from optviz.engine.outcomes import number
from optviz.figures.heights import Heights, heights, lowest_text
from optviz.figures.outcome_colors import grew_color
from optviz.figures.panels import panel
from optviz.figures.pictures import Picture, Row
from optviz.figures.plotly_dicts import Trace, axis, layout, packed
from optviz.figures.scene_types import LegendEntry
from optviz.figures.scenes import legend_name
from optviz.figures.style import Theme, styles
from optviz.maps.grids import Axis, StabilityMap
from optviz.settings.maps import MapSettings
from optviz.words import join, mark, tr

DEEPEST = 12  # decades below the start that have colours; what is lower has arrived
STABILITY_HEADINGS = (
    mark("Optimizer"),
    mark("Lowest loss at"),
    mark("f there"),
    mark("Grew"),
    mark("Diverged"),
    mark("At a minimum"),
)


def stability_picture(settings: MapSettings, made: StabilityMap, theme: Theme) -> Picture:
    """One panel: the losses, the diverged part, and the boundary of theory where there is one."""
    objective, (entrant,) = settings.landscape(), settings.entrants
    first = float(objective.value(settings.start))
    lost = made.diverged_at >= 0
    losses = np.where(lost, np.nan, made.losses)
    grew = lost | (losses > first)
    calm = np.where(grew, np.nan, losses)
    measure = heights(objective, first, calm, deepest=DEEPEST)
    decades, labels = measure.ticks
    x, y = made.x.name, made.y.name
    place = f"{x} %{{x:.4g}}<br>{y} %{{y:.4g}}"
    heat: Trace = {
        "type": "heatmap",
        "x": packed(made.xs, "f8"),
        "y": packed(made.ys, "f8"),
        "z": packed(np.maximum(measure.log(calm), -300.0)),
        "zmin": measure.bottom,
        "zmax": measure.top,
        "colorscale": "Viridis",
        "reversescale": True,
        "colorbar": {
            "title": {"text": measure.label},
            "thickness": 12,
            "outlinewidth": 0,
            "len": 0.92,
            "tickvals": decades,
            "ticktext": labels,
        },
        "hovertemplate": f"{place}<br>log₁₀({measure.label}) = %{{z:.2f}}<extra></extra>",
    }
    flat = grew_color(theme)
    traces = [heat]
    for which, steps, said in (
        (lost, made.diverged_at, tr("diverged at step %{z:.0f}")),
        (grew & ~lost, np.zeros(grew.shape), tr("ended above its start")),
    ):
        gone: Trace = {
            "type": "heatmap",
            "x": heat["x"],
            "y": heat["y"],
            "z": packed(np.where(which, steps, np.nan)),
            "colorscale": [[0, flat], [1, flat]],
            "showscale": False,
            "hovertemplate": f"{place}<br>{said}<extra></extra>",
        }
        traces.append(gone)
    legend: list[LegendEntry] = []
    if grew.any():
        legend.append({"name": tr("grew or diverged"), "color": flat, "dash": "block"})
    if made.boundary is not None:
        edges, along = made.boundary
        line = {"type": "scatter", "mode": "lines", "x": packed(edges, "f8"), "y": packed(along, "f8")}
        traces += [
            {**line, "line": {"color": "#ffffff", "width": 4.5}, "hoverinfo": "skip"},
            {
                **line,
                "line": {"color": "#111111", "width": 2, "dash": "dash"},
                "hovertemplate": tr("predicted edge") + "<br>" + place + "<extra></extra>",
            },
        ]
        formula = edge_text(made.optimizer)
        legend.append({"name": tr("theory: {formula}", formula=formula), "color": theme.ink, "dash": "dash"})
    name = legend_name(entrant, settings.swept)
    row = _row(settings, made, losses, grew, measure)
    note = "" if made.boundary is not None else _why_no_boundary(settings, made)
    frame = layout(
        theme,
        xaxis=_side(made.x, made.xs, made.optimizer, theme),
        yaxis=_side(made.y, made.ys, made.optimizer, theme),
        margin={"l": 64, "r": 14, "t": 12, "b": 48},
        uirevision=f"{settings.objective} {settings.formula} {settings.sides}",
    )
    shown = panel(
        "stability",
        tr("{name} on {landscape}", name=name, landscape=tr(objective.name)),
        {"data": traces, "layout": frame},
        about=tr(
            "{x} across, {y} up: {runs} runs of {steps} steps. Yellow is low, purple is slow, red grew.",
            x=x,
            y=y,
            runs=f"{made.losses.size:,}",
            steps=settings.steps,
        ),
        alt=join(
            tr(
                "Stability map of {name} on {landscape}: {x} from {left} to {right} across, {y} from "
                "{bottom} to {top} up.",
                name=name,
                landscape=tr(objective.name),
                x=x,
                left=number(made.x.low),
                right=number(made.x.high),
                y=y,
                bottom=number(made.y.low),
                top=number(made.y.high),
            ),
            *(
                tr("{what}: {value}.", what=tr(heading), value=cell)
                for heading, cell in zip(STABILITY_HEADINGS[1:], row, strict=True)
            ),
        ),
        aspect=0.62,
        lowest=320,
        highest=640,
    )
    color = styles([entrant.optimizer], theme)[0].color
    return Picture(
        (shown,),
        tuple(legend),
        join(note, tr("Click to open this run.")),
        tuple(tr(heading) for heading in STABILITY_HEADINGS),
        (Row(color, name, row),),
    )


def _row(
    settings: MapSettings, made: StabilityMap, losses: np.ndarray, grew: np.ndarray, measure: Heights
) -> tuple[str, ...]:
    lost = ~np.isfinite(losses)
    best = "—", tr("all diverged")
    stayed = np.where(lost | measure.fell(losses), np.inf, losses)
    if np.isfinite(stayed).any():
        j, i = np.unravel_index(int(stayed.argmin()), losses.shape)
        pair = f"{made.x.name} {number(float(made.xs[i]))}, {made.y.name} {number(float(made.ys[j]))}"
        best = pair, lowest_text(float(losses[j, i]), measure)
    arrived = f"{float((made.reached >= 0).mean()):.1%}" if settings.landscape().minima else "—"
    return (*best, f"{float(grew.mean()):.1%}", f"{float(lost.mean()):.1%}", arrived)


def _why_no_boundary(settings: MapSettings, made: StabilityMap) -> str:
    if "lr" not in (made.x.name, made.y.name):
        return ""
    if made.optimizer.edge is None:
        return tr(
            "No edge can be given in advance for {name}: its rates depend on the path.",
            name=tr(made.optimizer.name),
        )
    return "" if settings.landscape().is_quadratic else tr("Theory draws an edge on quadratics only.")


def _side(side: Axis, values: np.ndarray, optimizer: Optimizer, theme: Theme) -> dict[str, Any]:
    """One axis, exactly as wide as the cells."""
    symbols = {
        "lr": tr("learning rate η"),
        "momentum": tr("momentum β"),
        "beta1": "β₁",
        "beta2": "β₂",
        "eps": "ε",
    }
    places = np.log10(values) if side.log else values
    half = (places[-1] - places[0]) / max(1, len(places) - 1) / 2
    return axis(
        theme,
        symbols.get(side.name, side.name),
        type="log" if side.log else "linear",
        range=[float(places[0] - half), float(places[-1] + half)],
        showgrid=False,
        zeroline=False,
        **(
            {"exponentformat": "power", "dtick": 1, "tickfont": {"size": 11}}
            if side.log and places[-1] - places[0] < 9
            else {}
        ),
    )
