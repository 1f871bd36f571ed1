"""Thousands of runs at once: this engine, the eager torch loop, and jit-compiled optax, side by side.

    python benchmarks/ensembles.py

The grid is 200 × 200 values of lr and beta1, 200 steps of Adam on Rosenbrock from one start, in float64.
The torch loop takes a few rows only and is extrapolated. Each contestant runs in a process of its own, so
that its peak memory is its own; the memory that its imports need is taken off.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable

SIDE, STEPS = 200, 200
START = (-1.2, 1.0)
EAGER_ROWS = 20
REPEATS = 5
BASIN_SIDE, BASIN_STEPS = 300, 500


def grid():
    """The two hyperparameters of every row."""
    import numpy as np

    rates, betas = np.geomspace(1e-3, 1.0, SIDE), np.linspace(0.0, 0.99, SIDE)
    return np.repeat(rates, SIDE), np.tile(betas, SIDE)


def best_time(work: Callable[[], object], repeats: int = REPEATS) -> float:
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


def engine() -> dict:
    """All rows in this engine, in one thread."""
    import numpy as np

    from optviz.engine.trajectories import simulate_many

    lr, beta1 = grid()
    starts = np.broadcast_to(START, (SIDE * SIDE, 2))
    simulate_many("rosenbrock", "adam", starts[:1], 1)
    before = peak_megabytes()
    seconds = best_time(lambda: simulate_many("rosenbrock", "adam", starts, STEPS, lr=lr, beta1=beta1))
    end = simulate_many("rosenbrock", "adam", starts, STEPS, lr=lr, beta1=beta1).points[SIDE * SIDE // 2]
    return {"seconds": seconds, "megabytes": peak_megabytes() - before, "end": end.tolist()}


def eager() -> dict:
    """Some rows in torch, one after the other, as a script would."""
    import torch

    torch.set_num_threads(1)  # two numbers: more threads only get in the way
    lr, beta1 = grid()
    rows = range(SIDE // 2, SIDE * SIDE, SIDE * SIDE // EAGER_ROWS)
    before = peak_megabytes()

    def work() -> list[float]:
        for i in rows:
            point = torch.tensor(START, dtype=torch.float64, requires_grad=True)
            optimizer = torch.optim.Adam([point], lr=lr[i], betas=(beta1[i], 0.999))
            for _ in range(STEPS):
                optimizer.zero_grad()
                x, y = point
                ((1 - x) ** 2 + 100 * (y - x**2) ** 2).backward()
                optimizer.step()
        return point.tolist()

    seconds = best_time(work, repeats=2) / len(rows) * SIDE * SIDE
    return {"seconds": seconds, "megabytes": peak_megabytes() - before}


def optax_compiled() -> dict:
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
        (point, _), _ = jax.lax.scan(step, (point, optimizer.init(point)), None, length=STEPS)
        return point

    lr, beta1 = map(jnp.asarray, grid())
    compiled = jax.jit(jax.vmap(run))
    before = peak_megabytes()
    seconds = best_time(lambda: compiled(lr, beta1).block_until_ready())
    end = compiled(lr, beta1)[SIDE * SIDE // 2]
    return {"seconds": seconds, "megabytes": peak_megabytes() - before, "end": end.tolist()}


def basin_map() -> dict:
    """One map for each of three optimizers."""
    from optviz.maps.grids import basins

    begin = peak_megabytes()
    found = {}
    for key, values in (("gd", {"lr": 0.01}), ("momentum", {"lr": 0.005}), ("adam", {"lr": 0.1})):
        found[key] = best_time(
            lambda key=key, values=values: basins(
                "himmelblau", key, BASIN_STEPS, values=values, resolution=BASIN_SIDE
            ),
            repeats=2,
        )
    return {"seconds": found, "megabytes": peak_megabytes() - begin}


CONTESTANTS = {"engine": engine, "eager": eager, "optax": optax_compiled, "basins": basin_map}


def measured(name: str, cores: set[int] | None = None) -> dict | None:
    """The result of one contestant in its own process, on these cores; None if it cannot be imported."""
    command = [sys.executable, __file__, name]
    limit = (lambda: os.sched_setaffinity(0, cores)) if cores and hasattr(os, "sched_setaffinity") else None
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit)
    if done.returncode:
        if "ModuleNotFoundError" in done.stderr:
            return None
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure everything and print the table."""
    all_steps = SIDE * SIDE * STEPS
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    lines = {
        "this engine (one thread)": measured("engine"),
        "eager torch loop *": measured("eager"),
        f"optax, compiled ({len(cores)} cores)": measured("optax"),
        "optax, compiled (one core)": measured("optax", set(cores[:1])),
    }
    ours = lines["this engine (one thread)"]
    assert ours is not None
    print(f"Adam on Rosenbrock, {SIDE} × {SIDE} values of lr and beta1, {STEPS} steps, float64\n")
    print(f"{'':32}{'seconds':>10}{'steps/s':>12}{'ns/step':>10}{'MB more':>9}{'engine is':>17}")
    for name, result in lines.items():
        if result is None:
            print(f"{name:32}not here: pip install jax optax")
            continue
        seconds = result["seconds"]
        print(
            f"{name:32}{seconds:10.3f}{all_steps / seconds:12.3g}{seconds / all_steps * 1e9:10.1f}"
            f"{result['megabytes']:9.0f}{seconds / ours['seconds']:9.2f}× as fast"
        )
    print(f"\n* extrapolated from {EAGER_ROWS} of the {SIDE * SIDE:,} rows")
    theirs = next((r for name, r in lines.items() if r and name.startswith("optax")), None)
    if theirs:
        apart = max(abs(a - b) for a, b in zip(ours["end"], theirs["end"], strict=True))
        print(f"One row of the engine and of optax end {apart:.1g} apart.")
    maps = measured("basins")
    assert maps is not None
    print(f"\nBasin map of Himmelblau, {BASIN_SIDE} × {BASIN_SIDE} starts, {BASIN_STEPS} steps")
    for key, seconds in maps["seconds"].items():
        print(f"{key:32}{seconds:10.2f} s")
    print(f"{'peak memory beyond the imports':32}{maps['megabytes']:10.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(CONTESTANTS[sys.argv[1]]()))
    else:
        main()
