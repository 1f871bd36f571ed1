"""Any elementwise optimizer of the engine on the tensors of a network: for rules that torch does not have."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch

from optviz.engine.optimizers import Optimizer
from optviz.engine.own_optimizer import step_with
from optviz.engine.torch_script import TORCH_FUNCTIONS
from optviz.training import stored_words
from optviz.training.stored_words import stored


def _functions() -> dict[str, Any]:
    """The functions of the exported script, as Python functions."""
    made: dict[str, Any] = {"torch": torch}
    exec("\n".join(TORCH_FUNCTIONS.values()), made)
    return {name: made[name] for name in TORCH_FUNCTIONS} | {"abs": abs}


class StepOptimizer(torch.optim.Optimizer):
    """Takes the steps of `optimizer`, a row of the table or a rule that somebody wrote.

    `values` are its hyperparameters by name; the learning rate of the moment is the parameter group's `lr`,
    as for the classes of torch. The state of each parameter holds the step and the parts that the rule names.
    `broken` is the step at which weights stopped being finite numbers, and a sentence about it; it is None
    until then, and stays so on other devices than the CPU, which would have to wait for it at every step.
    """

    def __init__(
        self, parameters: Iterable[torch.Tensor], optimizer: Optimizer, values: Mapping[str, float]
    ) -> None:
        super().__init__(parameters, {name: float(value) for name, value in values.items()})
        self.name = stored_words.THE_RULE if optimizer.written else optimizer.name
        self.broken: tuple[int, str] | None = None
        self.names = tuple(values)
        self.parts = optimizer.state
        self.rule = step_with(optimizer, _functions())

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """One step for every parameter that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            # Single numbers are tensors, so that a division by zero is infinite, in double precision, which
            # a tensor without dimensions does not hand on to those that have some.
            values = {name: torch.tensor(group[name], dtype=torch.float64) for name in self.names}
            for point in group["params"]:
                if point.grad is not None:
                    self._move(point, values)
        self.broken = self.broken or self._breaking()
        return loss

    def _breaking(self) -> tuple[int, str] | None:
        """What is said of this step if it made weights that are not finite, else nothing."""
        points = [point for group in self.param_groups for point in group["params"] if point in self.state]
        # One sum is not finite where one number of it is not.
        if all(point.device.type != "cpu" or point.sum().isfinite() for point in points):
            return None
        bad = [~point.isfinite() for point in points]
        count = sum(int(each.sum()) for each in bad)
        still = sum(int((each & (p.grad == 0)).sum()) for each, p in zip(bad, points, strict=True))
        step, every = int(self.state[points[0]]["step"]), sum(point.numel() for point in points)
        message = stored_words.BROKEN_AT_ZERO if still else stored_words.BROKEN
        counts = {"step": step, "count": count, "every": every, "still": still}
        return step, stored(message, name=self.name, **{key: f"{n:,}" for key, n in counts.items()})

    def _move(self, point: torch.Tensor, values: dict[str, torch.Tensor]) -> None:
        state = self.state[point]
        if not state:
            state["step"] = torch.zeros(())
            state |= {name: torch.zeros_like(point) for name in self.parts}
        state["step"] += 1
        old = [state[name] for name in self.parts]
        moved, *parts = self.rule(point, point.grad, state["step"].double().cpu(), *old, **values)
        # A rule may hand on what it was given, as in `before = x`: that is about to change in its place.
        given = {id(tensor) for tensor in (point, point.grad, *old)}
        new = [part.clone() if id(part) in given else part for part in parts]
        for place, part in zip(old, new, strict=True):
            place.copy_(torch.as_tensor(part))
        point.copy_(torch.as_tensor(moved))
