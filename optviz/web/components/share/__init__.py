"""The Share button: the address of the page, copied at a click, with its QR code."""

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from optviz.web.assets import address
from optviz.web.components.mounting import BUS, mount
from optviz.words import LANGUAGES

Fields = Sequence[tuple[str, str]]
QR = "qr.svg"  # where `web.qr_route` draws a code
FILE = "take/trajectories.html"  # where `web.take_route` makes the page that works offline
EMBED = "embed/trajectories"  # and the page for a frame
HERE = Path(__file__).parent
_share = mount("optviz.share", HERE, scripts=(BUS, HERE / "film_button.js", HERE / "share.js"))


def share_button(fields: Fields = ()) -> None:
    """A button that copies the address, which always says the whole of what is shown.

    `fields`, names and labels, can be locked and hidden in a link for a class.
    """
    _share(key="share", data={**told(fields), "qr": address(QR)})


def told(fields: Fields) -> dict[str, Any]:
    """What can be chosen in a link for a class."""
    return {"fields": list(fields), "languages": list(LANGUAGES.items())}


def qr_code(link: str, name: str, side: int = 132) -> str:
    """An image of a link's QR code as HTML, `side` pixels wide; `name` is for those who cannot see it."""
    source = f"{address(QR)}?text={quote(link, safe='')}"
    fits = "max-width: 100%; height: auto"  # also in a narrow column
    said = f'src="{html.escape(source)}" alt="{html.escape(name)}"'
    return f'<img {said} width="{side}" height="{side}" style="{fits}">'
