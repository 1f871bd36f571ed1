"""What the server does besides pages: start-up, our own routes, headers, and what people see of errors."""

import asyncio
import gc
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from optviz.runs.logs import calm
from optviz.settings import environment
from optviz.web import api_route, assets, language, metrics, preview, qr_route, take_route, training_modules
from optviz.web.answer_route import route as answer
from optviz.web.draw_route import route as draw
from optviz.web.ground_route import GROUND, ground
from optviz.web.headers import OwnOrigin, SecurityHeaders, frame_ancestors
from optviz.web.language import Spoken
from optviz.web.preload import Preload
from optviz.web.read_route import route as read_formula
from optviz.web.under_path import UnderPath
from optviz.web.visitors import VisitorCookie

log = logging.getLogger("optviz")
HEAD_START = 6.0  # seconds
_ending = threading.Event()
training_modules.pin(Path(__file__).parent)  # the folder of the main script


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Prepare what every visitor needs, then keep the start-up objects out of garbage collections."""
    calm()
    if wrong := environment.complaints():
        raise environment.SettingError(" ".join(wrong))
    frame_ancestors()  # raises for what is no list of sites
    await asyncio.to_thread(_prepare)
    calm()  # the libraries have brought handlers of their own
    gc.collect()
    gc.freeze()
    training = asyncio.create_task(_start_training_soon())
    print(f"optviz: http://localhost:{st.get_option('server.port')}{assets.address('')}", flush=True)
    yield
    _ending.set()
    training.cancel()
    await asyncio.to_thread(_stop_training)


def _prepare() -> None:
    """What takes long to import or to make; the first visitor need not wait for it.

    Threads of training import nothing later: see training_modules.
    """
    training_modules.ready()
    import optviz.figures.scenes
    import optviz.settings.experiment
    import optviz.web.components.charts
    import optviz.web.components.inside
    import optviz.web.components.stage
    import optviz.web.page

    optviz.settings.experiment.Experiment().run()
    optviz.web.components.inside.urls()
    language.prepare()
    assets.prepare()


async def _start_training_soon() -> None:
    """Let the first picture have the processor: starting workers, which import torch, takes seconds.

    Whoever opens Train live before that starts them; waiting runs of an earlier server go on after it.
    """
    await asyncio.sleep(HEAD_START)
    await asyncio.to_thread(_start_training)


def _start_training() -> None:
    """Start the scheduler, whose workers come up behind it; without it, all other pages work on.

    What fails here is tried again by the next visitor of a page that needs it.
    """
    try:
        if _ending.is_set() or not training_modules.ready():
            return
        from optviz.runs import scheduler

        scheduler.start()
        gc.collect()
        gc.freeze()
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


routes = [
    *assets.routes,
    answer,
    draw,
    api_route.route,
    preview.route,
    qr_route.route,
    *take_route.routes,
    read_formula,
    Route(f"/{GROUND}", ground),
    Route("/metrics", metrics.route),
]
UNDER = Middleware(UnderPath, ours=[route.path.split("/")[1] for route in routes])
middleware = [
    UNDER,
    Middleware(SecurityHeaders),
    Middleware(OwnOrigin),
    Middleware(VisitorCookie),
    Middleware(Spoken),
    Middleware(Preload),
]
