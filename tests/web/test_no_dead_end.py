"""No dead end: every page over all pairs of what can be chosen, and over links that nobody wrote.

What is driven: Trajectories over every landscape with every optimizer, at usual rates and at the largest
ones; Maps over every kind with every landscape, and every kind with every optimizer that it takes, which is
not every landscape with every optimizer on every kind; every page with settings over random links and edits.
Maps have few cells, steps and draws here, and random links too, so that it takes seconds. Each page must come
without the sentence of a page that broke, and each picture as JSON that a browser can read.
"""

import itertools
import json
import random
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.runs import scheduler
from optviz.settings.activations import ActivationSettings
from optviz.settings.declaration import declaration
from optviz.settings.experiment import Entrant, Experiment
from optviz.settings.link import Settings, encode
from optviz.settings.maps import DEFAULTS, KINDS, WITH_TWO, MapSettings, sides_of
from optviz.settings.minibatches import MiniBatches
from optviz.settings.regularization import RegularizationSettings
from optviz.settings.setups import MOST_ENTRANTS
from optviz.training.config import TrainingConfig
from tests.web.visit import Visit

FAILED = "Something went wrong with these settings"
PAGES: tuple[type[Settings], ...] = (
    Experiment,
    MapSettings,
    MiniBatches,
    ActivationSettings,
    RegularizationSettings,
    TrainingConfig,
)
#: Most of what a random link may say, so that no single page takes seconds.
COUNT = 60
SLOW = {MiniBatches: 6}  # its noise balls take a third of a second for each optimizer
MODEST = {"steps": 300, "resolution": 30, "seeds": 12, "epochs": 3}


def faults(page: Visit) -> list[str]:
    """What is wrong with a page: it broke, or sends a picture that no browser can read."""
    found = [error.value for error in page.page.error if FAILED in error.value]
    for component in page.page.get("bidi_component"):
        told = component.proto
        text = zlib.decompress(told.bytes) if told.bytes else told.json
        try:
            json.loads(text or "{}", parse_constant=_no_number)
        except ValueError as error:
            found.append(f"{told.component_name}: {error}")
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def handfuls(keys: list[str], most: int) -> Iterator[list[str]]:
    for first in range(0, len(keys), most):
        yield keys[first : first + most]


def largest(key: str) -> Entrant:
    """An optimizer with every hyperparameter as large as it may be."""
    return Entrant(key, tuple((h.name, h.high) for h in OPTIMIZERS[key].hyperparameters))


@pytest.fixture(scope="module")
def trajectories() -> Visit:
    return Visit("trajectories")


@pytest.mark.parametrize(("entrant", "most"), [(Entrant.of, 2000), (largest, 60)], ids=["usual", "largest"])
def test_every_landscape_with_every_optimizer_has_its_page(trajectories, entrant, most: int) -> None:
    broken = []
    for key, row in OBJECTIVES.items():
        for names in handfuls(list(OPTIMIZERS), MOST_ENTRANTS):
            chosen = replace(Experiment().on(key), entrants=tuple(map(entrant, names)))
            chosen = replace(chosen, steps=min(row.telling.steps if row.telling else 200, most))
            trajectories.address(encode(chosen))
            assert trajectories.settings == chosen
            broken += [(key, names, fault) for fault in faults(trajectories)]
    assert broken == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_map_has_its_page_on_every_landscape_and_with_every_optimizer(kind: str) -> None:
    names = sorted(WITH_TWO) if kind == "stability" else list(OPTIMIZERS)
    some = itertools.cycle(handfuls(names, KINDS[kind].most))
    page, broken, met = Visit("maps"), [], set()
    for key in OBJECTIVES:
        taken = next(some)
        chosen = replace(DEFAULTS[kind].on(key), entrants=tuple(map(Entrant.of, taken)))
        sides = sides_of(taken[0]) if kind == "stability" else ()
        chosen = replace(chosen, sides=sides, steps=20, resolution=20, seeds=8)
        page.address(encode(chosen))
        assert page.settings == chosen
        broken += [(key, taken, fault) for fault in faults(page)]
        met |= set(taken)
    assert broken == []
    assert met == set(names)


class Chance:
    """Random texts for the fields of a page: allowed ones, extreme ones and nonsense."""

    NONSENSE = ("", "nan", "-1", "1e99", "_", "a" * 1000, "formula", "1_2", "\x00", "é ½ 🙂", "x^2", "1/x+y")

    def __init__(self, settings: type[Settings], seed: int) -> None:
        self.random = random.Random(f"{settings.page} {seed}")
        self.settings = settings
        self.fields = {f["name"]: f for part in declaration(settings)["sections"] for f in part["fields"]}

    def number(self, told: dict) -> str:
        low, high = told["low"], min(told["high"], MODEST.get(told["name"], told["high"]))
        share = self.random.choice([0, 1, self.random.random()])
        value = low * (high / low) ** share if told["log"] and low > 0 else low + share * (high - low)
        return str(round(value)) if told["integer"] else repr(float(min(max(value, low), high)))

    def setup(self, told: dict) -> str:
        row = self.random.choice(told["options"])
        return "_".join([row["key"], *(t for n in row["numbers"] for t in (n["name"], self.number(n)))])

    def texts(self, told: dict) -> dict[str, str]:
        """A text for a field, or for each of its names."""
        name, kind, options = told["name"], told["kind"], told.get("options", ())
        if self.random.random() < 0.1:
            return {name: self.random.choice(self.NONSENSE)}
        if kind == "number":
            return {name: self.number(told)}
        if kind == "compared":
            return {f"{name}{i}": self.setup(told) for i in range(1, self.random.randint(1, 6) + 1)}
        if kind == "configured":
            return {name: self.setup(told)}
        if kind in ("point", "intervals"):
            count = self.random.choice([1, 2, 4])
            ends = [self.random.uniform(-10, 10) for _ in range(count)]
            return {name: "_".join(map(repr, sorted(ends)))}
        if options:
            return {name: self.random.choice(options)["key"]}
        return {name: self.random.choice(["1", "0", "2_1", "1_-2~3_4", "on", "off"])}

    def link(self) -> dict[str, str]:
        """The default of the page with some fields said otherwise."""
        start = (
            DEFAULTS[self.random.choice(list(DEFAULTS))] if self.settings is MapSettings else self.settings()
        )
        link = encode(start) | {n: str(m) for n, m in MODEST.items() if n in encode(start)}
        for told in self.random.sample(list(self.fields.values()), self.random.randint(1, len(self.fields))):
            link |= self.texts(told)
        return link


@pytest.fixture
def closed(tmp_path, monkeypatch) -> Iterator[None]:
    """A run store for this test, and no worker: nothing is trained here."""
    monkeypatch.setenv("OPTVIZ_DATABASE_URL", f"sqlite:///{tmp_path}/runs.sqlite3")
    monkeypatch.setenv("OPTVIZ_SCHEDULER", "tcp://127.0.0.1:1")
    scheduler.stop()
    yield
    scheduler.stop()


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("settings", PAGES, ids=lambda kind: kind.page)
def test_links_and_edits_that_nobody_wrote_lead_to_no_error_page(settings: type[Settings]) -> None:
    page, broken, refused = Visit(settings.page), [], 0
    count = SLOW.get(settings, COUNT)
    for seed in range(count):
        link = Chance(settings, seed).link()
        if seed % 2:
            page.address(link)
        else:
            page.change(**link)
        refused += bool(page.shown.notices or page.refused)
        broken += [(link, fault) for fault in faults(page)]
    assert broken == []
    assert 0 < refused < count, "some links are good and some are not"


def test_an_error_page_would_be_noticed(trajectories, monkeypatch) -> None:
    def failing(*_: object) -> str:
        raise OverflowError("as a bug may")

    monkeypatch.setattr("optviz.web.trajectories.curvature.curvature_panel", failing)
    (fault,) = faults(trajectories.change(steps="17"))
    assert FAILED in fault
