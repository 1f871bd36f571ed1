"""The curvature at a point, and what it says about the rate."""

import pytest

from optviz.engine.curvature import conditioning
from optviz.engine.objective import parse


def test_a_bowl_has_an_edge() -> None:
    found = conditioning("ravine", (1.0, 1.0), "gd", {"lr": 0.1})
    assert found.edge == pytest.approx(0.5)
    assert found.share == pytest.approx(0.2)
    assert found.no_edge == ""


@pytest.mark.parametrize("optimizer", ["gd", "momentum", "nag", "adam"])
def test_no_rate_is_stable_on_a_saddle(optimizer: str) -> None:
    found = conditioning(parse("x^2 - y^2"), (0.0, 0.0), optimizer)
    assert (found.edge, found.share, found.no_edge) == (None, None, "none: λmin < 0")


def test_an_optimizer_without_theory_says_so() -> None:
    assert conditioning("ravine", (1.0, 1.0), "adam").no_edge == "no known limit"
    assert "no finite curvature" in conditioning("x**1.5", (0.0,), "gd").no_edge
