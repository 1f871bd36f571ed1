"""A run in words: its name, and a sentence about its state."""

from optviz.engine.outcomes import number
from optviz.runs import scheduler
from optviz.runs.history import History
from optviz.runs.store import Run
from optviz.settings.setups import Entrant
from optviz.training.config import TrainingConfig
from optviz.training.datasets import DATASETS
from optviz.training.events import Finished

STATUS = {
    "queued": "waiting",
    "running": "training",
    "paused": "paused",
    "stopped": "stopped",
    "finished": "finished",
    "diverged": "diverged",
    "failed": "failed",
    "interrupted": "interrupted",
}


def describe(config: TrainingConfig) -> str:
    """A configuration in one line: data, layers, and each optimizer with its rate."""
    layers = "–".join(map(str, config.widths))
    racers = [with_rate(entrant) for entrant in config.entrants]
    return f"{DATASETS[config.dataset].name}, {layers}, {racers[0]}{_against(racers[1:])}"


def with_rate(entrant: Entrant) -> str:
    """An optimizer and its learning rate."""
    return f"{entrant.row.name} {number(dict(entrant.values)['lr'])}"


def _against(rivals: list[str]) -> str:
    if not rivals:
        return ""
    more = f" and {len(rivals) - 2} more" if len(rivals) > 2 else ""
    return f" against {', '.join(rivals[:2])}{more}"


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
        end = history.last(Finished)
        took = f" in {duration(end.elapsed)}" if end and not run.config.rivals else ""
        best = "Best test accuracy" if run.config.rivals else "Test accuracy"
        result = f" {best} {history.best:.2%}." if history.best is not None else ""
        epochs = f"{run.config.epochs} epoch{'s' * (run.config.epochs > 1)}"
        return f"Finished: {epochs}{took} on {run.device or 'its device'}.{result}"
    if run.status == "paused":
        return f"Paused {where}. Resume goes on from there."
    if run.status == "stopped":
        return f"Stopped {where}. Everything so far is kept; Resume goes on from there."
    if run.status == "diverged":
        return f"Diverged. {run.sentence}"
    return f"{STATUS[run.status].capitalize()} {where}. {run.sentence}".strip()


def _waiting(run: Run) -> str:
    health = scheduler.current().status()
    place = scheduler.current().place(run.id)
    words = f"Waiting for a worker: place {place} in the queue." if place else "Waiting for a worker."
    return words if health.ready else f"{words} {health.sentence}"


def _running(history: History) -> str:
    run, progress, started = history.run, history.level.progress, history.level.started
    if run.wanted == "pause":
        return "Pausing: the worker writes a checkpoint."
    if run.wanted == "stop":
        return "Stopping: the worker writes a checkpoint."
    if started is None:
        return run.sentence or "A worker has taken the run and loads the data."
    words = f"Training on {started.device_name}"
    if progress is None or progress.step <= started.resumed_at:
        return f"{words}: starting."
    racers = len(history.lanes)
    told = [lane.progress for lane in history.lanes if lane.progress]
    left = sum((started.steps - p.step) * p.elapsed / p.step for p in told if p.step < started.steps)
    rate = sum(p.images_per_second for p in told) / racers**2  # of one racer while the others wait
    each = " each" if racers > 1 else ""
    return (
        f"{words}: epoch {progress.epoch:.1f} of {run.config.epochs}, "
        f"step {progress.step:,} of {started.steps:,}, {_rate(rate)} images/s{each}, "
        f"about {duration(left)} left."
    )


def _where(history: History) -> str:
    step = history.level.step
    if not step:
        return "before its first step"
    epoch = step / history.run.config.steps_per_epoch
    return f"after {epoch:.1f} of {history.run.config.epochs} epochs ({step:,} steps)"


def _rate(value: float) -> str:
    """Two significant digits: the third one changes with every update."""
    return f"{float(f'{value:.2g}'):,.0f}"


def duration(seconds: float) -> str:
    """A duration in seconds, minutes or hours."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.1f} h"
