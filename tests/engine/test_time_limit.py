"""A computation with a time limit."""

import threading
import time

import pytest

from optviz.engine.time_limit import TooSlowError, within


def busy(seconds: float) -> str:
    """Take so much of the processor's time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    return "done"


def test_what_ends_in_time_gives_its_result_or_its_error() -> None:
    assert within(5.0, busy, 0.01) == "done"
    with pytest.raises(ZeroDivisionError):
        within(5.0, lambda: 1 / 0)


def test_what_takes_longer_is_stopped() -> None:
    with pytest.raises(TooSlowError):
        within(0.05, busy, 60.0)
    time.sleep(0.1)
    assert not [t for t in threading.enumerate() if t.name == "optviz-deadline"]


def test_a_computation_that_waits_for_the_processor_is_not_stopped_for_it() -> None:
    def slowed() -> str:
        time.sleep(0.3)  # as if others had the processor
        return busy(0.01)

    assert within(0.1, slowed) == "done"


def test_what_only_waits_is_stopped_too() -> None:
    begun = time.monotonic()
    with pytest.raises(TooSlowError):
        within(0.1, time.sleep, 3.0)
    assert time.monotonic() - begun < 2.5
