"""Links of Train live that were recorded once: each of them means the same for ever.

`canonical` is the link of the configuration that `link` was read as when it was recorded, and `notices`
the sentences about what could not be used.
"""

import json
from pathlib import Path

import pytest

from optviz.training.config import decode, encode

GOLDEN = json.loads((Path(__file__).parents[1] / "settings" / "golden-links.json").read_text("utf-8"))[
    "train"
]


def test_no_recorded_link_was_dropped():
    assert len(GOLDEN) >= 68


@pytest.mark.parametrize("row", GOLDEN, ids=range(len(GOLDEN)))
def test_a_recorded_link_still_means_the_same(row):
    config, notices = decode(row["link"])
    assert encode(config) == row["canonical"]
    if row.get("damaged"):
        assert len(notices) >= len(row["notices"])
    else:
        assert notices == row["notices"] == []


@pytest.mark.parametrize("row", GOLDEN, ids=range(len(GOLDEN)))
def test_what_a_store_or_a_checkpoint_holds_is_read_without_a_notice(row):
    config, notices = decode(row["canonical"])
    assert notices == []
    assert encode(config) == row["canonical"]
