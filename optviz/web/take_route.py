"""The addresses of what one takes away of an experiment: the page as one file, and the lean page for a frame.

    /take/trajectories.html?v=1&objective=ravine&...     one file, to be saved
    /embed/trajectories?v=1&objective=ravine&...         for a frame; theme=dark for either

What the page would not use is refused, with the page's own sentences.
"""

import gzip
from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from optviz.figures.style import DARK, LIGHT, Theme
from optviz.settings.experiment import Experiment, decode
from optviz.web.components.share import EMBED, FILE
from optviz.web.guide import guided
from optviz.web.origin import root
from optviz.web.take_away import framed_page, whole_file
from optviz.web.work import Asker, BusyError, Work
from optviz.words import join, tr

THEMES = {"light": LIGHT, "dark": DARK}
WORK = Work("take", threads=1, most=64, each=4)
Make = Callable[[Experiment, Theme, str], str]


class TakeError(ValueError):
    """A request for a page that cannot be made; the message is a sentence for people."""


async def file(request: Request) -> Response:
    """The experiment as one HTML file."""
    return await _answer(request, whole_file, save=True)


async def embed(request: Request) -> Response:
    """The lean page; who may show it in a frame says `OPTVIZ_FRAME_ANCESTORS`."""
    return await _answer(request, framed_page, save=False)


async def _answer(request: Request, make: Make, *, save: bool) -> Response:
    """The page. 400 with sentences for a link that cannot be used, 429 for too many requests."""
    small = "gzip" in request.headers.get("accept-encoding", "")
    try:
        made, name = await WORK.do(Asker.of(request), partial(_made, request, make, small=small))
    except TakeError as error:
        return _refused(str(error), 400)
    except BusyError as error:
        return _refused(str(error), 429)
    headers = {"cache-control": "no-store"}
    if small:
        headers["content-encoding"] = "gzip"
    if save:
        headers["content-disposition"] = f'attachment; filename="{name}"'
    return Response(made, media_type="text/html; charset=utf-8", headers=headers)


def _refused(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status, headers={"cache-control": "no-store"})


def _made(request: Request, make: Make, *, small: bool) -> tuple[bytes, str]:
    query = dict(request.query_params)
    theme = query.pop("theme", "light")
    if theme not in THEMES:
        raise TakeError(tr("The theme must be light or dark."))
    _, link, _ = guided(query, ())
    experiment, notices = decode(link)
    if notices:
        raise TakeError(join(*notices))
    page = make(experiment, THEMES[theme], root(request.scope)).encode()
    return gzip.compress(page, 1) if small else page, f"optviz-{experiment.objective}.html"


routes = [Route(f"/{FILE}", file), Route(f"/{EMBED}", embed)]
