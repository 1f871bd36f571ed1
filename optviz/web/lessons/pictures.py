"""The picture of a lesson: the panels of the page that it opens, or those of its own picture."""

from optviz.figures.map_figures import map_picture
from optviz.figures.scene_types import LegendEntry, Panel
from optviz.figures.style import Theme
from optviz.lessons.lesson import Lesson
from optviz.lessons.networks import COURSE
from optviz.lessons.panels import panels
from optviz.lessons.thumbnails import image
from optviz.settings import activations, regularization
from optviz.settings import maps as map_settings
from optviz.web.activations.views import VIEWS as ACTIVATIONS
from optviz.web.regularization.views import VIEWS as REGULARIZATION
from optviz.words import join, per_language, tr

#: Values along each side of a map; the live page refines it.
COARSE = {"sweep": 200, "stability": 60, "basins": 70}
#: The panels of the page Activations and losses that a lesson shows; the other lessons draw their own.
FROM_ACTIVATIONS = {
    "sigmoid": ("functions.values", "functions.derivatives"),
    "backward": ("chain.values", "chain.gradients"),
    "softmax": ("softmax.bars",),
    "temperature": ("softmax.temperatures",),
    "entropy": ("entropy.shares", "entropy.sums"),
    "coin_likelihood": ("coin.loss",),
    "nll": ("classes.logs",),
    "cross_entropy": ("classes.logits",),
    "bce_with_logits": ("classes.binary",),
    "multi-label": ("classes.binary",),
    "errors": ("errors.absolute", "errors.squared"),
    "pull": ("duel.error", "duel.logit"),
}
#: The lessons that show the panels of the page Regularization; the other lessons draw their own.
FROM_REGULARIZATION = ("fitting", "weight_decay", "corners", "masks")


@per_language(256)
def thumbnail(key: str, theme: Theme) -> str:
    """The small picture of a lesson's card, as HTML."""
    lesson = COURSE[key]
    return image(lesson.picture(), theme, tr(lesson.title))


@per_language(64)
def picture(key: str, theme: Theme) -> tuple[list[Panel], list[LegendEntry]]:
    """The panels of a lesson and their legend."""
    lesson = COURSE[key]
    if lesson.page == "maps":
        found = _map(lesson, theme)
        if found:
            return found
    if key in FROM_ACTIVATIONS:
        shown, _ = activations.decode(dict(lesson.link))
        drawn, legend = ACTIVATIONS[shown.view].draw(shown, theme)
        return [panel for panel in drawn if panel["key"] in FROM_ACTIVATIONS[key]], legend
    if key in FROM_REGULARIZATION:
        settings, _ = regularization.decode(dict(lesson.link))
        return REGULARIZATION[settings.view].draw(settings, theme)
    alt = tr(lesson.title)
    if not lesson.quiz:
        alt = join(tr("{title}.", title=alt), tr(lesson.notice))
    return panels(lesson.picture(), theme, alt=alt)


def _map(lesson: Lesson, theme: Theme) -> tuple[list[Panel], list[LegendEntry]] | None:
    settings, _ = map_settings.decode(dict(lesson.link))
    if settings.kind not in COARSE:
        return None
    made = map_picture(settings, settings.make(resolution=COARSE[settings.kind]), theme)
    return list(made.panels), list(made.legend)
