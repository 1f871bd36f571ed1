"""With what Train live begins: MNIST where its files are, and never a download."""

from pathlib import Path

import pytest

from optviz.training import datasets
from optviz.training.presets import PRESETS, first


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPTVIZ_DATA", str(tmp_path))
    monkeypatch.setattr(datasets, "cache_folder", lambda: tmp_path / "cache")

    def never(*_: object) -> Path:
        raise AssertionError("opening a page downloads nothing")

    monkeypatch.setattr(datasets, "_download", never)
    return tmp_path


def put(folder: Path, missing: int = 0) -> None:
    (folder / "mnist").mkdir(parents=True)
    for file in datasets.DATASETS["mnist"].files[missing:]:
        with (folder / "mnist" / file.name).open("wb") as stream:
            stream.truncate(file.size)


def test_without_files_it_is_the_digits(folder: Path) -> None:
    assert first() == PRESETS["digits"]


@pytest.mark.parametrize("place", ["", "cache"])
def test_with_files_in_either_folder_it_is_mnist(folder: Path, place: str) -> None:
    put(folder / place)
    assert first() == PRESETS["mnist_mlp"]


def test_with_a_part_of_the_files_it_is_the_digits(folder: Path) -> None:
    put(folder, missing=1)
    assert first() == PRESETS["digits"]
