"""Says in sentences what a server has and what it lacks: `python -m optviz.doctor`.

It reads the same environment as the server, starts and ends one training worker, and changes nothing. The
exit status is 1 if something is missing that a server needs, and else 0.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHON = (3, 11)  # as in pyproject.toml
WAIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence; `good` is None where nothing is wrong, but somebody may want to know."""

    good: bool | None
    sentence: str

    @property
    def line(self) -> str:
        """The sentence with its mark."""
        return f"{'note' if self.good is None else 'ok  ' if self.good else 'FAIL'}  {self.sentence}"


def python() -> Iterator[Finding]:
    """The version of Python, and the packages with their versions."""
    here, wanted = (".".join(map(str, version)) for version in (sys.version_info[:2], PYTHON))
    yield Finding(here == wanted, f"Python is {here}; optviz runs on {wanted}.")
    wrong = []
    for line in (ROOT / "requirements.txt").read_text("utf-8").split():
        name, wanted = line.split("==")
        try:
            found = version(name).partition("+")[0]
        except PackageNotFoundError:
            found = "missing"
        if found != wanted:
            wrong.append(f"{name} {wanted} (here: {found})")
    if wrong:
        yield Finding(False, f"Packages are missing or of another version: {', '.join(wrong)}.")
    else:
        yield Finding(True, "All packages have the versions of requirements.txt.")


def settings() -> Iterator[Finding]:
    """The variables of the environment."""
    from optviz.settings import environment
    from optviz.web import headers

    wrong = environment.complaints()
    try:
        headers.frame_ancestors()
    except ValueError as error:
        wrong.append(str(error))
    given = sorted(row.name for row in environment.VARIABLES if os.environ.get(row.name))
    unknown = {name for name in os.environ if name.startswith("OPTVIZ_")} - {
        row.name for row in environment.VARIABLES
    }
    wrong += [f"{name} is no variable of optviz; check its spelling." for name in sorted(unknown)]
    yield from (Finding(False, sentence) for sentence in wrong)
    if not wrong:
        yield Finding(True, f"Settings from the environment: {', '.join(given) or 'none'}.")


def data() -> Iterator[Finding]:
    """The files of every data set; nothing is downloaded."""
    from optviz.training.datasets import DATASETS, missing

    for info in DATASETS.values():
        complaints, absent = missing(info)
        yield from (Finding(False, complaint) for complaint in complaints)
        if absent:
            megabytes = sum(file.size for file in absent) / 1e6
            yield Finding(
                None,
                f"{info.name}: {len(absent)} of {len(info.files)} files are not here; the first run "
                f"downloads {megabytes:.0f} MB. Without internet, set OPTVIZ_DATA to a folder with them.",
            )
        elif not complaints:
            yield Finding(True, f"{info.name} is here.")


def device() -> Iterator[Finding]:
    """What trains."""
    from optviz.training.devices import device_name, pick_device

    found = pick_device("auto")
    if found.type == "cpu":
        yield Finding(None, f"There is no GPU; networks train on {device_name(found)}.")
    else:
        yield Finding(True, f"Networks train on {device_name(found)}.")


def database() -> Iterator[Finding]:
    """The run store, opened and migrated as a server would, and the room that it has."""
    from optviz.runs.database import StoreUnavailableError
    from optviz.runs.limits import store_size
    from optviz.runs.store import Store

    store = Store()
    backend, _, path = store.address.partition("://")
    try:
        with store.writing() as connection:  # takes the lock, and writes nothing
            size = store_size(connection) / 1e6
    except StoreUnavailableError as error:
        yield Finding(False, f"The run store cannot be used. {error}")
        return
    finally:
        store.close()
    yield Finding(True, f"The run store ({backend.partition('+')[0]}) answers; it holds {size:.1f} MB.")
    if backend == "sqlite":
        free = shutil.disk_usage(Path("/" + path.lstrip("/")).parent).free / 1e9
        yield Finding(free > 1 or None, f"Its disk has {free:.1f} GB free.")


def scheduler() -> Iterator[Finding]:
    """The Dask scheduler: the one that exists already, or one of our own that is started for a moment."""
    from optviz.runs.cluster import ClusterUnavailableError, embedded, existing, worker_count
    from optviz.settings.environment import SCHEDULER

    address = SCHEDULER.given()
    try:
        with existing(address) if address else embedded(1) as client:
            if address and not client.nthreads():
                yield Finding(False, f"The Dask scheduler at {address} answers, but has no worker.")
                return
            client.submit(sum, [1, 2], pure=False).result(timeout=WAIT_SECONDS)
            workers = len(client.nthreads()) if address else worker_count()
    except (ClusterUnavailableError, TimeoutError, OSError) as error:
        yield Finding(False, f"Training is not possible. {error}")
        return
    where = f"The Dask scheduler at {address}" if address else "A Dask scheduler of our own"
    yield Finding(True, f"{where} works; runs train on {workers} worker{'s' * (workers != 1)}.")


def browser() -> Iterator[Finding]:
    """The files that the server sends to browsers."""
    from optviz.engine import javascript
    from optviz.web.assets import PLOTLY

    size = PLOTLY.stat().st_size / 1e6 if PLOTLY.is_file() else 0.0
    yield Finding(
        size > 1, f"Plotly's bundle for the browser {'is here' if size > 1 else 'is missing'}: {PLOTLY}."
    )
    yield Finding(True, f"The engine for the browser is written ({len(javascript.source()) / 1000:.0f} kB).")


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    python,
    settings,
    data,
    device,
    database,
    scheduler,
    browser,
)


def examine(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What a check finds; one that breaks off is a finding too."""
    try:
        yield from check()
    except Exception as error:
        yield Finding(False, f"The check of “{check.__name__}” broke off: {type(error).__name__}: {error}.")


def main() -> int:
    """Print all findings; returns the exit status."""
    failed = 0
    for check in CHECKS:
        for finding in examine(check):
            print(finding.line, flush=True)
            failed += finding.good is False
    if failed:
        print(f"{failed} thing{'s' * (failed != 1)} to mend.")
    else:
        print("Everything that a server needs is here.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
