"""Trajectories: choose a landscape and optimizers, and see the paths at once."""

from optviz.web.components.stage import besides
from optviz.web.theme import current_theme
from optviz.web.trajectories.curvature import asks_for_the_step, curvature_panel
from optviz.web.trajectories.page import PAGE, parts
from optviz.web.trajectories.results import behind, something_is_open
from optviz.web.trajectories.scipy_methods import references_panel

experiment = PAGE.read()
theme = current_theme()
shown = parts(experiment, theme)
shown["stage"] |= besides(page=PAGE.key, follow=asks_for_the_step())
PAGE.bench(shown, below=something_is_open())
trajectories = experiment.run()
curvature_panel(experiment, trajectories, theme)
references_panel(experiment)
behind(experiment)
