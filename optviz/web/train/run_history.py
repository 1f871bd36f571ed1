"""The visitor's own runs: open one, overlay others, rename, delete."""

from collections.abc import Callable

import streamlit as st

from optviz.runs import scheduler
from optviz.runs.database import StoreUnavailableError
from optviz.runs.history import accuracies
from optviz.runs.store import MAX_TITLE, Run, RunError
from optviz.web.markdown_escape import plain
from optviz.web.train.controls import MOST_OVERLAYS, Chosen, fill
from optviz.web.train.run_words import describe, name_of, status_of
from optviz.web.visitors import owner
from optviz.words import tr

SHOWN = 8
MOST = 100
state = st.session_state


def own_runs(chosen: Chosen) -> None:
    """A row for each run of the visitor, the newest first."""
    try:
        runs = scheduler.current().store.history(owner(), MOST)
        shown = runs if state.get("runs.all") else runs[:SHOWN]
        reached = accuracies(shown)
    except (RunError, StoreUnavailableError) as error:
        st.warning(plain(str(error)))
        return
    if not runs:
        return
    heading = tr("Your runs")
    st.markdown(f"## {heading}")
    st.caption(
        tr("Select up to {most} runs to overlay their curves on the run that is shown.", most=MOST_OVERLAYS)
    )
    for run in shown:
        _row(run, reached[run.id], chosen)
    if len(runs) > SHOWN:
        st.toggle(tr("Show all {count}", count=len(runs)), key="runs.all")


def _row(run: Run, accuracy: float | None, chosen: Chosen) -> None:
    row = st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"run-row-{run.id}")
    here = run.id == chosen.run
    with row:
        key = f"run.{run.id}.over"
        state[key] = here or run.id in chosen.overlays
        full = len(chosen.overlays) >= MOST_OVERLAYS and not state[key]
        st.checkbox(
            tr("Overlay {run}", run=run.id),
            key=key,
            disabled=here or full or not chosen.run,
            label_visibility="collapsed",
            on_change=_overlay,
            args=(run.id,),
        )
        st.button(
            plain(name_of(run)),
            key=f"run.{run.id}.open",
            type="tertiary",
            disabled=here,
            on_click=_open,
            args=(run,),
            help=tr("Show this run and its configuration."),
        )
        result = f"**{accuracy:.2%}** · " if accuracy is not None else ""
        st.markdown(f"{result}{status_of(run)}", width="content")
        with st.popover(tr("More"), type="tertiary"):
            _more(run)


def _more(run: Run) -> None:
    key = f"run.{run.id}.title"
    state.setdefault(key, run.title)
    st.text_input(
        tr("Name"),
        key=key,
        max_chars=MAX_TITLE,
        placeholder=describe(run.config),
        on_change=_rename,
        args=(run.id,),
    )
    st.button(
        tr("Delete this run"),
        key=f"run.{run.id}.delete",
        icon=":material/delete:",
        on_click=_delete,
        args=(run.id,),
        help=tr("Deletes its events and weights, for everybody. This cannot be undone."),
    )


def _open(run: Run) -> None:
    state["training.run"] = run.id
    state["training.overlays"] = [o for o in state["training.overlays"] if o != run.id]
    fill(run.config, list(map(tr, run.complaints)))


def _overlay(run_id: str) -> None:
    others = [o for o in state["training.overlays"] if o != run_id]
    state["training.overlays"] = [*others, run_id] if state[f"run.{run_id}.over"] else others


def _rename(run_id: str) -> None:
    _try(lambda: scheduler.current().store.rename(run_id, owner(), state[f"run.{run_id}.title"]))


def _delete(run_id: str) -> None:
    if _try(lambda: scheduler.current().store.delete(run_id, owner())):
        state["training.overlays"] = [o for o in state["training.overlays"] if o != run_id]
        if state["training.run"] == run_id:
            state["training.run"] = ""


def _try(act: Callable[[], object]) -> bool:
    try:
        act()
    except (RunError, StoreUnavailableError) as error:
        state["training.said"] = str(error)
        return False
    return True
