"""Pictures of the inside of a network show the numbers that were measured."""

import numpy as np
import plotly.graph_objects as go
import pytest

from optviz.figures.inside import (
    ROWS,
    Histograms,
    LayerLengths,
    SharpnessCurve,
    Span,
    constant_panel,
    histogram_panel,
    layer_legend,
    length_panels,
    sharpness_panel,
)
from optviz.figures.style import DARK, LIGHT, slot_styles
from optviz.figures.training_curves import UNITS
from tests.figures.test_training_figures import unpacked

rng = np.random.default_rng(0)
NAMES = ("Layer 1", "Layer 2", "Layer 3")
AT = np.array([0.0, 1.0, 2.0, 4.0])
LENGTHS = LayerLengths(AT, *(rng.uniform(0.1, 2, (4, 3)) for _ in range(3)))


def span(unit: str = "epochs") -> Span:
    return Span(UNITS[unit], 4.0, "a run")


def histograms(ranges, counts) -> Histograms:
    return Histograms("Layer 1", "ReLU", 500, AT[: len(counts)], np.array(ranges), np.array(counts))


def curve(limits=(2.0, 2.0), formula: str = "2/η", name: str = "Gradient descent") -> SharpnessCurve:
    values, residuals = np.array([1.0, 2.5]), np.array([0.01, 0.5])
    return SharpnessCurve(name, slot_styles(LIGHT)[0], AT[:2], values, residuals, np.array(limits), formula)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("unit", UNITS)
def test_plotly_accepts_every_panel_in_every_unit(theme, unit: str) -> None:
    panels = length_panels(LENGTHS, NAMES, span(unit), theme)
    panels.append(constant_panel(AT, np.ones((4, 2)), (8, 4), NAMES[:2], "ReLU", 500, span(unit), theme))
    panels.append(histogram_panel(histograms([(-1, 1)] * 4, np.ones((4, 8))), span(unit), theme))
    panels.append(sharpness_panel([curve(), curve((np.nan, np.nan), "", "<b>")], 1500, span(unit), theme))
    for shown in panels:
        go.Figure(data=shown["data"], layout=shown["layout"])
        assert UNITS[unit].axis == shown["layout"]["xaxis"]["title"]["text"]
    assert [entry["name"] for entry in layer_legend(NAMES, theme)] == list(NAMES)


def test_a_ratio_is_the_step_over_the_weights_before_it() -> None:
    gradients, weights, ratios = length_panels(LENGTHS, NAMES, span(), LIGHT)
    for i in range(3):
        assert unpacked(gradients["data"][i]["y"]) == pytest.approx(LENGTHS.gradients[:, i], rel=1e-6)
        assert unpacked(weights["data"][i]["y"]) == pytest.approx(LENGTHS.weights[:, i], rel=1e-6)
        found = unpacked(ratios["data"][i]["y"])
        assert found == pytest.approx(LENGTHS.updates[:, i] / LENGTHS.weights[:, i], rel=1e-6)


def test_weights_of_length_zero_have_no_ratio() -> None:
    lengths = LayerLengths(AT[:1], np.zeros((1, 1)), np.ones((1, 1)), np.ones((1, 1)))
    ratio = length_panels(lengths, NAMES[:1], span(), LIGHT)[2]
    assert np.isnan(unpacked(ratio["data"][0]["y"])).all()


def test_silent_units_are_a_share_of_their_layer_and_dead_only_with_relu() -> None:
    shown = constant_panel(AT, np.full((4, 1), 2), (8,), NAMES[:1], "ReLU", 500, span(), LIGHT)
    assert unpacked(shown["data"][0]["y"]) == pytest.approx([0.25] * 4)
    assert "dead" in shown["about"]
    assert (
        "dead" not in constant_panel(AT, np.ones((4, 1)), (8,), NAMES[:1], "Tanh", 5, span(), LIGHT)["about"]
    )


def test_a_histogram_keeps_its_shares_in_other_bins() -> None:
    values = [rng.normal(scale, scale, 5000) for scale in (1.0, 2.0, 3.0)]
    ranges = [(v.min(), v.max()) for v in values]
    counts = [np.histogram(v, 32)[0] for v in values]
    shown = histogram_panel(histograms(ranges, counts), span(), LIGHT)["data"][0]
    rows = unpacked(shown["customdata"])
    assert rows.shape == (ROWS, 3)
    assert rows.sum(axis=0) == pytest.approx(1, abs=0.01), "but for the outermost values"
    means = unpacked(shown["y"]) @ rows
    assert means == pytest.approx([v.mean() for v in values], abs=0.15)
    assert unpacked(shown["z"]) == pytest.approx(np.sqrt(rows), rel=1e-6)


@pytest.mark.parametrize("value", [0.0, 3.5])
def test_a_layer_whose_values_are_all_alike_has_a_line(value: float) -> None:
    shown = histogram_panel(histograms([(value, value)], [[0] * 16 + [500] + [0] * 15]), span(), LIGHT)
    rows = unpacked(shown["data"][0]["customdata"])
    assert rows.max() == rows.sum() == 1
    assert unpacked(shown["data"][0]["y"])[rows[:, 0].argmax()] == pytest.approx(value, abs=0.02)


def test_the_sharpness_has_its_limit_where_there_is_one_and_says_how_certain_it_is() -> None:
    with_limit = sharpness_panel([curve()], 1438, span(), LIGHT)
    limit, line = with_limit["data"]
    assert unpacked(limit["y"]).tolist() == [2.0, 2.0]
    assert unpacked(line["error_y"]["array"]) == pytest.approx([0.01, 0.5])
    assert "2/η" in with_limit["about"]
    assert "1,438 training images" in with_limit["about"]
    assert with_limit["layout"]["yaxis"]["range"][1] > 2.5
    far = sharpness_panel([curve((380.0, 380.0))], 1438, span(), LIGHT)
    assert far["layout"]["yaxis"]["range"][1] < 5, "the sharpness itself is seen"
    assert "Above the picture: 380." in far["about"]
    without = sharpness_panel([curve((np.nan, np.nan), "")], 1438, span(), LIGHT)
    assert len(without["data"]) == 1
    assert "Dotted" not in without["about"]
