"""The exported script runs on its own and ends where the engine ends."""

import contextlib
import io
import subprocess
import sys

import numpy as np
import pytest
import torch

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.schedules import SCHEDULES
from optviz.engine.torch_script import torch_script
from optviz.engine.trajectories import simulate
from optviz.settings.experiment import Entrant, Experiment


def end_of(script: str) -> list[float]:
    """Run a script as somebody would who pasted it into a file, but in this process, to save its imports."""
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(script, "script.py", "exec"), {"__name__": "__main__"})
    finally:
        torch.set_default_dtype(torch.float32)
    return [float(word) for word in out.getvalue().split()]


@pytest.mark.parametrize("key", OPTIMIZERS)
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"schedule": "step", "schedule_values": {"every": 7, "gamma": 0.5}, "noise": 0.3, "seed": 11},
        {"schedule": "warmup", "schedule_values": {"warm": 5, "floor": 0.1}},
    ],
    ids=["plain", "step decay and noise", "warm-up"],
)
def test_each_optimizer_ends_where_the_engine_ends(key: str, more: dict) -> None:
    objective, values = OBJECTIVES["bowl"], OPTIMIZERS[key].defaults
    script = torch_script(objective, key, values, objective.start, 30, **more)
    run = simulate(objective, key, steps=30, **values, **more)
    np.testing.assert_allclose(end_of(script), run.points[-1], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("key", OBJECTIVES)
def test_each_landscape_is_written_correctly(key: str) -> None:
    objective = OBJECTIVES[key]
    script = torch_script(objective, "gd", {"lr": 1e-6}, objective.start, 3)
    run = simulate(objective, "gd", steps=3, lr=1e-6)
    np.testing.assert_allclose(end_of(script), run.points[-1], rtol=1e-8)


@pytest.mark.parametrize("key", SCHEDULES)
def test_each_schedule_is_carried_along(key: str) -> None:
    values = SCHEDULES[key].complete({})
    script = torch_script(
        OBJECTIVES["bowl"], "gd", {"lr": 0.1}, (1.0, 1.0), 25, schedule=key, schedule_values=values
    )
    run = simulate("bowl", "gd", (1.0, 1.0), 25, schedule=key, schedule_values=values, lr=0.1)
    np.testing.assert_allclose(end_of(script), run.points[-1], rtol=1e-9)


def test_a_script_runs_in_a_python_of_its_own() -> None:
    experiment = Experiment(entrants=(Entrant.of("adam", lr=0.1),), noise=0.1, seed=2, schedule="cosine")
    (run,) = experiment.run()
    script = torch_script(
        experiment.landscape(), "adam", dict(experiment.entrants[0].values), experiment.start,
        experiment.steps, schedule="cosine", schedule_values={"floor": 0.0}, noise=0.1, seed=2,
    )  # fmt: skip
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    np.testing.assert_allclose([float(word) for word in done.stdout.split()], run.points[-1], rtol=1e-9)
