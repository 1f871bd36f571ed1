"""Links that were handed out once: they open the same settings for ever. Add rows, change none."""

import json
from pathlib import Path

import pytest

from optviz.settings.activations import ActivationSettings
from optviz.settings.experiment import Experiment
from optviz.settings.link import decode, encode
from optviz.settings.maps import MapSettings
from optviz.settings.minibatches import MiniBatches
from optviz.settings.regularization import RegularizationSettings

GOLDEN = json.loads(Path(__file__).with_name("golden-links.json").read_text("utf-8"))
PAGES = {
    kind.page: kind
    for kind in (Experiment, MapSettings, MiniBatches, ActivationSettings, RegularizationSettings)
}


@pytest.mark.parametrize("page", PAGES)
def test_a_recorded_link_opens_the_same_settings(page: str) -> None:
    for row in GOLDEN[page]:
        settings, notices = decode(PAGES[page], row["link"])
        assert encode(settings) == row["canonical"]
        assert len(notices) == len(row["notices"]), notices
