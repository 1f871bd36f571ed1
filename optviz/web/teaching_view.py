"""A view: one of several things that a teaching page shows, with its words, its picture and its widgets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from optviz.figures.style import Theme
from optviz.figures.tables import as_csv
from optviz.training.config import TrainingConfig, encode
from optviz.web.components.charts import charts
from optviz.web.page import SettingsPage

TRAIN = Path(__file__).parents[2] / "pages" / "train.py"
Drawn = tuple[list[dict[str, Any]], list[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class View:
    """`formula` is LaTeX, `idea` one sentence of intuition, `tries` what to try; both are Markdown.

    `draw` makes panels and legend of the settings, `controls` names the fields with their labels and help,
    `below` adds what stands under the picture.
    """

    formula: str
    idea: str
    tries: str
    draw: Callable[[Any, Theme], Drawn]
    controls: Sequence[tuple[str, str, str]]
    below: Callable[[Any], None] | None = None


def show(view: View, settings: Any, theme: Theme, key: str) -> None:
    """Words and picture of a view; `key` is that of the component with the picture."""
    st.markdown(f"${view.formula}$")
    st.markdown(view.idea)
    panels, legend = view.draw(settings, theme)
    charts(panels, key=key, version=f"{settings} {theme.dark}", legend=legend)
    st.markdown(f"**Try:** {view.tries}")
    if view.below:
        view.below(settings)
    st.download_button(
        "Download what is drawn as CSV",
        lambda: as_csv(panels),
        file_name=f"optviz-{panels[0]['key'].split('.')[0]}.csv",
        mime="text/csv",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def sidebar(page: SettingsPage, view: View) -> None:
    """The widgets of a view."""
    with st.sidebar:
        for name, label, hint in view.controls:
            page.widget(name, label, help=hint)


def train_link(label: str, config: TrainingConfig) -> None:
    """A link that opens Train live with this configuration, ready to start."""
    st.page_link(str(TRAIN), label=label, icon=":material/play_circle:", query_params=encode(config))
