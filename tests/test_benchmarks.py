"""Every benchmark that the documentation names runs, at its smallest size."""

import ast
import os
import re
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks import ensembles
from optviz.lessons.measured import from_json

ROOT = Path(__file__).parents[1]
NEED_A_BROWSER = {"benchmarks.pages", "benchmarks.playing"}


def documented() -> list[str]:
    """The modules that the pages and the benchmarks' own docstrings say to run."""
    pages = (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
    modules = (ROOT / "benchmarks").glob("*.py")
    texts = [path.read_text("utf-8") for path in pages]
    texts += [ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "" for path in modules]
    command = r"python\S* [^\n]*benchmarks[./]\w+"
    commands = {found for text in texts for found in re.findall(command, text)}
    wrong = [command for command in commands if not re.search(r"python -m benchmarks\.\w+$", command)]
    assert not wrong, "benchmarks are run as modules, so that they find optviz"
    return sorted({command.split()[-1] for command in commands})


@cache
def smallest(module: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, "--smallest"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_every_benchmark_with_a_main_is_documented() -> None:
    with_main = {
        f"benchmarks.{path.stem}"
        for path in (ROOT / "benchmarks").glob("*.py")
        if '__name__ == "__main__"' in path.read_text("utf-8")
    }
    assert with_main == set(documented())


@pytest.mark.parametrize(
    "module",
    [
        pytest.param(module, marks=pytest.mark.browser if module in NEED_A_BROWSER else ())
        for module in documented()
    ],
)
def test_a_documented_command_runs_to_its_end(module: str) -> None:
    done = smallest(module)
    if "Executable doesn't exist" in done.stderr and os.environ.get("CI") != "true":
        pytest.skip("No Chromium was found.")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_a_peer_that_is_not_installed_is_named_and_the_others_are_measured() -> None:
    said = smallest("benchmarks.ensembles").stdout
    assert re.search(r"this engine \(one thread\) +\d", said)
    assert re.search(r"adam +[\d.]+ s", said)
    if find_spec("optax") is None:
        assert re.search(r"optax, compiled \(one core\) +not installed: .*optax", said)


def test_our_own_failure_is_not_taken_for_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ensembles.CONTESTANTS, "broken", ensembles.engine)  # known here, not in the process
    with pytest.raises(RuntimeError, match="broken failed"):
        ensembles.measured("broken", smallest=True)


def test_the_results_are_written_as_the_lessons_read_them() -> None:
    done = smallest("benchmarks.results")
    assert done.returncode == 0, done.stderr
    found = from_json(done.stdout)
    assert from_json(found.to_json()) == found
    assert set(found.networks) == {"mnist_mlp", "softmax_regression", "dropout", "dropout_normal"}
    assert all(0 <= low <= high <= 1 for low, high in (n.test_accuracy for n in found.networks.values()))
