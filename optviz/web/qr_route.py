"""The QR code of a link, drawn only once somebody asks for it."""

import asyncio
import io

import segno
from segno.encoder import DataOverflowError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from optviz.web.components.share import QR
from optviz.words import tr

LONGEST = 2953  # bytes that a QR code can hold


async def qr(request: Request) -> Response:
    """The code of the parameter `text` as SVG, dark on white; 400 for none, or too long a one."""
    text = request.query_params.get("text", "")
    refused = tr("A QR code holds 1 to {most} bytes.", most=LONGEST)
    if not text or len(text) > LONGEST:
        return PlainTextResponse(refused, 400)
    try:
        drawn = await asyncio.to_thread(_drawn, text)
    except DataOverflowError:
        return PlainTextResponse(refused, 400)
    return Response(drawn, media_type="image/svg+xml", headers={"cache-control": "private, max-age=3600"})


def _drawn(text: str) -> bytes:
    drawn = io.BytesIO()
    segno.make(text, error="l", micro=False).save(drawn, kind="svg", scale=4, border=3, light="#fff")
    return drawn.getvalue()


route = Route(f"/{QR}", qr)
