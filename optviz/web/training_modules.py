"""The modules of live training: imported before the first visitor comes, and again if that failed.

Streamlit puts the main script's folder on `sys.path` and takes it away again at every run of every visitor.
An import in another thread goes through the same list; when an entry in front of it disappears, it skips
one, and reports that an installed package is missing. `pin` keeps that folder on the list for good.
"""

import importlib
import logging
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

#: What the scheduler's threads and the pages need.
NEEDED = ("optviz.runs.scheduler", "optviz.runs.history")
#: Packages of which a failed import leaves halves behind. All of them are Python alone: they can be dropped.
FAMILIES = ("dask", "distributed", "optviz.runs")

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_present = False


def pin(folder: Path) -> None:
    """Keep `folder` at the end of `sys.path`, where it hides no other module.

    It stands there twice: whoever removes it once does not take it away.
    """
    entry = str(folder.resolve())
    sys.path.extend([entry] * (2 - sys.path.count(entry)))


def ready() -> bool:
    """Whether training can be used in this process; what failed before is tried again now."""
    global _present
    if not _present:
        with _lock:
            if not _present:
                _present = _load(NEEDED)
    return _present


def present() -> bool:
    """Whether they have been loaded; tries nothing."""
    return _present


def _load(names: Iterable[str], load: Callable[[str], object] = importlib.import_module) -> bool:
    before = set(sys.modules)
    try:
        for name in names:
            load(name)
    except Exception:
        logger.exception("The modules of training could not be loaded; the next visitor tries again")
        forget(set(sys.modules) - before)
        return False
    return True


def forget(names: Iterable[str]) -> None:
    """Drop modules of our FAMILIES: a package that is imported again does not find its loaded submodules."""
    for name in names:
        if any(name == family or name.startswith(f"{family}.") for family in FAMILIES):
            module = sys.modules.pop(name, None)
            parent, _, last = name.rpartition(".")
            if module is not None and getattr(sys.modules.get(parent), last, None) is module:
                delattr(sys.modules[parent], last)
