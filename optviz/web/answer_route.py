"""A change of settings, answered without a run of the page's script.

A run of the script costs Streamlit three times what the engine needs. So the panel sends a change here, with
the settings before it, and gets the new settings, what was refused, and the data of the components that show
them. A request knows nothing of the visitor, so every server answers it alike. The script hears of the
settings when something else on the page depends on them: see `web.page.Page`.

With `find` in it, a request changes nothing: it asks for a good learning rate of the optimizer of that name.
"""

import asyncio
import gzip
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from optviz.figures.style import DARK, LIGHT
from optviz.settings.link import Settings, encode
from optviz.web import metrics
from optviz.web.guide import guided
from optviz.web.page import ANSWER, Changes, Edited, Page
from optviz.web.trajectories.page import PAGE as TRAJECTORIES
from optviz.web.work import Asker, BusyError, Work
from optviz.words import per_language, tr

log = logging.getLogger("optviz")
LONGEST = 64_000  # bytes of a request; a link has at most 2,000 characters
KEPT = 128  # pictures, up to about 200 kB each
THEMES = {"light": LIGHT, "dark": DARK}
PAGES: dict[str, Page[Any]] = {page.key: page for page in (TRAJECTORIES,)}
WORK = Work("answer", threads=max(2, os.cpu_count() or 1), most=512, each=4)


class AnswerError(ValueError):
    """A request that is no change; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Change:
    """A request: settings before, and what changes; or a link that is opened as it stands.

    `find` is the name in the link for which a value is looked for, "" for none.
    """

    link: Mapping[str, str]
    changes: Changes
    typed: Changes
    whole: bool
    theme: str
    find: str


def read(body: bytes) -> Change:
    """The request in a body of JSON; raises AnswerError."""
    try:
        said = json.loads(body)
        link, changes, typed = (said.get(name, {}) for name in ("link", "changes", "typed"))
        theme, find = said.get("theme", "light"), said.get("find", "")
    except (ValueError, AttributeError, RecursionError):
        raise AnswerError(tr("This is no change of settings.")) from None
    texts = all(isinstance(part, dict) for part in (link, changes, typed)) and (
        all(isinstance(text, str) for text in link.values())
        and all(isinstance(text, str | None) for part in (changes, typed) for text in part.values())
    )
    if not texts or not isinstance(find, str) or not isinstance(theme, str) or theme not in THEMES:
        raise AnswerError(tr("This is no change of settings."))
    return Change(link, changes, typed, bool(said.get("whole")), theme, find)


async def answer(request: Request) -> Response:
    """The settings after a change and what shows them, as JSON.

    400 with a sentence for what is no change, 404 for a page without such answers, 413 for too long a
    request, 429 where the server has enough to do.
    """
    page = PAGES.get(request.path_params["page"])
    if page is None:
        return _refused(tr("There is no such page."), 404)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST:
            return _refused(tr("This is too long for a change of settings."), 413)
    small = "gzip" in request.headers.get("accept-encoding", "")
    try:
        change = read(body)
        with metrics.answer():
            made = await WORK.do(Asker.of(request), lambda: _answer(page, change, small))
    except AnswerError as error:
        return _refused(str(error), 400)
    except BusyError as error:
        return _refused(str(error), 429)
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("A change of the page %s could not be answered", page.key)
        return _refused(tr("Something went wrong with these settings."), 500)
    headers = {"cache-control": "no-store", **({"content-encoding": "gzip"} if small else {})}
    return Response(made, media_type="application/json", headers=headers)


def _refused(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status, headers={"cache-control": "no-store"})


def _answer(page: Page[Any], change: Change, small: bool) -> bytes:
    guide, link, unusable = guided(change.link, page.names)
    before, notices = page.opened(link)
    if change.find:
        return _found(page, before, change.find, small)
    if change.whole:
        found: Edited[Any] = Edited(before, {}, {})
        notices = [*notices, *unusable]
    else:
        found, notices = page.edited(before, change.changes, change.typed), []
    said = {
        "values": encode(found.settings),
        "address": page.address(found.settings) | guide.link,
        "refused": found.refused,
        "typed": found.typed,
        "notices": notices,
        "rest": page.rest(found.settings),
        "notes": page.notes(found.settings),
    }
    head = json.dumps(said).encode()
    whole = head[:-1] + b', "parts": ' + _parts(page, found.settings, change.theme) + b"}"
    return gzip.compress(whole, 1) if small else whole


def _found(page: Page[Any], settings: Settings, name: str, small: bool) -> bytes:
    """A value for what the panel calls `name`: its text or null, and how it was found."""
    found = page.find(settings, name) if page.find else None
    if found is None:
        raise AnswerError(tr("There is nothing to look for here."))
    text, sentence = found
    said = json.dumps({"rate": text, "sentence": sentence}).encode()
    return gzip.compress(said, 1) if small else said


@per_language(KEPT)
def _parts(page: Page[Any], settings: Settings, theme: str) -> bytes:
    """What the components show of the settings; a class that does the same shares it."""
    assert page.parts is not None
    return json.dumps(page.parts(settings, THEMES[theme]), allow_nan=False).encode()


route = Route(f"/{ANSWER}/{{page}}", answer, methods=["POST"])
