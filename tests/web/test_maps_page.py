"""The page Maps without a browser: every map, every link, and what one may type."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.settings.link import Entrant
from optviz.settings.maps import DEFAULTS, KINDS, WITH_TWO, MapSettings, Side, decode, encode, sides_of
from optviz.web.maps import progress as map_work

MAIN = Path(__file__).parents[2] / "optviz" / "web" / "main.py"


def opened(link: dict[str, str] | None = None) -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=30)
    page.run()
    page.query_params.clear()
    for name, value in (link or {}).items():
        page.query_params[name] = value
    page.switch_page("../../pages/maps.py")
    page.run()
    assert not page.exception, page.exception
    return page


def quick(kind: str) -> MapSettings:
    """A small map, so that the tests are quick."""
    return replace(DEFAULTS[kind], resolution=20, seeds=8, steps=20)


def settings(page: AppTest) -> MapSettings:
    """What the address bar says; AppTest gives each parameter as a list."""
    link = {k: v[-1] if isinstance(v, list) else v for k, v in page.query_params.items()}
    found, complaints = decode(link)
    assert complaints == []
    return found


def tables(page: AppTest) -> str:
    return " ".join(h.proto.body for h in page.get("html"))


def errors(page: AppTest) -> str:
    return " ".join(e.value for e in page.error)


def test_a_first_visit_shows_the_default_and_puts_it_into_the_address() -> None:
    page = opened()
    assert settings(page) == MapSettings()
    assert not page.warning
    assert "Edge observed" in tables(page)


@pytest.mark.parametrize("kind", KINDS)
def test_every_map_can_be_chosen_and_linked(kind: str) -> None:
    page = opened(encode(quick("sweep" if kind != "sweep" else "noise")))
    page.button_group(key="m.kind").set_value(kind).run()
    assert not page.exception
    assert settings(page) == DEFAULTS[kind]
    page = opened(encode(quick(kind)))
    assert settings(page) == quick(kind)


def test_each_kind_keeps_its_settings_while_one_looks_at_another() -> None:
    page = opened(encode(quick("sweep")))
    page.button_group(key="m.kind").set_value("stability").run()
    page.number_input(key="m.resolution").set_value(24).run()
    changed = settings(page)
    page.button_group(key="m.kind").set_value("sweep").run()
    assert settings(page) == quick("sweep")
    page.button_group(key="m.kind").set_value("stability").run()
    assert settings(page) == changed


def test_a_landscape_that_was_chosen_comes_along_to_another_map() -> None:
    page = opened(encode(quick("sweep")))
    page.selectbox(key="m.objective").select("booth").run()
    page.button_group(key="m.kind").set_value("noise").run()
    assert settings(page).objective == "booth"
    assert settings(page).start == OBJECTIVES["booth"].start


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_optimizer_can_be_swept(key: str) -> None:
    other = "adam" if key == "gd" else "gd"
    page = opened(encode(replace(quick("sweep"), entrants=(Entrant.of(other),))))
    page.selectbox(key="m.0").select(key).run()
    assert not page.exception
    assert settings(page).entrants[0] == Entrant.of(key)


@pytest.mark.parametrize("key", WITH_TWO)
def test_every_optimizer_with_two_hyperparameters_has_a_stability_map(key: str) -> None:
    page = opened(encode(quick("stability")))
    if key != "momentum":
        page.selectbox(key="m.0").select(key).run()
    assert not page.exception
    found = settings(page)
    assert found.entrants[0].optimizer == key
    if key != "momentum":
        assert found.sides == sides_of(key)


def test_any_two_hyperparameters_can_be_the_sides_whole_numbers_too() -> None:
    page = opened(encode(replace(quick("stability"), entrants=(Entrant.of("asgd"),), sides=sides_of("asgd"))))
    page.selectbox(key="m.side.y").select("t0").run()
    assert not page.exception
    assert settings(page).sides[1] == Side("t0", 1, 1_000_000)
    page.number_input(key="m.y.t0.high").set_value(50).run()
    assert settings(page).sides[1] == Side("t0", 1, 50)


@pytest.mark.parametrize("key", ["gramacy-lee", "saddle", "kink", "egg-crate"])
@pytest.mark.parametrize("kind", KINDS)
def test_landscapes_of_all_sorts_have_maps(kind: str, key: str) -> None:
    page = opened(encode(quick(kind)))
    page.selectbox(key="m.objective").select(key).run()
    assert not page.exception
    assert settings(page).domain == OBJECTIVES[key].domain


def test_a_reversed_range_gets_a_sentence_and_the_last_map_stays() -> None:
    page = opened(encode(quick("sweep")))
    page.number_input(key="m.rates.low").set_value(10.0).run()
    assert "lr from 10 to 10 is empty or reversed" in errors(page)
    assert settings(page) == quick("sweep")
    page.number_input(key="m.rates.low").set_value(0.01).run()
    assert not page.error
    assert settings(page).rates == (0.01, 10.0)


def test_two_equal_sides_get_a_sentence_and_the_last_map_stays() -> None:
    page = opened(encode(quick("stability")))
    page.selectbox(key="m.side.y").select("lr").run()
    assert "must differ" in errors(page)
    assert settings(page) == quick("stability")


def test_a_reversed_domain_gets_a_sentence() -> None:
    page = opened(encode(quick("basins")))
    page.number_input(key="m.low.x").set_value(9.0).run()
    assert "empty or reversed" in errors(page)
    assert settings(page).domain == OBJECTIVES["himmelblau"].domain


def test_a_start_where_f_has_no_value_gets_a_sentence_and_the_last_map_stays() -> None:
    typed = quick("sweep").on("formula", "sqrt(x) + y^2")
    page = opened(encode(typed))
    page.number_input(key="m.start.x").set_value(-1.0).run()
    assert "no run can begin" in errors(page)
    assert settings(page) == typed
    broken = opened(encode(replace(typed, start=(-1.0, 0.0))))
    assert "no run can begin" in " ".join(w.value for w in broken.warning)


@pytest.mark.parametrize("text", ["x.__class__", "9**9**9**9", "x +", "5"])
def test_a_bad_formula_gets_a_sentence_and_the_last_map_stays(text: str) -> None:
    page = opened(encode(quick("basins").on("formula", "x**2 + y**4")))
    before = settings(page)
    page.text_input(key="m.formula").set_value(text).run()
    assert not page.exception
    assert "still shows" in errors(page)
    assert settings(page) == before


BAD = [
    {"v": "2", "map": "basins", "resolution": "20"},
    {"v": "1", "map": "treasure", "rates": "9_1", "resolution": "1e9", "o1": "gd_lr_inf"},
    {"v": "1", "map": "stability", "o1": "gd_lr_1.0", "x": "_", "y": ""},
    {"v": "1", "map": "noise", "formula": "__import__('os').system('true')"},
    {"v": "1", "start": "x" * 100_000},
]


@pytest.mark.parametrize("link", BAD)
def test_a_bad_link_gets_a_notice_and_a_map(link: dict) -> None:
    page = opened(link)
    assert page.warning
    assert not page.error
    page.number_input(key="m.steps").set_value(33).run()
    assert not page.warning, "the notice goes once something is changed"


def test_what_takes_long_is_coarse_first_then_finished_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_work, "QUICK", 0)
    slow = replace(DEFAULTS["basins"], resolution=64, steps=21)
    work = map_work.begin(slow)
    assert work.rest is not None
    assert work.map[0].ends.shape == (8, 8)
    page = opened(encode(slow))
    assert settings(page) == slow
    finished = map_work.begin(slow)
    assert finished.rest is None
    assert finished.map[0].ends.shape == (64, 64)
    assert "64" in f"{finished.fineness}"
    assert not map_work._making


def test_cancel_leaves_the_coarse_map_and_a_way_to_finish_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_work, "QUICK", 0)
    slow = replace(quick("basins"), resolution=64, steps=22)
    page = opened(encode(quick("basins")))
    page.session_state["m.cancelled"] = slow
    page.number_input(key="m.steps").set_value(22).run()
    page.number_input(key="m.resolution").set_value(64).run()
    assert "8 values, not 64" in page.info[0].value
    page.button(key="m.go_on").click().run()
    assert not page.info
    assert map_work.begin(slow).rest is None


def test_nothing_is_made_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(MapSettings, "make", _counting(MapSettings.make, made))
    chosen = replace(quick("stability"), steps=int(time.time()) % 1000 + 30)
    map_work.begin(chosen)
    map_work.begin(chosen)
    assert len(made) == 1


def _counting(make, made: list):
    def counted(self, **how):
        made.append(self)
        return make(self, **how)

    return counted
