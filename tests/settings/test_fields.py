"""Settings of the teaching pages: what people type, what links hold, and what is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optviz.engine.hyperparameters import Hyperparameter, HyperparameterError
from optviz.settings import activations, regularization
from optviz.settings.activations import FIELDS, ActivationSettings
from optviz.settings.fields import Field, OneOf, Rows, Several
from optviz.settings.regularization import RegularizationSettings

MODULES = {
    "activations": (activations, ActivationSettings),
    "regularization": (regularization, RegularizationSettings),
}


def values_of(field: Field) -> st.SearchStrategy:
    if isinstance(field, Hyperparameter):
        return (
            st.integers(int(field.low), int(field.high))
            if field.integer
            else st.floats(field.low, field.high)
        )
    if isinstance(field, OneOf):
        return st.sampled_from(list(field.choices))
    assert isinstance(field, Several)
    return st.lists(st.sampled_from(list(field.choices)), min_size=1, unique=True).map(tuple)


@pytest.mark.parametrize("name", MODULES)
@given(data=st.data())
def test_a_link_says_everything(name: str, data) -> None:
    module, kind = MODULES[name]
    drawn = {f.name: data.draw(values_of(f), f.name) for f in module.FIELDS if not isinstance(f, Rows)}
    settings = replace(kind(), **drawn)
    if name == "activations" and settings.heads + settings.tails == 0:
        settings = replace(settings, heads=1)
    link = module.encode(settings)
    assert module.decode(link) == (settings, [])
    assert set(link) == {"v", *kind.__slots__}


@given(st.lists(st.floats(-1000, 1000), min_size=1, max_size=8))
def test_numbers_that_people_type_come_back(numbers: list[float]) -> None:
    field = next(f for f in FIELDS if f.name == "logits")
    assert isinstance(field, Rows)
    value = tuple(numbers)
    assert field.parse(field.write(value)) == field.parse(field.show(value)) == value


def test_numbers_are_read_as_people_write_them() -> None:
    rows = Rows("rows", ((1.0,),), single=False, even=True)
    assert rows.parse("[1, −2; 3  4]") == rows.parse("1 -2\n3, 4\n") == ((1.0, -2.0), (3.0, 4.0))
    assert rows.parse(rows.show(((1.0, -2.5), (3.0, 4.0)))) == ((1.0, -2.5), (3.0, 4.0))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no number"),
        ("1, two", "not a number"),
        ("1, nan", "out of range"),
        ("1, 1e9", "out of range"),
        ("1; 2", "one row"),
        ("1 2 3 4 5", "1 to 4 numbers"),
        ("1.5", "whole"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(text: str, said: str) -> None:
    with pytest.raises(HyperparameterError, match=said):
        Rows("n", (1,), most=4, whole=True).parse(text)


def test_rows_of_several_lengths_are_refused() -> None:
    with pytest.raises(HyperparameterError, match="equally many"):
        Rows("n", ((1.0,),), single=False, even=True).parse("1 2; 3")
    with pytest.raises(HyperparameterError, match="rows"):
        Rows("n", ((1.0,),), single=False, most_rows=2).parse("1; 2; 3")


@given(st.dictionaries(st.sampled_from([*ActivationSettings.__slots__, "v", "other"]), st.text(max_size=30)))
def test_no_link_breaks_it(link: dict[str, str]) -> None:
    settings, complaints = activations.decode(link)
    assert activations.unfit(settings) == []
    assert all(sentence.endswith((".", "…")) for sentence in complaints)
    found, more = regularization.decode(link)
    assert isinstance(found, RegularizationSettings)
    assert bool(more) == bool(link) or link == {"v": "1"}


@pytest.mark.parametrize(
    ("link", "named"),
    [
        ({"p": "0.5_0.5", "q": "1"}, "2 shares"),
        ({"p": "0_0_0"}, "nothing"),
        ({"heads": "0", "tails": "0"}, "throw"),
        ({"labels": "1_0_2_5"}, "Labels"),
        ({"labels": "1"}, "each row"),
        ({"targets": "1"}, "3 logits"),
        ({"logits": "1_x"}, "not a number"),
        ({"shown": "relu.gone"}, "unknown"),
        ({"view": "elsewhere"}, "unknown"),
        ({"temperature": "inf"}, "finite"),
    ],
)
def test_what_does_not_go_together_is_replaced_and_named(link: dict[str, str], named: str) -> None:
    settings, complaints = activations.decode({"v": "1", **link})
    assert settings == ActivationSettings()
    assert named in " ".join(complaints)


def test_golden_links_stay_what_they_are() -> None:
    assert activations.decode(
        {"v": "1", "view": "softmax", "logits": "2_1_-0.5", "temperature": "0.5", "shown": "gelu.silu"}
    ) == (replace(ActivationSettings(), view="softmax", logits=(2.0, 1.0, -0.5), temperature=0.5,
                  shown=("gelu", "silu")), [])  # fmt: skip
    assert regularization.decode({"v": "1", "view": "decay", "penalty": "1.5", "seed": "7"}) == (
        replace(RegularizationSettings(), view="decay", penalty=1.5, seed=7), [],
    )  # fmt: skip


def test_the_longest_link_stays_below_two_thousand_characters() -> None:
    from urllib.parse import urlencode

    rows = tuple(tuple(-0.123456 - i - j for j in range(6)) for i in range(5))
    full = replace(ActivationSettings(), classes=rows, logs=rows, labels=(0,) * 5, log_labels=(0,) * 5)
    assert activations.unfit(full) == []
    assert len(urlencode(activations.encode(full))) < 2000
