"""A page with settings: a link fills them, the panel edits them, and the picture shows them.

`read` draws nothing, so that the picture can be made and sent before the panel.
"""

import json
import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Generic, TypeVar

import streamlit as st

from optviz.figures.style import DARK, LIGHT, SLOTS, Theme, slot_styles
from optviz.settings.declaration import declaration, named
from optviz.settings.fields import Rows
from optviz.settings.link import Link, Settings, decode, edit, encode, fields_of
from optviz.web import assets, language
from optviz.web.address import arriving
from optviz.web.assets import asset
from optviz.web.components.bench import bench, bench_data
from optviz.web.components.panel import panel, panel_data
from optviz.web.components.share import Fields, share_button
from optviz.web.guide import NAMES as GUIDED
from optviz.web.guide import Guide, guided
from optviz.web.lessons.strip import strip
from optviz.web.markdown_escape import plain
from optviz.web.site import BEFORE, OPENING
from optviz.web.theme import current_theme
from optviz.words import per_language, tr

log = logging.getLogger("optviz")
ANSWER = "answer"  # the folder of our route that answers changes
CURRENT = "page.current"  # where the session keeps the page with settings that this run shows
S = TypeVar("S", bound=Settings)
Changes = dict[str, str | None]


@dataclass(slots=True)
class Shown(Generic[S]):
    """What one visitor's page shows.

    `refused` says under each place of the panel why an edit was not taken; `typed` are the texts of it that
    still stand in their fields, and may fit together with the next edit. `done` is the number of the last
    edit that was answered. `worked` are the last settings whose run ended without an error, None before the
    first; `drawn` says whether this run has drawn the panel. `opened` is another one whenever the settings
    come from elsewhere than the panel: from a link, or from a button of the page. `whole` says that each
    change needs a run of the script. `guide` is what the link says besides the settings.
    """

    settings: S
    notices: list[str]
    refused: dict[str, str] = field(default_factory=dict)
    typed: Changes = field(default_factory=dict)
    done: int = 0
    worked: S | None = None
    drawn: bool = False
    opened: str = field(default_factory=lambda: secrets.token_hex(4))
    whole: bool = False
    guide: Guide = field(default_factory=Guide)


@dataclass(frozen=True, slots=True)
class Edited(Generic[S]):
    """What became of an edit: the settings after it, and what was refused and typed as in `Shown`."""

    settings: S
    refused: dict[str, str]
    typed: Changes


def keep(before: Any, changes: Changes) -> Changes:
    """What a page does with a person's changes that needs nothing more."""
    return changes


@dataclass(frozen=True, slots=True)
class Page(Generic[S]):
    """A page of these settings.

    `open` reads a link, with a sentence for each thing that cannot be used, and `address` writes it: by
    default that of the settings alone. `arrange` may complete a person's changes before they are read, given
    the settings before. `presets` are described fields that stand first in the panel and change others.

    With `parts` a change needs no run of the script: the browser sends it to `web.answer_route`, which gives
    back the data of these components by name. `rest` names what else on the page depends on the settings;
    the script runs again only when that becomes another one. `notes` are sentences that the panel shows at
    their places, as it shows refusals. `find` looks for a good value of what the link calls by a name, and
    returns its text, None where none is good, and a sentence that says how it was found.
    """

    settings: type[S]
    open: Callable[[Link], tuple[S, list[str]]] | None = None
    address: Callable[[S], Link] = encode
    arrange: Callable[[S, Changes], Changes] = keep
    presets: Callable[[], list[dict[str, Any]]] = list
    parts: Callable[[S, Theme], dict[str, Any]] | None = None
    rest: Callable[[S], str] = lambda settings: ""
    notes: Callable[[S], dict[str, str]] = lambda settings: {}
    find: Callable[[S, str], tuple[str | None, str] | None] | None = None

    @property
    def key(self) -> str:
        """The page's key."""
        return self.settings.page

    def read(self) -> S:
        """What is shown: a link that has come, or the settings as the panel has edited them."""
        state = st.session_state
        query = st.query_params.to_dict()
        shown: Shown[S] | None = state.get(self.key)
        before = state.get(BEFORE, self.key)
        key, link = state.pop(OPENING, ("", {}))
        if key == self.key:
            arrived = link
        else:
            arrived = arriving(query, page=self.key, before=before, shown=self.link if shown else None)
        if arrived is not None:
            guide, link, said = guided(arrived, self.names)
            settings, notices = self.opened(link)
            known = (shown.done, shown.worked) if shown else (0, None)
            shown = Shown(settings, [*notices, *said], done=known[0], worked=known[1], guide=guide)
            state[self.key] = shown
        assert shown is not None
        shown.guide = replace(shown.guide, lang=language.chosen())
        state[CURRENT], shown.drawn = self, False
        message = state.pop(f"{self.key}.edit", None)
        if isinstance(message, Mapping):
            self._take(shown, message)
        return shown.settings

    def _take(self, shown: Shown[S], message: Mapping[str, Any]) -> None:
        """Apply an edit that was not yet applied; anything that is no edit is passed over."""
        number, link, changes, told = (message.get(name) for name in ("n", "link", "changes", "values"))
        if not isinstance(number, int) or number <= shown.done:
            return
        if isinstance(told, Mapping):  # the panel shows it already: see `web.answer_route`
            shown.settings, shown.notices = self.opened(told)
            shown.worked, shown.refused, shown.typed = shown.settings, {}, {}
        if isinstance(link, Mapping):  # Back or Forward
            shown.guide, rest, said = guided(link, self.names)
            settings, notices = self.opened(rest)
            self.show(settings, [*notices, *said])
        elif isinstance(changes, Mapping):
            self.put({k: v for k, v in changes.items() if isinstance(k, str) and isinstance(v, str | None)})
        shown.done = number

    def opened(self, link: Mapping[str, Any]) -> tuple[S, list[str]]:
        """The settings of a link, with a sentence for each thing that cannot be used; never raises."""
        return self.open(dict(link)) if self.open else decode(self.settings, link)

    def edited(self, before: S, changes: Changes, typed: Changes) -> Edited[S]:
        """What settings become by changes, given as texts by name; None asks for the default."""
        changes = {**typed, **changes}
        settings, refused = edit(before, self.arrange(before, changes))
        texts = {row.name for row in fields_of(self.settings) if isinstance(row, Rows)}
        left = {name: changes[name] for name in texts & refused.keys() & changes.keys()}
        return Edited(settings, refused, left)

    def put(self, changes: Changes) -> None:
        """Change some settings of this visitor, given as texts by name; None asks for the default."""
        shown: Shown[S] = st.session_state[self.key]
        before, found = shown.settings, self.edited(shown.settings, changes, shown.typed)
        shown.settings, shown.refused, shown.typed = found.settings, found.refused, found.typed
        if shown.settings != before:
            shown.notices = []

    def show(self, settings: S, notices: list[str]) -> None:
        """Show other settings altogether."""
        shown: Shown[S] = st.session_state[self.key]
        shown.settings, shown.notices, shown.refused, shown.typed = settings, notices, {}, {}
        shown.opened = secrets.token_hex(4)

    @property
    def link(self) -> Link:
        """The parameters of the address of what is shown."""
        shown: Shown[S] = st.session_state[self.key]
        return {**self.address(shown.settings), **shown.guide.link}

    @property
    def refused(self) -> dict[str, str]:
        """Why an edit was not taken, by place; empty if it was."""
        return st.session_state[self.key].refused

    @contextmanager
    def frame(self, title: str, *, more: Sequence[str] = ()) -> Iterator[None]:
        """Title, Share and notices, then the picture that is drawn inside, with the panel beside it.

        `title` is Markdown, `more` are notices besides those of the link.
        """
        header(title, self.fields)
        self.show_notices(*more)
        self.show_guide()
        with st.container(key="page-frame"):  # site.css knows it by this name
            picture, controls = st.columns([0.75, 0.25], gap="medium")
        try:
            with picture:
                yield
        except Exception as error:
            with picture:
                self.apologise(error)
            with controls:
                self.panel()
            st.stop()
        with controls:
            self.panel()

    def apologise(self, error: Exception) -> None:
        """Log the trace of an error of this page, say so, and offer settings that can be shown."""
        log.exception("The page %s failed", self.key, exc_info=error)
        worked = st.session_state[self.key].worked
        st.error(
            tr(
                "Something went wrong with these settings. Change them in the panel, or go back; the "
                "server's log has the details."
            )
        )
        default, earlier = tr("Open the default settings"), tr("Back to the last settings that worked")
        label = default if worked is None else earlier
        st.button(label, key=f"{self.key}.back", on_click=self._back, icon=":material/undo:")

    def _back(self) -> None:
        worked = st.session_state[self.key].worked
        if worked is None:
            self.show(*self.opened({}))
        else:
            self.show(worked, [])

    def show_notices(self, *more: str) -> None:
        """Name what the link said and could not be used, until something is changed."""
        notices = [plain(notice) for notice in (*st.session_state[self.key].notices, *more)]
        place = st.container()  # always there: what stands below must not move, or it would be made anew
        if notices:
            place.warning(notices[0] if len(notices) == 1 else "\n".join(f"- {n}" for n in notices))

    def show_guide(self) -> None:
        """What the teacher asks, and the lesson that the page was opened from, if there are any."""
        shown: Shown[S] = st.session_state[self.key]
        strip(shown.guide, shown.settings)

    def bench(self, parts: Mapping[str, Mapping[str, Any]], *, below: bool = False) -> None:
        """Notices, and the bench: its `parts` besides the panel, see `components.bench`.

        `below` says that what the script draws below it shows more than `rest`, so that each change needs a
        run of it.
        """
        self.show_notices()
        self.show_guide()
        shown: Shown[S] = st.session_state[self.key]
        # What was found of a lesson depends on every setting.
        shown.drawn, shown.whole = True, below or bool(shown.notices or shown.guide.lesson)
        key = f"{self.key}.bench"
        stamp = {"opened": shown.opened, "done": shown.done}
        data = bench_data(
            {**parts, "panel": self._panel_data()}, page=self.key, stamp=stamp, fields=self.fields
        )
        bench(data, key=key, on_edit=lambda: self._hear(key))

    def panel(self) -> None:
        """All settings of the page, to be edited."""
        st.session_state[self.key].drawn = True
        key = f"{self.key}.panel"
        panel(self._panel_data(), key=key, on_edit=lambda: self._hear(key))

    def _hear(self, component: str) -> None:
        st.session_state[f"{self.key}.edit"] = st.session_state[component].get("edit")

    def _panel_data(self) -> dict[str, Any]:
        shown: Shown[S] = st.session_state[self.key]
        return panel_data(
            self.declared,
            page=self.key,
            values=encode(shown.settings),
            address=self.link,
            refused=shown.refused,
            notes=self.notes(shown.settings),
            done=shown.done,
            dark=current_theme().dark,
            answers=self.answers(shown) if self.parts else None,
        )

    @property
    def fields(self) -> Fields:
        """The panel's fields, names and labels."""
        return named(self.settings)

    @property
    def names(self) -> frozenset[str]:
        """The names of the panel's fields."""
        return frozenset(name for name, _ in self.fields)

    @property
    def declared(self) -> str:
        """The address of the panel's declaration."""
        return declared(self.settings, self.presets)

    def answers(self, shown: Shown[S]) -> dict[str, Any]:
        """What the panel needs so that its changes are answered without a run of the script."""
        return {
            "url": assets.address(f"{ANSWER}/{self.key}"),
            "opened": shown.opened,
            "rest": self.rest(shown.settings),
            "whole": shown.whole,
            "guide": shown.guide.link,
            "guided": GUIDED,
        }


def run_guarded(run: Callable[[], None]) -> None:
    """Run the script of a page; if it fails, the page keeps its panel and offers settings that worked.

    Errors of pages without settings go on to the server.
    """
    state = st.session_state
    state[CURRENT] = None
    try:
        run()
    except Exception as error:
        page: Page[Any] | None = state[CURRENT]
        if page is None:
            raise
        page.apologise(error)
        if not state[page.key].drawn:
            page.panel()
    else:
        page = state[CURRENT]
        if page is not None:
            state[page.key].worked = state[page.key].settings


@per_language()
def declared(settings: type[Settings], presets: Callable[[], list[dict[str, Any]]]) -> str:
    """The address of a page's declaration, which is the same for everybody."""
    said = declaration(settings)
    fields = [field for section in said["sections"] for field in section["fields"]]
    cards = max((field["most"] for field in fields if field["kind"] == "compared"), default=0)
    styles = {
        "light": [asdict(style) for style in slot_styles(LIGHT, max(SLOTS, cards))],
        "dark": [asdict(style) for style in slot_styles(DARK, max(SLOTS, cards))],
    }
    said["sections"][0]["fields"][:0] = presets()
    text = json.dumps({**said, "styles": styles}, ensure_ascii=False)
    return asset(f"{settings.page}.json", text.encode(), "application/json")


def header(title: str, fields: Fields = ()) -> None:
    """The head of every page: its title, as Markdown, and the button that shares it."""
    with st.container(key="page-head"):
        left, right = st.columns([0.88, 0.12], vertical_alignment="top")
    with left:
        st.markdown(title)
    with right:
        share_button(fields)
