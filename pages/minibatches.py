"""Mini-batches: a line fits itself through 100 points, with batches of any size."""

from optviz.figures.minibatches import scene
from optviz.settings.minibatches import MiniBatches
from optviz.web.components.stage import stage
from optviz.web.minibatches.results import ball, comparison, gradients, loops
from optviz.web.page import Page
from optviz.web.theme import current_theme
from optviz.words import tr

PAGE = Page(MiniBatches)
settings = PAGE.read()
theme = current_theme()

with PAGE.frame(
    tr(
        "# Mini-batches\n"
        r"$L(w, b) = \frac{1}{n} \sum_i (w x_i + b - y_i)^2$: all points give the exact gradient, a few give "
        "a cheap and noisy one. Play, then change the batch size."
    )
):
    stage(scene(settings, settings.run(), theme), key="minibatch_stage", page=PAGE.key, drawn=True)
comparison(settings, theme)
gradients(settings, theme)
ball(settings, theme)
loops()
