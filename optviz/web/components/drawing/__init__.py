"""A square to draw in with mouse, finger or pen; it sends the ink after every stroke."""

import base64
import binascii
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from optviz.web.components.mounting import mount

#: Pixels along each side of what is sent.
SIDE = 112

_drawing = mount("optviz.drawing", Path(__file__).parent)


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """What was drawn: the stroke's number, which counts up in a visit, and the ink, uint8 (SIDE, SIDE)."""

    number: int
    ink: np.ndarray


def drawing_pad(*, key: str, clear: int, label: str) -> Ink | None:
    """Show the square; `clear` empties it whenever it grows. Returns the newest ink, None before any.

    `label` is what it is called for people who do not see it.
    """
    _drawing(key=key, data={"side": SIDE, "clear": clear, "label": label}, on_drawn_change=lambda: None)
    state = st.session_state.get(key)
    return ink_of(state.get("drawn") if state else None)


def ink_of(message: object) -> Ink | None:
    """Read what a browser sent; None for anything that is no drawing."""
    if not isinstance(message, dict) or not isinstance(message.get("n"), int):
        return None
    try:
        packed = base64.b64decode(message.get("ink", ""), validate=True)
        raw = zlib.decompressobj().decompress(packed, SIDE * SIDE + 1)
    except (binascii.Error, zlib.error, TypeError, ValueError):
        return None
    if len(raw) != SIDE * SIDE:
        return None
    return Ink(message["n"], np.frombuffer(raw, np.uint8).reshape(SIDE, SIDE))
