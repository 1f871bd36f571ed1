"""Steps that look elsewhere: a step may ask for a gradient or a value at any point before it moves.

Such a step is a generator function. It is written for one coordinate, as all steps are, and asks with
`yield`: `g = yield gradient_at(x)`, `height = yield value_at(x)`, `length = yield total(g * g)`. All
coordinates ask the same things in the same order; `walk_together` joins what they ask, has it answered, and
hands each its part. It takes no gradient on its own, so what it asks for is what it costs.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from optviz.engine.optimizers.base import Optimizer

Question = tuple[str, Any]
GRADIENT, VALUE, TOTAL = "gradient", "value", "total"


def gradient_at(x: Any) -> Question:
    """Ask for this coordinate's part of the gradient at the point whose coordinates are `x`."""
    return GRADIENT, x


def value_at(x: Any) -> Question:
    """Ask for f at the point whose coordinates are `x`; all coordinates get the same number."""
    return VALUE, x


def total(v: Any) -> Question:
    """Ask for the sum of `v` over the coordinates; all of them get the same number."""
    return TOTAL, v


def most(v: Any) -> Any:
    """The largest of many rows, or the number itself: what a loop asks that ends when all rows are done."""
    return v if type(v) is float else np.max(v)


class Ground(Protocol):
    """What answers the questions of a step, at points given as a list of d numbers or arrays."""

    def gradient(self, x: list[Any]) -> Sequence[Any]:
        """The d parts of the gradient."""

    def value(self, x: list[Any]) -> Any:
        """f."""


class Counted:
    """A ground that counts what it is asked: `gradients` and `values`."""

    def __init__(self, gradient: Callable[..., Sequence[Any]], value: Callable[..., Any]) -> None:
        self._gradient, self._value = gradient, value
        self.gradients = self.values = 0
        self.tilt: Sequence[Any] | None = None  # noise: what is added to each part of every gradient

    def gradient(self, x: list[Any]) -> Sequence[Any]:
        """The gradient; under noise that of the tilted ground."""
        self.gradients += 1
        exact = self._gradient(*x)
        return exact if self.tilt is None else [g + n for g, n in zip(exact, self.tilt, strict=True)]

    def value(self, x: list[Any]) -> Any:
        """f; under noise the height of the tilted ground, whose gradient is the noisy one."""
        self.values += 1
        height = self._value(*x)
        if self.tilt is not None:
            for n, v in zip(self.tilt, x, strict=True):
                height = height + n * v
        return height


def walk_together(
    optimizer: "Optimizer",
    ground: Ground,
    x: Sequence[Any],
    t: int,
    state: Sequence[Sequence[Any]],
    values: dict[str, Any],
) -> list[tuple[Any, ...]]:
    """Take step t with every coordinate; what each returns, the next point first.

    Raises:
        RuntimeError: where the coordinates do not ask the same things.
    """
    walkers: list[Any] = [optimizer.step(x[i], t, *state[i], **values) for i in range(len(x))]
    asked = [next(walker) for walker in walkers]
    while True:
        kind, at = asked[0][0], [what for _, what in asked]
        if any(other != kind for other, _ in asked):
            raise RuntimeError(f"{optimizer.key}: the coordinates ask different things.")
        if kind == GRADIENT:
            answers = ground.gradient(at)
        else:
            answer = ground.value(at) if kind == VALUE else _sum(at)
            answers = [answer] * len(at)
        asked, ended = [], []
        for walker, answer in zip(walkers, answers, strict=True):
            try:
                asked.append(walker.send(answer))
            except StopIteration as end:
                ended.append(end.value)
        if ended:
            if asked:
                raise RuntimeError(f"{optimizer.key}: some coordinates ask more than others.")
            return ended


def _sum(parts: Sequence[Any]) -> Any:
    """One after the other, from the first: the same bits everywhere."""
    added = parts[0]
    for part in parts[1:]:
        added = added + part
    return added
