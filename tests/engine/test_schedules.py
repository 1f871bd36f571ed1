"""Schedules multiply the learning rate as torch's schedulers do."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from optviz.engine.schedules import SCHEDULES
from optviz.engine.trajectories import simulate

TOTAL = 40


def torch_rates(make) -> np.ndarray:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = make(optimizer)
    rates = []
    for _ in range(TOTAL):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def ours(key: str, **values: float) -> np.ndarray:
    return SCHEDULES[key].factors(TOTAL, SCHEDULES[key].complete(values))


@given(every=st.integers(1, 60), gamma=st.floats(0.001, 1))
@settings(max_examples=25, deadline=None)
def test_step_decay_is_steplr(every: int, gamma: float) -> None:
    theirs = torch_rates(lambda o: torch.optim.lr_scheduler.StepLR(o, every, gamma))
    np.testing.assert_allclose(ours("step", every=every, gamma=gamma), theirs, rtol=1e-12)


@given(gamma=st.floats(0.5, 1))
@settings(max_examples=25, deadline=None)
def test_exponential_decay_is_exponentiallr(gamma: float) -> None:
    theirs = torch_rates(lambda o: torch.optim.lr_scheduler.ExponentialLR(o, gamma))
    np.testing.assert_allclose(ours("exponential", gamma=gamma), theirs, rtol=1e-12)


@given(floor=st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_cosine_is_cosineannealinglr(floor: float) -> None:
    theirs = torch_rates(lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, TOTAL, eta_min=floor))
    np.testing.assert_allclose(ours("cosine", floor=floor), theirs, rtol=1e-9, atol=1e-12)


@given(warm=st.integers(1, TOTAL - 2), floor=st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_warmup_is_linearlr_then_cosineannealinglr(warm: int, floor: float) -> None:
    def make(optimizer):
        rise = torch.optim.lr_scheduler.LinearLR(optimizer, 1 / (warm + 1), 1.0, total_iters=warm)
        fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, TOTAL - warm, eta_min=floor)
        return torch.optim.lr_scheduler.SequentialLR(optimizer, [rise, fall], milestones=[warm])

    np.testing.assert_allclose(
        ours("warmup", warm=warm, floor=floor), torch_rates(make), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("key", SCHEDULES)
@pytest.mark.parametrize("total", [0, 1, 2, 2000])
def test_factors_stay_between_zero_and_one(key: str, total: int) -> None:
    factors = SCHEDULES[key].factors(total, SCHEDULES[key].complete({}))
    assert factors.shape == (total,)
    assert ((factors >= 0) & (factors <= 1)).all()


def test_a_schedule_reaches_the_step() -> None:
    run = simulate(
        "parabola", "gd", start=1.0, steps=2, lr=0.1, schedule="step", schedule_values={"every": 1}
    )
    assert run.points[:, 0].tolist() == pytest.approx([1.0, 0.8, 0.72])
