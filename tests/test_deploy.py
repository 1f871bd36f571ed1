"""Two replicas behind deploy/nginx.conf: who stays where, and what happens when one of them is gone."""

import asyncio
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from benchmarks.changes import AnswerChange, change_for
from benchmarks.client import Session

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
REPLICA = "x-replica"  # the test's own header: which replica answered

pytestmark = pytest.mark.deploy


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(url: str, process: subprocess.Popen) -> None:
    for _ in range(400):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            assert process.poll() is None
            time.sleep(0.25)
    raise AssertionError(f"{url} did not answer.")


def configuration(port: int, replicas: list[int], folder: Path) -> str:
    """deploy/nginx.conf without TLS, on other ports, with all that it writes in one folder."""
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    text, replaced = re.subn(r"  server \{\n    listen 80;.*?\n  \}\n", "", text, flags=re.DOTALL)
    assert replaced == 1
    text = re.sub(r" +(ssl_\w+|add_header Strict).*\n", "", text)
    swaps = {"listen 443 ssl;": f"listen 127.0.0.1:{port}; add_header {REPLICA} $upstream_addr always;"}
    swaps |= {f"optviz-{n}:8501": f"127.0.0.1:{replica}" for n, replica in enumerate(replicas, 1)}
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    swaps["http {"] = f"http {{ {temporary}"
    for old, new in swaps.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


class Site:
    """Two replicas with one cookie secret and one store, and the proxy before them."""

    def __init__(self, nginx: str, folder: Path) -> None:
        ports = [free_port() for _ in range(3)]
        self.url = f"http://127.0.0.1:{ports[2]}"
        secret = secrets.token_hex(32)
        environment = {
            **os.environ,
            "OPTVIZ_DATABASE_URL": f"sqlite:///{folder}/runs.sqlite3",
            "OPTVIZ_WORKERS": "1",
            "STREAMLIT_SERVER_COOKIE_SECRET": secret,
        }
        self.replicas = {}
        for port in ports[:2]:
            command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
            self.replicas[f"127.0.0.1:{port}"] = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        for address, process in self.replicas.items():
            wait_for(f"http://{address}/_stcore/health", process)
        (folder / "nginx.conf").write_text(configuration(ports[2], ports[:2], folder))
        command = [
            nginx,
            "-p",
            str(folder),
            "-c",
            str(folder / "nginx.conf"),
            "-e",
            str(folder / "error.log"),
        ]
        self.nginx = subprocess.Popen([*command, "-g", f"daemon off; pid {folder}/pid;"])
        wait_for(f"{self.url}/_stcore/health", self.nginx)

    def replica_of(self, cookie: str) -> str:
        """Which replica answers a visitor with this cookie."""
        request = urllib.request.Request(self.url, headers={"cookie": cookie})
        with urllib.request.urlopen(request, timeout=30) as answer:
            # Where the first one did not answer, nginx names both.
            return answer.headers[REPLICA].split(",")[-1].strip()

    def kill(self, address: str) -> None:
        self.replicas[address].send_signal(signal.SIGKILL)
        self.replicas[address].wait()

    def close(self) -> None:
        for process in (self.nginx, *self.replicas.values()):
            process.terminate()
        for process in (self.nginx, *self.replicas.values()):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        sentence = "nginx is not installed; apt-get install nginx-light"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    folder = tmp_path_factory.mktemp("site")
    folder.chmod(0o755)  # nginx works as another account
    started = Site(nginx, folder)
    yield started
    started.close()


def visitor() -> str:
    return f"optviz_visitor={secrets.token_urlsafe(32)}"


def test_a_visitor_stays_at_one_replica_and_visitors_are_spread(site) -> None:
    visitors = [visitor() for _ in range(20)]
    places = {cookie: site.replica_of(cookie) for cookie in visitors}
    assert set(places.values()) == set(site.replicas)
    assert all(site.replica_of(cookie) == place for cookie, place in places.items())


def test_the_proxy_passes_headers_cookie_and_websockets_of_our_own_pages_only(site) -> None:
    with urllib.request.urlopen(site.url, timeout=30) as answer:
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["set-cookie"].startswith("optviz_visitor=")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{site.url}/metrics", timeout=30)

    async def opened(origin: str) -> int:
        address = site.url.replace("http", "ws") + "/_stcore/stream"
        try:
            async with connect(address, origin=origin, subprotocols=["streamlit"], proxy=None):
                return 101
        except InvalidStatus as refusal:
            return refusal.response.status_code

    assert asyncio.run(opened(site.url)) == 101
    assert asyncio.run(opened("http://evil.example")) == 403
    assert asyncio.run(opened("http://localhost:3000")) == 403


def test_when_a_replica_is_killed_its_visitors_go_on_at_the_other_one_by_their_link(site) -> None:
    link = {"objective": "ravine", "start": "-5.0_-2.0", "steps": "77", "o1": "gd_lr_0.4", "v": "1"}

    async def look() -> dict[str, str]:
        """All settings that the panel shows."""
        session = Session(site.url, link)
        try:
            answer = await session.open(patience=60)
        finally:
            await session.close()
        assert answer.exceptions == []
        change = change_for(answer)
        assert isinstance(change, AnswerChange)
        return change.values

    before = asyncio.run(look())
    assert (before["steps"], before["start"]) == ("77", "-5.0_-2.0")
    place = site.replica_of("")  # a session without a cookie goes by its address, as this request does
    others = {cookie: site.replica_of(cookie) for cookie in (visitor() for _ in range(10))}
    site.kill(place)
    began = time.monotonic()
    after = asyncio.run(look())
    assert time.monotonic() - began < 30
    assert after == before
    (left,) = set(site.replicas) - {place}
    assert {site.replica_of(cookie) for cookie in others} == {left}


def test_the_files_of_docker_and_systemd_hang_together() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    services = compose["services"]
    one, two = services["optviz-1"], services["optviz-2"]
    assert one == two
    assert "STREAMLIT_SERVER_COOKIE_SECRET" in one["environment"]
    names = re.findall(r"server (\S+):8501", (DEPLOY / "nginx.conf").read_text("utf-8"))
    assert names == [name for name in services if name.startswith("optviz-")]
    assert services["scheduler"]["networks"] == ["back"]
    assert compose["networks"]["back"]["internal"] is True
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    for source in re.findall(r"^COPY (.+) \S+$", dockerfile, re.MULTILINE):
        assert all((ROOT / name).exists() for name in source.split())
    assert re.search(r"^USER (?!root)", dockerfile, re.MULTILINE)
    assert "HEALTHCHECK" in dockerfile
