"""How a formula or an update rule is read, while somebody types it: typeset, or what is wrong where.

Nothing is differentiated or run here; what only that can refuse, the release will.
"""

import os
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from optviz.engine import time_limit
from optviz.engine.formula_latex import as_typed
from optviz.engine.formula_text import LONGEST, FormulaError, read, too_long
from optviz.web.mathml import mathml
from optviz.web.rule_reading import packed_reading, rule_reading
from optviz.web.work import Asker, BusyError, Work
from optviz.words import per_language, tr

Reading = Callable[[str], dict[str, Any]]
READ = "read"
SECONDS = 0.4  # that reading may take
KEPT = 1024  # answers, about 1 kB each
CACHED = "private, max-age=600"
WORK = Work("read", threads=max(2, (os.cpu_count() or 1) // 2), most=64, each=8)  # six cards may ask at once


async def read_formula(request: Request) -> Response:
    """How `formula` is read, as JSON; 400 with a sentence without one, 429 where the server, or this
    visitor, has enough being read.

    A formula that can be used: `{"mathml": …}`, an element with its words. Else `{"error": {"sentence": …,
    "start": …, "end": …}, "repaired": …}`: the characters that it is about, where it is about some, and a
    text that may be meant, or "".

    With `rule`, or `packed` as it stands in a link, an update rule is read: see `web.rule_reading`.
    """
    readers: dict[str, Reading] = {"formula": reading, "rule": rule_reading, "packed": packed_reading}
    name = next((name for name in readers if name in request.query_params), None)
    if name is None:
        return _refused(tr("The address names no formula and no rule."), 400)
    read_text, text = readers[name], request.query_params[name]
    try:
        answer = await WORK.do(Asker.of(request), lambda: read_text(text))
    except BusyError as error:
        return _refused(str(error), 429)
    except time_limit.TooSlowError:
        answer = _error(tr("The formula takes too long to read; make it simpler."))
    return JSONResponse(answer, headers={"cache-control": CACHED})


def _refused(sentence: str, status: int) -> Response:
    return JSONResponse({"error": {"sentence": sentence}}, status, headers={"cache-control": "no-store"})


@per_language(KEPT)
def reading(text: str) -> dict[str, Any]:
    """How a formula is read; see `read_formula`. Raises TooSlowError."""
    if len(text) > LONGEST:
        return _error(too_long(text))
    try:
        return {"mathml": time_limit.within(SECONDS, _typeset, text)}
    except FormulaError as error:
        # The list of what is allowed is too long to read while one types; who takes the formula is shown it.
        return _error(error.brief, error)


def _typeset(text: str) -> str:
    read(text)
    return mathml(as_typed(text), display=True)


def _error(sentence: str, error: FormulaError | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = {"error": {"sentence": sentence}, "repaired": error.repaired if error else ""}
    if error and error.place:
        answer["error"]["start"], answer["error"]["end"] = error.place
    return answer


route = Route(f"/{READ}", read_formula)
