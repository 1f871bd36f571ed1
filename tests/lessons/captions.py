"""What the sentences of lessons say, and what their runs do: helpers for the tests of captions."""

import re
from collections.abc import Callable

import numpy as np

from optviz.engine.trajectories import Trajectory, simulate
from optviz.lessons.discoveries import DISCOVERIES
from optviz.lessons.lesson import Lesson
from optviz.lessons.questions import QUESTIONS

#: For each lesson: words of its sentences, and whether the run does what they say.
Claims = dict[str, list[tuple[tuple[str, ...], Callable[[], bool]]]]


def texts(lesson: Lesson) -> list[str]:
    """Everything that a lesson states; its question and the right answer together."""
    question = QUESTIONS[lesson.key]
    found = DISCOVERIES[lesson.key].sentence if lesson.key in DISCOVERIES else ""
    answer = f"{question.asks} {question.choices[question.right]}"
    return [lesson.idea, lesson.notice, lesson.tries, answer, question.reason, found]


def sentences_with_numbers(lesson: Lesson) -> list[str]:
    """Sentences of idea, notice, reason and discovery that hold a digit; requests are no claims."""
    idea, notice, _, _, reason, found = texts(lesson)
    sentences = [s for text in (idea, notice, reason, found) for s in re.split(r"(?<=[.?])\s+", text)]
    return [s for s in sentences if re.search(r"\d|[⁰¹²³⁴-⁹]", s)]


def run(
    objective: str, start: tuple[float, ...], steps: int, optimizer: str = "gd", **values: float
) -> Trajectory:
    """A run of one optimizer."""
    return simulate(objective, optimizer, start, steps, **values)


def parabola(lr: float, steps: int = 100) -> Trajectory:
    """Descent on x² from 10."""
    return run("parabola", (10.0,), steps, lr=lr)


def ravine(steps: int, optimizer: str = "gd", **values: float) -> Trajectory:
    """A run on the ravine from the start of the notes."""
    return run("ravine", (-5.0, -2.0), steps, optimizer, **values)


def near(found: object, said: object, digits: int) -> bool:
    """Whether numbers round to those of a sentence."""
    return bool(
        np.allclose(np.asarray(found, float), np.asarray(said, float), rtol=0, atol=0.5 * 10.0**-digits)
    )


def diverges(run: Trajectory) -> bool:
    """Whether a run moves away or overflows."""
    return run.outcome.kind in ("diverging", "diverged")
