"""What is told of a run's steps, against the run itself."""

import numpy as np
import pytest

from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.step_states import StepStates, step_states
from optviz.engine.trajectories import simulate


def run(optimizer: str, steps: int = 40, noise: float = 0.0, **values: float) -> StepStates:
    setup = {"schedule": "cosine", "schedule_values": {"floor": 0.2}, "noise": noise, "seed": 3}
    trajectory = simulate("ravine", optimizer, steps=steps, **setup, **values)
    rate = OPTIMIZERS[optimizer].complete(values)["lr"]
    return step_states(trajectory, steps, rate, **setup)


def test_gradient_descent_has_the_learning_rate_as_effective_rate_in_every_coordinate() -> None:
    told = run("gd", noise=0.5, lr=0.05)
    expected = np.broadcast_to(told.rates[1:, None], told.effective_rates[1:].shape)
    assert np.allclose(told.effective_rates[1:], expected, rtol=1e-9)
    assert told.rates[1] == 0.05
    assert told.rates[-1] < 0.02


def test_lengths_are_those_of_the_moves_and_the_first_row_is_the_start() -> None:
    told = run("adam")
    assert np.allclose(told.lengths[1:], np.linalg.norm(told.moves[1:], axis=1), rtol=1e-15)
    for array in (told.rates, told.gradients, told.moves, told.lengths, told.effective_rates):
        assert np.isnan(array[0]).all()
        assert np.isfinite(array[1:]).all()
    assert {name: part[0].tolist() for name, part in told.state.items()} == {
        "first moment": [0, 0],
        "second moment": [0, 0],
    }


def test_where_the_gradient_is_zero_there_is_no_effective_rate() -> None:
    trajectory = simulate("bowl", "momentum", [1.0, 0.0], 5)
    told = step_states(trajectory, 5, 0.05)
    assert np.isnan(told.effective_rates[1:, 1]).all()
    assert np.isfinite(told.effective_rates[1:, 0]).all()


def test_a_run_that_overflows_has_as_many_rows_as_its_path() -> None:
    trajectory = simulate("rosenbrock", "gd", [2.0, 2.0], 50, lr=1.0)
    told = step_states(trajectory, 50, 1.0)
    assert trajectory.steps < 50
    assert len(told.lengths) == len(trajectory.points)


@pytest.mark.parametrize("steps", [0, 1])
def test_the_shortest_runs(steps: int) -> None:
    assert len(run("adam", steps).lengths) == steps + 1
