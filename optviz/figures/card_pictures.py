"""The picture of an experiment for the card that a chat program shows of its link: paths on the landscape."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from optviz.engine.objective import Objective
from optviz.engine.trajectories import Trajectory
from optviz.figures.landscapes import Domain, relief, sample
from optviz.figures.scenes import short_names
from optviz.figures.style import Theme, styles
from optviz.settings.experiment import Experiment
from optviz.words import ENGLISH, speaking

SIZE = WIDTH, HEIGHT = 1200, 630  # px, what chat programs ask for
STRIP = 126  # px of it below the picture, for words
TWICE = 2  # drawn so much larger and then made smaller, as Pillow draws lines with hard edges
FAR = 1e5  # px; a line that leaves the picture need not go farther
SPAN = 0.06  # of its height stays free above and below a curve

Box = tuple[tuple[float, float], tuple[float, float]]


def card_picture(experiment: Experiment, trajectories: Sequence[Trajectory], theme: Theme) -> bytes:
    """A PNG of 1200×630: the landscape, the paths from their start, and the names of the optimizers."""
    objective = experiment.landscape()
    size = (WIDTH * TWICE, (HEIGHT - STRIP) * TWICE)
    if objective.dimension == 1:
        picture, box = _curve(objective, experiment.domain, size, theme)
    else:
        picture, box = _shaded(objective, experiment.domain, size, theme), _box(experiment.domain)
    pen = ImageDraw.Draw(picture)
    colors = [style.color for style in styles(experiment.entrants, theme)]
    for trajectory, color in zip(trajectories, colors, strict=True):
        _path(pen, _pixels(_places(trajectory), box, size), color, theme)
    x, y = _pixels(_places(trajectories[0])[:1], box, size)[0]
    pen.ellipse((x - 20, y - 20, x + 20, y + 20), outline=theme.ink, width=7)
    card = Image.new("RGB", SIZE, theme.ground)
    card.paste(picture.resize((WIDTH, HEIGHT - STRIP), Image.Resampling.LANCZOS))
    with speaking(ENGLISH):  # Pillow's own font has no other letters
        names = short_names(experiment.racers)
    _words(card, objective.name, list(zip(names, colors, strict=True)), theme)
    made = io.BytesIO()
    card.quantize(256, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()


def _box(domain: Domain) -> Box:
    return domain[0], domain[1]


def _places(trajectory: Trajectory) -> np.ndarray:
    """What is drawn of a run: (x, y), or (x, f(x))."""
    if trajectory.points.shape[1] == 2:
        return trajectory.points
    return np.stack([trajectory.points[:, 0], trajectory.values], axis=1)


def _shaded(objective: Objective, domain: Domain, size: tuple[int, int], theme: Theme) -> Image.Image:
    """The levels of the contour as areas of one colour; grey where f has no finite value."""
    shares = relief(objective, domain)[::-1]
    finite = np.isfinite(shares)
    smooth = Image.fromarray(np.where(finite, shares, 1.0).astype("f4")).resize(
        size, Image.Resampling.BILINEAR
    )
    colours = np.array([list(bytes.fromhex(shade[1:])) for shade in theme.shades], dtype="f8")
    levels = np.floor(np.asarray(smooth) * 14).clip(0, 13) / 13
    places = np.linspace(0, 1, len(colours))
    picture = Image.fromarray(
        np.stack([np.interp(levels, places, colours[:, i]) for i in range(3)], axis=-1).round().astype("u1")
    )
    void = Image.fromarray(np.where(finite, 0, 255).astype("u1")).resize(size, Image.Resampling.NEAREST)
    picture.paste(Image.new("RGB", size, theme.void), mask=void)
    return picture


def _curve(
    objective: Objective, domain: Domain, size: tuple[int, int], theme: Theme
) -> tuple[Image.Image, Box]:
    (x,), values = sample(objective, domain)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    margin = SPAN * (high - low) or 1.0
    box = (domain[0], (low - margin, high + margin))
    picture = Image.new("RGB", size, theme.shades[0])
    _line(ImageDraw.Draw(picture), _pixels(np.stack([x, values], axis=1), box, size), theme.ink, 5)
    return picture, box


def _pixels(places: np.ndarray, box: Box, size: tuple[int, int]) -> np.ndarray:
    """Pixels of places (n, 2) in a picture of that size that shows `box`, NaN where none is drawn."""
    (left, right), (low, high) = box
    with np.errstate(all="ignore"):
        x = (places[:, 0] - left) / (right - left) * size[0]
        y = (high - places[:, 1]) / (high - low) * size[1]
        drawn = np.stack([x, y], axis=1)
        return np.where(np.abs(drawn).max(axis=1, keepdims=True) < FAR, drawn, np.nan)


def _line(pen: ImageDraw.ImageDraw, pixels: np.ndarray, color: str, width: int) -> None:
    """A line through the pixels, with gaps where they are NaN."""
    drawn = np.isfinite(pixels).all(axis=1)
    for part in np.split(pixels, np.flatnonzero(~drawn)):
        kept = part[np.isfinite(part).all(axis=1)]
        if len(kept) > 1:
            pen.line([(float(x), float(y)) for x, y in kept], fill=color, width=width, joint="curve")


def _path(pen: ImageDraw.ImageDraw, pixels: np.ndarray, color: str, theme: Theme) -> None:
    _line(pen, pixels, theme.halo, 14)
    _line(pen, pixels, color, 8)
    x, y = pixels[-1]
    if np.isfinite([x, y]).all():
        pen.ellipse((x - 16, y - 16, x + 16, y + 16), fill=color, outline=theme.halo, width=5)


def _words(card: Image.Image, name: str, named: Sequence[tuple[str, str]], theme: Theme) -> None:
    """Below the picture: the landscape, and a sample of each line with its name, as far as there is room."""
    pen = ImageDraw.Draw(card)
    title, small = ImageFont.load_default(36), ImageFont.load_default(26)
    top = HEIGHT - STRIP
    pen.text((28, top + 12), _known(name), fill=theme.ink, font=title)
    pen.text((WIDTH - 28, top + 12), "optviz", fill=theme.ink, font=title, anchor="ra")
    x = 28.0
    for words, color in named:
        room = 52 + pen.textlength(_known(words), small) + 26
        if x + room > WIDTH and x > 28:
            pen.text((x, top + 74), "and others", fill=theme.ink, font=small)
            return
        pen.line((x, top + 91, x + 40, top + 91), fill=color, width=8)
        pen.text((x + 52, top + 74), _known(words), fill=theme.ink, font=small)
        x += room


def _known(words: str) -> str:
    """Words in letters that Pillow's own font has."""
    return words.replace("−", "-")
