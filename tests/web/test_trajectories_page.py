"""The Trajectories page without a browser: every optimizer, every landscape, every bad link."""

from dataclasses import replace

import pytest

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.schedules import SCHEDULES
from optviz.figures.style import LIGHT
from optviz.settings.experiment import Entrant, Experiment, encode
from optviz.settings.setups import write_setup
from optviz.web.markdown_escape import plain
from optviz.web.trajectories.page import parts
from tests.web.visit import Visit

HEADLINE = "Momentum arrives first, at step 78; then Gradient descent at 103 and Adam at 155."


def visit(experiment: Experiment | None = None) -> Visit:
    return Visit("trajectories", encode(experiment) if experiment else None)


def test_a_first_visit_shows_the_default() -> None:
    page = visit()
    assert page.settings == Experiment()
    assert not page.notices


def test_the_part_that_is_shown_can_be_fitted_and_taken_back() -> None:
    assert parts(Experiment(), LIGHT)["stage"]["fit"] == "paths"
    assert parts(Experiment(domain=((-1.0, 1.0), (-2.0, 2.0))), LIGHT)["stage"]["fit"] == "domain"


def test_every_optimizer_can_be_chosen() -> None:
    page = visit()
    for row in OPTIMIZERS.values():
        page.change(o1=write_setup(row, ()))
        assert page.settings.entrants[0] == Entrant.of(row.key)
        assert not page.refused


def test_every_landscape_can_be_chosen() -> None:
    page = visit()
    for key in OBJECTIVES:
        page.change(objective=key, start=None, domain=None)
        assert page.settings == Experiment().told_on(key)


def test_every_schedule_can_be_chosen() -> None:
    page = visit()
    for row in SCHEDULES.values():
        page.change(schedule=write_setup(row, ()))
        assert page.settings.schedule == row.key


def test_a_link_opens_exactly_its_experiment() -> None:
    wanted = Experiment(
        objective="himmelblau",
        start=(0.25, -1.5),
        domain=((-4.0, 4.0), (-3.0, 3.0)),
        steps=77,
        entrants=(
            Entrant.of("nag", lr=0.0123, momentum=0.77),
            Entrant.of("gd", lr=0.001),
            Entrant.of("gd", lr=0.01),
        ),
        schedule="cosine",
        schedule_values=(("floor", 0.25),),
        noise=0.5,
        seed=9,
        log_loss=False,
    )
    assert visit(wanted).settings == wanted


def test_a_landscape_of_another_dimension_brings_its_own_start_and_domain() -> None:
    page = visit().change(objective="cosine-wave")
    assert page.settings == Experiment().told_on("cosine-wave")


def test_what_a_person_has_set_survives_another_landscape() -> None:
    page = visit().change(o2="momentum_lr_0.03_momentum_0.8", steps="70")
    page.change(objective="himmelblau", start=None, domain=None)
    assert page.settings.steps == 70
    assert [dict(e.values)["lr"] for e in page.settings.entrants] == [0.01, 0.03, 0.4]
    page.change(objective="booth", start=None, domain=None, steps="20", o1="gd_lr_0.1", o2=None, o3=None)
    assert page.settings.entrants == (Entrant.of("gd", lr=0.1),)
    assert page.settings.steps == 20


def test_optimizers_come_and_go_between_one_and_six() -> None:
    page = visit()
    for i in range(4, 8):
        page.change(**{f"o{i}": "gd_lr_0.1"})
    assert len(page.settings.entrants) == 6
    assert "o7" in page.refused
    page.change(o1=None, o2=None, o3=None)
    assert [e.optimizer for e in page.settings.entrants] == ["gd", "gd", "gd"]


def test_gradient_formula_and_code_appear_when_asked_for() -> None:
    page = visit()
    assert not page.page.code
    page.page.session_state["behind"] = True
    page.run()
    assert r"\partial f" in " ".join(m.value for m in page.page.markdown)
    step, script = (code.value for code in page.page.code)
    assert step.startswith("def gd(x, g, t, *, lr):")
    assert "torch.optim.SGD([point], lr=0.4)" in script


def test_a_formula_is_drawn_from_its_own_start() -> None:
    page = visit().change(objective="formula", formula="x^2 + 3*y^2", start=None, domain=None)
    assert page.settings.formula == "x^2 + 3*y^2"
    assert "3 y squared" in page.component("optviz.head")["math"]
    page.change(formula="x**4")
    assert len(page.settings.start) == 1


@pytest.mark.parametrize("text", ["x.__class__", "9**9**9**9", "x +", "log(", "5"])
def test_a_bad_formula_is_refused_at_its_field_and_nothing_changes(text: str) -> None:
    before = Experiment().on("formula", "x**2 + y**4")
    page = visit(before).change(objective="formula", formula=text, start=None, domain=None)
    assert page.refused.keys() == {"formula"}
    assert page.settings == before


def test_what_people_type_is_shown_to_the_letter() -> None:
    assert plain("x.__class__ *a* $b$ :red[c]") == r"x\.\_\_class\_\_ \*a\* \$b\$ \:red\[c\]"


def test_a_reversed_domain_is_refused() -> None:
    page = visit().change(domain="9_-6_-6_6")
    assert "empty or reversed" in page.refused["domain"]
    assert page.settings.domain == OBJECTIVES["ravine"].domain


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"o2": "momentum_lr_1e9_momentum_0.5"}, "o2.lr"),
        ({"steps": "1e99"}, "steps"),
        ({"steps": ""}, "steps"),
        ({"noise": "nan"}, "noise"),
        ({"start": "1_2_3"}, "start"),
        ({"objective": "everest"}, "objective"),
        ({"zoom": "3"}, "zoom"),
        ({"v": "9"}, "v"),
    ],
)
def test_a_forged_change_is_refused_at_its_place_and_nothing_changes(changes: dict, place: str) -> None:
    page = visit().change(**changes)
    assert place in page.refused
    assert page.settings == Experiment()


@pytest.mark.parametrize(
    "message",
    [
        None,
        3,
        "edit",
        [],
        {},
        {"n": "7"},
        {"n": 10**30, "changes": 5},
        {"n": 10**30, "changes": {3: "x", "steps": 7}},
        {"n": 10**30, "changes": {"a" * 10_000: "b"}},
        {"n": 10**30, "link": ["steps"], "changes": None},
    ],
)
def test_what_is_no_edit_is_passed_over(message: object) -> None:
    assert visit().send(message).settings == Experiment()


def test_an_edit_that_comes_twice_or_late_undoes_nothing() -> None:
    page = visit()
    first = {"n": 5, "changes": {"steps": "60"}}
    page.send(first).send({"n": 6, "changes": {"steps": "70"}}).send(first)
    assert page.settings.steps == 70


def test_a_run_with_an_old_address_undoes_nothing() -> None:
    page = visit(Experiment(steps=11)).change(steps="22")
    assert page.run().settings.steps == 22, "the address of this run still says 11"


def test_what_the_browser_shows_already_is_told_in_one_piece() -> None:
    page = visit(Experiment(steps=11))
    opened = page.shown.opened
    page.send({"n": 5, "changes": {}, "values": encode(Experiment(steps=22))})
    assert page.settings.steps == 22
    assert page.shown.opened == opened, "the settings still come from the panel"
    page.send({"n": 6, "changes": {"noise": "1"}, "values": encode(Experiment(steps=33))})
    assert (page.settings.steps, page.settings.noise) == (33, 1.0)
    page.send({"n": 7, "values": {"v": "1", "steps": "1e99"}})
    assert page.notices


def test_settings_from_elsewhere_are_told_apart() -> None:
    page = visit(Experiment(steps=11))
    before = page.panel["answers"]["opened"]
    page.change(steps="22")
    assert page.panel["answers"]["opened"] == before
    page.address(encode(Experiment(steps=33)))
    assert page.panel["answers"]["opened"] != before


def test_every_change_needs_a_run_where_something_below_shows_it() -> None:
    page = visit()
    assert page.panel["answers"]["whole"] is False
    page.page.session_state["behind"] = True
    assert page.run().panel["answers"]["whole"] is True
    page.page.session_state["behind"] = False
    assert page.run().panel["answers"]["whole"] is False
    assert Visit("trajectories", {"v": "1", "steps": "nan"}).panel["answers"]["whole"] is True


def test_back_and_forward_bring_their_links() -> None:
    page = visit(Experiment(steps=11)).change(steps="22")
    assert page.address(encode(Experiment(steps=11))).settings.steps == 11
    assert page.address(encode(Experiment(steps=22))).settings.steps == 22
    assert page.address({}).settings == Experiment()


def test_another_page_and_back_keeps_what_was_shown() -> None:
    page = visit().change(steps="33")
    page.page.query_params.clear()
    page.page.switch_page("../../pages/regularization.py").run()
    page.page.switch_page("../../pages/trajectories.py").run()
    assert page.settings.steps == 33


def test_a_link_from_another_page_is_opened() -> None:
    page = visit().change(steps="33")
    page.page.switch_page("../../pages/regularization.py").run()
    for name, value in encode(Experiment(steps=44)).items():
        page.page.query_params[name] = value
    page.page.switch_page("../../pages/trajectories.py").run()
    assert page.settings.steps == 44


BAD = [
    {"v": "2"},
    {"v": "1", "objective": "everest", "steps": "nan", "o1": "gd_lr_inf", "zoom": "3"},
    {"v": "1", "objective": "formula", "formula": "__import__('os').system('true')"},
    {"v": "1", "objective": "formula", "formula": "9**9**9**9"},
    {"v": "1", "start": "x" * 100_000},
    {"v": "1", "o1": "_______"},
    {"%00": "\x00"},
]


@pytest.mark.parametrize("link", BAD)
def test_a_bad_link_gets_a_notice_and_a_picture(link: dict) -> None:
    page = Visit("trajectories", link)
    assert page.notices
    assert not page.page.error
    page.change(steps="60")
    assert not page.notices, "the notice goes once something is changed"


def test_the_first_view_asks_a_question_and_has_a_ranking() -> None:
    page = visit()
    assert page.component("optviz.stage")["hint"] == "Drag the ring, or a slider. Which arrives first?"
    assert page.component("optviz.results")["headline"] == HEADLINE


def test_one_optimizer_alone_is_not_asked_which_arrives_first() -> None:
    default = Experiment()
    page = visit(replace(default, entrants=default.entrants[:1]))
    assert page.component("optviz.stage")["hint"] == "Drag the ring, or a slider."
