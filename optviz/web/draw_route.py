"""Pictures of drafts: while somebody drags a setting, the browser asks here for the newest one's.

A request changes nothing and knows nothing of the visitor: it is a link, and its answer the picture that the
page draws for it. One row of `PAGES` says which functions draw a page's picture; its script uses the same.
"""

import gzip
import json
import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from optviz.figures.minibatches import scene
from optviz.figures.style import DARK, LIGHT, Theme
from optviz.settings.activations import ActivationSettings
from optviz.settings.link import Settings, read
from optviz.settings.maps import MapSettings
from optviz.settings.minibatches import MiniBatches
from optviz.settings.regularization import RegularizationSettings
from optviz.web.activations.views import VIEWS as ACTIVATIONS
from optviz.web.components.following import DRAW
from optviz.web.maps import drafts as maps
from optviz.web.regularization.views import VIEWS as REGULARIZATION
from optviz.web.teaching_view import View
from optviz.web.work import Asker, BusyError, Work
from optviz.words import join, language, tr

log = logging.getLogger("optviz")
PATIENCE = 30.0  # milliseconds that the picture of a draft may take to be made
KEPT = 256  # answers, 2 to 120 kB each
AT_ONCE = max(1, (os.cpu_count() or 1) // 2)  # the other processors are for the pages
CACHED = "private, max-age=60"
THEMES = {"light": LIGHT, "dark": DARK}
# A picture takes up to `PATIENCE`. A browser asks for one at a time and may still wait for the one before.
WORK = Work("draw", threads=AT_ONCE, most=16 * AT_ONCE, each=2)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page whose picture follows: its settings, what draws them, and how many milliseconds that takes."""

    settings: type[Settings]
    draw: Callable[[Any, Theme], Mapping[str, Any]]
    time: Callable[[Any], float]


def _teaching(settings: type[Settings], views: Mapping[str, View]) -> Drawn:
    def draw(shown: Any, theme: Theme) -> Mapping[str, Any]:
        panels, legend = views[shown.view].draw(shown, theme)
        return {"figures": panels, "legend": legend, "note": ""}

    return Drawn(settings, draw, lambda shown: views[shown.view].time(shown))


def _lines(settings: MiniBatches, theme: Theme) -> Mapping[str, Any]:
    return scene(settings, settings.run(), theme)


def _lines_time(settings: MiniBatches) -> float:
    """4 to 8 microseconds for an update, by optimizer."""
    return 0.0055 * settings.updates_to_make


def _map(settings: MapSettings, theme: Theme) -> Mapping[str, Any]:
    picture = maps.draft_picture(settings, theme)
    return {"figures": picture.panels, "legend": picture.legend, "note": picture.note}


PAGES: dict[str, Drawn] = {
    row.settings.page: row
    for row in (
        _teaching(ActivationSettings, ACTIVATIONS),
        _teaching(RegularizationSettings, REGULARIZATION),
        Drawn(MiniBatches, _lines, _lines_time),
        Drawn(MapSettings, _map, maps.time),
    )
}


class DrawError(ValueError):
    """A draft that cannot be drawn; the message is a sentence for people."""


#: A page, the names and texts of a link, and a language.
Query = tuple[str, frozenset[tuple[str, str]], str]
_answers: OrderedDict[Query, bytes] = OrderedDict()  # used by the event loop only


async def draw(request: Request) -> Response:
    """The picture of a draft as JSON, compressed.

    204 where it takes too long while somebody drags, 400 with a sentence where the draft cannot be used, 404
    for a page without such pictures, 429 where the server, or this visitor, has enough being drawn.
    """
    page = request.path_params["page"]
    if page not in PAGES:
        return _refused(tr("There is no such picture."), 404)
    query = page, frozenset(request.query_params.items()), language()
    small = _answers.get(query)
    if small is None:
        try:
            small = await WORK.do(Asker.of(request), lambda: _answer(query))
        except BusyError as error:
            return _refused(str(error), 429)
        except DrawError as error:
            return _refused(str(error), 400)
        except Exception:
            log.exception("A draft could not be drawn")
            return _refused(tr("This picture could not be drawn."), 500)
    if small is None:
        return Response(status_code=204, headers={"cache-control": "no-store"})
    _keep(query, small)
    headers = {"cache-control": CACHED, "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(small), media_type="application/json", headers=headers)
    return Response(small, media_type="application/json", headers={**headers, "content-encoding": "gzip"})


def _refused(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status, headers={"cache-control": "no-store"})


def _answer(query: Query) -> bytes | None:
    """The compressed picture, or None if it takes too long; raises DrawError."""
    page, given = PAGES[query[0]], dict(query[1])
    theme, ground = given.pop("theme", "light"), given.pop("ground", None)
    if theme not in THEMES:
        raise DrawError(tr("The theme must be light or dark."))
    settings, complaints = read(page.settings, given)
    if complaints:
        raise DrawError(join(*(complaint.sentence for complaint in complaints)))
    if objection := settings.objection():
        raise DrawError(objection[1])
    if page.time(settings) > PATIENCE:
        return None
    picture = dict(page.draw(settings, THEMES[theme]))
    if ground is not None and picture.get("ground", {}).get("key") == ground:
        picture["ground"] = {"key": ground}  # the browser has it already
    return gzip.compress(json.dumps(picture, allow_nan=False).encode(), 1)


def _keep(query: Query, small: bytes) -> None:
    _answers[query] = small
    _answers.move_to_end(query)
    while len(_answers) > KEPT:
        _answers.popitem(last=False)


route = Route(f"/{DRAW}/{{page}}", draw)
