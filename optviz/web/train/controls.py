"""The sidebar of Train live: a configuration from the address bar, edited by widgets.

As on the Trajectories page, the address bar, the widgets and the configuration say the same thing at all
times. The address also names the run that is shown, and those that are laid over it.
"""

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError
from optviz.engine.schedules import SCHEDULES
from optviz.runs.database import StoreUnavailableError
from optviz.runs.history import watch
from optviz.runs.store import RunError
from optviz.training.config import (
    ACTIVATIONS,
    BATCH_SIZE,
    DROPOUT,
    EPOCHS,
    INITIALISATIONS,
    LOSSES,
    MAX_LAYERS,
    NETWORK_OPTIMIZERS,
    SEED,
    UNITS,
    WEIGHT_DECAY,
    TrainingConfig,
    decode,
    encode,
    takes_weight_decay,
)
from optviz.training.datasets import DATASETS
from optviz.training.presets import PRESETS
from optviz.web.address import is_news, write
from optviz.web.hyperparameter_widgets import adjust, exact, held
from optviz.web.markdown_escape import plain

state = st.session_state
OWN = "own"
MOST_OVERLAYS = 5


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the page shows: the configuration in the sidebar, the run, and the runs laid over it.

    `complaint` says why the widgets make no configuration; `config` is then the last one that was good.
    """

    config: TrainingConfig
    complaint: str = ""
    run: str = ""
    overlays: tuple[str, ...] = ()

    def link(self) -> dict[str, str]:
        """The address of the page."""
        return encode(self.config) | self.run_link()

    def run_link(self) -> dict[str, str]:
        """What others need to see the same run; the run itself knows its configuration."""
        over = {"over": "_".join(self.overlays)} if self.overlays else {}
        return ({"run": self.run} if self.run else {}) | over


def chosen_on_page() -> Chosen:
    """Read the address if it is new, show the widgets, and write the address."""
    link = st.query_params.to_dict()
    if "training" not in state or is_news(link, state.get("training.link")):
        _open(link)
    elif "t.dataset" not in state:  # back from another page, where the widgets were dropped
        fill(state.training, [])
    with st.sidebar:
        config, complaint = _widgets(state.training)
    if config != state.training:
        state["training.notices"] = []
    state.training = config
    chosen = Chosen(config, complaint, state["training.run"], tuple(state["training.overlays"]))
    state["training.link"] = chosen.link()
    if link != state["training.link"]:
        write(state["training.link"])
    return chosen


def _open(link: dict[str, str]) -> None:
    """Fill the page from a link; one with nothing but a run gets the configuration of that run."""
    run, overlays = link.get("run", ""), [o for o in link.get("over", "").split("_") if o]
    rest = {key: value for key, value in link.items() if key not in ("run", "over")}
    config, notices = decode(rest) if link else (PRESETS["digits"].config, [])
    if run and not rest:
        try:
            shown = watch(run).run
            config, notices = shown.config, list(shown.complaints)
        except (RunError, StoreUnavailableError):
            pass  # the page says so where the run would be
    if len(overlays) > MOST_OVERLAYS:
        notices.append(f"This link lays {len(overlays)} runs over each other; {MOST_OVERLAYS} are shown.")
    state["training.run"], state["training.overlays"] = run, overlays[:MOST_OVERLAYS]
    fill(config, notices)


def fill(config: TrainingConfig, notices: list[str]) -> None:
    """Set every widget to what `config` says."""
    state.training, state["training.notices"] = config, notices
    state["t.dataset"] = config.dataset
    state["t.hidden"] = ", ".join(map(str, config.hidden))
    state["t.activation"], state["t.loss"] = config.activation, config.loss
    state["t.initialisation"] = config.initialisation
    dropout = [f"{share:g}" for share in config.dropout]
    state["t.dropout"] = ", ".join(dropout[:1] if len(set(dropout)) == 1 else dropout)
    state["t.optimizer"], state["t.schedule"] = config.optimizer, config.schedule
    for name, value in config.optimizer_values:
        state[f"t.{config.optimizer}.{name}"] = value
    for name, value in config.schedule_values:
        state[f"t.schedule.{config.schedule}.{name}"] = value
    state["t.batch_size"], state["t.epochs"] = config.batch_size, config.epochs
    state["t.weight_decay"], state["t.seed"] = config.weight_decay, config.seed


def show_notices() -> None:
    """Name what the link said and could not be used, until something is changed."""
    notices = [plain(notice) for notice in state["training.notices"]]
    if notices:
        st.warning(notices[0] if len(notices) == 1 else "\n".join(f"- {notice}" for notice in notices))


def _widgets(last: TrainingConfig) -> tuple[TrainingConfig, str]:
    _preset(last)
    settings: dict[str, Any] = {"dataset": _choice("Data set", "dataset", DATASETS, last.dataset)}
    st.caption(DATASETS[settings["dataset"]].source)
    network, complaint = _network(last)
    optimizer, values = _optimizer(last)
    schedule, schedule_values = _schedule(last)
    adjust(BATCH_SIZE, "t.batch_size", label="Batch size")
    adjust(EPOCHS, "t.epochs", label="Epochs")
    with st.expander("Weight decay, seed"):
        decay = _weight_decay(optimizer)
        exact(SEED, "t.seed", label="Seed")
    st.toggle("Logarithmic loss axis", key=held("t.log", False))
    settings |= network | {
        "optimizer": optimizer,
        "optimizer_values": values,
        "schedule": schedule,
        "schedule_values": schedule_values,
        "batch_size": state["t.batch_size"],
        "epochs": state["t.epochs"],
        "weight_decay": decay,
        "seed": state["t.seed"],
    }
    if complaint:
        return last, complaint
    try:
        config = TrainingConfig(**settings)
    except HyperparameterError as error:
        st.error(str(error))
        return last, str(error)
    return config, ""


def _preset(last: TrainingConfig) -> None:
    """The preset that the settings are those of, if any; choosing one sets them all."""
    state["t.preset"] = next((key for key, preset in PRESETS.items() if preset.config == last), OWN)
    st.selectbox(
        "Preset",
        [*PRESETS, OWN],
        key="t.preset",
        format_func=lambda key: PRESETS[key].name if key in PRESETS else "Your own settings",
        on_change=_take_preset,
    )
    if state["t.preset"] in PRESETS:
        st.caption(PRESETS[state["t.preset"]].about)


def _take_preset() -> None:
    if state["t.preset"] in PRESETS:
        fill(PRESETS[state["t.preset"]].config, [])


def _choice(label: str, name: str, table: Any, last: str) -> str:
    """One of a table, by its stable key; the help tells what each of them does."""
    about = "\n".join(f"- **{c.name}**: {c.help}" for c in table.values() if getattr(c, "help", ""))
    return st.selectbox(
        label,
        list(table),
        key=held(f"t.{name}", last),
        format_func=lambda key: table[key].name,
        help=about or None,
    )


def _network(last: TrainingConfig) -> tuple[dict[str, Any], str]:
    """Layers, activation, loss, first weights, dropout; or what is wrong with them."""
    text = st.text_input(
        "Hidden layers",
        key=held("t.hidden", ", ".join(map(str, last.hidden))),
        placeholder="none: softmax regression",
        help=f"The units of each hidden layer, as in 512, 512; at most {MAX_LAYERS} layers of "
        f"{UNITS.write(UNITS.high)} units. Empty means none at all: softmax regression.",
    )
    complaint = ""
    hidden: tuple[int, ...] = last.hidden
    try:
        hidden = tuple(int(UNITS.parse(part)) for part in _parts(text))
        chain = " – ".join(f"{n:,}" for n in _shape(hidden).widths)
        st.caption(f"{chain}: **{_shape(hidden).parameters:,} parameters**")
    except HyperparameterError as error:
        complaint = str(error)
        st.error(complaint)
    found: dict[str, Any] = {
        "hidden": hidden,
        "activation": _choice("Activation", "activation", ACTIVATIONS, last.activation),
        "loss": _choice("Loss", "loss", LOSSES, last.loss),
    }
    with st.expander("First weights, dropout"):
        found["initialisation"] = _choice(
            "First weights", "initialisation", INITIALISATIONS, last.initialisation
        )
        text = st.text_input(
            "Dropout",
            key=held("t.dropout", "0"),
            help=f"{DROPOUT.help} One number for all hidden layers, or one for each, as in 0.2, 0.5.",
        )
        try:
            shares = [DROPOUT.parse(part) for part in _parts(text)]
            found["dropout"] = tuple(shares * len(hidden) if len(shares) == 1 else shares)
            _shape(hidden, found["dropout"])
        except HyperparameterError as error:
            complaint = complaint or str(error)
            st.error(str(error))
    return found, complaint


def _shape(hidden: tuple[int, ...], dropout: tuple[float, ...] = ()) -> TrainingConfig:
    """The network on the chosen data set, to count and to check it."""
    return TrainingConfig(state["t.dataset"], hidden, dropout=dropout, epochs=1, batch_size=60_000)


def _parts(text: str) -> list[str]:
    """The numbers in what somebody typed, between commas or spaces."""
    return [] if text.strip().lower() == "none" else text.replace(",", " ").split()


def _optimizer(last: TrainingConfig) -> tuple[str, tuple[tuple[str, float], ...]]:
    key = _choice("Optimizer", "optimizer", NETWORK_OPTIMIZERS, last.optimizer)
    optimizer = NETWORK_OPTIMIZERS[key]
    table = [replace(h, default=optimizer.network_defaults[h.name]) for h in optimizer.hyperparameters]
    for h in table:
        if not h.advanced:
            adjust(h, f"t.{key}.{h.name}")
    advanced = [h for h in table if h.advanced]
    if advanced:
        with st.popover("More", type="tertiary"):
            for h in advanced:
                exact(h, f"t.{key}.{h.name}")
    return key, tuple((h.name, state[f"t.{key}.{h.name}"]) for h in table)


def _schedule(last: TrainingConfig) -> tuple[str, tuple[tuple[str, float], ...]]:
    key = _choice("Learning-rate schedule", "schedule", SCHEDULES, last.schedule)
    table: tuple[Hyperparameter, ...] = SCHEDULES[key].hyperparameters
    for h in table:
        exact(h, f"t.schedule.{key}.{h.name}")
    return key, tuple((h.name, state[f"t.schedule.{key}.{h.name}"]) for h in table)


def _weight_decay(optimizer: str) -> float:
    """The weight decay, where the optimizer takes one."""
    if takes_weight_decay(optimizer):
        exact(WEIGHT_DECAY, "t.weight_decay", label=r"Weight decay $\lambda$")
        return state["t.weight_decay"]
    name = NETWORK_OPTIMIZERS[optimizer].name
    st.caption(f"{name} takes no weight decay besides its own hyperparameters.")
    return 0.0
