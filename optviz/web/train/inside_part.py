"""Inside the networks of the run that is shown: lengths of each layer, what its units compute, sharpness."""

import numpy as np
import streamlit as st

from optviz.engine.edge_text import edge_text
from optviz.engine.schedules import SCHEDULES
from optviz.figures.inside import (
    Histograms,
    LayerLengths,
    SharpnessCurve,
    Span,
    constant_panel,
    histogram_panel,
    layer_legend,
    length_panels,
    sharpness_panel,
)
from optviz.figures.scene_types import LegendEntry, Panel
from optviz.figures.scenes import legend_name
from optviz.figures.style import Style, Theme, racer_styles, styles
from optviz.figures.training_curves import Unit
from optviz.runs.database import StoreUnavailableError
from optviz.runs.history import History, watch
from optviz.runs.store import RunError
from optviz.training.activations import ACTIVATIONS
from optviz.training.config import TrainingConfig
from optviz.training.losses import LOSSES
from optviz.web.components.charts import charts
from optviz.web.markdown_escape import plain
from optviz.web.train.run_panel import LOOK_SECONDS, Watched, choose_racer
from optviz.web.train.scene import end_of, in_unit
from optviz.words import per_language, tr

Panels = list[Panel]


def inside_part(seen: Watched, unit: Unit, theme: Theme) -> None:
    """A part that opens; nothing in it is read or sent while it is closed."""
    if seen.history is None:
        return
    part = st.expander(
        tr("Inside: gradients, units and sharpness of each layer"), key="inside", on_change="rerun"
    )
    if not part.open:
        return
    with part:
        look = st.fragment(_look, run_every=LOOK_SECONDS if seen.live else None)
        look(seen.history.run.id, unit, theme)


def _look(run_id: str, unit: Unit, theme: Theme) -> None:
    try:
        history = watch(run_id)
    except (RunError, StoreUnavailableError) as error:
        st.warning(plain(str(error)))
        return
    config = history.run.config
    if config.sharpness:
        panels, legend = sharpness(history, unit, theme)
        if panels:
            charts(panels, key="sharpness", version=_version(history, unit, theme), legend=legend)
    else:
        st.caption(
            tr(
                "The sharpness of the loss is measured only where the settings ask for it, because it takes "
                "time: switch it on under “What is measured”, then press Start."
            )
        )
    racing = len(history.lanes) > 1
    place = choose_racer(history, "inside", tr("Look inside the network of")) if racing else 0
    shown = layers(history, place, unit, theme)
    if not shown:
        st.caption(tr("Nothing is measured yet: it comes with the first steps."))
        return
    charts(
        shown,
        key="inside-charts",
        version=f"{_version(history, unit, theme)} {place}",
        legend=layer_legend(layer_names(config), theme),
        least=320,
    )


def _version(history: History, unit: Unit, theme: Theme) -> str:
    measured = [len(lane.lengths[0]) + len(lane.activities) + len(lane.sharpnesses) for lane in history.lanes]
    return f"{history.run.id} {measured} {unit.key} {theme.dark}"


def layer_names(config: TrainingConfig) -> list[str]:
    """A name for each layer that has weights."""
    return [tr("Layer {number}", number=i) for i in range(1, len(config.widths))]


@per_language(64)
def layers(history: History, place: int, unit: Unit, theme: Theme) -> Panels:
    """The panels of one network, as far as something is measured."""
    config, lane = history.run.config, history.lanes[place]
    names, span = layer_names(config), Span(unit, end_of(lane, config, unit), f"{history.run.id} {place}")
    panels: Panels = []
    steps, weights, gradients, updates = lane.lengths
    if len(steps):
        at = in_unit(steps, lane, config, unit)
        panels += length_panels(LayerLengths(at, weights, gradients, updates), names, span, theme)
    if not lane.activities:
        return panels
    at = in_unit(np.array([e.step for e in lane.activities], dtype=float), lane, config, unit)
    into, images = tr(ACTIVATIONS[config.activation].name), lane.activities[0].images
    if config.hidden:
        counts = np.array([e.constant for e in lane.activities])
        panels.append(constant_panel(at, counts, config.hidden, names[:-1], into, images, span, theme))
    for i, name in enumerate(names):
        ranges = np.array([e.ranges[i] for e in lane.activities])
        bins = np.array([e.counts[i] for e in lane.activities])
        where = into if i < len(config.hidden) else LOSSES[config.loss].output.name.lower()
        shown = Histograms(name, where, images, at, ranges, bins, f"layer-{i + 1}")
        panels.append(histogram_panel(shown, span, theme))
    return panels


@per_language(64)
def sharpness(history: History, unit: Unit, theme: Theme) -> tuple[Panels, list[LegendEntry]]:
    """The panel of sharpness with all networks of the run, and its legend; empty before the first one."""
    config = history.run.config
    racing = len(history.lanes) > 1
    names = [legend_name(entrant) for entrant in config.entrants]
    drawn = racer_styles(len(names), theme) if racing else styles(names, theme)
    curves = [_curve(history, place, names[place], drawn[place], unit) for place in range(len(names))]
    measured = [lane.sharpnesses for lane in history.lanes if lane.sharpnesses]
    if not measured:
        return [], []
    end = max(end_of(lane, config, unit) for lane in history.lanes)
    legend: list[LegendEntry] = [
        {"name": name, "color": style.color, "dash": style.dash}
        for name, style in zip(names, drawn, strict=True)
    ]
    return [sharpness_panel(curves, measured[0][0].images, Span(unit, end, history.run.id), theme)], legend


def _curve(history: History, place: int, name: str, style: Style, unit: Unit) -> SharpnessCurve:
    config, lane = history.run.config, history.lanes[place]
    steps = np.array([e.step for e in lane.sharpnesses], dtype=float)
    edge = edge_text(config.entrants[place].row) or ""
    decay = f" − {config.weight_decay:g}" if edge and config.weight_decay else ""
    return SharpnessCurve(
        name,
        style,
        in_unit(steps, lane, config, unit),
        np.array([e.value for e in lane.sharpnesses]),
        np.array([e.residual for e in lane.sharpnesses]),
        np.array([limit(config, place, e.step) for e in lane.sharpnesses]),
        edge.replace("λmax", "η") + decay,
    )


def limit(config: TrainingConfig, place: int, step: int) -> float:
    """The largest sharpness at which the next step is stable on a quadratic; NaN where theory has none.

    A weight decay adds λ to every eigenvalue, so that the loss itself may have so much less.
    """
    entrant = config.entrants[place]
    values = dict(entrant.values)
    next_step = min(step, config.steps - 1)  # after the last one there is none
    factor = SCHEDULES[config.schedule].factor(next_step, config.steps, **dict(config.schedule_values))
    # The edge is a product of rate and curvature, so what gives one from the other works both ways.
    largest = entrant.row.stable_rate(values, values["lr"] * factor)
    return float("nan") if largest is None else largest - config.weight_decay
