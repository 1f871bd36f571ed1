"""Where training runs: a Dask cluster that the server starts on this machine, or one that exists already.

The workers that the server starts are separate programs: a worker forked or spawned from the server's main
module would run the app inside itself. Whoever can talk to a Dask scheduler or worker can run code in it, so
ours take part only in connections with a key that this server makes for them at every start.
"""

import asyncio
import json
import logging
import os
import sys
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
from dask.system import CPU_COUNT
from distributed import Client, Security
from distributed.comm import connect
from distributed.deploy.subprocess import SubprocessCluster

from optviz.settings.environment import WORKERS
from optviz.training.stored_words import NO_SCHEDULER, stored
from optviz.words import mark

ANSWER_SECONDS = 4  # how long a scheduler may take to answer

logger = logging.getLogger(__name__)


class ClusterUnavailableError(Exception):
    """No cluster can be reached or started; the message is a sentence for people."""


def worker_count() -> int:
    """How many workers to start: `OPTVIZ_WORKERS`, or one for each core but one, and at least one.

    Raises:
        SettingError: when the variable holds no such number; a server does not start with it.
    """
    return int(WORKERS.read()) or max(1, CPU_COUNT - 1)


@contextmanager
def existing(address: str) -> Iterator[Client]:
    """Connect to the cluster at `address`, for instance tcp://10.0.0.5:8786.

    Raises:
        ClusterUnavailableError: within a few seconds, when nobody answers there.
    """
    try:
        asyncio.run(_answers(address))
        client = Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise ClusterUnavailableError(stored(NO_SCHEDULER, address=address)) from error
    try:
        yield client
    finally:
        client.close(timeout=ANSWER_SECONDS)


async def _answers(address: str) -> None:
    """Try to connect: a `Client` would wait for ever at a port that is open and never answers."""
    arguments = Security().get_connection_args("client")
    comm = await asyncio.wait_for(connect(address, **arguments), ANSWER_SECONDS)
    comm.abort()


@contextmanager
def embedded(workers: int) -> Iterator[Client]:
    """Start a scheduler and `workers` processes of one thread each, with torch loaded.

    Only who has their key can connect to them. It lies in a folder that no other account can read, until
    the cluster ends.

    Raises:
        ClusterUnavailableError: when they cannot be started.
    """
    with (
        tempfile.TemporaryDirectory(prefix="optviz-keys-") as folder,
        _embedded(workers, _keys(Path(folder))) as client,
    ):
        yield client


def _keys(folder: Path) -> Security:
    """A key of the cluster's own, in files: its programs get their names, which all accounts may see."""
    made = Security.temporary()
    files = {}
    for name, text in (("certificate", made.tls_ca_file), ("key", made.tls_client_key)):
        files[name] = str(folder / f"{name}.pem")
        Path(files[name]).write_text(text)
    roles = {f"tls_{role}_cert": files["certificate"] for role in ("client", "scheduler", "worker")}
    roles |= {f"tls_{role}_key": files["key"] for role in ("client", "scheduler", "worker")}
    return Security(require_encryption=True, tls_ca_file=files["certificate"], **roles)


@contextmanager
def _embedded(workers: int, security: Security) -> Iterator[Client]:
    follow = f"from optviz.runs.lifeline import follow; follow({os.getpid()})"
    root = json.dumps(str(Path(__file__).resolve().parents[2]))  # the server may have started elsewhere
    path = f"import sys; sys.path.insert(0, {root}); from optviz.runs.logs import calm; calm()"
    keys = {name: value for name, value in _settings(security).items() if value is not None}
    closed = {"protocol": "tls://", "security": keys}
    # For the processes that we start; their pages of statistics, which have no key, stay empty.
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "warning")
    for role in ("SCHEDULER", "WORKER"):
        os.environ.setdefault(f"DASK_DISTRIBUTED__{role}__HTTP__ROUTES", "[]")
    try:
        cluster = SubprocessCluster(
            n_workers=workers,
            threads_per_worker=1,
            security=security,
            scheduler_kwargs=closed
            | {
                "dashboard": False,
                "dashboard_address": "127.0.0.1:0",
                "preload": [f"{path}; {follow}"],
                "allowed_failures": 0,  # a run that lost its worker begins again only when it is resumed
            },
            worker_kwargs=closed
            | {
                "preload_nanny": [f"{path}; {follow}"],
                "preload": [f"{path}; from optviz.runs.worker import rehearse; rehearse()"],
                "memory_limit": 0,  # Dask would end a run at its share of memory although there is more
            },
        )
    except Exception as error:
        logger.exception("The workers could not be started")
        said = mark("The training workers could not be started; trying again.")
        hint = " Set OPTVIZ_SCHEDULER to use a Dask cluster." if sys.platform == "win32" else ""
        raise ClusterUnavailableError(said + hint) from error
    # When the cluster closes, it asks the scheduler even if that was killed; half a minute is too long.
    with dask.config.set({"distributed.comm.timeouts.connect": ANSWER_SECONDS}), cluster:
        assert cluster.loop is not None
        assert cluster.scheduler is not None
        processes = list(cluster.workers.values())
        reader = cluster.sync(_in_background, _log_errors(cluster.scheduler.process.stderr))
        try:
            with Client(cluster, timeout=ANSWER_SECONDS, set_as_default=False) as client:
                yield client
        finally:
            cluster.loop.add_callback(reader.cancel)  # closing the cluster reads the same pipe
            cluster.sync(_end, cluster.scheduler, processes)


def _settings(security: Security) -> dict[str, Any]:
    """What `Security(**settings)` makes the same from, in another program."""
    names = [f"tls_{role}_{part}" for role in ("client", "scheduler", "worker") for part in ("cert", "key")]
    return {name: getattr(security, name) for name in ("require_encryption", "tls_ca_file", *names)}


async def _end(scheduler: Any, workers: list[Any]) -> None:
    """End the workers, which would outlive a scheduler that was killed, and a scheduler that has ended."""
    for worker in workers:
        await worker.close()
    if scheduler.process.returncode is not None:
        await scheduler.close()


async def _in_background(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.create_task(work)


async def _log_errors(stream: asyncio.StreamReader) -> None:
    """Log what the scheduler prints: a pipe that nobody reads fills up and blocks it."""
    while line := await stream.readline():
        logger.warning("scheduler: %s", line.decode(errors="replace").rstrip())
