"""A person's own update rule as an optimizer: the same kind of value as a row of the table.

The checked lines of `rule_text` become one Python function of the engine's elementwise functions. It is
compiled once; arrays, ensembles, JavaScript, the exported script and tensors all take it from there.
"""

import ast
import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from optviz.engine import elementwise
from optviz.engine.optimizers.base import Optimizer, Step
from optviz.engine.rule_expressions import FUNCTIONS, RuleError
from optviz.engine.rule_latex import rule_latex
from optviz.engine.rule_text import Rule, read_rule
from optviz.words import mark

__all__ = ["KEY", "NAME", "RuleError", "own_optimizer", "step_with"]

KEY = "own"
NAME = mark("Your own")
CALLED = (*(own for own, _ in FUNCTIONS.values()), "raised", "whole_power")
NAMESPACE: Mapping[str, Any] = {"abs": abs} | {
    name: getattr(elementwise, name) for name in CALLED if name != "abs"
}


def own_optimizer(text: str) -> Optimizer:
    """The optimizer that a text describes, with the key `own`; its name is the text's first comment.

    Equal texts give the same object while it is remembered. A step where something is divided by zero, or
    that overflows, gives infinities or NaN, as arrays do: the run ends there, as for every optimizer.

    Raises:
        RuleError: for a text that cannot be used; the sentence names the line.
    """
    return _optimizer(text.replace("\r\n", "\n"))


def step_with(optimizer: Optimizer, functions: Mapping[str, Any]) -> Step:
    """The step of any optimizer with other functions in place of those of `elementwise`, such as torch's."""
    return _compiled(optimizer.source, optimizer.step.__name__, dict(functions))


@functools.lru_cache(maxsize=256)
def _optimizer(text: str) -> Optimizer:
    rule = read_rule(text)
    source = _source(rule)
    return Optimizer(
        key=KEY,
        name=rule.title or NAME,
        step=_step(_compiled(source, KEY, dict(NAMESPACE)), rule),
        formula=rule_latex(rule),
        hyperparameters=rule.sliders,
        state=rule.state,
        reference=mark("Written by hand"),
        idea=mark("A rule that somebody wrote."),
        group="own",
        text=text,
        written=source,
    )


def _source(rule: Rule) -> str:
    """The rule as one Python function, with the arguments and results of a row's step."""
    given = ", ".join(["x", "g", "t", *rule.state, "*", *(h.name for h in rule.sliders)])
    lines = [f"    {line.name} = {ast.unparse(line.computed)}" for line in rule.lines]
    # With one value the comma makes it a tuple.
    result = ", ".join(["x", *rule.state]) if rule.state else "(x,)"
    return "\n".join([f"def {KEY}({given}):", *lines, f"    return {result}", ""])


def _compiled(source: str, name: str, namespace: dict[str, Any]) -> Callable[..., tuple[Any, ...]]:
    """The function; nothing but the given names is within its reach."""
    namespace["__builtins__"] = {}
    exec(compile(source, "<a rule>", "exec"), namespace)
    made: Callable[..., tuple[Any, ...]] = namespace[name]
    return made


def _step(plain: Callable[..., tuple[Any, ...]], rule: Rule) -> Step:
    """The step on floats; where plain Python would raise an error, numpy's scalars have an infinity."""
    whole = [h.name for h in rule.sliders if h.integer]

    @functools.wraps(plain)
    def step(x: Any, g: Any, t: float, *state: Any, **values: Any) -> tuple[Any, ...]:
        for name in whole:
            values[name] = values[name] * 1.0
        try:
            return plain(x, g, float(t), *state, **values)
        except (ZeroDivisionError, OverflowError):
            given = {name: _as_scalar(value) for name, value in values.items()}
            with np.errstate(all="ignore"):
                return plain(*map(_as_scalar, (x, g, float(t), *state)), **given)

    return step


def _as_scalar(value: Any) -> Any:
    return np.float64(value) if type(value) is float else value
