"""What the server and its workers log: the same complaint once a second with a count, as text or as JSON.

A port that somebody pelts with garbage, or a database that is away, would otherwise write thousands of
traces. `OPTVIZ_LOG=json` writes one JSON object a line, with the id of the run where there is one.
"""

import json
import logging
import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime

from optviz.settings.environment import LOG

SECOND = 1.0
MOST_KINDS = 200  # complaints that are told apart at one time; what comes above counts as one
_VARYING = re.compile(r"0x[0-9a-f]+|\d+")  # addresses, ports, counts: they do not make another complaint


@dataclass(slots=True)
class _Repeated:
    """How often a complaint came since its last line."""

    count: int
    record: logging.LogRecord


class OnceASecond(logging.Filter):
    """Passes the first of equal warnings and errors; then one line a second says how many more there were.

    One filter may be put on many handlers: each of them gets the same answer for a record.
    """

    def __init__(self, seconds: float = SECOND) -> None:
        super().__init__()
        self._seconds = seconds
        self._lock = threading.Lock()
        self._repeated: dict[object, _Repeated] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        passes: bool | None = getattr(record, "optviz_passes", None)
        if passes is None:
            passes = record.optviz_passes = record.levelno < logging.WARNING or self._first(record)
        return passes

    def _first(self, record: logging.LogRecord) -> bool:
        kind: object = _kind(record)
        with self._lock:
            if kind not in self._repeated and len(self._repeated) >= MOST_KINDS:
                kind = "anything else"
            if kind in self._repeated:
                self._repeated[kind].count += 1
                return False
            self._repeated[kind] = _Repeated(0, record)
        self._look_later(kind)
        return True

    def _look_later(self, kind: object) -> None:
        timer = threading.Timer(self._seconds, self._tell, [kind])
        timer.daemon = True
        timer.start()

    def _tell(self, kind: object) -> None:
        with self._lock:
            repeated = self._repeated[kind]
            count, repeated.count = repeated.count, 0
            if not count:
                del self._repeated[kind]
                return
        first = repeated.record
        what = "Other complaints" if isinstance(kind, str) else _words(first)
        line = logging.LogRecord(first.name, first.levelno, first.pathname, first.lineno, what, (), None)
        line.msg = f"{what} (the same {count:,} more times)"
        line.optviz_passes = True
        if hasattr(first, "run"):
            line.run = first.run
        logging.getLogger(first.name).handle(line)
        self._look_later(kind)


def _kind(record: logging.LogRecord) -> object:
    """What makes two complaints the same: the place in the code that raised, or the words without numbers."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return record.name, record.levelno, _VARYING.sub("#", _words(record))
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = (place.tb_frame.f_code.co_filename, place.tb_lineno) if place is not None else None
    return record.name, record.levelno, str(record.msg), type(error), where


def _words(record: logging.LogRecord) -> str:
    """The message; a complaint whose arguments do not fit is not lost."""
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return f"{record.msg} {record.args}"


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, and `run` and `trace` if there are any."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _words(record),
        }
        if hasattr(record, "run"):
            said["run"] = record.run
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


_once_a_second = OnceASecond()


def calm() -> None:
    """Put the filter, and JSON where it is wanted, on every handler of this process; again after imports."""
    if not logging.root.handlers:
        logging.root.addHandler(logging.StreamHandler())
        logging.root.handlers[0].setFormatter(
            logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
        )
    loggers = [logging.root, *map(logging.getLogger, list(logging.root.manager.loggerDict))]
    for handler in {handler for logger in loggers for handler in logger.handlers}:
        handler.addFilter(_once_a_second)
        if LOG.given().lower() == LOG.on:  # what it must not be is said at the start of the server
            handler.setFormatter(JsonLines())
