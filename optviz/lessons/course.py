"""The lessons that train nothing live, in the order of the course; `lessons.networks` adds the others."""

from optviz.lessons.activations import ACTIVATIONS
from optviz.lessons.bugs import BUGS
from optviz.lessons.descent import DESCENT, PLANE
from optviz.lessons.information import INFORMATION
from optviz.lessons.lesson import Lesson
from optviz.lessons.losses import LOSSES
from optviz.lessons.momentum import MOMENTUM
from optviz.lessons.noise import NOISE
from optviz.lessons.places import PLACES
from optviz.lessons.rates import RATES
from optviz.lessons.regularization import REGULARIZATION
from optviz.lessons.xor import XOR

LESSONS: dict[str, Lesson] = {
    lesson.key: lesson
    for chapter in (
        DESCENT,
        PLANE,
        MOMENTUM,
        RATES,
        BUGS,
        PLACES,
        NOISE,
        ACTIVATIONS,
        INFORMATION,
        LOSSES,
        REGULARIZATION,
        XOR,
    )
    for lesson in chapter
}
