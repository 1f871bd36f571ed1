"""Give a computation a time limit, in any thread."""

import contextvars
import ctypes
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
ATTEMPTS, BETWEEN = 20, 0.02  # seconds between two attempts to stop a thread
PATIENCE = 5  # how many times the limit may pass by the clock on the wall, where others have the processor


class TooSlowError(Exception):
    """The computation was stopped because its time was up."""


class _StoppedError(Exception):
    """Raised inside the computing thread to end it."""


def within(seconds: float, function: Callable[..., T], *arguments: Any) -> T:
    """Return `function(*arguments)`, or stop it after `seconds` of the processor's time.

    So a busy machine does not refuse what a quiet one takes, unless it is PATIENCE times slower. The function
    runs in a thread of its own; a late one is ended by an exception raised in it, which Python delivers
    between two bytecodes. So this suits pure-Python work such as symbolic algebra.

    Raises:
        TooSlowError: when the time is up.
        Exception: whatever the function raises.
    """
    outcome: dict[str, Any] = {}
    clocks: list[int] = []  # of the thread, asked for in it: outside, it may have ended meanwhile

    def work() -> None:
        if hasattr(time, "pthread_getcpuclockid"):
            clocks.append(time.pthread_getcpuclockid(threading.get_ident()))
        try:
            outcome["result"] = function(*arguments)
        except _StoppedError:
            pass
        except Exception as error:
            outcome["error"] = error

    here = contextvars.copy_context()  # the thread speaks the language of its caller
    thread = threading.Thread(target=here.run, args=(work,), daemon=True, name="optviz-deadline")
    thread.start()
    late = time.monotonic() + PATIENCE * seconds
    left = seconds
    while thread.is_alive() and left > 0 and time.monotonic() < late:
        thread.join(max(left, BETWEEN))
        left = seconds - _spent(clocks)
    if thread.is_alive():
        # The exception is lost if it arrives inside a callback of the garbage collector: so it is sent again.
        for _ in range(ATTEMPTS):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_StoppedError)
            )
            thread.join(BETWEEN)
            if not thread.is_alive():
                break
        raise TooSlowError
    if "error" in outcome:
        raise outcome["error"]
    return outcome["result"]


def _spent(clocks: list[int]) -> float:
    """The processor's seconds that a thread has had; 0 if it has ended, all where nobody can tell."""
    try:
        return time.clock_gettime(clocks[0])
    except IndexError:
        return float("inf")
    except OSError:
        return 0.0
