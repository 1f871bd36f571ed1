"""Regularization: why a fit that is too good is bad, and ways to hold a model back."""

from optviz.settings.regularization import RegularizationSettings
from optviz.web.page import Page
from optviz.web.regularization.views import VIEWS
from optviz.web.teaching_view import below, show
from optviz.web.theme import current_theme
from optviz.words import tr

PAGE = Page(RegularizationSettings)
settings = PAGE.read()
view = VIEWS[settings.view]

with PAGE.frame(tr("# Regularization")):
    panels = show(view, settings, current_theme())
below(view, settings, panels)
