"""The statement above the results, and the presets: what they say is what the runs do."""

from dataclasses import replace

import numpy as np
import pytest

from optviz.engine.landscapes import OBJECTIVES
from optviz.settings.experiment import Entrant, Experiment, decode
from optviz.settings.link import edit
from optviz.web.trajectories.headline import headline
from optviz.web.trajectories.presets import PRESETS, preset_fields


def said(experiment: Experiment) -> str:
    return headline(experiment, experiment.run())


def rates(*values: float, steps: int = 200) -> Experiment:
    return replace(Experiment(), entrants=tuple(Entrant.of("gd", lr=v) for v in values), steps=steps)


def test_a_tie_is_a_tie() -> None:
    assert "arrive first, both at step 103; then lr 0.3 at" in said(rates(0.4, 0.4, 0.3))
    assert "arrive first, all at step 103." in said(rates(0.4, 0.4, 0.4))


def test_alone_or_not_at_all() -> None:
    assert said(rates(0.4)) == "Gradient descent arrives at step 103."
    assert said(rates(0.4, steps=20)) == "Gradient descent is not there after 20 steps."
    assert said(rates(0.4, 0.3, steps=20)) == "None arrives at a known minimum within 20 steps."
    assert "after 1 step." in said(rates(0.4, steps=1))


def test_who_diverges_is_named() -> None:
    assert "lr 0.55 diverges." in said(rates(0.4, 0.55))
    assert "lr 0.55 and lr 0.6 diverge." in said(rates(0.4, 0.55, 0.6))


def test_the_deeper_minimum_is_named() -> None:
    assert "Momentum ends lowest, at f = −1.047." in said(Experiment().told_on("cosine-short"))


def test_which_rates_are_compared_is_said_first_where_the_cards_do_not_set_them() -> None:
    best = replace(Experiment(), rates="best")
    assert said(best).startswith("Each at its own best rate of 61 tried: ")
    assert said(replace(rates(0.4), rates="best")).startswith(
        "At its best rate of 61 tried: Gradient descent "
    )
    same = replace(Experiment(), rates="same", rate=0.2)
    assert said(same) == f"Same rate 0.2: {said(replace(same, rates='own', entrants=same.racers))}"
    assert said(Experiment()).startswith("Momentum ")


@pytest.mark.parametrize("key", OBJECTIVES)
def test_every_landscape_has_a_statement(key: str) -> None:
    sentence = said(Experiment().told_on(key))
    assert sentence.endswith(".")
    assert ("no lower bound" in sentence) == (OBJECTIVES[key].group == "unbounded")


def test_a_minimum_of_a_typed_formula_is_arrived_at_too() -> None:
    typed = replace(Experiment().on("formula", "x**2 + y**2"), entrants=(Entrant.of("gd", lr=0.2),))
    (run,) = typed.run()
    assert said(typed) == f"Gradient descent arrives at step {run.outcome.step}."


def preset(key: str) -> Experiment:
    (found,) = [p.experiment for p in PRESETS if p.key == key]
    return found


def steps_of(experiment: Experiment) -> list[int]:
    """When each run arrives; every one must."""
    runs = experiment.run()
    assert all(run.outcome.kind == "converged" for run in runs)
    return [run.outcome.step for run in runs]


def test_ravine_all_arrive_momentum_first() -> None:
    descent, momentum, adam = steps_of(preset("ravine"))
    assert momentum < descent < adam


def test_too_large_one_arrives_one_hops_one_diverges() -> None:
    small, edge, large = preset("too-large").run()
    assert small.outcome.kind == "converged"
    np.testing.assert_allclose(edge.points[-1], edge.points[-3], atol=1e-3)
    assert abs(edge.points[-1][1] - edge.points[-2][1]) > 3
    assert large.outcome.kind == "diverging"


def test_too_small_takes_ten_times_the_steps() -> None:
    usual, small = steps_of(preset("too-small"))
    assert small / usual == pytest.approx(10, rel=0.1)


def test_all_leave_the_saddle_descent_last() -> None:
    descent, momentum, adam = steps_of(preset("saddle"))
    assert descent > max(momentum, adam)
    points = preset("saddle").run()[0].points
    assert np.linalg.norm(points, axis=1).min() < 0.1, "it passes the saddle"


def test_momentum_alone_reaches_the_deeper_minimum() -> None:
    descent, momentum = preset("local-minimum").run()
    assert descent.outcome.kind == momentum.outcome.kind == "converged"
    assert momentum.values[-1] < descent.values[-1] - 0.5


def test_only_adam_arrives_on_rosenbrock() -> None:
    assert [run.outcome.kind == "converged" for run in preset("valley").run()] == [False, False, True]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def test_with_the_squared_error_the_neuron_that_begins_at_098_hardly_moves_at_first() -> None:
    experiment = preset("two-starts")
    assert sigmoid(np.array(experiment.start)) == pytest.approx([0.82, 0.98], abs=0.005)
    said = sigmoid(experiment.run()[0].points)
    assert said[50, 0] < 0.5 < 0.95 < said[50, 1]
    assert said[-1, 0] < said[-1, 1] / 2
    w, b = np.array([0.6, 2.0]), np.array([0.9, 2.0])  # the neurons themselves, with weight and bias
    for _ in range(300):
        out = sigmoid(w + b)
        gradient = out * out * (1 - out)
        w, b = w - 0.15 * gradient, b - 0.15 * gradient
    assert sigmoid(w + b) == pytest.approx(said[-1], abs=1e-9)


def test_with_cross_entropy_the_neuron_that_is_more_wrong_moves_faster() -> None:
    points = preset("two-starts-entropy").run()[0].points
    assert np.all(points[0] - points[1] > 0)
    assert points[0, 1] - points[10, 1] > points[0, 0] - points[10, 0]
    assert np.all(sigmoid(points[-1]) < 0.1)


def test_fading_steps_end_nearer_under_the_same_noise() -> None:
    constant, fading = preset("noise").run(), preset("noise-fading").run()
    for moving, calm in zip(constant, fading, strict=True):
        far, near = (np.median(np.linalg.norm(run.points[-30:], axis=1)) for run in (moving, calm))
        assert far > 4 * near


def test_a_preset_replaces_everything() -> None:
    (field,) = preset_fields()
    before = Experiment().on("formula", "x**4")
    for option, row in zip(field["options"], PRESETS, strict=True):
        after, refused = edit(before, option["values"])
        assert (after, refused) == (row.experiment, {})
        assert decode({k: v for k, v in option["values"].items() if v is not None}) == (row.experiment, [])
        assert row.about.endswith(".")
