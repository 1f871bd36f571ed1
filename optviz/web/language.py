"""Which language a visitor reads: the link's, else what was chosen in this visit, else the browser's."""

import functools
import json
from typing import Any
from urllib.parse import parse_qs

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from optviz.web.assets import asset
from optviz.words import ENGLISH, LANGUAGES, ask, speak, speaking
from optviz.words import language as current
from optviz.words.catalogue import FOLDER, best, entries, translations

LANG = "lang"  # in a link
#: Where the session keeps the language, what the last link said, and whether somebody has chosen it.
SPOKEN, SAID, CHOSEN = "language.spoken", "language.said", "language.chosen"


def settle() -> None:
    """Let this run of the script speak the visitor's language."""
    state = st.session_state
    said = st.query_params.get(LANG, "")
    if said in LANGUAGES and said != state.get(SAID):
        state[SAID] = state[CHOSEN] = state[SPOKEN] = said
    elif SPOKEN not in state:
        state[SPOKEN] = best(st.context.locale or "")
    ask(_of_session)
    speak(state[SPOKEN])


def spoken() -> str:
    """The language of this run of the script."""
    return current()


def choose(language: str) -> None:
    """From the next run on, this visit has that language, and its links say so."""
    st.session_state[CHOSEN] = st.session_state[SPOKEN] = language


def chosen() -> str:
    """The language that somebody has chosen or a link has said in this visit, "" where nobody has."""
    return str(st.session_state.get(CHOSEN, "")) if get_script_run_ctx(suppress_warning=True) else ""


def link() -> dict[str, str]:
    """What a link says of it."""
    return {LANG: chosen()} if chosen() else {}


def of_request(query: str | None, accepted: str | None) -> str:
    """The language of a request: its parameter `lang`, else the header Accept-Language."""
    return query if query in LANGUAGES else best(accepted or "")


def speech(*, whole: bool = False) -> dict[str, Any]:
    """What a component needs to speak the language of this context: nothing for English.

    With `whole` it is the catalogue itself in place of its address.
    """
    spoken = current()
    if spoken == ENGLISH:
        return {}
    return {"speech": {"language": spoken, "words": _words(spoken) if whole else _words_url(spoken)}}


def prepare() -> None:
    """Read the catalogues before the first visitor comes: each takes a fifth of a second."""
    for key in LANGUAGES:
        with speaking(key):
            translations(key)
            speech()


@functools.cache
def _words(language: str) -> dict[str, str]:
    """The catalogue for the browser."""
    path = FOLDER / language / "browser.po"
    return {message: said for message, said in entries(path).items() if said} if path.exists() else {}


@functools.cache
def _words_url(language: str) -> str:
    """The address of the catalogue for the browser."""
    return asset("words.json", json.dumps(_words(language), ensure_ascii=False), "application/json")


def _of_session() -> str:
    if not get_script_run_ctx(suppress_warning=True):
        return ENGLISH
    return str(st.session_state.get(SPOKEN, ENGLISH))


class Spoken:
    """Middleware: every answer speaks the language of its request; caches keep one for each."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on in its language."""
        if scope["type"] != "http" or "/assets/" in scope["path"]:
            await self.app(scope, receive, send)
            return
        query = parse_qs(scope.get("query_string", b"").decode("latin-1")).get(LANG, [""])[-1]
        headers = {name.lower(): value for name, value in scope["headers"]}
        accepted = headers.get(b"accept-language", b"").decode("latin-1")

        async def varying(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"vary", b"accept-language")]
            await send(message)

        with speaking(of_request(query, accepted)):
            await self.app(scope, receive, varying)
