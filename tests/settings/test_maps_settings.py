"""Settings of maps and their links: every value survives, nothing breaks, and a click finds its run."""

import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import parse
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.schedules import SCHEDULES
from optviz.maps.axes import MOST_RUNS
from optviz.settings.experiment import Experiment
from optviz.settings.experiment import decode as decode_experiment
from optviz.settings.experiment import encode as encode_experiment
from optviz.settings.landscapes import COORDINATE
from optviz.settings.maps import (
    DEFAULTS,
    KINDS,
    MAP_NOISE,
    MAP_STEPS,
    RATE,
    RESOLUTION,
    SEEDS,
    WITH_TWO,
    MapSettings,
    Side,
    decode,
    encode,
)
from optviz.settings.setups import Entrant
from tests.settings.test_experiment import all_of, within


@st.composite
def ranges(draw: st.DrawFn, low: float, high: float) -> tuple[float, float]:
    ends = sorted([draw(st.floats(low, high)), draw(st.floats(low, high))])
    return (ends[0], ends[1]) if ends[0] < ends[1] else (low, high)


@st.composite
def map_settings(draw: st.DrawFn) -> MapSettings:
    kind = draw(st.sampled_from(list(KINDS)))
    key = draw(st.sampled_from(["formula", *OBJECTIVES]))
    formula = draw(st.sampled_from(["x^2", "x**2 + y", "sin(x) + e*pi + y"])) if key == "formula" else ""
    dimension = (parse(formula) if formula else OBJECTIVES[key]).dimension
    lows = draw(st.tuples(*[st.floats(-1e5, 1e5)] * dimension))
    optimizers = st.sampled_from(WITH_TWO if kind == "stability" else list(OPTIMIZERS))
    keys = draw(st.lists(optimizers, min_size=1, max_size=KINDS[kind].most))
    sides: tuple[Side, ...] = ()
    if kind == "stability":
        table = [h for h in OPTIMIZERS[keys[0]].hyperparameters if not h.integer]
        chosen = draw(st.permutations(table))[:2]
        sides = tuple(Side(h.name, *draw(ranges(h.low, h.high))) for h in chosen)
    schedule = draw(st.sampled_from(list(SCHEDULES)))
    return MapSettings(
        kind,
        key,
        formula,
        draw(st.tuples(*[within(COORDINATE)] * dimension)),
        tuple((low, low + draw(st.floats(1.0, 1e5))) for low in lows),
        draw(within(MAP_STEPS)),
        tuple(Entrant(k, draw(all_of(OPTIMIZERS[k].hyperparameters))) for k in keys),
        draw(ranges(RATE.low, RATE.high)),
        sides,
        draw(within(RESOLUTION)),
        draw(within(MAP_NOISE)),
        draw(st.integers(0, 2**31 - 1)),
        draw(within(SEEDS)),
        schedule,
        draw(all_of(SCHEDULES[schedule].hyperparameters)),
    )


@settings(max_examples=150, deadline=None)
@given(map_settings())
def test_a_link_gives_back_exactly_its_settings(wanted: MapSettings) -> None:
    assert decode(encode(wanted)) == (wanted, [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_that_says_no_more_than_the_kind_is_its_default(kind: str) -> None:
    assert decode({"map": kind}) == (DEFAULTS[kind], [])
    assert DEFAULTS[kind].kind == kind
    assert DEFAULTS[kind].complaint() is None


def test_the_empty_link_is_the_default_map() -> None:
    assert decode({}) == (MapSettings(), [])


def test_the_longest_link_stays_under_2000_characters() -> None:
    def full(key: str) -> MapSettings:
        third = ((h.name, h.high if h.integer else h.low + (h.high - h.low) / 3) for h in table[key])
        return replace(
            MapSettings(), start=(ugly, ugly), domain=((ugly, 0.0), (ugly, 0.0)), schedule="warmup",
            schedule_values=tuple((h.name, h.default) for h in SCHEDULES["warmup"].hyperparameters),
            entrants=(Entrant(key, tuple(third)),) * 6, rates=(1e-6 / 3 + 1e-6, 10 / 3), noise=1 / 3,
        )  # fmt: skip

    ugly = -123456.78901234567
    table = {key: optimizer.hyperparameters for key, optimizer in OPTIMIZERS.items()}
    assert max(len(urlencode(encode(full(key)))) for key in OPTIMIZERS) < 2000


# Links that were handed out once. They must open the same map for ever: add rows, change none.
GOLDEN = {
    "v=1&map=sweep&objective=ravine&start=-5.0_-2.0&domain=-6.0_6.0_-6.0_6.0&steps=200&o1=gd_lr_0.1"
    "&rates=0.001_10.0&resolution=200&noise=1.0&seed=0&seeds=200&schedule=constant": MapSettings(
        entrants=(Entrant("gd", (("lr", 0.1),)),)
    ),
    "v=1&map=stability&objective=formula&formula=x%5E2+%2B+3%2Ay%5E2&start=1.0_2.0"
    "&domain=-3.0_3.0_-3.0_3.0&steps=100&o1=momentum_lr_0.05_momentum_0.9&rates=0.001_10.0"
    "&x=momentum_0.0_0.999&y=lr_0.01_2.0&resolution=64&noise=1.0&seed=0&seeds=200"
    "&schedule=cosine_floor_0.1": MapSettings(
        "stability",
        "formula",
        "x^2 + 3*y^2",
        (1.0, 2.0),
        ((-3.0, 3.0), (-3.0, 3.0)),
        100,
        (Entrant("momentum", (("lr", 0.05), ("momentum", 0.9))),),
        sides=(Side("momentum", 0.0, 0.999), Side("lr", 0.01, 2.0)),
        resolution=64,
        schedule="cosine",
        schedule_values=(("floor", 0.1),),
    ),
    "v=1&map=noise&objective=bowl&start=-5.0_-2.0&domain=-6.0_6.0_-6.0_6.0&steps=2000&o1=gd_lr_0.1"
    "&o2=gd_lr_0.01&rates=0.01_1.0&resolution=20&noise=0.5&seed=7&seeds=1000&schedule=constant": MapSettings(
        "noise",
        "bowl",
        steps=2000,
        entrants=(Entrant("gd", (("lr", 0.1),)), Entrant("gd", (("lr", 0.01),))),
        rates=(0.01, 1.0),
        resolution=20,
        noise=0.5,
        seed=7,
        seeds=1000,
    ),
}


@pytest.mark.parametrize("link", GOLDEN)
def test_a_golden_link_opens_the_same_map_for_ever(link: str) -> None:
    assert decode(dict(parse_qsl(link, strict_parsing=True))) == (GOLDEN[link], [])


BAD = {
    "an unknown map": ({"v": "1", "map": "treasure"}, "none of sweep, stability, basins, noise"),
    "another version": ({"v": "7", "map": "basins"}, "version “7”"),
    "reversed rates": ({"v": "1", "rates": "3_1"}, "lr from 3 to 1 is empty or reversed"),
    "empty rates": ({"v": "1", "rates": "1_1"}, "lr from 1 to 1 is empty or reversed"),
    "rates beyond bounds": ({"v": "1", "rates": "1_100"}, "lr = 100 is out of range"),
    "rates that are none": ({"v": "1", "rates": "wide"}, "“lr_wide” is no range of lr"),
    "a side that there is not": ({"v": "1", "map": "stability", "x": "zeta_0_1"}, "no hyperparameter “zeta”"),
    "two equal sides": (
        {"v": "1", "map": "stability", "x": "lr_0.1_1", "y": "lr_0.1_1"},
        "two sides of the map must differ",
    ),
    "one hyperparameter only": ({"v": "1", "map": "stability", "o1": "gd_lr_0.1"}, "needs two"),
    "a grid that would not fit": ({"v": "1", "resolution": "100000"}, "allowed is 20 to 500. Used 200"),
    "too many optimizers": ({"v": "1", "map": "basins", "o1": "gd_lr_0.1", "o4": "gd_lr_1.0"}, "“o4”"),
    "a reversed domain": ({"v": "1", "map": "basins", "domain": "5_-5_0_1"}, "empty or reversed"),
    "no seeds": ({"v": "1", "map": "noise", "seeds": "0"}, "allowed is 2 to 1000"),
    "a formula that is code": ({"v": "1", "objective": "formula", "formula": "x.__class__"}, "not allowed"),
}


@pytest.mark.parametrize("link", BAD)
def test_what_cannot_be_used_is_replaced_and_named(link: str) -> None:
    mapping, sentence = BAD[link]
    found, complaints = decode(mapping)
    assert any(re.search(sentence, complaint) for complaint in complaints), complaints
    assert decode(encode(found)) == (found, [])
    assert found.complaint() is None


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*encode(DEFAULTS["stability"]), "formula", "zz"]), st.text(max_size=40), max_size=12
    )
)
def test_no_link_whatever_raises(link: dict) -> None:
    found, _ = decode(link)
    assert decode(encode(found)) == (found, [])


@pytest.mark.parametrize("thing", [None, 3, "text", object()])
def test_what_is_no_mapping_is_the_default_with_a_notice(thing: object) -> None:
    found, complaints = decode(thing)
    assert found == MapSettings()
    assert complaints


def test_ranges_are_refused_in_a_sentence() -> None:
    assert "empty or reversed" in replace(MapSettings(), rates=(3.0, 1.0)).complaint()
    assert "out of range" in replace(MapSettings(), rates=(1e-9, 1.0)).complaint()
    twice = replace(DEFAULTS["stability"], sides=(Side("lr", 0.1, 1.0),) * 2)
    assert "must differ" in twice.complaint()
    reversed_side = replace(twice, sides=(Side("lr", 1.0, 0.1), Side("momentum", 0.0, 0.9)))
    assert "empty or reversed" in reversed_side.complaint()
    assert "empty" in replace(DEFAULTS["basins"], domain=((1.0, 1.0), (0.0, 1.0))).complaint()
    typed = MapSettings().on("formula", "sqrt(-x) + y**2")
    assert "no run can begin" in typed.objection()[1]
    assert replace(typed, start=(-1.0, 0.0)).objection() is None


@pytest.mark.parametrize("kind", KINDS)
def test_every_map_that_is_allowed_fits(kind: str) -> None:
    assert RESOLUTION.high**2 <= MOST_RUNS
    coarse = replace(DEFAULTS[kind], resolution=24, seeds=8, steps=20)
    assert len(list(coarse.maps())) == 1
    fine = replace(DEFAULTS[kind], resolution=64, seeds=64, steps=5)
    assert len(list(fine.maps())) == 2


def opened(chosen: MapSettings, x: float = 0.0, y: float = 0.0) -> tuple[Experiment, object]:
    made = chosen.make(resolution=24)
    experiment = chosen.experiment(made, x, y)
    assert decode_experiment(encode_experiment(experiment)) == (experiment, [])
    return experiment, made


def test_a_rate_of_a_sweep_opens_all_optimizers_at_that_rate() -> None:
    experiment, made = opened(MapSettings(), 0.12)
    place = int(np.abs(np.log(made.rates / 0.12)).argmin())
    for curve, run in zip(made.curves, experiment.run(), strict=True):
        assert run.values[-1] == curve.losses[place]


def test_a_pair_of_a_stability_map_opens_that_pair() -> None:
    experiment, made = opened(DEFAULTS["stability"], 0.2, 0.5)
    values = dict(experiment.entrants[0].values)
    i, j = (int(np.argmin(np.abs(a - values[n]))) for a, n in ((made.xs, "lr"), (made.ys, "momentum")))
    assert experiment.run()[0].values[-1] == made.losses[j, i]
    assert values["lr"] == pytest.approx(0.2, rel=0.2)
    assert values["momentum"] == pytest.approx(0.5, abs=0.05)


def test_a_start_of_the_basins_opens_all_optimizers_from_there() -> None:
    experiment, made = opened(DEFAULTS["basins"], -3.1, 2.2)
    j, i = (int(np.argmin(np.abs(a - v))) for a, v in zip(made[0].axes[::-1], (2.2, -3.1), strict=True))
    for basin, run in zip(made, experiment.run(), strict=True):
        assert run.values[-1] == basin.values[j, i]
        assert run.outcome.minimum == basin.ends[j, i]


def test_the_noise_bands_open_the_first_of_their_runs() -> None:
    experiment, _ = opened(replace(DEFAULTS["noise"], seed=5))
    assert (experiment.noise, experiment.seed) == (1.0, 5)


def test_a_whole_number_stays_whole_on_the_way_to_an_experiment() -> None:
    chosen, complaints = decode(
        {"map": "stability", "v": "1", "o1": "asgd_lr_0.1_lambd_0.0001_alpha_0.75_t0_10", "x": "t0_1_100"}
        | {"y": "lr_0.01_1"}
    )
    assert complaints == []
    experiment, _ = opened(chosen, 20.4, 0.1)
    assert dict(experiment.entrants[0].values)["t0"] in range(1, 101)
