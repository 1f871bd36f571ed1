"""Every landscape: derivatives against torch's autograd, every listed minimum re-minimised."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from optviz.engine.landscapes import GROUPS, OBJECTIVES
from optviz.engine.objective import Objective
from optviz.engine.torch_script import torch_formula

PRINTED = json.loads((Path(__file__).parents[1] / "printed-figures.json").read_text("utf-8"))
EACH = pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=lambda o: o.key)
MINIMA = [(o, m) for o in OBJECTIVES.values() for m in o.minima]
# f* as collected tables print it, for those whose lowest value is not plainly zero.
PUBLISHED = {
    "goldstein-price": 3.0,
    "six-hump-camel": -1.031628,
    "mccormick": -1.913223,
    "styblinski-tang": -78.332331,
    "branin": 0.397887,
    "easom": -1.0,
    "drop-wave": -1.0,
    "zirilli": -0.352386,
    "michalewicz": -1.801303,
    "two-gaussians": -2.063090,
    "quartic-saddle": -0.25,
    "hoelder-table": -19.208503,
    "cosh": 1.0,
    "cosine-wave": -6.978141,
    "cosine-short": -1.046721,
    "tilted-well": -3.513905,
    "two-sines": -1.899599,
    "gaussian-tails": -0.824239,
    "x-sine": -7.916727,
    "damped-sine": -0.788685,
    "rational": -0.035534,
    "sine-mix": -9.508350,
    "gramacy-lee": -0.869011,
    "forrester": -6.020740,
}


def torch_function(objective: Objective):
    code = compile(torch_formula(objective), objective.key, "eval")

    def f(point: torch.Tensor) -> torch.Tensor:
        import math

        return eval(code, {"torch": torch, "math": math, **dict(zip("xy", point, strict=False))})

    return f


@EACH
def test_gradient_and_hessian_agree_with_autograd(objective: Objective) -> None:
    f = torch_function(objective)
    low, high = np.array(objective.domain).T
    for point in np.random.default_rng(0).uniform(low, high, (12, objective.dimension)):
        x = torch.tensor(point, requires_grad=True)
        value = f(x)
        (gradient,) = torch.autograd.grad(value, x)
        hessian = torch.autograd.functional.hessian(f, x.detach())
        scale = 1 + np.abs(hessian.numpy()).max()
        np.testing.assert_allclose(objective.value(point), value.item(), rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(objective.gradient(point), gradient.numpy(), rtol=1e-9, atol=1e-10 * scale)
        np.testing.assert_allclose(objective.hessian(point), hessian.numpy(), rtol=1e-8, atol=1e-9 * scale)


@EACH
def test_arrays_of_any_shape_are_evaluated_pointwise(objective: Objective) -> None:
    points = np.full((2, 3, objective.dimension), 0.7)
    assert objective.value(points).shape == (2, 3)
    assert objective.gradient(points).shape == points.shape
    assert objective.hessian(points).shape == (*points.shape, objective.dimension)
    assert (objective.value(points) == objective.value(points[0, 0])).all()


@pytest.mark.parametrize(("objective", "minimum"), MINIMA, ids=lambda v: getattr(v, "key", str(v)))
def test_a_listed_minimum_is_where_minimising_ends(objective: Objective, minimum: tuple) -> None:
    corner = np.array(minimum) + 1e-4
    found = minimize(
        lambda p: float(objective.value(p)),
        corner,
        method="Nelder-Mead",
        options={
            "initial_simplex": np.vstack([corner, corner + 1e-4 * np.eye(len(corner))]),
            "xatol": 1e-10,
            "fatol": 1e-14,
            "maxiter": 4000,
        },
    )
    # A knife edge is followed only slowly; there no step downhill may exist at all.
    if objective.key != "bukin-6":
        np.testing.assert_allclose(found.x, minimum, atol=2e-6)
    assert objective.value(minimum) <= found.fun + 1e-9 * (1 + abs(found.fun))


@pytest.mark.parametrize(("objective", "minimum"), MINIMA, ids=lambda v: getattr(v, "key", str(v)))
def test_a_listed_minimum_is_no_saddle(objective: Objective, minimum: tuple) -> None:
    hessian = objective.hessian(minimum)
    if np.isfinite(hessian).all() and objective.group != "non-smooth":
        assert np.linalg.eigvalsh(hessian).min() > 0
        np.testing.assert_allclose(objective.gradient(minimum), 0, atol=1e-5 * np.abs(hessian).max())


@pytest.mark.parametrize(("key", "value"), PUBLISHED.items())
def test_the_lowest_value_is_the_published_one(key: str, value: float) -> None:
    objective = OBJECTIVES[key]
    assert objective.value(objective.minima).min() == pytest.approx(value, abs=1e-6)


@EACH
def test_nothing_in_view_lies_below_the_listed_minima(objective: Objective) -> None:
    if objective.group == "unbounded":
        assert not objective.minima
        return
    axes = [np.linspace(low, high, 401) for low, high in objective.domain]
    values = objective.value(np.stack(np.meshgrid(*axes), axis=-1))
    lowest = objective.value(objective.minima).min()
    if objective.key != "gramacy-lee":  # its view ends on a slope at the left edge
        assert np.nanmin(values) >= lowest - 1e-9 * (1 + abs(lowest))


@EACH
def test_every_row_is_complete(objective: Objective) -> None:
    assert objective.group in GROUPS
    assert objective.notes.endswith(".")
    assert all(low <= x <= high for x, (low, high) in zip(objective.start, objective.domain, strict=True))
    assert all(
        low <= x <= high for m in objective.minima for x, (low, high) in zip(m, objective.domain, strict=True)
    )
    assert objective.latex
    assert len(objective.gradient_latex) == objective.dimension
    assert "_" not in objective.key


def test_every_formula_of_the_course_notes_is_a_row() -> None:
    formulas = {objective.formula for objective in OBJECTIVES.values()}
    assert {row["objective"] for row in PRINTED["trajectories"]} <= formulas


def test_quadratics_are_told_from_everything_else() -> None:
    quadratic = {key for key, objective in OBJECTIVES.items() if objective.is_quadratic}
    assert quadratic == {
        "parabola",
        "sphere",
        "bowl",
        "ravine",
        "ill-conditioned",
        "matyas",
        "booth",
        "saddle",
    }
