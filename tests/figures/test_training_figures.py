"""Pictures of a training: plain dictionaries that Plotly accepts, showing the numbers of the run."""

import base64
import json

import numpy as np
import plotly.graph_objects as go
import pytest

from optviz.figures.colors import blend
from optviz.figures.confusion import confusion_panel
from optviz.figures.drawn_answers import answers_panel, drawings_panel
from optviz.figures.image_grids import first_images_panel, mosaic, samples_panel, weights_panel
from optviz.figures.networks import Column, network_panel
from optviz.figures.panels import diverging
from optviz.figures.rate_sweep import Swept, best, good_rates, sweep_panel
from optviz.figures.run_landscape import DrawnPath, surface_panel, truth_panel
from optviz.figures.style import DARK, LIGHT, slot_styles
from optviz.figures.training_curves import UNITS, WINDOW, Curves, View, curve_panels, smoothed

DIGITS = tuple("0123456789")
rng = np.random.default_rng(0)


def unpacked(values) -> np.ndarray:
    array = np.frombuffer(base64.b64decode(values["bdata"]), dtype="<" + values["dtype"])
    return array.reshape([int(n) for n in values["shape"].split(",")]) if "shape" in values else array


def run(name: str = "a run", optimizer: str = "adam", points: int = 50, judged: int = 4) -> Curves:
    at = np.linspace(0, 2, points)
    places = np.linspace(0, 2, judged)
    return Curves(
        name, name, optimizer, 4, at, np.exp(-at) + 0.01, places, np.exp(-places), 1 - np.exp(-places - 0.1),
        np.full(judged, np.nan),
    )  # fmt: skip


def samples(theme=LIGHT, labels=(1, 2, 3), answers=(1, 7, 3)):
    shares = np.full((3, 10), 0.01)
    for row, answer in zip(shares, answers, strict=True):
        row[answer] = 0.91
    images = rng.integers(0, 17, (3, 8, 8), dtype=np.uint8)
    return images, samples_panel(images, labels, shares.tolist(), DIGITS, 16, theme)


def test_the_first_images_stand_in_their_order_with_both_classes() -> None:
    images = rng.integers(0, 17, (3, 8, 8), dtype=np.uint8)
    shares = np.eye(10)[[7, 2, 1]]
    shown = first_images_panel(images, (7, 2, 0), shares.tolist(), DIGITS, 16, LIGHT)
    go.Figure(data=shown["data"], layout=shown["layout"])
    texts = [note["text"] for note in shown["layout"]["annotations"]]
    assert [text.split("<br>")[1] for text in texts] == ["right", "right", "true: 0"]
    assert "7 (true: 7), 2 (true: 2), 1 (true: 0)" in shown["alt"]
    assert shown["title"] == "The first 3 test images"


def weights(count: int, names=(), theme=LIGHT):
    pixels = rng.integers(1, 256, (count, 8, 8)).astype(np.uint8)
    return pixels, weights_panel(pixels, 0.25, 512, names, theme)


def network(*units: int, theme=LIGHT):
    return network_panel([Column(f"layer {n}", n, n * 3, "ReLU") for n in units], theme)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_plotly_accepts_every_panel(theme) -> None:
    panels, _ = curve_panels([run(), run("b", "gd")], theme)
    panels += curve_panels([run(points=0, judged=0)], theme, View(log=True))[0]
    panels += [
        samples(theme)[1],
        weights(32, theme=theme)[1],
        weights(10, DIGITS, theme)[1],
        network(784, 512, 10, theme=theme),
        confusion_panel(np.eye(10, dtype=int) * 9, DIGITS, None, theme),
    ]
    for panel in panels:
        json.dumps(panel, allow_nan=False)
        go.Figure({"data": panel["data"], "layout": panel["layout"]})
        assert panel["alt"]
        assert panel["lowest"] <= panel["highest"]


def test_the_curve_holds_the_losses_of_the_run() -> None:
    one = run()
    (loss, accuracy), legend = curve_panels([one], LIGHT)
    raw, smooth, rings = loss["data"]
    np.testing.assert_allclose(unpacked(raw["y"]), one.losses, rtol=1e-6)
    np.testing.assert_allclose(unpacked(smooth["y"]), smoothed(one.losses), rtol=1e-6)
    np.testing.assert_allclose(unpacked(rings["y"]), one.test_losses, rtol=1e-6)
    np.testing.assert_allclose(unpacked(accuracy["data"][0]["y"]), one.test_accuracy, rtol=1e-6)
    assert [item["name"] for item in legend] == ["a run"]


def test_smoothing_is_the_mean_of_the_points_before() -> None:
    losses = rng.normal(size=100)
    expected = [losses[max(0, k - WINDOW + 1) : k + 1].mean() for k in range(100)]
    np.testing.assert_allclose(smoothed(losses), expected)
    assert len(smoothed(np.array([]))) == 0
    np.testing.assert_allclose(smoothed(np.full(30, 3.0)), 3.0)


def test_runs_laid_over_each_other_differ_in_colour_or_dash_and_the_first_is_on_top() -> None:
    (loss, _), legend = curve_panels([run("x", "adam"), run("y", "adam"), run("z", "gd")], LIGHT)
    assert len({(item["color"], item["dash"]) for item in legend}) == 3
    assert [trace["name"].split(",")[0] for trace in loss["data"]] == ["z", "y", "x", "x", "x"]


def test_a_zoom_is_kept_while_the_curve_grows_but_not_for_another_run() -> None:
    def revision(curves: Curves) -> str:
        return curve_panels([curves], LIGHT)[0][0]["layout"]["uirevision"]

    assert revision(run(points=10)) == revision(run(points=20))
    assert revision(run("this")) != revision(run("that"))


def test_a_name_that_people_give_is_never_markup() -> None:
    (loss, _), legend = curve_panels([run('<a href="x">& me</a>')], LIGHT)
    assert loss["data"][0]["name"].startswith('&lt;a href="x"&gt;&amp; me')
    assert legend[0]["name"].startswith("<a"), "the legend is text, not markup"


def test_the_confusion_matrix_counts_and_names_the_worst_pair() -> None:
    counts = np.diag([50] * 10)
    counts[3, 5] = 4
    counts[8, 1] = 2
    panel = confusion_panel(counts, DIGITS, "2", LIGHT)
    assert panel["about"].startswith("6 of 506 test images are wrong after epoch 2.")
    assert "3 was predicted as 5: 4 times" in panel["about"]
    heat, numbers = panel["data"]
    cells = dict(zip(zip(numbers["y"], numbers["x"], strict=True), numbers["text"], strict=True))
    assert len(cells) == 12
    assert (cells["3", "5"], cells["8", "1"], cells["8", "8"]) == ("4", "2", "50")
    heights = unpacked(heat["z"])
    assert (np.diag(heights) > 0).all()
    assert heights[3, 5] < heights[8, 1] < 0
    perfect = confusion_panel(np.diag([5] * 10), DIGITS, None, LIGHT)
    assert "Most often" not in perfect["about"]


def test_samples_show_the_images_and_say_what_is_wrong() -> None:
    images, panel = samples()
    whole = unpacked(panel["data"][0]["z"])
    for k, image in enumerate(images):
        np.testing.assert_array_equal(whole[:8, 10 * k : 10 * k + 8], image)
    texts = [note["text"] for note in panel["layout"]["annotations"]]
    assert texts == ["1, 91%<br>right", "<b>7, 91%</b><br>true: 2", "3, 91%<br>right"]
    assert "1 of them mistakes" in panel["alt"]


def test_bars_reach_as_high_as_the_probability() -> None:
    _, panel = samples()
    bars = panel["data"][1]
    heights = -np.array(bars["y"]).reshape(3, 10)
    np.testing.assert_allclose(heights / heights.max(), np.where(heights == heights.max(), 1, 0.01 / 0.91))
    assert bars["text"][7] == "7: 1.0%"
    assert bars["text"][17] == "7: 91.0%"


def test_a_mosaic_puts_each_image_in_its_place() -> None:
    images = np.arange(5 * 2 * 3).reshape(5, 2, 3)
    whole, corners = mosaic(images, 2, (1, 2), -1)
    assert whole.shape == (12, 8)
    for image, (x, y) in zip(images, corners, strict=True):
        np.testing.assert_array_equal(whole[y : y + 2, x : x + 3], image)
    assert (whole == -1).sum() == whole.size - images.size


def test_weights_are_named_only_when_they_lead_into_classes() -> None:
    pixels, panel = weights(32)
    np.testing.assert_array_equal(unpacked(panel["data"][0]["z"])[:8, :8], pixels[0])
    assert "32 of 512 units" in panel["about"]
    assert panel["layout"]["annotations"] == []
    _, panel = weights(10, DIGITS)
    assert [note["text"] for note in panel["layout"]["annotations"]] == list(DIGITS)


def test_the_network_is_drawn_with_its_sizes_and_parameters() -> None:
    panel = network(784, 512, 10)
    assert panel["about"].startswith("784 – 512 – 10: 3,918 parameters.")
    texts = " ".join(note["text"] for note in panel["layout"]["annotations"])
    assert "<b>512</b>" in texts
    assert "1,536" in texts
    bars = [shape for shape in panel["layout"]["shapes"] if shape["type"] == "rect"]
    heights = [bar["y1"] - bar["y0"] for bar in bars]
    assert heights == sorted(heights, reverse=True)


def test_colours_blend_and_zero_is_the_ground() -> None:
    assert blend("#000000", "#ffffff", 0.5) == "#808080"
    assert blend("#123456", "#ffffff", 1) == "#123456"
    assert diverging(DARK)[2] == [0.5, DARK.ground]


def test_once_95_per_cent_are_reached_the_axis_shows_the_last_tenth() -> None:
    from dataclasses import replace

    good = replace(run(), test_accuracy=np.array([0.3, 0.94, 0.97, 0.98]))
    poor = replace(run(), test_accuracy=np.array([0.3, 0.5, 0.7, 0.8]))
    for runs, close in (([good], True), ([poor], False), ([poor, good], True)):
        (_, accuracy), _ = curve_panels(runs, LIGHT)
        shown = accuracy["layout"]["yaxis"].get("range")
        assert (shown is not None and shown[0] == 0.9) == close
        assert ("begins at 90%" in accuracy["about"]) == close


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_the_axis_says_what_the_curves_are_drawn_against(unit) -> None:
    for shown in curve_panels([run()], LIGHT, View(unit))[0]:
        assert shown["layout"]["xaxis"]["title"]["text"] == unit.axis
        assert unit.axis in shown["alt"]
        assert all(unit.at() in trace["hovertemplate"] for trace in shown["data"])


def test_a_curve_that_is_not_smoothed_is_its_losses() -> None:
    one = run()
    loss = curve_panels([one], LIGHT, View(window=1))[0][0]
    assert unpacked(loss["data"][1]["y"]) == pytest.approx(one.losses, rel=1e-6)
    assert "mean" not in loss["about"]


def test_a_race_draws_the_first_in_ink_and_its_rivals_as_on_their_cards() -> None:
    for theme in (LIGHT, DARK):
        _, legend = curve_panels([run(f"{i}") for i in range(8)], theme, racers=8)
        cards = slot_styles(theme)
        assert legend[0]["color"] == theme.palette[5]
        assert [(e["color"], e["dash"]) for e in legend[1:7]] == [(s.color, s.dash) for s in cards]
        assert len({(e["color"], e["dash"]) for e in legend}) == 8


def drawn_path(name: str = "a network", n: int = 5) -> DrawnPath:
    style = slot_styles(LIGHT)[0]
    steps = np.arange(n) * 10.0
    return DrawnPath(
        name, style, steps, np.column_stack([steps, steps / 2]), np.exp(-steps) + 1, steps * 0 + 1
    )


AXES = ("first component", "second component")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_plotly_accepts_a_landscape_at_every_stage(theme) -> None:
    x = np.linspace(-1, 1, 5)
    whole = np.exp(3 * np.add.outer(x, x))
    half = np.where(np.arange(25).reshape(5, 5) % 3, whole, np.nan)
    for values in (whole, half, half * np.nan, np.ones((5, 5)), whole - 50):
        for paths in ([], [drawn_path(), drawn_path("b<i>")]):
            shown = surface_panel(x, x, values, paths, AXES, "About it.", theme)
            go.Figure(data=shown["data"], layout=shown["layout"])
            json.dumps(shown, allow_nan=False)
    shown = truth_panel([drawn_path(), drawn_path("b<i>")], theme)
    go.Figure(data=shown["data"], layout=shown["layout"])
    assert "&lt;i&gt;" in json.dumps(shown)


def test_a_landscape_shows_the_losses_and_the_path_that_it_is_given() -> None:
    x, values = np.linspace(-1, 1, 5), np.add.outer(np.arange(5.0), np.arange(5.0)) + 1
    shown = surface_panel(x, x, values, [drawn_path()], AXES, "About it.", LIGHT)
    contour, line, ends, centre = shown["data"]
    assert unpacked(contour["customdata"]) == pytest.approx(values)
    assert (contour["contours"]["start"], contour["contours"]["end"]) == (1, 9)
    assert unpacked(line["customdata"])[:, 1] == pytest.approx(drawn_path().true)
    assert unpacked(ends["x"]).tolist() == [0, 40]
    assert (centre["x"], centre["y"]) == ([0], [0])
    wide = surface_panel(x, x, values**3, [], AXES, "About it.", LIGHT)["data"][0]
    assert unpacked(wide["z"]) == pytest.approx(3 * np.log10(values), rel=1e-6)


def test_the_gap_between_true_loss_and_plane_is_said() -> None:
    shown = truth_panel([drawn_path()], LIGHT)
    assert "differ by up to 1." in shown["about"]
    assert [trace["line"]["dash"] for trace in shown["data"]] == ["solid", "dot"]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_what_networks_say_of_a_drawing_is_drawn_and_said(theme) -> None:
    shares = np.full(10, 0.01)
    shares[7] = 0.91
    names = ["Adam (lr 0.1)", "<b>", "GD"]
    shown = answers_panel(names, [shares, None, shares[::-1]], DIGITS, slot_styles(theme)[:3], theme)
    go.Figure(data=shown["data"], layout=shown["layout"])
    assert [trace["marker"]["color"] for trace in shown["data"]] == [theme.palette[0], theme.palette[2]]
    assert unpacked(shown["data"][0]["y"]).tolist() == pytest.approx(shares.tolist())
    assert shown["alt"] == "Adam (lr 0.1) says 7 (91%). <b> has not answered yet. GD says 2 (91%)."


@pytest.mark.parametrize("count", [1, 3, 6])
def test_drawings_are_shown_as_the_networks_get_them(count) -> None:
    images = rng.integers(1, 256, (count, 28, 28)).astype(np.uint8)
    shown = drawings_panel(images, [f"No. {k}" for k in range(count)], 255, LIGHT)
    go.Figure(data=shown["data"], layout=shown["layout"])
    z = unpacked(shown["data"][0]["z"])
    assert z[:28, :28].tolist() == images[0].tolist()
    assert np.isfinite(z).sum() == count * 28 * 28


SWEPT = [
    Swept(0.001, (0.5, 0.6)), Swept(0.01, (0.9, 0.92)), Swept(0.1, (0.91, 0.93)), Swept(1.0, (0.95,), 1),
]  # fmt: skip


def test_the_best_rate_is_one_at_which_no_seed_diverged_and_its_neighbours_may_be_as_good() -> None:
    assert best(SWEPT).rate == 0.1
    assert good_rates(SWEPT) == (0.01, 0.1)
    assert good_rates(SWEPT[:1]) == (0.001, 0.001)
    assert best([SWEPT[3]]) is None
    assert good_rates([]) is None


def test_a_sweep_draws_means_from_worst_to_best_and_a_cross_where_a_seed_diverged() -> None:
    shown = sweep_panel(["Adam", "<b>"], [SWEPT, []], slot_styles(LIGHT)[:2], "1 epoch.", LIGHT)
    go.Figure(data=shown["data"], layout=shown["layout"])
    line, cross, empty = shown["data"]
    assert line["x"] == [0.001, 0.01, 0.1]
    assert line["y"] == pytest.approx([0.55, 0.91, 0.92])
    assert line["error_y"]["array"] == pytest.approx([0.05, 0.01, 0.01])
    assert cross["x"] == [1.0]
    assert empty["x"] == []
    assert "Adam: best 92.00% at 0.1" in shown["alt"]
