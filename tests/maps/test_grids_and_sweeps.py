"""Maps say what single runs say, and on quadratics what theory says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optviz.engine.ensembles import CancelledError
from optviz.engine.hyperparameters import HyperparameterError
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.trajectories import simulate
from optviz.maps.grids import (
    DIVERGED,
    NOT_YET,
    UNDEFINED,
    Axis,
    basins,
    conditioning,
    learning_rate_sweep,
    noise_bands,
    refine,
    stability_map,
)

WITH_AN_EDGE = [key for key, optimizer in OPTIMIZERS.items() if optimizer.edge]
QUADRATICS = [
    key for key, o in OBJECTIVES.items() if o.is_quadratic and o.minima and o.hessian(o.start).any()
]


@pytest.mark.parametrize("objective", QUADRATICS)
@pytest.mark.parametrize("key", WITH_AN_EDGE)
@settings(max_examples=2, deadline=None)
@given(momentum=st.floats(0.05, 0.95))
def test_on_quadratics_the_observed_edge_is_the_predicted_one_within_a_cell(
    key: str, objective: str, momentum: float
) -> None:
    values = {"momentum": momentum} if "momentum" in OPTIMIZERS[key].defaults else {}
    rates = np.geomspace(1e-3, 10.0, 300)
    (curve,) = learning_rate_sweep(objective, [(key, values)], None, 600, rates).curves
    assert curve.predicted is not None
    assert curve.observed is not None
    cell = int(np.searchsorted(rates, curve.predicted)) - 1  # the last rate below the edge
    assert abs(int(np.searchsorted(rates, curve.observed)) - cell) <= 1


@pytest.mark.parametrize("key", ["momentum", "nag", "qhm"])
@pytest.mark.parametrize("turned", [False, True])
def test_the_boundary_on_a_stability_map_parts_calm_from_diverging_runs(key: str, turned: bool) -> None:
    lr, momentum = Axis.of(key, "lr", 0.01, 5.0), Axis.of(key, "momentum", 0.05, 0.95)
    sides = (momentum, lr) if turned else (lr, momentum)
    m = stability_map("ravine", key, *sides, steps=600, resolution=60)
    assert m.boundary is not None
    rates, edges, calm = m.xs, m.boundary[0], m.losses <= OBJECTIVES["ravine"].value((-5.0, -2.0))
    if turned:
        rates, edges, calm = m.ys, m.boundary[1], calm.T
    for edge, row in zip(edges, calm, strict=True):
        cell = int(np.searchsorted(rates, edge)) - 1
        assert row[: cell - 1].all()
        assert not row[cell + 2 :].any()


def test_a_sweep_holds_the_runs_that_one_would_make_by_hand() -> None:
    rates = [0.05, 0.1, 0.5, 3.0]
    sweep = learning_rate_sweep(
        "bowl", [("gd", {}), ("adam", {"beta1": 0.5, "lr": 9.0})], (-3.0, 1.0), 80, rates
    )
    for curve in sweep.curves:
        for i, lr in enumerate(rates):
            run = simulate("bowl", curve.optimizer, (-3.0, 1.0), 80, **{**curve.values, "lr": lr})
            assert curve.losses[i] == run.values[-1]
            assert (curve.reached[i] >= 0) == (run.outcome.kind == "converged")
    assert sweep.curvature == 4.0
    assert sweep.curves[0].predicted == 0.5
    assert sweep.curves[1].predicted is None


def test_away_from_quadratics_the_prediction_belongs_to_the_nearest_minimum() -> None:
    sweep = learning_rate_sweep("rosenbrock", [("gd", {})], steps=50)
    assert sweep.place == (1.0, 1.0)
    assert sweep.curves[0].predicted == pytest.approx(2 / 1001.6, rel=1e-3)


def test_basins_colour_each_start_by_the_minimum_that_its_run_reaches() -> None:
    m = basins("himmelblau", "gd", 300, values={"lr": 0.01}, resolution=40)
    assert m.ends.shape == m.steps.shape == m.values.shape == (40, 40)
    for iy, ix in ((0, 0), (3, 30), (20, 21), (39, 0)):
        run = simulate("himmelblau", "gd", (m.axes[0][ix], m.axes[1][iy]), 300, lr=0.01)
        assert m.ends[iy, ix] == run.outcome.minimum
        assert m.steps[iy, ix] == run.outcome.step
        assert m.values[iy, ix] == run.values[-1]
    assert set(m.shares) <= {0, 1, 2, 3, NOT_YET, DIVERGED}
    assert sum(m.shares.values()) == pytest.approx(1)
    assert all(m.shares[i] > 0.1 for i in range(4))


def test_basins_tell_not_yet_from_diverged_and_from_undefined() -> None:
    slow = basins("bowl", "gd", 5, values={"lr": 0.01}, resolution=10)
    assert slow.shares == {NOT_YET: 1.0}
    assert (slow.steps == 5).all()
    wild = basins("bowl", "gd", 2000, values={"lr": 2.0}, resolution=10)
    assert wild.shares == {DIVERGED: 1.0}
    half = basins("x*log(x)", "gd", 200, domain=[(-1.0, 1.0)], values={"lr": 0.01}, resolution=10)
    assert half.ends.shape == (10,)
    assert (half.ends[:5] == UNDEFINED).all()
    # The minimum at 1/e is found numerically. Who has only just come has not stayed.
    alone = [simulate("x*log(x)", "gd", float(x), 200, lr=0.01).outcome.kind for x in half.axes[0][5:]]
    assert half.ends[5:].tolist() == [0 if kind == "converged" else NOT_YET for kind in alone]
    assert set(half.ends[5:]) == {0, NOT_YET}


def test_bands_meet_the_same_noise_and_hold_the_quantiles_of_single_runs() -> None:
    how = {"steps": 30, "noise": 0.5, "seeds": 21, "seed": 5, "quantiles": (0.25, 0.75)}
    m = noise_bands("bowl", [("gd", {"lr": 0.1}), ("gd", {"lr": 0.1}), ("adam", {})], **how)
    runs = np.array(
        [simulate("bowl", "gd", steps=30, lr=0.1, noise=0.5, seed=5 + i).values for i in range(21)]
    )
    one, same, _ = m.bands
    assert m.steps.tolist() == list(range(31))
    assert one.median.tolist() == np.median(runs, axis=0).tolist() == same.median.tolist()
    assert (one.low <= one.median).all()
    assert (one.median <= one.high).all()
    assert one.low.tolist() == np.sort(runs, axis=0)[5].tolist()


def test_a_band_counts_what_diverged_as_infinitely_high() -> None:
    (band,) = noise_bands("bowl", [("gd", {"lr": 5.0})], steps=2000, noise=0.1, seeds=5).bands
    assert band.diverged == 1.0
    assert np.isfinite(band.median[0])
    assert band.median[-1] == np.inf


def test_refining_shows_a_coarse_map_first_and_ends_with_the_fine_one() -> None:
    seen: list[float] = []
    coarse, fine = refine(basins, "himmelblau", "gd", 40, resolution=80, progress=seen.append)
    assert coarse.ends.shape == (10, 10)
    assert fine.ends.shape == (80, 80)
    np.testing.assert_array_equal(fine.ends, basins("himmelblau", "gd", 40, resolution=80).ends)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(list(refine(basins, "himmelblau", "gd", 5, resolution=20))) == 1


def test_a_map_can_be_cancelled() -> None:
    with pytest.raises(CancelledError):
        basins("himmelblau", "gd", 500, resolution=100, cancelled=lambda: True)


def test_noise_schedules_and_seeds_go_through_to_the_runs() -> None:
    m = basins("bowl", "gd", 20, resolution=5, noise=0.1, seed=3, schedule="cosine")
    run = simulate("bowl", "gd", (-6.0, -6.0), 20, noise=0.1, seed=3, schedule="cosine")
    assert m.values[0, 0] == run.values[-1]


@pytest.mark.parametrize(
    ("low", "high", "sentence"),
    [
        (1.0, 0.1, "from 1 to 0.1 is empty or reversed"),
        (0.5, 0.5, "is empty or reversed"),
        (0.1, 99.0, "lr = 99 is out of range"),
        (-1.0, 1.0, "lr = -1 is out of range"),
        (float("nan"), 1.0, "finite number"),
    ],
)
def test_a_range_that_makes_no_sense_is_refused(low: float, high: float, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Axis.of("gd", "lr", low, high)


def test_a_side_must_be_a_hyperparameter_and_both_must_differ() -> None:
    lr = Axis.of("gd", "lr")
    assert (lr.low, lr.high, lr.log) == (1e-6, 10.0, True)
    with pytest.raises(HyperparameterError, match="no hyperparameter here"):
        Axis.of("gd", "momentum")
    with pytest.raises(ValueError, match="must differ"):
        stability_map("bowl", "gd", lr, lr)
    with pytest.raises(ValueError, match="two cells"):
        lr.values(1)


def test_whole_numbers_stay_whole_along_a_side() -> None:
    t0 = Axis.of("asgd", "t0", 1, 20)
    m = stability_map("bowl", "asgd", t0, Axis.of("asgd", "lr", 0.01, 0.1), steps=5, resolution=30)
    assert m.xs.tolist() == list(range(1, 21)) or (m.xs == np.unique(np.round(m.xs))).all()
    assert m.losses.shape == (30, len(m.xs))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: basins("bowl", "gd", 10, resolution=2000),
            "4,000,000 runs do not fit; allowed are 1,000,000",
        ),
        (lambda: basins("bowl", "gd", 100_000, resolution=900), "too much work; allowed are 6,172 steps"),
        (lambda: basins("bowl", "gd", domain=[(0, 1)]), "needs 2 ranges"),
        (lambda: basins("bowl", "gd", domain=[(0, 1), (1, 0)]), "from 1 to 0 is empty or reversed"),
        (lambda: learning_rate_sweep("bowl", [("gd", {})], rates=[0.2, 0.1]), "from small to large"),
        (lambda: learning_rate_sweep("bowl", [("gd", {})], rates=[]), "at least two"),
        (lambda: learning_rate_sweep("bowl", [("gd", {})], rates=[0.1, 50.0]), "Row 1: lr = 50"),
        (lambda: noise_bands("bowl", [("gd", {})], noise=1.0, quantiles=(0.9, 0.1)), "quantiles"),
        (lambda: noise_bands("bowl", [("gd", {})], noise=1.0, seeds=0), "at least one seed"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(make: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        make()  # type: ignore[operator]


def test_conditioning_of_a_quadratic_is_what_the_textbook_says() -> None:
    c = conditioning("ill-conditioned", (3.0, 1.0), "momentum", {"lr": 0.019, "momentum": 0.9})
    assert c.eigenvalues.tolist() == [1.0, 100.0]
    assert c.condition == 100.0
    assert c.best_rate == 2 / 101
    assert c.edge == pytest.approx(0.038)
    assert c.share == pytest.approx(0.5)


def test_conditioning_is_silent_where_theory_is() -> None:
    saddle = conditioning("saddle", (0.0, 0.0), "adam")
    assert saddle.eigenvalues.tolist() == [-2.0, 2.0]
    assert (saddle.condition, saddle.best_rate, saddle.edge, saddle.share) == (None, None, None, None)
    assert conditioning("-x**2", (0.0,)).edge is None
    nowhere = conditioning("log(x)", (-1.0,))
    assert nowhere.condition is None
    assert np.isnan(conditioning("sqrt(x)", (-1.0,)).eigenvalues).all()
