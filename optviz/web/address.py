"""The address bar: when a run of the script opens a link, and when it does not.

The browser owns the address: the panel writes each change to it as one entry of the history, and sends what
Back and Forward bring as a message. So a run reads the address only when somebody arrives: with a new
session, or from another page. At any other time the address of a run may be one that the browser has left
already, and opening it would undo a change.
"""

from collections.abc import Mapping

Link = Mapping[str, str]


def arriving(address: Link, *, page: str, before: str | None, shown: Link | None) -> Link | None:
    """The link that this run opens, or None to go on with what is shown.

    `page` is the page of this run and `before` that of the run before, None in a new session. `shown` is the
    link of what the page shows, None if it was never open in this session.
    """
    if shown is None:
        return address
    if page == before or not address or dict(address) == dict(shown):
        return None
    return address
