"""The whole way: real Dask processes, real training, and everything that can be killed is killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path

import dask
import psutil
import pytest
from dask.system import CPU_COUNT
from run_databases import ME, QUICK, YOU, Postgresql, Sqlite, run_of, timeline
from sqlalchemy import update

from optviz.runs import scheduler as schedulers
from optviz.runs.cluster import embedded, worker_count
from optviz.runs.database import clock
from optviz.runs.scheduler import Scheduler
from optviz.runs.schema import RUNS
from optviz.runs.store import Store, UnknownRunError
from optviz.runs.worker import warm_up
from optviz.settings.environment import SettingError
from optviz.training.config import TrainingConfig
from optviz.training.datasets import load
from optviz.training.loop import train

MIDDLE = TrainingConfig("digits", (128, 128), epochs=80)  # a few seconds
LONG = TrainingConfig("digits", (256, 256), epochs=200)  # more than anybody waits for here
ROOT = Path(__file__).parents[2]


class Server:
    """One server with one worker, on a database of its own."""

    def __init__(self, database):
        self.database = database
        self.store = Store(database.address)
        self.start()

    def start(self):
        self.scheduler = Scheduler(self.store, workers=1, stale_seconds=5)
        self.scheduler.start()
        self.wait_for(lambda: self.scheduler.status().workers == 1)

    def close(self):
        self.scheduler.close()
        self.store.close()

    def wait_for(self, true, seconds=40):
        until = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < until, (self.scheduler.status(), self.store.history(ME))
            time.sleep(0.05)

    def submit(self, config=LONG, owner=ME):
        return self.scheduler.submit(config, owner)

    def wait_until(self, run_id, status, events=0):
        def arrived():
            run = run_of(self.store, run_id)
            assert run.status == status or run.active, run
            return run.status == status and run.last_event >= events

        self.wait_for(arrived)
        return run_of(self.store, run_id)

    def stop(self, *run_ids):
        for run_id in run_ids:
            self.scheduler.stop(run_id, self.owner_of(run_id))
        for run_id in run_ids:
            self.wait_until(run_id, "stopped")

    def owner_of(self, run_id):
        return next(owner for owner in (ME, YOU) if run_of(self.store, run_id).belongs_to(owner))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request, tmp_path_factory):
    if request.param == "sqlite":
        database = Sqlite(tmp_path_factory.mktemp("server"))
    else:
        database = Postgresql(request.getfixturevalue("postgresql"))
    server = Server(database)
    yield server
    server.close()
    assert dask_processes() == []


def dask_processes(parent=None):
    """The schedulers and nannies that this process, or another one, started."""
    found = psutil.Process(parent).children()
    return [process for process in found if "spec" in process.cmdline()]


def worker_process():
    """The one process that trains: the nanny's child."""
    nanny = next(
        process for process in dask_processes() if "distributed.Nanny" in " ".join(process.cmdline())
    )
    return next(p for p in nanny.children() if "spawn_main" in " ".join(p.cmdline()))


def age(store, run_id, seconds, column):
    with store.writing() as connection:
        connection.execute(update(RUNS).where(RUNS.c.id == run_id).values({column: clock() - seconds}))


@lru_cache
def weights_hash(config):
    """What a run that nothing disturbs ends with."""
    warm_up()  # with one thread, like the workers
    return list(train(config, load("digits")))[-1].weights_hash


def test_a_run_goes_from_the_queue_to_its_end(server):
    run_id = server.submit(QUICK)
    run = server.wait_until(run_id, "finished")
    assert timeline(server.store, run_id)[-1].weights_hash == weights_hash(QUICK)
    assert run.device.endswith("1 thread")
    assert server.scheduler.place(run_id) is None


def test_a_stopped_run_keeps_what_it_has(server):
    run_id = server.submit()
    server.wait_until(run_id, "running", events=10)
    began = time.monotonic()
    server.stop(run_id)
    assert time.monotonic() - began < 3
    assert run_of(server.store, run_id).last_event >= 10
    assert server.store.checkpoint(run_id) is not None


def test_a_killed_worker_interrupts_its_run_and_resume_reaches_the_same_result(server):
    run_id = server.submit(MIDDLE)
    server.wait_until(run_id, "running", events=10)
    server.scheduler.pause(run_id, ME)
    server.wait_until(run_id, "paused")
    step = server.store.checkpoint(run_id).step
    server.scheduler.resume(run_id, ME)
    seen = run_of(server.store, run_id).last_event
    server.wait_until(run_id, "running", events=seen + 8)

    worker_process().send_signal(signal.SIGKILL)
    run = server.wait_until(run_id, "interrupted")
    assert "Resume goes on from its last checkpoint" in run.sentence
    assert run.last_event > seen
    assert server.store.checkpoint(run_id).step == step

    server.scheduler.resume(run_id, ME)  # the nanny brings a new worker
    server.wait_until(run_id, "finished")
    told = timeline(server.store, run_id)
    assert told[-1].weights_hash == weights_hash(MIDDLE)
    steps = [event.step for event in told if type(event).__name__ == "Progress"]
    assert steps == sorted(set(steps))


def test_a_worker_that_cannot_begin_says_why(server, monkeypatch):
    monkeypatch.setattr(schedulers, "work", lambda *arguments: 1 / 0)
    run = server.wait_until(server.submit(QUICK), "interrupted")
    assert "could not begin this run (ZeroDivisionError" in run.sentence


def test_ctrl_c_in_the_terminal_of_the_server_is_not_for_the_workers(server):
    assert os.getsid(0) not in {os.getsid(process.pid) for process in [*dask_processes(), worker_process()]}


def test_people_take_turns_and_see_their_place(server):
    first = server.submit(LONG, ME)
    server.wait_until(first, "running")
    mine = [server.submit(LONG, ME) for _ in range(2)]
    yours = server.submit(LONG, YOU)
    server.wait_for(lambda: server.scheduler.place(mine[1]) == 3)
    assert [server.scheduler.place(run_id) for run_id in (yours, *mine)] == [1, 2, 3]
    server.stop(first)
    server.wait_until(yours, "running")
    server.stop(yours)
    server.wait_until(mine[0], "running")
    server.stop(*mine)


def test_a_run_that_nobody_watches_yields_when_others_wait(server):
    lonely = server.submit(LONG, ME)
    server.wait_until(lonely, "running", events=5)
    age(server.store, lonely, 601, "watched")
    time.sleep(0.6)
    assert run_of(server.store, lonely).status == "running"  # nobody waits

    waiting = server.submit(QUICK, YOU)
    server.wait_until(waiting, "finished")
    run = server.wait_until(lonely, "running")
    assert server.store.checkpoint(lonely) is not None

    server.wait_until(lonely, "running", events=run.last_event + 5)
    server.scheduler.seen(run_of(server.store, lonely))
    time.sleep(2.5)  # watching is noted every two seconds
    waiting = server.submit(QUICK, YOU)
    server.wait_for(lambda: server.scheduler.place(waiting) == 1)
    assert run_of(server.store, lonely).wanted == "run"
    server.stop(lonely, waiting)


def test_a_server_that_restarts_goes_on_with_its_runs(server):
    run_id = server.submit(MIDDLE)
    server.wait_until(run_id, "running", events=10)
    server.scheduler.close()
    assert run_of(server.store, run_id).status == "queued"
    assert server.store.checkpoint(run_id) is not None
    assert dask_processes() == []
    server.start()
    server.wait_until(run_id, "finished")
    assert timeline(server.store, run_id)[-1].weights_hash == weights_hash(MIDDLE)


KILLED = """
import sys, time
from optviz.runs.scheduler import Scheduler
from optviz.runs.store import Store
from optviz.runs.worker import warm_up
from optviz.training.config import TrainingConfig

if __name__ == "__main__":
    scheduler = Scheduler(Store(sys.argv[1]), workers=1)
    scheduler.start()
    run_id = scheduler.submit(TrainingConfig("digits", (128, 128), epochs=80), "my key")
    while scheduler.store.follow(run_id)[0].last_event < 10:
        time.sleep(0.05)
    print(run_id, flush=True)
    time.sleep(60)
"""


def test_a_server_that_is_killed_leaves_no_process_and_its_run_is_resumed_by_the_next_one(tmp_path):
    address = f"sqlite:///{tmp_path}/runs.sqlite3"
    script = tmp_path / "server.py"
    script.write_text(KILLED)
    with subprocess.Popen(
        [sys.executable, script, address],
        stdout=subprocess.PIPE,
        cwd=tmp_path,  # the workers find optviz wherever the server was started
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    ) as killed:
        run_id = killed.stdout.readline().strip()
        children = psutil.Process(killed.pid).children(recursive=True)
        killed.kill()
    assert len(children) >= 3  # scheduler, nanny, worker
    assert psutil.wait_procs(children, timeout=8)[1] == []

    store = Store(address)
    assert run_of(store, run_id).status == "running"  # nobody was left to say otherwise
    scheduler = Scheduler(store, workers=1, stale_seconds=1)
    scheduler.start()
    until = time.monotonic() + 30
    while run_of(store, run_id).status == "running" and time.monotonic() < until:
        time.sleep(0.1)
    run = run_of(store, run_id)
    assert run.status == "interrupted"
    assert run.last_event >= 10
    scheduler.resume(run_id, ME)
    until = time.monotonic() + 60
    while run_of(store, run_id).active and time.monotonic() < until:
        time.sleep(0.1)
    scheduler.close()
    assert run_of(store, run_id).status == "finished"
    assert timeline(store, run_id)[-1].weights_hash == weights_hash(MIDDLE)
    store.close()


def test_a_dask_scheduler_that_is_killed_is_replaced_with_its_workers(server):
    run_id = server.submit()
    server.wait_until(run_id, "running", events=10)
    before = psutil.Process().children(recursive=True)
    next(p for p in dask_processes() if "distributed.Scheduler" in " ".join(p.cmdline())).kill()
    server.wait_until(run_id, "interrupted")
    server.wait_for(lambda: server.scheduler.status().workers == 1)
    assert psutil.wait_procs(before, timeout=1)[1] == []


@contextmanager
def deaf():
    """A port that takes connections and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def closed():
    """A port on which nobody listens."""
    with deaf() as address:
        pass
    yield address


@pytest.mark.parametrize("place", [deaf, closed])
def test_a_scheduler_that_does_not_answer_is_told_soon_and_blocks_nobody(place, tmp_path):
    store = Store(f"sqlite:///{tmp_path}/runs.sqlite3")
    with place() as address:
        scheduler = Scheduler(store, address)
        began = time.monotonic()
        scheduler.start()
        run_id = scheduler.submit(QUICK, ME)
        assert run_of(store, run_id).status == "queued"
        assert time.monotonic() - began < 0.5
        until = began + 7
        while "does not answer" not in scheduler.status().sentence:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert address in scheduler.status().sentence
        scheduler.close()
    store.close()


@pytest.mark.parametrize("address", ["nonsense", "tcp://", "ftp://somewhere:1"])
def test_a_scheduler_address_that_is_none_is_told_too(address, tmp_path):
    store = Store(f"sqlite:///{tmp_path}/runs.sqlite3")
    scheduler = Scheduler(store, address)
    scheduler.start()
    until = time.monotonic() + 7
    while "does not answer" not in scheduler.status().sentence:
        assert time.monotonic() < until, scheduler.status()
        time.sleep(0.05)
    scheduler.close()
    store.close()


def keys_of(client):
    """Dask's own settings for whoever wants to reach a cluster that has a key."""
    tls = "distributed.comm.tls"
    return {
        f"{tls}.ca-file": client.security.tls_ca_file,
        f"{tls}.client.cert": client.security.tls_client_cert,
        f"{tls}.client.key": client.security.tls_client_key,
    }


def test_two_servers_share_a_cluster_that_exists_already(postgresql):
    database = Postgresql(postgresql)
    first, second = Store(database.address), Store(database.address)
    with embedded(1) as client, dask.config.set(keys_of(client)):
        servers = [Scheduler(store, client.scheduler.address) for store in (first, second)]
        for server in servers:
            server.start()
        run_ids = [
            server.submit(QUICK, owner) for server, owner in zip(servers * 2, (ME, YOU) * 2, strict=True)
        ]
        until = time.monotonic() + 40
        while any(run_of(first, run_id).active for run_id in run_ids):
            assert time.monotonic() < until
            time.sleep(0.1)
        assert [run_of(second, run_id).status for run_id in run_ids] == ["finished"] * 4
        for server in servers:
            server.close()
    first.close()
    second.close()


def test_a_page_that_asks_for_a_run_that_is_none_gets_a_sentence(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/runs.sqlite3")
    scheduler = Scheduler(store)
    with pytest.raises(UnknownRunError):
        scheduler.stop("nonsense", ME)
    assert scheduler.place("nonsense") is None
    store.close()


def test_the_number_of_workers_can_be_set(monkeypatch):
    monkeypatch.setenv("OPTVIZ_WORKERS", "3")
    assert worker_count() == 3
    for nothing in ("", "0"):
        monkeypatch.setenv("OPTVIZ_WORKERS", nothing)
        assert worker_count() == max(1, CPU_COUNT - 1)
    for nonsense in ("-1", "many", "1.5"):
        monkeypatch.setenv("OPTVIZ_WORKERS", nonsense)
        with pytest.raises(SettingError, match="must be a whole number from 0 to 1024"):
            worker_count()


def test_one_process_has_one_scheduler(monkeypatch, tmp_path):
    monkeypatch.setenv("OPTVIZ_DATABASE_URL", f"sqlite:///{tmp_path}/runs.sqlite3")
    monkeypatch.setattr(Scheduler, "start", lambda self: None)
    assert schedulers.current() is schedulers.start() is schedulers.current()
    schedulers.stop()
    schedulers.stop()
