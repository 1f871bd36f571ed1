"""Thousands of runs at once: this engine, the eager torch loop, and jit-compiled optax, side by side.

    python -m benchmarks.ensembles

The grid is 200 × 200 values of lr and beta1, 200 steps of Adam on Rosenbrock from one start, in float64.
The torch loop takes a few rows only and is extrapolated. Each contestant runs in a process of its own, so
that its peak memory is its own; the memory that its imports need is taken off. Where optax is not installed
(`pip install jax optax`), the table says so.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.machine import command_line

ROOT = Path(__file__).parents[1]
START = (-1.2, 1.0)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is run; `side` values of each hyperparameter, `eager_rows` of all the pairs in torch."""

    side: int = 200
    steps: int = 200
    eager_rows: int = 20
    repeats: int = 5
    basin_side: int = 300
    basin_steps: int = 500


SMALLEST = Size(side=4, steps=5, eager_rows=2, repeats=1, basin_side=8, basin_steps=5)


def grid(side: int):
    """The two hyperparameters of every row."""
    import numpy as np

    rates, betas = np.geomspace(1e-3, 1.0, side), np.linspace(0.0, 0.99, side)
    return np.repeat(rates, side), np.tile(betas, side)


def best_time(work: Callable[[], object], repeats: int) -> float:
    """The shortest of several runs after a first one that warms up: what the machine can do."""
    work()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def peak_megabytes() -> float:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def engine(size: Size) -> dict:
    """All rows in this engine, in one thread."""
    import numpy as np

    from optviz.engine.trajectories import simulate_many

    lr, beta1 = grid(size.side)
    starts = np.broadcast_to(START, (size.side**2, 2))
    simulate_many("rosenbrock", "adam", starts[:1], 1)
    before = peak_megabytes()

    def work():
        return simulate_many("rosenbrock", "adam", starts, size.steps, lr=lr, beta1=beta1)

    seconds = best_time(work, size.repeats)
    end = work().points[size.side**2 // 2]
    return {"seconds": seconds, "megabytes": peak_megabytes() - before, "end": end.tolist()}


def eager(size: Size) -> dict:
    """Some rows in torch, one after the other, as a script would."""
    import torch

    torch.set_num_threads(1)  # two numbers: more threads only get in the way
    lr, beta1 = grid(size.side)
    rows = range(size.side // 2, size.side**2, size.side**2 // size.eager_rows)
    before = peak_megabytes()

    def work() -> list[float]:
        for i in rows:
            point = torch.tensor(START, dtype=torch.float64, requires_grad=True)
            optimizer = torch.optim.Adam([point], lr=lr[i], betas=(beta1[i], 0.999))
            for _ in range(size.steps):
                optimizer.zero_grad()
                x, y = point
                ((1 - x) ** 2 + 100 * (y - x**2) ** 2).backward()
                optimizer.step()
        return point.tolist()

    seconds = best_time(work, repeats=2) / len(rows) * size.side**2
    return {"seconds": seconds, "megabytes": peak_megabytes() - before}


def optax_compiled(size: Size) -> dict:
    """All rows in optax: a scan over the steps, vmapped over the rows, compiled."""
    import jax
    import jax.numpy as jnp
    import optax

    jax.config.update("jax_enable_x64", True)

    def rosenbrock(p):
        return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2

    def run(lr, beta1):
        optimizer = optax.adam(lr, b1=beta1)

        def step(carry, _):
            point, state = carry
            updates, state = optimizer.update(jax.grad(rosenbrock)(point), state, point)
            return (optax.apply_updates(point, updates), state), None

        point = jnp.array(START)
        (point, _), _ = jax.lax.scan(step, (point, optimizer.init(point)), None, length=size.steps)
        return point

    lr, beta1 = map(jnp.asarray, grid(size.side))
    compiled = jax.jit(jax.vmap(run))
    before = peak_megabytes()
    seconds = best_time(lambda: compiled(lr, beta1).block_until_ready(), size.repeats)
    end = compiled(lr, beta1)[size.side**2 // 2]
    return {"seconds": seconds, "megabytes": peak_megabytes() - before, "end": end.tolist()}


def basin_map(size: Size) -> dict:
    """One map for each of three optimizers."""
    from optviz.maps.grids import basins

    begin = peak_megabytes()
    found = {}
    for key, values in (("gd", {"lr": 0.01}), ("momentum", {"lr": 0.005}), ("adam", {"lr": 0.1})):
        found[key] = best_time(
            lambda key=key, values=values: basins(
                "himmelblau", key, size.basin_steps, values=values, resolution=size.basin_side
            ),
            repeats=2,
        )
    return {"seconds": found, "megabytes": peak_megabytes() - begin}


CONTESTANTS = {"engine": engine, "eager": eager, "optax": optax_compiled, "basins": basin_map}
#: The packages that a contestant needs and that optviz does not.
NEEDS = {"optax": ("jax", "optax")}


def missing(name: str) -> list[str]:
    """The packages of a contestant that are not installed."""
    return [package for package in NEEDS.get(name, ()) if find_spec(package) is None]


def measured(name: str, smallest: bool, cores: set[int] | None = None) -> dict | None:
    """The result of one contestant in a process of its own, on these cores; None if it is not installed.

    Raises:
        RuntimeError: when the contestant fails; the message is what it wrote.
    """
    if missing(name):
        return None
    command = [sys.executable, "-m", "benchmarks.ensembles", "--only", name] + ["--smallest"] * smallest
    limit = (lambda: os.sched_setaffinity(0, cores)) if cores and hasattr(os, "sched_setaffinity") else None
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=limit)
    if done.returncode:
        raise RuntimeError(f"{name} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def required(name: str, smallest: bool) -> dict:
    """The result of a contestant that needs nothing that optviz does not need."""
    result = measured(name, smallest)
    assert result is not None, f"{name} needs {missing(name)}"
    return result


def compare(smallest: bool) -> None:
    """Measure everything and print the tables."""
    size = SMALLEST if smallest else Size()
    all_steps = size.side**2 * size.steps
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    ours = required("engine", smallest)
    compiled = measured("optax", smallest)
    lines = {
        "this engine (one thread)": ours,
        "eager torch loop *": required("eager", smallest),
        f"optax, compiled ({len(cores)} cores)": compiled,
        "optax, compiled (one core)": measured("optax", smallest, set(cores[:1])),
    }
    print(
        f"Adam on Rosenbrock, {size.side} × {size.side} values of lr and beta1, {size.steps} steps, float64\n"
    )
    print(f"{'':32}{'seconds':>10}{'steps/s':>12}{'ns/step':>10}{'MB more':>9}{'engine is':>17}")
    for name, result in lines.items():
        if result is None:
            print(f"{name:32}not installed: {', '.join(missing('optax'))}")
            continue
        seconds = result["seconds"]
        print(
            f"{name:32}{seconds:10.3f}{all_steps / seconds:12.3g}{seconds / all_steps * 1e9:10.1f}"
            f"{result['megabytes']:9.0f}{seconds / ours['seconds']:9.2f}× as fast"
        )
    print(f"\n* extrapolated from {size.eager_rows} of the {size.side**2:,} rows")
    if compiled:
        apart = max(abs(a - b) for a, b in zip(ours["end"], compiled["end"], strict=True))
        print(f"One row of the engine and of optax end {apart:.1g} apart.")
    maps = required("basins", smallest)
    print(
        f"\nBasin map of Himmelblau, {size.basin_side} × {size.basin_side} starts, {size.basin_steps} steps"
    )
    for key, seconds in maps["seconds"].items():
        print(f"{key:32}{seconds:10.2f} s")
    print(f"{'peak memory beyond the imports':32}{maps['megabytes']:10.0f} MB")


def main() -> None:
    """Compare all, or print the result of one contestant as JSON."""
    parser = command_line(__doc__)
    parser.add_argument("--only", choices=CONTESTANTS, help="one contestant in this process, as JSON")
    arguments = parser.parse_args()
    if arguments.only:
        size = SMALLEST if arguments.smallest else Size()
        print(json.dumps(CONTESTANTS[arguments.only](size)))
    else:
        compare(arguments.smallest)


if __name__ == "__main__":
    main()
