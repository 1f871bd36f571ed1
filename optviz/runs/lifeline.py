"""Ends a child process when its parent is gone, so that a server that is killed leaves no workers behind.

A normal end closes the cluster. A `kill -9` runs no code in the server, so its children have to notice it
themselves. They ask the system for their parent's number, which works on Linux and on macOS.
"""

import os
import threading
import time

LOOK_SECONDS = 0.5


def follow(parent: int) -> None:
    """End this process as soon as `parent` is not, or no longer, the process that started it.

    It also leaves the parent's session: Ctrl-C in a terminal then reaches the server only, which lets its
    workers save their runs before it ends them.
    """
    if os.getsid(0) == os.getpid():
        return  # Dask imports a preload, and then reloads it
    os.setsid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
