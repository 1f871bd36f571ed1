"""Basins of attraction: every start coloured by the minimum that it reaches, fainter the longer it takes."""

from typing import Any

import numpy as np

from optviz.engine.objective import Objective
from optviz.engine.outcomes import number
from optviz.figures.landscapes import ACROSS, contour_lines, landscape
from optviz.figures.outcome_colors import NAMES, fate_color, shaded
from optviz.figures.panels import panel
from optviz.figures.pictures import Picture, Row
from optviz.figures.plotly_dicts import Figure, Trace, packed
from optviz.figures.scene_types import LegendEntry
from optviz.figures.scenes import legend_name
from optviz.figures.style import Theme, styles
from optviz.maps.grids import DIVERGED, NOT_YET, UNDEFINED, Basins
from optviz.maps.minima import with_minima
from optviz.settings.maps import MapSettings
from optviz.words import join, tr, trn

MOST_COLUMNS = 5
MOST_IN_LEGEND = 6
MANY = 20  # minima from which stars would cover the map


def basin_picture(settings: MapSettings, made: tuple[Basins, ...], theme: Theme) -> Picture:
    """One panel for each optimizer, all in the same colours, and the shares in numbers."""
    objective = with_minima(settings.landscape(), settings.domain)
    drawn = styles([entrant.optimizer for entrant in settings.entrants], theme)
    names = [legend_name(entrant) for entrant in settings.entrants]
    draw = _curve if objective.dimension == 1 else _plane
    panels, rows = [], []
    arrived = np.concatenate([basin.steps[basin.ends >= 0] for basin in made])
    longest = float(np.percentile(arrived, 98)) if arrived.size else 1.0
    codes = sorted({code for basin in made for code in basin.shares}, key=_order)
    columns = _columns(objective, codes)
    for i, (name, basin, style) in enumerate(zip(names, made, drawn, strict=True)):
        shares = [sum(basin.shares.get(code, 0.0) for code in group) for _, group in columns]
        rows.append(Row(style.color, name, (*map(_percent, shares), _typical(basin))))
        said = [
            tr("{share} {fate}", share=_percent(s), fate=label)
            for (label, _), s in zip(columns, shares, strict=True)
            if s
        ]
        panels.append(
            panel(
                f"basin{i}",
                name,
                draw(settings, objective, basin, longest, theme),
                about=_summary(basin),
                alt=tr(
                    "Basins of attraction of {name} on {landscape}, {starts} starts, {steps} steps each: "
                    "{shares}.",
                    name=name,
                    landscape=tr(objective.name),
                    starts=f"{basin.ends.size:,}",
                    steps=settings.steps,
                    shares="; ".join(said),
                ),
                aspect=1.02 if objective.dimension == 2 else 0.7,
                lowest=280,
                highest=620,
            )
        )
    legend: list[LegendEntry] = [
        {"name": _name(objective, code), "color": fate_color(code, theme), "dash": "block"}
        for code in _in_legend(made, codes)
    ]
    return Picture(
        tuple(panels),
        tuple(legend),
        join(
            _note(settings.landscape(), objective, codes),
            tr("Click to run all from there.") if len(made) > 1 else tr("Click to run it from there."),
        ),
        (tr("Optimizer"), *(label for label, _ in columns), tr("Usual steps")),
        tuple(rows),
    )


def _order(code: int) -> tuple[bool, int]:
    return code < 0, abs(code)


def _in_legend(made: tuple[Basins, ...], codes: list[int]) -> list[int]:
    """All fates, but of very many minima those that most starts lead to."""
    size = {code: sum(basin.shares.get(code, 0.0) for basin in made) for code in codes if code >= 0}
    named = sorted(size, key=lambda code: -size[code])[:MOST_IN_LEGEND]
    return [code for code in codes if code < 0 or code in named]


def _name(objective: Objective, code: int) -> str:
    if code >= 0:
        place = np.array(objective.minima[code])
        height = _rounded(float(objective.value(place)))
        return tr("minimum {place}, f = {height}", place=_place(place), height=height)
    return tr(NAMES[code]) if objective.minima or code != NOT_YET else tr("stayed finite")


def _place(x: np.ndarray) -> str:
    return f"({', '.join(_rounded(float(v)) for v in x)})"


def _rounded(value: float) -> str:
    """Three digits tell minima apart; what is rounding is zero."""
    return number(float(f"{value:.3g}")) if abs(value) > 1e-9 else "0"


def _columns(objective: Objective, codes: list[int]) -> list[tuple[str, list[int]]]:
    """The columns of the table: with very many minima, the last ones together."""
    minima = [c for c in codes if c >= 0]
    alone = minima if len(minima) <= MOST_COLUMNS else minima[: MOST_COLUMNS - 1]
    columns = [(tr("to {place}", place=_place(np.array(objective.minima[c]))), [c]) for c in alone]
    if len(alone) < len(minima):
        columns.append((tr("to the other minima"), minima[len(alone) :]))
    waiting = tr("not yet") if objective.minima else tr("stayed finite")
    words = {NOT_YET: waiting, DIVERGED: tr("diverged"), UNDEFINED: tr("without a value of f")}
    return columns + [(words[c], [c]) for c in (NOT_YET, DIVERGED, UNDEFINED) if c in codes]


def _percent(share: float) -> str:
    if 0 < share < 0.001:
        return tr("under 0.1%")
    return f"{share:.1%}" if share < 0.9995 or share == 1 else tr("over 99.9%")


def _typical(basin: Basins) -> str:
    there = basin.steps[basin.ends >= 0]
    return f"{number(float(np.median(there)))}" if there.size else "—"


def _summary(basin: Basins) -> str:
    """Short, so that pictures side by side stand at the same height."""
    share = float((basin.ends >= 0).mean())
    if not share:
        return tr("None arrives.")
    return tr("{share} arrive, usually in {steps} steps.", share=_percent(share), steps=_typical(basin))


def _note(listed: Objective, objective: Objective, codes: list[int]) -> str:
    """What the colours mean; `listed` has the minima of the table, `objective` also those that were found."""
    parts = [tr("Same starts and steps for each. The fainter a colour, the more steps it took.")]
    if not objective.minima:
        parts = [
            tr("No minimum is known or was found in this part; the map tells apart only what stays finite.")
        ]
    found = len(objective.minima) - len(listed.minima)
    if found:
        parts.append(
            trn(
                "{count} minimum was found numerically in this part.",
                "{count} minima were found numerically in this part.",
                found,
            )
        )
    if sum(code >= 0 for code in codes) > MOST_IN_LEGEND:
        parts.append(
            tr("The legend names the {count} minima that most starts lead to.", count=MOST_IN_LEGEND)
        )
    if UNDEFINED in codes:
        parts.append(tr("Hatched: f has no finite value there, so no run can begin."))
        if DIVERGED in codes:
            parts.append(tr("A run that steps there has diverged."))
    if objective.group == "unbounded" and DIVERGED in codes:
        parts.append(tr("f has no lower bound: diverged runs may have fallen without end."))
    return join(*parts)


def _plane(
    settings: MapSettings, objective: Objective, basin: Basins, longest: float, theme: Theme
) -> Figure:
    numbers, scale = shaded(basin.ends, basin.steps, longest, theme)
    heat: Trace = {
        "type": "heatmap",
        "x": packed(basin.axes[0]),
        "y": packed(basin.axes[1]),
        "z": packed(numbers),
        "zmin": 0,
        "zmax": 1,
        "colorscale": scale,
        "showscale": False,
        # A plain list: Plotly finds no rows in packed custom data of two dimensions.
        "customdata": basin.steps.tolist(),
        "hovertemplate": tr("start (%{x:.4g}, %{y:.4g})<br>%{customdata} steps") + "<extra></extra>",
    }
    (_, *minima), frame = landscape(objective, settings.domain, theme)
    for stars in minima:  # in white they are seen on every colour
        stars["marker"] |= {"color": "#ffffff", "line": {"color": "#111111", "width": 1.2}}
        if len(objective.minima) > MANY:
            stars["marker"] |= {"symbol": "circle", "size": 4, "line": {"color": "#111111", "width": 0.8}}
    traces = [heat, contour_lines(objective, settings.domain, theme), *minima]
    return {"data": traces, "layout": _framed(frame, settings)}


def _curve(
    settings: MapSettings, objective: Objective, basin: Basins, longest: float, theme: Theme
) -> Figure:
    """In one variable: the curve itself, coloured by where its points lead."""
    numbers, scale = shaded(basin.ends, basin.steps, longest, theme)
    x = basin.axes[0]
    values = objective.value(x[:, None])
    finite = np.isfinite(values)
    floor = float(values[finite].min()) if finite.any() else 0.0
    dots: Trace = {
        "type": "scatter",
        "mode": "markers",
        "x": packed(x, "f8"),
        "y": packed(np.where(finite, values, floor), "f8"),
        "marker": {
            "color": packed(numbers),
            "cmin": 0,
            "cmax": 1,
            "colorscale": scale,
            "size": 7 if len(x) > ACROSS else 9,
        },
        "customdata": basin.steps.tolist(),
        "hovertemplate": tr("start %{x:.4g}<br>%{customdata} steps") + "<extra></extra>",
    }
    traces, frame = landscape(objective, settings.domain, theme)
    return {"data": [*traces[:1], dots, *traces[1:]], "layout": _framed(frame, settings)}


def _framed(frame: dict[str, Any], settings: MapSettings) -> dict[str, Any]:
    view = f"{settings.objective} {settings.formula} {settings.domain}"
    return {**frame, "margin": {"l": 44, "r": 8, "t": 8, "b": 40}, "uirevision": view}
