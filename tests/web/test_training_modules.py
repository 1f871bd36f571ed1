"""Imports while visitors come: Streamlit changes `sys.path` at every script run."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optviz.web import site, training_modules
from tests.web.visit import MAIN

ROOT = Path(__file__).parents[2]

# Threads enter and leave Streamlit's own context, as the script runs of visitors do, while modules that lie
# further back on the list are imported again and again.
HAMMER = """
import importlib, sys, threading, time
from pathlib import Path
from streamlit.runtime.scriptrunner.exec_code import modified_sys_path
from optviz.web import training_modules

folder, pinned = Path(sys.argv[1]), sys.argv[2] == "pinned"
main = folder / "site" / "main.py"
library = folder / "library"
library.mkdir(parents=True)
main.parent.mkdir()
main.write_text("")
names = [f"optviz_part{n}" for n in range(40)]
for name in names:
    (library / f"{name}.py").write_text("")

class Slow:  # an entry that takes its time, as a folder on a disk does
    def __init__(self, entry):
        if entry != "slow":
            raise ImportError
    def find_spec(self, name, target=None):
        time.sleep(0.001)

sys.path_hooks.insert(0, Slow)
sys.path.extend(["slow", str(library)])
if pinned:
    training_modules.pin(main.parent)
sys.setswitchinterval(1e-6)
ending = threading.Event()

def visit():
    while not ending.is_set():
        with modified_sys_path(str(main)):
            pass

visitors = [threading.Thread(target=visit) for _ in range(4)]
for visitor in visitors:
    visitor.start()
failed = 0
try:
    for _ in range(int(sys.argv[3])):
        if failed:
            break
        for name in names:
            sys.modules.pop(name, None)
            try:
                importlib.import_module(name)
            except ModuleNotFoundError:
                failed += 1
finally:
    ending.set()
    for visitor in visitors:
        visitor.join()
print(failed)
"""


def hammer(folder, way, rounds):
    command = [sys.executable, "-c", HAMMER, str(folder), way, str(rounds)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=100)
    return int(done.stdout)


def test_no_import_fails_while_visitors_run_scripts(tmp_path) -> None:
    assert hammer(tmp_path / "free", "free", 300) > 0, "the test could not fail"
    assert hammer(tmp_path / "pinned", "pinned", 30) == 0


def test_a_pinned_folder_outlives_a_removal_and_hides_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = list(sys.path)
    training_modules.pin(tmp_path)
    training_modules.pin(tmp_path)
    assert sys.path == [*before, str(tmp_path), str(tmp_path)]
    sys.path.remove(str(tmp_path))
    assert str(tmp_path) in sys.path


def test_the_server_pins_the_folder_that_streamlit_would_add() -> None:
    importlib.import_module("optviz.web.server")
    assert sys.path.count(str(MAIN.parent)) == 2


# The first import breaks off in the middle, as it did in the race.
BROKEN = """
import sys
from optviz.web import training_modules

class Thief:
    def find_spec(self, name, path=None, target=None):
        if name == "distributed.client":
            sys.meta_path.remove(self)
            raise ModuleNotFoundError("No module named 'importlib_metadata'")

sys.meta_path.insert(0, Thief())
import dask
if sys.argv[1] == "again":
    assert not training_modules.ready()
    assert "distributed" not in sys.modules
assert training_modules.ready()
from optviz.runs import scheduler
import dask.utils, distributed
assert dask.utils and distributed.Client and scheduler.Scheduler
print("works")
"""


def test_an_import_that_broke_off_is_repeated_from_the_start() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", BROKEN, "again"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=100)
    assert done.stdout == "works\n", done.stderr
    assert "the next visitor tries again" in done.stderr


@pytest.mark.parametrize("key", ["train", "lessons"])
def test_a_page_that_needs_training_says_that_it_is_tried_again(key, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("OPTVIZ_DATABASE_URL", f"sqlite:///{tmp_path}/runs.sqlite3")
    said = []
    answers = iter([False, False, True])
    monkeypatch.setattr(training_modules, "ready", lambda: next(answers, True))
    monkeypatch.setattr(site.time, "sleep", lambda seconds: said.append(seconds))
    monkeypatch.setattr(site.st, "info", lambda sentence: said.append(sentence))
    page = AppTest.from_file(str(MAIN), default_timeout=60)
    page.switch_page(f"../../pages/{site.PAGES[key].file.name}")
    page.query_params["v"] = "1"
    monkeypatch.setattr(site.st.Page, "run", lambda self: said.append("page"), raising=False)
    page.run()
    assert said.count("Training is starting; trying again.") == 2


def test_other_pages_do_not_wait_for_training() -> None:
    assert {row.key for row in site.PAGES.values() if row.training} == {"train", "lessons"}
