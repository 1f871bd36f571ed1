"""The page Maps without a browser: every map, every link, and what one may type."""

import threading
import time
from dataclasses import replace

import pytest

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.settings.maps import DEFAULTS, KINDS, WITH_TWO, MapSettings, Side, encode, sides_of
from optviz.settings.setups import Entrant, write_setup
from optviz.web.maps import progress as map_work
from tests.web.visit import Visit


def visit(settings: MapSettings | None = None) -> Visit:
    return Visit("maps", encode(settings) if settings else None)


def quick(kind: str) -> MapSettings:
    """A small map, so that the tests are quick."""
    return replace(DEFAULTS[kind], resolution=20, seeds=8, steps=20)


def test_a_first_visit_shows_the_default() -> None:
    page = visit()
    assert page.settings == MapSettings()
    assert not page.notices
    assert "Edge observed" in page.tables


@pytest.mark.parametrize("kind", KINDS)
def test_every_map_can_be_chosen_and_linked(kind: str) -> None:
    page = visit(quick("sweep" if kind != "sweep" else "noise")).change(map=kind)
    assert page.settings == DEFAULTS[kind]
    assert visit(quick(kind)).settings == quick(kind)


def test_each_kind_keeps_its_settings_while_one_looks_at_another() -> None:
    page = visit(quick("sweep")).change(map="stability").change(resolution="24")
    changed = page.settings
    assert page.change(map="sweep").settings == quick("sweep")
    assert page.change(map="stability").settings == changed


def test_a_landscape_that_was_chosen_comes_along_to_another_map() -> None:
    page = visit(quick("sweep")).change(objective="booth", start=None, domain=None).change(map="noise")
    assert page.settings.objective == "booth"
    assert page.settings.start == OBJECTIVES["booth"].start


def test_every_optimizer_can_be_swept() -> None:
    page = visit(quick("sweep"))
    for row in OPTIMIZERS.values():
        page.change(o1=write_setup(row, ()))
        assert page.settings.entrants[0] == Entrant.of(row.key)


def test_every_optimizer_with_two_hyperparameters_has_a_stability_map() -> None:
    page = visit(quick("stability"))
    for key in reversed(WITH_TWO):
        page.change(o1=write_setup(OPTIMIZERS[key], ()))
        assert page.settings.entrants[0].optimizer == key
        assert not page.refused
    assert visit(quick("stability")).change(o1="asgd_lr_0.1").settings.sides != sides_of("momentum")


def test_an_optimizer_with_one_hyperparameter_is_refused_where_two_are_needed() -> None:
    page = visit(quick("stability")).change(o1="gd_lr_0.1")
    assert "needs two" in page.refused["o1"]
    assert page.settings == quick("stability")


def test_any_two_hyperparameters_can_be_the_sides_whole_numbers_too() -> None:
    page = visit(replace(quick("stability"), entrants=(Entrant.of("asgd"),), sides=sides_of("asgd")))
    assert page.change(y="t0_1_1000000").settings.sides[1] == Side("t0", 1, 1_000_000)
    assert page.change(y="t0_1_50").settings.sides[1] == Side("t0", 1, 50)


@pytest.mark.parametrize("kind", KINDS)
def test_landscapes_of_all_sorts_have_maps(kind: str) -> None:
    page = visit(quick(kind))
    for key in ("gramacy-lee", "saddle", "kink", "egg-crate"):
        page.change(objective=key, start=None, domain=None)
        assert page.settings.domain == OBJECTIVES[key].domain


def test_a_reversed_range_is_refused_and_the_last_map_stays() -> None:
    page = visit(quick("sweep")).change(rates="10.0_10.0")
    assert "lr from 10 to 10 is empty or reversed" in page.refused["rates"]
    assert page.settings == quick("sweep")
    page.change(rates="0.01_10.0")
    assert not page.refused
    assert page.settings.rates == (0.01, 10.0)


def test_two_equal_sides_are_refused_and_the_last_map_stays() -> None:
    page = visit(quick("stability")).change(y="lr_0.01_1.0")
    assert "must differ" in page.refused["y"]
    assert page.settings == quick("stability")


def test_a_reversed_domain_is_refused() -> None:
    page = visit(quick("basins")).change(domain="9_5_-5_5")
    assert "empty or reversed" in page.refused["domain"]
    assert page.settings.domain == OBJECTIVES["himmelblau"].domain


def test_a_start_where_f_has_no_value_is_refused_and_the_last_map_stays() -> None:
    typed = quick("sweep").on("formula", "sqrt(x) + y^2")
    page = visit(typed).change(start="-1.0_0.0")
    assert "no run can begin" in page.refused["start"]
    assert page.settings == typed
    broken = visit(replace(typed, start=(-1.0, 0.0)))
    assert "no run can begin" in broken.notices


@pytest.mark.parametrize("text", ["x.__class__", "9**9**9**9", "x +", "5"])
def test_a_bad_formula_is_refused_and_the_last_map_stays(text: str) -> None:
    before = quick("basins").on("formula", "x**2 + y**4")
    page = visit(before).change(formula=text, start=None, domain=None)
    assert page.refused.keys() == {"formula"}
    assert page.settings == before


BAD = [
    {"v": "2", "map": "basins", "resolution": "20"},
    {"v": "1", "map": "treasure", "rates": "9_1", "resolution": "1e9", "o1": "gd_lr_inf"},
    {"v": "1", "map": "stability", "o1": "gd_lr_1.0", "x": "_", "y": ""},
    {"v": "1", "map": "noise", "formula": "__import__('os').system('true')"},
    {"v": "1", "start": "x" * 100_000},
]


@pytest.mark.parametrize("link", BAD)
def test_a_bad_link_gets_a_notice_and_a_map(link: dict) -> None:
    page = Visit("maps", link)
    assert page.notices
    page.change(steps="33")
    assert not page.notices, "the notice goes once something is changed"


def test_what_takes_long_is_coarse_first_then_finished_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_work, "QUICK", 0)
    slow = replace(DEFAULTS["basins"], resolution=64, steps=21)
    work = map_work.begin(slow)
    assert work.rest is not None
    assert work.map[0].ends.shape == (8, 8)
    assert visit(slow).settings == slow
    finished = map_work.begin(slow)
    assert finished.rest is None
    assert finished.map[0].ends.shape == (64, 64)
    assert "64" in f"{finished.fineness}"
    assert not map_work._making


def test_cancel_leaves_the_coarse_map_and_a_way_to_finish_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_work, "QUICK", 0)
    slow = replace(quick("basins"), resolution=64, steps=22)
    page = visit(quick("basins"))
    page.page.session_state["m.cancelled"] = slow
    page.change(steps="22", resolution="64")
    assert "8 values, not 64" in page.page.info[0].value
    page.page.button(key="m.go_on").click().run()
    assert not page.page.info
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


def test_basins_of_another_landscape_get_rates_that_tell_there() -> None:
    page = visit(quick("basins")).change(objective="rastrigin", start=None, domain=None)
    rates = [dict(e.values)["lr"] for e in page.settings.entrants]
    telling = OBJECTIVES["rastrigin"].telling
    assert rates[:2] == [telling.gd, telling.momentum]
    assert rates[2] == 0.2, "the map's own, which is not the landscape's"


class Maker:
    """Somebody who has a large map made; it is done when `go` is set."""

    def __init__(self, who: tuple[str, str]) -> None:
        self.who, self.told = who, 0
        self.begun, self.go = threading.Event(), threading.Event()
        self.work = map_work.Work(replace(quick("basins"), seed=id(self)), (), 8)
        self.thread = threading.Thread(target=self.make)

    def make(self) -> None:
        HERE.who = self.who
        map_work._make(self.work, self.rest(), self.teller)

    def rest(self):
        self.begun.set()
        self.go.wait(10)
        yield quick("basins").make(resolution=8)

    def teller(self, share: float) -> None:
        self.told += 1


HERE = threading.local()


@pytest.mark.parametrize(
    ("variable", "first", "second", "third"),
    [
        ("OPTVIZ_MAPS", ("me", "1.2.3.4"), ("me", "5.6.7.8"), ("you", "1.2.3.4")),
        ("OPTVIZ_MAPS_PER_ADDRESS", ("me", "1.2.3.4"), ("you", "1.2.3.4"), ("me", "5.6.7.8")),
    ],
)
def test_one_visitor_and_one_address_have_only_so_many_maps_made_at_once(
    variable: str, first: tuple, second: tuple, third: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "1")
    monkeypatch.setattr(map_work, "owner", lambda: HERE.who[0])
    monkeypatch.setattr(map_work, "network", lambda: HERE.who[1])
    monkeypatch.setattr(map_work, "_places", threading.BoundedSemaphore(3))
    makers = [Maker(who) for who in (first, second, third)]
    for maker in makers:
        maker.thread.start()
        if maker is not makers[1]:
            assert maker.begun.wait(5)
    time.sleep(3 * map_work.LOOK)
    assert not makers[1].begun.is_set(), "the second one waits"
    assert makers[1].told >= 2, "and sees that it does"
    makers[0].go.set()
    assert makers[1].begun.wait(5)
    for maker in makers:
        maker.go.set()
        maker.thread.join(5)
