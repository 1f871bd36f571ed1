"""The data sets: three sets of small grey images, each with ten classes.

MNIST and Fashion-MNIST are the official files, checked by SHA-256. They are looked for in the folder named
by the environment variable OPTVIZ_DATA, then in the user's cache folder, and then downloaded into that. The
digits ship inside scikit-learn, so that training works without any download.
"""

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from optviz.settings.environment import DATA
from optviz.training.data_files import DataFile, DatasetError, complaint, read_idx
from optviz.words import Message, join, listed, mark, tr

__all__ = [
    *("DATASETS", "DIGITS", "DataFile", "Dataset", "DatasetError", "DatasetInfo", "ProgressCallback"),
    *("cache_folder", "load", "missing", "present", "read_idx"),
]

#: Called with the bytes fetched so far and the number of bytes to fetch.
ProgressCallback = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """A data set's description, known before it is loaded.

    `train` and `test` count images of `shape` (height, width), with pixels from 0 to `white`. `files` are the
    training images and labels, then the test images and labels. Each of `mirrors` is an address, ending in a
    slash, under which all of them stand.
    """

    key: str
    name: Message
    source: Message
    train: int
    test: int
    shape: tuple[int, int]
    classes: tuple[str, ...]
    white: int = 255
    files: tuple[DataFile, ...] = ()
    mirrors: tuple[str, ...] = ()

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the classes are called in the language of this context."""
        return tuple(map(tr, self.classes))

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
                mark("T-shirt"),
                mark("Trouser"),
                mark("Pullover"),
                mark("Dress"),
                mark("Coat"),
                mark("Sandal"),
                mark("Shirt"),
                mark("Sneaker"),
                mark("Bag"),
                mark("Ankle boot"),
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
        raise DatasetError(
            tr(
                "“{key}” is no {what} here; there is {known}.",
                key=dataset,
                what=tr("data set"),
                known=listed(DATASETS),
            )
        )
    info = DATASETS[dataset] if isinstance(dataset, str) else dataset
    arrays = _digits() if not info.files else [read_idx(path) for path in _find(info, progress)]
    train_images, train_labels, test_images, test_labels = arrays
    for part, images, labels, count in (
        (mark("training set"), train_images, train_labels, info.train),
        (mark("test set"), test_images, test_labels, info.test),
    ):
        if images.shape != (count, *info.shape) or labels.shape != (count,):
            raise DatasetError(
                tr(
                    "The {part} of {name} has images of shape {images} and labels of shape {labels}; "
                    "expected are {wanted_images} and {wanted_labels}.",
                    part=tr(part),
                    name=tr(info.name),
                    images=images.shape,
                    labels=labels.shape,
                    wanted_images=(count, *info.shape),
                    wanted_labels=(count,),
                )
            )
        if images.max() > info.white or labels.max() >= len(info.classes):
            raise DatasetError(
                tr(
                    "The {part} of {name} holds values that its classes do not have.",
                    part=tr(part),
                    name=tr(info.name),
                )
            )
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
                wrong = complaint(path, file)
                if wrong is None:
                    found[file] = path
                    break
                if folder != cache_folder():  # one in the cache is downloaded again
                    advice = tr("Replace it with the official file, or remove it.")
                    raise DatasetError(join(wrong, advice))
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
        found = [complaint(path, file) for path in paths if path.is_file()]
        complaints += [wrong for wrong in found[:1] if wrong]
        if not found:
            absent.append(file)
    return complaints, absent


def _folders() -> Iterator[Path]:
    """The folders in which files are looked for, in order."""
    if named := DATA.given():
        yield Path(named)
    yield cache_folder()


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
            kind = type(error).__name__
            failures.append(tr("{mirror} did not answer as expected ({kind})", mirror=mirror, kind=kind))
        except ValueError:  # pooch's word for another SHA-256
            failures.append(tr("{mirror} has another file of that name", mirror=mirror))
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DatasetError(
                    tr(
                        "The disk is full: {file} of {name} needs {size} bytes in {folder}.",
                        file=file.name,
                        name=tr(info.name),
                        size=f"{file.size:,}",
                        folder=folder,
                    )
                ) from error
            raise DatasetError(
                tr(
                    "{file} of {name} cannot be written to {folder}: {error}.",
                    file=file.name,
                    name=tr(info.name),
                    folder=folder,
                    error=error,
                )
            ) from error
    other = DATASETS["digits"]
    raise DatasetError(
        tr(
            "{name} could not be downloaded: {failures}. Check the network, or choose {other}, which needs "
            "no download. The official files can also be put into the folder {folder} inside the folder that "
            "OPTVIZ_DATA names.",
            name=tr(info.name),
            failures="; ".join(failures),
            other=tr(other.name),
            folder=info.key,
        )
    )
