"""Databases that the tests can lock, take away and bring back, and disks that are full."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine, func, select, text

from optviz.runs.history import continued
from optviz.runs.schema import EVENTS
from optviz.training.config import TrainingConfig

ME, YOU = "my key", "your key"
QUICK = TrainingConfig("digits", (16,), epochs=2)


def run_of(store, run_id):
    """The run as the store has it now."""
    return store.follow(run_id, after=2**31 - 1)[0]


def entries_of(store, run_id, after=0):
    """Its events in the store, numbered."""
    return store.follow(run_id, after)[1]


def rows_of(store, run_id):
    """How many events the store holds for this id, even when there is no such run."""
    with store.reading() as connection:
        return connection.execute(select(func.count()).where(EVENTS.c.run == run_id)).scalar_one()


def timeline(store, run_id):
    """Its events as if it had never been interrupted."""
    return continued((), entries_of(store, run_id))


class Sqlite:
    """A SQLite file that can be moved away and locked."""

    def __init__(self, folder: Path):
        self.folder = folder / "store"
        self.file = self.folder / "runs.sqlite3"
        self.address = f"sqlite:///{self.file}"

    def vanish(self):
        self.folder.rename(self.folder.with_name("elsewhere"))

    def come_back(self):
        self.folder.with_name("elsewhere").rename(self.folder)

    @contextmanager
    def locked(self):
        connection = sqlite3.connect(self.file)
        try:
            connection.execute("BEGIN EXCLUSIVE")
            yield
            connection.rollback()
        finally:
            connection.close()


class SmallDisk:
    """A disk of some megabytes in memory, which only root may mount."""

    def __init__(self, megabytes: int):
        # Not in pytest's folder: the database server, which works as another account, may not look there.
        self.folder = Path(tempfile.mkdtemp(prefix="optviz-disk-"))
        self.folder.chmod(0o755)
        self._mount("-t", "tmpfs", "-o", f"size={megabytes}m,mode=777", "optviz-test")

    def fill(self):
        """Another program takes all the room that is left."""
        with (self.folder / "ballast").open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass

    def make_room(self):
        (self.folder / "ballast").unlink()

    def forbid_writing(self):
        self._mount("-o", "remount,ro")

    def allow_writing(self):
        self._mount("-o", "remount,rw")

    def remove(self):
        subprocess.run(["umount", "-l", self.folder], check=True)
        self.folder.rmdir()

    def _mount(self, *options):
        subprocess.run(["mount", *options, self.folder], check=True, stderr=subprocess.DEVNULL)


class Postgresql:
    """A database of its own on the server of the tests, in the folder `disk` if there is one."""

    def __init__(self, server, disk=None):
        self.server = server
        self.name = f"test_{uuid.uuid4().hex}"
        self.address = server.address(self.name)
        place = ""
        if disk:
            (disk / "tables").mkdir()
            if server.user:
                shutil.chown(disk / "tables", "nobody")
            self._execute("postgres", f"CREATE TABLESPACE {self.name} LOCATION '{disk / 'tables'}'")
            place = f" TABLESPACE {self.name}"
        self._execute("postgres", f"CREATE DATABASE {self.name}{place}")

    def drop(self):
        """Delete a database that has a disk, and let the server forget that disk."""
        self._execute("postgres", f"DROP DATABASE {self.name} WITH (FORCE)")
        self._execute("postgres", f"DROP TABLESPACE {self.name}")

    def _execute(self, database, statement):
        engine = create_engine(self.server.address(database), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def vanish(self):
        self.server.stop()

    def come_back(self):
        self.server.start()

    @contextmanager
    def locked(self):
        engine = create_engine(self.address)
        with engine.begin() as connection:
            connection.execute(text("LOCK TABLE runs IN EXCLUSIVE MODE"))
            yield
        engine.dispose()


class PostgresqlServer:
    """PostgreSQL in a temporary folder, reached through a socket in it. It refuses to run as root."""

    def __init__(self, programs: Path):
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="optviz-pg-"))
        self.data = self.folder / "data"
        self.user = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
            self.user = ["setpriv", "--reuid=nobody", "--clear-groups"]
        self._run("initdb", "-D", self.data, "-U", "optviz", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    def address(self, database, folder=None):
        return f"postgresql+psycopg://optviz@/{database}?host={folder or self.folder}"

    def start(self):
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off"
        options += " -c max_connections=200 -c shared_buffers=32MB"
        self._run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "-o", options, "start")

    def stop(self):
        self._run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")

    def _run(self, program, *arguments):
        subprocess.run(
            [*self.user, self.programs / program, *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
        )

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder)
