"""Give a computation a time limit, in any thread."""

import ctypes
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
ATTEMPTS, BETWEEN = 20, 0.02  # seconds between two attempts to stop a thread


class TooSlowError(Exception):
    """The computation was stopped because its time was up."""


class _StoppedError(Exception):
    """Raised inside the computing thread to end it."""


def within(seconds: float, function: Callable[..., T], *arguments: Any) -> T:
    """Return `function(*arguments)`, or stop it after `seconds`.

    The function runs in a thread of its own; a late one is ended by an exception raised in it, which
    Python delivers between two bytecodes. So this suits pure-Python work such as symbolic algebra.

    Raises:
        TooSlowError: when the time is up.
        Exception: whatever the function raises.
    """
    outcome: dict[str, Any] = {}

    def work() -> None:
        try:
            outcome["result"] = function(*arguments)
        except _StoppedError:
            pass
        except Exception as error:
            outcome["error"] = error

    thread = threading.Thread(target=work, daemon=True, name="optviz-deadline")
    thread.start()
    thread.join(seconds)
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
