"""One's own digit: drawn while the networks train, and what each of them says about it."""

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module

import numpy as np
import streamlit as st

from optviz.figures.drawn_answers import answers_panel, drawings_panel
from optviz.figures.scenes import legend_name
from optviz.figures.style import Theme, racer_styles, styles
from optviz.runs import drawings, scheduler
from optviz.runs.database import StoreUnavailableError
from optviz.runs.drawings import MOST_OF_PERSON, UNKNOWN, Drawing
from optviz.runs.history import History, Lane, watch
from optviz.runs.store import RunError, Store
from optviz.training.datasets import DATASETS
from optviz.training.drawing import MAKERS, image_of
from optviz.training.events import Answers
from optviz.web.components.charts import charts
from optviz.web.components.drawing import drawing_pad
from optviz.web.markdown_escape import plain
from optviz.web.tables import table
from optviz.web.train.run_panel import LOOK_SECONDS, Watched
from optviz.web.visitors import owner
from optviz.words import tr

state = st.session_state
Shares = tuple[float, ...]


def drawing_part(seen: Watched, theme: Theme) -> None:
    """A part that opens; nothing in it is read or sent while it is closed."""
    if seen.history is None:
        return
    part = st.expander(tr("Your own digit: what do the networks say?"), key="own-digit", on_change="rerun")
    if not part.open:
        return
    run = seen.history.run
    with part:
        if run.config.dataset not in MAKERS:
            st.caption(
                tr(
                    "{name} holds no digits; train on MNIST or on the digits.",
                    name=tr(DATASETS[run.config.dataset].name),
                )
            )
            return
        look = st.fragment(_look, run_every=LOOK_SECONDS if run.active else None)
        look(run.id, theme)


def _look(run_id: str, theme: Theme) -> None:
    if said := state.pop("own.said", ""):
        st.warning(plain(said))
    try:
        history = watch(run_id)
        left, right = st.columns([0.28, 0.72], gap="medium")
        with left:
            _pad(history)
        with right:
            _answers(history, theme)
    except (RunError, StoreUnavailableError) as error:
        st.warning(plain(str(error)))


def _keys(run_id: str) -> tuple[str, str, str]:
    """Where the session keeps the place that is drawn in, how often it was cleared, the last stroke."""
    return f"own.{run_id}.slot", f"own.{run_id}.clear", f"own.{run_id}.stroke"


def _pad(history: History) -> None:
    """The square, what is meant, and the buttons for the next drawing and for erasing."""
    run = history.run
    slot_key, clear_key, stroke_key = _keys(run.id)
    mine = _mine(run.id)
    state.setdefault(slot_key, (max((d.slot for d in mine), default=-1) + 1) % MOST_OF_PERSON)
    slot = state[slot_key]
    ink = drawing_pad(
        key=f"own.{run.id}.pad", clear=state.setdefault(clear_key, 0), label=tr("A square to draw in")
    )
    if ink and ink.number > state.get(stroke_key, 0):
        state[stroke_key] = ink.number
        image = image_of(ink.ink, run.config.dataset)
        if image is None:
            st.caption(tr("The drawing is empty: draw a digit with mouse, finger or pen."))
        else:
            label = next((d.label for d in mine if d.slot == slot), UNKNOWN)
            drawings.put(_store(), run.id, owner(), slot, image.reshape(-1), label)
    here = any(drawing.slot == slot for drawing in _mine(run.id))
    if not here:
        st.caption(tr("Draw a digit here with mouse, finger or pen."))
    meant = f"own.{run.id}.meant.{slot}"
    st.selectbox(
        tr("It is meant to be"),
        [UNKNOWN, *range(10)],
        format_func=lambda label: tr("not said") if label == UNKNOWN else str(label),
        key=meant,
        disabled=not here,
        on_change=lambda: _try(lambda: drawings.name(_store(), run.id, owner(), slot, state[meant])),
    )
    with st.container(horizontal=True, gap="small"):
        st.button(tr("Next drawing"), key="own.next", disabled=not here, on_click=_next, args=(run.id,))
        st.button(tr("Erase"), key="own.erase", disabled=not here, on_click=_erase, args=(run.id,))


def _next(run_id: str) -> None:
    """Keep what is drawn, and begin another drawing in the next place; the oldest makes room."""
    slot, clear, _ = _keys(run_id)
    state[slot] = (state[slot] + 1) % MOST_OF_PERSON
    state[clear] += 1
    _try(lambda: drawings.erase(_store(), run_id, owner(), state[slot]))


def _erase(run_id: str) -> None:
    slot, clear, _ = _keys(run_id)
    state[clear] += 1
    _try(lambda: drawings.erase(_store(), run_id, owner(), state[slot]))


def _try(act: Callable[[], object]) -> None:
    try:
        act()
    except (RunError, StoreUnavailableError) as error:
        state["own.said"] = str(error)


def _answers(history: History, theme: Theme) -> None:
    """Bars for the drawing at hand, all drawings as the networks get them, and who is right since when."""
    run, info = history.run, DATASETS[history.run.config.dataset]
    mine = _mine(run.id)
    if not mine:
        st.markdown(
            tr(
                "What you draw is cropped, scaled and centred as the data set was made. "
                "Every network gets it."
            )
        )
        return
    names = [legend_name(entrant) for entrant in run.config.entrants]
    racing = len(names) > 1
    drawn = racer_styles(len(names), theme) if racing else styles(names, theme)
    newest = {drawing.number: _newest(history, drawing) for drawing in mine}
    current = next((d for d in mine if d.slot == state[_keys(run.id)[0]]), mine[-1])
    images = np.array([drawing.pixels for drawing in mine]).reshape(-1, *info.shape)
    captions = [_caption(place, drawing) for place, drawing in enumerate(mine, 1)]
    charts(
        [
            answers_panel(names, newest[current.number], info.class_names, drawn, theme),
            drawings_panel(images, captions, info.white, theme),
        ],
        key="own-charts",
        version=f"{current.number} {list(newest.items())} {captions} {theme.dark}",
        legend=[
            {"name": name, "color": style.color, "dash": "block"}
            for name, style in zip(names, drawn, strict=True)
        ]
        if racing
        else [],
        least=320,
    )
    rows = []
    for place, (name, style) in enumerate(zip(names, drawn, strict=True)):
        cells = [_said(history.lanes[place], d, newest[d.number][place], info.class_names) for d in mine]
        rows.append((style.color, name, cells))
    table((tr("Network"), *captions), rows, told=False)


def _caption(place: int, drawing: Drawing) -> str:
    if drawing.label == UNKNOWN:
        return tr("No. {place}", place=place)
    return tr("No. {place}, a {digit}", place=place, digit=drawing.label)


def _said(lane: Lane, drawing: Drawing, shares: Shares | None, classes: tuple[str, ...]) -> str:
    """What a network says now, and since which step it has been right."""
    if shares is None:
        return tr("not answered yet")
    best = int(np.argmax(shares))
    said = f"{classes[best]} ({shares[best]:.0%})"
    if drawing.label == UNKNOWN:
        return said
    if best != drawing.label:
        return tr("{said}, wrong", said=said)
    since = right_since(lane, drawing.number, drawing.label)
    if since is None:
        return tr("{said}, right", said=said)
    return tr("{said}, right since step {step}", said=said, step=f"{since:,}")


def right_since(lane: Lane, number: int, label: int) -> int | None:
    """The step from which on every answer to a drawing was right; None without answers while it trained."""
    since = None
    for event in lane.events:
        if isinstance(event, Answers) and number in event.drawings:
            right = int(np.argmax(event.probabilities[event.drawings.index(number)])) == label
            since = (since if since is not None else event.step) if right else None
    return since


def _newest(history: History, drawing: Drawing) -> tuple[Shares | None, ...]:
    """The newest probabilities of every network: told while it trained, or those of its checkpoint."""
    told = [_told(lane, drawing.number) for lane in history.lanes]
    if history.run.active or history.checkpoint is None or all(shares is not None for shares in told):
        return tuple(told)
    return _from_checkpoint(history.run.id, history.checkpoint.step, drawing.number, drawing.pixels.tobytes())


def _told(lane: Lane, number: int) -> Shares | None:
    for event in reversed(lane.events):
        if isinstance(event, Answers) and number in event.drawings:
            return event.probabilities[event.drawings.index(number)]
    return None


@lru_cache(maxsize=256)
def _from_checkpoint(run_id: str, step: int, number: int, pixels: bytes) -> tuple[Shares | None, ...]:
    """What the networks of the last checkpoint say; torch is loaded when somebody asks and not before."""
    answering = import_module("optviz.training.answering")
    run = watch(run_id).run
    image = np.frombuffer(pixels, np.uint8)[None]
    return tuple(
        answering.answers(run.config.alone(place), model, image, "cpu")[0]
        for place, model in enumerate(_networks(run_id, step))
    )


@lru_cache(maxsize=4)
def _networks(run_id: str, step: int) -> list:
    saved = _store().checkpoint(run_id)
    if saved is None:
        return []
    return import_module("optviz.training.answering").networks(saved.data, watch(run_id).run.config)


def _mine(run_id: str) -> list[Drawing]:
    return drawings.of_person(_store(), run_id, owner())


def _store() -> Store:
    return scheduler.current().store
