"""Colours, dashes and markers: one of each per place in a comparison, in light and in dark."""

from collections.abc import Sequence
from dataclasses import dataclass

# M. Okabe, K. Ito, Color universal design (2008); black and blue are lightened on dark ground.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#1A1A1A", "#56B4E9")
DARK_PALETTE = ("#4FA3DC", "#F0792B", "#1DBF94", "#DE9BC3", "#F2B63C", "#F2F2F2", "#86CBF2")
#: What text in pictures is set in: Plotly's own fonts, then those with Chinese.
FONTS = '"Open Sans", verdana, arial, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'
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


SLOTS = 6  # places in a comparison; each has a colour, a dash and a marker of its own


def slot_styles(theme: Theme, places: int = SLOTS) -> list[Style]:
    """The style of each of the first places in a comparison, in order."""
    return [_style(place, theme) for place in range(places)]


def styles(entrants: Sequence[object], theme: Theme) -> list[Style]:
    """A style for each entrant by its place in the list, whatever it is.

    The first six differ in colour, dash and marker; in a longer list no two styles are alike (up to 252).
    """
    return [_style(place, theme) for place in range(len(entrants))]


def racer_styles(count: int, theme: Theme) -> list[Style]:
    """The styles of a race: the first racer is in ink, its rivals have the styles of their cards."""
    first = Style(theme.palette[SLOTS - 1], "solid", MARKERS[SLOTS])
    return [first, *(_style(place, theme) for place in range(count - 1))]


def _style(place: int, theme: Theme) -> Style:
    lap = place // SLOTS
    return Style(
        theme.palette[place % SLOTS],
        DASHES[(place + lap) % len(DASHES)],
        MARKERS[(place + lap // len(DASHES)) % len(MARKERS)],
    )
