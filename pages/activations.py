"""Activations and losses: how they bend, what they leave of a gradient, and what a loss asks for."""

from optviz.settings.activations import ActivationSettings
from optviz.web.activations.views import VIEWS
from optviz.web.page import Page
from optviz.web.teaching_view import below, show
from optviz.web.theme import current_theme
from optviz.words import tr

PAGE = Page(ActivationSettings)
settings = PAGE.read()
view = VIEWS[settings.view]

with PAGE.frame(tr("# Activations and losses")):
    panels = show(view, settings, current_theme())
below(view, settings, panels)
