"""Which learning rates are compared: those on the cards, one for all, or each one's best of many tried."""

from dataclasses import replace

import pytest

from optviz.settings.experiment import COMMON_RATE, Entrant, Experiment, decode, encode
from optviz.settings.link import edit

USUAL = Experiment()
NARROW = Entrant.own("lr = 0.1 in 0.05..0.2\nx = x - lr*g")


def rates_of(experiment: Experiment) -> list[float]:
    return [dict(entrant.values)["lr"] for entrant in experiment.racers]


def test_a_link_that_says_nothing_of_it_means_own_rates_against_steps() -> None:
    link = encode(USUAL)
    assert not {"rates", "rate", "across"} & link.keys()
    found, notices = decode(link)
    assert (found.rates, found.across, notices) == ("own", "step", [])
    assert rates_of(found) == [0.4, 0.1, 0.4]


def test_one_rate_for_all_stands_in_the_link_and_leaves_the_cards_alone() -> None:
    same, refused = edit(USUAL, {"rates": "same", "rate": "0.2"})
    assert refused == {}
    assert rates_of(same) == [0.2, 0.2, 0.2]
    assert same.entrants == USUAL.entrants
    assert encode(edit(USUAL, {"rates": "same"})[0])["rate"] == COMMON_RATE.write(COMMON_RATE.default)
    assert [run.points.tolist() for run in same.run()] == [
        run.points.tolist() for run in replace(USUAL, entrants=same.racers).run()
    ]


def test_each_ones_best_is_what_its_search_found() -> None:
    best = replace(USUAL, rates="best")
    assert rates_of(best) == [USUAL.search(entrant).best for entrant in USUAL.entrants]
    assert best.entrants == USUAL.entrants
    for run, entrant in zip(best.run(), USUAL.entrants, strict=True):
        search = USUAL.search(entrant)
        assert run.values[-1] <= min(search.ends) + 1e-9 * run.values[0]


def test_the_rate_on_a_card_changes_nothing_of_a_search() -> None:
    other = replace(USUAL, entrants=tuple(e.having(lr=0.003) for e in USUAL.entrants))
    assert rates_of(replace(other, rates="best")) == rates_of(replace(USUAL, rates="best"))


def test_where_no_rate_is_best_the_own_one_stays() -> None:
    resting = replace(USUAL, start=(0.0, 0.0), rates="best")
    assert rates_of(resting) == [0.4, 0.1, 0.4]


def test_a_rate_for_all_that_a_rule_does_not_allow_is_refused_with_its_sentence() -> None:
    narrow = replace(USUAL, entrants=(NARROW,))
    kept, refused = edit(narrow, {"rates": "same", "rate": "3"})
    assert kept == narrow
    assert "does not suit Your own: lr = 3 is out of range; allowed is 0.05 to 0.2." in refused["rates"]
    found, notices = decode({**encode(narrow), "rates": "same", "rate": "3"})
    assert found.rates == "own"
    assert notices[0].endswith("Each has its own rate.")
    assert rates_of(edit(narrow, {"rates": "same", "rate": "0.2"})[0]) == [0.2]


@pytest.mark.parametrize(("name", "text"), [("rates", "fair"), ("rate", "0"), ("across", "time")])
def test_what_is_no_such_setting_is_named(name: str, text: str) -> None:
    found, notices = decode({**encode(USUAL), name: text})
    assert found == USUAL
    assert len(notices) == 1
