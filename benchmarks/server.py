"""A Streamlit server of one's own for a measurement: started, watched and stopped from here."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from optviz.engine.optimizers import OPTIMIZERS
from optviz.settings.experiment import Entrant, Experiment

ROOT = Path(__file__).parents[1]
START_SECONDS = 60.0
IDLE = 0.1  # processor seconds in a second: what workers and visitors who do nothing take
WITH_TORCH = 150 * 2**20  # bytes that training workers take at least


def six() -> Experiment:
    """Six optimizers, 200 steps, on the ravine: the page that every measurement opens."""
    entrants = tuple(Entrant.of(key, lr=0.05) for key in list(OPTIMIZERS)[:6])
    return replace(Experiment(), steps=200, entrants=entrants)


class Server:
    """`streamlit run COMMAND` on a free port, with an empty run store that is deleted at the end.

    The constructor starts the process and returns at once; `wait` returns when the server answers.
    """

    def __init__(self, *command: str) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        self.url = f"http://localhost:{port}"
        self._folder = tempfile.TemporaryDirectory(prefix="optviz-benchmark-")
        self._log = Path(self._folder.name) / "server.log"
        self.store = Path(self._folder.name) / "runs.sqlite3"
        database = f"sqlite:///{self.store}"
        full = [sys.executable, "-m", "streamlit", "run", *command, "--server.port", str(port)]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*full, "--server.headless", "true"],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": str(ROOT), "OPTVIZ_DATABASE_URL": database},
            )

    def __enter__(self) -> "Server":
        """Stop the server at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it, by force after 20 seconds."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._folder.cleanup()

    def wait(self) -> None:
        """Return when the server answers; raises RuntimeError with its log when it does not."""
        late = time.monotonic() + START_SECONDS
        while time.monotonic() < late and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                    return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"The server did not start.\n{self.log()}")

    def log(self) -> str:
        """What the server has written so far."""
        return self._log.read_text("utf-8", "replace")

    def traces(self) -> Counter[str]:
        """The last line of every stack trace in the log: errors that visitors may not have seen."""
        found: Counter[str] = Counter()
        inside = False
        for line in self.log().splitlines():
            if line.startswith("Traceback"):
                inside = True
            elif inside and line[:1].strip():
                found[line] += 1
                inside = False
        return found


def listening(url: str) -> int | None:
    """The process that listens on the port of a local URL; None when this cannot be found out."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    if host not in ("localhost", "127.0.0.1", "::1"):
        return None
    for process in psutil.process_iter():
        try:
            if any(c.laddr.port == port for c in process.net_connections("tcp") if c.status == "LISTEN"):
                return process.pid
        except psutil.Error:
            continue
    return None


class Use:
    """Processor time and memory of a process, and of its children apart from it."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)

    def seconds(self) -> tuple[float, float]:
        """Processor seconds so far: of the process, of its living children together."""
        return self._seconds(self._process), sum(map(self._seconds, self._children()))

    def memory(self) -> tuple[int, int]:
        """Resident bytes now: of the process, of its children together (shared pages count each time)."""
        return self._memory(self._process), sum(map(self._memory, self._children()))

    def settle(self, most: float = 60.0) -> None:
        """Return when the training workers are there and idle for two seconds, or after `most` seconds.

        The server starts them some seconds after itself, and importing torch takes a whole core.
        """
        late, quiet = time.monotonic() + most, 0
        while quiet < 2 and time.monotonic() < late:
            before = sum(self.seconds())
            time.sleep(1)
            idle = sum(self.seconds()) - before < IDLE
            quiet = quiet + 1 if idle and self.memory()[1] > WITH_TORCH else 0

    def _children(self) -> list[psutil.Process]:
        try:
            return self._process.children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    @staticmethod
    def _seconds(process: psutil.Process) -> float:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            return 0.0
        return times.user + times.system

    @staticmethod
    def _memory(process: psutil.Process) -> int:
        try:
            return process.memory_info().rss
        except psutil.NoSuchProcess:
            return 0
