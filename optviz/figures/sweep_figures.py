"""The learning-rate sweep: final loss and steps to tolerance against the rate, with the edges."""

from typing import Any

import numpy as np

from optviz.engine.edge_text import edge_text
from optviz.engine.objective import Objective
from optviz.engine.outcomes import ARRIVED, number
from optviz.figures.heights import Heights, heights, lowest_text
from optviz.figures.panels import panel
from optviz.figures.pictures import Picture, Row
from optviz.figures.plotly_dicts import Trace, axis, layout, packed
from optviz.figures.scene_types import Panel
from optviz.figures.scenes import legend_name
from optviz.figures.style import Style, Theme, styles
from optviz.maps.sweeps import Sweep, SweepCurve
from optviz.settings.maps import MapSettings
from optviz.words import join, listed, mark, tr

SMALL = {"size": 11}  # Plotly writes powers larger than other ticks
SWEEP_HEADINGS = (
    mark("Optimizer"),
    mark("Best rate"),
    mark("f there"),
    mark("Fewest steps"),
    mark("Edge predicted"),
    mark("Edge observed"),
)


def sweep_picture(settings: MapSettings, sweep: Sweep, theme: Theme) -> Picture:
    """Two panels over the same rates, and a row for each optimizer."""
    names = [legend_name(entrant, settings.swept) for entrant in settings.entrants]
    drawn = styles([entrant.optimizer for entrant in settings.entrants], theme)
    objective = settings.landscape()
    first = float(objective.value(settings.start))
    measure = heights(objective, first, *(curve.losses for curve in sweep.curves))
    rows = tuple(
        Row(style.color, name, _cells(curve, sweep.rates, measure))
        for name, curve, style in zip(names, sweep.curves, drawn, strict=True)
    )
    said = _curvature_sentence(objective, number(sweep.curvature)) if sweep.curvature > 0 else ""
    if settings.schedule != "constant" and said:
        said = join(said, tr("The predicted edges are those of a constant rate."))
    notes = [said]
    panels = [_losses(settings, sweep, names, drawn, measure, first, theme)]
    if any((curve.reached >= 0).any() for curve in sweep.curves):
        panels.append(_steps(settings, sweep, names, drawn, theme))
    else:
        notes.append(tr("None came within {distance} of a known minimum.", distance=f"{ARRIVED:g}"))
    return Picture(
        tuple(panels),
        tuple({"name": name, "color": s.color, "dash": s.dash} for name, s in zip(names, drawn, strict=True)),
        join(*notes, tr("Click to open all of them at that rate.")),
        tuple(tr(heading) for heading in SWEEP_HEADINGS),
        rows,
    )


def _curvature_sentence(objective: Objective, curvature: str) -> str:
    if objective.is_quadratic:
        return tr("Largest curvature: λmax = {curvature}.", curvature=curvature)
    if objective.minima:
        return tr(
            "Largest curvature at the minimum nearest to the start: λmax = {curvature}.", curvature=curvature
        )
    return tr("Largest curvature at the start: λmax = {curvature}.", curvature=curvature)


def best(curve: SweepCurve, measure: Heights) -> int | None:
    """The place of the lowest final loss among the runs that neither diverged nor fell without end."""
    losses = np.where((curve.diverged_at < 0) & ~measure.fell(curve.losses), curve.losses, np.inf)
    place = int(losses.argmin())
    return place if np.isfinite(losses[place]) else None


def _cells(curve: SweepCurve, rates: np.ndarray, measure: Heights) -> tuple[str, ...]:
    place, arrived = best(curve, measure), np.where(curve.reached >= 0, curve.reached_at, np.iinfo(int).max)
    soonest = int(arrived.argmin())
    reached = curve.reached[soonest] >= 0
    if curve.observed is None:
        observed = tr("below {rate}", rate=number(float(rates[0])))
    elif curve.observed == rates[-1]:
        observed = tr("stable up to {rate}", rate=number(float(rates[-1])))
    else:
        observed = number(curve.observed)
    predicted = "—"
    if curve.predicted is not None:
        predicted = f"{edge_text(curve.optimizer)} = {number(curve.predicted)}"
    return (
        "—" if place is None else number(float(rates[place])),
        _none_stayed(curve) if place is None else lowest_text(float(curve.losses[place]), measure),
        tr("{steps} at {rate}", steps=arrived[soonest], rate=number(float(rates[soonest])))
        if reached
        else "—",
        predicted,
        observed,
    )


def _none_stayed(curve: SweepCurve) -> str:
    return tr("all diverged") if (curve.diverged_at >= 0).all() else tr("all diverged or fell")


def _rate_axis(sweep: Sweep, theme: Theme) -> dict[str, Any]:
    ends = [float(np.log10(sweep.rates[0])), float(np.log10(sweep.rates[-1]))]
    return axis(
        theme, tr("learning rate η"), type="log", range=ends, exponentformat="power", dtick=1, tickfont=SMALL
    )


def _losses(
    settings: MapSettings,
    sweep: Sweep,
    names: list[str],
    drawn: list[Style],
    measure: Heights,
    first: float,
    theme: Theme,
) -> Panel:
    low, high = measure.bottom - 0.4, measure.top + 0.4
    begin = float(measure.above(np.array(first)))
    traces: list[Trace] = []
    if np.isfinite(begin):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [float(sweep.rates[0]), float(sweep.rates[-1])],
                "y": [begin, begin],
                "line": {"color": theme.ink, "width": 1, "dash": "dot"},
                "opacity": 0.5,
                "hovertemplate": tr("f at the start") + "<extra></extra>",
            }
        )
    labels: list[dict[str, Any]] = []
    for name, curve, style in zip(names, sweep.curves, drawn, strict=True):
        ends = np.where(curve.diverged_at < 0, measure.above(curve.losses), np.nan)
        traces.append(_line(name, sweep.rates, ends, style, f"{measure.label} = %{{y:.4g}}"))
        edge = curve.predicted
        if edge is not None and sweep.rates[0] <= edge <= sweep.rates[-1]:
            formula = edge_text(curve.optimizer)
            traces.append(_edge(f"{name}<br>{formula} = {number(edge)}", edge, (low, high), style))
            labels.append(_label(f"{formula} = {number(edge)}", edge, len(labels), style, theme))
        if curve.observed is not None and curve.observed < sweep.rates[-1]:
            traces.append(_observed(name, curve.observed, high - 0.15, style, theme))
    figure = {
        "data": traces,
        "layout": layout(
            theme,
            xaxis=_rate_axis(sweep, theme),
            yaxis=axis(
                theme,
                tr("{what} after {steps} steps", what=measure.label, steps=settings.steps),
                type="log",
                range=[low, high],
                exponentformat="power",
                dtick=max(1, round((high - low) / 8)),
                tickfont=SMALL,
            ),
            annotations=labels,
            margin={"l": 64, "r": 14, "t": 12, "b": 44},
            hovermode="closest",
            uirevision=f"{settings.objective} {settings.formula} {settings.rates}",
        ),
    }
    return panel(
        "losses",
        tr("Loss at the end"),
        figure,
        about=tr(
            "{steps} steps for each rate. Dashed: the edge that theory predicts. Triangles: the largest rate "
            "up to which no run ended above its start. No line: the run diverged, or fell far below what the "
            "landscape shows.",
            steps=settings.steps,
        ),
        alt=_alt(settings, sweep, names, measure),
        aspect=0.82,
        lowest=300,
        highest=520,
    )


def _steps(settings: MapSettings, sweep: Sweep, names: list[str], drawn: list[Style], theme: Theme) -> Panel:
    traces = []
    for name, curve, style in zip(names, sweep.curves, drawn, strict=True):
        steps = np.where(curve.reached >= 0, curve.reached_at, np.nan)
        traces.append(_line(name, sweep.rates, steps, style, tr("%{y:.0f} steps")))
    figure = {
        "data": traces,
        "layout": layout(
            theme,
            xaxis=_rate_axis(sweep, theme),
            yaxis=axis(theme, tr("steps"), range=[0, settings.steps * 1.02]),
            margin={"l": 64, "r": 14, "t": 12, "b": 44},
            hovermode="closest",
            uirevision=f"{settings.objective} {settings.formula} {settings.rates} {settings.steps}",
        ),
    }
    fewest = []
    for name, curve in zip(names, sweep.curves, strict=True):
        soon = curve.reached_at[curve.reached >= 0]
        fewest.append(
            tr("{name}: at best {steps} steps.", name=name, steps=soon.min())
            if soon.size
            else tr("{name}: never.", name=name)
        )
    return panel(
        "steps",
        tr("Steps until it arrives"),
        figure,
        about=tr(
            "First step after which it stays within {distance} of the minimum. No line: not within {steps} "
            "steps.",
            distance=f"{ARRIVED:g}",
            steps=settings.steps,
        ),
        alt=join(tr("Steps until each optimizer arrives, against the learning rate."), *fewest),
        aspect=0.82,
        lowest=300,
        highest=520,
    )


def _line(name: str, x: np.ndarray, y: np.ndarray, style: Style, said: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": packed(x, "f8"),
        "y": packed(y, "f8"),
        "line": {"color": style.color, "width": 2, "dash": style.dash},
        "marker": {"size": 3.5, "color": style.color},
        "hovertemplate": f"{name}<br>η = %{{x:.4g}}<br>{said}<extra></extra>",
    }


def _edge(said: str, rate: float, span: tuple[float, float], style: Style) -> Trace:
    heights = np.logspace(*span, 30)  # so that the pointer finds it along the whole line
    return {
        "type": "scatter",
        "mode": "lines",
        "x": packed(np.full(30, rate), "f8"),
        "y": packed(heights, "f8"),
        "line": {"color": style.color, "width": 1.4, "dash": "dash"},
        "hovertemplate": f"{said}<extra></extra>",
    }


def _label(text: str, rate: float, place: int, style: Style, theme: Theme) -> dict[str, Any]:
    """What an edge is, at the left of its line; several stand above each other."""
    return {
        "text": text,
        "x": float(np.log10(rate)),
        "y": 0.02 + 0.075 * place,
        "yref": "paper",
        "yanchor": "bottom",
        "xanchor": "right",
        "xshift": -4,
        "bgcolor": theme.ground,
        "showarrow": False,
        "font": {"color": style.color, "size": 12},
    }


def _observed(name: str, rate: float, height: float, style: Style, theme: Theme) -> Trace:
    said = tr("no run up to η = %{x:.4g} ended above its start")
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [rate],
        "y": [10.0**height],
        "marker": {
            "symbol": "triangle-down",
            "size": 13,
            "color": style.color,
            "line": {"color": theme.ground, "width": 1},
        },
        "hovertemplate": f"{name}<br>{said}<extra></extra>",
    }


def _alt(settings: MapSettings, sweep: Sweep, names: list[str], measure: Heights) -> str:
    parts = [
        tr(
            "Loss after {steps} steps on {landscape} against the learning rate from {low} to {high}.",
            steps=settings.steps,
            landscape=tr(settings.landscape().name),
            low=number(float(sweep.rates[0])),
            high=number(float(sweep.rates[-1])),
        )
    ]
    for name, curve in zip(names, sweep.curves, strict=True):
        place = best(curve, measure)
        told = [
            _none_stayed(curve)
            if place is None
            else tr("best at {rate}", rate=number(float(sweep.rates[place])))
        ]
        if curve.predicted is not None:
            told.append(tr("edge predicted at {rate}", rate=number(curve.predicted)))
        if curve.observed is not None and curve.observed < sweep.rates[-1]:
            told.append(tr("observed at {rate}", rate=number(curve.observed)))
        parts.append(tr("{name}: {told}.", name=name, told=listed(told)))
    return join(*parts)
