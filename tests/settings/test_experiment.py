"""Experiments and their links: every value survives, nothing a link says can break the page."""

import math
import re
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optviz.engine.formula_text import LONGEST
from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import FormulaError, parse
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.schedules import SCHEDULES
from optviz.settings.experiment import (
    ACROSS,
    COMMON_RATE,
    COORDINATE,
    MOST_ENTRANTS,
    NOISE,
    RATES,
    SEED,
    STEPS,
    VIEWS,
    Entrant,
    Experiment,
    decode,
    encode,
)
from optviz.settings.link import edit


def within(h: Hyperparameter) -> st.SearchStrategy[float]:
    return st.integers(int(h.low), int(h.high)) if h.integer else st.floats(h.low, h.high)


def all_of(table: tuple[Hyperparameter, ...]) -> st.SearchStrategy[tuple]:
    return st.tuples(*(st.tuples(st.just(h.name), within(h)) for h in table))


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    key = draw(st.sampled_from(["formula", *OBJECTIVES]))
    formula = draw(st.sampled_from(["x^2", "x**2 + y", "sin(x) + e*pi + y"])) if key == "formula" else ""
    landscape = parse(formula) if formula else OBJECTIVES[key]
    coordinate = within(COORDINATE)
    lows = draw(st.tuples(*[st.floats(-1e5, 1e5)] * landscape.dimension))
    domain = tuple((low, low + draw(st.floats(1.0, 1e5))) for low in lows)
    optimizer = st.sampled_from(list(OPTIMIZERS))
    entrants = tuple(
        Entrant(k, draw(all_of(OPTIMIZERS[k].hyperparameters)))
        for k in draw(st.lists(optimizer, min_size=1, max_size=MOST_ENTRANTS))
    )
    schedule = draw(st.sampled_from(list(SCHEDULES)))
    return Experiment(
        key,
        formula,
        draw(st.tuples(*[coordinate] * landscape.dimension)),
        domain,
        draw(within(STEPS)),
        entrants,
        schedule,
        draw(all_of(SCHEDULES[schedule].hyperparameters)),
        draw(within(NOISE)),
        draw(within(SEED)),
        draw(st.booleans()),
        draw(st.sampled_from(list(RATES.choices))),
        draw(within(COMMON_RATE)),
        draw(st.sampled_from(list(ACROSS.choices))),
        draw(st.sampled_from(list(VIEWS))),
    )


@settings(max_examples=300, deadline=None)
@given(experiments())
def test_a_link_gives_back_exactly_its_experiment(experiment: Experiment) -> None:
    assert decode(encode(experiment)) == (experiment, [])


def test_a_link_says_how_the_landscape_is_shown_unless_as_ever() -> None:
    """Links from before there were views mean contours, and are written as they were."""
    assert "view" not in encode(Experiment())
    assert encode(Experiment(view="heat"))["view"] == "heat"
    other, complaints = decode({"v": "1", "view": "globe"})
    assert other.view == "contour"
    (said,) = complaints
    assert "globe" in said
    assert "heat" in said
    assert edit(Experiment(view="heat"), {"view": "contour"}) == (Experiment(), {})
    assert edit(Experiment(view="heat"), {"view": None}) == (Experiment(), {})


def test_the_empty_link_is_the_default_experiment() -> None:
    assert decode({}) == (Experiment(), [])


def test_the_longest_link_stays_under_2000_characters() -> None:
    longest = max(OPTIMIZERS, key=lambda k: len(urlencode(encode(_full(k)))))
    assert len(urlencode(encode(_full(longest)))) < 2000


def _full(key: str) -> Experiment:
    """A comparison of six, every number with all its digits, and a formula as long as is allowed."""
    values = tuple(
        (h.name, h.low + (h.high - h.low) / 3 if not h.integer else h.high)
        for h in OPTIMIZERS[key].hyperparameters
    )
    formula = ("x**2+y**3+" * LONGEST)[: LONGEST // 3 - 1] + "1"
    ugly = -123456.78901234567
    return Experiment(
        "formula", formula, (ugly, ugly), ((ugly, 0.0), (ugly, 0.0)), 2000, (Entrant(key, values),) * 6,
        "warmup", tuple((h.name, h.default) for h in SCHEDULES["warmup"].hyperparameters), 1 / 3, SEED.high,
    )  # fmt: skip


# Links that were handed out once. They must open the same experiment for ever: add rows, change none.
GOLDEN = {
    "v=1&objective=ravine&start=-5.0_-2.0&domain=-6.0_6.0_-6.0_6.0&steps=20&o1=gd_lr_0.4"
    "&schedule=constant&noise=0.0&seed=0&loss=log": Experiment(
        "ravine", "", (-5.0, -2.0), ((-6.0, 6.0), (-6.0, 6.0)), 20, (Entrant("gd", (("lr", 0.4),)),)
    ),
    "v=1&objective=formula&formula=x%5E2+%2B+3%2Acos%28x%29&start=1.5&domain=-3.0_3.0&steps=2000"
    "&o1=adam_lr_0.2_beta1_0.9_beta2_0.999_eps_1e-08&o2=nag_lr_1e-06_momentum_0.999"
    "&schedule=cosine_floor_0.1&noise=0.5&seed=7&loss=linear": Experiment(
        "formula",
        "x^2 + 3*cos(x)",
        (1.5,),
        ((-3.0, 3.0),),
        2000,
        (
            Entrant("adam", (("lr", 0.2), ("beta1", 0.9), ("beta2", 0.999), ("eps", 1e-8))),
            Entrant("nag", (("lr", 1e-6), ("momentum", 0.999))),
        ),
        "cosine",
        (("floor", 0.1),),
        0.5,
        7,
        False,
    ),
    "v=1&objective=himmelblau&start=0.25_-4.0&domain=-5.0_5.0_-5.0_5.0&steps=300"
    "&o1=momentum_lr_0.01_momentum_0.9&o2=adagrad_lr_0.5_eps_1e-10&o3=rmsprop_lr_0.1_alpha_0.99_eps_1e-08"
    "&schedule=warmup_warm_20_floor_0.0&noise=0.0&seed=2147483647&loss=log": Experiment(
        "himmelblau",
        "",
        (0.25, -4.0),
        ((-5.0, 5.0), (-5.0, 5.0)),
        300,
        (
            Entrant("momentum", (("lr", 0.01), ("momentum", 0.9))),
            Entrant("adagrad", (("lr", 0.5), ("eps", 1e-10))),
            Entrant("rmsprop", (("lr", 0.1), ("alpha", 0.99), ("eps", 1e-8))),
        ),
        "warmup",
        (("warm", 20), ("floor", 0.0)),
        0.0,
        2147483647,
    ),
}


@pytest.mark.parametrize("link", GOLDEN)
def test_a_golden_link_opens_the_same_experiment_for_ever(link: str) -> None:
    assert decode(dict(parse_qsl(link, strict_parsing=True))) == (GOLDEN[link], [])


BAD = {
    "another version": ({"v": "2"}, "version “2”"),
    "no version": ({"steps": "10"}, "no version"),
    "an unknown objective": ({"v": "1", "objective": "everest"}, "“everest” is unknown"),
    "a formula that is code": ({"v": "1", "objective": "formula", "formula": "x.__class__"}, "not allowed"),
    "no formula": ({"v": "1", "objective": "formula"}, "empty"),
    "a long formula": ({"v": "1", "objective": "formula", "formula": "x+" * 400 + "x"}, "characters"),
    "100 kB": ({"v": "1", "objective": "x" * 100_000}, "100000 characters"),
    "not a number": ({"v": "1", "o1": "gd_lr_nan"}, "Gradient descent: lr must be a finite number"),
    "infinity": ({"v": "1", "noise": "inf"}, "noise must be a finite number"),
    "out of range": (
        {"v": "1", "steps": "1e9"},
        "steps = 1000000000 is out of range; allowed is 1 to 2000. Used 50",
    ),
    "a word for a number": ({"v": "1", "seed": "lucky"}, "“lucky” is not a number"),
    "half a step": ({"v": "1", "steps": "2.5"}, "not a whole number"),
    "an unknown optimizer": ({"v": "1", "o1": "sophia_lr_1"}, "“sophia” is unknown"),
    "an unknown hyperparameter": ({"v": "1", "o1": "gd_lr_0.1_beta_3"}, "no hyperparameter “beta”"),
    "a missing hyperparameter": ({"v": "1", "o1": "momentum_lr_0.1"}, "says no momentum; used 0.9"),
    "too many optimizers": ({"v": "1", "o1": "gd_lr_0.1", "o7": "gd_lr_0.1"}, "“o7” is not known"),
    "an unknown key": ({"v": "1", "zoom": "3"}, "“zoom” is not known"),
    "an unknown schedule": ({"v": "1", "schedule": "sawtooth"}, "“sawtooth” is unknown; “constant” is used"),
    "a start of the wrong dimension": ({"v": "1", "objective": "parabola", "start": "1_2"}, "start “1_2”"),
    "a start far away": ({"v": "1", "start": "1e300_0"}, "start “1e300_0”"),
    "a reversed domain": ({"v": "1", "domain": "5_-5_0_1"}, "empty or reversed"),
    "an unknown scale": ({"v": "1", "loss": "cubic"}, "none of log, linear"),
    "a list": ({"v": "1", "steps": [1, 2]}, "not text"),
    "no text at all": ({"v": 1}, "not text"),
}


@pytest.mark.parametrize("link", BAD)
def test_what_cannot_be_used_is_replaced_and_named(link: str) -> None:
    mapping, sentence = BAD[link]
    experiment, complaints = decode(mapping)
    assert any(re.search(sentence, complaint) for complaint in complaints), complaints
    assert decode(encode(experiment)) == (experiment, [])
    experiment.run()


def test_a_broken_part_leaves_the_rest_alone() -> None:
    link = encode(Experiment()) | {"steps": "nonsense", "noise": "0.25"}
    experiment, complaints = decode(link)
    assert len(complaints) == 1
    assert experiment.noise == 0.25
    assert experiment.steps == STEPS.default


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*encode(Experiment()), "formula", "zz"]), st.text(max_size=60), max_size=12
    )
)
def test_no_link_whatever_raises(link: dict) -> None:
    experiment, _ = decode(link)
    assert decode(encode(experiment)) == (experiment, [])


@pytest.mark.parametrize("thing", [None, 3, "text", [("v", "1")], object()])
def test_what_is_no_mapping_is_the_default_with_a_notice(thing: object) -> None:
    experiment, complaints = decode(thing)
    assert experiment == Experiment()
    assert complaints


def test_moving_to_another_landscape_keeps_the_optimizers() -> None:
    moved = Experiment().on("himmelblau")
    assert moved.start == OBJECTIVES["himmelblau"].start
    assert moved.domain == OBJECTIVES["himmelblau"].domain
    assert moved.entrants == Experiment().entrants
    with pytest.raises(FormulaError):
        moved.on("formula", "import os")


def test_the_default_experiment_is_worth_a_look() -> None:
    runs = Experiment().run()
    assert all(math.isfinite(t.values[-1]) and t.values[-1] < t.values[0] for t in runs)
