"""One trajectory of the engine against the same run in an eager torch loop.

python -m benchmarks.trajectories
"""

import statistics
import time
from collections.abc import Callable

import torch

from benchmarks.machine import command_line, heading, table
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.torch_script import torch_formula
from optviz.engine.trajectories import simulate

STEPS, ROUNDS = 2000, 7
SMALLEST_STEPS, SMALLEST_ROUNDS = 3, 1


def seconds(run: Callable[[], object], rounds: int) -> float:
    """The median of several rounds, after one to warm up."""
    run()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def eager(objective_key: str, optimizer_key: str, steps: int) -> None:
    """The loop that everybody writes: backward, then the optimizer's step."""
    objective, optimizer = OBJECTIVES[objective_key], OPTIMIZERS[optimizer_key]
    code = compile(torch_formula(objective), objective_key, "eval")
    point = torch.tensor(objective.start, dtype=torch.float64, requires_grad=True)
    stepper = getattr(torch.optim, optimizer.torch)([point], **optimizer.torch_keywords(optimizer.defaults))
    path = []
    for _ in range(steps):
        stepper.zero_grad()
        eval(code, {"torch": torch, "x": point[0], "y": point[1]}).backward()
        stepper.step()
        path.append(point.detach().clone())


def main() -> None:
    """Print the table."""
    smallest = command_line(__doc__).parse_args().smallest
    steps, rounds = (SMALLEST_STEPS, SMALLEST_ROUNDS) if smallest else (STEPS, ROUNDS)
    torch.set_num_threads(1)
    heading()
    rows = []
    for objective, optimizer in (("rosenbrock", "adam"), ("ravine", "momentum"), ("himmelblau", "rmsprop")):
        ours = seconds(lambda o=objective, k=optimizer: simulate(o, k, steps=steps), rounds)
        theirs = seconds(lambda o=objective, k=optimizer: eager(o, k, steps), rounds)
        rows.append(
            (
                f"{optimizer} on {objective}",
                f"{ours * 1e3:.1f} ms",
                f"{theirs * 1e3:.0f} ms",
                f"{theirs / ours:.1f}×",
            )
        )
    table((f"{steps} steps, 2D", "engine", "eager torch", "ratio"), rows)


if __name__ == "__main__":
    main()
