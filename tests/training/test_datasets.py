"""Data sets are read as they are, fetched when they are missing, and refused when they are damaged."""

import errno
import gzip
import hashlib
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pooch
import pytest

from optviz.training import datasets
from optviz.training.datasets import DATASETS, DataFile, DatasetError, DatasetInfo, load, read_idx


def idx(array):
    """`array` as an IDX file of bytes, compressed."""
    header = b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.astype(np.uint8).tobytes(), mtime=0)


random = np.random.default_rng(0)
ARRAYS = {
    "train-images": random.integers(0, 256, (50, 4, 3)),
    "train-labels": random.integers(0, 2, 50),
    "test-images": random.integers(0, 256, (20, 4, 3)),
    "test-labels": random.integers(0, 2, 20),
}
FILES = {name: idx(array) for name, array in ARRAYS.items()}


class Mirror:
    """A server of files on this computer; `answers` maps a name to what it sends."""

    def __init__(self, answers):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body, length = answers(self.path.strip("/"))
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def mirror():
    """Starts mirrors, and stops them after the test."""
    started = []

    def start(answers=lambda name: (FILES[name], len(FILES[name]))):
        started.append(Mirror(answers))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache folder, and no other place to look for files."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(datasets, "cache_folder", lambda: folder)
    monkeypatch.delenv("OPTVIZ_DATA", raising=False)
    return folder


def tiny(*mirrors, **changes):
    """The description of a small data set with two classes."""
    files = tuple(DataFile(n, len(b), hashlib.sha256(b).hexdigest()) for n, b in FILES.items())
    values = {"train": 50, "test": 20, "shape": (4, 3), "classes": ("a", "b"), "files": files, **changes}
    return DatasetInfo("tiny", "Tiny", "made up", **values, mirrors=mirrors)


def is_tiny(dataset):
    return (
        np.array_equal(dataset.train_images, ARRAYS["train-images"].reshape(50, 12))
        and np.array_equal(dataset.train_labels, ARRAYS["train-labels"])
        and np.array_equal(dataset.test_images, ARRAYS["test-images"].reshape(20, 12))
        and np.array_equal(dataset.test_labels, ARRAYS["test-labels"])
    )


def put(folder, **changes):
    """The tiny data set's files in a folder, some of them changed."""
    (folder / "tiny").mkdir(parents=True)
    for name, data in {**FILES, **{key.replace("_", "-"): value for key, value in changes.items()}}.items():
        (folder / "tiny" / name).write_bytes(data)
    return folder


def test_the_digits_are_there_without_any_file(digits):
    assert digits.train_images.shape == (1438, 64)
    assert digits.test_images.shape == (359, 64)
    assert digits.train_images.dtype == np.uint8
    assert digits.train_images.max() == digits.info.white == 16
    assert set(digits.test_labels) == set(digits.train_labels) == set(range(10))


def test_every_fifth_digit_is_kept_for_the_test(digits):
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    assert np.array_equal(digits.test_images, images[4::5])
    assert np.array_equal(digits.test_labels, labels[4::5])
    assert len(digits.train_labels) + len(digits.test_labels) == len(labels)


@pytest.mark.parametrize(
    ("key", "first_labels"), [("mnist", [5, 0, 4, 1, 9]), ("fashion-mnist", [9, 0, 0, 3, 0])]
)
def test_the_official_files_are_read(key, first_labels, official_data, monkeypatch):
    monkeypatch.setenv("OPTVIZ_DATA", official_data)
    dataset = load(key)
    assert dataset.train_images.shape == (60_000, 784)
    assert dataset.test_images.shape == (10_000, 784)
    assert dataset.train_labels[:5].tolist() == first_labels
    assert np.bincount(dataset.test_labels).tolist() == (
        [1000] * 10 if key == "fashion-mnist" else [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    )


def test_files_have_at_least_two_mirrors_and_a_checksum_each():
    for info in DATASETS.values():
        assert len(info.classes) == 10
        if info.files:
            assert len(info.mirrors) >= 2
            assert len(info.files) == len({file.sha256 for file in info.files}) == 4
            assert all(mirror.startswith("http") and mirror.endswith("/") for mirror in info.mirrors)


def test_files_in_the_named_folder_are_used_first(tmp_path, monkeypatch):
    monkeypatch.setenv("OPTVIZ_DATA", str(put(tmp_path / "data")))
    assert is_tiny(load(tiny()))


def test_missing_files_are_downloaded_once_and_the_progress_is_told(mirror):
    server = mirror()
    told = []
    assert is_tiny(load(tiny(server.address), lambda done, total: told.append((done, total))))
    whole = sum(map(len, FILES.values()))
    assert told[-1] == (whole, whole)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    server.stop()
    told.clear()
    assert is_tiny(load(tiny(server.address), lambda *progress: told.append(progress)))
    assert told == []


def test_the_second_mirror_is_asked_when_the_first_fails(mirror):
    nothing = mirror(lambda name: (None, 0))
    other = mirror(lambda name: (b"a page that says hello", 22))
    assert is_tiny(load(tiny(nothing.address, other.address, mirror().address)))


@pytest.mark.parametrize(
    "answer",
    [
        lambda name: (FILES[name][:30], len(FILES[name])),  # the connection ends too early
        lambda name: (FILES[name][:30], 30),
        lambda name: (FILES[name][:-1] + b"?", len(FILES[name])),
        lambda name: (None, 0),
    ],
    ids=["interrupted", "truncated", "corrupted", "not found"],
)
def test_a_bad_download_is_refused_and_leaves_nothing_behind(answer, mirror, cache):
    with pytest.raises(DatasetError, match=r"Tiny could not be downloaded: http://127.*OPTVIZ_DATA"):
        load(tiny(mirror(answer).address))
    assert not [path for path in cache.rglob("*") if path.is_file()]
    assert is_tiny(load(tiny(mirror().address)))


def test_without_a_network_the_sentence_says_what_can_be_done(mirror):
    gone = mirror()
    gone.stop()
    with pytest.raises(
        DatasetError, match=r"Check the network, or choose Digits \(8 × 8\), which needs no download"
    ):
        load(tiny(gone.address))


def test_a_damaged_file_in_the_cache_is_fetched_again(mirror, cache):
    put(cache, train_images=b"half a file")
    assert is_tiny(load(tiny(mirror().address)))
    assert is_tiny(load(tiny()))


def test_a_download_that_fails_does_not_touch_what_is_in_the_cache(mirror, cache):
    put(cache, train_images=b"half a file")
    with pytest.raises(DatasetError):
        load(tiny(mirror(lambda name: (b"nonsense", 8)).address))
    assert (cache / "tiny" / "test-labels").read_bytes() == FILES["test-labels"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (FILES["test-images"][:-9], "is truncated: it has"),
        (FILES["test-images"][:-9] + b"123456789", "is corrupted: its SHA-256 is"),
    ],
)
def test_a_damaged_file_in_the_named_folder_is_refused_by_its_name(tmp_path, monkeypatch, data, sentence):
    monkeypatch.setenv("OPTVIZ_DATA", str(put(tmp_path / "data", test_images=data)))
    with pytest.raises(DatasetError, match=f"test-images {sentence}"):
        load(tiny())


def test_a_full_disk_is_called_so(mirror, monkeypatch, cache):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", full)
    with pytest.raises(DatasetError, match=r"The disk is full: train-images of Tiny needs"):
        load(tiny(mirror().address))
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_a_cache_that_cannot_be_written_is_called_so(tmp_path, monkeypatch, mirror):
    (tmp_path / "file").touch()
    monkeypatch.setattr(datasets, "cache_folder", lambda: tmp_path / "file")
    with pytest.raises(DatasetError, match="cannot be written"):
        load(tiny(mirror().address))


@pytest.mark.parametrize(
    "changes", [{"train": 49}, {"shape": (3, 4)}, {"test": 21}, {"classes": ("a",)}, {"white": 16}], ids=str
)
def test_files_of_another_shape_or_with_other_values_are_refused(changes, mirror):
    with pytest.raises(DatasetError, match="Tiny"):
        load(tiny(mirror().address, **changes))


def test_an_unknown_data_set_is_refused_by_name():
    with pytest.raises(DatasetError, match=r"imagenet.*there is digits, mnist, fashion-mnist"):
        load("imagenet")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (FILES["test-labels"][:-20], "truncated"),
        (b"no gzip at all", "corrupted"),
        (FILES["test-labels"][:20] + b"\xff" * 10, "corrupted|truncated"),
        (gzip.compress(b""), "no IDX file"),
        (gzip.compress(b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0"), "no IDX file"),
        (gzip.compress(b"\0\0\x08\x03\0\0"), "no IDX file"),
        (gzip.compress(b"\0\0\x08\x01\0\0\0\x05abc"), "holds 5 bytes of shape .* has 3"),
    ],
    ids=["cut", "no gzip", "garbage at the end", "empty", "of floats", "without sizes", "too short"],
)
def test_a_file_that_is_no_whole_idx_file_is_refused(tmp_path, data, sentence):
    path = tmp_path / "file.gz"
    path.write_bytes(data)
    with pytest.raises(DatasetError, match=sentence):
        read_idx(path)


@pytest.mark.parametrize("shape", [(7,), (3, 4), (2, 3, 5), (0, 3)])
def test_an_idx_file_gives_back_its_array(tmp_path, shape):
    array = np.arange(np.prod(shape)).reshape(shape).astype(np.uint8)
    path = tmp_path / "file.gz"
    path.write_bytes(idx(array))
    assert np.array_equal(read_idx(path), array)
    assert read_idx(path).shape == shape
