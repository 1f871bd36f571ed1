"""The engine as one JavaScript file, written from the same tables and the same Python source.

A page draws trajectories with it while a slider moves; the server's own results stay the truth. `source()`
is the whole script: the hand-written `runtime.js` and `good_rates.js`, then every optimizer, schedule and
landscape translated by `python_to_javascript`. A landscape is translated from the Python that SymPy's
compiler made of its formula, so that both languages compute in the same order.
"""

import functools
import hashlib
import inspect
import json
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from optviz.engine.ensembles import MOST_STEPS
from optviz.engine.formula_code import NAMESPACE
from optviz.engine.formula_text import FUNCTIONS
from optviz.engine.good_rates import ALIKE, DECADES, PER_DECADE
from optviz.engine.landscapes import OBJECTIVES, as_objective
from optviz.engine.objective import Objective
from optviz.engine.optimizers import OPTIMIZERS, Optimizer, as_optimizer
from optviz.engine.python_to_javascript import JavaScriptFunction, translate_function
from optviz.engine.schedules import SCHEDULES, Schedule, as_schedule

__all__ = ["landscape_source", "optimizer_source", "schedule_source", "source"]

#: What a free name in a compiled formula means in JavaScript. The elementwise functions among them are
#: known to the translator; the others are numpy's, and here the browser's own.
FORMULA_NAMES: dict[str, Any] = {
    **NAMESPACE,
    **{
        name: JavaScriptFunction(f"Math.{'log' if name == 'ln' else name}")
        for name in FUNCTIONS
        if name not in ("sqrt", "abs", "sign")
    },
    **{f"arc{name}": JavaScriptFunction(f"Math.a{name}") for name in ("sin", "cos", "tan")},
}


def source() -> str:
    """The script that sets `globalThis.optvizEngine`; the same text in every process.

    Raises:
        TranslationError: for an optimizer, a schedule or a landscape that has no translation; the
            sentence names it.
    """
    return _source()


@functools.cache
def _source() -> str:
    tables = (
        _object({key: optimizer_source(row) for key, row in OPTIMIZERS.items()}),
        _object({key: schedule_source(row) for key, row in SCHEDULES.items()}),
        _object({key: landscape_source(row) for key, row in OBJECTIVES.items()}),
    )
    here = Path(__file__).parent
    runtime = "\n".join((here / name).read_text("utf-8") for name in ("runtime.js", "good_rates.js"))
    version = hashlib.sha256("\n".join((runtime, *tables)).encode()).hexdigest()[:12]
    call = ",\n".join((json.dumps(version), *tables))
    lines = (
        "(() => {",
        '"use strict";',
        f"const MOST_STEPS = {MOST_STEPS};",
        f"const [DECADES, PER_DECADE, ALIKE] = [{DECADES}, {PER_DECADE}, {ALIKE!r}];",
        runtime,
        f"globalThis.optvizEngine = makeEngine({call});",
        "})();\n",
    )
    return "\n".join(lines)


def optimizer_source(optimizer: Optimizer | str) -> str:
    """One optimizer as the text of an object `{state, numbers, step}`.

    `step(x, g, t, ...state, values)` returns `[x, ...state]`. `state` is how many numbers the state has,
    `numbers` holds the defaults of the hyperparameters, `rates` the lowest and the highest learning rate.
    One that asks for gradients itself also has `looks`, and its step is a generator
    `step(x, t, ...state, values)`: see `runtime.js`.

    Raises:
        TranslationError: if the step has no translation.
    """
    row = as_optimizer(optimizer)
    step = translate_function(
        row.source,
        _globals(row.step),
        f"Optimizer {row.key}",
        bundled=row.defaults,
        results=1 + len(row.state),
    )
    looks = {"looks": "true"} if row.looks else {}
    (rate,) = (h for h in row.hyperparameters if h.name == "lr")
    numbers = {"numbers": json.dumps(row.defaults), "rates": json.dumps([rate.low, rate.high])}
    return _object({"state": str(len(row.state)), **numbers, **looks, "step": step})


def schedule_source(schedule: Schedule | str) -> str:
    """One schedule as the text of an object `{numbers, factor}`, where `factor(t, total, values)` counts
    t from 0.

    Raises:
        TranslationError: if the factor has no translation.
    """
    row = as_schedule(schedule)
    numbers = {h.name: h.default for h in row.hyperparameters}
    factor = translate_function(row.source, _globals(row.factor), f"Schedule {row.key}", bundled=numbers)
    return _object({"numbers": json.dumps(numbers), "factor": factor})


def landscape_source(objective: Objective | str) -> str:
    """One landscape, a typed formula too, as the text of an object `{dimension, lowest, value, gradient}`.

    `value(x)` or `value(x, y)` returns f, `gradient` an array of d numbers; both may be infinite or NaN.
    `lowest` is f at the lowest known minimum, null if none is known. `optvizEngine.compile` makes the object.

    Raises:
        FormulaError: for a text that is no formula.
        TranslationError: if a part of the compiled formula has no translation.
    """
    row = as_objective(objective)
    lowest = float(np.min(row.value(row.minima))) if row.minima else None
    what = f"Landscape {row.key}"
    return _object(
        {
            "dimension": str(row.dimension),
            "lowest": json.dumps(lowest),
            "value": translate_function(_compiled(row.value_at), FORMULA_NAMES, what),
            "gradient": translate_function(
                _compiled(row.gradient_at), FORMULA_NAMES, what, results=row.dimension
            ),
        }
    )


def _compiled(function: Callable[..., Any]) -> str:
    """The Python that SymPy's compiler wrote; SymPy keeps it where `inspect` finds it."""
    return inspect.getsource(function)


def _globals(function: Callable[..., Any]) -> Mapping[str, Any]:
    """What the free names of a function of a table mean: those of its module, or of its compiled text."""
    return inspect.unwrap(function).__globals__


def _object(entries: Mapping[str, str]) -> str:
    """A JavaScript object, one entry a line."""
    lines = (f"{json.dumps(key)}: {text}" for key, text in entries.items())
    return "\n".join(["{", *(textwrap.indent(line, "  ") + "," for line in lines), "}"])
