"""A view: one of several things that a teaching page shows, with its words and its picture."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from optviz.engine.formula_words import in_words
from optviz.figures.scene_types import LegendEntry, Panel
from optviz.figures.style import Theme
from optviz.figures.tables import as_csv
from optviz.settings.link import Settings
from optviz.training.config import TrainingConfig, encode
from optviz.web.components.charts import charts
from optviz.web.site import link_to
from optviz.words import Message, join, language, tr

Drawn = tuple[list[Panel], list[LegendEntry]]


@dataclass(frozen=True, slots=True)
class View:
    """`formula` is LaTeX, `idea` one sentence of intuition, `tries` what to try; both are Markdown.

    `draw` makes panels and legend of the settings, `below` adds what stands under the picture. `time` says
    about how many milliseconds `draw` takes, where that is more than a few.
    """

    formula: str
    idea: Message
    tries: Message
    draw: Callable[[Any, Theme], Drawn]
    below: Callable[[Any], None] | None = None
    time: Callable[[Any], float] = lambda settings: 0.0


def show(view: View, settings: Settings, theme: Theme) -> list[Panel]:
    """Words and picture of a view, which follows what is dragged. Returns its panels."""
    st.markdown(f"${in_words(view.formula)}$\n\n{tr(view.idea)}")
    panels, legend = view.draw(settings, theme)
    page = settings.page
    charts(
        panels,
        key=f"{page}.charts",
        version=f"{settings} {theme.dark} {language()}",
        legend=legend,
        page=page,
    )
    st.markdown(join(tr("**Try:**"), tr(view.tries)))
    return panels


def below(view: View, settings: Any, panels: list[Panel]) -> None:
    """What stands under the picture, and what is drawn as CSV."""
    if view.below:
        view.below(settings)
    st.download_button(
        tr("Download what is drawn as CSV"),
        lambda: as_csv(panels),
        file_name=f"optviz-{panels[0]['key'].split('.')[0]}.csv",
        mime="text/csv",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def train_link(label: str, config: TrainingConfig) -> None:
    """A link that opens Train live with this configuration, ready to start."""
    link_to("train", label, encode(config))
