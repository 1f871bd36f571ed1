"""The mechanism of settings: what is declared, what the panel is told, and what an edit changes."""

import json

import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from optviz.settings.activations import ActivationSettings
from optviz.settings.declaration import declaration
from optviz.settings.experiment import Experiment
from optviz.settings.link import Settings, decode, edit, encode, fields_of, read
from optviz.settings.maps import DEFAULTS, MapSettings
from optviz.settings.minibatches import MiniBatches
from optviz.settings.regularization import RegularizationSettings
from optviz.settings.setups import Entrant
from optviz.training.config import TrainingConfig

ALL = (
    Experiment,
    MapSettings,
    MiniBatches,
    ActivationSettings,
    RegularizationSettings,
    TrainingConfig,
)
each_page = pytest.mark.parametrize("settings", ALL, ids=lambda kind: kind.page)


@each_page
def test_every_field_stands_in_the_panel_once(settings: type[Settings]) -> None:
    placed = [name for section in settings.sections for name in section.fields]
    assert sorted(placed) == sorted(field.name for field in fields_of(settings))


@each_page
def test_every_attribute_belongs_to_one_field(settings: type[Settings]) -> None:
    attributes = [a for field in fields_of(settings) for a in field.attributes]
    assert sorted(attributes) == sorted(settings.__slots__)


@each_page
def test_the_panel_is_told_in_plain_words(settings: type[Settings]) -> None:
    said = declaration(settings)
    assert json.loads(json.dumps(said)) == said
    assert "\\\\" not in json.dumps(said, ensure_ascii=False), "no LaTeX"
    assert said["defaults"] == encode(settings())
    for section in said["sections"]:
        for field in section["fields"]:
            assert field["label"]
            assert field["kind"]


@each_page
def test_an_edit_of_nothing_changes_nothing(settings: type[Settings]) -> None:
    assert edit(settings(), {}) == (settings(), {})
    assert edit(settings(), dict(encode(settings()))) == (settings(), {})


@each_page
@settings_of_hypothesis(deadline=None)
@given(data=st.data())
def test_no_edit_breaks_it(settings: type[Settings], data) -> None:
    names = [*encode(settings()), "o6", "formula", "x", "y", "map", "other"]
    texts = st.none() | st.text(max_size=20) | st.sampled_from(list(encode(settings()).values()))
    changes = data.draw(st.dictionaries(st.sampled_from(names), texts, max_size=5))
    before = settings()
    after, refused = edit(before, changes)
    assert decode(settings, encode(after)) == (after, [])
    assert all(refused.values())
    if after == before and any(encode(before).get(name) != text for name, text in changes.items()):
        assert refused or all(
            text is None or read(settings, {**encode(before), name: text})[0] == before
            for name, text in changes.items()
        ), "nothing is refused in silence"


def test_what_is_refused_stays_and_the_rest_is_taken() -> None:
    after, refused = edit(Experiment(), {"steps": "60", "noise": "lots", "o1": "gd_lr_0.25"})
    assert (after.steps, after.noise, after.entrants[0]) == (60, 0.0, Entrant.of("gd", lr=0.25))
    assert refused.keys() == {"noise"}
    assert refused["noise"].startswith("Noise")


def test_what_no_longer_fits_a_change_takes_its_default() -> None:
    after, refused = edit(Experiment(), {"objective": "parabola"})
    assert after == Experiment().on("parabola")
    assert not refused
    after, refused = edit(DEFAULTS["stability"], {"o1": "adam_lr_0.1_beta1_0.9_beta2_0.999_eps_1e-8"})
    assert [side.name for side in after.sides] == ["lr", "beta1"]
    assert not refused


def test_a_refused_landscape_keeps_the_start_that_was_chosen() -> None:
    before, _ = edit(Experiment(), {"start": "1_2"})
    bad = {"objective": "formula", "formula": "x.__class__", "start": None, "domain": None}
    after, refused = edit(before, bad)
    assert after == before
    assert refused.keys() == {"formula"}


def test_what_is_too_much_work_is_refused_where_it_was_asked_for() -> None:
    large = {"data": "mnist", "hidden": "2048, 2048, 2048, 2048, 2048, 2048", "batch": "1"}
    after, refused = edit(TrainingConfig(epochs=150), large)
    assert "too much work" in " ".join(refused.values())
    assert after.epochs == 150, "the number of epochs is never changed in silence"


def test_addresses_with_trackers_open_in_silence() -> None:
    link = encode(Experiment()) | {"utm_source": "mail", "fbclid": "x", "UTM_Medium": "y"}
    assert decode(Experiment, link) == (Experiment(), [])
    assert decode(Experiment, {"gclid": "x"}) == (Experiment(), [])
