"""The tables of the run store, and the numbered migrations that bring an older database up to them.

`TABLES` is what today's code reads and writes. A migration is frozen SQL text that does not use it, so that
its result never changes when the code does. A test compares the two.
"""

from dataclasses import dataclass

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    inspect,
    text,
)

from optviz.runs.database import StoreUnavailableError
from optviz.words import tr

TABLES = MetaData()

RUNS = Table(
    "runs",
    TABLES,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("owner", Text, nullable=False),  # SHA-256 of the owner's key: reading this table gives no rights
    Column("status", Text, nullable=False),
    Column("wanted", Text, nullable=False),  # "run", "pause", "stop" or "yield": what the worker should do
    Column("config", Text, nullable=False),
    Column("created", Float(53), nullable=False),  # times are seconds since 1970 by the database's clock
    Column("updated", Float(53), nullable=False),
    Column("queued", Float(53), nullable=False),
    Column("begun", Float(53)),
    Column("heartbeat", Float(53)),
    Column("watched", Float(53), nullable=False),
    Column("attempt", Integer, nullable=False),  # only the worker that holds this number may write
    Column("last_event", Integer, nullable=False),
    Column("device", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Index("runs_by_owner", "owner", "created"),
    Index("runs_by_status", "status"),
)

EVENTS = Table(
    "events",
    TABLES,
    Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,  # rows lie in the order in which they are read
)

CHECKPOINTS = Table(
    "checkpoints",
    TABLES,
    Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("step", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

#: The weights of a network after some of its steps: its path.
SNAPSHOTS = Table(
    "snapshots",
    TABLES,
    Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("racer", Integer, primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)

#: What workers compute about a run besides training it.
JOBS = Table(
    "jobs",
    TABLES,
    Column("id", Text, primary_key=True),
    Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("request", Text, nullable=False),  # JSON: what to compute
    Column("status", Text, nullable=False),  # "queued", "running", "done" or "failed"
    Column("attempt", Integer, nullable=False),  # as in the table of runs
    Column("losses", Integer, nullable=False),  # workers that were lost with it
    Column("created", Float(53), nullable=False),
    Column("heartbeat", Float(53)),
    Column("share", Float(53), nullable=False),  # how much of it is done, from 0 to 1
    Column("version", Integer, nullable=False),  # counts the results that were written
    Column("sentence", Text, nullable=False),
    Column("result", LargeBinary),
    Index("jobs_by_run", "run", "request", unique=True),
    Index("jobs_by_status", "status"),
)

#: What people have drawn for the networks of a run; `number` counts up in a run with every change.
DRAWINGS = Table(
    "drawings",
    TABLES,
    Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("author", Text, primary_key=True),  # SHA-256 of the person's key
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("label", Integer, nullable=False),  # what it is meant to be, or -1
    Column("pixels", LargeBinary, nullable=False),  # as the data set has them
    Index("drawings_by_number", "run", "number"),
)

#: Classes that are asked questions, each by one host, and the question that is open.
CLASSES = Table(
    "classes",
    TABLES,
    Column("code", Text, primary_key=True),
    Column("host", Text, nullable=False),  # SHA-256 of the host's key
    Column("lesson", Text, nullable=False),
    Column("revealed", Integer, nullable=False),  # 1 when the answer is shown
    Column("created", Float(53), nullable=False),
    Column("kind", Text, nullable=False),  # of the open question: "choice" or "place"
    Index("classes_by_host", "host", "created"),
)

#: What a class predicts: one choice of each person for each question.
GUESSES = Table(
    "guesses",
    TABLES,
    Column("class", Text, ForeignKey("classes.code", ondelete="CASCADE"), primary_key=True),
    Column("lesson", Text, primary_key=True),
    Column("author", Text, primary_key=True),  # a hash that is another one in every class
    Column("choice", Integer, nullable=False),
)

#: Where a class predicts that a path ends: one place of each person for each question.
MARKS = Table(
    "marks",
    TABLES,
    Column("class", Text, ForeignKey("classes.code", ondelete="CASCADE"), primary_key=True),
    Column("lesson", Text, primary_key=True),
    Column("author", Text, primary_key=True),  # as in the table of guesses
    Column("x", Float(53), nullable=False),
    Column("y", Float(53), nullable=False),
)

#: From which run a fork was made; that one may have been deleted since.
FORKS = Table(
    "forks",
    TABLES,
    Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("parent", Text, nullable=False),
    Column("racer", Integer, nullable=False),  # whose weights, if the parent is a race
    Column("step", Integer, nullable=False),  # of the parent
    Column("config", Text, nullable=False),  # of the parent
    Column("data", LargeBinary),  # the parent's checkpoint, until the fork has one of its own
    Index("forks_by_parent", "parent"),
)


class SchemaTooNewError(StoreUnavailableError):
    """The database was written by a newer optviz; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from the schema before it; `{blob}` stands for the database's word for bytes."""

    number: int
    purpose: str
    statements: tuple[str, ...]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        1,
        "runs, their events and the last checkpoint of each",
        (
            """
            CREATE TABLE runs (
                id TEXT PRIMARY KEY,
                title TEXT NOT NULL,
                owner TEXT NOT NULL,
                status TEXT NOT NULL,
                wanted TEXT NOT NULL,
                config TEXT NOT NULL,
                created DOUBLE PRECISION NOT NULL,
                updated DOUBLE PRECISION NOT NULL,
                queued DOUBLE PRECISION NOT NULL,
                begun DOUBLE PRECISION,
                heartbeat DOUBLE PRECISION,
                watched DOUBLE PRECISION NOT NULL,
                attempt INTEGER NOT NULL,
                last_event INTEGER NOT NULL,
                device TEXT NOT NULL,
                sentence TEXT NOT NULL
            )
            """,
            "CREATE INDEX runs_by_owner ON runs (owner, created)",
            "CREATE INDEX runs_by_status ON runs (status)",
            """
            CREATE TABLE events (
                run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
                number INTEGER NOT NULL,
                kind TEXT NOT NULL,
                body TEXT NOT NULL,
                PRIMARY KEY (run, number)
            ) {without_rowid}
            """,
            """
            CREATE TABLE checkpoints (
                run TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
                step INTEGER NOT NULL,
                data {blob} NOT NULL
            )
            """,
        ),
    ),
    Migration(
        2,
        "the path of the weights, and what workers compute besides training",
        (
            """
            CREATE TABLE snapshots (
                run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
                racer INTEGER NOT NULL,
                step INTEGER NOT NULL,
                data {blob} NOT NULL,
                PRIMARY KEY (run, racer, step)
            )
            """,
            """
            CREATE TABLE jobs (
                id TEXT PRIMARY KEY,
                run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
                request TEXT NOT NULL,
                status TEXT NOT NULL,
                attempt INTEGER NOT NULL,
                losses INTEGER NOT NULL,
                created DOUBLE PRECISION NOT NULL,
                heartbeat DOUBLE PRECISION,
                share DOUBLE PRECISION NOT NULL,
                version INTEGER NOT NULL,
                sentence TEXT NOT NULL,
                result {blob}
            )
            """,
            "CREATE UNIQUE INDEX jobs_by_run ON jobs (run, request)",
            "CREATE INDEX jobs_by_status ON jobs (status)",
        ),
    ),
    Migration(
        3,
        "what people draw for the networks of a run",
        (
            """
            CREATE TABLE drawings (
                run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
                author TEXT NOT NULL,
                slot INTEGER NOT NULL,
                number INTEGER NOT NULL,
                label INTEGER NOT NULL,
                pixels {blob} NOT NULL,
                PRIMARY KEY (run, author, slot)
            )
            """,
            "CREATE INDEX drawings_by_number ON drawings (run, number)",
        ),
    ),
    Migration(
        4,
        "classes that are asked questions, and what they predict",
        (
            """
            CREATE TABLE classes (
                code TEXT PRIMARY KEY,
                host TEXT NOT NULL,
                lesson TEXT NOT NULL,
                revealed INTEGER NOT NULL,
                created DOUBLE PRECISION NOT NULL
            )
            """,
            "CREATE INDEX classes_by_host ON classes (host, created)",
            """
            CREATE TABLE guesses (
                class TEXT NOT NULL REFERENCES classes (code) ON DELETE CASCADE,
                lesson TEXT NOT NULL,
                author TEXT NOT NULL,
                choice INTEGER NOT NULL,
                PRIMARY KEY (class, lesson, author)
            )
            """,
        ),
    ),
    Migration(
        5,
        "which run a fork was made from",
        (
            """
            CREATE TABLE forks (
                run TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
                parent TEXT NOT NULL,
                racer INTEGER NOT NULL,
                step INTEGER NOT NULL,
                config TEXT NOT NULL,
                data {blob}
            )
            """,
            "CREATE INDEX forks_by_parent ON forks (parent)",
        ),
    ),
    Migration(
        6,
        "questions to a class that ask for a place",
        (
            "ALTER TABLE classes ADD COLUMN kind TEXT NOT NULL DEFAULT 'choice'",
            """
            CREATE TABLE marks (
                class TEXT NOT NULL REFERENCES classes (code) ON DELETE CASCADE,
                lesson TEXT NOT NULL,
                author TEXT NOT NULL,
                x DOUBLE PRECISION NOT NULL,
                y DOUBLE PRECISION NOT NULL,
                PRIMARY KEY (class, lesson, author)
            )
            """,
        ),
    ),
)

_WORDS = {
    "sqlite": {"blob": "BLOB", "without_rowid": "WITHOUT ROWID"},
    "postgresql": {"blob": "BYTEA", "without_rowid": ""},
}
_LOCK = 0x6F707476  # "optv": any number of our own, for PostgreSQL's advisory lock


def migrate(engine: Engine, migrations: tuple[Migration, ...] = MIGRATIONS) -> int:
    """Bring the database up to the last of `migrations` in one transaction; return its number.

    Safe when several processes start together: the first one holds a lock, the others find it done.

    Raises:
        SchemaTooNewError: when the database is ahead of this program. Nothing was changed.
    """
    newest = migrations[-1].number
    with engine.begin() as connection:
        if version(connection) == newest:  # the usual case, which needs no lock
            return newest
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        found = version(connection)
        if found > newest:
            raise SchemaTooNewError(
                tr(
                    "This database was written by a newer optviz (schema {found}; this program knows "
                    "{newest}). Update the program, or let OPTVIZ_DATABASE_URL name another database.",
                    found=found,
                    newest=newest,
                )
            )
        if found == 0:
            connection.execute(text("CREATE TABLE IF NOT EXISTS schema_version (number INTEGER PRIMARY KEY)"))
        for migration in migrations:
            if migration.number > found:
                for statement in migration.statements:
                    connection.execute(text(statement.format_map(_WORDS[engine.dialect.name])))
                connection.execute(
                    text("INSERT INTO schema_version (number) VALUES (:number)"), {"number": migration.number}
                )
        return newest


def version(connection: Connection) -> int:
    """The number of the last migration that this database has seen, 0 for an empty one."""
    if not inspect(connection).has_table("schema_version"):
        return 0
    return connection.execute(text("SELECT max(number) FROM schema_version")).scalar() or 0
