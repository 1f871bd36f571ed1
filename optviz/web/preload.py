"""Tells the browser at once which of our files a page needs, while Streamlit's own scripts still load.

Without it the browser hears of them one after the other, each only when the one before has run.
"""

from typing import Any

from optviz.web import assets
from optviz.web.components.mounting import loader_url, module_urls
from optviz.web.first_sight import drawn_first
from optviz.web.preview import tags
from optviz.web.site import FIRST, PAGES, window_title

BEGIN, TITLE = b"<head>", b"<title>Streamlit</title>"


def links() -> bytes:
    """The links for the head of the page: modules to fetch, and Plotly and the engine to run early."""
    modules = [loader_url(), *module_urls()]
    scripts = [assets.plotly_url(), assets.engine_url()]
    return "".join(
        [f'<script async fetchpriority="high" src="{url}"></script>' for url in scripts]
        + [f'<link rel="modulepreload" href="{url}">' for url in modules]
    ).encode()


def _title(path: str) -> bytes:
    """What the tab says until Streamlit has begun, as it will say then."""
    row = next((row for row in PAGES.values() if row.path == path), PAGES[FIRST])
    return f"<title>{window_title(row.title)}</title>".encode()


class Preload:
    """Adds `links` to the head of every HTML page that is served whole, and its link's card to the first."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Hold back the start of an HTML answer until its length is known."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        start: dict[str, Any] = {}
        body = b""

        async def with_links(message: Any) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                headers = dict(message["headers"])
                html = headers.get(b"content-type", b"").startswith(b"text/html")
                if html and b"content-encoding" not in headers and message["status"] == 200:
                    start = message
                    return
            elif start and message["type"] == "http.response.body":
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                path = scope["path"].removeprefix(assets.address("").rstrip("/")).strip("/")
                head = links() if path else links() + await tags(scope)
                whole = body.replace(BEGIN, BEGIN + head, 1).replace(TITLE, _title(path), 1)
                if not path:
                    whole = drawn_first(whole)
                kept = [(k, v) for k, v in start["headers"] if k.lower() not in (b"content-length", b"etag")]
                length = (b"content-length", str(len(whole)).encode())
                await send({**start, "headers": [*kept, length]})
                await send({"type": "http.response.body", "body": whole})
                return
            await send(message)

        await self.app(scope, receive, with_links)
