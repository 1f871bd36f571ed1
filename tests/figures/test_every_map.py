"""Every landscape has every kind of map: a picture of finite numbers, and a table."""

import json
from dataclasses import replace

import pytest

from optviz.engine.landscapes import OBJECTIVES
from optviz.figures.map_figures import map_csv, map_picture
from optviz.figures.style import LIGHT
from optviz.settings.maps import DEFAULTS, KINDS, MapSettings

EACH = pytest.mark.parametrize("key", OBJECTIVES)


def drawn(settings: MapSettings, resolution: int) -> list[dict]:
    """The panels of a map; Plotly gets arrays packed as bytes, all else must be a number."""
    made = settings.make(resolution=resolution)
    picture = map_picture(settings, made, LIGHT)
    json.dumps([*picture.panels, *picture.legend], allow_nan=False)
    assert map_csv(settings, made)
    return [*picture.panels]


@pytest.mark.parametrize("kind", KINDS)
@EACH
def test_every_landscape_has_every_map(kind: str, key: str) -> None:
    settings = replace(DEFAULTS[kind].on(key), steps=20, resolution=20, seeds=8)
    assert all(panel["data"] for panel in drawn(settings, settings.fineness))


@pytest.mark.parametrize("steps", [200, 500])
@EACH
def test_no_axis_follows_runs_that_fell_without_end(key: str, steps: int) -> None:
    """Large rates end far outside of the view, where f falls to −1e300: the rest must stay readable."""
    panel, *_ = drawn(replace(DEFAULTS["sweep"].on(key), steps=steps), 100)
    bottom, top = panel["layout"]["yaxis"]["range"]
    assert -25 < bottom < top < 25
