"""What ties a child process to its parent, so that a server that is killed outright leaves nothing behind.

A normal end closes the cluster. A `kill -9` runs no code in the server: its children have to notice by
themselves, and asking the system who one's parent is works on Linux and on macOS alike.
"""

import os
import threading
import time

LOOK_SECONDS = 0.5


def follow(parent: int) -> None:
    """End this process at once when `parent` is not, or is no longer, the process that started it.

    It also leaves the parent's session: Ctrl-C in a terminal is for the server alone, which lets its
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
