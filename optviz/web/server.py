"""What the server does besides pages: start-up, our own routes, headers, and what people see of errors."""

import asyncio
import gc
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from optviz.web import assets
from optviz.web.ground_route import GROUND, ground
from optviz.web.visitors import VisitorCookie

log = logging.getLogger("optviz")
HEAD_START = 6.0  # seconds
_ending = threading.Event()

HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    # Nothing is fetched from outside. Streamlit's own pages need inline style and the blob: of its
    # component scripts; 'unsafe-eval' is for the expressions of its charts.
    b"content-security-policy": (
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
        b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        b"connect-src 'self' ws: wss: data: blob:; worker-src 'self' blob:; "
        b"object-src 'none'; base-uri 'self'"
    ),
}


class _SecurityHeaders:
    """Adds HEADERS to every HTTP response."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS.items()]
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Prepare what every visitor needs, then keep the start-up objects out of garbage collections."""
    await asyncio.to_thread(_import_engine)
    await asyncio.to_thread(assets.prepare)
    gc.collect()
    gc.freeze()
    training = asyncio.create_task(_start_training_soon())
    yield
    _ending.set()
    training.cancel()
    await asyncio.to_thread(_stop_training)


def _import_engine() -> None:
    """SymPy takes half a second to import; the first visitor need not wait for it."""
    import optviz.figures.scenes
    import optviz.settings.experiment

    optviz.settings.experiment.Experiment().run()


async def _start_training_soon() -> None:
    """Let the first picture have the processor: starting workers, which import torch, takes seconds.

    Whoever opens Train live before that starts them; waiting runs of an earlier server go on after it.
    """
    await asyncio.sleep(HEAD_START)
    await asyncio.to_thread(_start_training)


def _start_training() -> None:
    """Start the scheduler, whose workers come up behind it; without it, all other pages work on."""
    try:
        from optviz.runs import scheduler

        if not _ending.is_set():
            scheduler.start()
        gc.collect()
        gc.freeze()  # Dask and SQLAlchemy have come
    except Exception:
        log.exception("Training is not possible")


def _stop_training() -> None:
    """Runs write a checkpoint and wait for the next server."""
    try:
        from optviz.runs import scheduler

        scheduler.stop()
    except Exception:
        log.exception("The scheduler did not end well")


def on_script_error(error: Exception) -> bool:
    """Log the trace, show a sentence: for what no page could answer itself, see `web.page.run_guarded`."""
    log.exception("A page failed", exc_info=error)
    st.error("Something went wrong on this page. Open another page from the menu; the log has the details.")
    return True


routes = [*assets.routes, *(Route(f"{base}/{GROUND}", ground) for base in ("", "/{base:path}"))]
middleware = [Middleware(_SecurityHeaders), Middleware(VisitorCookie)]
