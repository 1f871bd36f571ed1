"""Thousands of runs at once are exactly the runs one by one."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optviz.engine import ensembles
from optviz.engine.ensembles import CancelledError, Ensemble
from optviz.engine.hyperparameters import HyperparameterError
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS, Optimizer
from optviz.engine.outcomes import ARRIVED
from optviz.engine.run_patterns import settled
from optviz.engine.schedules import SCHEDULES
from optviz.engine.trajectories import simulate, simulate_many

ROWS, STEPS = 7, 40


def random_rows(optimizer: Optimizer, rng: np.random.Generator, n: int = ROWS) -> dict[str, np.ndarray]:
    """Values over the whole range of each hyperparameter, one for each row."""
    rows = {}
    for h in optimizer.hyperparameters:
        low, high = (np.log(h.low), np.log(h.high)) if h.log else (h.low, h.high)
        drawn = rng.uniform(low, high, n)
        drawn = np.clip(np.exp(drawn) if h.log else drawn, h.low, h.high)
        rows[h.name] = np.floor(drawn) if h.integer else drawn
    return rows


def random_starts(objective: str, rng: np.random.Generator, n: int = ROWS) -> np.ndarray:
    low, high = np.array(OBJECTIVES[objective].domain).T
    return rng.uniform(low, high, (n, len(low)))


def is_the_run_of_row(
    ensemble: Ensemble, i: int, objective: str, optimizer: Optimizer, **how: object
) -> None:
    """Compare row i, bit by bit, with the run that `simulate` makes of it."""
    one = simulate(objective, optimizer, **how)  # type: ignore[arg-type]
    assert ensemble.points[i].tolist() == one.points[-1].tolist()
    np.testing.assert_array_equal(ensemble.values[i], one.values[-1])
    broke = one.outcome.kind in ("diverged", "undefined") or "overflowed" in one.outcome.sentence
    assert ensemble.diverged_at[i] == (one.outcome.step if broke else -1)
    converged = one.outcome.kind == "converged"
    assert ensemble.reached[i] == (one.outcome.minimum if converged else -1)
    assert ensemble.reached_at[i] == (one.outcome.step if converged else -1)
    if ensemble.record is not None:
        steps = np.minimum(ensemble.record.steps, one.steps)
        assert ensemble.record.points[:, i].tolist() == one.points[steps].tolist()
        np.testing.assert_array_equal(ensemble.record.values[:, i], one.values[steps])


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
@settings(max_examples=12, deadline=None)
@given(
    objective=st.sampled_from(sorted(OBJECTIVES)),
    schedule=st.sampled_from(sorted(SCHEDULES)),
    noise=st.sampled_from((0.0, 0.3)),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_row_is_the_run_alone(
    optimizer: Optimizer, objective: str, schedule: str, noise: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    rows, starts = random_rows(optimizer, rng), random_starts(objective, rng)
    seeds = rng.integers(0, 5, ROWS)
    ensemble = simulate_many(
        objective,
        optimizer,
        starts,
        STEPS,
        schedule=schedule,
        noise=noise,
        seed=seeds,
        record_every=7,
        **rows,
    )
    for i in range(ROWS):
        values = {
            h.name: h.validate(int(rows[h.name][i]) if h.integer else float(rows[h.name][i]))
            for h in optimizer.hyperparameters
        }
        is_the_run_of_row(
            ensemble,
            i,
            objective,
            optimizer,
            start=starts[i],
            steps=STEPS,
            schedule=schedule,
            noise=noise,
            seed=int(seeds[i]),
            **values,
        )


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
def test_rows_that_share_their_hyperparameters_are_the_runs_alone(optimizer: Optimizer) -> None:
    starts = random_starts("himmelblau", np.random.default_rng(1))
    ensemble = simulate_many("himmelblau", optimizer, starts, 150, lr=0.02, noise=0.1, seed=3)
    for i, start in enumerate(starts):
        is_the_run_of_row(
            ensemble, i, "himmelblau", optimizer, start=start, steps=150, lr=0.02, noise=0.1, seed=3
        )


@settings(max_examples=10, deadline=None)
@given(key=st.sampled_from(sorted(OPTIMIZERS)), seed=st.integers(0, 2**32 - 1))
def test_permuting_the_rows_permutes_the_results(key: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, starts = random_rows(OPTIMIZERS[key], rng, 300), random_starts("six-hump-camel", rng, 300)
    order = rng.permutation(300)
    one = simulate_many("six-hump-camel", key, starts, 60, **rows)
    other = simulate_many("six-hump-camel", key, starts[order], 60, **{k: v[order] for k, v in rows.items()})
    for name in ("points", "values", "diverged_at", "reached", "reached_at"):
        np.testing.assert_array_equal(getattr(one, name)[order], getattr(other, name))


@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_size_of_a_block_changes_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    rows, starts = random_rows(OPTIMIZERS["momentum"], rng, 50), random_starts("beale", rng, 50)
    how = {"noise": 0.1, "seed": np.arange(50), "record_every": 10, **rows}
    whole = simulate_many("beale", "momentum", starts, 30, **how)
    monkeypatch.setattr(ensembles, "BLOCK", size)
    parts = simulate_many("beale", "momentum", starts, 30, **how)
    np.testing.assert_array_equal(whole.points, parts.points)
    np.testing.assert_array_equal(whole.diverged_at, parts.diverged_at)
    assert whole.record is not None
    assert parts.record is not None
    np.testing.assert_array_equal(whole.record.values, parts.record.values)


def test_a_row_that_blows_up_stays_at_its_last_finite_point_while_others_go_on() -> None:
    e = simulate_many("parabola", "gd", [[1.0], [1.0], [1.0]], 3000, lr=[0.1, 3.0, 0.2], record_every=100)
    assert e.diverged_at[0] == e.diverged_at[2] == -1
    assert 100 < e.diverged_at[1] < 1000
    assert np.isfinite(e.points).all()
    assert np.isfinite(e.values).all()
    assert abs(e.points[1, 0]) > 1e100
    assert e.points[[0, 2], 0] == pytest.approx([0, 0], abs=1e-9)
    assert e.record is not None
    assert (e.record.points[-10:, 1] == e.points[1]).all()


def test_a_value_without_meaning_ends_a_row_even_where_the_slope_has_one() -> None:
    # f = log x has no value left of zero, its slope 1/x has one.
    e = simulate_many("log(x)", "gd", [[1.0], [-1.0]], 20, lr=0.3)
    assert e.diverged_at.tolist()[1] == 0
    assert e.points[1].tolist() == [-1.0]
    assert np.isnan(e.values[1])
    assert e.diverged_at[0] == simulate("log(x)", "gd", 1.0, 20, lr=0.3).outcome.step


def test_arrivals_count_from_the_first_step_after_which_a_run_stays_near_its_minimum() -> None:
    e = simulate_many("tilted-well", "momentum", np.linspace(-2.4, 2.4, 30)[:, None], 400, lr=0.01)
    minima = OBJECTIVES["tilted-well"].minima
    assert set(e.reached) == {0, 1}
    for start, which, since in zip(np.linspace(-2.4, 2.4, 30), e.reached, e.reached_at, strict=True):
        path = simulate("tilted-well", "momentum", start, 400, lr=0.01).points
        assert settled(path, minima[which], ARRIVED) == since


def test_nobody_arrives_where_no_minimum_is_known() -> None:
    e = simulate_many("x - y", "gd", [[1.0, 1.0]], 100, lr=0.3)
    assert (e.reached[0], e.reached_at[0]) == (-1, -1)


def test_a_record_keeps_every_kth_step_and_the_last() -> None:
    e = simulate_many("bowl", "gd", [[1.0, 1.0]], 25, record_every=10)
    assert e.record is not None
    assert e.record.steps.tolist() == [0, 10, 20, 25]
    assert e.record.points.shape == (4, 1, 2)
    assert e.record.values[0, 0] == 3.0


def test_no_rows_and_no_steps_are_no_trouble() -> None:
    assert simulate_many("bowl", "adam", np.empty((0, 2)), 10).points.shape == (0, 2)
    assert simulate_many("bowl", "adam", [[1.0, 2.0]], 0).points.tolist() == [[1.0, 2.0]]


def test_progress_grows_to_one() -> None:
    seen: list[float] = []
    simulate_many("bowl", "gd", np.zeros((20_000, 2)), 100, progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) > 5
    assert seen[-1] == 1.0


def test_cancel_stops_it() -> None:
    asked = iter([False, False, True])
    with pytest.raises(CancelledError):
        simulate_many("bowl", "gd", np.zeros((20_000, 2)), 1000, cancelled=lambda: next(asked))


def test_memory_beyond_the_result_does_not_grow_with_the_rows() -> None:
    def extra(n: int) -> int:
        starts, lr = np.ones((n, 2)), np.full(n, 0.01)
        simulate_many("bowl", "adam", starts[:1], 2)
        tracemalloc.start()
        e = simulate_many("bowl", "adam", starts, 2, lr=lr)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - sum(a.nbytes for a in (e.points, e.values, e.diverged_at, e.reached, e.reached_at))

    assert extra(400_000) < extra(20_000) + 3_000_000  # masks of one byte for each number remain


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"lr": [0.1, 0.1, 99.0]}, "Row 2: lr = 99 is out of range"),
        ({"lr": [99.0, 0.1, 0.1]}, "Row 0: lr = 99 is out of range"),
        ({"lr": [0.1, float("nan"), 0.1]}, "Row 1: lr must be a finite number"),
        ({"lr": [0.1, 0.2]}, "lr must be one number, or one for each of the 3 rows"),
        ({"lr": ["a", "b", "c"]}, "lr must be one number"),
        ({"momentum": 2.0}, "momentum = 2 is out of range"),
        ({"lr": 0.1, "speed": [1, 2, 3]}, "“speed” is no hyperparameter here"),
    ],
)
def test_a_wrong_hyperparameter_is_refused_with_its_row(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(HyperparameterError, match=sentence):
        simulate_many("bowl", "momentum", np.ones((3, 2)), 5, **given)


@pytest.mark.parametrize(
    ("starts", "how", "sentence"),
    [
        ([[1.0, 2.0, 3.0]], {}, "rows of 2 numbers"),
        ([1.0, 2.0], {}, "rows of 2 numbers"),
        ([[0.0, 0.0], [1.0, float("inf")]], {}, "row 1 is not finite"),
        ([[1.0, 2.0]], {"steps": -1}, "steps must be 0 to"),
        ([[1.0, 2.0]], {"noise": -1.0}, "noise must be"),
        ([[1.0, 2.0]], {"noise": 1.0, "seed": [1, 2]}, "seed must be"),
        ([[1.0, 2.0]], {"seed": -3}, "seed must be"),
        ([[1.0, 2.0]], {"record_every": 0}, "from 1 on"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    starts: list, how: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        simulate_many("bowl", "gd", starts, **how)  # type: ignore[arg-type]


def test_a_record_that_would_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="Record fewer steps"):
        simulate_many("bowl", "gd", np.zeros((100_000, 2)), 1000, record_every=1)
