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
from optviz.objectives import OBJECTIVES
from optviz.optimizers import OPTIMIZERS, Optimizer
from optviz.schedules import SCHEDULES, Schedule
from optviz.web.hyperparameter import adjust, exact, held
from optviz.web.words import plain

state = st.session_state
TYPED = "formula"
AXES = ("x", "y")


def experiment_from_page() -> Experiment:
    """What the address and the widgets say, written back to the address.

    This reads only `st.session_state`, where Streamlit has put what the person changed, so that the
    picture can be drawn and sent before the many widgets of the sidebar are.
    """
    link = st.query_params.to_dict()
    if "experiment" not in state or (link and link != state.get("link")):
        fill(*decode(link))
    elif "w.objective" not in state:  # back from another page, where the widgets were dropped
        fill(state.experiment, [])
    experiment = _read(state.experiment)
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


def _read(last: Experiment) -> Experiment:
    """The experiment that the widgets say; what is refused stays as it was in `last`."""
    state.refused = state.refused_domain = ""
    objective, formula, landscape = state["w.objective"], "", None
    if objective == TYPED:
        try:
            formula = state["w.formula"]
            landscape = parse(formula)
        except FormulaError as error:
            state.refused = str(error)
            objective, formula = last.objective, last.formula
    landscape = landscape or (last.landscape() if state.refused else OBJECTIVES[objective])
    axes = AXES[: landscape.dimension]
    domain = tuple(
        (state.get(f"w.low.{axis}", low), state.get(f"w.high.{axis}", high))
        for axis, (low, high) in zip(axes, landscape.domain, strict=True)
    )
    state.refused_domain = domain_complaint(domain) or ""
    schedule = state["w.schedule"]
    return Experiment(
        objective=objective,
        formula=formula,
        start=tuple(
            state.get(f"w.start.{axis}", default) for axis, default in zip(axes, landscape.start, strict=True)
        ),
        domain=landscape.domain if state.refused_domain else domain,
        steps=state["w.steps"],
        entrants=tuple(
            Entrant(
                state[f"w.{slot}"], _values(f"w.{slot}.{state[f'w.{slot}']}", OPTIMIZERS[state[f"w.{slot}"]])
            )
            for slot in state.slots
        ),
        schedule=schedule,
        schedule_values=_values(f"w.schedule.{schedule}", SCHEDULES[schedule]),
        noise=state["w.noise"],
        seed=state["w.seed"],
        log_loss=state["w.log"],
    )


def _values(prefix: str, row: Optimizer | Schedule) -> Values:
    """A value for every hyperparameter of a table's row, the default where no widget was shown yet."""
    return tuple(
        (h.name, state.get(f"{prefix}.{h.name}", int(h.default) if h.integer else h.default))
        for h in row.hyperparameters
    )


def sidebar(theme: Theme) -> None:
    """Draw every widget, in the order in which one thinks."""
    landscape = state.experiment.landscape()
    with st.sidebar:
        _objective(landscape)
        _start(landscape)
        _entrants(theme)
        adjust(STEPS, "w.steps", label="Steps")
        with st.expander("Schedule, noise, view"):
            _schedule()
            exact(NOISE, "w.noise", label=r"Gradient noise $\sigma$")
            exact(SEED, "w.seed", label="Seed of the noise")
            _domain(landscape)
            st.toggle("Logarithmic loss axis", key=held("w.log", True))


def _objective(landscape: Objective) -> None:
    st.selectbox(
        "Objective",
        [TYPED, *OBJECTIVES],
        key=held("w.objective", landscape.key),
        format_func=_title,
        on_change=_moved,
    )
    if state["w.objective"] != TYPED:
        st.caption(landscape.notes)
        return
    st.text_input(
        "Formula in x, or in x and y",
        key=held("w.formula", ""),
        placeholder="x**2 + 3*sin(2*y)",
        on_change=_moved,
        help="Numbers, + − * / ^, parentheses, pi, e, and functions such as sin, exp, log, sqrt, abs.",
    )
    if not state["w.formula"].strip():
        st.info("Type a formula, for example `(1 - x)^2 + 100*(y - x^2)^2`, and press Enter.")
    elif state.refused:
        st.error(f"{plain(state.refused)} The picture still shows $f = {landscape.latex}$.")


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


def _start(landscape: Objective) -> None:
    columns = st.columns(landscape.dimension, gap="small")
    for axis, column, default in zip(AXES, columns, landscape.start, strict=False):
        hint = "Or click the picture, or drag the ring."
        with column:
            exact(
                replace(COORDINATE, default=default, help=hint), f"w.start.{axis}", label=f"Start ${axis}_0$"
            )


def _entrants(theme: Theme) -> None:
    drawn = styles([state[f"w.{slot}"] for slot in state.slots], theme)
    for slot, style in zip(state.slots, drawn, strict=True):
        with st.container(border=True, gap="small"):
            _entrant(slot, style.color)
    if len(state.slots) < MOST_ENTRANTS:
        st.button("Add an optimizer", on_click=_add, width="stretch", icon=":material/add:")


def _entrant(slot: int, color: str) -> None:
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    row.html(f'<div style="width:12px;height:26px;border-radius:3px;background:{color}"></div>', width=14)
    key = row.selectbox(
        f"Optimizer {slot + 1}",
        list(OPTIMIZERS),
        key=held(f"w.{slot}", "gd"),
        format_func=lambda k: OPTIMIZERS[k].name,
        label_visibility="collapsed",
    )
    row.button(
        "",
        key=f"w.{slot}.remove",
        icon=":material/close:",
        help="Remove this optimizer",
        on_click=_remove,
        args=(slot,),
        disabled=len(state.slots) == 1,
        type="tertiary",
    )
    prefix = f"w.{slot}.{key}"
    for h in OPTIMIZERS[key].hyperparameters:
        if not h.rare:
            adjust(h, f"{prefix}.{h.name}")
    rare = [h for h in OPTIMIZERS[key].hyperparameters if h.rare]
    if rare:
        with st.popover("More", type="tertiary"):
            for h in rare:
                exact(h, f"{prefix}.{h.name}")


def _add() -> None:
    slot = max(state.slots) + 1
    used = {state[f"w.{s}"] for s in state.slots}
    key = next((k for k in OPTIMIZERS if k not in used), "gd")
    state.slots = [*state.slots, slot]
    _fill_slot(slot, Entrant.of(key))


def _remove(slot: int) -> None:
    state.slots = [s for s in state.slots if s != slot]


def _schedule() -> None:
    key = st.selectbox(
        "Learning-rate schedule",
        list(SCHEDULES),
        key=held("w.schedule", "constant"),
        format_func=lambda k: SCHEDULES[k].name,
    )
    st.markdown(f"${SCHEDULES[key].formula}$")
    for h in SCHEDULES[key].hyperparameters:
        exact(h, f"w.schedule.{key}.{h.name}")


def _domain(landscape: Objective) -> None:
    for axis, (low, high) in zip(AXES, landscape.domain, strict=False):
        left, right = st.columns(2, gap="small")
        with left:
            exact(replace(COORDINATE, default=low), f"w.low.{axis}", label=f"${axis}$ from")
        with right:
            exact(replace(COORDINATE, default=high), f"w.high.{axis}", label=f"${axis}$ to")
    if state.refused_domain:
        st.error(f"{plain(state.refused_domain)} The picture shows the objective's own domain.")
