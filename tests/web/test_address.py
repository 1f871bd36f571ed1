"""When a run of the script opens a link."""

import pytest

from optviz.web.address import arriving

OLD, NEW = {"steps": "1"}, {"steps": "2"}


@pytest.mark.parametrize(
    ("why", "address", "page", "before", "shown", "opened"),
    [
        ("a new session without a link", {}, "maps", None, None, {}),
        ("a new session with a link", NEW, "maps", None, None, NEW),
        ("the first look at another page", {}, "maps", "lessons", None, {}),
        ("a link from another page", NEW, "maps", "lessons", OLD, NEW),
        ("back on a page by its menu", {}, "maps", "lessons", OLD, None),
        ("back on a page by its own link", OLD, "maps", "lessons", OLD, None),
        ("the page goes on", OLD, "maps", "maps", OLD, None),
        ("a late address undoes nothing", NEW, "maps", "maps", OLD, None),
        ("an address that was lost", {}, "maps", "maps", OLD, None),
    ],
)
def test_an_address_is_opened_when_somebody_arrives(why, address, page, before, shown, opened) -> None:
    assert arriving(address, page=page, before=before, shown=shown) == opened, why
