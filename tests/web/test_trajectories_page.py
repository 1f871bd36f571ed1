"""The Trajectories page without a browser: every optimizer, every landscape, every bad link."""

import csv
import io
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.schedules import SCHEDULES
from optviz.settings.experiment import Entrant, Experiment, decode, encode
from optviz.web.markdown_escape import plain
from optviz.web.trajectories.results import as_csv

MAIN = Path(__file__).parents[2] / "optviz" / "web" / "main.py"


def opened(link: dict[str, str] | None = None) -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=30)
    for name, value in (link or {}).items():
        page.query_params[name] = value
    page.run()
    assert not page.exception, page.exception
    return page


def address(page: AppTest) -> dict[str, str]:
    """What the address bar says; AppTest gives each parameter as a list."""
    return {k: v[-1] if isinstance(v, list) else v for k, v in page.query_params.items()}


def experiment(page: AppTest) -> Experiment:
    found, complaints = decode(address(page))
    assert complaints == []
    return found


def notices(page: AppTest) -> str:
    return " ".join(w.value for w in page.warning)


def test_a_first_visit_shows_the_default_and_puts_it_into_the_address() -> None:
    page = opened()
    assert experiment(page) == Experiment()
    assert not page.warning


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_optimizer_can_be_chosen(key: str) -> None:
    other = "adam" if key == "gd" else "gd"
    page = opened(encode(Experiment(entrants=(Entrant.of(other),))))
    page.selectbox(key="w.0").select(key).run()
    assert not page.exception
    assert experiment(page).entrants[0] == Entrant.of(key)


@pytest.mark.parametrize("key", OBJECTIVES)
def test_every_landscape_can_be_chosen(key: str) -> None:
    page = opened()
    page.selectbox(key="w.objective").select(key).run()
    assert not page.exception
    assert experiment(page) == Experiment().on(key)


@pytest.mark.parametrize("key", SCHEDULES)
def test_every_schedule_can_be_chosen(key: str) -> None:
    page = opened()
    page.selectbox(key="w.schedule").select(key).run()
    assert not page.exception
    assert experiment(page).schedule == key


def test_a_link_fills_every_control() -> None:
    wanted = Experiment(
        "himmelblau", "", (0.25, -1.5), ((-4.0, 4.0), (-3.0, 3.0)), 77,
        (Entrant.of("nag", lr=0.0123, momentum=0.77), Entrant.of("gd", lr=0.001), Entrant.of("gd", lr=0.01)),
        "cosine", (("floor", 0.25),), 0.5, 9, False,
    )  # fmt: skip
    page = opened(encode(wanted))
    assert experiment(page) == wanted
    assert page.number_input(key="w.start.x").value == 0.25
    assert page.number_input(key="w.0.nag.lr").value == 0.0123
    assert page.number_input(key="w.0.nag.momentum").value == 0.77
    assert page.toggle(key="w.log").value is False


def test_slider_and_field_hold_the_same_value() -> None:
    page = opened()
    page.number_input(key="w.0.gd.lr").set_value(0.0371).run()
    assert page.select_slider(key="w.0.gd.lr.slider").value == 0.0371
    page.select_slider(key="w.0.gd.lr.slider").set_value(0.2).run()
    assert page.number_input(key="w.0.gd.lr").value == 0.2
    assert dict(experiment(page).entrants[0].values) == {"lr": 0.2}


def test_optimizers_come_and_go_between_one_and_six() -> None:
    page = opened()
    for _ in range(3):
        next(b for b in page.button if b.label == "Add an optimizer").click().run()
    assert len(experiment(page).entrants) == 6
    assert not any(b.label == "Add an optimizer" for b in page.button)
    page.button(key="w.1.remove").click().run()
    left = [e.optimizer for e in experiment(page).entrants]
    assert len(left) == 5
    assert "momentum" not in left
    for slot in (0, 2, 3, 4):
        page.button(key=f"w.{slot}.remove").click().run()
    assert len(experiment(page).entrants) == 1
    assert page.button(key="w.5.remove").disabled


def test_gradient_formula_and_code_appear_when_asked_for() -> None:
    page = opened()
    assert not page.code
    page.session_state["behind"] = True
    page.run()
    assert not page.exception
    assert any(r"\partial f" in m.value for m in page.markdown)
    step, script = (code.value for code in page.code)
    assert step.startswith("def gd(x, g, t, *, lr):")
    assert "torch.optim.SGD([point], lr=0.4)" in script


def test_a_formula_is_drawn_from_its_own_start() -> None:
    page = opened()
    page.selectbox(key="w.objective").select("formula").run()
    assert page.info
    page.text_input(key="w.formula").set_value("x^2 + 3*y^2").run()
    assert experiment(page).formula == "x^2 + 3*y^2"
    assert any("3 y^{2}" in m.value for m in page.markdown)
    page.text_input(key="w.formula").set_value("x**4").run()
    assert len(experiment(page).start) == 1


@pytest.mark.parametrize("text", ["x.__class__", "2x", "9**9**9**9", "x +", "log(", "5"])
def test_a_bad_formula_gets_a_sentence_and_the_last_picture_stays(text: str) -> None:
    page = opened(encode(Experiment().on("formula", "x**2 + y**4")))
    before = experiment(page)
    page.text_input(key="w.formula").set_value(text).run()
    assert not page.exception
    assert len(page.error) == 1
    assert "still shows" in page.error[0].value
    assert experiment(page) == before
    assert page.text_input(key="w.formula").value == text, "nothing typed is lost"


def test_what_people_type_is_shown_to_the_letter() -> None:
    assert plain("x.__class__ *a* $b$ :red[c]") == r"x\.\_\_class\_\_ \*a\* \$b\$ \:red\[c\]"


def test_a_reversed_domain_gets_a_sentence() -> None:
    page = opened()
    page.number_input(key="w.low.x").set_value(9.0).run()
    assert "empty or reversed" in page.error[0].value
    assert experiment(page).domain == OBJECTIVES["ravine"].domain


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
    page = opened(link)
    assert notices(page)
    assert not page.error
    page.number_input(key="w.steps").set_value(60).run()
    assert not page.warning, "the notice goes once something is changed"


def test_the_csv_holds_every_iterate() -> None:
    runs = Experiment().run()
    rows = list(csv.reader(io.StringIO(as_csv(Experiment(), runs).decode("utf-8-sig"))))
    assert rows[0] == ["optimizer", "step", "x", "y", "f", "df/dx", "df/dy"]
    assert len(rows) == 1 + sum(len(r.points) for r in runs)
    assert [float(v) for v in rows[51][2:4]] == runs[0].points[50].tolist()
