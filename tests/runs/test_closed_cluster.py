"""Nobody but the server can use its workers, and nobody can flood its log through their ports."""

import os
import secrets
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from distributed import Client, Security

ROOT = Path(__file__).parents[2]
SERVER = """
import sys
from optviz.runs.logs import calm
calm()
from optviz.runs.cluster import embedded
if __name__ == "__main__":
    with embedded(1) as client:
        client.wait_for_workers(1, timeout=60)
        print(client.scheduler.address, flush=True)
        for line in sys.stdin:
            print(client.submit(sum, [1, len(line)], pure=False).result(timeout=30), flush=True)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A process with a cluster of its own: its address, and the file of all that it and its children log."""
    folder = tmp_path_factory.mktemp("closed")
    (folder / "server.py").write_text(SERVER)
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "server.py"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        process.address = process.stdout.readline().strip()
        process.log = folder / "log"
        yield process
        process.stdin.close()
        process.wait(20)


def works(server):
    server.stdin.write("12345\n")
    server.stdin.flush()
    return server.stdout.readline() == "7\n"


def listening(server):
    """Every address at which the server or one of its children takes connections."""
    family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    ports = set()
    for process in family:
        with suppress(psutil.NoSuchProcess):
            found = process.net_connections(kind="inet")
            ports |= {tuple(c.laddr) for c in found if c.status == psutil.CONN_LISTEN}
    return ports


def test_a_client_without_the_key_cannot_connect(server):
    host = urlsplit(server.address).netloc
    assert server.address.startswith("tls://")
    outsiders = [(f"tcp://{host}", None), (server.address, Security.temporary())]
    for address, security in outsiders:
        with pytest.raises(OSError, match=r"(?i)timed out|refused|failed|reset|closed|TLS certificate"):
            Client(address, security=security, timeout=2, set_as_default=False)
    assert works(server)


def test_the_cluster_listens_on_this_machine_only_and_tells_nothing_over_http(server):
    ports = listening(server)
    assert len(ports) >= 3  # scheduler, nanny, worker
    assert {host for host, _ in ports} == {"127.0.0.1"}
    for address in ports:
        answer = b""
        with suppress(OSError), socket.create_connection(address, timeout=5) as connection:
            connection.sendall(b"GET /json/identity.json HTTP/1.0\r\n\r\n")
            connection.settimeout(5)
            answer = connection.recv(200)
        assert not answer.startswith(b"HTTP/1.1 200"), answer


def test_the_key_is_in_a_folder_of_the_owner_and_in_no_command_line(server):
    lines = [" ".join(p.cmdline()) for p in psutil.Process(server.pid).children(recursive=True)]
    assert not any("PRIVATE" in line for line in lines)
    named = next(part for line in lines for part in line.split('"') if part.endswith("key.pem"))
    assert Path(named).parent.stat().st_mode & 0o077 == 0


def test_garbage_neither_kills_nor_floods(server):
    before = server.log.stat().st_size
    for address in listening(server):
        for size in (1, 8, 100, 5000):
            for _ in range(40):
                with suppress(OSError), socket.create_connection(address, timeout=5) as connection:
                    connection.sendall(secrets.token_bytes(size))
    assert works(server)
    written = server.log.read_text()[before:]
    assert len(written) < 40_000, written[:4000]
    assert len(listening(server)) >= 3


def test_the_key_is_gone_with_the_cluster():
    from optviz.runs.cluster import embedded

    with embedded(1) as client:
        file = Path(client.security.tls_client_key)
        assert file.exists()
    assert not file.parent.exists()
