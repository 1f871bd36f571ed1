"""References walk real iterates, and every evaluation they make is counted."""

import subprocess
import sys

import numpy as np
import pytest

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.scipy_methods import REFERENCES, run_reference
from optviz.engine.trajectories import simulate

TWO = [key for key, o in OBJECTIVES.items() if o.dimension == 2 and o.group in ("convex", "ravine")]


@pytest.mark.parametrize("objective", TWO)
@pytest.mark.parametrize("key", REFERENCES)
def test_references_find_the_minimum_of_bowls_and_ravines(key: str, objective: str) -> None:
    run = run_reference(key, objective, budget=5000)
    assert run.kind == "converged", run.sentence
    assert run.points[0].tolist() == list(OBJECTIVES[objective].start)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("key", REFERENCES)
def test_no_objective_breaks_a_reference(key: str, objective: str) -> None:
    run = run_reference(key, objective, budget=200)
    assert len(run.points) == len(run.values) == len(run.gradients) == len(run.evaluations)
    assert run.evaluations[-1].sum() <= 200
    assert (np.diff(run.evaluations, axis=0) >= 0).all()
    np.testing.assert_array_equal(run.values, OBJECTIVES[objective].value(run.points))
    assert run.sentence.endswith(".")


@pytest.mark.parametrize("key", REFERENCES)
def test_counts_are_those_of_the_calls_that_were_made(key: str) -> None:
    from scipy.optimize import minimize

    reference, bowl = REFERENCES[key], OBJECTIVES["rosenbrock"]
    calls = {"value": 0, "gradient": 0, "hessian": 0}

    def count(name: str) -> object:
        def call(x: np.ndarray) -> object:
            calls[name] += 1
            return getattr(bowl, name)(x)

        return call

    seen = [np.array(bowl.start)]
    minimize(
        count("value"),
        bowl.start,
        method=reference.method,
        jac=count("gradient") if reference.gradients else None,
        hess=count("hessian") if reference.curvatures else None,
        callback=lambda intermediate_result: seen.append(np.array(intermediate_result.x)),
        options=dict(reference.options),
    )
    run = run_reference(key, "rosenbrock", budget=10_000)
    assert run.points.tolist() == np.array(seen).tolist()
    assert all(str(n) in run.sentence for n in calls.values() if n)
    assert run.evaluations[-1].sum() <= sum(calls.values())


def test_newton_needs_one_step_on_a_quadratic_within_its_trust() -> None:
    run = run_reference("newton", "bowl", (0.4, 0.3))
    assert run.steps == 1
    assert run.points[-1].tolist() == pytest.approx([0, 0], abs=1e-12)


def test_conjugate_gradient_crosses_an_ill_conditioned_bowl_far_sooner_than_plain_descent() -> None:
    theirs = run_reference("cg", "ill-conditioned")
    ours = simulate("ill-conditioned", "gd", steps=2000, lr=2 / 101)
    assert theirs.kind == ours.outcome.kind == "converged"
    assert int(theirs.evaluations[-1].sum()) < ours.outcome.step / 2


def test_a_spent_budget_is_said() -> None:
    run = run_reference("nelder-mead", "rosenbrock", budget=30)
    assert run.kind == "budget"
    assert "30 values" in run.sentence
    assert "budget was spent" in run.sentence


def test_a_start_without_a_value_is_said() -> None:
    run = run_reference("bfgs", "log(x)", -1.0)
    assert run.kind == "undefined"
    assert run.steps == 0


@pytest.mark.parametrize(
    ("start", "budget", "sentence"),
    [
        ((1.0,), 10, "2 finite numbers"),
        ((1.0, float("nan")), 10, "2 finite"),
        ((1.0, 1.0), 0, "budget must be"),
    ],
)
def test_what_makes_no_sense_is_refused(start: tuple[float, ...], budget: int, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        run_reference("bfgs", "bowl", start, budget)


def test_scipy_is_imported_only_when_a_reference_runs() -> None:
    code = "import sys, optviz.engine.scipy_methods, optviz.maps.grids; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
