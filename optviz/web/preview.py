"""The card that a chat program shows when somebody pastes a link: title, description and picture.

The program reads them in the head of the page, without running a script. So they are made of the link here,
and the picture is drawn when the program asks for it, at the address /card.png with the same link.
"""

import contextlib
import functools
import html
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from optviz.engine.outcomes import point
from optviz.figures.card_pictures import HEIGHT, WIDTH, card_picture
from optviz.figures.scenes import legend_name, short_names
from optviz.figures.style import LIGHT
from optviz.settings.experiment import Experiment, decode, encode
from optviz.web.guide import guided
from optviz.web.origin import root
from optviz.web.work import Asker, BusyError, Work
from optviz.words import join, listed, mark, tr, trn

CARD = "card.png"
SITE = "optviz"
ABOUT = mark("How optimizers move: paths on landscapes, maps, networks that train live, and a course.")
LONGEST = 4000  # bytes of a query; a link has at most 2,000 characters
MOST_WORDS = 300  # characters of a description; chat programs show fewer
KEPT = 64  # pictures, about 40 kB each
WORK = Work("card", threads=1, most=32, each=4)


async def tags(scope: Mapping[str, Any]) -> bytes:
    """What the head of the first page says of the link of a request, or of the site where there is none."""
    query = scope.get("query_string", b"")
    experiment = None
    if query and len(query) <= LONGEST:
        with contextlib.suppress(BusyError):
            experiment = await WORK.do(Asker.of(Request(dict(scope))), functools.partial(_opened, query))
    return _tags(experiment, root(scope)).encode()


def _opened(query: bytes) -> Experiment | None:
    """The experiment of a link that can be used as it stands; None for any other."""
    given = dict(parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True)[:100])
    _, link, _ = guided(given, ())
    experiment, notices = decode(link)
    return None if notices or not link else experiment


def _tags(experiment: Experiment | None, here: str) -> str:
    title, about, query = SITE, tr(ABOUT), ""
    if experiment is not None:
        objective = experiment.landscape()
        names = listed(short_names(experiment.racers))
        title = tr("{landscape}: {names} · optviz", landscape=tr(objective.name), names=names)
        about = tr(
            "{names}. {steps} from {place} on f = {formula}.",
            names=tr("; ").join(legend_name(entrant) for entrant in experiment.racers),
            steps=trn("{count} step", "{count} steps", experiment.steps),
            place=point(np.array(experiment.start)),
            formula=objective.formula,
        )
        query = f"?{urlencode(encode(experiment))}"
    title, about = (
        text if len(text) <= MOST_WORDS else f"{text[: MOST_WORDS - 1]}…" for text in (title, about)
    )
    said = {
        "og:type": "website",
        "og:site_name": SITE,
        "og:title": title,
        "og:description": about,
        "og:url": f"{here}{query}",
        "og:image": f"{here.rstrip('/')}/{CARD}{query}",
        "og:image:width": str(WIDTH),
        "og:image:height": str(HEIGHT),
        "og:image:alt": title,
    }
    properties = "".join(
        f'<meta property="{name}" content="{html.escape(text)}">' for name, text in said.items()
    )
    return (
        f'{properties}<meta name="twitter:card" content="summary_large_image">'
        f'<meta name="description" content="{html.escape(about)}">'
    )


async def card(request: Request) -> Response:
    """The picture of a link's experiment, as PNG; 400 with sentences for a link that cannot be used."""
    _, link, _ = guided(dict(request.query_params), ())
    try:
        made = await WORK.do(Asker.of(request), lambda: _card(link))
    except ValueError as error:
        return PlainTextResponse(str(error), 400, headers={"cache-control": "no-store"})
    except BusyError as error:
        return PlainTextResponse(str(error), 429, headers={"cache-control": "no-store", "retry-after": "1"})
    return Response(made, media_type="image/png", headers={"cache-control": "public, max-age=3600"})


def _card(link: Mapping[str, Any]) -> bytes:
    experiment, notices = decode(link)
    if notices:
        raise ValueError(join(*notices))
    return _picture(experiment)


@functools.lru_cache(maxsize=KEPT)
def _picture(experiment: Experiment) -> bytes:
    return card_picture(experiment, experiment.run(), LIGHT)


route = Route(f"/{CARD}", card)
