"""Rules of one's own in links: short, safe, and the same for ever."""

import base64
import contextlib
import time
import zlib
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optviz.engine.rule_expressions import RuleError
from optviz.engine.rule_starters import STARTERS
from optviz.engine.rule_text import LONGEST
from optviz.engine.trajectories import simulate
from optviz.figures.scenes import legend_name, short_names
from optviz.settings.experiment import Experiment, decode, encode
from optviz.settings.link import edit
from optviz.settings.link import read as read_settings
from optviz.settings.maps import DEFAULTS
from optviz.settings.maps import decode as decode_map
from optviz.settings.maps import encode as encode_map
from optviz.settings.minibatches import MiniBatches
from optviz.settings.rule_link import WORDS, packed, unpacked
from optviz.settings.setups import MOST_ENTRANTS, MOST_WITH_RULES, OWN, Entrant, describe_rule, write_entrant
from tests.engine.rule_texts import ROWS, with_sliders

RULE = "# Mine\nk = 2 in 1..5 whole\nm = b1*m + g\nx = x - lr*m/k"
MINE = Entrant.own(RULE, lr=0.05, k=3)
#: Links that were handed out once. They must open the same experiment for ever: add rows, change none.
GOLDEN = {
    "own_0IyBNaW5lCmsgPSAyIGluIDEuLjUgd2hvbGUKbSA9IGIxKm0gKyBnCnggPSB4IC0gbHIqbS9r_lr_0.05_k_3_b1_0.9": MINE,
    "own_1U1bwBSYfrmygWiOwN.T0TCFpCzng0lEM088GAA_lr_0.05_k_3_b1_0.9": MINE,
    "own_0eCA9IHggLSBscipn": Entrant.own("x = x - lr*g"),
}


def with_rules(*entrants: Entrant) -> Experiment:
    return Experiment(entrants=entrants)


@pytest.mark.parametrize("part", GOLDEN)
def test_a_rule_that_was_handed_out_opens_the_same(part: str) -> None:
    assert decode({**encode(Experiment()), "o1": part})[0].entrants[0] == GOLDEN[part]


def test_what_the_compressor_knows_beforehand_never_changes() -> None:
    assert zlib.crc32(WORDS) == 2297262347


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(
        st.sampled_from([with_sliders(key) for key in ROWS if key != "adan"]), min_size=1, max_size=3
    ),
    note=st.text(max_size=40).filter(lambda note: not set(note) & set("\r\n")),
)
def test_a_link_gives_back_exactly_its_rules(texts: list[str], note: str) -> None:
    experiment = with_rules(*(Entrant.own(f"{text}\n# {note}", lr=0.07) for text in texts), Entrant.of("gd"))
    link = encode(experiment)
    assert decode(link) == (experiment, [])
    assert len(urlencode(link)) < 2000
    assert all(quote(link[f"o{i}"], safe="") == link[f"o{i}"] for i in range(1, len(texts) + 2))


@given(st.text(max_size=LONGEST))
def test_every_text_is_packed_and_unpacked(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate, which no address holds
        return
    assert unpacked(packed(text)) == text


@given(st.text(max_size=60) | st.builds("1{}".format, st.text("abcXYZ019-.", max_size=80)))
def test_what_is_no_packed_text_is_refused_with_a_sentence(part: str) -> None:
    with contextlib.suppress(RuleError):
        assert isinstance(unpacked(part), str)
    with pytest.raises(RuleError, match="cannot be read"):
        unpacked(f"2{part}")


def test_a_bomb_is_not_unpacked() -> None:
    press = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=WORDS)
    data = press.compress(b"#" * 50_000_000) + press.flush()
    part = "1" + base64.b64encode(data).decode().replace("+", "-").replace("/", ".").rstrip("=")
    before = time.process_time()
    with pytest.raises(RuleError, match="allowed are 600"):
        Entrant.own(unpacked(part))
    assert time.process_time() - before < 0.1
    assert len(unpacked(part)) == 4 * LONGEST + 1


def test_as_many_rules_as_fit_and_no_more() -> None:
    link, names = encode(Experiment()), [f"o{i}" for i in range(1, MOST_ENTRANTS + 1)]
    rows = [Entrant.own(with_sliders(key)) for key in ("adan", "rprop", "radam", "nadam", "adamw", "asgd")]
    experiment, complaints = read_settings(
        Experiment, link | dict(zip(names, map(write_entrant, rows), strict=True))
    )
    assert 3 <= len(experiment.entrants) < MOST_ENTRANTS
    assert sum(len(write_entrant(entrant)) for entrant in experiment.entrants) <= MOST_WITH_RULES
    assert {c.names for c in complaints} <= {(name,) for name in names}
    assert "characters of the link" in complaints[0].sentence
    long = replace(experiment, objective="formula", formula="x**2 + y**2 + " * 20 + "1")
    assert len(urlencode(encode(long))) < 2000


def test_a_rule_too_long_for_a_link_is_refused() -> None:
    noise = "".join(chr(0x4E00 + 37 * i % 5000) for i in range(LONGEST - 40))
    entrant = Entrant.own(f"x = x - lr*g # {noise}")
    after, refused = edit(Experiment(), {"o1": write_entrant(entrant)})
    assert after == Experiment()
    assert refused
    assert len(write_entrant(entrant)) > 900


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("own", "The rule in the link cannot be read"),
        ("own_", "The rule in the link cannot be read"),
        ("own_2abc", "The rule in the link cannot be read"),
        ("own_0?", "The rule in the link cannot be read"),
        (f"own_{packed('x = x - lr*grad')}_lr_0.1", "Line 1: “grad” is unknown; the gradient is g."),
        (f"own_{packed('x = g.real*lr')}", "no place for a dot after a name"),
        (f"own_{packed('x = x - lr*g')}_lr_99", "lr = 99 is out of range"),
        (f"own_{packed('x = x - lr*g')}_b1_0.9", "has no hyperparameter “b1”"),
        (f"own_{packed('x = x - lr*g')}_lr_inf", "must be a finite number"),
    ],
)
def test_what_cannot_be_used_is_named(part: str, sentence: str) -> None:
    experiment, notices = decode({**encode(Experiment()), "o1": part})
    assert any(sentence in notice for notice in notices)
    assert decode(encode(experiment)) == (experiment, [])
    before = with_rules(MINE)
    after, refused = edit(before, {"o1": part})
    assert after == before
    assert any(sentence in said for said in refused.values())


def test_an_edit_of_the_text_alone_takes_the_values_that_it_states() -> None:
    plain = base64.b64encode(b"lr = 0.3 in 0.1..1\nx = x - lr*g").decode().rstrip("=")
    after, refused = edit(with_rules(MINE), {"o1": f"own_0{plain}"})
    assert refused == {}
    assert after.entrants[0].values == (("lr", 0.3),)


def test_a_rule_is_refused_at_its_text_and_a_number_at_the_number() -> None:
    part = f"own_{packed('x = x - lr*grad')}"
    assert list(edit(Experiment(), {"o2": part})[1]) == ["o2.text"]
    part = f"own_{packed(RULE)}_k_2.5"
    assert list(edit(Experiment(), {"o2": part})[1]) == ["o2.k"]


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=50)
    | st.builds("{}".format, st.binary(max_size=80).map(lambda raw: raw.decode("latin1")))
)
def test_a_forged_link_opens_something(text: str) -> None:
    for part in (
        f"own_{text}",
        f"own_0{base64.b64encode(text.encode(errors='replace')).decode().rstrip('=')}",
    ):
        experiment, _ = decode({**encode(Experiment()), "o1": part})
        assert decode(encode(experiment)) == (experiment, [])


def test_an_experiment_runs_rules_beside_rows() -> None:
    experiment = with_rules(MINE, Entrant.of("gd", lr=0.1), Entrant.own("x = x - lr*g"))
    mine, _, plain = experiment.run()
    assert (
        mine.points.tolist()
        == simulate(
            "ravine", MINE.row, experiment.start, experiment.steps, **dict(MINE.values)
        ).points.tolist()
    )
    assert plain.points.tolist() == experiment.run()[1].points.tolist()
    assert legend_name(MINE) == "Mine (lr 0.05, k 3, b1 0.9)"
    assert short_names(experiment.entrants) == ["Mine", "Gradient descent", "Your own"]


def test_another_landscape_keeps_the_rates_of_rules() -> None:
    assert with_rules(MINE).told_on("rosenbrock").entrants == (MINE,)


@pytest.mark.parametrize("kind", DEFAULTS)
def test_every_map_takes_a_rule(kind: str) -> None:
    link = encode_map(DEFAULTS[kind]) | {"o1": write_entrant(MINE)}
    if kind == "stability":
        link |= {"x": "lr_0.01_1.0", "y": "b1_0.1_0.9"}
    found, notices = decode_map(link)
    assert notices == []
    assert decode_map(encode_map(found)) == (found, [])
    small = replace(found, resolution=20, seeds=3, steps=20)
    (*_, made) = small.maps()
    opened = small.experiment(made, 0.1, 0.5)
    assert opened.entrants[0].text == RULE


def test_a_stability_map_needs_a_rule_with_two_sliders() -> None:
    link = encode_map(DEFAULTS["stability"]) | {"o1": write_entrant(Entrant.own("x = x - lr*g"))}
    found, notices = decode_map(link)
    assert found.entrants == DEFAULTS["stability"].entrants
    assert any("Your own has one hyperparameter" in notice for notice in notices)


def test_mini_batches_take_a_rule() -> None:
    after, refused = edit(MiniBatches(epochs=2), {"o": write_entrant(MINE)})
    assert refused == {}
    assert after.optimizer == MINE
    assert len(after.run()) == 3


@pytest.mark.parametrize("starter", STARTERS.values(), ids=list(STARTERS))
def test_the_panel_is_told_of_a_rule(starter) -> None:
    entrant = Entrant.own(starter.text)
    said = describe_rule(entrant)
    assert said["text"] == starter.text
    assert [n["name"] for n in said["numbers"]] == [name for name, _ in entrant.values]
    assert entrant.optimizer == OWN


def test_sliders_have_the_symbols_of_the_field() -> None:
    names = ("lr", "beta1", "tau", "wd", "b2", "k12", "momentum")
    text = "".join(f"{name} = 0.5 in 0..1\n" for name in names) + f"x = x - g*{'*'.join(names)}"
    numbers = describe_rule(Entrant.own(text))["numbers"]
    assert [n["symbol"] for n in numbers] == ["η", "β₁", "τ", "wd", "b₂", "k 12", "momentum"]
