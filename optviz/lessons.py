"""The lessons that need no network, in the order of the course; `training.course` adds the others."""

from optviz.lesson import Lesson
from optviz.lessons_descent import DESCENT, MOMENTUM, PLANE, RATES
from optviz.lessons_losses import ACTIVATION, LOSSES, REGULARIZATION
from optviz.lessons_noise import BUGS, NOISE, PLACES

LESSONS: dict[str, Lesson] = {
    lesson.key: lesson
    for lesson in (
        *(*DESCENT, *PLANE, *MOMENTUM, *RATES),
        *(*BUGS, *PLACES, *NOISE),
        *(*ACTIVATION, *LOSSES, *REGULARIZATION),
    )
}
