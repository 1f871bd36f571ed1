"""The lessons that need no network, in the order of the course; `training.course` adds the others."""

from optviz.lessons.descent import DESCENT, MOMENTUM, PLANE, RATES
from optviz.lessons.lesson import Lesson
from optviz.lessons.losses import ACTIVATION, LOSSES, REGULARIZATION
from optviz.lessons.noise import BUGS, NOISE, PLACES

LESSONS: dict[str, Lesson] = {
    lesson.key: lesson
    for lesson in (
        *(*DESCENT, *PLANE, *MOMENTUM, *RATES),
        *(*BUGS, *PLACES, *NOISE),
        *(*ACTIVATION, *LOSSES, *REGULARIZATION),
    )
}
