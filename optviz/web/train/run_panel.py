"""The buttons Start, Pause, Resume and Stop, the run's state, and its panels, updated while it trains."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from optviz.figures.scenes import legend_name
from optviz.figures.style import Theme
from optviz.runs import scheduler
from optviz.runs.database import StoreUnavailableError
from optviz.runs.history import History, prepare, watch
from optviz.runs.store import RunError
from optviz.training.config import TrainingConfig
from optviz.training.datasets import DATASETS, DatasetError
from optviz.training.presets import COMPARISONS, Comparison
from optviz.training.stored_words import retold
from optviz.web.components.charts import charts
from optviz.web.markdown_escape import plain
from optviz.web.train import scene
from optviz.web.train.controls import PAGE, Chosen, fill
from optviz.web.train.family import fork_button
from optviz.web.train.race_board import board, caption
from optviz.web.train.run_words import describe, name_of, sentence
from optviz.web.visitors import network, owner
from optviz.words import join, tr

LOOK_SECONDS = 1.0
state = st.session_state


@dataclass(frozen=True, slots=True)
class Watched:
    """The run on the page and the overlaid runs; None and a sentence when it cannot be shown.

    `away` says that the store cannot be reached at the moment.
    """

    history: History | None = None
    overlays: tuple[History, ...] = ()
    sentence: str = ""
    away: bool = False

    @property
    def own(self) -> bool:
        """Whether the visitor may pause, resume and stop it."""
        return self.history is not None and self.history.run.belongs_to(owner())

    @property
    def live(self) -> bool:
        """Whether it may change by itself, so that the page should look again."""
        return self.away or any(history.run.active for history in self._all())

    def _all(self) -> tuple[History, ...]:
        return ((self.history,) if self.history else ()) + self.overlays

    def statuses(self) -> tuple[tuple[str, str, str, bool], ...]:
        """The state on which the page's buttons depend."""
        return tuple((h.run.id, h.run.status, h.run.wanted, bool(h.checkpoint)) for h in self._all())


def watched(chosen: Chosen, fresh: bool = False) -> Watched:
    """Read the runs that the page shows; a sentence names those that cannot be read."""
    if not chosen.run:
        return Watched()
    try:
        history = watch(chosen.run, fresh)
    except (RunError, StoreUnavailableError) as error:
        return Watched(sentence=str(error), away=isinstance(error, StoreUnavailableError))
    overlays, missing = [], 0
    for run_id in chosen.overlays:
        if run_id == chosen.run:
            continue
        try:
            overlays.append(watch(run_id))
        except (RunError, StoreUnavailableError):
            missing += 1
    lost = tr("{count} of the overlaid runs cannot be shown.", count=missing) if missing else ""
    return Watched(history, tuple(overlays), lost)


def headline(chosen: Chosen, seen: Watched) -> str:
    """The name of the run that is shown, or a description of the panel's network."""
    return name_of(seen.history.run) if seen.history else describe(chosen.config)


def differs(chosen: Chosen, seen: Watched) -> None:
    """Say so when an edit was refused, or the settings differ from those of the run."""
    if chosen.complaint:
        st.caption(tr("Fix the settings before starting: {why}", why=plain(chosen.complaint)))
    elif seen.history and seen.history.run.config != chosen.config:
        start = tr("The settings have changed. Start trains {what}.", what=plain(describe(chosen.config)))
        fork = tr("Fork goes on with them from the weights of this run.") if seen.history.checkpoint else ""
        st.caption(join(start, fork))


def buttons(chosen: Chosen, seen: Watched) -> None:
    """The four buttons; those that make no sense now are disabled."""
    run = seen.history.run if seen.history else None
    mine = run if run and seen.own else None
    busy = bool(mine and mine.active and mine.config == chosen.config)
    asked = bool(mine and mine.wanted in ("pause", "stop"))
    row = st.container(horizontal=True, gap="small", key="run-buttons")
    with row:
        start = st.button(
            tr("Start{training}", training=""),  # “Start” alone is a point
            type="primary",
            key="run.start",
            icon=":material/play_arrow:",
            disabled=busy or bool(chosen.complaint),
            help=tr("Train the network of the settings."),
        )
        tasks = scheduler.current()
        pausable, resumable = mine and mine.active and not asked, mine and (mine.resumable or asked)
        _button("pause", tr("Pause"), tasks.pause, mine, bool(pausable))
        _button("resume", tr("Resume"), tasks.resume, mine, bool(resumable))
        stoppable = bool(mine and (mine.active or mine.status in ("paused", "interrupted")))
        stopping = bool(mine and mine.wanted == "stop")
        _button("stop", tr("Stop"), tasks.stop, mine, stoppable and not stopping)
        fork_button(chosen, seen.history)
        compare = st.popover(tr("Compare"), icon=":material/compare_arrows:", disabled=bool(chosen.complaint))
    with compare:
        together = [_offer(comparison) for comparison in COMPARISONS.values()]
    if start:
        _start((chosen.config,))
    for pressed in filter(None, together):
        fill(pressed.configs[0], [])
        _start(pressed.configs)
    if said := state.pop("training.said", ""):
        st.error(plain(said))


def _button(key: str, label: str, act: Callable[..., Any], run: Any, enabled: bool) -> None:
    st.button(
        label,
        key=f"run.{key}",
        icon=f":material/{key}:",
        disabled=not enabled,
        on_click=_ask,
        args=(act, run.id if run else ""),
    )


def _ask(act: Callable[..., Any], run_id: str) -> None:
    try:
        act(run_id, owner())
    except (RunError, StoreUnavailableError) as error:
        state["training.said"] = str(error)


def _offer(row: Comparison) -> Comparison | None:
    """The button of a comparison with what it trains; the comparison when it was pressed."""
    pressed = st.button(tr(row.name), key=f"compare.{row.key}", width="stretch")
    st.caption(plain(tr(row.about)))
    return row if pressed else None


def _start(configs: Sequence[TrainingConfig]) -> None:
    """Download the data set if it is missing, queue the runs, show the first and lay the others over it."""
    config, *others = configs
    info, bar = DATASETS[config.dataset], st.empty()

    def report(done: int, total: int) -> None:
        said = tr(
            "Downloading {name}: {done} of {total} MB",
            name=tr(info.name),
            done=f"{done / 1e6:.0f}",
            total=f"{total / 1e6:.0f}",
        )
        bar.progress(done / total, said)

    try:
        prepare(config.dataset, report)
        run_id = scheduler.current().submit(config, owner(), address=network())
    except (DatasetError, RunError, StoreUnavailableError) as error:
        bar.empty()
        st.error(plain(str(error)))
        return
    beside = []
    try:
        for other in others:
            beside += [scheduler.current().submit(other, owner(), address=network())]
    except (RunError, StoreUnavailableError) as error:
        state["training.said"] = str(error)  # the first one has begun
    before = state["training.run"]
    state["training.run"] = run_id
    kept = [] if beside else [o for o in state["training.overlays"] if o not in (before, run_id)]
    state["training.overlays"] = beside + kept
    st.rerun()


def live(chosen: Chosen, seen: Watched, theme: Theme) -> None:
    """Status, progress and panels, updated every second until the run has ended."""
    part = st.fragment(_look, run_every=LOOK_SECONDS if seen.live else None)
    part(chosen, seen.statuses(), theme)


def _look(chosen: Chosen, drawn_with: tuple[Any, ...], theme: Theme) -> None:
    seen = watched(chosen)
    if seen.statuses() != drawn_with:
        st.rerun()  # the buttons, too
    if seen.sentence:
        st.warning(plain(seen.sentence))
    if seen.history is None:
        return
    _status(seen)
    histories = (seen.history, *seen.overlays)
    racing = len(seen.history.lanes) > 1
    panels, legend = scene.curves(histories, theme, chosen.view)
    places = " ".join(f"{h.run.id}:{h.run.last_event}:{name_of(h.run)}" for h in histories)
    charts(
        panels,
        key="curves",
        version=f"{places} {theme.dark} {chosen.view}",
        legend=legend,
        note=scene.fairness(histories),
        cards=PAGE.key,
    )
    if racing:
        board(seen.history, theme, chosen.view.unit)
        st.caption(caption(chosen.view.unit))
    place = choose_racer(seen.history, "racer", tr("Look into the network of")) if racing else 0
    charts(
        scene.pictures(seen.history, theme, place),
        key="pictures",
        version=f"{scene.pictures_version(seen.history, place)} {theme.dark}",
    )


def choose_racer(history: History, part: str, label: str) -> int:
    """Which network of a race a part of the page shows; a fork begins from that of the part “racer”."""
    names = [legend_name(entrant) for entrant in history.run.config.entrants]
    places = list(range(len(names)))
    chosen = st.pills(
        label,
        places,
        format_func=lambda place: names[place],
        default=0,
        key=f"training.{part}.{history.run.id}",
    )
    return chosen or 0


def _status(seen: Watched) -> None:
    history = seen.history
    assert history is not None
    run = history.run
    st.progress(min(history.level.step / run.config.steps, 1.0), plain(sentence(history)))
    if not seen.own:
        st.caption(
            tr("You are watching: only who started this run can pause or stop it. Start trains your own.")
        )
    for notice in (*map(retold, history.notices), history.complaint):
        if notice:
            st.warning(plain(notice))
