"""The widgets that Trajectories and Maps share: the landscape, the start, the part shown, the schedule.

Every function takes `at`, the word that the keys of a page's widgets begin with.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import FormulaError, Objective, parse
from optviz.engine.optimizers import Optimizer
from optviz.engine.schedules import SCHEDULES, Schedule
from optviz.settings.link import COORDINATE, Values, domain_complaint
from optviz.web.hyperparameter_widgets import exact, held
from optviz.web.markdown_escape import plain

state = st.session_state
TYPED = "formula"
AXES = ("x", "y")


@dataclass(frozen=True, slots=True)
class Ground:
    """What the widgets say; `refused` and `refused_domain` say what of it cannot be used, or are empty."""

    objective: str
    formula: str
    landscape: Objective
    start: tuple[float, ...]
    domain: tuple[tuple[float, float], ...]
    refused: str
    refused_domain: str


def fill_ground(
    at: str, objective: str, formula: str, start: tuple[float, ...], domain: tuple[tuple[float, float], ...]
) -> None:
    """Set the widgets."""
    state[f"{at}.objective"] = objective
    state[f"{at}.formula"] = formula
    place(at, start, domain)


def place(at: str, start: tuple[float, ...], domain: tuple[tuple[float, float], ...]) -> None:
    """Set the start and the part of the landscape that is shown."""
    for axis, coordinate, (low, high) in zip(AXES, start, domain, strict=False):
        state[f"{at}.start.{axis}"] = coordinate
        state[f"{at}.low.{axis}"], state[f"{at}.high.{axis}"] = low, high


def read_ground(at: str, last_objective: str, last_formula: str) -> Ground:
    """What the widgets say; a formula that is refused leaves the last landscape."""
    refused, objective, formula = "", state[f"{at}.objective"], ""
    if objective == TYPED:
        formula = state[f"{at}.formula"]
        try:
            parse(formula)
        except FormulaError as error:
            refused, objective, formula = str(error), last_objective, last_formula
    landscape = parse(formula) if objective == TYPED else OBJECTIVES[objective]
    axes = AXES[: landscape.dimension]
    domain = tuple(
        (state.get(f"{at}.low.{axis}", low), state.get(f"{at}.high.{axis}", high))
        for axis, (low, high) in zip(axes, landscape.domain, strict=True)
    )
    refused_domain = domain_complaint(domain) or ""
    return Ground(
        objective,
        formula,
        landscape,
        start=tuple(
            state.get(f"{at}.start.{axis}", v) for axis, v in zip(axes, landscape.start, strict=True)
        ),
        domain=landscape.domain if refused_domain else domain,
        refused=refused,
        refused_domain=refused_domain,
    )


def values_of(prefix: str, row: Optimizer | Schedule) -> Values:
    """A value for every hyperparameter of a table's row, the default where no widget was shown yet."""
    return tuple(
        (h.name, state.get(f"{prefix}.{h.name}", int(h.default) if h.integer else h.default))
        for h in row.hyperparameters
    )


def objective_picker(at: str, ground: Ground, on_moved: Callable[[], None]) -> None:
    """The landscapes by name, and a field for one's own formula."""
    landscape = ground.landscape
    st.selectbox(
        "Objective",
        [TYPED, *OBJECTIVES],
        key=held(f"{at}.objective", landscape.key),
        format_func=_title,
        on_change=on_moved,
    )
    if state[f"{at}.objective"] != TYPED:
        st.caption(landscape.notes)
        return
    st.text_input(
        "Formula in x, or in x and y",
        key=held(f"{at}.formula", ""),
        placeholder="x**2 + 3*sin(2*y)",
        on_change=on_moved,
        help="Numbers, + − * / ^, parentheses, pi, e, and functions such as sin, exp, log, sqrt, abs.",
    )
    if not state[f"{at}.formula"].strip():
        st.info("Type a formula, for example `(1 - x)^2 + 100*(y - x^2)^2`, and press Enter.")
    elif ground.refused:
        st.error(f"{plain(ground.refused)} The picture still shows $f = {landscape.latex}$.")


def _title(key: str) -> str:
    if key == TYPED:
        return "Your own formula…"
    objective = OBJECTIVES[key]
    return f"{objective.name} · {objective.dimension}D, {objective.group}"


def start_fields(at: str, landscape: Objective, hint: str) -> None:
    """A field for each coordinate of the start."""
    columns = st.columns(landscape.dimension, gap="small")
    for axis, column, default in zip(AXES, columns, landscape.start, strict=False):
        with column:
            h = replace(COORDINATE, default=default, help=hint)
            exact(h, f"{at}.start.{axis}", label=f"Start ${axis}_0$")


def domain_fields(at: str, ground: Ground) -> None:
    """Two fields for each variable: from where to where."""
    for axis, (low, high) in zip(AXES, ground.landscape.domain, strict=False):
        left, right = st.columns(2, gap="small")
        with left:
            exact(replace(COORDINATE, default=low), f"{at}.low.{axis}", label=f"${axis}$ from")
        with right:
            exact(replace(COORDINATE, default=high), f"{at}.high.{axis}", label=f"${axis}$ to")
    if ground.refused_domain:
        st.error(f"{plain(ground.refused_domain)} The picture shows the objective's own domain.")


def fill_schedule(at: str, schedule: str, values: Values) -> None:
    """Set the widgets of the schedule."""
    state[f"{at}.schedule"] = schedule
    for name, value in values:
        state[f"{at}.schedule.{schedule}.{name}"] = value


def read_schedule(at: str) -> tuple[str, Values]:
    """The schedule and a value for each of its hyperparameters."""
    key = state[f"{at}.schedule"]
    return key, values_of(f"{at}.schedule.{key}", SCHEDULES[key])


def schedule_picker(at: str) -> None:
    """The schedules by name, the formula, and its numbers."""
    key = st.selectbox(
        "Learning-rate schedule",
        list(SCHEDULES),
        key=held(f"{at}.schedule", "constant"),
        format_func=lambda k: SCHEDULES[k].name,
    )
    st.markdown(f"${SCHEDULES[key].formula}$")
    for h in SCHEDULES[key].hyperparameters:
        exact(h, f"{at}.schedule.{key}.{h.name}")
