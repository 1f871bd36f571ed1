"""What docs/privacy.md promises: no key and no address in store and log, and nothing asked from outside."""

import asyncio
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.client import Session
from optviz.runs.store import Store
from optviz.training.config import TrainingConfig, encode
from tests.browser.conftest import free_port
from tests.web.visit import MAIN

ROOT = MAIN.parents[2]
KEY = secrets.token_urlsafe(32)
ADDRESS = "203.0.113.77"
QUICK = TrainingConfig("digits", (16,), epochs=1)

# Runs in the server and in its workers before anything else, and notes every other computer they talk to.
WITNESS = """
import os, sys
NEAR = ("127.", "localhost", "::1", "0.0.0.0", "None", "b'127.", "/")

def note(event, arguments):
    if event in ("socket.getaddrinfo", "socket.connect"):
        where = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        where = str(where[0] if isinstance(where, tuple) else where)
        if where and not where.startswith(NEAR):
            with open(os.environ["WITNESS"], "a") as file:
                file.write(f"{event} {where}\\n")

sys.addaudithook(note)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Where a server has left its traces, after a visitor looked at two pages and trained a network."""
    folder = tmp_path_factory.mktemp("privacy")
    (folder / "sitecustomize.py").write_text(WITNESS)
    (folder / "witness").touch()
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": f"{folder}:{ROOT}",
        "WITNESS": str(folder / "witness"),
        "OPTVIZ_DATABASE_URL": f"sqlite:///{folder}/runs.sqlite3",
        "OPTVIZ_WORKERS": "1",
    }
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) as server,
    ):
        try:
            answers(f"http://localhost:{port}/_stcore/health", server)
            asyncio.run(visit(f"http://localhost:{port}"))
            ended(Store(environment["OPTVIZ_DATABASE_URL"]))
        finally:
            server.terminate()
    return folder


def answers(url: str, server: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            assert server.poll() is None
            time.sleep(0.2)
    raise AssertionError("The server did not start.")


async def visit(url: str) -> None:
    headers = {"cookie": f"optviz_visitor={KEY}", "x_forwarded_for": ADDRESS}
    for page, link in (("", {"steps": "x", "v": "1"}), ("train", encode(QUICK))):
        session = Session(url, {str(k): str(v) for k, v in link.items()}, page, **headers)
        answer = await session.open()
        assert answer.exceptions == []
        for button in answer.of_type("button"):
            if button.id.endswith("-run.start"):
                await session.rerun(WidgetState(id=button.id, trigger_value=True))
        await session.close()


def ended(store: Store) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        runs = store.history(KEY)
        if runs and not runs[0].active:
            store.close()
            return
        time.sleep(0.2)
    raise AssertionError(f"The visitor's run has not ended: {runs}")


def test_neither_the_store_nor_the_log_holds_the_visitors_key_or_address(folder) -> None:
    files = [folder / "log", *folder.glob("runs.sqlite3*")]
    assert len(files) >= 2
    assert b"digits" in b"".join(file.read_bytes() for file in files), "the run is in the store"
    for file in files:
        content = file.read_bytes()
        assert KEY.encode() not in content, file.name
        assert ADDRESS.encode() not in content, file.name


def test_the_server_and_its_workers_ask_no_other_computer(folder) -> None:
    assert (folder / "witness").read_text() == ""


def test_the_witness_would_have_seen_it(folder, tmp_path) -> None:
    (tmp_path / "witness").touch()
    environment = {**os.environ, "PYTHONPATH": str(folder), "WITNESS": str(tmp_path / "witness")}
    code = "import socket\ntry: socket.getaddrinfo('optviz.invalid', 80)\nexcept OSError: pass"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert (tmp_path / "witness").read_text() == "socket.getaddrinfo optviz.invalid\n"
