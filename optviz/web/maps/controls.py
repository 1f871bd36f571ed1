"""The widgets of the page Maps: settings from the address bar, edited, and written back to it.

As on the Trajectories page, the address bar, the widgets and the picture say the same thing at all times.
Each kind of map keeps its own optimizers and ranges while one looks at another.
"""

import contextlib
from dataclasses import replace
from pathlib import Path

import streamlit as st

from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.objective import FormulaError
from optviz.engine.optimizers import OPTIMIZERS
from optviz.figures.style import Theme
from optviz.settings.experiment import SEED
from optviz.settings.experiment import encode as write_experiment
from optviz.settings.maps import (
    DEFAULTS,
    KINDS,
    MAP_NOISE,
    MAP_STEPS,
    RATE,
    RESOLUTION,
    SEEDS,
    WITH_TWO,
    Map,
    MapSettings,
    Side,
    decode,
    encode,
    side_of,
    sides_of,
)
from optviz.web.address import is_news, write
from optviz.web.components.charts import Picked
from optviz.web.hyperparameter_widgets import adjust, exact, held
from optviz.web.markdown_escape import plain
from optviz.web.trajectories.compared_fields import ALL, entrant_slots, fill_slots, read_slots
from optviz.web.trajectories.landscape_fields import (
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
AT = "m"


def settings_from_page() -> MapSettings:
    """What the address and the widgets say, written back to the address; draws nothing."""
    link = st.query_params.to_dict()
    if link and link == state.get("m.opened"):
        link = {}  # the browser's Back, from the experiment that a click on the map has opened
    if "m.settings" not in state or is_news(link, state.get("m.link")):
        state["m.kinds"] = {}
        fill(*decode(link))
    elif "m.objective" not in state:  # back from another page, where the widgets were dropped
        fill(state["m.settings"], [])
    settings = _read(state["m.settings"])
    if settings != state["m.settings"]:
        state["m.notices"] = []
    state["m.settings"] = settings
    state["m.kinds"][settings.kind] = settings
    state["m.link"] = encode(settings)
    if link != state["m.link"]:
        write(state["m.link"])
    return settings


def notices(settings: MapSettings) -> list[str]:
    """What the link said and could not be used, and why the map shows no run at all."""
    complaint = settings.start_complaint()
    return [*state["m.notices"], *([f"{complaint} Choose another start."] if complaint else [])]


def open_experiment(page: Path, settings: MapSettings, made: Map, picked: Picked) -> None:
    """Go to the experiment behind the place of a map that was clicked."""
    state["m.opened"] = link = write_experiment(settings.experiment(made, picked.x, picked.y))
    st.switch_page(page, query_params=link)


def fill(settings: MapSettings, notices: list[str]) -> None:
    """Set every widget to what the settings say."""
    m = settings
    state["m.settings"], state["m.notices"] = m, notices
    state["m.kind"] = m.kind
    fill_ground(AT, m.objective, m.formula, m.start, m.domain)
    fill_slots(AT, m.entrants)
    fill_schedule(AT, m.schedule, m.schedule_values)
    state["m.steps"], state["m.resolution"] = m.steps, m.resolution
    state["m.noise"], state["m.seed"], state["m.seeds"] = m.noise, m.seed, m.seeds
    state["m.rates.low"], state["m.rates.high"] = m.rates
    _fill_sides(m.sides)


def _fill_sides(sides: tuple[Side, ...]) -> None:
    for axis, side in zip("xy", sides, strict=False):
        state[f"m.side.{axis}"] = side.name
        state[f"m.{axis}.{side.name}.low"], state[f"m.{axis}.{side.name}.high"] = side.low, side.high


def _read(last: MapSettings) -> MapSettings:
    """The settings that the widgets say; what is refused stays as it was in `last`."""
    state["m.ground"] = ground = read_ground(AT, last.objective, last.formula)
    same_ground = (ground.objective, ground.formula) == (last.objective, last.formula)
    basins = last.kind == "basins"
    entrants = read_slots(AT)
    schedule, schedule_values = read_schedule(AT)
    read = replace(
        last,
        objective=ground.objective,
        formula=ground.formula,
        # Each of the two has widgets on some of the maps only; on the others it stays.
        start=last.start if basins and same_ground else ground.start,
        domain=ground.domain if basins or not same_ground else last.domain,
        steps=state["m.steps"],
        entrants=entrants,
        rates=(state.get("m.rates.low", last.rates[0]), state.get("m.rates.high", last.rates[1])),
        sides=_read_sides(last, entrants[0].optimizer) if last.sides else (),
        resolution=state.get("m.resolution", last.resolution),
        noise=state.get("m.noise", last.noise),
        seed=state.get("m.seed", last.seed),
        seeds=state.get("m.seeds", last.seeds),
        schedule=schedule,
        schedule_values=schedule_values,
    )
    state["m.refused"] = refused = "" if basins else read.complaint() or ""
    if refused:
        read = replace(read, rates=last.rates, sides=last.sides)
    state["m.refused_start"] = read.start_complaint() or ""
    if state["m.refused_start"] and not last.start_complaint():
        read = replace(
            read, objective=last.objective, formula=last.formula, start=last.start, domain=last.domain
        )
    return read


def _read_sides(last: MapSettings, optimizer: str) -> tuple[Side, Side]:
    """The sides; another optimizer begins with its own."""
    if optimizer != last.entrants[0].optimizer:
        _fill_sides(sides_of(optimizer))
    found = []
    for axis, default in zip("xy", sides_of(optimizer), strict=True):
        name = state.get(f"m.side.{axis}", default.name)
        usual = side_of(next(h for h in OPTIMIZERS[optimizer].hyperparameters if h.name == name))
        prefix = f"m.{axis}.{name}"
        low, high = state.get(f"{prefix}.low", usual.low), state.get(f"{prefix}.high", usual.high)
        found.append(Side(name, float(low), float(high)))
    return found[0], found[1]


def kind_picker() -> None:
    """The four maps, side by side, and the question that the chosen one answers."""
    st.segmented_control(
        "Map",
        list(KINDS),
        key=held("m.kind", "sweep"),
        format_func=lambda key: KINDS[key].name,
        required=True,
        label_visibility="collapsed",
        on_change=_another_kind,
    )


def _another_kind() -> None:
    """Go to another map as it was left, but take along a landscape that was chosen."""
    last, kind = state["m.settings"], state["m.kind"]
    settings = state["m.kinds"].get(kind, DEFAULTS[kind])
    if (last.objective, last.formula) != (DEFAULTS[last.kind].objective, ""):
        settings = replace(
            settings, objective=last.objective, formula=last.formula, start=last.start, domain=last.domain
        )
    fill(settings, [])


def sidebar(theme: Theme) -> None:
    """Draw every widget, in the order in which one thinks."""
    ground, settings = state["m.ground"], state["m.settings"]
    kind = KINDS[settings.kind]
    with st.sidebar:
        objective_picker(AT, ground, _moved)
        if kind.key == "basins":
            domain_fields(AT, ground)
        else:
            start_fields(AT, ground.landscape, "Every run begins here.")
            if state["m.refused_start"]:
                st.error(f"{plain(state['m.refused_start'])} Choose another start.")
        options = WITH_TWO if kind.key == "stability" else ALL
        entrant_slots(AT, theme, kind.most, options=options, without=settings.swept)
        if kind.key == "sweep":
            _range(RATE, "m.rates", r"$\eta$")
        if kind.key == "stability":
            _sides(settings)
        if state["m.refused"]:
            st.error(f"{plain(state['m.refused'])} The map still shows the range before.")
        adjust(MAP_STEPS, "m.steps", label="Steps")
        if kind.key == "noise":
            adjust(MAP_NOISE, "m.noise", label=r"Gradient noise $\sigma$")
            adjust(SEEDS, "m.seeds", label="Draws of the noise")
        else:
            label = "Rates" if kind.key == "sweep" else "Cells along each side"
            adjust(RESOLUTION, "m.resolution", label=label)
        with st.expander("Schedule and seed" if kind.key == "noise" else "Schedule"):
            schedule_picker(AT)
            if kind.key == "noise":
                exact(SEED, "m.seed", label="First seed of the noise")


def _sides(settings: MapSettings) -> None:
    """Which hyperparameter goes across and which goes up, and from where to where."""
    table = {h.name: h for h in OPTIMIZERS[settings.entrants[0].optimizer].hyperparameters}
    for axis, label, side in zip("xy", ("Across", "Up"), settings.sides, strict=True):
        name = st.selectbox(
            label,
            list(table),
            key=held(f"m.side.{axis}", side.name),
            format_func=lambda n: f"{n} · {table[n].help}" if table[n].help else n,
        )
        kind = int if table[name].integer else float
        for end, value in (("low", side_of(table[name]).low), ("high", side_of(table[name]).high)):
            key = f"m.{axis}.{name}.{end}"
            state[key] = kind(state.get(key, value))
        _range(table[name], f"m.{axis}.{name}", f"${table[name].symbol}$")


def _range(h: Hyperparameter, prefix: str, symbol: str) -> None:
    left, right = st.columns(2, gap="small")
    help_ = f"Allowed is {h.write(h.low)} to {h.write(h.high)}."
    with left:
        exact(replace(h, default=h.low, help=help_), f"{prefix}.low", label=f"{symbol} from")
    with right:
        exact(replace(h, default=h.high, help=help_), f"{prefix}.high", label=f"{symbol} to")


def _moved() -> None:
    """Another landscape: go to its recommended start and its own domain, keep all else."""
    # A formula that cannot be used is refused under its field; the last good map stays.
    with contextlib.suppress(FormulaError):
        moved = MapSettings().on(state["m.objective"], state.get("m.formula", ""))
        place(AT, moved.start, moved.domain)
