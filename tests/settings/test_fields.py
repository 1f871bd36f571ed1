"""Settings of the teaching pages: what people type, what links hold, and what is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optviz.engine.hyperparameters import HyperparameterError
from optviz.settings import activations, regularization
from optviz.settings.activations import ActivationSettings
from optviz.settings.fields import Number, OneOf, Rows, Several, plain_symbol
from optviz.settings.link import Field, encode, fields_of
from optviz.settings.regularization import RegularizationSettings

MODULES = {"activations": activations, "regularization": regularization}
KINDS = {"activations": ActivationSettings, "regularization": RegularizationSettings}


def values_of(field: Field) -> st.SearchStrategy:
    if isinstance(field, Number):
        kind = field.kind
        return st.integers(int(kind.low), int(kind.high)) if kind.integer else st.floats(kind.low, kind.high)
    if isinstance(field, OneOf):
        return st.sampled_from(list(field.choices))
    assert isinstance(field, Several)
    return st.lists(st.sampled_from(list(field.choices)), min_size=1, unique=True).map(tuple)


@pytest.mark.parametrize("name", MODULES)
@given(data=st.data())
def test_a_link_says_everything(name: str, data) -> None:
    kind = KINDS[name]
    drawn = {f.name: data.draw(values_of(f), f.name) for f in fields_of(kind) if not isinstance(f, Rows)}
    settings = replace(kind(), **drawn)
    if name == "activations" and settings.heads + settings.tails == 0:
        settings = replace(settings, heads=1)
    link = encode(settings)
    assert MODULES[name].decode(link) == (settings, [])
    assert set(link) == {"v", *kind.__slots__}


LOGITS = next(f for f in fields_of(ActivationSettings) if f.name == "logits")


@given(st.lists(st.floats(-1000, 1000), min_size=1, max_size=8))
def test_numbers_that_people_type_come_back(numbers: list[float]) -> None:
    value = tuple(numbers)
    assert LOGITS.parse(LOGITS.text(value)) == LOGITS.parse(LOGITS.shown(value)) == value


def test_numbers_are_read_as_people_write_them() -> None:
    rows = Rows("rows", single=False, even=True)
    assert rows.parse("[1, −2; 3  4]") == rows.parse("1 -2\n3， 4\n") == ((1.0, -2.0), (3.0, 4.0))
    assert rows.parse("［１，－２；３、４．０］") == ((1.0, -2.0), (3.0, 4.0))
    assert rows.parse(rows.shown(((1.0, -2.5), (3.0, 4.0)))) == ((1.0, -2.5), (3.0, 4.0))


@pytest.mark.parametrize(
    ("latex", "plain"), [(r"\beta_1", "β₁"), (r"\eta^+", "η⁺"), ("w^*", "w*"), ("x_0", "x₀"), ("B", "B")]
)
def test_a_symbol_is_said_without_latex(latex: str, plain: str) -> None:
    assert plain_symbol(latex) == plain


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no number"),
        ("1, two", "not a number"),
        ("1, nan", "out of range"),
        ("1, 1e9", "out of range"),
        ("1; 2", "one row"),
        ("1 2 3 4 5", "allowed are 1 to 4"),
        ("1.5", "whole"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(text: str, said: str) -> None:
    with pytest.raises(HyperparameterError, match=said):
        Rows("n", most=4, whole=True).parse(text)


def test_rows_of_several_lengths_are_refused() -> None:
    with pytest.raises(HyperparameterError, match="different lengths"):
        Rows("n", single=False, even=True).parse("1 2; 3")
    with pytest.raises(HyperparameterError, match="rows"):
        Rows("n", single=False, most_rows=2).parse("1; 2; 3")


@given(st.dictionaries(st.sampled_from([*ActivationSettings.__slots__, "v", "other"]), st.text(max_size=30)))
def test_no_link_breaks_it(link: dict[str, str]) -> None:
    settings, complaints = activations.decode(link)
    assert activations.decode(encode(settings)) == (settings, [])
    assert all(sentence.endswith((".", "…")) for sentence in complaints)
    found, more = regularization.decode(link)
    assert isinstance(found, RegularizationSettings)
    assert bool(more) == bool(link) or link == {"v": "1"}


@pytest.mark.parametrize(
    ("link", "named"),
    [
        ({"p": "0.5_0.5", "q": "1"}, "2 shares and q has 1 share;"),
        ({"p": "0_0_0"}, "nothing"),
        ({"heads": "0", "tails": "0"}, "throw"),
        ({"labels": "1_0_2_5"}, "Labels"),
        ({"labels": "1"}, "each row"),
        ({"targets": "1"}, "3 logits"),
        ({"logits": "1_x"}, "not a number"),
        ({"shown": "relu.gone"}, "unknown"),
        ({"view": "elsewhere"}, "none of functions"),
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
    assert activations.decode(encode(full)) == (full, [])
    assert len(urlencode(activations.encode(full))) < 2000
