"""What is logged: no flood, and JSON where it is wanted."""

import io
import json
import logging
import subprocess
import sys
import time
from datetime import datetime

import pytest

from optviz.runs.logs import JsonLines, OnceASecond


@pytest.fixture
def log():
    """A logger of its own whose lines can be read."""
    logger = logging.getLogger("optviz.test_logs")
    handler = logging.StreamHandler(io.StringIO())
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, handler
    logger.removeHandler(handler)


def lines(handler):
    return handler.stream.getvalue().splitlines()


def test_a_thousand_equal_failures_in_a_second_make_one_line_and_then_a_count(log):
    logger, handler = log
    handler.addFilter(OnceASecond(seconds=0.4))
    for port in range(1000):
        logger.warning("Garbage came from port %d", 40_000 + port)
    assert lines(handler) == ["Garbage came from port 40000"]
    time.sleep(0.6)
    assert lines(handler)[1:] == ["Garbage came from port 40000 (the same 999 more times)"]
    time.sleep(0.6)
    logger.warning("Garbage came from port 7")
    assert lines(handler)[2:] == ["Garbage came from port 7"], "after a quiet second it is news again"


def test_the_same_trace_is_written_once_and_another_one_too(log):
    logger, handler = log
    handler.addFilter(OnceASecond())
    for _ in range(100):
        for divisor in (0, "a"):
            try:
                1 / divisor
            except (ZeroDivisionError, TypeError):
                logger.exception("A page failed")
    said = handler.stream.getvalue()
    assert said.count("Traceback") == 2
    assert said.count("ZeroDivisionError") == said.count("TypeError") == 1


def test_news_is_never_held_back(log):
    logger, handler = log
    logger.setLevel(logging.INFO)
    handler.addFilter(OnceASecond())
    for _ in range(5):
        logger.info("A run began")
    assert len(lines(handler)) == 5


def test_complaints_of_very_many_kinds_stay_bounded(log):
    logger, handler = log
    handler.addFilter(OnceASecond(seconds=2))
    for n in range(2000):
        logger.warning("Strange word %s", "".join(chr(97 + int(digit)) for digit in str(n)))
    assert len(lines(handler)) <= 201
    until = time.monotonic() + 10
    while "Other complaints" not in lines(handler)[-1] and time.monotonic() < until:
        time.sleep(0.05)
    assert "Other complaints (the same 1,7" in lines(handler)[-1]


def test_json_lines_name_the_run_and_hold_the_trace(log):
    logger, handler = log
    handler.setFormatter(JsonLines())
    try:
        raise ValueError("no “digits”\nhere")
    except ValueError:
        logger.exception("Run %s failed", "abc", extra={"run": "abc"})
    (line,) = lines(handler)
    said = json.loads(line)
    assert {"level": "error", "run": "abc", "message": "Run abc failed"}.items() <= said.items()
    assert "no “digits”" in said["trace"]
    assert datetime.fromisoformat(said["time"]).utcoffset().total_seconds() == 0


def test_a_process_logs_json_when_the_environment_says_so(monkeypatch):
    code = "import logging; from optviz.runs.logs import calm; calm(); logging.getLogger('x').warning('hm')"
    monkeypatch.setenv("OPTVIZ_LOG", "json")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stderr)["message"] == "hm"


def test_a_complaint_that_is_written_wrongly_is_not_lost(log):
    logger, handler = log
    handler.addFilter(OnceASecond())
    handler.setFormatter(JsonLines())
    for words, arguments in (("%d words", ("three",)), (["a", "list"], ())):
        handler.handle(logging.LogRecord(logger.name, logging.WARNING, "", 1, words, arguments, None))
    said = [json.loads(line)["message"] for line in lines(handler)]
    assert said == ["%d words ('three',)", "['a', 'list']"]
