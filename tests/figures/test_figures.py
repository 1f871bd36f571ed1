"""Figures: plain dictionaries that Plotly accepts, and that show the numbers of the trajectories."""

import base64
import json

import numpy as np
import plotly.graph_objects as go
import pytest

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.trajectories import simulate
from optviz.figures.landscapes import landscape
from optviz.figures.paths import exit_arrow, path
from optviz.figures.scenes import describe, legend_name, scene
from optviz.figures.style import DARK, LIGHT, styles
from optviz.settings.experiment import Entrant, Experiment


def unpacked(values) -> np.ndarray:
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), dtype="<" + values["dtype"])
    return np.array(values, dtype=float)


def shown(experiment: Experiment, theme=LIGHT) -> dict:
    return scene(experiment, experiment.run(), theme)


@pytest.mark.parametrize("key", OBJECTIVES)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_plotly_accepts_the_scene_of_every_landscape(key: str, theme) -> None:
    picture = shown(Experiment().on(key), theme)
    json.dumps(picture, allow_nan=False)
    for part in ("main", "loss"):
        go.Figure(picture[part])


def test_the_path_drawn_is_the_path_computed() -> None:
    experiment = Experiment()
    picture, runs = shown(experiment), experiment.run()
    for place, run in zip(picture["runs"], runs, strict=True):
        trace = picture["main"]["data"][place["path"]]
        np.testing.assert_allclose(unpacked(trace["x"]), run.points[:, 0], rtol=1e-6)
        np.testing.assert_allclose(unpacked(trace["y"]), run.points[:, 1], rtol=1e-6)
        loss = picture["loss"]["data"][place["loss"]]
        np.testing.assert_allclose(unpacked(loss["y"]), run.values, rtol=1e-12)


def test_each_optimizer_has_one_look_everywhere() -> None:
    for theme in (LIGHT, DARK):
        looks = styles(list(OPTIMIZERS), theme)
        assert len({(s.color, s.dash) for s in looks}) == len(OPTIMIZERS)
        alone = [styles([key], theme)[0] for key in OPTIMIZERS]
        assert alone == looks
    twice = styles(["adam", "adam"], LIGHT)
    assert twice[0].color == twice[1].color
    assert twice[0].dash != twice[1].dash


def test_a_run_that_leaves_the_picture_gets_an_arrow_with_its_value() -> None:
    domain = ((-6.0, 6.0), (-6.0, 6.0))
    run = simulate("ravine", "gd", (-5, -2), 20, lr=0.6)
    arrow = exit_arrow(run, styles(["gd"], LIGHT)[0], domain, LIGHT)
    outside = np.abs(run.points).max(axis=1) > 6
    k = int(np.argmax(outside))
    assert arrow["text"].startswith(f"step {k}: (")
    assert abs(arrow["y"]) == pytest.approx(6)
    inside = simulate("ravine", "gd", (-5, -2), 20, lr=0.1)
    assert exit_arrow(inside, styles(["gd"], LIGHT)[0], domain, LIGHT) is None


def test_iterates_are_drawn_where_they_are_and_not_clamped() -> None:
    run = simulate("ravine", "gd", (-5, -2), 20, lr=0.6)
    line, _ = path("gd", run, styles(["gd"], LIGHT)[0], ((-6.0, 6.0), (-6.0, 6.0)), LIGHT)
    np.testing.assert_allclose(unpacked(line["y"]), run.points[:, 1], rtol=1e-6)
    assert np.abs(unpacked(line["y"])).max() > 1000


def test_a_diverged_run_has_a_picture() -> None:
    json.dumps(shown(Experiment(entrants=(Entrant.of("gd", lr=9.0),), steps=2000)), allow_nan=False)


@pytest.mark.parametrize("log", [True, False])
def test_a_diverging_run_leaves_the_loss_picture_through_the_top_and_flattens_no_other(log: bool) -> None:
    both = (Entrant.of("gd", lr=9.0), Entrant.of("gd", lr=0.1))
    picture = shown(Experiment(entrants=both, steps=200, log_loss=log))["loss"]
    low, high = picture["layout"]["yaxis"]["range"]
    assert high - low < (20 if log else 100)
    # The line itself is not cut: its values are all there.
    assert np.nanmax(unpacked(picture["data"][0]["y"])) > 1e200


def test_values_over_decades_get_logarithmic_levels() -> None:
    _, domain = OBJECTIVES["rosenbrock"], OBJECTIVES["rosenbrock"].domain
    traces, _ = landscape(OBJECTIVES["rosenbrock"], domain, LIGHT)
    assert "10<sup>2</sup>" in traces[0]["colorbar"]["ticktext"]
    traces, _ = landscape(OBJECTIVES["sphere"], OBJECTIVES["sphere"].domain, LIGHT)
    assert "ticktext" not in traces[0]["colorbar"]


def test_the_zoom_is_kept_until_the_axes_mean_something_else() -> None:
    one = shown(Experiment())
    slider = shown(Experiment(entrants=(Entrant.of("gd", lr=0.123),)))
    other = shown(Experiment().on("himmelblau"))
    assert one["main"]["layout"]["uirevision"] == slider["main"]["layout"]["uirevision"]
    assert one["main"]["layout"]["uirevision"] != other["main"]["layout"]["uirevision"]


def test_the_budget_is_stated() -> None:
    assert shown(Experiment(steps=33))["budget"] == "Same start (−5, −2), 33 gradient evaluations each."
    noisy = shown(Experiment(noise=0.5, seed=3))["budget"]
    assert "Same noise: σ = 0.5, seed 3." in noisy
    broken = shown(Experiment(entrants=(Entrant.of("gd", lr=9.0),), steps=2000))["budget"]
    assert "fewer where a run broke off" in broken
    nowhere = shown(Experiment().on("formula", "log(x) + y**2"))["budget"]
    assert "Where the ground is grey, f has no finite value." in nowhere


def test_the_text_alternative_says_who_got_where() -> None:
    experiment = Experiment()
    text = describe(experiment, experiment.run())
    for entrant in experiment.entrants:
        assert legend_name(entrant) in text
    assert "Ravine" in text


def test_a_scene_is_small_enough_for_a_slow_network() -> None:
    six = tuple(Entrant.of(key) for key in list(OPTIMIZERS)[:6])
    assert len(json.dumps(shown(Experiment(entrants=six, steps=200)))) < 150_000
