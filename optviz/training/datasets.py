"""The data sets: three sets of small grey images, each with ten classes.

MNIST and Fashion-MNIST are the official files, checked by SHA-256. They are looked for in the folder named
by the environment variable OPTVIZ_DATA, then in the user's cache folder, and then downloaded into that. The
digits ship inside scikit-learn, so that training works without any download.
"""

import errno
import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from optviz.settings.environment import DATA

#: Called with the bytes fetched so far and the number of bytes to fetch.
ProgressCallback = Callable[[int, int], None]


class DatasetError(RuntimeError):
    """A data set is unknown, damaged or cannot be downloaded; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """One official file: its name, its length in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """A data set's description, known before it is loaded.

    `train` and `test` count images of `shape` (height, width), with pixels from 0 to `white`. `files` are the
    training images and labels, then the test images and labels. Each of `mirrors` is an address, ending in a
    slash, under which all of them stand.
    """

    key: str
    name: str
    source: str
    train: int
    test: int
    shape: tuple[int, int]
    classes: tuple[str, ...]
    white: int = 255
    files: tuple[DataFile, ...] = ()
    mirrors: tuple[str, ...] = ()

    @property
    def pixels(self) -> int:
        """Pixels of one image."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """A data set in memory.

    Images are uint8 of shape (n, pixels), from 0 to `info.white`; labels are int64 of shape (n,),
    counting in `info.classes`.
    """

    info: DatasetInfo
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


DIGITS = tuple("0123456789")

DATASETS: dict[str, DatasetInfo] = {
    info.key: info
    for info in (
        DatasetInfo(
            "digits",
            "Digits (8 × 8)",
            "1,797 handwritten digits from E. Alpaydin, C. Kaynak, Optical recognition of handwritten "
            "digits (1998), as they ship inside scikit-learn; every fifth image is kept for the test.",
            train=1438,
            test=359,
            shape=(8, 8),
            classes=DIGITS,
            white=16,
        ),
        DatasetInfo(
            "mnist",
            "MNIST",
            "70,000 handwritten digits from Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database of "
            "handwritten digits (1998).",
            train=60_000,
            test=10_000,
            shape=(28, 28),
            classes=DIGITS,
            files=(
                DataFile(
                    "train-images-idx3-ubyte.gz",
                    9_912_422,
                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                ),
                DataFile(
                    "train-labels-idx1-ubyte.gz",
                    28_881,
                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                ),
                DataFile(
                    "t10k-images-idx3-ubyte.gz",
                    1_648_877,
                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                ),
                DataFile(
                    "t10k-labels-idx1-ubyte.gz",
                    4_542,
                    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                ),
            ),
            mirrors=(
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
            ),
        ),
        DatasetInfo(
            "fashion-mnist",
            "Fashion-MNIST",
            "70,000 pictures of clothes from H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a novel image "
            "dataset for benchmarking machine learning algorithms (2017).",
            train=60_000,
            test=10_000,
            shape=(28, 28),
            classes=(
                "T-shirt",
                "Trouser",
                "Pullover",
                "Dress",
                "Coat",
                "Sandal",
                "Shirt",
                "Sneaker",
                "Bag",
                "Ankle boot",
            ),
            files=(
                DataFile(
                    "train-images-idx3-ubyte.gz",
                    26_421_880,
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                ),
                DataFile(
                    "train-labels-idx1-ubyte.gz",
                    29_515,
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                ),
                DataFile(
                    "t10k-images-idx3-ubyte.gz",
                    4_422_102,
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                ),
                DataFile(
                    "t10k-labels-idx1-ubyte.gz",
                    5_148,
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                ),
            ),
            mirrors=(
                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            ),
        ),
    )
}


def load(dataset: str | DatasetInfo, progress: ProgressCallback | None = None) -> Dataset:
    """Load a data set, by its key or its description; files that are missing are downloaded.

    `progress` is called only while files are downloaded.

    Raises:
        DatasetError: when it is unknown, damaged or cannot be downloaded.
    """
    if isinstance(dataset, str) and dataset not in DATASETS:
        raise DatasetError(f"“{dataset}” is no data set here; there is {', '.join(DATASETS)}.")
    info = DATASETS[dataset] if isinstance(dataset, str) else dataset
    arrays = _digits() if not info.files else [read_idx(path) for path in _find(info, progress)]
    train_images, train_labels, test_images, test_labels = arrays
    for part, images, labels, count in (
        ("training", train_images, train_labels, info.train),
        ("test", test_images, test_labels, info.test),
    ):
        if images.shape != (count, *info.shape) or labels.shape != (count,):
            raise DatasetError(
                f"The {part} set of {info.name} has images of shape {images.shape} and labels of shape "
                f"{labels.shape}; expected are {(count, *info.shape)} and {(count,)}."
            )
        if images.max() > info.white or labels.max() >= len(info.classes):
            raise DatasetError(f"The {part} set of {info.name} holds values that its classes do not have.")
    return Dataset(
        info,
        train_images.reshape(info.train, -1),
        train_labels.astype(np.int64),
        test_images.reshape(info.test, -1),
        test_labels.astype(np.int64),
    )


def present(dataset: str) -> bool:
    """Whether a data set can be had without a download: complete files lie in one of the folders.

    Only sizes are looked at, so that a page can ask; `load` checks the contents.
    """
    files = DATASETS[dataset].files

    def here(file: DataFile, folder: Path) -> bool:
        path = folder / dataset / file.name
        return path.is_file() and path.stat().st_size == file.size

    return all(any(here(file, folder) for folder in _folders()) for file in files)


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
        raise DatasetError(f"{path} is truncated: it ends in the middle of the compressed data.") from None
    except (gzip.BadGzipFile, zlib.error):
        raise DatasetError(f"{path} is corrupted: it cannot be decompressed.") from None
    if len(data) < 4 or data[:3] != b"\0\0\x08" or len(data) < 4 + 4 * data[3]:
        raise DatasetError(f"{path} is no IDX file of bytes.")
    start = 4 + 4 * data[3]
    shape = tuple(int(n) for n in np.frombuffer(data[4:start], dtype=">u4"))
    if len(data) - start != prod(shape):
        raise DatasetError(
            f"{path} says that it holds {prod(shape):,} bytes of shape {shape}, "
            f"but has {len(data) - start:,}."
        )
    return np.frombuffer(data, dtype=np.uint8, offset=start).reshape(shape)


def cache_folder() -> Path:
    """The user's cache folder, where downloaded files are kept."""
    import pooch

    return Path(pooch.os_cache("optviz"))


def _digits() -> list[np.ndarray]:
    """The digits of scikit-learn; every fifth image, from the fifth on, is a test image."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    images, labels = images.astype(np.uint8).reshape(-1, 8, 8), labels.astype(np.uint8)
    test = np.arange(len(labels)) % 5 == 4
    return [images[~test], labels[~test], images[test], labels[test]]


def _find(info: DatasetInfo, progress: ProgressCallback | None) -> list[Path]:
    """The paths of the four files; those found in no folder are downloaded first."""
    found: dict[DataFile, Path] = {}
    for file in info.files:
        for folder in _folders():
            path = folder / info.key / file.name
            if path.is_file():
                complaint = _complaint(path, file)
                if complaint is None:
                    found[file] = path
                    break
                if folder != cache_folder():  # one in the cache is downloaded again
                    raise DatasetError(f"{complaint} Replace it with the official file, or remove it.")
    missing = [file for file in info.files if file not in found]
    report = _Report(sum(file.size for file in missing), progress)
    for file in missing:
        report.size = file.size
        found[file] = _download(info, file, report)
        report.done += file.size
    return [found[file] for file in info.files]


def missing(info: DatasetInfo) -> tuple[list[str], list[DataFile]]:
    """What is wrong with the files of a data set, as sentences, and which are on this computer nowhere."""
    complaints, absent = [], []
    for file in info.files:
        paths = [folder / info.key / file.name for folder in _folders()]
        found = [_complaint(path, file) for path in paths if path.is_file()]
        complaints += [complaint for complaint in found[:1] if complaint]
        if not found:
            absent.append(file)
    return complaints, absent


def _folders() -> Iterator[Path]:
    """The folders in which files are looked for, in order."""
    if named := DATA.given():
        yield Path(named)
    yield cache_folder()


def _complaint(path: Path, file: DataFile) -> str | None:
    """Say in one sentence why this is not the official file, or return None if it is."""
    size = path.stat().st_size
    if size < file.size:
        return f"{path} is truncated: it has {size:,} of {file.size:,} bytes."
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != file.sha256:
        return f"{path} is corrupted: its SHA-256 is {digest[:12]}…, the official one {file.sha256[:12]}…."
    return None


@dataclass(slots=True)
class _Report:
    """A progress bar in the form that pooch expects; it adds up the bytes of all missing files."""

    whole: int
    progress: ProgressCallback | None
    done: int = 0
    size: int = 0
    here: int = 0
    total: int = 0  # pooch writes the length from the server here

    def update(self, size: int) -> None:
        """`size` more bytes of the current file have come."""
        self.here = min(self.here + size, self.size)  # pooch counts whole chunks, the last one too
        if self.progress is not None:
            self.progress(self.done + self.here, self.whole)

    def reset(self) -> None:
        """The current file starts again from its first byte."""
        self.here = 0

    def close(self) -> None:
        """The current file is complete."""
        self.here = 0


def _download(info: DatasetInfo, file: DataFile, report: _Report) -> Path:
    """Download one file into the cache from the first mirror that has it.

    pooch writes into a temporary file, checks the SHA-256, and only then moves it to its name: an
    interrupted or damaged download never replaces a complete file.
    """
    import pooch
    import requests

    pooch.get_logger().setLevel("ERROR")  # failures get our own sentence below
    folder = cache_folder() / info.key
    failures = []
    for mirror in info.mirrors:
        report.reset()
        try:
            path = pooch.retrieve(
                mirror + file.name,
                known_hash=f"sha256:{file.sha256}",
                fname=file.name,
                path=folder,
                downloader=pooch.HTTPDownloader(progressbar=report, timeout=20),
            )
            return Path(path)
        except requests.RequestException as error:
            failures.append(f"{mirror} did not answer as expected ({type(error).__name__})")
        except ValueError:  # pooch's word for another SHA-256
            failures.append(f"{mirror} has another file of that name")
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DatasetError(
                    f"The disk is full: {file.name} of {info.name} needs {file.size:,} bytes in {folder}."
                ) from error
            raise DatasetError(
                f"{file.name} of {info.name} cannot be written to {folder}: {error}."
            ) from error
    raise DatasetError(
        f"{info.name} could not be downloaded: {'; '.join(failures)}. Check the network, or choose "
        f"{DATASETS['digits'].name}, which needs no download. The official files can also be put into "
        f"the folder {info.key} inside the folder that OPTVIZ_DATA names."
    )
