"""A drawn digit as an image of a data set: cropped, scaled and centred as its makers did."""

from collections.abc import Callable, Mapping

import numpy as np

#: A drawing that is nowhere darker than this is empty.
FAINT = 32


def mnist(ink: np.ndarray) -> np.ndarray:
    """As MNIST was made: 20 pixels along its longer side, the centre of mass in the middle.

    Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database of handwritten digits (1998). The middle is
    pixel 14, counted from 0, as it is in their files.
    """
    digit = _scaled(_cropped(ink), 20.0)
    height, width = digit.shape
    whole = digit.sum()
    middle = [
        float((digit.sum(axis=1 - axis) * np.arange(n)).sum() / whole)
        for axis, n in enumerate((height, width))
    ]
    # A digit with its mass at one end is moved no further than it fits.
    top, left = (
        int(np.clip(round(14 - centre), 0, 28 - n)) for centre, n in zip(middle, (height, width), strict=True)
    )
    image = np.zeros((28, 28))
    image[top : top + height, left : left + width] = digit
    return np.rint(image).astype(np.uint8)


def digits(ink: np.ndarray) -> np.ndarray:
    """As the 8 × 8 digits were made: it fills 32 × 32 pixels, which are counted in 4 × 4 blocks."""
    digit = _scaled(_cropped(ink), 32.0)
    bitmap = np.zeros((32, 32))
    height, width = digit.shape
    top, left = (32 - height) // 2, (32 - width) // 2
    bitmap[top : top + height, left : left + width] = digit >= 128
    counts: np.ndarray = bitmap.reshape(8, 4, 8, 4).sum(axis=(1, 3))
    return counts.astype(np.uint8)


#: How a drawing becomes an image, by data set; those that hold no digits are not here.
MAKERS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {"mnist": mnist, "digits": digits}


def image_of(ink: np.ndarray, dataset: str) -> np.ndarray | None:
    """A drawing, uint8 of shape (height, width) from 0 to 255, as an image; None if it is empty.

    Raises:
        KeyError: for a data set without digits.
    """
    return MAKERS[dataset](ink) if (ink > FAINT).any() else None


def _cropped(ink: np.ndarray) -> np.ndarray:
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(float)


def _scaled(digit: np.ndarray, longest: float) -> np.ndarray:
    """The digit with `longest` pixels along its longer side; each pixel is the mean of what it covers."""
    factor = longest / max(digit.shape)
    height, width = (max(1, round(n * factor)) for n in digit.shape)
    scaled: np.ndarray = _covering(digit.shape[0], height) @ digit @ _covering(digit.shape[1], width).T
    return scaled


def _covering(before: int, after: int) -> np.ndarray:
    """How much of each old pixel lies in each new one, shape (after, before); every row adds up to 1."""
    edges = np.linspace(0, before, after + 1)
    low, high = edges[:-1, None], edges[1:, None]
    pixels = np.arange(before)[None]
    shares: np.ndarray = np.clip(np.minimum(high, pixels + 1) - np.maximum(low, pixels), 0, None)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares
