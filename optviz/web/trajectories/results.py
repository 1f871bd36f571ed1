"""What stands under the stage: the results, and formula, source and script of each optimizer."""

import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from optviz.engine.formula_words import in_words
from optviz.engine.outcomes import ARRIVED, number
from optviz.engine.torch_script import torch_script
from optviz.engine.trajectories import Trajectory
from optviz.figures.rate_words import rate_terms
from optviz.figures.scenes import legend_name
from optviz.figures.style import Theme, styles
from optviz.settings.experiment import OWN_RATES, Entrant, Experiment, encode
from optviz.web import assets
from optviz.web.markdown_escape import plain
from optviz.web.trajectories.headline import headline
from optviz.words import tr

TRAJECTORIES = "api/v1/trajectories"  # where `web.api_route` answers an experiment's runs


def results(experiment: Experiment, trajectories: Sequence[Trajectory], theme: Theme) -> dict[str, Any]:
    """The data of the component `results`: headline, and a row for each optimizer.

    A row says its verdict, final value, distance, and steps to arrive.
    """
    drawn = styles([e.optimizer for e in experiment.entrants], theme)
    rows = []
    for entrant, trajectory, style in zip(experiment.racers, trajectories, drawn, strict=True):
        outcome = trajectory.outcome
        arrived = outcome.step if outcome.kind == "converged" else None
        cells = (
            outcome.sentence,
            number(float(trajectory.values[-1])),
            "—" if math.isnan(outcome.distance) else number(outcome.distance),
            "—" if arrived is None else str(arrived),
        )
        rows.append({"color": style.color, "name": legend_name(entrant), "cells": cells})
    link = urlencode({"format": "csv", **encode(experiment)})
    return {
        "headline": headline(experiment, trajectories),
        "headings": headings(experiment),
        "rows": rows,
        "csv": f"{assets.address(TRAJECTORIES)}?{link}",
        "dark": theme.dark,
    }


def headings(experiment: Experiment) -> tuple[str, ...]:
    """The headings of the table; the first says which rates are compared where the cards do not set them."""
    terms = rate_terms(experiment) if experiment.rates != OWN_RATES else ""
    return (
        tr("Optimizer, {terms}", terms=terms) if terms else tr("Optimizer"),
        tr("What happened"),
        tr("f at the end"),
        tr("Distance to nearest minimum"),
        tr("Stays within {distance} from step", distance=f"{ARRIVED:g}"),
    )


def something_is_open() -> bool:
    """Whether something is open below the results, which each change changes."""
    return any(st.session_state.get(key) for key in ("curvature", "references", "behind"))


def behind(experiment: Experiment) -> None:
    """The gradient, and for the optimizer that one picks its formula, step and PyTorch script.

    Nothing in here is computed or sent while it is closed, so that it costs a slider nothing.
    """
    panel = st.expander(tr("Gradient, formulas and code"), key="behind", on_change="rerun")
    if not panel.open:
        return
    with panel:
        objective = experiment.landscape()
        parts = zip("xy", objective.gradient_latex, strict=False)
        st.markdown(
            "  \n".join(rf"$\dfrac{{\partial f}}{{\partial {axis}}} = {part}$" for axis, part in parts)
        )
        places = range(len(experiment.entrants))
        names = [plain(tr(e.row.name)) for e in experiment.racers]  # some are written by people
        key = f"behind.{'.'.join(names)}"
        picked = st.pills(tr("Optimizer"), places, format_func=lambda i: names[i], default=0, key=key)
        if picked is not None:
            _optimizer(experiment, experiment.racers[picked])


def _optimizer(experiment: Experiment, entrant: Entrant) -> None:
    optimizer = entrant.row
    st.markdown(tr(optimizer.idea))
    st.latex(in_words(optimizer.formula))
    if optimizer.remark:
        st.caption(tr(optimizer.remark))
    left, right = st.columns(2)
    with left:
        st.markdown(tr("**The step as the engine runs it**"))
        st.code(optimizer.source, language="python")
        st.caption(tr(optimizer.reference))
    with right:
        st.markdown(tr("**This run in PyTorch**"))
        st.code(script(experiment, entrant), language="python")


def script(experiment: Experiment, entrant: Entrant) -> str:
    """The PyTorch script of one entrant."""
    return torch_script(
        experiment.landscape(),
        entrant.row,
        dict(entrant.values),
        experiment.start,
        experiment.steps,
        schedule=experiment.schedule,
        schedule_values=dict(experiment.schedule_values),
        noise=experiment.noise,
        seed=experiment.seed,
    )
