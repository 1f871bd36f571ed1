"""Forks: the button that makes one, and the family of the run that is shown, as a tree."""

import streamlit as st

from optviz.engine.schedules import SCHEDULES
from optviz.figures.scenes import legend_name
from optviz.runs import forks, scheduler
from optviz.runs.database import StoreUnavailableError
from optviz.runs.forks import Member
from optviz.runs.history import History, accuracies
from optviz.runs.store import Run, RunError
from optviz.settings.link import encode
from optviz.training.config import TrainingConfig
from optviz.training.forks import Origin
from optviz.training.losses import LOSSES
from optviz.web.markdown_escape import plain
from optviz.web.train.controls import MOST_OVERLAYS, Chosen, fill
from optviz.web.train.run_words import name_of, status_of, with_rate
from optviz.web.visitors import network, owner
from optviz.words import join, mark, tr

state = st.session_state
#: How names in a link begin that `changes` tells in other words.
TOLD = ("opt", "o.", "race", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "loss", "sched", "s.")
WORDS = {
    "batch": mark("batches of {value}"),
    "epochs": mark("epochs {value}"),
    "wd": mark("weight decay {value}"),
    "drop": mark("dropout {value}"),
    "sharp": mark("sharpness {value}"),
}


def fork_button(chosen: Chosen, history: History | None) -> None:
    """Begin a run with the settings of the panel from the weights of the run that is shown."""
    racing = bool(history and history.run.config.rivals)
    ready = history is not None and history.checkpoint is not None and not chosen.complaint
    st.button(
        tr("Fork"),
        key="run.fork",
        icon=":material/fork_right:",
        disabled=not ready,
        on_click=_fork,
        args=(chosen, history.run.id if history else "", _racer(history)),
        help=tr(
            "Start a new run with these settings from the last checkpoint of the run that is shown, with the "
            "weights of the network that is looked into."
        )
        if racing
        else tr("Start a new run with these settings from the last checkpoint of the run that is shown."),
    )


def _racer(history: History | None) -> int:
    """Whose weights are forked: those of the network that is looked into."""
    chosen = state.get(f"training.racer.{history.run.id}") if history else 0
    return int(chosen or 0)


def _fork(chosen: Chosen, parent: str, racer: int) -> None:
    try:
        fork = scheduler.current().submit(chosen.config, owner(), address=network(), fork=(parent, racer))
    except (RunError, StoreUnavailableError) as error:
        state["training.said"] = str(error)
        return
    others = [o for o in state["training.overlays"] if o not in (parent, fork)]
    state["training.run"], state["training.overlays"] = fork, [parent, *others][:MOST_OVERLAYS]


def family_part(chosen: Chosen) -> None:
    """Where the run comes from, and its family as a tree, if it has one."""
    try:
        members = forks.family(scheduler.current().store, chosen.run, owner()) if chosen.run else []
        reached = accuracies([member.run for member in members if member.run])
    except (RunError, StoreUnavailableError) as error:
        st.warning(plain(str(error)))
        return
    if not members:
        return
    runs = {member.id: member.run for member in members}
    heading = tr("Family of this run")
    st.markdown(f"## {heading}")
    (here,) = (member for member in members if member.id == chosen.run)
    if here.origin and here.run:
        st.caption(plain(said(here.origin, here.run.config)))
    for member in members:
        _row(member, reached.get(member.id), chosen)
    others = [run_id for run_id, run in runs.items() if run and run_id != chosen.run][:MOST_OVERLAYS]
    st.button(
        tr("Compare the curves of the family"),
        key="family.compare",
        disabled=not others or set(others) <= set(chosen.overlays),
        on_click=_compare,
        args=(others,),
    )


def said(origin: Origin, config: TrainingConfig) -> str:
    """Where a fork began, and which optimizers kept what they had remembered."""
    before = tr(origin.config.entrants[origin.racer].row.name)
    sentences = [
        tr(
            "This run went on from the weights of another one after {epochs} (step {step}).",
            epochs=_epochs(origin),
            step=f"{origin.step:,}",
        )
    ]
    if (first := origin.first_step(config)) != origin.step:
        sentences.append(tr("With its batches this is step {step}.", step=f"{first:,}"))
    for entrant, same in zip(config.entrants, origin.carried(config), strict=True):
        name = tr(entrant.row.name)
        if not entrant.row.state:
            continue
        sentences.append(
            tr("{name} went on with what it remembered.", name=name)
            if same
            else tr(
                "{name} began without memory, because the weights had been trained with {before}.",
                name=name,
                before=before,
            )
        )
    return join(*dict.fromkeys(sentences))


def changes(origin: Origin, config: TrainingConfig) -> str:
    """What a fork does otherwise than its parent, in a few words."""
    before, after = encode(origin.config.alone(origin.racer)), encode(config)
    parts = []
    parent = origin.config.entrants[origin.racer]
    if config.entrants != (parent,):
        # In short, unless that would hide what changed.
        names = [with_rate(entrant) for entrant in config.entrants]
        parts.append(
            tr(" against ").join(names) if names != [with_rate(parent)] else legend_name(config.entrants[0])
        )
    parts += [
        _changed(name, text)
        for name, text in after.items()
        if not name.startswith(TOLD) and before.get(name) != text
    ]
    if config.loss != origin.config.loss:
        parts.append(tr(LOSSES[config.loss].name))
    scheduled = (origin.config.schedule, origin.config.schedule_values)
    if (config.schedule, config.schedule_values) != scheduled:
        parts.append(tr("schedule {name}", name=tr(SCHEDULES[config.schedule].name)))
    return tr("; ").join(parts) or tr("the same settings")


def _changed(name: str, text: str) -> str:
    message, value = WORDS.get(name, f"{name} {{value}}"), text.replace("_", ", ")
    return tr(message, value=value)


def _row(member: Member, accuracy: float | None, chosen: Chosen) -> None:
    indent = "\u2003" * (member.depth - 1) + "└\u2002" if member.depth else ""
    here, run = member.id == chosen.run, member.run
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"family-{member.id}"):
        if run is None:
            deleted = tr("a run that was deleted")
            st.markdown(f"{indent}{deleted}", width="content")
            return
        st.button(
            f"{indent}{plain(_name(member, run))}",
            key=f"family.{run.id}.open",
            type="tertiary",
            disabled=here,
            on_click=_open,
            args=(run,),
            help=tr("Show this run and its configuration."),
        )
        result = f"**{accuracy:.2%}** · " if accuracy is not None else ""
        told = tr("{status} · shown", status=status_of(run)) if here else status_of(run)
        st.markdown(f"{result}{told}", width="content")


def _name(member: Member, run: Run) -> str:
    if member.origin is None or run.title:
        return name_of(run)
    return tr(
        "after {epochs}: {changes}",
        epochs=_epochs(member.origin),
        changes=changes(member.origin, run.config),
    )


def _epochs(origin: Origin) -> str:
    return tr("1 epoch") if origin.epochs == 1 else tr("{count} epochs", count=f"{origin.epochs:.3g}")


def _open(run: Run) -> None:
    state["training.run"] = run.id
    state["training.overlays"] = [o for o in state["training.overlays"] if o != run.id]
    fill(run.config, list(map(tr, run.complaints)))


def _compare(others: list[str]) -> None:
    state["training.overlays"] = others
