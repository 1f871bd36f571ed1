"""The small picture of a lesson: an SVG that needs no script, from the paths or numbers of the lesson."""

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from optviz.engine.outcomes import number
from optviz.figures.landscapes import sample
from optviz.figures.style import PALETTE, Theme, styles
from optviz.lessons.lesson import Chart, Paths, Picture
from optviz.words import tr

WIDTH, HEIGHT = 320, 190
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 14, 34  # the room around a chart
MOST_POINTS = 250  # of one line; a picture of this size cannot show more
LEVELS = 14

Box = tuple[tuple[float, float], tuple[float, float]]


def sketch(picture: Picture, theme: Theme) -> str:
    """The picture as the text of an SVG."""
    if isinstance(picture, Chart):
        inner = _bars(picture, theme) if picture.bars else _lines(picture, theme)
    else:
        inner = _curve(picture, theme) if picture.objective.dimension == 1 else _map(picture, theme)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="11">{inner}</svg>'
    )


def image(picture: Picture, theme: Theme, alt: str) -> str:
    """The picture as an HTML image that carries its own data."""
    data = base64.b64encode(sketch(picture, theme).encode()).decode("ascii")
    return (
        f'<img class="sketch" alt="{html.escape(alt)}" src="data:image/svg+xml;base64,{data}" '
        f'style="width:100%;height:auto;aspect-ratio:{WIDTH}/{HEIGHT};border-radius:4px">'
    )


def _map(picture: Paths, theme: Theme) -> str:
    """A contour as a small bitmap, with the paths and minima over it."""
    _, values = sample(picture.objective, picture.domain)
    box = (picture.domain[0], picture.domain[1])
    bitmap = base64.b64encode(_png(_shaded(values), theme)).decode("ascii")
    parts = [
        f'<image href="data:image/png;base64,{bitmap}" width="{WIDTH}" height="{HEIGHT}" '
        'preserveAspectRatio="none"/>'
    ]
    for x, y in picture.objective.minima:
        px, py = _place(np.array([[x, y]]), box)[0]
        parts.append(
            f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" fill="{theme.palette[6]}" stroke="{theme.ink}"/>'
        )
    for (name, _, points), color in zip(picture.paths, _colors(picture, theme), strict=True):
        parts.append(_path(_place(points, box), color, name, theme))
    ends = np.concatenate([_place(points, box) for _, _, points in picture.paths])
    return "".join(parts) + _names(_named(picture, theme), theme, _free_corner(ends))


def _curve(picture: Paths, theme: Theme) -> str:
    """The curve of an objective of one variable with the points of each run on it."""
    ((low, high),) = picture.domain
    # A run that leaves may take a few leaps within the picture, before it is out of sight.
    reach = max(float(np.abs(points).max()) for _, _, points in picture.paths)
    wide = min(max(1.06, 1.1 * reach / max(abs(low), abs(high))), 2.4)
    middle, half = (low + high) / 2, wide * (high - low) / 2
    domain = ((middle - half, middle + half),)
    (x,), values = sample(picture.objective, domain)
    margin = 0.08 * float(values.max() - values.min())
    box = (domain[0], (float(values.min()) - margin, float(values.max()) + margin))
    ground = _place(np.stack([x, values], axis=1), box)
    parts = [_polyline(ground, theme.ink, 1.4, opacity=0.55)]
    for (name, _, points), color in zip(picture.paths, _colors(picture, theme), strict=True):
        heights = picture.objective.value(points)
        parts.append(_path(_place(np.stack([points[:, 0], heights], axis=1), box), color, name, theme))
    return "".join(parts) + _names(_named(picture, theme), theme, (True, False))


def _colors(picture: Paths, theme: Theme) -> list[str]:
    return [style.color for style in styles([key for _, key, _ in picture.paths], theme)]


def _named(picture: Paths, theme: Theme) -> list[tuple[str, str]]:
    return [(name, color) for (name, _, _), color in zip(picture.paths, _colors(picture, theme), strict=True)]


def _shaded(values: np.ndarray) -> np.ndarray:
    """Levels 0 … LEVELS - 1, denser near the lowest value, the top row first as in a bitmap."""
    finite = values[np.isfinite(values)]
    low, high = float(finite.min()), float(finite.max())
    with np.errstate(all="ignore"):
        share = ((values - low) / ((high - low) or 1.0)) ** 0.35
    return np.nan_to_num(np.floor(share * LEVELS), nan=LEVELS - 1).clip(0, LEVELS - 1).astype("u1")[::-1]


def _png(levels: np.ndarray, theme: Theme) -> bytes:
    """A bitmap (height, width) with one colour for each level, as a PNG with a palette."""
    places = np.linspace(0, len(theme.shades) - 1, LEVELS)
    known = np.array([list(bytes.fromhex(shade[1:])) for shade in theme.shades], dtype=float)
    palette = np.stack([np.interp(places, np.arange(len(known)), known[:, i]) for i in range(3)], axis=1)
    bitmap = Image.fromarray(levels)
    bitmap.putpalette(palette.round().astype("u1").tobytes())
    out = io.BytesIO()
    bitmap.save(out, "PNG", optimize=True)
    return out.getvalue()


def _place(points: np.ndarray, box: Box) -> np.ndarray:
    """Pixels of points (n, 2) in a picture that shows `box`; far ones stay at a distance SVG can draw."""
    (x_low, x_high), (y_low, y_high) = box
    with np.errstate(all="ignore"):
        x = (points[:, 0] - x_low) / (x_high - x_low) * WIDTH
        y = (y_high - points[:, 1]) / (y_high - y_low) * HEIGHT
    return np.clip(np.nan_to_num(np.stack([x, y], axis=1)), -1e4, 1e4)


def _thinned(pixels: np.ndarray) -> np.ndarray:
    if len(pixels) <= MOST_POINTS:
        return pixels
    return pixels[np.unique(np.linspace(0, len(pixels) - 1, MOST_POINTS).round().astype(int))]


def _polyline(pixels: np.ndarray, color: str, width: float, opacity: float = 1.0, name: str = "") -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in _thinned(pixels))
    title = f"<title>{html.escape(name)}</title>" if name else ""
    return (
        f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="{width}" '
        f'stroke-linejoin="round" opacity="{opacity}">{title}</polyline>'
    )


def _path(pixels: np.ndarray, color: str, name: str, theme: Theme) -> str:
    """A run: its line, its points when they are few, a ring at the start and a head at the end."""
    parts = [_polyline(pixels, color, 1.8 if len(pixels) < 1000 else 1.0, name=name)]
    if len(pixels) <= 60:
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{color}"/>' for x, y in pixels]
    (x, y), (u, v) = pixels[0], pixels[-1]
    parts.append(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="none" stroke="{theme.ink}" stroke-width="2"/>'
    )
    parts.append(
        f'<circle cx="{u:.1f}" cy="{v:.1f}" r="4.5" fill="{color}" stroke="{theme.halo}" stroke-width="1.5"/>'
    )
    return "".join(parts)


def _free_corner(pixels: np.ndarray) -> tuple[bool, bool]:
    """The corner with the fewest points: whether it is left, and whether it is at the bottom."""
    x, y = pixels[:, 0] / WIDTH, pixels[:, 1] / HEIGHT
    inside = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)

    def taken(corner: tuple[bool, bool]) -> int:
        left, bottom = corner
        near = (x < 0.6 if left else x > 0.4) & (y > 0.7 if bottom else y < 0.3)
        return int((inside & near).sum())

    return min(((True, False), (True, True), (False, False), (False, True)), key=taken)


def _names(named: Sequence[tuple[str, str]], theme: Theme, corner: tuple[bool, bool]) -> str:
    """A legend in a corner, where there is more than one name to tell apart."""
    if len({name for name, _ in named}) < 2:
        return ""
    left, bottom = corner
    width, height = 32 + 6.1 * max(_letters(name) for name, _ in named), 6 + 14 * len(named)
    x0, y0 = (4 if left else WIDTH - 4 - width), (HEIGHT - 4 - height if bottom else 4)
    parts = [
        f'<rect x="{x0:.0f}" y="{y0:.0f}" width="{width:.0f}" height="{height}" rx="3" '
        f'fill="{theme.ground}" opacity="0.82"/>'
    ]
    for row, (name, color) in enumerate(named):
        y = y0 + 13 + 14 * row
        parts.append(f'<rect x="{x0 + 5:.0f}" y="{y - 5:.0f}" width="12" height="3" fill="{color}"/>')
        parts.append(_text(x0 + 21, y, name, theme, "start"))
    return "".join(parts)


def _legend(names: Sequence[str], theme: Theme) -> tuple[str, int]:
    """Names in a row, or two, above a chart, and how many pixels high they are."""
    parts, at, y = [], 10.0, 13
    for name, color in zip(names, theme.palette, strict=False):
        room = 30 + 6 * _letters(name)
        if at + room > WIDTH and at > 10:
            at, y = 10.0, y + 14
        parts.append(f'<rect x="{at:.0f}" y="{y - 5}" width="12" height="3" fill="{color}"/>')
        parts.append(_text(at + 16, y, name, theme, "start"))
        at += room
    return "".join(parts), y + 9


def _lines(chart: Chart, theme: Theme) -> str:
    """Lines with the ends of both axes named; logarithmic axes leave out what has no logarithm."""
    kept = []
    for line in chart.lines:
        x, y = (np.asarray(v, dtype=float) for v in (line.x, line.y))
        with np.errstate(all="ignore"):
            x, y = (np.log10(x) if "x" in chart.log else x), (np.log10(y) if "y" in chart.log else y)
        there = np.isfinite(x) & np.isfinite(y)
        kept.append((x[there], y[there]))
    if not any(len(x) for x, _ in kept):
        return _text(WIDTH / 2, HEIGHT / 2, tr("nothing to show yet"), theme)
    ends = []
    for i in (0, 1):
        values = np.concatenate([pair[i] for pair in kept])
        low, high = float(values.min()), float(values.max())
        ends.append((low, high if high > low else low + 1.0))
    legend, top = _legend([line.name for line in chart.lines], theme) if len(chart.lines) > 1 else ("", TOP)
    parts = [legend, _frame(chart, (ends[0], ends[1]), top, theme)]
    for (x, y), color in zip(kept, theme.palette, strict=False):
        px = LEFT + (x - ends[0][0]) / (ends[0][1] - ends[0][0]) * (WIDTH - LEFT - RIGHT)
        py = top + (ends[1][1] - y) / (ends[1][1] - ends[1][0]) * (HEIGHT - top - BOTTOM)
        parts.append(_polyline(np.stack([px, py], axis=1), color, 2.0))
    return "".join(parts)


def _frame(chart: Chart, ends: Box, top: int, theme: Theme) -> str:
    """Both axes with their names and the values at their ends."""
    floor, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    shown = [
        [_short(10**v if letter in chart.log else v) for v in pair]
        for letter, pair in zip("xy", ends, strict=True)
    ]
    return "".join(
        (
            f'<path d="M{LEFT} {top}V{floor}H{right}" fill="none" stroke="{theme.ink}" opacity="0.5"/>',
            _text(LEFT, floor + 13, shown[0][0], theme, "start"),
            _text(right, floor + 13, shown[0][1], theme, "end"),
            _text(LEFT - 5, floor, shown[1][0], theme, "end"),
            _text(LEFT - 5, top + 8, shown[1][1], theme, "end"),
            _text((LEFT + right) / 2, HEIGHT - 6, chart.x, theme),
            f'<text transform="translate(11 {(top + floor) / 2:.0f}) rotate(-90)" text-anchor="middle" '
            f'fill="{theme.ink}">{html.escape(chart.y)}</text>',
        )
    )


def _bars(chart: Chart, theme: Theme) -> str:
    """Bars from a common zero with their values on top."""
    heights = [height for _, height in chart.bars]
    top, low = max(0.0, *heights), min(0.0, *heights)
    span = (top - low) or 1.0
    room = (WIDTH - 40) / len(chart.bars)
    zero = 38 + top / span * (HEIGHT - 70)
    parts = [_text(WIDTH / 2, 14, chart.y, theme)]
    for i, (name, height) in enumerate(chart.bars):
        x, tall = 20 + i * room, abs(height) / span * (HEIGHT - 70)
        y = zero - tall if height >= 0 else zero
        color = theme.palette[i % len(PALETTE)]
        parts.append(
            f'<rect x="{x + room * 0.18:.1f}" y="{y:.1f}" width="{room * 0.64:.1f}" height="{tall:.1f}" '
            f'fill="{color}"/>'
        )
        parts.append(_text(x + room / 2, y - 4, number(height), theme))
        parts.append(_text(x + room / 2, HEIGHT - 12, name, theme))
    parts.append(f'<path d="M20 {zero:.1f}H{WIDTH - 20}" stroke="{theme.ink}" opacity="0.5"/>')
    return "".join(parts)


def _letters(text: str) -> int:
    """How many letters wide a text is; a Chinese character takes two."""
    return sum(2 if character >= "\u2e80" else 1 for character in text)


def _short(value: float) -> str:
    """Two digits, so that they fit beside an axis."""
    return number(float(f"{value:.2g}"))


def _text(x: float, y: float, text: str, theme: Theme, anchor: str = "middle") -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{theme.ink}">{html.escape(text)}</text>'
    )
