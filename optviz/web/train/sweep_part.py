"""Other learning rates for the optimizers of the run that is shown: many short trainings on the workers."""

import streamlit as st

from optviz.engine.outcomes import number
from optviz.figures.rate_sweep import GOOD, Swept, best, good_rates, sweep_panel
from optviz.figures.scenes import legend_name
from optviz.figures.style import Theme, racer_styles, styles
from optviz.runs import jobs, scheduler, sweep_job
from optviz.runs.database import StoreUnavailableError
from optviz.runs.history import History
from optviz.runs.jobs import Job
from optviz.runs.store import RunError
from optviz.training.config import TrainingConfig
from optviz.training.stored_words import retold
from optviz.web.components.charts import charts
from optviz.web.markdown_escape import plain
from optviz.web.tables import table
from optviz.web.train.run_panel import LOOK_SECONDS, Watched
from optviz.words import tr, trn

state = st.session_state
Budget = tuple[int, int]  # epochs and seeds


def sweep_part(seen: Watched, theme: Theme) -> None:
    """A part that opens; nothing in it is read or sent while it is closed."""
    if seen.history is None:
        return
    part = st.expander(tr("Other learning rates: each one's best"), key="rates", on_change="rerun")
    if not part.open:
        return
    with part:
        try:
            budget = _budget(seen.history.run.config)
            found = _jobs(seen.history.run.id, budget)
            _buttons(seen, budget, found)
        except StoreUnavailableError as error:
            st.warning(plain(str(error)))
            return
        going = any(job.active for job in found)
        look = st.fragment(_look, run_every=LOOK_SECONDS if going else None)
        look(seen.history, budget, going, theme)


def _budget(config: TrainingConfig) -> Budget:
    """How long each training is, and how many there are of each."""
    choices = sorted({1, min(3, config.epochs), config.epochs})
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        epochs = st.segmented_control(
            tr("Epochs of each training"),
            choices,
            default=choices[0],
            key=f"rates.epochs.{config.epochs}",
        )
        seeds = st.segmented_control(tr("Seeds"), sweep_job.SEEDS, default=3, key="rates.seeds")
    return epochs or choices[0], seeds or 3


def _jobs(run_id: str, budget: Budget) -> list[Job]:
    every = jobs.of_run(scheduler.current().store, run_id)
    return [
        job
        for job in every
        if job.request["kind"] == sweep_job.KIND and (job.request["epochs"], job.request["seeds"]) == budget
    ]


def _buttons(seen: Watched, budget: Budget, found: list[Job]) -> None:
    """Begin the sweep, or end it; for whoever started the run."""
    history = seen.history
    assert history is not None
    if not seen.own:
        if not found:
            st.caption(tr("Who started this run can try other learning rates; they are shown here then."))
        return
    wanted = sweep_job.requests(history.run.config, *budget)
    over = bool(found) and all(job.status == "done" for job in found) and len(found) >= len(wanted)
    going = any(job.active for job in found)
    with st.container(horizontal=True, gap="small"):
        label = tr("Train {count} times", count=f"{len(wanted) * budget[1]:,}")
        start = st.button(label, key="rates.start", disabled=going or over)
        end = st.button(tr("Stop"), key="rates.stop", disabled=not going)
    if not start and not end:
        return
    tasks = scheduler.current()
    try:
        if end:
            jobs.cancel(tasks.store, history.run.id, sweep_job.KIND)
        for request in wanted if start else ():
            tasks.compute(history.run.id, request)
    except (RunError, StoreUnavailableError) as error:
        st.error(plain(str(error)))
        return
    st.rerun()


def _look(history: History, budget: Budget, was_going: bool, theme: Theme) -> None:
    run, config = history.run, history.run.config
    try:
        found = _jobs(run.id, budget)
        made = jobs.results(scheduler.current().store, run.id, sweep_job.KIND) if found else {}
    except (RunError, StoreUnavailableError) as error:
        st.warning(plain(str(error)))
        return
    if not found:
        return
    going = [job for job in found if job.active]
    if bool(going) != was_going:
        st.rerun()  # the buttons, too
    if going:
        share = sum(job.share if job.active else 1.0 for job in found) / len(found)
        said = tr(
            "{done} of {count} rates are done. Runs go first.",
            done=len(found) - len(going),
            count=len(found),
        )
        st.progress(share, said)
    for sentence in {job.sentence for job in found if job.status == "failed"}:
        st.warning(plain(retold(sentence)))
    swept = [_swept(found, made, racer) for racer in range(len(config.entrants))]
    names = [legend_name(entrant, without=("lr",)) for entrant in config.entrants]
    drawn = racer_styles(len(names), theme) if len(names) > 1 else styles(names, theme)
    epochs, seeds = budget
    about = tr(
        "{epochs} each, {seeds}, everything else as in the run. Line: mean. Bars: worst and best seed. "
        "Crosses: a seed diverged.",
        epochs=trn("{count} epoch", "{count} epochs", epochs),
        seeds=trn("{count} seed", "{count} seeds", seeds),
    )
    charts(
        [sweep_panel(names, swept, drawn, about, theme)],
        key="rates-chart",
        version=f"{sorted((job.id, job.version) for job in found)} {budget} {theme.dark}",
        legend=[{"name": n, "color": s.color, "dash": s.dash} for n, s in zip(names, drawn, strict=True)],
    )
    rows = [(style.color, name, _cells(each)) for name, style, each in zip(names, drawn, swept, strict=True)]
    headings = (tr("Optimizer"), tr("Best rate"), tr("Mean accuracy there"))
    table((*headings, tr("Within {share} of it", share=f"{GOOD:.0%}")), rows, told=False)


def _swept(found: list[Job], made: dict[str, bytes], racer: int) -> list[Swept]:
    """What is known of one optimizer, by rate; only what every seed has ended counts."""
    rows = []
    for job in found:
        ends = sweep_job.read(made[job.id]) if job.id in made and job.status == "done" else []
        if job.request["racer"] == racer and ends:
            accuracies = tuple(end.accuracy for end in ends if end.accuracy is not None)
            rows.append(Swept(job.request["rate"], accuracies, len(ends) - len(accuracies)))
    return sorted(rows, key=lambda row: row.rate)


def _cells(swept: list[Swept]) -> tuple[str, ...]:
    top, reach = best(swept), good_rates(swept)
    if top is None or top.mean is None or reach is None:
        return ("—", "—", "—")
    low, high = reach
    reached = tr("only this one")
    if high > low:
        factor = number(round(high / low, 1))
        reached = tr(
            "{low} to {high}: a factor of {factor}", low=number(low), high=number(high), factor=factor
        )
    return number(top.rate), f"{top.mean:.2%}", reached
