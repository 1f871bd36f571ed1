"""Steps that look elsewhere do what their papers and their authors' programs do, and count what they ask for.

Each reference is written here anew, on whole vectors, from the paper or the program that it names.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import ELEMENTWISE, OPTIMIZERS
from optviz.engine.questions import Counted, most, total, walk_together
from optviz.engine.trajectories import Trajectory, simulate, simulate_many

STEPS = 80
LOOKING = [key for key, row in OPTIMIZERS.items() if row.looks]
each_landscape = pytest.mark.parametrize("landscape", ["bowl", "ravine", "himmelblau", "saddle"])


class Slopes:
    """f and its gradient on one landscape, with the noise of each step, and how often each was asked for."""

    def __init__(self, landscape: str, noise: float = 0.0, seed: int = 0) -> None:
        self.objective = OBJECTIVES[landscape]
        self.draws = np.random.default_rng(seed).standard_normal((STEPS, self.objective.dimension)) * noise
        self.step = self.gradients = self.values = 0

    def gradient(self, x: np.ndarray) -> np.ndarray:
        self.gradients += 1
        return self.objective.gradient(x) + self.draws[self.step]

    def value(self, x: np.ndarray) -> float:
        self.values += 1
        return float(self.objective.value(x)) + float(self.draws[self.step] @ x)


def sutskever(f: Slopes, x: np.ndarray, *, lr: float, momentum: float) -> Iterator[np.ndarray]:
    """I. Sutskever et al. (2013), equations 3 and 4."""
    v = np.zeros_like(x)
    while True:
        v = momentum * v - lr * f.gradient(x + momentum * v)
        x = x + v
        yield x


def korpelevich(f: Slopes, x: np.ndarray, *, lr: float) -> Iterator[np.ndarray]:
    """G. M. Korpelevich (1976): a predicted point, and a step along the slope there."""
    while True:
        predicted = x - lr * f.gradient(x)
        x = x - lr * f.gradient(predicted)
        yield x


def foret(f: Slopes, x: np.ndarray, *, lr: float, rho: float) -> Iterator[np.ndarray]:
    """P. Foret et al. (2021), Algorithm 1, with the 1e-12 of the program davda54/sam."""
    while True:
        g = f.gradient(x)
        climbed = x + g * (rho / (np.linalg.norm(g) + 1e-12))
        x = x - lr * f.gradient(climbed)
        yield x


def nocedal_wright(
    f: Slopes, x: np.ndarray, *, lr: float, shrink: float, slope: float
) -> Iterator[np.ndarray]:
    """J. Nocedal, S. J. Wright (2006), Algorithm 3.1, along the negative gradient."""
    while True:
        p = -f.gradient(x)
        start, rate = f.value(x), lr
        while f.value(x + rate * p) > start - slope * rate * (p @ p) and rate > 1e-12 * lr:
            rate *= shrink
        x = x + rate * p
        yield x


def zhang(
    f: Slopes, x: np.ndarray, *, lr: float, momentum: float, period: int, alpha: float
) -> Iterator[np.ndarray]:
    """M. R. Zhang et al. (2019), Algorithm 1, around torch.optim.SGD; their pullback_momentum="none"."""
    fast = torch.tensor(x, requires_grad=True)
    inner = torch.optim.SGD([fast], lr=lr, momentum=momentum)
    slow = fast.detach().clone()
    for t in range(1, STEPS + 1):
        fast.grad = torch.from_numpy(f.gradient(fast.detach().numpy()))
        inner.step()
        if t % period == 0:
            with torch.no_grad():
                slow += alpha * (fast - slow)
                fast.copy_(slow)
        yield fast.detach().numpy().copy()


def defazio(
    f: Slopes, x: np.ndarray, *, lr: float, beta1: float, beta2: float, eps: float, decay: float
) -> Iterator[np.ndarray]:
    """facebookresearch/schedule_free, AdamWScheduleFreeReference: no warm-up, r = 0, weights of power 2."""
    x, z, y, v = x.copy(), x.copy(), x.copy(), np.zeros_like(x)
    weight_sum, lr_max = 0.0, -1.0
    for k in range(STEPS):
        g = f.gradient(y)
        lr_max = max(lr, lr_max)
        weight_sum += lr_max**2
        c = lr_max**2 / weight_sum
        z -= lr * decay * y
        v = beta2 * v + (1 - beta2) * g * g
        z -= lr * g / (np.sqrt(v / (1 - beta2 ** (k + 1))) + eps)
        x = (1 - c) * x + c * z
        y = beta1 * x + (1 - beta1) * z
        yield x


def mishchenko(
    f: Slopes, x: np.ndarray, *, lr: float, beta1: float, beta2: float, eps: float, decay: float, d0: float
) -> Iterator[np.ndarray]:
    """konstmish/prodigy with its defaults: no bias correction, no safeguard, decoupled decay, any growth."""
    p, p0 = x.copy(), x.copy()
    m, v, s = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    d = d_max = d0
    numerator, beta3 = 0.0, math.sqrt(beta2)
    while True:
        g = f.gradient(p)
        dlr = d * lr
        gained = beta3 * numerator + (d / d0) * dlr * float(g @ (p0 - p))
        m = beta1 * m + d * (1 - beta1) * g
        v = beta2 * v + d * d * (1 - beta2) * g * g
        s = beta3 * s + (d / d0) * dlr * g
        size = float(np.abs(s).sum())
        if size > 0:
            numerator = gained
            d_hat = numerator / size
            if d == d0:
                d = max(d, d_hat)
            d_max = max(d_max, d_hat)
            d = d_max
            p = p - decay * dlr * p
            p = p - dlr * m / (np.sqrt(v) + d * eps)
        yield p


REFERENCES: dict[str, tuple[Callable[..., Iterator[np.ndarray]], list[dict[str, Any]]]] = {
    "nesterov": (sutskever, [{"lr": 0.01, "momentum": 0.9}, {"lr": 0.01, "momentum": 0.0}]),
    "extragradient": (korpelevich, [{"lr": 0.02}, {"lr": 0.005}]),
    "sam": (foret, [{"lr": 0.02, "rho": 0.05}, {"lr": 0.01, "rho": 0.7}]),
    "armijo": (
        nocedal_wright,
        [{"lr": 1.0, "shrink": 0.5, "slope": 1e-4}, {"lr": 3.0, "shrink": 0.8, "slope": 0.3}],
    ),
    "lookahead": (
        zhang,
        [
            {"lr": 0.01, "momentum": 0.9, "period": 5, "alpha": 0.5},
            {"lr": 0.01, "momentum": 0.5, "period": 3, "alpha": 0.8},
        ],
    ),
    "schedulefree": (
        defazio,
        [
            {"lr": 0.3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "decay": 0.0},
            {"lr": 0.05, "beta1": 0.6, "beta2": 0.99, "eps": 1e-3, "decay": 0.1},
        ],
    ),
    "prodigy": (
        mishchenko,
        [
            {"lr": 1.0, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "decay": 0.0, "d0": 1e-6},
            {"lr": 0.5, "beta1": 0.5, "beta2": 0.9, "eps": 1e-6, "decay": 0.05, "d0": 1e-2},
        ],
    ),
}
CASES = [(key, values) for key, (_, several) in REFERENCES.items() for values in several]


def test_every_step_that_looks_elsewhere_has_a_reference() -> None:
    assert set(LOOKING) | {"lookahead"} == set(REFERENCES)
    for key, values in CASES:
        assert values.keys() == OPTIMIZERS[key].defaults.keys()


@each_landscape
@pytest.mark.parametrize("noise", [0.0, 0.4])
@pytest.mark.parametrize(("key", "values"), CASES, ids=[f"{key}-{i % 2}" for i, (key, _) in enumerate(CASES)])
def test_it_walks_where_its_authors_walk(key: str, values: dict, landscape: str, noise: float) -> None:
    run = simulate(landscape, key, steps=STEPS, noise=noise, seed=5, **values)
    f = Slopes(landscape, noise, seed=5)
    theirs = REFERENCES[key][0](f, np.array(OBJECTIVES[landscape].start, dtype=float), **values)
    assert run.steps == STEPS
    for t in range(STEPS):
        f.step = t
        point = next(theirs)
        np.testing.assert_allclose(run.points[t + 1], point, rtol=1e-7, atol=1e-9)
        if key != "armijo" or t < 20:  # near a minimum rounding decides which trial is good enough
            assert (run.gradients_asked[t + 1], run.values_asked[t + 1]) == (f.gradients, f.values)


@each_landscape
def test_textbook_nesterov_is_torchs_seen_from_the_points_looked_ahead_to(landscape: str) -> None:
    start, values = OBJECTIVES[landscape].start, {"lr": 0.01, "momentum": 0.8}
    ours = simulate(landscape, "nesterov", start, STEPS, **values)
    ahead = ours.points + values["momentum"] * ours.state["velocity"]
    torchs = simulate(landscape, "nag", start, STEPS, **values)
    np.testing.assert_allclose(torchs.points, ahead, rtol=1e-8, atol=1e-10)


def test_torchs_line_of_the_sam_program_is_the_same_step() -> None:
    """davda54/sam: first_step climbs, a second backward pass, second_step steps from where it was."""
    point = torch.tensor([1.5, -2.0], dtype=torch.float64, requires_grad=True)
    base = torch.optim.SGD([point], lr=0.05)
    run = simulate("bowl", "sam", (1.5, -2.0), 30, lr=0.05, rho=0.2)

    def backward() -> None:
        base.zero_grad()
        x, y = point
        (x**2 + 2 * y**2).backward()

    assert OBJECTIVES["bowl"].formula == "x**2 + 2*y**2"
    for t in range(30):
        backward()
        old = point.detach().clone()
        with torch.no_grad():
            point += point.grad * (0.2 / (point.grad.norm(p=2) + 1e-12))
        backward()
        with torch.no_grad():
            point.copy_(old)
        base.step()
        np.testing.assert_allclose(run.points[t + 1], point.detach().numpy(), rtol=1e-9)


# ------------------------------------------------------------------------------------------ the budget

COST = {"extragradient": 2, "sam": 2}


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_gradients_are_counted(key: str) -> None:
    run = simulate("bowl", key, steps=30)
    assert run.gradients_asked.tolist() == [COST.get(key, 1) * t for t in range(31)]
    if key == "armijo":
        assert (np.diff(run.values_asked) >= 2).all()
    else:
        assert not run.values_asked.any()
        assert OPTIMIZERS[key].asks == run.gradients_asked[1]


def test_a_run_that_breaks_off_counts_what_its_rows_cost() -> None:
    run = simulate("ravine", "sam", steps=100, lr=10.0)
    assert run.outcome.kind == "diverged"
    assert run.gradients_asked.tolist() == [2 * t for t in range(run.steps + 1)]


def test_the_line_search_never_climbs() -> None:
    for landscape in ("rosenbrock", "himmelblau", "ackley"):
        run: Trajectory = simulate(landscape, "armijo", steps=200)
        assert (np.diff(run.values) <= 0).all()
        assert (run.state["step length"][1:] > 0).all()


def test_a_line_search_that_finds_nothing_gives_up() -> None:
    run = simulate("x", "armijo", (0.0,), 5, lr=1.0, slope=0.5, shrink=0.9)  # falls at once
    assert run.values_asked[-1] == 10
    run = simulate("abs(x) + 1e9", "armijo", (1e-7,), 3, lr=1.0)  # what it would gain is lost in rounding
    assert run.values_asked[-1] <= 3 * 60


def test_rows_of_an_ensemble_search_each_for_itself() -> None:
    starts = np.array([[-1.2, 1.0], [1.0, 1.0], [3.0, -4.0], [0.0, 0.0]])
    many = simulate_many("rosenbrock", "armijo", starts, 40, lr=np.array([1.0, 0.1, 10.0, 2.0]))
    for i, lr in enumerate((1.0, 0.1, 10.0, 2.0)):
        one = simulate("rosenbrock", "armijo", starts[i], 40, lr=lr)
        assert many.points[i].tolist() == one.points[-1].tolist()


# ------------------------------------------------------------------------------------------- questions


def test_noise_tilts_the_ground_so_that_values_and_gradients_fit_together() -> None:
    objective = OBJECTIVES["himmelblau"]
    ground = Counted(objective.gradient_at, lambda *x: objective.value_at(*x)[0])
    ground.tilt = [0.7, -0.3]
    x, h = [1.0, 2.0], 1e-6
    slope = (ground.value([x[0] + h, x[1]]) - ground.value([x[0] - h, x[1]])) / (2 * h)
    assert math.isclose(slope, ground.gradient(x)[0], rel_tol=1e-6)
    assert (ground.gradients, ground.values) == (1, 2)


def test_coordinates_that_ask_different_things_are_an_error() -> None:
    def uneven(x, t, *, lr):
        if x > 0:
            yield total(x)
        yield total(x)
        return (x,)

    from dataclasses import replace

    row = replace(OPTIMIZERS["sam"], step=uneven)
    ground = Counted(lambda *x: x, lambda *x: 0.0)
    with pytest.raises(RuntimeError, match="some coordinates ask more"):
        walk_together(row, ground, [1.0, -1.0], 1, [[], []], {"lr": 0.1})


def test_the_most_of_rows_and_of_a_number() -> None:
    assert most(2.5) == 2.5
    assert most(np.array([1.0, 3.0])) == 3.0


def test_the_tables_fit_together() -> None:
    assert set(ELEMENTWISE) | set(LOOKING) == set(OPTIMIZERS)
    assert not set(ELEMENTWISE) & set(LOOKING)
