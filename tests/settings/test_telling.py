"""The rates and steps of each landscape show something: a run arrives, and nobody leaves the picture."""

import numpy as np
import pytest

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.objective import Objective
from optviz.settings.experiment import Entrant, Experiment, decode, encode

EACH = pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=lambda o: o.key)
RESTING = {"converged", "minimum", "valley"}  # at a minimum, listed or not


@EACH
def test_somebody_arrives_and_nobody_leaves_the_picture(objective: Objective) -> None:
    assert objective.telling
    runs = Experiment().told_on(objective.key).run()
    assert {e.optimizer for e in Experiment().entrants} == set(objective.telling.rates)
    arrived = [run.outcome.kind in RESTING for run in runs]
    if objective.telling.nobody:
        assert objective.telling.nobody.endswith(".")
    else:
        assert any(arrived)
    if objective.group != "unbounded":
        low, high = np.array(objective.domain).T
        assert all(((run.points >= low) & (run.points <= high)).all() for run in runs)


def test_most_runs_arrive() -> None:
    kinds = [run.outcome.kind for key in OBJECTIVES for run in Experiment().told_on(key).run()]
    assert len(kinds) == 3 * len(OBJECTIVES)
    assert sum(kind in RESTING for kind in kinds) > 0.7 * len(kinds)


def test_from_landscape_to_landscape_the_rates_follow_and_come_back() -> None:
    there = Experiment().told_on("goldstein-price")
    assert there.told_on("ravine") == Experiment()
    assert there.steps == OBJECTIVES["goldstein-price"].telling.steps
    assert there.told_on("booth") == Experiment().told_on("booth")


def test_what_was_set_stays() -> None:
    own = Experiment(entrants=(Entrant.of("gd", lr=0.123), Entrant.of("nag"), Entrant.of("adam", lr=0.4)))
    moved = own.told_on("beale")
    assert moved.entrants[:2] == own.entrants[:2]
    assert moved.entrants[2] == Entrant.of("adam", lr=OBJECTIVES["beale"].telling.adam)


def test_a_typed_formula_changes_no_rate_and_a_link_says_every_value() -> None:
    typed = Experiment().on("formula", "x**2")
    assert typed.entrants == Experiment().entrants
    assert typed.told_on("booth").steps == OBJECTIVES["booth"].telling.steps
    link = encode(Experiment().on("himmelblau"))
    assert decode(link)[0].entrants == Experiment().entrants, "a link is no change of the landscape"


def test_the_first_comparison_is_the_one_that_tells_something_on_its_landscape() -> None:
    telling = OBJECTIVES[Experiment().objective].telling
    assert Experiment().steps == telling.steps
    assert {e.optimizer: dict(e.values)["lr"] for e in Experiment().entrants} == telling.rates


def test_a_link_that_says_no_steps_means_what_it_always_meant() -> None:
    assert decode({"v": "1", "noise": "0.0"})[0].steps == 50
    assert decode({})[0].steps == 200
