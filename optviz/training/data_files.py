"""The files of data sets: how one is checked, and how the format IDX is read."""

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from optviz.words import tr


class DatasetError(RuntimeError):
    """A data set is unknown, damaged or cannot be downloaded; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """One official file: its name, its length in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


def read_idx(path: Path) -> np.ndarray:
    """Read an IDX file of bytes, compressed by gzip, as the uint8 array that it holds.

    The format: two zeros, the type (8 is an unsigned byte), the number of dimensions, each dimension
    as a big-endian int32, then the bytes.

    Raises:
        DatasetError: when the file is truncated, corrupted, or of another format.
    """
    try:
        data = gzip.decompress(path.read_bytes())
    except EOFError:
        raise DatasetError(
            tr("{path} is truncated: it ends in the middle of the compressed data.", path=path)
        ) from None
    except (gzip.BadGzipFile, zlib.error):
        raise DatasetError(tr("{path} is corrupted: it cannot be decompressed.", path=path)) from None
    if len(data) < 4 or data[:3] != b"\0\0\x08" or len(data) < 4 + 4 * data[3]:
        raise DatasetError(tr("{path} is no IDX file of bytes.", path=path))
    start = 4 + 4 * data[3]
    shape = tuple(int(n) for n in np.frombuffer(data[4:start], dtype=">u4"))
    if len(data) - start != prod(shape):
        raise DatasetError(
            tr(
                "{path} says that it holds {said} bytes of shape {shape}, but has {found}.",
                path=path,
                said=f"{prod(shape):,}",
                shape=shape,
                found=f"{len(data) - start:,}",
            )
        )
    return np.frombuffer(data, dtype=np.uint8, offset=start).reshape(shape)


def complaint(path: Path, file: DataFile) -> str | None:
    """Say in one sentence why this is not the official file, or return None if it is."""
    size = path.stat().st_size
    if size < file.size:
        return tr(
            "{path} is truncated: it has {found} of {size} bytes.",
            path=path,
            found=f"{size:,}",
            size=f"{file.size:,}",
        )
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != file.sha256:
        return tr(
            "{path} is corrupted: its SHA-256 is {found}…, the official one {wanted}….",
            path=path,
            found=digest[:12],
            wanted=file.sha256[:12],
        )
    return None
