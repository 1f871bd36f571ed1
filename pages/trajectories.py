"""Trajectories: choose a landscape and optimizers, and see the paths at once."""

from optviz.web.components.results import results
from optviz.web.components.stage import stage
from optviz.web.theme import current_theme
from optviz.web.trajectories.curvature import asks_for_the_step, curvature_panel
from optviz.web.trajectories.page import PAGE, parts
from optviz.web.trajectories.results import behind, something_is_open
from optviz.web.trajectories.scene import title
from optviz.web.trajectories.scipy_methods import references_panel

HINT = "Drag the ring, or a slider."
RACE = f"{HINT} Which arrives first?"
experiment = PAGE.read()
theme = current_theme()
shown = parts(experiment, theme)

with PAGE.frame(title(experiment), below=something_is_open()):
    stage(
        shown["stage"],
        key="stage",
        page=PAGE.key,
        follow=asks_for_the_step(),
        stamp=PAGE.stamp,
        hint=RACE if len(experiment.entrants) > 1 else HINT,
    )
results(shown["results"], page=PAGE.key, stamp=PAGE.stamp)
trajectories = experiment.run()
curvature_panel(experiment, trajectories, theme)
references_panel(experiment)
behind(experiment)
