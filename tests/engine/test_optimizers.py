"""Every optimizer does exactly what torch does, else what their papers print."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.optimizers import ELEMENTWISE, GROUPS, OPTIMIZERS, Optimizer
from optviz.engine.trajectories import simulate

STEPS = 200
ALL = list(OPTIMIZERS.values())
PLAIN = list(ELEMENTWISE.values())
IN_TORCH = [o for o in ALL if o.torch]


def values_of(h: Hyperparameter) -> st.SearchStrategy[float]:
    """Any value in a hyperparameter's range, its ends included."""
    if h.integer:
        return st.integers(int(h.low), int(h.high))
    if h.log:
        low, high = math.log(h.low), math.log(h.high)
        inside = st.floats(low, high).map(lambda v: min(max(math.exp(v), h.low), h.high))
        return st.one_of(inside, st.sampled_from((h.low, h.high)))
    return st.floats(h.low, h.high)


def all_values(optimizer: Optimizer) -> st.SearchStrategy[dict[str, float]]:
    return st.fixed_dictionaries({h.name: values_of(h) for h in optimizer.hyperparameters})


def gradients(seed: int) -> np.ndarray:
    """Random slopes of very different size for five coordinates, some of them zero."""
    rng = np.random.default_rng(seed)
    g = rng.standard_normal((STEPS, 5)) * 10.0 ** rng.integers(-3, 3, 5)
    g[rng.random(g.shape) < 0.1] = 0.0
    g[:, 4] *= rng.random() < 0.9
    return g


def fading(values: dict[str, float], t: int) -> dict[str, float]:
    """The values at step t = 1, 2, … with a rate that a schedule lets fade."""
    return {**values, "lr": values["lr"] * 0.99 ** (t - 1)}


def walk(optimizer: Optimizer, values: dict[str, float], slopes: np.ndarray) -> Iterator[np.ndarray]:
    """The points that the step visits, on arrays, while the rate fades."""
    x, state = np.linspace(-2.0, 3.0, slopes.shape[1]), [0.0] * len(optimizer.state)
    for t, g in enumerate(slopes, 1):
        x, *state = optimizer.step(x, g, t, *state, **fading(values, t))
        yield x


@pytest.fixture(autouse=True, scope="module")
def double_precision() -> Iterator[None]:
    """torch keeps the scalars in a state (NAdam's product, ASGD's rate) in its default type."""
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(usual)


@pytest.mark.parametrize("optimizer", IN_TORCH, ids=lambda o: o.key)
@settings(max_examples=15, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_it_walks_where_torch_walks(optimizer: Optimizer, data: st.DataObject, seed: int) -> None:
    values, slopes = data.draw(all_values(optimizer)), gradients(seed)
    point = torch.linspace(-2.0, 3.0, slopes.shape[1], dtype=torch.float64, requires_grad=True)
    theirs = getattr(torch.optim, optimizer.torch)([point], **optimizer.torch_keywords(values))
    reach = np.full(slopes.shape[1], 3.0)  # the farthest it has been: what rounding is relative to
    for t, (g, ours) in enumerate(zip(slopes, walk(optimizer, values, slopes), strict=True), 1):
        point.grad = torch.from_numpy(g.copy())
        theirs.param_groups[0]["lr"] = fading(values, t)["lr"]
        theirs.step()
        expected = point.detach().numpy()
        reach = np.maximum(reach, np.abs(expected))
        assert (np.abs(ours - expected) <= 1e-9 * reach).all()


@pytest.mark.parametrize("optimizer", PLAIN, ids=lambda o: o.key)
@settings(max_examples=10, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_floats_and_arrays_agree_to_the_last_bit(
    optimizer: Optimizer, data: st.DataObject, seed: int
) -> None:
    values, slopes = data.draw(all_values(optimizer)), gradients(seed)
    x = np.linspace(-2.0, 3.0, slopes.shape[1]).tolist()
    state = [[0.0] * len(optimizer.state) for _ in x]
    for t, (g, expected) in enumerate(zip(slopes, walk(optimizer, values, slopes), strict=True), 1):
        for i in range(len(x)):
            x[i], *state[i] = optimizer.step(x[i], float(g[i]), t, *state[i], **fading(values, t))
            assert type(x[i]) is float
        assert x == expected.tolist()


@pytest.mark.parametrize("optimizer", ALL, ids=lambda o: o.key)
def test_its_defaults_bring_it_down_a_mild_bowl(optimizer: Optimizer) -> None:
    run = simulate("bowl", optimizer, steps=200)
    assert run.values[-1] < 0.05 * run.values[0], run.outcome


@pytest.mark.parametrize("optimizer", ALL, ids=lambda o: o.key)
def test_its_row_is_complete(optimizer: Optimizer) -> None:
    assert optimizer.group in GROUPS
    assert optimizer.reference
    assert optimizer.idea.endswith(".")
    assert optimizer.formula.count("{") == optimizer.formula.count("}")
    assert optimizer.complete(optimizer.network_defaults) == optimizer.network_defaults
    # Links join keys, names and values with underscores.
    assert not any("_" in name for name in (optimizer.key, *optimizer.defaults))


def first_points(key: str, slopes: list[float], **values: float) -> list[float]:
    optimizer = OPTIMIZERS[key]
    x, state, points = 1.0, [0.0] * len(optimizer.state), []
    for t, g in enumerate(slopes, 1):
        x, *state = optimizer.step(x, g, t, *state, **optimizer.complete(values))
        points.append(x)
    return points


def test_signsgd_moves_by_the_rate_alone() -> None:
    assert first_points("signsgd", [1e-9, -70.0, 0.0], lr=0.25) == [0.75, 1.0, 1.0]


def test_lion_follows_its_paper() -> None:
    # m = 0, then 0.01·2 = 0.02; 0.9·0.02 - 0.1·0.1 = 0.008 > 0, so the second step still goes down.
    one, two = first_points("lion", [2.0, -0.1], lr=0.1, decay=0.5)
    assert one == 1.0 - 0.1 * (1.0 + 0.5)
    assert two == one - 0.1 * (1.0 + 0.5 * one)


def test_qhm_is_momentum_at_one_end_and_plain_descent_at_the_other() -> None:
    slopes = [1.0, -0.5, 2.0]
    heavy = first_points("momentum", slopes, lr=0.1 * (1 - 0.9), momentum=0.9)
    assert first_points("qhm", slopes, lr=0.1, momentum=0.9, nu=1.0) == pytest.approx(heavy, rel=1e-14)
    assert first_points("qhm", slopes, lr=0.1, nu=0.0) == first_points("gd", slopes, lr=0.1)


def test_yogi_adds_and_takes_away_at_most_the_new_square() -> None:
    values = {"lr": 0.1, "beta1": 0.0, "beta2": 0.75, "eps": 1e-3}
    # v = 0 + 0.25·4 = 1, then 1 - 0.25·0.25 = 0.9375.
    one, two = first_points("yogi", [2.0, 0.5], **values)
    assert one == pytest.approx(1 - 0.1 * 2 / 1.001, rel=1e-14)
    assert two == pytest.approx(one - 0.1 * 0.5 / (math.sqrt(0.9375) + 1e-3), rel=1e-14)


def test_adabelief_divides_by_the_surprise() -> None:
    values = {"lr": 0.1, "beta1": 0.5, "beta2": 0.75, "eps": 1e-2}
    # m = 1, surprise 1: s = 0.25 + 0.01; corrected m = 2, s = 1.04.
    (one,) = first_points("adabelief", [2.0], **values)
    assert one == pytest.approx(1 - 0.1 * 2 / (math.sqrt(1.04) + 1e-2), rel=1e-14)


def adan_of_its_authors(slopes: np.ndarray, lr, betas, eps, decay) -> Iterator[np.ndarray]:
    """Adan in the authors' terms: β is the share that is kept; means start at zero and are corrected."""
    kept1, kept2, kept3 = betas
    x = np.linspace(-2.0, 3.0, slopes.shape[1])
    mean, mean_change, mean_square = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    before = slopes[0]
    for t, g in enumerate(slopes, 1):
        change = g - before
        mean = kept1 * mean + (1 - kept1) * g
        mean_change = kept2 * mean_change + (1 - kept2) * change
        mean_square = kept3 * mean_square + (1 - kept3) * (g + kept2 * change) ** 2
        root = np.sqrt(mean_square) / math.sqrt(1 - kept3**t) + eps
        x = x - lr / (1 - kept1**t) * mean / root - lr * kept2 / (1 - kept2**t) * mean_change / root
        x = x / (1 + lr * decay)
        before = g
        yield x


@pytest.mark.parametrize(
    ("lr", "betas", "eps", "decay"),
    [
        (0.1, (0.98, 0.92, 0.99), 1e-8, 0.0),
        (0.4, (0.98, 0.92, 0.99), 1e-8, 0.02),
        (1e-3, (0.9, 0.5, 0.999), 1e-3, 1.0),
        (3.0, (0.0, 0.0, 0.0), 1e-2, 0.1),
        (0.05, (0.9999, 0.9999, 0.9999), 1e-8, 0.0),
    ],
)
def test_adan_walks_where_its_authors_program_walks(
    lr: float, betas: tuple, eps: float, decay: float
) -> None:
    slopes = gradients(11)
    shares = {f"beta{i}": 1 - kept for i, kept in enumerate(betas, 1)}
    row = OPTIMIZERS["adan"]
    values = row.complete({"lr": lr, **shares, "eps": eps, "decay": decay})
    x, state, reach = np.linspace(-2.0, 3.0, slopes.shape[1]), [0.0] * len(row.state), 1.0
    theirs = adan_of_its_authors(slopes, lr, betas, eps, decay)
    for t, (g, expected) in enumerate(zip(slopes, theirs, strict=True), 1):
        x, *state = row.step(x, g, t, *state, **values)
        reach = np.maximum(reach, np.abs(expected))
        assert (np.abs(x - expected) <= 1e-9 * reach).all()


def test_adan_with_a_weight_of_zero_has_a_mean_of_zero() -> None:
    assert first_points("adan", [2.0, -4.0], beta1=0.0, beta2=0.0) == [1.0, 1.0]


def test_adan_arrives_on_the_ravine_as_its_authors_program_does() -> None:
    run = simulate("ravine", "adan", (-5.0, -2.0), 200, lr=0.4)
    assert run.values[-1] == pytest.approx(5.7e-5, rel=0.01)


@pytest.mark.parametrize("nu", [0.0, 0.4, 0.7, 1.0])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.95])
def test_qhm_is_stable_just_below_its_edge_and_not_above(momentum: float, nu: float) -> None:
    optimizer = OPTIMIZERS["qhm"]
    edge = optimizer.stable_rate({"lr": 1.0, "momentum": momentum, "nu": nu}, 2.0)
    assert edge is not None

    def end(share: float) -> float:
        run = simulate(
            "parabola", optimizer, start=1.0, steps=4000, lr=min(share * edge, 10.0), momentum=momentum, nu=nu
        )
        return abs(float(run.points[-1, 0]))

    assert end(0.98) < 1e-3
    if 1.02 * edge < 10:
        assert end(1.02) > 1e3
