"""Lessons on runs: what those on Trajectories have in common."""

from collections.abc import Callable

from optviz.engine.landscapes import OBJECTIVES
from optviz.lessons.lesson import (
    Check,
    Lesson,
    Paths,
    final_position,
    on_trajectories,
    paths_of,
)
from optviz.settings.experiment import Experiment
from optviz.settings.setups import Entrant

GD = r"x_t = x_{t-1} - \eta\, \nabla f(x_{t-1})"
#: The start of the course notes in two variables.
START = (-5.0, -2.0)


def experiment_on(
    objective: str, start: tuple[float, ...], steps: int, *entrants: Entrant, noise: float = 0.0
) -> Experiment:
    """An experiment on one of the table's landscapes, on its own domain."""
    domain = OBJECTIVES[objective].domain
    return Experiment(objective, "", start, domain, steps, entrants, noise=noise)


def experiment_lesson(
    *,
    key: str,
    title: str,
    chapter: str,
    experiment: Experiment,
    idea: str,
    formula: str,
    notice: str,
    tries: str,
    checks: tuple[Check, ...],
    covers: str = "",
    errata: tuple[str, ...] = (),
    picture: Callable[[], Paths] | None = None,
) -> Lesson:
    """A lesson that opens an experiment and shows its paths, or another picture of paths."""
    return Lesson(
        key=key,
        title=title,
        chapter=chapter,
        idea=idea,
        formula=formula,
        notice=notice,
        tries=tries,
        opens=on_trajectories(experiment),
        picture=picture or (lambda: paths_of(experiment)),
        checks=checks,
        covers=covers,
        errata=errata,
    )


def trajectory_lesson(
    *,
    key: str,
    title: str,
    chapter: str,
    experiment: Experiment,
    printed: tuple[float, ...],
    idea: str,
    formula: str,
    notice: str,
    tries: str,
    picture: Callable[[], Paths] | None = None,
) -> Lesson:
    """A lesson on a printed trajectory: its last position is checked, its key is that of the figure."""
    check = Check(
        what=f"Position after {experiment.steps} steps", computed=final_position(experiment), printed=printed
    )
    return experiment_lesson(
        key=key,
        title=title,
        chapter=chapter,
        experiment=experiment,
        idea=idea,
        formula=formula,
        notice=notice,
        tries=tries,
        checks=(check,),
        covers=key,
        picture=picture,
    )


def runs_in_ravine(*entrants: Entrant, steps: int = 20) -> Experiment:
    """Runs on the ravine from the start of the course notes."""
    return experiment_on("ravine", START, steps, *entrants)
