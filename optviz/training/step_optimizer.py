"""Any elementwise optimizer of the engine on the tensors of a network: for rules that torch does not have."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch

from optviz.engine.optimizers import Optimizer
from optviz.engine.own_optimizer import step_with
from optviz.engine.torch_script import TORCH_FUNCTIONS


def _functions() -> dict[str, Any]:
    """The functions of the exported script, as Python functions."""
    made: dict[str, Any] = {"torch": torch}
    exec("\n".join(TORCH_FUNCTIONS.values()), made)
    return {name: made[name] for name in TORCH_FUNCTIONS} | {"abs": abs}


class StepOptimizer(torch.optim.Optimizer):
    """Takes the steps of `optimizer`, a row of the table or a rule that somebody wrote.

    `values` are its hyperparameters by name; the learning rate of the moment is the parameter group's `lr`,
    as for the classes of torch. The state of each parameter holds the step and the parts that the rule names.
    """

    def __init__(
        self, parameters: Iterable[torch.Tensor], optimizer: Optimizer, values: Mapping[str, float]
    ) -> None:
        super().__init__(parameters, {name: float(value) for name, value in values.items()})
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
            for point in group["params"]:
                if point.grad is not None:
                    self._move(point, group)
        return loss

    def _move(self, point: torch.Tensor, group: dict[str, Any]) -> None:
        state = self.state[point]
        if not state:
            state["step"] = torch.zeros(())
            state |= {name: torch.zeros_like(point) for name in self.parts}
        state["step"] += 1

        # Single numbers are tensors, so that a division by zero is infinite, in double precision, which a
        # tensor without dimensions does not hand on to those that have some.
        def number(value: Any) -> torch.Tensor:
            return torch.as_tensor(value, dtype=torch.float64, device=point.device)

        values = {name: number(group[name]) for name in self.names}
        parts = [state[name] for name in self.parts]
        moved, *parts = self.rule(point, point.grad, number(state["step"]), *parts, **values)
        state |= dict(zip(self.parts, parts, strict=True))
        point.copy_(moved)
