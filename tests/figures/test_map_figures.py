"""Pictures of maps: plain dictionaries that Plotly accepts, with the numbers of the maps in them."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from optviz.engine.landscapes import OBJECTIVES
from optviz.figures.heights import heights
from optviz.figures.map_figures import PICTURES, map_csv, map_picture
from optviz.figures.outcome_colors import fate_color, minimum_color, shaded
from optviz.figures.style import DARK, LIGHT
from optviz.figures.tables import unpacked as unpacked_list
from optviz.maps.grids import DIVERGED, NOT_YET, UNDEFINED
from optviz.settings.maps import DEFAULTS, KINDS, MapSettings, sides_of
from optviz.settings.setups import Entrant

FINENESS = 24


def unpacked(values: object) -> np.ndarray:
    """A trace's numbers as an array."""
    return np.array(unpacked_list(values))


def shown(settings: MapSettings, theme=LIGHT) -> tuple:
    made = settings.make(resolution=FINENESS)
    picture = map_picture(settings, made, theme)
    json.dumps([*picture.panels], allow_nan=False)
    for panel in picture.panels:
        go.Figure({"data": panel["data"], "layout": panel["layout"]})
        assert panel["alt"]
    for row in picture.rows:
        assert len(row.cells) == len(picture.headings) - 1
    return picture, made


def trace(panel: dict, kind: str) -> dict:
    return next(t for t in panel["data"] if t["type"] == kind)


def test_every_kind_of_map_has_its_row() -> None:
    assert set(PICTURES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    "objective", ["ravine", "himmelblau", "gramacy-lee", "saddle", "monkey-saddle", "kink"]
)
def test_every_map_has_a_picture_and_its_numbers(kind: str, theme, objective: str) -> None:
    settings = replace(DEFAULTS[kind].on(objective), steps=40)
    picture, made = shown(settings, theme)
    rows = list(csv.reader(io.StringIO(map_csv(settings, made).decode("utf-8-sig"))))
    assert len({len(row) for row in rows}) == 1
    assert len(rows) > FINENESS
    assert picture.note


def test_the_sweep_draws_the_losses_and_both_edges() -> None:
    picture, made = shown(MapSettings())
    data = picture.panels[0]["data"]
    for curve in made.curves:
        drawn = [unpacked(t["y"]) for t in data if len(unpacked(t["y"])) == FINENESS]
        assert any(
            np.allclose(y, np.where(curve.diverged_at < 0, curve.losses, np.nan), equal_nan=True)
            for y in drawn
        )
    dashed = [t for t in data if t.get("line", {}).get("dash") == "dash" and "λmax" in t["hovertemplate"]]
    assert sorted({unpacked(t["x"])[0] for t in dashed}) == pytest.approx([0.5, 0.9])
    triangles = [t["x"][0] for t in data if t.get("marker", {}).get("symbol") == "triangle-down"]
    assert triangles == [curve.observed for curve in made.curves if curve.observed < made.rates[-1]]
    assert picture.rows[0].cells[3] == "2/λmax = 0.5"
    assert "edge predicted at 0.5, observed at" in picture.panels[0]["alt"]


def test_the_stability_map_draws_losses_divergence_and_the_boundary() -> None:
    settings = replace(DEFAULTS["stability"], steps=600)
    picture, made = shown(settings)
    heat, gone, grown, _, line = picture.panels[0]["data"]
    z = unpacked(heat["z"]).reshape(made.losses.shape)
    lost = made.diverged_at >= 0
    assert lost.any()
    grew = made.losses > OBJECTIVES["ravine"].value(settings.start)
    assert (grew & ~lost).any()
    assert (np.isnan(z) == (lost | grew)).all(), "what grew has no colour of the scale"
    assert (np.isfinite(unpacked(grown["z"]).reshape(lost.shape)) == (grew & ~lost)).all()
    assert gone["colorscale"] == grown["colorscale"]
    assert heat["zmin"] >= np.log10(8.0 + 2.5) - 12 - 0.1, "the scale is cut where a run has arrived"
    assert (np.isfinite(unpacked(gone["z"]).reshape(lost.shape)) == lost).all()
    np.testing.assert_allclose(unpacked(line["x"]), 2 * (1 + made.ys) / 4.0)
    assert [item["name"] for item in picture.legend] == ["grew or diverged", "theory: 2(1 + β)/λmax"]
    adam = replace(settings, entrants=(Entrant.of("adam"),), sides=sides_of("adam"))
    assert "No edge can be given in advance for Adam" in shown(adam)[0].note


def test_basins_say_every_start_s_fate_in_colour_and_in_numbers() -> None:
    picture, made = shown(DEFAULTS["basins"])
    assert len(picture.panels) == 3
    minima = len(OBJECTIVES["himmelblau"].minima)
    assert [item["color"] for item in picture.legend[:minima]] == [
        minimum_color(i, LIGHT) for i in range(minima)
    ]
    share = float((made[0].ends == 0).mean())
    assert picture.rows[0].cells[0] == f"{share:.1%}"
    heat = trace(picture.panels[0], "heatmap")
    assert np.array_equal(np.array(heat["customdata"]), made[0].steps)


def test_where_f_has_no_value_the_map_is_hatched_and_says_so() -> None:
    settings = replace(DEFAULTS["basins"].on("formula", "sqrt(x)*(x - 3)^2 + y^2"), steps=20)
    picture, made = shown(settings)
    assert made[0].shares[UNDEFINED] == pytest.approx(0.5)
    assert "Hatched: f has no finite value there" in picture.note
    assert "50.0% without a value of f" in picture.panels[0]["alt"]
    numbers, _ = shaded(made[0].ends, made[0].steps, 20, LIGHT)
    assert len(np.unique(numbers[made[0].ends == UNDEFINED])) == 2, "stripes of two greys"


def test_no_two_fates_share_a_place_on_the_colour_scale() -> None:
    ends = np.array([[0, 1, 2], [NOT_YET, DIVERGED, UNDEFINED]])
    steps = np.array([[1, 50, 100], [100, 3, 0]])
    numbers, scale = shaded(ends, steps, 100, LIGHT)
    assert len(np.unique(numbers)) == ends.size
    assert 0 < numbers.min() <= numbers.max() < 1
    assert [stop for stop, _ in scale] == sorted(stop for stop, _ in scale)
    for theme in (LIGHT, DARK):
        assert len({fate_color(code, theme) for code in (0, 1, 2, NOT_YET, DIVERGED, UNDEFINED)}) == 6


def test_bands_hold_the_median_and_say_who_diverged() -> None:
    wild = replace(
        DEFAULTS["noise"], entrants=(Entrant.of("gd", lr=9.0), Entrant.of("gd", lr=0.1)), steps=500
    )
    picture, made = shown(wild)
    assert [row.cells[-1] for row in picture.rows] == ["100.0%", "0.0%"]
    assert picture.rows[0].cells[0] == "diverged"
    np.testing.assert_allclose(unpacked(picture.panels[0]["data"][-1]["y"]), made.bands[1].median)


@pytest.mark.parametrize("kind", ["sweep", "stability", "noise"])
def test_a_start_without_a_value_has_a_picture_too(kind: str) -> None:
    shown(replace(DEFAULTS[kind].on("formula", "sqrt(-x) + log(y)"), steps=10))


def test_heights_are_measured_from_the_lowest_that_is_known() -> None:
    goldstein = OBJECTIVES["goldstein-price"]
    measure = heights(goldstein, 1000.0, np.array([3.5, np.inf, 100.0]))
    assert measure.floor == pytest.approx(3.0)
    assert measure.label == "f − f*"
    assert measure.log(np.array([13.0]))[0] == pytest.approx(1.0)
    assert len(measure.ticks[0]) == len(measure.ticks[1]) <= 10


@pytest.mark.parametrize("key", ["rastrigin", "egg-crate", "ackley"])
def test_every_dent_has_a_basin_of_its_own(key: str) -> None:
    """Rastrigin's table lists one minimum; 99 % of its starts were "not yet at a minimum"."""
    settings = replace(DEFAULTS["basins"].on(key), entrants=(Entrant.of("gd", lr=0.002),), steps=300)
    picture, (made,) = shown(settings)
    assert made.shares.get(NOT_YET, 0.0) < 0.25
    assert len([code for code in made.shares if code >= 0]) > 5
    minima = [item["name"] for item in picture.legend if item["name"].startswith("minimum")]
    assert 5 <= len(minima) <= 6
    assert all(", f = " in name for name in minima)
    if key != "egg-crate":
        assert "found numerically" in picture.note


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_a_fate_never_has_the_colour_of_an_optimizer(theme) -> None:
    fates = {fate_color(code, theme).lower() for code in (*range(30), DIVERGED)}
    assert not fates & {color.lower() for color in theme.palette}
