"""The sidebar of the Trajectories page: an experiment from the address bar, edited by widgets.

The address bar, the widgets and the picture say the same thing at all times: a new address fills the
widgets, the widgets make an experiment, and the experiment is written to the address.
"""

import contextlib
from dataclasses import replace

import streamlit as st

from optviz.experiments import (
    COORDINATE,
    MOST_ENTRANTS,
    NOISE,
    SEED,
    STEPS,
    Entrant,
    Experiment,
    Values,
    decode,
    domain_complaint,
    encode,
)
from optviz.figures.style import Theme, styles
from optviz.formulas import FormulaError, Objective, parse
from optviz.hyperparameters import Hyperparameter
from optviz.objectives import OBJECTIVES
from optviz.optimizers import OPTIMIZERS
from optviz.schedules import SCHEDULES
from optviz.web.hyperparameter import adjust, exact, keep
from optviz.web.words import plain

state = st.session_state
TYPED = "formula"
AXES = ("x", "y")


def experiment_from_page(theme: Theme) -> Experiment:
    """Read the address if it is new, show the widgets, and write the experiment back to the address."""
    link = st.query_params.to_dict()
    if "experiment" not in state or (link and link != state.get("link")):
        fill(*decode(link))
    elif "w.objective" not in state:  # back from another page, where the widgets were dropped
        fill(state.experiment, [])
    with st.sidebar:
        experiment = _widgets(state.experiment, theme)
    if experiment != state.experiment:
        state.notices = []
    state.experiment = experiment
    state.link = encode(experiment)
    if link != state.link:
        st.query_params.from_dict(state.link)
    return experiment


def fill(experiment: Experiment, notices: list[str]) -> None:
    """Set every widget to what `experiment` says."""
    e = experiment
    state.experiment, state.notices = e, notices
    state["w.objective"] = e.objective
    state["w.formula"] = e.formula
    _place(e)
    state["w.steps"], state["w.noise"], state["w.seed"] = e.steps, e.noise, e.seed
    state["w.schedule"] = e.schedule
    for name, value in e.schedule_values:
        state[f"w.schedule.{e.schedule}.{name}"] = value
    state["w.log"] = e.log_loss
    state.slots = list(range(len(e.entrants)))
    for slot, entrant in enumerate(e.entrants):
        _fill_slot(slot, entrant)


def _place(e: Experiment) -> None:
    for axis, coordinate, (low, high) in zip(AXES, e.start, e.domain, strict=False):
        state[f"w.start.{axis}"] = coordinate
        state[f"w.low.{axis}"], state[f"w.high.{axis}"] = low, high


def _fill_slot(slot: int, entrant: Entrant) -> None:
    state[f"w.{slot}"] = entrant.optimizer
    for name, value in entrant.values:
        state[f"w.{slot}.{entrant.optimizer}.{name}"] = value


def show_notices() -> None:
    """Name what the link said and could not be used, until something is changed."""
    notices = [plain(notice) for notice in state.notices]
    if len(notices) == 1:
        st.warning(notices[0])
    elif notices:
        st.warning("\n".join(f"- {notice}" for notice in notices))


def set_start() -> None:
    """The start was clicked or dragged on the stage."""
    for axis, coordinate in zip(AXES, state.stage.start or (), strict=False):
        state[f"w.start.{axis}"] = min(max(float(coordinate), COORDINATE.low), COORDINATE.high)


def _widgets(last: Experiment, theme: Theme) -> Experiment:
    objective, formula, landscape = _objective(last)
    start = _start(landscape)
    entrants = _entrants(theme)
    steps = int(adjust(STEPS, "w.steps", label="Steps"))
    with st.expander("Schedule, noise, view"):
        schedule, schedule_values = _schedule()
        noise = exact(NOISE, "w.noise", label=r"Gradient noise $\sigma$")
        seed = int(exact(SEED, "w.seed", label="Seed of the noise"))
        domain = _domain(landscape)
        keep("w.log", True)
        log = st.toggle("Logarithmic loss axis", key="w.log")
    return Experiment(
        objective, formula, start, domain, steps, entrants, schedule, schedule_values, noise, seed, log
    )


def _objective(last: Experiment) -> tuple[str, str, Objective]:
    keep("w.objective", last.objective)
    st.selectbox("Objective", [TYPED, *OBJECTIVES], key="w.objective", format_func=_title, on_change=_moved)
    if state["w.objective"] != TYPED:
        landscape = OBJECTIVES[state["w.objective"]]
        st.caption(landscape.notes)
        return landscape.key, "", landscape
    keep("w.formula", last.formula)
    st.text_input(
        "Formula in x, or in x and y",
        key="w.formula",
        placeholder="x**2 + 3*sin(2*y)",
        on_change=_moved,
        help="Numbers, + − * / ^, parentheses, pi, e, and functions such as sin, exp, log, sqrt, abs.",
    )
    try:
        return TYPED, state["w.formula"], parse(state["w.formula"])
    except FormulaError as error:
        shown = last.landscape()
        if state["w.formula"].strip():
            st.error(f"{plain(str(error))} The picture still shows $f = {shown.latex}$.")
        else:
            st.info("Type a formula, for example `(1 - x)^2 + 100*(y - x^2)^2`, and press Enter.")
        return last.objective, last.formula, shown


def _title(key: str) -> str:
    if key == TYPED:
        return "Your own formula…"
    objective = OBJECTIVES[key]
    return f"{objective.name} · {objective.dimension}D, {objective.group}"


def _moved() -> None:
    """Another landscape: go to its recommended start and its own domain, keep the optimizers."""
    # A formula that cannot be used is refused under its field; the last good picture stays.
    with contextlib.suppress(FormulaError):
        _place(Experiment().on(state["w.objective"], state.get("w.formula", "")))


def _start(landscape: Objective) -> tuple[float, ...]:
    columns = st.columns(landscape.dimension, gap="small")
    found = []
    for axis, column, default in zip(AXES, columns, landscape.start, strict=False):
        kind = replace(COORDINATE, name=f"start {axis}", default=default)
        with column:
            found.append(
                exact(
                    replace(kind, help="Or click the picture, or drag the ring."),
                    f"w.start.{axis}",
                    label=f"Start ${axis}_0$",
                )
            )
    return tuple(found)


def _entrants(theme: Theme) -> tuple[Entrant, ...]:
    keys = [keep(f"w.{slot}", "gd") for slot in state.slots]
    drawn = styles(keys, theme)
    found = []
    for slot, style in zip(state.slots, drawn, strict=True):
        with st.container(border=True, gap="small"):
            found.append(_entrant(slot, style.color))
    if len(state.slots) < MOST_ENTRANTS:
        st.button("Add an optimizer", on_click=_add, width="stretch", icon=":material/add:")
    return tuple(found)


def _entrant(slot: int, color: str) -> Entrant:
    swatch, choice, remove = st.columns([0.08, 0.74, 0.18], vertical_alignment="center", gap="small")
    swatch.html(f'<div style="width:12px;height:26px;border-radius:3px;background:{color}"></div>')
    with choice:
        key = st.selectbox(
            f"Optimizer {slot + 1}",
            list(OPTIMIZERS),
            key=f"w.{slot}",
            format_func=lambda k: OPTIMIZERS[k].name,
            label_visibility="collapsed",
        )
    remove.button(
        "",
        key=f"w.{slot}.remove",
        icon=":material/close:",
        help="Remove this optimizer",
        on_click=_remove,
        args=(slot,),
        disabled=len(state.slots) == 1,
        type="tertiary",
    )
    optimizer = OPTIMIZERS[key]
    values = {}
    for h in optimizer.hyperparameters:
        if not h.rare:
            values[h.name] = adjust(h, f"w.{slot}.{key}.{h.name}")
    rare = [h for h in optimizer.hyperparameters if h.rare]
    if rare:
        with st.popover("More", type="tertiary"):
            for h in rare:
                values[h.name] = exact(h, f"w.{slot}.{key}.{h.name}")
    return Entrant(key, _in_order(values, optimizer.hyperparameters))


def _in_order(values: dict[str, float], table: tuple[Hyperparameter, ...]) -> Values:
    return tuple((h.name, values[h.name]) for h in table)


def _add() -> None:
    slot = max(state.slots) + 1
    used = {state[f"w.{s}"] for s in state.slots}
    key = next((k for k in OPTIMIZERS if k not in used), "gd")
    state.slots = [*state.slots, slot]
    _fill_slot(slot, Entrant.of(key))


def _remove(slot: int) -> None:
    state.slots = [s for s in state.slots if s != slot]


def _schedule() -> tuple[str, Values]:
    keep("w.schedule", "constant")
    key = st.selectbox(
        "Learning-rate schedule", list(SCHEDULES), key="w.schedule", format_func=lambda k: SCHEDULES[k].name
    )
    schedule = SCHEDULES[key]
    st.markdown(f"${schedule.formula}$")
    values = {h.name: exact(h, f"w.schedule.{key}.{h.name}") for h in schedule.hyperparameters}
    return key, _in_order(values, schedule.hyperparameters)


def _domain(landscape: Objective) -> tuple[tuple[float, float], ...]:
    domain = []
    for axis, (low, high) in zip(AXES, landscape.domain, strict=False):
        left, right = st.columns(2, gap="small")
        with left:
            a = exact(replace(COORDINATE, default=low), f"w.low.{axis}", label=f"${axis}$ from")
        with right:
            b = exact(replace(COORDINATE, default=high), f"w.high.{axis}", label=f"${axis}$ to")
        domain.append((a, b))
    complaint = domain_complaint(tuple(domain))
    if complaint:
        st.error(f"{plain(complaint)} The picture shows the objective's own domain.")
        return landscape.domain
    return tuple(domain)
