"""`python -m optviz.doctor` says what is there and what is missing, and its exit status too."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from optviz import doctor
from optviz.training.datasets import DATASETS

ROOT = Path(__file__).parents[2]


def lines(check):
    return [finding.line for finding in doctor.examine(check)]


def test_a_healthy_server_is_told_so(tmp_path):
    environment = {**os.environ, "OPTVIZ_DATABASE_URL": f"sqlite:///{tmp_path}/runs.sqlite3"}
    environment.pop("OPTVIZ_SCHEDULER", None)
    command = [sys.executable, "-m", "optviz.doctor"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout
    for words in (
        "Python is 3",
        "Digits (8 × 8) is here",
        "train on",
        "run store (sqlite) answers",
        "works;",
    ):
        assert words in done.stdout
    assert done.stdout.endswith("Everything that a server needs is here.\n")
    assert list(tmp_path.glob("runs.sqlite3"))


def test_a_broken_check_makes_the_exit_status_1(monkeypatch, capsys):
    def broken():
        yield doctor.Finding(None, "All is well so far.")
        raise KeyError("oh")

    monkeypatch.setattr(doctor, "CHECKS", (broken,))
    assert doctor.main() == 1
    said = capsys.readouterr().out
    assert "note  All is well so far." in said
    assert "FAIL  The check of “broken” broke off: KeyError: 'oh'." in said
    assert said.endswith("1 thing to mend.\n")


def test_packages_of_another_version_are_named(monkeypatch):
    monkeypatch.setattr(doctor, "version", lambda name: "0.1")
    assert any("numpy 2" in line and "(here: 0.1)" in line for line in lines(doctor.python))


@pytest.mark.parametrize("minor", [9, 12])
def test_another_python_than_the_promised_one_is_named(monkeypatch, minor):
    monkeypatch.setattr(sys, "version_info", (3, minor, 1))
    assert lines(doctor.python)[0] == f"FAIL  Python is 3.{minor}; optviz runs on 3.11."


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("OPTVIZ_KEEP_DAYS", "soon", "OPTVIZ_KEEP_DAYS is “soon”"),
        ("OPTVIZ_FRAME_ANCESTORS", ";", "which is no site"),
        ("OPTVIZ_KEEPDAYS", "3", "OPTVIZ_KEEPDAYS is no variable of optviz"),
    ],
)
def test_settings_that_are_wrong_are_named(monkeypatch, name, value, words):
    monkeypatch.setenv(name, value)
    (line,) = lines(doctor.settings)
    assert line.startswith("FAIL")
    assert words in line


def test_a_database_that_cannot_be_used_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("OPTVIZ_DATABASE_URL", f"sqlite:///{tmp_path}/file/runs.sqlite3")
    (line,) = lines(doctor.database)
    assert line.startswith("FAIL  The run store cannot be used.")


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setenv("OPTVIZ_SCHEDULER", "tcp://127.0.0.1:1")
    (line,) = lines(doctor.scheduler)
    assert line.startswith("FAIL  Training is not possible. The Dask scheduler at tcp://127.0.0.1:1 does not")


def test_data_that_are_absent_or_truncated_are_told_apart(monkeypatch, tmp_path):
    monkeypatch.setattr("optviz.training.datasets.cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setenv("OPTVIZ_DATA", str(tmp_path))
    said = lines(doctor.data)
    assert said[0] == "ok    Digits (8 × 8) is here."
    assert said[1].startswith("note  MNIST: 4 of 4 files are not here; the first run downloads 12 MB.")
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / DATASETS["mnist"].files[0].name).write_bytes(b"half")
    assert "is truncated: it has 4 of 9,912,422 bytes." in lines(doctor.data)[1]
    shutil.rmtree(tmp_path / "mnist")


def test_a_browser_bundle_that_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr("optviz.web.assets.PLOTLY", tmp_path / "plotly.min.js")
    assert lines(doctor.browser)[0].startswith("FAIL  Plotly's bundle for the browser is missing")
