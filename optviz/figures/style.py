"""Colours, dashes and markers: one of each per optimizer, the same everywhere, in light and in dark."""

from collections.abc import Sequence
from dataclasses import dataclass

from optviz.engine.optimizers import OPTIMIZERS

# M. Okabe, K. Ito, Color universal design (2008); black and blue are lightened on dark ground.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#1A1A1A", "#56B4E9")
DARK_PALETTE = ("#4FA3DC", "#F0792B", "#1DBF94", "#DE9BC3", "#F2B63C", "#F2F2F2", "#86CBF2")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a figure on light or on dark ground; `low` to `high` shade the landscape."""

    dark: bool
    ink: str
    faint: str
    ground: str
    void: str
    halo: str
    palette: tuple[str, ...]
    shades: tuple[str, ...]


# The shades have one hue and evenly spaced lightness (CIELAB), so that equal steps look equal.
LIGHT = Theme(
    dark=False,
    ink="#1f2733",
    faint="#d5dbe5",
    ground="#ffffff",
    void="#b9bcc2",
    halo="#ffffff",
    palette=PALETTE,
    shades=("#f6f9fd", "#dfe7f2", "#c8d5e7", "#b2c4dc", "#9cb3d1", "#87a2c6"),
)
DARK = Theme(
    dark=True,
    ink="#e6eaf0",
    faint="#3a4352",
    ground="#11161d",
    void="#4a4d52",
    halo="#0b0f14",
    palette=DARK_PALETTE,
    shades=("#141b26", "#1d2836", "#273648", "#31455b", "#3c546e", "#476482"),
)


@dataclass(frozen=True, slots=True)
class Style:
    """How one entrant is drawn."""

    color: str
    dash: str
    marker: str


def styles(optimizers: Sequence[str], theme: Theme) -> list[Style]:
    """A style for each optimizer key; the same optimizer a second time gets the next dash and marker."""
    places = {key: i for i, key in enumerate(OPTIMIZERS)}
    seen: dict[str, int] = {}
    found = []
    for key in optimizers:
        lap, place = divmod(places[key], len(theme.palette))
        again = seen.get(key, 0)
        seen[key] = again + 1
        found.append(
            Style(
                theme.palette[place],
                DASHES[(lap + again) % len(DASHES)],
                MARKERS[(place + again + lap) % len(MARKERS)],
            )
        )
    return found
