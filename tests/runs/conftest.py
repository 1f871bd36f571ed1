"""Stores for the tests: each test runs on SQLite and on a PostgreSQL server of its own."""

import glob
import os
import shutil
from pathlib import Path

import pytest
from run_databases import Postgresql, PostgresqlServer, Sqlite

from optviz.runs.store import Store


@pytest.fixture(scope="session")
def postgresql():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))
    program = shutil.which("postgres") or (found[-1] if found else None)
    if program is None:
        sentence = "PostgreSQL is not installed; apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    server = PostgresqlServer(Path(program).resolve().parent)
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """One empty database; most tests take `store` instead."""
    if request.param == "sqlite":
        return Sqlite(tmp_path)
    return Postgresql(request.getfixturevalue("postgresql"))


@pytest.fixture
def store(database):
    store = Store(database.address)
    yield store
    store.close()
