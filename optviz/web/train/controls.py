"""Train live as a page with settings: its configuration, the run that is shown, and those laid over it."""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from optviz.engine.hyperparameters import HyperparameterError
from optviz.engine.optimizers import OF_MATRICES
from optviz.figures.training_curves import View
from optviz.runs.database import StoreUnavailableError
from optviz.runs.history import watch
from optviz.runs.store import RunError
from optviz.settings.link import TRACKING, Link, fields_of, is_unicode
from optviz.training.config import BESIDES, RIVALS, SHARPNESS, TrainingConfig, decode, encode
from optviz.training.datasets import DATASETS
from optviz.training.network_fields import DROPOUT, PerLayer
from optviz.training.presets import PRESETS, first
from optviz.web.page import Changes, Page
from optviz.web.train.curve_view import VIEW, read_view, write_view
from optviz.words import join, tr

MOST_OVERLAYS = 5
RUN, OVERLAYS = "training.run", "training.overlays"  # where the session keeps what is shown
HIDDEN = next(f for f in fields_of(TrainingConfig) if type(f) is PerLayer)
state = st.session_state


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the page shows: the configuration in the panel, the run, and the runs laid over it.

    `complaint` says why the last edit makes no configuration; `config` is then the one before. `view` is
    how the curves are looked at.
    """

    config: TrainingConfig
    complaint: str = ""
    run: str = ""
    overlays: tuple[str, ...] = ()
    view: View = field(default_factory=View)


def _open(link: Link) -> tuple[TrainingConfig, list[str]]:
    """Read a link; one with nothing but a run opens the configuration of that run."""
    overlays = [o for o in _id(link, "over").split("_") if o]
    run, rest = _id(link, "run"), link.keys() - BESIDES
    said = any(not name.lower().startswith(TRACKING) for name in link)
    config, notices = decode(link) if said else (first().config, [])
    if run and not rest:
        try:
            shown = watch(run).run
            config, notices = shown.config, list(map(tr, shown.complaints))
        except (RunError, StoreUnavailableError):
            pass  # the page says so where the run would be
    if len(overlays) > MOST_OVERLAYS:
        overlaid = tr(
            "This link overlays {count} runs; {most} are shown.", count=len(overlays), most=MOST_OVERLAYS
        )
        notices.append(overlaid)
    state[RUN], state[OVERLAYS] = run, overlays[:MOST_OVERLAYS]
    state[VIEW] = read_view(link, notices)
    return config, notices


def _id(link: Link, name: str) -> str:
    """The text of a name that no field reads; a forged message may hold anything."""
    text = link.get(name, "")
    return text if isinstance(text, str) and is_unicode(text) else ""


def _address(config: TrainingConfig) -> Link:
    """The configuration, the run and its overlays, and how the curves are looked at."""
    over = {"over": "_".join(state[OVERLAYS])} if state[OVERLAYS] else {}
    return encode(config) | ({"run": state[RUN]} if state[RUN] else {}) | over | write_view(state[VIEW])


def arrange(before: TrainingConfig, changes: Changes) -> Changes:
    """One share of dropout stands for all hidden layers, also when their number changes."""
    hidden, drop = changes.get("hidden"), changes.get("drop")
    try:
        layers = len(before.hidden) if hidden is None else len(HIDDEN.parse(hidden))
    except HyperparameterError:
        return changes  # refused where it was typed
    if drop is None and hidden is not None and len(set(before.dropout)) == 1:
        drop = DROPOUT.write(before.dropout[0])
    if drop is not None and drop.strip() and not set(drop.strip()) & set(" ,_") and drop != "none":
        drop = "_".join([drop.strip()] * layers) or "none"
    return changes if drop is None else {**changes, "drop": drop}


def _presets() -> list[dict[str, Any]]:
    """The presets, as a field that sets all the others, those as well that links leave out when off."""
    off = dict.fromkeys((*RIVALS.names, SHARPNESS.name))
    options = [
        {
            "key": key,
            "name": tr(preset.name),
            "help": tr(preset.about),
            "group": "",
            "values": {**off, **encode(preset.config)},
        }
        for key, preset in PRESETS.items()
    ]
    return [{"name": "preset", "kind": "presets", "label": tr("Preset"), "help": "", "options": options}]


PAGE = Page(TrainingConfig, open=_open, address=_address, arrange=arrange, presets=_presets)


def chosen_on_page() -> Chosen:
    """What the address and the panel say."""
    config = PAGE.read()
    complaint = next(iter(PAGE.refused.values()), "")
    return Chosen(config, complaint, state[RUN], tuple(state[OVERLAYS]), state[VIEW])


def network(config: TrainingConfig) -> str:
    """The layers and the number of parameters, and where the data come from."""
    chain = " – ".join(f"{n:,}" for n in config.widths)
    counted = tr("{chain}: {parameters} parameters.", chain=chain, parameters=f"{config.parameters:,}")
    muon = tr("Muon moves the weights; AdamW, with the same rate and decay, the biases.")
    moved = muon if any(entrant.optimizer in OF_MATRICES for entrant in config.entrants) else ""
    return join(counted, tr(DATASETS[config.dataset].source), moved)


def fill(config: TrainingConfig, notices: list[str]) -> None:
    """Show another configuration in the panel."""
    PAGE.show(config, notices)
