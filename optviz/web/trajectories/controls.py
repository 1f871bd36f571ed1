"""The sidebar of the Trajectories page: an experiment from the address bar, edited by widgets.

The address bar, the widgets and the picture say the same thing at all times: a new address fills the
widgets, the widgets make an experiment, and the experiment is written to the address.
"""

import contextlib

import streamlit as st

from optviz.engine.objective import FormulaError
from optviz.figures.style import Theme
from optviz.settings.experiment import (
    COORDINATE,
    MOST_ENTRANTS,
    NOISE,
    SEED,
    STEPS,
    Experiment,
    decode,
    encode,
)
from optviz.web.address import is_news, write
from optviz.web.components.stage import chosen_start
from optviz.web.hyperparameter_widgets import adjust, exact, held
from optviz.web.markdown_escape import plain
from optviz.web.trajectories.compared_fields import entrant_slots, fill_slots, read_slots
from optviz.web.trajectories.landscape_fields import (
    AXES,
    domain_fields,
    fill_ground,
    fill_schedule,
    objective_picker,
    place,
    read_ground,
    read_schedule,
    schedule_picker,
    start_fields,
)

state = st.session_state
AT = "w"


def experiment_from_page() -> Experiment:
    """What the address and the widgets say, written back to the address.

    This reads only `st.session_state`, where Streamlit has put what the person changed, so that the
    picture can be drawn and sent before the many widgets of the sidebar are.
    """
    link = st.query_params.to_dict()
    if "experiment" not in state or is_news(link, state.get("link")):
        fill(*decode(link))
    elif "w.objective" not in state:  # back from another page, where the widgets were dropped
        fill(state.experiment, [])
    experiment = _read(state.experiment)
    if experiment != state.experiment:
        state.notices = []
    state.experiment = experiment
    state.link = encode(experiment)
    if link != state.link:
        write(state.link)
    return experiment


def fill(experiment: Experiment, notices: list[str]) -> None:
    """Set every widget to what `experiment` says."""
    e = experiment
    state.experiment, state.notices = e, notices
    fill_ground(AT, e.objective, e.formula, e.start, e.domain)
    state["w.steps"], state["w.noise"], state["w.seed"] = e.steps, e.noise, e.seed
    fill_schedule(AT, e.schedule, e.schedule_values)
    state["w.log"] = e.log_loss
    fill_slots(AT, e.entrants)


def show_notices(notices: list[str] | None = None) -> None:
    """Name what the link said and could not be used, until something is changed."""
    notices = [plain(notice) for notice in (state.notices if notices is None else notices)]
    if len(notices) == 1:
        st.warning(notices[0])
    elif notices:
        st.warning("\n".join(f"- {notice}" for notice in notices))


def set_start() -> None:
    """The start was clicked or dragged on the stage."""
    for axis, coordinate in zip(AXES, chosen_start("stage"), strict=False):
        state[f"w.start.{axis}"] = min(max(float(coordinate), COORDINATE.low), COORDINATE.high)


def _read(last: Experiment) -> Experiment:
    """The experiment that the widgets say; what is refused stays as it was in `last`."""
    state.ground = ground = read_ground(AT, last.objective, last.formula)
    schedule, schedule_values = read_schedule(AT)
    return Experiment(
        objective=ground.objective,
        formula=ground.formula,
        start=ground.start,
        domain=ground.domain,
        steps=state["w.steps"],
        entrants=read_slots(AT),
        schedule=schedule,
        schedule_values=schedule_values,
        noise=state["w.noise"],
        seed=state["w.seed"],
        log_loss=state["w.log"],
    )


def sidebar(theme: Theme) -> None:
    """Draw every widget, in the order in which one thinks."""
    ground = state.ground
    with st.sidebar:
        objective_picker(AT, ground, _moved)
        start_fields(AT, ground.landscape, "Or click the picture, or drag the ring.")
        entrant_slots(AT, theme, MOST_ENTRANTS)
        adjust(STEPS, "w.steps", label="Steps")
        with st.expander("Schedule, noise, view"):
            schedule_picker(AT)
            exact(NOISE, "w.noise", label=r"Gradient noise $\sigma$")
            exact(SEED, "w.seed", label="Seed of the noise")
            domain_fields(AT, ground)
            st.toggle("Logarithmic loss axis", key=held("w.log", True))


def _moved() -> None:
    """Another landscape: go to its recommended start and its own domain, keep the optimizers."""
    # A formula that cannot be used is refused under its field; the last good picture stays.
    with contextlib.suppress(FormulaError):
        e = Experiment().on(state["w.objective"], state.get("w.formula", ""))
        place(AT, e.start, e.domain)
