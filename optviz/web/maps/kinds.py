"""Going from one kind of map to another, and from a map to the experiment behind a place on it."""

from dataclasses import replace

import streamlit as st

from optviz.engine.landscapes import OBJECTIVES
from optviz.settings.experiment import encode as encode_experiment
from optviz.settings.maps import DEFAULTS, Map, MapSettings, encode
from optviz.settings.telling import told_rates
from optviz.web.components.charts import Picked
from optviz.web.page import Changes
from optviz.web.site import open_page

KEPT = "maps.kinds"  # where the session keeps each kind of map as it was left


def arrange(before: MapSettings, changes: Changes) -> Changes:
    """Another kind of map is shown as it was left, with a landscape that was chosen meanwhile.

    Another landscape gets rates that tell something on it, where nobody has set others and the map sweeps
    none.
    """
    kind = changes.get("map")
    key = changes.get("objective")
    if kind is None and key in OBJECTIVES and key != before.objective and "lr" not in before.swept:
        told = told_rates(before.entrants, before.landscape(), OBJECTIVES[key])
        texts = encode(replace(before, entrants=told))
        return {**{f"o{i}": texts[f"o{i}"] for i in range(1, len(told) + 1)}, **changes}
    if kind is None or kind == before.kind or kind not in DEFAULTS:
        return changes
    kept = st.session_state.setdefault(KEPT, {})
    kept[before.kind] = before
    settings: MapSettings = kept.get(kind, DEFAULTS[kind])
    usual = DEFAULTS[before.kind]
    if (before.objective, before.formula) != (usual.objective, usual.formula):
        settings = replace(
            settings,
            objective=before.objective,
            formula=before.formula,
            start=before.start,
            domain=before.domain,
        )
    dropped: Changes = dict.fromkeys(encode(before))
    return {**dropped, **encode(settings)}


def objections(settings: MapSettings) -> list[str]:
    """Why the map shows no run at all, if so."""
    objection = settings.objection()
    return [objection[1]] if objection else []


def open_experiment(settings: MapSettings, made: Map, picked: Picked) -> None:
    """Go to the experiment behind the place of a map that was clicked."""
    link = encode_experiment(settings.experiment(made, picked.x, picked.y))
    open_page("trajectories", link, leaving=encode(settings))
