"""The address bar: whether what a browser says of it is news, or only late."""

import time

import streamlit as st

LATE = 3.0  # seconds within which a browser may still name an address that it has left


def is_news(link: dict[str, str], written: dict[str, str] | None) -> bool:
    """Whether `link`, which the browser says, came from outside and not from this page.

    `written` is what the page wrote to the address last. Of two changes in quick succession, as in a drag,
    the second may be sent before the browser has heard of the first one's address: it then still names the
    one before, and taking that for a new link would undo the change.
    """
    if not link or link == written:
        return False
    left_at = st.session_state.get("address.left", {}).get(_key(link))
    return left_at is None or time.monotonic() - left_at > LATE


def write(link: dict[str, str]) -> None:
    """Put `link` into the address bar, and remember which one it replaces."""
    now = time.monotonic()
    left = {k: t for k, t in st.session_state.get("address.left", {}).items() if now - t <= LATE}
    left[_key(st.query_params.to_dict())] = now
    if "address.now" in st.session_state:
        left[st.session_state["address.now"]] = now
    st.session_state["address.left"], st.session_state["address.now"] = left, _key(link)
    st.query_params.from_dict(link)


def _key(link: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(link.items()))
