"""An experiment as a PyTorch script that anybody can run: it ends where the engine ends."""

import re
from typing import Any

import sympy
from sympy.printing.pycode import PythonCodePrinter

from optviz.engine.formula_parts import Larger
from optviz.engine.formula_text import FUNCTIONS, VARIABLES, read
from optviz.engine.objective import Objective
from optviz.engine.optimizers import Optimizer, as_optimizer
from optviz.engine.schedules import SCHEDULES

NAMES = {symbolic.__name__: name for name, (symbolic, _) in FUNCTIONS.items() if name not in ("ln", "sqrt")}


#: The functions of `elementwise` for tensors, as a step that a person wrote may call them.
TORCH_FUNCTIONS: dict[str, str] = {
    name: f"def {head}:\n    return {body}\n\n"
    for name, head, body in (
        ("sqrt", "sqrt(v)", "torch.sqrt(torch.as_tensor(v))"),
        ("sign", "sign(v)", "torch.sign(torch.as_tensor(v))"),
        ("square", "square(v)", "v * v"),
        (
            "whole_power",
            "whole_power(v, n)",
            "v if n == 1 else whole_power(v * v, n // 2) * (v if n % 2 else 1)",
        ),
        ("power", "power(base, exponent)", "torch.pow(torch.as_tensor(base), exponent)"),
        ("raised", "raised(base, exponent)", "torch.pow(torch.as_tensor(base), exponent)"),
        ("maximum", "maximum(a, b)", "torch.maximum(torch.as_tensor(a), torch.as_tensor(b))"),
        ("minimum", "minimum(a, b)", "torch.minimum(torch.as_tensor(a), torch.as_tensor(b))"),
        ("where", "where(condition, yes, no)", "torch.where(torch.as_tensor(condition), yes, no)"),
    )
}


class _TorchPrinter(PythonCodePrinter):
    """Prints a SymPy expression with torch's functions; plain numbers go through math."""

    def _print_Function(self, expr: Any) -> str:  # noqa: N802 (SymPy's naming)
        return f"torch.{NAMES[type(expr).__name__]}({self._print(expr.args[0])})"

    def _print_Larger(self, expr: Any) -> str:  # noqa: N802
        # torch compares tensors only with tensors.
        sides = (
            f"torch.tensor({float(a)!r}, dtype=torch.float64)" if a.is_number else self._print(a)
            for a in expr.args
        )
        return f"torch.{'maximum' if isinstance(expr, Larger) else 'minimum'}({', '.join(sides)})"

    _print_Smaller = _print_Larger  # noqa: N815

    def _print_Within(self, expr: Any) -> str:  # noqa: N802
        value, *bounds = map(self._print, expr.args)
        return " + ".join([f"({value})", *(f"0.0*({bound})" for bound in bounds)])

    def _print_Abs(self, expr: Any) -> str:  # noqa: N802
        return f"torch.abs({self._print(expr.args[0])})"

    def _print_Pow(self, expr: sympy.Pow, rational: bool = False) -> str:  # noqa: N802
        base, exponent = expr.args
        if exponent == sympy.Rational(1, 2):
            return f"{'math' if base.is_number else 'torch'}.sqrt({self._print(base)})"
        return super()._print_Pow(expr, rational=rational)

    def _print_exp(self, expr: Any) -> str:
        return f"torch.exp({self._print(expr.args[0])})"

    _print_sin = _print_cos = _print_tan = _print_log = _print_Function
    _print_asin = _print_acos = _print_atan = _print_sinh = _print_cosh = _print_tanh = _print_Function

    def _print_Float(self, expr: sympy.Float) -> str:  # noqa: N802
        return repr(float(expr))


def torch_formula(objective: Objective) -> str:
    """The objective as a Python expression of torch tensors x, or x and y."""
    return _TorchPrinter({"allow_unknown_functions": True}).doprint(read(objective.formula))


def torch_script(
    objective: Objective,
    optimizer: Optimizer | str,
    values: dict[str, float],
    start: tuple[float, ...],
    steps: int,
    *,
    schedule: str = "constant",
    schedule_values: dict[str, float] | None = None,
    noise: float = 0.0,
    seed: int = 0,
) -> str:
    """A complete script for one optimizer; it needs torch, and numpy where there is noise."""
    chosen = as_optimizer(optimizer)
    scheduled = schedule != "constant"
    arguments = ", ".join(v.name for v in VARIABLES[: objective.dimension])
    expression = torch_formula(objective)
    head = (
        ["import math", ""]
        if "math." in expression or (scheduled and "math." in SCHEDULES[schedule].source)
        else []
    )
    head += ["import numpy"] if noise else []
    head += [
        "import torch",
        "",
        "torch.set_default_dtype(torch.float64)",
        "",
        "",
        f"def f({arguments}):",
        f"    return {expression}",
        "",
        "",
    ]
    before, during = _update(chosen, values, scheduled)
    if scheduled:
        rest = "".join(f", {k}={v!r}" for k, v in (schedule_values or {}).items())
        head += [SCHEDULES[schedule].source, ""]
        before.insert(0, f"steps, factor = {steps}, lambda t: {schedule}(t, {steps}{rest})")
    else:
        before.insert(0, f"steps = {steps}")
    if noise:
        shape = f"(steps, {objective.dimension})"
        before.append(f"draws = numpy.random.default_rng({seed}).standard_normal({shape}) * {noise!r}")
    loop = ["for t in range(steps):"]
    if chosen.looks:
        loop.append(f"    noise = {'torch.from_numpy(draws[t])' if noise else '0.0'}")
    else:
        loop += ["    point.grad = None", "    f(*point).backward()"]
        loop += ["    point.grad += torch.from_numpy(draws[t])"] if noise else []
    body = [
        f"point = torch.tensor({list(start)}{'' if chosen.looks else ', requires_grad=True'})",
        *before,
        *loop,
        *during,
        "",
        "print(*point.tolist())",
    ]
    return "\n".join([*head, *_definitions(chosen), *body]) + "\n"


def _update(optimizer: Optimizer, values: dict[str, float], scheduled: bool) -> tuple[list[str], list[str]]:
    """The lines that prepare the update, and those inside the loop that make it."""
    if optimizer.torch:
        keywords = "".join(f", {k}={v!r}" for k, v in optimizer.torch_keywords(values).items())
        before = [f"optimizer = torch.optim.{optimizer.torch}([point]{keywords})"]
        during = ["    optimizer.step()"]
        if scheduled:
            before.append("scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)")
            during.append("    scheduler.step()")
        return before, during
    if optimizer.looks:
        return _looking_update(optimizer, values, scheduled)
    if optimizer.written:
        return _own_update(optimizer, values, scheduled)
    before = [
        f"values = {values!r}",
        f"state = [torch.zeros_like(point) for _ in range({len(optimizer.state)})]",
    ]
    during = [f"    values['lr'] = {values['lr']!r} * factor(t)"] if scheduled else []
    during += [
        "    with torch.no_grad():",
        f"        moved, *state = {optimizer.step.__name__}(point, point.grad, t + 1, *state, **values)",
        "        point.copy_(moved)",
    ]
    return before, during


def _own_update(
    optimizer: Optimizer, values: dict[str, float], scheduled: bool
) -> tuple[list[str], list[str]]:
    """As `_update`, with every number a tensor: so that a division by zero is infinite, as in the engine."""
    numbers = ", ".join(f"{name!r}: torch.tensor({float(value)!r})" for name, value in values.items())
    before = [
        f"values = {{{numbers}}}",
        f"state = [torch.zeros_like(point) for _ in range({len(optimizer.state)})]",
    ]
    during = [f"    values['lr'] = torch.tensor({values['lr']!r} * factor(t))"] if scheduled else []
    during += [
        "    with torch.no_grad():",
        "        moved, *state = own(point, point.grad, torch.tensor(t + 1.0), *state, **values)",
        "        point.copy_(moved)",
    ]
    return before, during


def _looking_update(
    optimizer: Optimizer, values: dict[str, float], scheduled: bool
) -> tuple[list[str], list[str]]:
    """As `_update`, for a step that asks: each question is answered until the step has moved."""
    before = [
        f"values = {values!r}",
        f"state = [torch.zeros_like(point) for _ in range({len(optimizer.state)})]",
    ]
    during = [f"    values['lr'] = {values['lr']!r} * factor(t)"] if scheduled else []
    during += [
        f"    walker = {optimizer.step.__name__}(point, t + 1, *state, **values)",
        "    answer = None",
        "    while True:",
        "        try:",
        "            answer = answered(*walker.send(answer), noise)",
        "        except StopIteration as end:",
        "            point, *state = end.value",
        "            break",
    ]
    return before, during


ANSWERED = """\
def gradient_at(x):
    return "gradient", x


def value_at(x):
    return "value", x


def total(v):
    return "total", v


def most(v):
    return v.max()


def answered(kind, x, noise):
    if kind == "total":
        return x.sum()
    x = x.detach().requires_grad_()
    height = f(*x) + (noise * x).sum()
    if kind == "value":
        return height.detach()
    height.backward()
    return x.grad

"""


def functions_of(source: str) -> list[str]:
    """The definitions of the functions of `elementwise` that a source calls."""
    used = re.findall(r"(\w+)\(", source)
    return [TORCH_FUNCTIONS[name] for name in dict.fromkeys(used) if name in TORCH_FUNCTIONS]


def _definitions(optimizer: Optimizer) -> list[str]:
    """torch has no such optimizer: bring its step along, and what it calls."""
    if optimizer.torch:
        return []
    asking = [ANSWERED] if optimizer.looks else []
    rule = "a rule written by hand." if optimizer.written else "torch has none; this is its step."
    return [*functions_of(optimizer.source), *asking, f"# {optimizer.name}: {rule}", optimizer.source, ""]
