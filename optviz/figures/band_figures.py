"""Noise bands: the median of the loss over many draws of the noise, and where most of them lie."""

from typing import Any

import numpy as np

from optviz.engine.outcomes import number
from optviz.figures.colors import translucent
from optviz.figures.heights import Heights, heights
from optviz.figures.panels import panel
from optviz.figures.pictures import Picture, Row
from optviz.figures.plotly_dicts import Trace, axis, layout, packed
from optviz.figures.scene_types import LegendEntry
from optviz.figures.scenes import legend_name
from optviz.figures.style import Style, Theme, styles
from optviz.maps.sweeps import Band, NoiseBands
from optviz.settings.maps import MapSettings
from optviz.words import join, listed, mark, tr

BAND_HEADINGS = (
    mark("Optimizer"),
    mark("Median at the end"),
    mark("8 of 10 runs end between"),
    mark("Diverged"),
)


def band_picture(settings: MapSettings, made: NoiseBands, theme: Theme) -> Picture:
    """One panel with a band and a median for each optimizer."""
    objective = settings.landscape()
    names = [legend_name(entrant) for entrant in settings.entrants]
    drawn = styles([entrant.optimizer for entrant in settings.entrants], theme)
    first = float(objective.value(settings.start))
    measure = heights(objective, first, *(part for b in made.bands for part in (b.low, b.median, b.high)))
    traces: list[Trace] = []
    for name, band, style in zip(names, made.bands, drawn, strict=True):
        traces += _band(name, band, made.steps, style, measure)
    low, high = measure.bottom - 0.3, measure.top + 0.3
    figure: dict[str, Any] = {
        "data": traces,
        "layout": layout(
            theme,
            xaxis=axis(theme, tr("step"), range=[0, int(made.steps[-1])]),
            yaxis=axis(
                theme,
                measure.label,
                type="log",
                range=[low, high],
                exponentformat="power",
                dtick=max(1, round((high - low) / 8)),
                tickfont={"size": 11},
            ),
            margin={"l": 64, "r": 14, "t": 12, "b": 44},
            uirevision=f"{settings.objective} {settings.formula} {settings.steps}",
        ),
    }
    rows = tuple(
        Row(style.color, name, _cells(band))
        for name, band, style in zip(names, made.bands, drawn, strict=True)
    )
    headings = tuple(tr(heading) for heading in BAND_HEADINGS)
    words = join(
        *(
            tr(
                "{name}: {told}.",
                name=row.name,
                told=listed(f"{h.lower()} {c}" for h, c in zip(headings[1:], row.cells, strict=True)),
            )
            for row in rows
        )
    )
    shown = panel(
        "bands",
        tr("Loss under noise on {landscape}", landscape=tr(objective.name)),
        figure,
        about=tr(
            "σ = {noise}, {draws} draws of the noise, the same for every optimizer. Line: median. Band: 10th "
            "to 90th percentile.",
            noise=number(settings.noise),
            draws=made.seeds,
        ),
        alt=join(
            tr(
                "Loss against step under gradient noise on {landscape}, median and band of {draws} runs for "
                "each optimizer.",
                landscape=tr(objective.name),
                draws=made.seeds,
            ),
            words,
        ),
        aspect=0.56,
        lowest=320,
        highest=600,
    )
    legend: tuple[LegendEntry, ...] = tuple(
        {"name": name, "color": s.color, "dash": s.dash} for name, s in zip(names, drawn, strict=True)
    )
    note = tr("Click to open one of these runs, that of seed {seed}.", seed=settings.seed)
    return Picture((shown,), legend, note, headings, rows)


def _band(
    name: str, band: Band, steps: np.ndarray, style: Style, measure: Heights
) -> tuple[Trace, Trace, Trace]:
    def trace(values: np.ndarray, **more: Any) -> Trace:
        above = measure.above(values)
        return {
            "type": "scatter",
            "mode": "lines",
            "x": packed(steps, "i4"),
            "y": packed(np.where(np.isfinite(above), above, 1e300), "f8"),
            "name": name,
            **more,
        }

    said = tr("step %{x}<br>median {what} = %{y:.4g}", what=measure.label)
    edge = {"line": {"width": 0}, "hoverinfo": "skip"}
    return (
        trace(band.low, **edge),
        trace(band.high, **edge, fill="tonexty", fillcolor=translucent(style.color, 0.2)),
        trace(
            band.median,
            line={"color": style.color, "width": 2.4, "dash": style.dash},
            hovertemplate=f"{name}<br>{said}<extra></extra>",
        ),
    )


def _cells(band: Band) -> tuple[str, ...]:
    ends = [float(part[-1]) for part in (band.median, band.low, band.high)]
    median, low, high = (number(v) if np.isfinite(v) else tr("diverged") for v in ends)
    return median, tr("{low} and {high}", low=low, high=high), f"{band.diverged:.1%}"
