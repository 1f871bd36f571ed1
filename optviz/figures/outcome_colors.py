"""What became of a start, as colours: one for each minimum, others for “not yet”, “diverged”, “undefined”."""

import numpy as np

from optviz.figures.colors import blend
from optviz.figures.style import Theme
from optviz.maps.grids import DIVERGED, NOT_YET, UNDEFINED

PALEST = 0.7  # how far the colour of the slowest run goes towards the ground
STRIPE = 8  # cells from one stripe of the hatching to the next

NAMES = {
    NOT_YET: "not yet at a minimum",
    DIVERGED: "diverged",
    UNDEFINED: "f has no value (hatched)",
}


def minimum_color(index: int, theme: Theme) -> str:
    """The colour of a minimum. Vermilion is not among them: it says “diverged”."""
    blue, _, green, pink, orange, _, sky = theme.palette
    lap, place = divmod(index, 5)
    return blend(theme.ink, (blue, orange, green, pink, sky)[place], min(0.35 * lap, 0.7))


def fate_color(code: int, theme: Theme) -> str:
    """The colour of a code of `Basins.ends`."""
    if code >= 0:
        return minimum_color(code, theme)
    return {
        NOT_YET: "#eceef1" if not theme.dark else "#262c35",
        DIVERGED: theme.palette[1],
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
