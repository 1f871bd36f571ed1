"""The landscape of the run that is shown: asked for by its owner, computed by a worker, seen by everybody."""

from functools import lru_cache
from typing import Any

import streamlit as st

from optviz.figures.run_landscape import DrawnPath, surface_panel, truth_panel
from optviz.figures.scenes import legend_name
from optviz.figures.style import Style, Theme, racer_styles, styles
from optviz.runs import jobs, landscape_job, scheduler
from optviz.runs.database import StoreUnavailableError
from optviz.runs.history import History
from optviz.runs.jobs import Job
from optviz.runs.landscape_job import Landscape
from optviz.runs.store import RunError
from optviz.training.config import TrainingConfig
from optviz.training.stored_words import retold
from optviz.web.components.charts import charts
from optviz.web.markdown_escape import plain
from optviz.web.train.run_panel import LOOK_SECONDS, Watched
from optviz.words import join, mark, tr

NAMES = {"path": mark("Along the path"), "random": mark("Random directions")}
Plane = dict[str, Any]  # what is asked for, but for the step
state = st.session_state


def landscape_part(seen: Watched, theme: Theme) -> None:
    """A part that opens; nothing in it is read or sent while it is closed."""
    history = seen.history
    if history is None:
        return
    part = st.expander(tr("Landscape: the loss around the weights"), key="landscape", on_change="rerun")
    if not part.open:
        return
    with part:
        plane = _choices(history)
        try:
            job = _newest(history.run.id, plane)
        except StoreUnavailableError as error:
            st.warning(plain(str(error)))
            return
        _ask(seen, history, plane, job)
        look = st.fragment(_look, run_every=LOOK_SECONDS if job and job.active else None)
        look(history.run.id, history.run.config, plane, job.active if job else False, theme)


def _choices(history: History) -> Plane:
    """Which plane, through whose weights, and on how many images."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="landscape-choices"):
        kind = st.segmented_control(
            tr("Directions"),
            list(NAMES),
            format_func=lambda kind: tr(NAMES[kind]),
            default="path",
            key="landscape.kind",
            label_visibility="collapsed",
        )
        racer = 0
        entrants = history.run.config.entrants
        if len(entrants) > 1:
            racer = st.selectbox(
                tr("Around the weights of"),
                range(len(entrants)),
                format_func=lambda place: legend_name(entrants[place]),
                key=f"landscape.racer.{history.run.id}",
                label_visibility="collapsed",
                width=320,
            )
        sizes = sorted({min(most, history.run.config.images) for most in landscape_job.IMAGES})
        images = st.segmented_control(
            tr("Images"),
            sizes,
            format_func=lambda n: tr("{count} images", count=f"{n:,}"),
            default=sizes[0],
            key=f"landscape.images.{history.run.config.dataset}",
            label_visibility="collapsed",
            help=tr("The images on which the loss is measured. Ten times as many take ten times as long."),
        )
    return {"kind": kind or "path", "racer": racer, "images": images or sizes[0]}


def _newest(run_id: str, plane: Plane) -> Job | None:
    """The newest job for this plane, whatever the step."""
    found = jobs.of_run(scheduler.current().store, run_id)
    return next((job for job in reversed(found) if plane.items() <= job.request.items()), None)


def _ask(seen: Watched, history: History, plane: Plane, job: Job | None) -> None:
    """The button that asks for it, for whoever started the run."""
    step = history.checkpoint.step if history.checkpoint else None
    if step is None:
        st.caption(tr("There are no weights to look at yet: they come with the run's first checkpoint."))
        return
    if not seen.own:
        if job is None:
            st.caption(tr("Who started this run can have its landscape computed; it is shown here then."))
        return
    made = job is not None and job.status == "done"
    if made and job is not None and job.request["step"] == step:
        return
    label = tr("Compute again at step {step}", step=f"{step:,}") if made else tr("Compute it")
    if st.button(label, key="landscape.ask", disabled=bool(job and job.active)):
        try:
            scheduler.current().compute(history.run.id, {**plane, "step": step})
        except (RunError, StoreUnavailableError) as error:
            st.error(plain(str(error)))
            return
        st.rerun()


def _look(run_id: str, config: TrainingConfig, plane: Plane, was_active: bool, theme: Theme) -> None:
    try:
        job = _newest(run_id, plane)
        if job is None:
            return
        if job.active != was_active:
            st.rerun()  # the button, too
        if job.active:
            st.progress(job.share, _sentence(job))
        elif job.status == "failed":
            st.warning(plain(retold(job.sentence)))
        known = _landscape(job.id, job.version) if job.version else None
    except StoreUnavailableError as error:
        st.warning(plain(str(error)))
        return
    if known is not None:
        kind, racer = plane["kind"], plane["racer"]
        charts(
            _panels(known, config, kind, racer, theme),
            key="landscape-charts",
            version=f"{job.id} {job.version} {theme.dark}",
            note=_note(known, kind),
        )


def _sentence(job: Job) -> str:
    if job.status == "queued":
        return tr(
            "Waiting for a worker that is free; while all of them train, pause the run to let it begin."
        )
    computing = tr("Computing: {share} of the points.", share=f"{job.share:.0%}")
    return retold(job.sentence) or computing


@lru_cache(maxsize=32)
def _landscape(job_id: str, version: int) -> Landscape | None:
    """The result as of a version, read once for all who look at it."""
    data = jobs.result(scheduler.current().store, job_id)
    return landscape_job.read(data) if data else None


def _panels(known: Landscape, config: TrainingConfig, kind: str, racer: int, theme: Theme) -> list:
    names = [legend_name(entrant) for entrant in config.entrants]
    drawn = _styles(config, theme)
    paths = [
        DrawnPath(names[p.racer], drawn[p.racer], p.steps, p.points, p.true, p.slice) for p in known.paths
    ]
    stride = known.stride or 1
    x, y, values = known.x[::stride], known.y[::stride], known.values[::stride, ::stride]
    if not known.stride:
        values = values * float("nan")  # rows of a coarse grid that is not complete
    about = tr(
        "{count} training images. The cross is {name} after step {step}: loss {loss}.",
        count=f"{known.images:,}",
        name=names[racer],
        step=f"{known.step:,}",
        loss=f"{known.centre:.6g}",
    )
    panels = [surface_panel(x, y, values, paths, _axes(known, kind), about, theme)]
    return [*panels, truth_panel(paths, theme)] if paths else panels


def _styles(config: TrainingConfig, theme: Theme) -> list[Style]:
    racers = [entrant.optimizer for entrant in config.entrants]
    return racer_styles(len(racers), theme) if len(racers) > 1 else styles(racers, theme)


def _axes(known: Landscape, kind: str) -> tuple[str, str]:
    if kind == "random":
        return tr("first random direction"), tr("second random direction")
    first, second = (f"{share:.1%}" for share in known.explained[:2])
    return (
        tr("first component ({share} of the variance)", share=first),
        tr("second component ({share})", share=second),
    )


def _note(known: Landscape, kind: str) -> str:
    side = {4: 11, 2: 21, 1: 41}.get(known.stride)
    grid = tr("{side} × {side} points.", side=side) if side else tr("No grid is complete yet.")
    if kind == "random":
        said = tr(
            "Two random directions, as long as the weights into each unit (Li et al. 2018). The path is seen "
            "from above: these directions are nearly at right angles to it."
        )
        return join(grid, said)
    said = tr(
        "The first two principal components hold {share} of the variance of the noted weights; what they "
        "leave out is why the true loss and the plane's loss differ.",
        share=f"{sum(known.explained[:2]):.1%}",
    )
    return join(grid, said)
