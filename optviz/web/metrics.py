"""Numbers about this server for Prometheus, at /metrics; closed unless `OPTVIZ_METRICS` is 1.

They count sessions, script runs, answers and trainings. Nothing in them is about a person.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from streamlit import runtime

from optviz.settings.environment import METRICS
from optviz.web import training_modules


@dataclass(slots=True)
class _Took:
    """How often something was done in this process so far, and how long it took in all."""

    count: int = 0
    seconds: float = 0.0


_scripts, _answers = _Took(), _Took()
_lock = threading.Lock()


@contextmanager
def _counted(took: _Took) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        with _lock:
            took.count += 1
            took.seconds += time.perf_counter() - began


def script_run() -> AbstractContextManager[None]:
    """Count one run of a page, however it ends."""
    return _counted(_scripts)


def answer() -> AbstractContextManager[None]:
    """Count one change that is answered without a run of the page."""
    return _counted(_answers)


def text() -> str:
    """All numbers, in Prometheus' text format."""
    rows: list[tuple[str, str, str, float]] = [
        ("optviz_sessions", "gauge", "Sessions whose browser is connected.", _sessions()),
        ("optviz_script_runs_total", "counter", "Runs of a page's script.", _scripts.count),
        ("optviz_script_seconds_total", "counter", "Seconds that scripts ran.", _scripts.seconds),
        ("optviz_answers_total", "counter", "Changes answered without a script run.", _answers.count),
        ("optviz_answer_seconds_total", "counter", "Seconds that they took in all.", _answers.seconds),
    ]
    if training_modules.present():
        from optviz.runs import scheduler

        health = scheduler.health()
        rows += [
            ("optviz_training_ready", "gauge", "1 if runs can be placed on workers.", float(health.ready)),
            ("optviz_workers", "gauge", "Training workers.", health.workers),
            ("optviz_trainings_running", "gauge", "Runs that this server trains.", health.running),
            ("optviz_trainings_waiting", "gauge", "Runs in the queue.", health.waiting),
        ]
    return "".join(
        f"# HELP {name} {what}\n# TYPE {name} {kind}\n{name} {value:g}\n" for name, kind, what, value in rows
    )


def _sessions() -> int:
    return len(runtime.get_instance()._session_mgr.list_active_sessions()) if runtime.exists() else 0


async def route(request: Request) -> Response:
    """Answer a scrape."""
    if not METRICS.read():
        return PlainTextResponse("There is no such page.", 404)
    return PlainTextResponse(text(), media_type="text/plain; version=0.0.4")
