"""A run in words: its name, and a sentence about its state."""

from optviz.engine.outcomes import number
from optviz.runs import scheduler
from optviz.runs.history import History
from optviz.runs.store import Run
from optviz.settings.setups import Entrant
from optviz.training.config import TrainingConfig
from optviz.training.datasets import DATASETS
from optviz.training.events import Finished
from optviz.training.stored_words import retold
from optviz.words import join, listed, mark, tr, trn

STATUS = {
    "queued": mark("waiting"),
    "running": mark("training{now}"),  # “training” alone is a noun
    "paused": mark("paused"),
    "stopped": mark("stopped"),
    "finished": mark("finished"),
    "diverged": mark("diverged"),
    "failed": mark("failed"),
    "interrupted": mark("interrupted"),
}


def status_of(run: Run) -> str:
    """Its state in one word."""
    return tr(STATUS[run.status], now="")


def describe(config: TrainingConfig) -> str:
    """A configuration in one line: data, layers, and each optimizer with its rate."""
    layers = "–".join(map(str, config.widths))
    racers = [with_rate(entrant) for entrant in config.entrants]
    trained = tr(
        "{data}, {layers}, {optimizer}",
        data=tr(DATASETS[config.dataset].name),
        layers=layers,
        optimizer=racers[0],
    )
    if not racers[1:]:
        return trained
    if len(racers) <= 3:
        return tr("{trained} against {rivals}", trained=trained, rivals=listed(racers[1:]))
    return tr(
        "{trained} against {rivals} and {count} more",
        trained=trained,
        rivals=listed(racers[1:3]),
        count=len(racers) - 3,
    )


def with_rate(entrant: Entrant) -> str:
    """An optimizer and its learning rate."""
    return f"{tr(entrant.row.name)} {number(dict(entrant.values)['lr'])}"


def invitation(config: TrainingConfig) -> str:
    """What to do where no run is shown yet."""
    if not config.rivals:
        return tr("Press **Start** to train this network, or choose another preset.")
    return tr(
        "Press **Start** to race {count} optimizers on this network, or choose another preset.",
        count=len(config.entrants),
    )


def name_of(run: Run) -> str:
    """The title that its owner gave the run, or a description of what it trains."""
    return run.title or describe(run.config)


def sentence(history: History) -> str:
    """The state of the run, for people."""
    run = history.run
    if run.status == "queued":
        return _waiting(run)
    if run.status == "running":
        return _running(history)
    where = _where(history)
    if run.status == "finished":
        return join(_finished(history), _result(history))
    if run.status == "paused":
        return tr("Paused {where}. Resume goes on from there.", where=where)
    if run.status == "stopped":
        return tr("Stopped {where}. Everything so far is kept; Resume goes on from there.", where=where)
    if run.status == "diverged":
        return join(tr("Diverged."), retold(run.sentence))
    ended = tr("Failed {where}.", where=where)
    if run.status == "interrupted":
        ended = tr("Interrupted {where}.", where=where)
    return join(ended, retold(run.sentence))


def _finished(history: History) -> str:
    run, end = history.run, history.last(Finished)
    device = retold(run.device) or tr("its device")
    epochs = trn("{count} epoch", "{count} epochs", run.config.epochs)
    if end is None or run.config.rivals:
        return tr("Finished: {epochs} on {device}.", epochs=epochs, device=device)
    took = duration(end.elapsed)
    return tr("Finished: {epochs} in {took} on {device}.", epochs=epochs, took=took, device=device)


def _result(history: History) -> str:
    if history.best is None:
        return ""
    if history.run.config.rivals:
        return tr("Best test accuracy {accuracy}.", accuracy=f"{history.best:.2%}")
    return tr("Test accuracy {accuracy}.", accuracy=f"{history.best:.2%}")


def _waiting(run: Run) -> str:
    health = scheduler.current().status()
    place = scheduler.current().place(run.id)
    said = tr("Waiting for a worker.")
    if place:
        said = tr("Waiting for a worker: place {place} in the queue.", place=place)
    return said if health.ready else join(said, retold(health.sentence))


def _running(history: History) -> str:
    run, progress, started = history.run, history.level.progress, history.level.started
    if run.wanted == "pause":
        return tr("Pausing: the worker writes a checkpoint.")
    if run.wanted == "stop":
        return tr("Stopping: the worker writes a checkpoint.")
    if started is None:
        return retold(run.sentence) or tr("A worker has taken the run and loads the data.")
    if progress is None or progress.step <= started.resumed_at:
        return tr("Training on {device}: starting.", device=retold(started.device_name))
    racers = len(history.lanes)
    told = [lane.progress for lane in history.lanes if lane.progress]
    left = sum((started.steps - p.step) * p.elapsed / p.step for p in told if p.step < started.steps)
    rate = sum(p.images_per_second for p in told) / racers**2  # of one racer while the others wait
    values = {
        "device": retold(started.device_name),
        "epoch": f"{progress.epoch:.1f}",
        "epochs": run.config.epochs,
        "step": f"{progress.step:,}",
        "steps": f"{started.steps:,}",
        "rate": _rate(rate),
        "left": duration(left),
    }
    if racers > 1:
        return tr(
            "Training on {device}: epoch {epoch} of {epochs}, step {step} of {steps}, {rate} images/s each, "
            "about {left} left.",
            **values,
        )
    return tr(
        "Training on {device}: epoch {epoch} of {epochs}, step {step} of {steps}, {rate} images/s, about "
        "{left} left.",
        **values,
    )


def _where(history: History) -> str:
    step = history.level.step
    if not step:
        return tr("before its first step")
    return tr(
        "after {epoch} of {epochs} epochs ({steps} steps)",
        epoch=f"{step / history.run.config.steps_per_epoch:.1f}",
        epochs=history.run.config.epochs,
        steps=f"{step:,}",
    )


def _rate(value: float) -> str:
    """Two significant digits: the third one changes with every update."""
    return f"{float(f'{value:.2g}'):,.0f}"


def duration(seconds: float) -> str:
    """A duration in seconds, minutes or hours."""
    if seconds < 10:
        return tr("{number} s", number=f"{seconds:.1f}")
    if seconds < 100:
        return tr("{number} s", number=f"{seconds:.0f}")
    minutes = seconds / 60
    if minutes < 100:
        return tr("{number} min", number=f"{minutes:.0f}")
    return tr("{number} h", number=f"{minutes / 60:.1f}")
