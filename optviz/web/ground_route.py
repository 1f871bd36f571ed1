"""The contour of a landscape at an address of its own: a browser fetches it once, and keeps it."""

import asyncio
import functools
import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from optviz.figures import landscapes, plotly_dicts, style
from optviz.figures.landscapes import Domain, ground_figure, ground_key
from optviz.figures.style import DARK, LIGHT, Theme
from optviz.settings.experiment import Experiment, decode, encode
from optviz.settings.link import VERSION
from optviz.web.assets import address
from optviz.words import join, tr

GROUND = "ground"
KEPT = 128  # contours, about 25 kB each
IMMUTABLE = "public, max-age=31536000, immutable"
THEMES = {"light": LIGHT, "dark": DARK}


class GroundError(ValueError):
    """A request for a contour that cannot be drawn; the message is a sentence for people."""


def ground_url(experiment: Experiment, theme: Theme) -> str:
    """Where the browser fetches the contour of an experiment's landscape.

    `v` changes with all that the picture depends on, so that it may be cached for ever.
    """
    link = encode(experiment)
    query = {str(name): link[name] for name in ("objective", "formula", "domain") if name in link}
    key = ground_key(experiment.landscape(), experiment.domain, theme)
    query["theme"] = "dark" if theme.dark else "light"
    query["v"] = hashlib.sha256(_code() + key.encode()).hexdigest()[:12]
    return f"{address(GROUND)}?{urlencode(query)}"


async def ground(request: Request) -> Response:
    """The contour as JSON, compressed; 400 with a sentence where it cannot be drawn."""
    try:
        small = await asyncio.to_thread(_answer, dict(request.query_params))
    except GroundError as error:
        return PlainTextResponse(str(error), 400, headers={"cache-control": "no-store"})
    headers = {"cache-control": IMMUTABLE, "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(small), media_type="application/json", headers=headers)
    return Response(small, media_type="application/json", headers={**headers, "content-encoding": "gzip"})


def _answer(query: Mapping[str, str]) -> bytes:
    """The compressed contour that a query asks for; raises GroundError."""
    if not {"objective", "formula"} & query.keys():
        raise GroundError(tr("The address names no landscape."))
    theme = query.get("theme", "light")
    if theme not in THEMES:
        raise GroundError(tr("The theme must be light or dark."))
    link = {name: text for name, text in query.items() if name not in ("theme", "v")}
    experiment, complaints = decode({**link, "v": VERSION})
    if complaints:
        raise GroundError(join(*complaints))
    if experiment.landscape().dimension != 2:
        raise GroundError(tr("Only a landscape of two variables has a contour."))
    return _contour(experiment.objective, experiment.formula, experiment.domain, theme)


@functools.lru_cache(maxsize=KEPT)
def _contour(objective: str, formula: str, domain: Domain, theme: str) -> bytes:
    landscape = Experiment(objective=objective, formula=formula).landscape()
    figure = ground_figure(landscape, domain, THEMES[theme])
    return gzip.compress(json.dumps(figure, allow_nan=False).encode(), 6)


@functools.cache
def _code() -> bytes:
    """The source of what draws the contour."""
    modules = (landscapes, plotly_dicts, style)
    return b"".join(Path(str(module.__file__)).read_bytes() for module in modules)
