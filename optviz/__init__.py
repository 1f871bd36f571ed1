"""optviz: how optimizers move. What stands here is the public interface, for notebooks and tests.

    >>> import optviz
    >>> run = optviz.simulate("rosenbrock", "adam", steps=200, lr=0.1)
    >>> run.points.shape
    (201, 2)

Neither Streamlit nor torch is imported behind it.
"""

import importlib
from typing import Any

#: Each name, and the module that holds it; imported when first asked for, so that `import optviz` is quick.
_NAMES = {
    "simulate": "engine.trajectories",
    "simulate_many": "engine.ensembles",
    "Trajectory": "engine.trajectories",
    "OBJECTIVES": "engine.landscapes",
    "OPTIMIZERS": "engine.optimizers",
    "SCHEDULES": "engine.schedules",
    "parse": "engine.objective",
    "Experiment": "settings.experiment",
    "encode": "settings.experiment",
    "decode": "settings.experiment",
    "show": "figures.notebook",
}
__all__ = list(_NAMES)


def __getattr__(name: str) -> Any:
    """Import what is asked for; raises AttributeError for a name that is not public."""
    if name not in _NAMES:
        raise AttributeError(f"optviz has no {name!r}; it offers {', '.join(_NAMES)}.")
    return getattr(importlib.import_module(f"optviz.{_NAMES[name]}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return __all__
