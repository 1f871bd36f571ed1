"""A page that fails is no dead end: its panel stays, and one click brings back what worked."""

import pytest

from optviz.settings.experiment import Experiment
from tests.web.visit import Visit

BACK = "Back to the last settings that worked"


def fail_for(monkeypatch: pytest.MonkeyPatch, place: str, steps: int) -> None:
    """Let one part of Trajectories fail for one number of steps."""
    import importlib

    module, _, name = place.rpartition(".")
    true = getattr(importlib.import_module(module), name)

    def failing(experiment: Experiment, *rest: object) -> object:
        if experiment.steps == steps:
            raise OverflowError("as a bug may")
        return true(experiment, *rest)

    monkeypatch.setattr(place, failing)


PLACES = {
    "in the picture": "optviz.web.trajectories.page.experiment_scene",
    "before the picture": "optviz.web.trajectories.page.head",
    "below the picture": "optviz.web.trajectories.results.behind",
}


def panels(visit: Visit) -> list:
    names = ("optviz.panel", "optviz.bench")
    return [e for e in visit.page.get("bidi_component") if e.proto.component_name in names]


@pytest.mark.parametrize("where", PLACES)
def test_the_panel_stays_and_a_button_leads_back(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_for(monkeypatch, PLACES[where], 77)
    page = Visit("trajectories", {"v": "1"}).change(steps="60")
    page.change(steps="77")
    assert [e.value for e in page.page.error if "went wrong with these settings" in e.value]
    assert len(panels(page)) == 1
    (button,) = [b for b in page.page.button if b.label == BACK]
    button.click()
    page.run()
    assert page.settings.steps == 60
    assert not page.page.error
    assert not [b for b in page.page.button if b.label == BACK]


def test_the_panel_itself_leads_on(monkeypatch: pytest.MonkeyPatch) -> None:
    fail_for(monkeypatch, PLACES["in the picture"], 77)
    page = Visit("trajectories").change(steps="77").change(steps="78")
    assert page.settings.steps == 78
    assert not page.page.error


def test_a_link_that_fails_at_once_offers_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    fail_for(monkeypatch, PLACES["in the picture"], 77)
    page = Visit("trajectories", {"v": "1", "steps": "77"})
    (button,) = [b for b in page.page.button if b.label == "Open the default settings"]
    button.click()
    assert page.run().settings == Experiment()
