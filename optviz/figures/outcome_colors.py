"""What became of a start, as colours: one for each minimum, others for “not yet”, “diverged”, “undefined”."""

import numpy as np

from optviz.figures.colors import blend
from optviz.figures.style import Theme
from optviz.maps.grids import DIVERGED, NOT_YET, UNDEFINED
from optviz.words import mark

# P. Tol, Colour schemes (2021), “muted” in another order: a start's fate must not look like an optimizer.
MINIMA = ("#332288", "#DDCC77", "#44AA99", "#AA4499", "#999933", "#88CCEE", "#117733", "#882255", "#CC6677")
DARK_MINIMA = (
    "#8877DD",
    "#DDCC77",
    "#44AA99",
    "#CC66BB",
    "#A8A83C",
    "#88CCEE",
    "#2E9E55",
    "#B8477F",
    "#E08A95",
)
#: What grew or diverged, on every map: neither an optimizer's colour nor on any colour scale.
GREW, DARK_GREW = "#C8102E", "#FF4D5E"
PALEST = 0.7  # how far the colour of the slowest run goes towards the ground
STRIPE = 8  # cells from one stripe of the hatching to the next

NAMES = {
    NOT_YET: mark("not yet at a minimum"),
    DIVERGED: mark("diverged"),
    UNDEFINED: mark("f has no value (hatched)"),
}


def minimum_color(index: int, theme: Theme) -> str:
    """The colour of a minimum; those after the ninth repeat, nearer to the ink each time."""
    colors = DARK_MINIMA if theme.dark else MINIMA
    lap, place = divmod(index, len(colors))
    return blend(theme.ink, colors[place], min(0.25 * lap, 0.6))


def grew_color(theme: Theme) -> str:
    """The colour of what grew or diverged."""
    return DARK_GREW if theme.dark else GREW


def fate_color(code: int, theme: Theme) -> str:
    """The colour of a code of `Basins.ends`."""
    if code >= 0:
        return minimum_color(code, theme)
    return {
        NOT_YET: "#eceef1" if not theme.dark else "#262c35",
        DIVERGED: grew_color(theme),
        UNDEFINED: theme.void,
    }[code]


def shaded(
    ends: np.ndarray, steps: np.ndarray, longest: float, theme: Theme
) -> tuple[np.ndarray, list[list]]:
    """Numbers from 0 to 1 for the cells of a map, and the colour scale that they are meant for.

    Every fate has a part of the scale of its own; within it, a minimum's colour pales with the steps, up
    to `longest`.
    Cells without a value get the stripes of a hatching.
    """
    codes = sorted({int(c) for c in np.unique(ends)})
    slow = np.minimum(steps / max(1.0, longest), 1.0)
    bands: list[tuple[str, str]] = []
    numbers = np.zeros(ends.shape)
    total = len(codes) + (UNDEFINED in codes)
    for code in codes:
        place, here = len(bands), ends == code
        color = fate_color(code, theme)
        numbers[here] = place + 0.5
        bands.append((color, blend(theme.ground, color, PALEST) if code >= 0 else color))
        if code >= 0:
            numbers[here] = place + 0.02 + 0.96 * slow[here]
        elif code == UNDEFINED:
            rows, columns = np.indices(ends.shape) if ends.ndim == 2 else (0, np.arange(ends.size))
            stripe = here & ((rows + columns) % STRIPE < STRIPE // 3)
            numbers[stripe] = place + 1.5
            dark = blend(theme.ink, color, 0.35)
            bands.append((dark, dark))
    scale: list[list] = []
    for place, (fast, slowest) in enumerate(bands):
        scale += [[place / total, fast], [(place + 1) / total, slowest]]
    return numbers / total, scale
