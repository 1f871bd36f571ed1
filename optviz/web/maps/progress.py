"""Making maps: what is quick at once, the rest coarse first and then fine, while one may go on or cancel.

The work is done in the script of the visitor who wants it, so a new wish, a closed tab or Cancel ends it at
the next sign of progress. Finished maps are kept for everybody, and nobody makes what another one is making.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from optviz.maps.axes import COARSE, WORTH_REFINING
from optviz.runs.limits import Slots
from optviz.settings.environment import MAPS, MAPS_PER_ADDRESS
from optviz.settings.maps import Map, MapSettings
from optviz.web.visitors import network, owner
from optviz.words import tr

QUICK = 10_000_000  # runs times steps that take well under half a second
EACH_STEP = 2500  # runs whose arithmetic takes as long as the calls that one step of an optimizer needs
PATIENCE = 0.5  # seconds until the progress bar
LOOK = 0.1  # seconds between two signs of progress
MOST_KEPT = 3_000_000  # runs in the maps that are kept: about 100 MB

state = st.session_state
_lock = threading.Lock()
_kept: OrderedDict[MapSettings, Map] = OrderedDict()
_making: set[MapSettings] = set()
_in_flight = Slots()  # maps of each visitor and each address
_places = threading.BoundedSemaphore(os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Work:
    """The map at hand, of so many values along a side, and what makes the finished one; None if it is it."""

    settings: MapSettings
    map: Map
    fineness: int
    rest: Iterator[Map] | None = None
    teller: "_Teller | None" = None


def runs(settings: MapSettings) -> int:
    """How many runs the finished map holds."""
    flat = settings.kind in ("sweep", "noise")
    sides = 1 if flat else len(settings.domain) if settings.kind == "basins" else 2
    return settings.fineness**sides * len(settings.entrants)


def cost(settings: MapSettings) -> int:
    """The work in the finished map, in runs times steps times what a step asks for."""
    each = runs(settings) // len(settings.entrants) + EACH_STEP
    return each * settings.steps * sum(entrant.row.asks for entrant in settings.entrants)


def finished(settings: MapSettings) -> Map | None:
    """The finished map, if somebody has had it made."""
    with _lock:
        known = _kept.get(settings)
        if known is not None:
            _kept.move_to_end(settings)
        return known


def begin(settings: MapSettings) -> Work:
    """The finished map if it is known or quick to make, else a coarse one."""
    teller = _Teller(settings)  # its place stays empty, so that the picture after it keeps its own
    known = finished(settings)
    if known is not None:
        return Work(settings, known, settings.fineness)
    if cost(settings) <= QUICK or settings.fineness < WORTH_REFINING:
        made = settings.make(resolution=settings.fineness, progress=teller)
        teller.place.empty()
        _keep(settings, made)
        return Work(settings, made, settings.fineness)
    rest = settings.maps(progress=teller)
    coarse = next(rest)
    return Work(settings, coarse, settings.fineness // COARSE, rest, teller)


def finish(work: Work) -> None:
    """Make the fine map, if that is still to be done, and show it: this ends in another run of the page."""
    if work.rest is None or work.teller is None:
        return
    if state.get("m.cancelled") == work.settings:
        with work.teller.place.container(horizontal=True, vertical_alignment="center"):
            st.info(
                tr(
                    "Cancelled. This is the coarse map: {made} values, not {wanted}, along a side.",
                    made=work.fineness,
                    wanted=work.settings.fineness,
                )
            )
            st.button(tr("Finish it"), key="m.go_on", on_click=_go_on)
        return
    while not _take(work.settings):
        work.teller(0.0)
        time.sleep(LOOK)
    try:
        if work.settings not in _kept:  # somebody else may just have finished it
            _make(work, work.rest, work.teller)
    finally:
        with _lock:
            _making.discard(work.settings)
    st.rerun()


def _make(work: Work, rest: Iterator[Map], teller: "_Teller") -> None:
    def wait() -> None:
        teller(0.0)
        time.sleep(LOOK)

    limits = {owner(): int(MAPS.read())}
    if network():
        limits[network()] = int(MAPS_PER_ADDRESS.read())
    with _in_flight.taken(limits, wait):
        while not _places.acquire(timeout=LOOK):
            teller(0.0)
        try:
            _keep(work.settings, next(rest))
        finally:
            _places.release()


class _Teller:
    """A progress bar with Cancel, once the work takes longer than one likes to wait in the dark."""

    def __init__(self, settings: MapSettings) -> None:
        self.settings = settings
        self.place = st.empty()  # where the work is begun, above the picture
        self.begun = self.told = time.monotonic()
        self.bar: DeltaGenerator | None = None

    def __call__(self, share: float) -> None:
        now = time.monotonic()
        if now - self.begun < PATIENCE or now - self.told < LOOK:
            return
        self.told = now
        text = f"{share:.0%}"
        if share > 0.02:
            left = max(1, round((now - self.begun) * (1 - share) / share))
            text = tr("{share}, about {seconds} s left", share=text, seconds=left)
        if self.bar is None:
            with self.place.container(horizontal=True, vertical_alignment="center"):
                self.bar = st.progress(share, text)
                st.button(tr("Cancel"), key="m.cancel", on_click=_cancel, args=(self.settings,))
        else:
            self.bar.progress(share, text)


def _take(settings: MapSettings) -> bool:
    """Claim the making of a map; False while somebody else is at it."""
    with _lock:
        if settings in _making:
            return False
        _making.add(settings)
        return True


def _keep(settings: MapSettings, made: Map) -> None:
    with _lock:
        _kept[settings] = made
        _kept.move_to_end(settings)
        while len(_kept) > 1 and sum(map(runs, _kept)) > MOST_KEPT:
            _kept.popitem(last=False)


def _cancel(settings: MapSettings) -> None:
    state["m.cancelled"] = settings


def _go_on() -> None:
    state["m.cancelled"] = None
