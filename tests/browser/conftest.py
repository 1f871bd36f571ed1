"""A real server and a real Chromium. Where there is no browser the tests are skipped, but never in CI."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    installed = next(filter(None, map(shutil.which, NAMES)), None)
    try:
        launched = playwright.chromium.launch(executable_path=installed, args=ARGUMENTS)
    except Error as error:
        sentence = (
            "No Chromium was found. Install one (“apt install chromium”) or Playwright's own "
            f"(“playwright install chromium”). {str(error).splitlines()[0]}"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    yield launched
    launched.close()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """`streamlit run app.py` on a port of its own, as the README says."""

    def __init__(self, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.environment = {**os.environ, **environment}
        base = environment.get("STREAMLIT_SERVER_BASE_URL_PATH", "")
        self.health = f"{self.url}/{base}/_stcore/health" if base else f"{self.url}/_stcore/health"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port)]
        # Somebody who edits a module while the tests run would have it loaded a second time.
        command += ["--server.fileWatcherType", "none"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for _ in range(240):
            try:
                with urllib.request.urlopen(self.health, timeout=2):
                    return
            except OSError:
                assert self.process.poll() is None, self.process.stdout.read().decode()
                time.sleep(0.25)
        raise AssertionError("The server did not start within a minute.")

    def kill(self) -> None:
        """What a computer does that loses its power."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


@pytest.fixture(scope="session")
def server(browser: Browser, tmp_path_factory) -> Iterator[Server]:
    runs = tmp_path_factory.mktemp("runs") / "runs.sqlite3"
    started = Server(OPTVIZ_DATABASE_URL=f"sqlite:///{runs}", OPTVIZ_WORKERS="1")
    yield started
    started.stop()


class Visitor:
    """Somebody with a browser of their own, who notices errors and requests to elsewhere."""

    def __init__(self, browser: Browser, **options: object) -> None:
        self.context: BrowserContext = browser.new_context(
            **{"viewport": {"width": 1400, "height": 900}, **options}
        )
        self.complaints: list[str] = []
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("console", self._heard)
        self.page.on("request", self._requested)

    def _heard(self, message) -> None:
        # On a deep link Streamlit's own script looks for its server below the page's path first.
        # A server with enough to do turns pictures of drafts away, and the browser notes it.
        looking = any(part in message.location.get("url", "") for part in ("/_stcore/", "/draw/"))
        if message.type == "error" and not looking:
            self.complaints.append(f"console: {message.text}")

    def _requested(self, request) -> None:
        host = urlsplit(request.url).hostname
        if host not in (None, "localhost", "127.0.0.1"):
            self.complaints.append(f"fetched from outside: {request.url}")


@pytest.fixture
def visitors(browser: Browser) -> Iterator:
    """Make visitors; at the end none of them may have met an error."""
    made: list[Visitor] = []

    def visit(**options: object) -> Visitor:
        made.append(Visitor(browser, **options))
        return made[-1]

    yield visit
    for visitor in made:
        visitor.context.close()
    complaints = [complaint for visitor in made for complaint in visitor.complaints]
    assert complaints == []
