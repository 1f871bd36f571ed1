"""Pictures of activations, losses and regularization: they show what was computed."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from optviz.figures.activation_panels import chain_panels, dying_panels, function_panels, largest_derivative
from optviz.figures.loss_panels import entropy_panels, error_panels
from optviz.figures.style import DARK, LIGHT
from optviz.figures.tables import PANEL_COLUMNS, as_csv, unpacked
from optviz.figures.traces import look
from optviz.settings.activations import ActivationSettings, shown_at
from optviz.settings.regularization import RegularizationSettings
from optviz.teaching.activations import ACTIVATIONS, chain
from optviz.teaching.dying_units import trained
from optviz.web.activations import views as activation_views
from optviz.web.regularization import views as regularization_views


def check(panels: list[dict], legend: list[dict]) -> None:
    assert panels
    for panel in panels:
        json.dumps(panel, allow_nan=False)
        go.Figure({"data": panel["data"], "layout": panel["layout"]})
        assert panel["alt"].endswith(".")
        assert panel["about"].endswith(".")
    assert all(set(entry) == {"name", "color", "dash"} for entry in legend)
    assert len({panel["key"] for panel in panels}) == len(panels)
    rows = list(csv.reader(io.StringIO(as_csv(panels).decode("utf-8-sig"))))
    assert tuple(rows[0]) == PANEL_COLUMNS
    assert {row[0] for row in rows[1:]} == {panel["key"] for panel in panels}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("view", activation_views.VIEWS)
def test_plotly_accepts_every_picture_of_activations(view: str, theme) -> None:
    check(*activation_views.VIEWS[view].draw(ActivationSettings(), theme))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("view", regularization_views.VIEWS)
def test_plotly_accepts_every_picture_of_regularization(view: str, theme) -> None:
    check(*regularization_views.VIEWS[view].draw(RegularizationSettings(), theme))


@pytest.mark.parametrize(
    "settings",
    [
        shown_at("functions", shown=tuple(ACTIVATIONS), width=100.0),
        shown_at("dying", rate=0.5),
        shown_at("chain", shown=tuple(ACTIVATIONS), depth=50, weight=4.0, input=5.0),
        shown_at("chain", shown=("sigmoid", "relu"), depth=1, weight=0.0),
        shown_at("softmax", logits=(1000.0,), temperature=0.05),
        shown_at("softmax", logits=(1.0, 1000.0, -1000.0, 0.0, 0.0, 2.0, 3.0, 4.0)),
        shown_at("entropy", p=(1.0, 0.0), q=(0.0, 1.0)),
        shown_at("entropy", p=(3.0,), q=(2.0,)),
        shown_at("errors", data=(5.0,)),
        shown_at("errors", data=(-1000.0, 1000.0)),
        shown_at("coin", heads=1, tails=0),
        shown_at("coin", heads=0, tails=100),
        shown_at("classes", binary=(1000.0, -1000.0), targets=(0, 0)),
        shown_at("classes", classes=((1000.0, -1000.0),), labels=(1,)),
        shown_at("duel", z=-10.0),
    ],
)
def test_what_is_extreme_has_a_picture_too(settings: ActivationSettings) -> None:
    check(*activation_views.VIEWS[settings.view].draw(settings, LIGHT))


@pytest.mark.parametrize(
    "values",
    [
        {"view": "fitting", "samples": 5, "degree": 18, "noise": 0.0},
        {"view": "fitting", "samples": 200, "degree": 0, "noise": 5.0},
        {"view": "decay", "penalty": 10.0},
        {"view": "decay", "penalty": 0.0},
        {"view": "constraint", "radius": 0.0},
        {"view": "constraint", "radius": 4.0, "c1": 0.0, "c2": 0.0},
        {"view": "constraint", "tilt": -0.9, "c1": -3.0, "c2": 3.0},
        {"view": "dropout", "share": 0.0},
        {"view": "dropout", "share": 0.9},
    ],
)
def test_what_is_extreme_of_regularization_has_a_picture_too(values: dict) -> None:
    settings = replace(RegularizationSettings(), **values)
    check(*regularization_views.VIEWS[settings.view].draw(settings, DARK))


def test_each_activation_has_one_look() -> None:
    for theme in (LIGHT, DARK):
        assert len({(look(k, theme).color, look(k, theme).dash) for k in ACTIVATIONS}) == len(ACTIVATIONS)


def test_the_largest_derivatives_are_said() -> None:
    panels, _ = function_panels(("sigmoid", "tanh"), 6.0, LIGHT)
    assert "Sigmoid 0.25; Tanh 1" in panels[1]["alt"]
    assert largest_derivative("sigmoid", 6.0) == (0.0, 0.25)


def test_the_curve_of_a_chain_is_the_gradient_of_the_chain() -> None:
    found = chain("tanh", 6, 1.5, 0.4)
    panels, _ = chain_panels([("tanh", found)], 1.5, LIGHT)
    np.testing.assert_array_equal(unpacked(panels[0]["data"][0]["y"]), np.abs(found.gradients))


def test_a_gradient_of_zero_is_said_because_a_logarithm_cannot_show_it() -> None:
    panels, _ = chain_panels([("relu", chain("relu", 4, -1.0, 1.0))], -1.0, LIGHT)
    assert "Nothing is left with ReLU" in panels[0]["about"]


def test_the_bars_of_entropy_add_up() -> None:
    (_, sums), _ = entropy_panels(np.array([0.7, 0.2, 0.1]), np.array([0.4, 0.4, 0.2]), LIGHT)
    h, kl, both = (trace["x"][0] for trace in sums["data"])
    assert h + kl == pytest.approx(both)


def test_what_is_infinite_is_said() -> None:
    (_, sums), _ = entropy_panels(np.array([1.0, 0.0]), np.array([0.0, 1.0]), LIGHT)
    assert "infinite" in sums["about"]


def test_the_marks_of_errors_stand_at_median_and_mean() -> None:
    panels, _ = error_panels((1.0, 2.0, 12.0), LIGHT)
    assert [panel["data"][1]["x"][0] for panel in panels] == [2.0, 5.0]


def test_the_curve_of_dying_units_is_the_training() -> None:
    run = trained("relu", 0.1, 2)
    panels, _ = dying_panels([run], LIGHT)
    np.testing.assert_array_equal(unpacked(panels[0]["data"][0]["y"]), run.silent)
    np.testing.assert_array_equal(unpacked(panels[0]["data"][1]["y"]), run.dead)
    np.testing.assert_array_equal(unpacked(panels[1]["data"][0]["y"]), run.losses)


def test_the_constrained_place_is_marked_where_it_is() -> None:
    settings = RegularizationSettings(view="constraint")
    panels, _ = regularization_views.VIEWS["constraint"].draw(settings, LIGHT)
    mark = panels[1]["data"][-1]
    assert (mark["x"][0], mark["y"][0]) == (0.0, 1.0)
    assert "exactly 0" in panels[1]["about"]


def test_the_table_holds_what_is_drawn() -> None:
    panels, _ = chain_panels([("relu", chain("relu", 3, 0.5, 1.0))], 0.5, LIGHT)
    rows = list(csv.reader(io.StringIO(as_csv(panels).decode("utf-8-sig"))))
    assert rows[1:5] == [["chain.gradients", "ReLU", f"{k}.0", str(0.5 ** (3 - k)), ""] for k in range(4)]
    tiles, _ = activation_views.VIEWS["classes"].draw(ActivationSettings(), LIGHT)
    rows = list(csv.reader(io.StringIO(as_csv(tiles).decode("utf-8-sig"))))
    assert rows[1][:4] == ["classes.logits", "heatmap", "class 0", "example 1"]
    assert float(rows[1][4]) == pytest.approx(0.274, abs=5e-4)
