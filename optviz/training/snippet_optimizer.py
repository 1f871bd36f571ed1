"""The lines of an exported script that make the optimizer, set its rate, and take a step."""

import inspect
from dataclasses import dataclass
from typing import Any

from optviz.engine.optimizers import Optimizer
from optviz.engine.torch_script import functions_of
from optviz.training.config import TrainingConfig
from optviz.training.muon import ALWAYS, MuonWithAdamW
from optviz.training.networks import optimizer_class, optimizer_keywords
from optviz.training.step_optimizer import StepOptimizer

STEPPER = """\
class Stepper(torch.optim.Optimizer):
    def __init__(self, parameters, rule, remembered, **values):
        super().__init__(parameters, values)
        self.rule, self.remembered = rule, remembered

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            values = {name: torch.tensor(group[name], dtype=torch.float64) for name in self.defaults}
            for point in group["params"]:
                state = self.state[point]
                if not state:
                    state["t"] = 0.0
                    state["kept"] = [torch.zeros_like(point) for _ in range(self.remembered)]
                state["t"] += 1.0
                t = torch.tensor(state["t"], dtype=torch.float64)
                moved, *kept = self.rule(point, point.grad, t, *state["kept"], **values)
                state["kept"] = [torch.zeros_like(point) + part for part in kept]
                point.copy_(torch.as_tensor(moved))
"""


@dataclass(frozen=True, slots=True)
class Lines:
    """Parts of a script: what is defined before, the optimizer, the lines that set `rate`, and the step."""

    definitions: str
    made: str
    rate: str
    forget: str = "optimizer.zero_grad()"
    step: str = "optimizer.step()"


def lines_of(config: TrainingConfig) -> Lines:
    """The lines for the optimizer of `config`, in its fused form where torch has one, as in the run."""
    kind, keywords = optimizer_class(config), optimizer_keywords(config)
    rate = 'optimizer.param_groups[0]["lr"] = {rate}'
    if kind is StepOptimizer:
        row: Optimizer = keywords["optimizer"]
        values = {name: float(value) for name, value in keywords["values"].items()}
        first = ["model.parameters()", row.step.__name__, repr(len(row.state))]
        return Lines(_defined(row), f"optimizer = {_call('Stepper', first, values)}", rate)
    if kind is MuonWithAdamW:
        return Lines(
            "",
            "matrices = [parameter for parameter in model.parameters() if parameter.ndim == 2]\n"
            "biases = [parameter for parameter in model.parameters() if parameter.ndim != 2]\n"
            f"muon = {_call('torch.optim.Muon', ['matrices'], keywords['matrices'] | ALWAYS)}\n"
            f"adamw = {_call('torch.optim.AdamW', ['biases'], keywords['others'])}",
            'muon.param_groups[0]["lr"] = adamw.param_groups[0]["lr"] = {rate}',
            "model.zero_grad()",
            "muon.step()\n        adamw.step()",
        )
    if "fused" in inspect.signature(kind).parameters:
        keywords["fused"] = True
    call = _call(f"torch.optim.{kind.__name__}", ["model.parameters()"], keywords)
    return Lines("", f"optimizer = {call}", rate)


def _defined(row: Optimizer) -> str:
    """The step of a row that torch lacks, what it calls, and the class that takes it."""
    rule = "a rule written by hand." if row.written else "torch has none; this is its step."
    parts = [*functions_of(row.source), f"# {row.name}: {rule}\n{row.source.rstrip()}\n\n", STEPPER]
    return "\n".join(parts) + "\n\n"


def _call(name: str, first: list[str], keywords: dict[str, Any]) -> str:
    given = [*first, *(f"{key}={_literal(value)}" for key, value in keywords.items())]
    return f"{name}(\n" + "".join(f"    {each},\n" for each in given) + ")"


def _literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
