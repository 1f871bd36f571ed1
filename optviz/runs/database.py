"""The run store's database: which one it is, how it is opened, and what to say when it is gone.

SQLite by default, PostgreSQL by `OPTVIZ_DATABASE_URL`. Everything that differs between the two is here and
in schema.py, so that the store itself is written once.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    NoSuchModuleError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Float

from optviz.settings.environment import DATABASE
from optviz.words import mark, tr

BUSY_SECONDS = 5.0  # how long a statement waits for another one's lock
CONNECT_SECONDS = 3  # how long to wait for a PostgreSQL server that does not answer


class StoreUnavailableError(Exception):
    """The database cannot be reached or used at the moment; the message is a sentence for people."""


class clock(GenericFunction[float]):  # noqa: N801 - it reads like the SQL function it is
    """Seconds since 1970 by the database's clock, which all servers and workers share."""

    type = Float()
    inherit_cache = True
    name = "optviz_clock"


@compiles(clock, "sqlite")
def _clock_sqlite(element: clock, compiler: Any, **keywords: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(clock, "postgresql")
def _clock_postgresql(element: clock, compiler: Any, **keywords: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION)"


def default_url() -> str:
    """The address in `OPTVIZ_DATABASE_URL`, or else a SQLite file in the user's data folder."""
    given = DATABASE.given()
    if given:
        return given
    return f"sqlite:///{platformdirs.user_data_path('optviz') / 'runs.sqlite3'}"


def absolute(address: str) -> str:
    """`address` as it can be given to another process, which may live in another folder."""
    address = address.replace("postgres://", "postgresql://", 1)
    with suppress(ArgumentError):
        url = make_url(address)
        if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
            return f"sqlite:///{Path(url.database).expanduser().absolute()}"
    return address


def open_engine(address: str) -> Engine:
    """Make an engine for `address`; a SQLite file and its folder are created when missing.

    Raises:
        StoreUnavailableError: when the address cannot be read, or a SQLite file cannot be created there.
    """
    try:
        url = make_url(absolute(address))
    except ArgumentError:
        raise StoreUnavailableError(
            tr(
                "OPTVIZ_DATABASE_URL cannot be read; write sqlite:////folder/runs.sqlite3 or "
                "postgresql://user:password@host/database."
            )
        ) from None
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database and url.database != ":memory:":
        return _open_sqlite(Path(url.database))
    if backend == "postgresql":
        return _open_postgresql(url)
    raise StoreUnavailableError(
        tr(
            "OPTVIZ_DATABASE_URL names “{backend}”; allowed are sqlite (a file) and postgresql.",
            backend=backend,
        )
    )


def _open_postgresql(url: URL) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    try:
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=8,
            pool_timeout=BUSY_SECONDS,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "keepalives_idle": 10,
                "tcp_user_timeout": 10_000,
                "options": f"-c lock_timeout={int(BUSY_SECONDS * 1000)}",
            },
        )
    except (ImportError, NoSuchModuleError):
        raise StoreUnavailableError(
            tr("PostgreSQL needs the package psycopg: install psycopg[binary], or unset OPTVIZ_DATABASE_URL.")
        ) from None


def _open_sqlite(path: Path) -> Engine:
    with unavailable(tr("The run store cannot be opened at {path}", path=path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Readers go on while one process writes. The mode stays with the file, so it is set once, here;
        # when several processes start together one of them finds the file locked, and waits.
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
        try:
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("BEGIN IMMEDIATE")
                connection.rollback()
                connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()

    engine = create_engine(
        f"sqlite:///file:{path.as_posix()}?mode=rw&uri=true",
        pool_size=8,
        max_overflow=8,
        pool_timeout=BUSY_SECONDS,
        connect_args={"timeout": BUSY_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we write BEGIN ourselves, below
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        record.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def still_there(connection: Any, record: Any, proxy: Any) -> None:
        # Without this, an open connection goes on writing into a file that was moved away or deleted.
        if record.info["file"] != _identity(path):
            raise DisconnectionError("the file was moved")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A transaction that will write takes the lock at once: one that read first could only fail.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def unavailable(what: str = mark("The run store does not answer")) -> Iterator[None]:
    """Turn whatever a driver raises when its database is gone, locked or full into StoreUnavailableError."""
    try:
        yield
    except (IntegrityError, DataError):
        raise  # the database works, and refuses what we wrote
    except (DBAPIError, PoolTimeout, DisconnectionError, sqlite3.Error, OSError) as error:
        raise StoreUnavailableError(tr("{what}: {why}.", what=tr(what), why=_reason(error))) from error


def _reason(error: Exception) -> str:
    """The driver's own first line, without SQL, parameters or addresses."""
    cause = getattr(error, "orig", None) or error
    said = str(cause).strip().lower()
    if "locked" in said or "lock timeout" in said:
        return tr("another program has locked the database")
    if "full" in said or "no space" in said:
        return tr("the disk is full")
    if "readonly" in said or "read-only" in said or "permission" in said:
        return tr("the database cannot be written")
    if isinstance(error, DisconnectionError) or "unable to open" in said:
        return tr("the database file is not there, or its disk is read-only")
    if "no such table" in said or "does not exist" in said:
        return tr("the database has no tables of optviz")
    if "malformed" in said or "not a database" in said:
        return tr("the database file is damaged")
    return tr("the connection failed")
