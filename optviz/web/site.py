"""The table of pages: navigation, lessons, links between pages and tests derive from it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from optviz.web import language, training_modules
from optviz.words import LANGUAGES, Message, tr

FILES = Path(__file__).parents[2] / "pages"


@dataclass(frozen=True, slots=True)
class Row:
    """A page: its key, which names its file and its address, its title, and an icon for links to it.

    `training` says that it needs the modules of live training, `addressed` that its address alone says what
    it shows.
    """

    key: str
    title: Message
    icon: str = ":material/open_in_new:"
    training: bool = False
    addressed: bool = False

    @property
    def file(self) -> Path:
        """The script."""
        return FILES / f"{self.key}.py"

    @property
    def path(self) -> str:
        """Its place in addresses; the first page stands at the root."""
        return "" if self.key == FIRST else self.key


AGAIN = 1.0  # seconds until a page that could not be loaded is tried again
FIRST = "trajectories"
#: Where the session keeps the key of the page of this run, and of the run before; None in a new session.
HERE, BEFORE = "page.here", "page.before"
LINK = "page.link"  # and what the address of the page of the last run said
#: Where the session keeps the key of a page that is about to be opened, and the link for it.
OPENING = "page.opening"
PAGES: dict[str, Row] = {
    row.key: row
    for row in (
        Row("trajectories", "Trajectories"),
        Row("lessons", "Lessons", training=True, addressed=True),
        Row("maps", "Maps"),
        Row("minibatches", "Mini-batches"),
        Row("activations", "Activations and losses"),
        Row("regularization", "Regularization"),
        Row("train", "Train live", ":material/play_circle:", training=True),
    )
}


def window_title(title: str) -> str:
    """What the browser's tab says of a page."""
    return f"{tr(title)} · optviz"


def navigation() -> None:
    """Run the page that the visitor is on, under the menu of all pages."""
    pages = [
        st.Page(row.file, title=tr(row.title), default=row.key == FIRST, url_path=row.path or None)
        for row in PAGES.values()
    ]
    spoken = language.spoken()
    others = [st.Page(_nothing, title=name, url_path=key) for key, name in LANGUAGES.items() if key != spoken]
    page = st.navigation([*pages, *others], position="top")
    if page.url_path in LANGUAGES:
        _switch(page.url_path)
    st.session_state[BEFORE] = st.session_state.get(HERE)
    st.session_state[HERE] = page.url_path or FIRST
    st.session_state[LINK] = st.query_params.to_dict()
    st.set_page_config(page_title=window_title(PAGES[st.session_state[HERE]].title))
    if PAGES[st.session_state[HERE]].training and not training_modules.ready():
        st.info(tr("Training is starting; trying again."))
        time.sleep(AGAIN)
        st.rerun()
    page.run()


def _switch(key: str) -> None:
    """Speak another language, on the page that the visitor comes from."""
    language.choose(key)
    row = PAGES[st.session_state.get(HERE, FIRST)]
    link = st.session_state.get(LINK, {}) | {language.LANG: key} if row.addressed else None
    st.switch_page(row.file, query_params=link)


def _nothing() -> None:
    """A language stands in the menu as a page that shows nothing itself."""


def link_to(key: str, label: str, link: Mapping[str, str], icon: str = "") -> None:
    """A link that opens a page with these parameters."""
    st.page_link(str(PAGES[key].file), label=label, icon=icon or PAGES[key].icon, query_params=dict(link))


def open_page(key: str, link: Mapping[str, str], *, leaving: Mapping[str, str]) -> None:
    """Leave this page, whose address says `leaving`, and open another one with the parameters of `link`.

    Streamlit writes parameters to the address of the page that is left, as an entry of its own, unless they
    stand there already. So the session hands the link over, and the panel of the page writes it.
    """
    st.session_state[OPENING] = (key, dict(link))
    st.switch_page(PAGES[key].file, query_params=dict(leaving))
