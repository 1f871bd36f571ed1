"""Our own routes below `server.baseUrlPath`: Streamlit moves its routes there, but not those of the app."""

from collections.abc import Collection
from typing import Any

from optviz.web.assets import address


class UnderPath:
    """Middleware: takes the base path away from requests for our own routes; `ours` are their folders."""

    def __init__(self, app: Any, ours: Collection[str]) -> None:
        self.app = app
        self.ours = frozenset(ours)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on, to the route that it means."""
        base = address("")
        if scope["type"] == "http" and base != "/" and scope["path"].startswith(base):
            path = scope["path"][len(base) :]
            if path.partition("/")[0] in self.ours:
                scope = {**scope, "path": f"/{path}"}
        await self.app(scope, receive, send)
