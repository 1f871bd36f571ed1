"""The pictures of mini-batches: what the player moves, and that every number can be sent."""

import base64
import json

import numpy as np
import plotly.graph_objects as go
import pytest

from optviz.figures.batch_noise import ball_panel, gradient_panels
from optviz.figures.minibatches import MOST_FRAMES, frames, scene
from optviz.figures.style import DARK, LIGHT
from optviz.settings.minibatches import MiniBatches
from optviz.settings.setups import Entrant

SETTINGS = {
    "notes": MiniBatches(),
    "one epoch": MiniBatches(epochs=1),
    "longest": MiniBatches(epochs=200, batch=1),
    "all points": MiniBatches(batch=100),
    "short batches": MiniBatches(batch=30),
    "loop": MiniBatches(view="loop"),
    "overflows": MiniBatches(optimizer=Entrant.of("gd", lr=5.0)),
    "overflows at once": MiniBatches(scatter=5.0, start=(1e6, 1e6), optimizer=Entrant.of("gd", lr=10.0)),
}
each = pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)


def unpacked(values: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(values["bdata"]), "<" + values["dtype"])


@each
def test_every_number_of_a_scene_can_be_sent(settings: MiniBatches) -> None:
    made = scene(settings, settings.run(), DARK)
    json.dumps(made, allow_nan=False)
    for panel in gradient_panels(settings.run(), settings.epochs, LIGHT):
        json.dumps(panel, allow_nan=False)


@each
def test_frames_count_examples_and_end_with_the_run(settings: MiniBatches) -> None:
    stride, places = frames(settings, settings.run())
    assert (len(places[0]) - 1) * stride == 100 * settings.epochs
    assert len(places[0]) <= MOST_FRAMES + 1
    for (_, run), chosen in zip(settings.run(), places, strict=True):
        assert chosen[0] == 0
        assert chosen[-1] == run.updates
        assert (np.diff(chosen) >= 0).all()


@each
def test_what_follows_the_player_has_a_row_for_each_frame(settings: MiniBatches) -> None:
    made = scene(settings, settings.run(), LIGHT)
    assert {f["figure"] for f in made["followers"]} == {"main", "side"}
    for follower in made["followers"]:
        assert len(unpacked(follower["x"])) == (made["steps"] + 1) * follower["across"]
        assert len(unpacked(follower["y"])) == (made["steps"] + 1) * follower["across"]
        go.Figure({"data": [follower["trace"]]})


def test_each_run_has_a_row_for_each_frame_and_one_loss_axis() -> None:
    settings = MiniBatches(epochs=3)
    made = scene(settings, settings.run(), LIGHT)
    assert len(made["runs"]) == 3
    for run in made["runs"]:
        for numbers in (*run["points"], run["values"]):
            assert len(unpacked(numbers)) == made["steps"] + 1
    assert made["steps"] * made["loss"]["per"] == pytest.approx(settings.epochs)
    assert made["loss"]["lowest"] == pytest.approx(settings.points().loss(settings.points().solution))
    assert made["live"] is None


def test_the_rings_are_the_points_of_the_batch_that_was_used() -> None:
    settings = MiniBatches(epochs=2, batch=20)
    made = scene(settings, settings.run(), LIGHT)
    rings = next(f for f in made["followers"] if f["figure"] == "side" and f["across"] == 20)
    x = unpacked(rings["x"]).reshape(-1, 20)
    stride, _ = frames(settings, settings.run())
    third = settings.picks()[2]  # in force from 60 examples on
    np.testing.assert_allclose(x[60 // stride], settings.points().x[third], rtol=1e-6)


def test_a_noise_ball_that_overflows_leaves_a_gap() -> None:
    radii = np.array([[0.1, np.inf], [0.05, 0.1]])
    panel = ball_panel((0.01, 0.1), (1, 20), radii, LIGHT)
    json.dumps(panel, allow_nan=False)
    single, twenty = panel["data"]
    assert single["y"] == [0.1, None], "a rate at which a run overflows has no point"
    assert twenty["y"] == [0.05, 0.1]
    assert [note["text"] for note in panel["layout"]["annotations"]] == ["B = 1", "B = 20"]


def test_a_noise_ball_that_overflows_at_the_smallest_rate_has_no_label_there() -> None:
    panel = ball_panel((0.01, 0.1), (1, 20), np.array([[np.inf, np.inf], [0.05, 0.1]]), LIGHT)
    assert panel["data"][0]["y"] == [None, None]
    assert [note["text"] for note in panel["layout"]["annotations"]] == ["B = 20"]


def test_a_ball_of_radius_zero_has_no_place_on_the_axis_and_that_is_said() -> None:
    panel = ball_panel((0.01, 0.1), (1, 20), np.array([[0.0, 0.0], [0.0, 0.1]]), LIGHT)
    json.dumps(panel, allow_nan=False)
    assert [trace["y"] for trace in panel["data"]] == [[None, None], [None, 0.1]]
    assert "Left out: runs that rest" in panel["about"]
