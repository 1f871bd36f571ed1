"""The Share button: the link of what is shown, copied at a click, with its QR code."""

from pathlib import Path
from urllib.parse import urlencode

import segno
import streamlit as st

from optviz.web.components.mounting import mount

_share = mount("optviz.share", Path(__file__).parent)


def address(link: dict[str, str]) -> str:
    """The full address of the present page with `link` as its parameters."""
    page = (st.context.url or "").split("?")[0]
    if page.count("/") == 2:  # a bare host, as in http://localhost:8501
        page += "/"
    return f"{page}?{urlencode(link)}"


def share_button(link: dict[str, str], *, key: str = "share") -> None:
    """A button that copies the link; the QR code is drawn only once somebody asks for it."""
    full = address(link)
    state = st.session_state.get(key)
    asked = state.get("asked") if state else None
    if asked:
        st.session_state[f"{key}.asked"] = asked
    wanted = st.session_state.get(f"{key}.asked") == full
    qr = segno.make(full, error="l", micro=False).svg_data_uri(scale=4, border=3) if wanted else ""
    _share(key=key, data={"link": full, "qr": qr}, on_asked_change=lambda: None)
