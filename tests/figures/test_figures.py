"""Figures: plain dictionaries that Plotly accepts, and that show the numbers of the trajectories."""

import base64
import json
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.noise import gaussian_noise
from optviz.engine.optimizers import OPTIMIZERS
from optviz.figures.landscapes import ground_figure, landscape
from optviz.figures.scene_types import Scene
from optviz.figures.scenes import describe, legend_name, scene, short_names
from optviz.figures.style import DARK, LIGHT, slot_styles, styles
from optviz.settings.experiment import VIEWS, Entrant, Experiment, encode


def unpacked(values) -> np.ndarray:
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), dtype="<" + values["dtype"])
    return np.array(values, dtype=float)


def shown(experiment: Experiment, theme=LIGHT) -> Scene:
    return scene(experiment, experiment.run(), theme)


def figures(picture: Scene) -> list[go.Figure]:
    """The traces and layouts of a scene as Plotly's own objects, which refuse what Plotly does not know."""
    main, loss, runs = picture["main"], picture["loss"], picture["runs"]
    above = [main["minima"], main["start"], main["startEdge"], *([main["curve"]] if main["curve"] else [])]
    return [
        go.Figure({"data": [*above, *(t for r in runs for t in (r["path"], r["head"], r["exit"]))]}),
        go.Figure({"layout": main["layout"]}),
        go.Figure(
            {
                "data": [t for r in runs for t in (r["loss"], r["ahead"], r["lossHead"])],
                "layout": loss["layout"],
            }
        ),
    ]


@pytest.mark.parametrize("key", OBJECTIVES)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_plotly_accepts_the_scene_of_every_landscape(key: str, theme) -> None:
    picture = shown(Experiment().on(key), theme)
    json.dumps(picture, allow_nan=False)
    assert figures(picture)
    if picture["ground"]:
        go.Figure(picture["ground"]["figure"])


def test_the_rows_sent_are_the_rows_computed() -> None:
    experiment = Experiment()
    for sent, run in zip(shown(experiment)["runs"], experiment.run(), strict=True):
        for column, coordinates in zip(sent["points"], run.points.T, strict=True):
            np.testing.assert_allclose(unpacked(column), coordinates, rtol=1e-6, atol=1e-37)
        above = run.values - run.values.min()
        np.testing.assert_allclose(sent["base"] + unpacked(sent["values"]), run.values, rtol=1e-7, atol=0)
        np.testing.assert_allclose(unpacked(sent["values"]), above, rtol=1e-6, atol=1e-37)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("count", [2, 3, 6])
def test_places_in_a_comparison_differ_in_colour_and_dash_and_marker(theme, count: int) -> None:
    looks = styles(["gd", "gd", "asgd", "gd", "adam", "gd"][:count], theme)
    assert looks == slot_styles(theme)[:count]
    for part in ("color", "dash", "marker"):
        assert len({getattr(look, part) for look in looks}) == count


@pytest.mark.parametrize("keys", [["gd"] * 40, list(OPTIMIZERS), ["gd", "gd", "asgd"]])
def test_no_two_styles_are_alike_in_any_list(keys: list[str]) -> None:
    assert len(set(styles(keys, LIGHT))) == len(keys)


def test_the_colours_of_six_places_stay_apart_for_the_colour_blind() -> None:
    """Colours in CIELAB as normal eyes and those without red, green or blue cones see them.

    Simulated as in G. M. Machado et al., A physiologically-based model for simulation of color vision
    deficiency (2009). Colours that come close are told apart by dash and marker.
    """
    lacking = {
        "none": np.eye(3),
        "red": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
        "green": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
        "blue": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
    }
    for theme in (LIGHT, DARK):
        for matrix in lacking.values():
            seen = [lab(np.array(matrix) @ linear(style.color)) for style in slot_styles(theme)]
            apart = [np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i]]
            assert min(apart) > 8


def linear(color: str) -> np.ndarray:
    """The colour #rrggbb as linear red, green and blue."""
    part = np.array(list(bytes.fromhex(color[1:]))) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB of linear red, green and blue, for white D65."""
    xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]] @ rgb.clip(0, 1)
    x, y, z = np.cbrt(xyz / np.array([0.9505, 1, 1.089]).clip(1e-9))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_short_names_say_only_what_differs() -> None:
    gd = [Entrant.of("gd", lr=0.1), Entrant.of("gd", lr=0.2)]
    assert short_names(gd) == ["lr 0.1", "lr 0.2"]
    adam = Entrant.of("adam", lr=0.4)
    assert short_names([adam]) == ["Adam"]
    assert short_names([*gd, adam]) == ["Gradient descent, lr 0.1", "Gradient descent, lr 0.2", "Adam"]
    assert short_names([adam, adam]) == ["Adam", "Adam"]


def test_a_diverged_run_has_a_picture() -> None:
    json.dumps(shown(Experiment(entrants=(Entrant.of("gd", lr=9.0),), steps=2000)), allow_nan=False)


def test_the_ground_is_named_by_its_address_or_part_of_the_scene() -> None:
    experiment = Experiment()
    far = scene(experiment, experiment.run(), LIGHT, ground_url="/ground?x")["ground"]
    near = shown(experiment)["ground"]
    assert far["url"] == "/ground?x"
    assert "figure" not in far
    assert far["key"] == near["key"]
    assert near["figure"] == ground_figure(experiment.landscape(), experiment.domain, LIGHT)
    assert shown(Experiment().on("cosine-wave"))["ground"] is None


def test_the_ground_stays_while_only_paths_change() -> None:
    def key(experiment: Experiment, theme=LIGHT) -> str:
        return shown(experiment, theme)["ground"]["key"]

    assert key(Experiment(start=(1.0, 2.0), steps=7, noise=0.3)) == key(Experiment())
    others = [Experiment().on("himmelblau"), Experiment(domain=((-1.0, 1.0), (-1.0, 1.0)))]
    assert len({key(Experiment()), key(Experiment(), DARK), *map(key, others)}) == 4


def test_nothing_is_grey_where_f_is_finite() -> None:
    finite = Experiment()
    assert ground_figure(finite.landscape(), finite.domain, LIGHT)["layout"]["plot_bgcolor"] != LIGHT.void
    gap = Experiment().on("formula", "log(x) + y**2")
    assert ground_figure(gap.landscape(), gap.domain, LIGHT)["layout"]["plot_bgcolor"] == LIGHT.void


def test_both_layers_have_the_margins_that_no_label_changes() -> None:
    layout = shown(Experiment())["main"]["layout"]
    assert layout["margin"]["autoexpand"] is False
    assert not layout["xaxis"]["automargin"]
    assert not layout["yaxis"]["automargin"]


def test_the_browser_gets_what_it_needs_to_compute() -> None:
    experiment = Experiment(noise=0.5, seed=3, steps=20)
    live = shown(experiment)["live"]
    assert live["link"] == encode(experiment)
    np.testing.assert_array_equal(unpacked(live["draws"]).reshape(20, 2), gaussian_noise(3, 20, 2))
    assert shown(Experiment())["live"]["draws"] is None
    assert scene(experiment, experiment.run(), LIGHT, engine="source")["live"]["engine"] == "source"


def test_a_rule_of_ones_own_comes_as_javascript_under_its_text_in_the_link() -> None:
    own = Entrant.own("m = 0.9*m + g\nx = x - lr*m")
    live = shown(Experiment(entrants=(own, Entrant.of("gd"))))["live"]
    ((text, sources),) = live["own"].items()
    assert live["link"]["o1"].split("_")[1] == text
    assert "m = 0.9 * m + g;" in sources["step"]
    assert '"key": "own"' in sources["explained"]


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
    for part in ("main", "loss"):
        assert one[part]["view"] == slider[part]["view"]
        assert one[part]["view"] != other[part]["view"]


def test_the_loss_is_drawn_against_steps_or_against_gradients() -> None:
    looking = Experiment(steps=10, entrants=tuple(map(Entrant.of, ("gd", "sam"))))
    steps, gradients = shown(looking), shown(replace(looking, across="gradients"))
    for picture, title, hover in (
        (steps, "step", "step %{x}"),
        (gradients, "gradient evaluations", "%{x} gr"),
    ):
        assert picture["loss"]["layout"]["xaxis"]["title"]["text"] == title
        assert hover in picture["runs"][0]["loss"]["hovertemplate"]
        assert picture["runs"][0]["asked"] is None, "one gradient a step"
        asked = np.frombuffer(base64.b64decode(picture["runs"][1]["asked"]["bdata"]), "<i4")
        assert asked.tolist() == list(range(0, 21, 2))
    sentence = "The loss is drawn against gradient evaluations, not against steps."
    assert sentence in gradients["budget"]
    assert sentence not in steps["budget"]


def test_the_budget_says_which_rates_are_compared() -> None:
    usual = Experiment()
    assert "each at its own best rate of 61 tried, 200" in shown(replace(usual, rates="best"))["budget"]
    assert "same rate 0.1, 200" in shown(replace(usual, rates="same"))["budget"]
    alone = replace(usual, entrants=usual.entrants[:1])
    assert "(−5, −2), 200 gradient" in shown(alone)["budget"]
    assert "at its best rate of 61 tried" in shown(replace(alone, rates="best"))["budget"]
    resting = replace(usual, start=(0.0, 0.0), rates="best")
    assert "(3 of 3 keep their own rates: none is better)" in shown(resting)["budget"]
    found = shown(replace(usual, rates="best"))
    rates = [dict(entrant.values)["lr"] for entrant in replace(usual, rates="best").racers]
    assert list(found["live"]["rates"].values()) == rates
    assert found["runs"][0]["name"] == f"Gradient descent (lr {rates[0]:g})"


def test_the_budget_is_stated() -> None:
    assert (
        shown(Experiment(steps=33))["budget"]
        == "Same start (−5, −2), own rates, 33 gradient evaluations each."
    )
    looking = Experiment(steps=10, entrants=tuple(map(Entrant.of, ("gd", "sam", "armijo"))))
    values = looking.run()[2].values_asked[-1]
    assert shown(looking)["budget"] == (
        "Same start (−5, −2), own rates, 10 steps each. Gradient evaluations: Gradient descent 10; SAM 20; "
        f"Armijo line search 10 and {values} values of f."
    )
    noisy = shown(Experiment(noise=0.5, seed=3))["budget"]
    assert "Same noise: σ = 0.5, seed 3." in noisy
    broken = shown(Experiment(entrants=(Entrant.of("gd", lr=9.0),), steps=2000))["budget"]
    assert "fewer where a run broke off" in broken
    nowhere = shown(Experiment().on("formula", "log(x) + y**2"))["budget"]
    assert "f has no finite value where the ground is grey." in nowhere


def test_the_text_alternative_says_who_got_where() -> None:
    experiment = Experiment()
    text = describe(experiment, experiment.run())
    for entrant in experiment.entrants:
        assert legend_name(entrant) in text
    assert "Ravine" in text


def test_a_scene_is_small_enough_for_a_slow_network() -> None:
    six = tuple(Entrant.of(key) for key in list(OPTIMIZERS)[:6])
    experiment = Experiment(entrants=six, steps=200)
    picture = scene(experiment, experiment.run(), LIGHT, ground_url="/ground")
    assert len(json.dumps(picture)) < 45_000


@pytest.mark.parametrize("view", VIEWS)
def test_a_scene_says_its_view_and_its_words_name_it(view: str) -> None:
    experiment = Experiment(view=view)
    picture = scene(experiment, experiment.run(), LIGHT)
    assert picture["picture"] == view
    assert picture["alt"].startswith(VIEWS[view][1])
    assert picture["ground"] == scene(Experiment(), experiment.run(), LIGHT)["ground"], "fetched once for all"


def test_a_landscape_of_one_variable_is_a_curve_in_every_view() -> None:
    curve = replace(Experiment().on("parabola"), view="heat")
    picture = scene(curve, curve.run(), LIGHT)
    assert picture["picture"] == "contour"
    assert picture["alt"].startswith("Curve of")


def test_what_is_said_of_missing_values_fits_the_view() -> None:
    gap = Experiment(
        objective="formula", formula="log(x) + y**2", start=(1.0, 1.0), domain=((-1.0, 2.0),) * 2
    )
    for view in VIEWS:
        budget = shown(replace(gap, view=view))["budget"]
        assert ("in the gap" in budget) == (view == "surface")
        assert ("ground is grey" in budget) == (view != "surface")
