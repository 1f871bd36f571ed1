"""The audit of the dependencies: what a service says of them, and that silence is not taken for safety."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from benchmarks.audit import CLEAN, FOUND, UNKNOWN, installed, main

ROOT = Path(__file__).parents[1]


class Service:
    """Answers as OSV does: `known` maps a package to the ids of its advisories."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], list[str]] = {}
        self.answer: bytes | None = None  # in place of the right one
        self.asked: list[tuple[str, str]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
                assert all(query["package"]["ecosystem"] == "PyPI" for query in asked)
                packages = [(query["package"]["name"], query["version"]) for query in asked]
                service.asked += packages
                known = [[{"id": i} for i in service.known.get(package, ())] for package in packages]
                results = [{"vulns": ids} if ids else {} for ids in known]
                self.send_response(200)
                self.end_headers()
                self.wfile.write(service.answer or json.dumps({"results": results}).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.01,))
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


def test_every_pinned_package_is_asked_for_in_its_version(service, capsys) -> None:
    assert main(["--service", service.url]) == CLEAN
    assert "0 of them have known vulnerabilities" in capsys.readouterr().out
    lines = "".join((ROOT / f"requirements{which}.txt").read_text() for which in ("", "-dev"))
    pinned = {(name.lower(), version) for name, version in re.findall(r"([\w-]+)\S*==(\S+)", lines)}
    assert len(pinned) > 15
    assert pinned <= {(name.lower(), version) for name, version in service.asked}


def test_a_package_with_an_advisory_is_named_and_fails_the_audit(service, capsys) -> None:
    (numpy,) = (package for package in installed() if package[0] == "numpy")
    service.known[numpy] = ["PYSEC-1", "GHSA-2"]
    assert main(["--service", service.url]) == FOUND
    said = capsys.readouterr().out
    assert f"numpy {numpy[1]}: https://osv.dev/GHSA-2, https://osv.dev/PYSEC-1" in said


@pytest.mark.parametrize("answer", [b"<html>blocked</html>", b"{}", b'{"results": []}', b"[]"])
def test_an_answer_that_is_none_is_not_taken_for_safety(service, capsys, answer: bytes) -> None:
    service.answer = answer
    assert main(["--service", service.url]) == UNKNOWN
    assert "NOT AUDITED" in capsys.readouterr().out


def test_without_a_network_it_says_that_nothing_is_known(capsys) -> None:
    assert main(["--service", "http://127.0.0.1:1"]) == UNKNOWN
    assert "NOT AUDITED" in capsys.readouterr().out
