"""Known vulnerabilities of the installed packages, as OSV, the open database of advisories, lists them.

    python -m benchmarks.audit

Asks https://api.osv.dev for every package of this environment by name and version: those that
requirements-dev.txt pins, and those that these bring along. Ends with status 0 when none has an advisory, 1
when some have, and 2 when the service cannot be reached: nothing is known then, and it says so.
"""

import argparse
import json
import urllib.request
from collections.abc import Iterable, Sequence
from importlib.metadata import distributions

SERVICE = "https://api.osv.dev/v1/querybatch"
SECONDS = 20.0
AT_ONCE = 500  # packages in one question; the service takes 1,000
CLEAN, FOUND, UNKNOWN = 0, 1, 2

Package = tuple[str, str]


class NotReachedError(Exception):
    """The service did not answer as it should; the message says why."""


def installed() -> list[Package]:
    """Names and versions of all packages here, without what stands after a + (such as cpu)."""
    found = {(d.metadata["Name"], d.version.partition("+")[0]) for d in distributions()}
    return sorted(package for package in found if package[0])


def advisories(packages: Sequence[Package], service: str = SERVICE) -> dict[Package, list[str]]:
    """The ids of the advisories for each package that has some; raises NotReachedError."""
    found: dict[Package, list[str]] = {}
    for first in range(0, len(packages), AT_ONCE):
        some = packages[first : first + AT_ONCE]
        answers = _ask(service, some)
        for package, answer in zip(some, answers, strict=True):
            if ids := sorted(vulnerability["id"] for vulnerability in answer.get("vulns", ())):
                found[package] = ids
    return found


def _ask(service: str, packages: Iterable[Package]) -> list[dict]:
    queries = [{"package": {"name": n, "ecosystem": "PyPI"}, "version": v} for n, v in packages]
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(service, body, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            results = json.load(answer)["results"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = getattr(error, "reason", None) or error
        raise NotReachedError(f"{type(error).__name__}: {reason}") from error
    if len(results) != len(queries):
        raise NotReachedError(f"{len(queries)} packages were asked for, {len(results)} answered")
    return results


def main(given: Sequence[str] | None = None) -> int:
    """Ask, say what was found, and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--service", default=SERVICE, help="address of another server with the same answers")
    parser.add_argument("--smallest", action="store_true", help="only list what would be asked for")
    chosen = parser.parse_args(given)
    service, packages = chosen.service, installed()
    if chosen.smallest:
        print(f"{service} would be asked for {len(packages)} packages, {packages[0]} to {packages[-1]}.")
        return CLEAN
    try:
        found = advisories(packages, service)
    except NotReachedError as error:
        print(f"NOT AUDITED: the advisories at {service} could not be read ({error}).")
        print(f"Nothing is known about {len(packages)} packages; run it again where there is internet.")
        return UNKNOWN
    for (name, version), ids in found.items():
        print(f"{name} {version}: {', '.join(f'https://osv.dev/{each}' for each in ids)}")
    print(f"{len(packages)} packages were audited; {len(found)} of them have known vulnerabilities.")
    return FOUND if found else CLEAN


if __name__ == "__main__":
    raise SystemExit(main())
