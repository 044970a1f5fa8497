"""Opening the database, and the two kinds of transaction: reading and writing.

Both databases promise the same: a reader sees one state, a writer that changes the site is alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from socket import SHUT_RDWR, socket
from typing import Any, Final
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

_BUSY_MS = 2_000
_BEGIN = "hotseat_begin"

_READS: Final[Mapping[str, Mapping[str, Any]]] = {
    "sqlite": {},
    # Its default gives every statement a state of its own (PostgreSQL manual, 13.2.1).
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
_WRITES: Final[Mapping[str, Mapping[str, Any]]] = {
    # A transaction that reads first and writes later fails at once if another wrote in between,
    # busy_timeout or not (SQLITE_BUSY_SNAPSHOT); a writer takes the lock at the start instead.
    "sqlite": {_BEGIN: "BEGIN IMMEDIATE"},
    "postgresql": {},
}

_POSTGRESQL: Final[Mapping[str, Any]] = {
    # A host that is gone without a word is noticed in seconds, not after libpq's two hours, so
    # that the journal turns to its spool (libpq, 34.1.2).
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "hotseat",
    "options": f"-c lock_timeout={_BUSY_MS} -c timezone=UTC",
}


def open_engine(url: str) -> Engine:
    """The engine for a URL that `hotseat.config` let through; connects at first use."""
    # hide_parameters: errors are logged, and a caller's number must not be.
    if make_url(url).get_backend_name() == "postgresql":
        # The ping spares a call the error of a connection that a restart of PostgreSQL has cut.
        return create_engine(
            url, hide_parameters=True, pool_pre_ping=True, connect_args=dict(_POSTGRESQL)
        )
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def cutter(engine: Engine) -> Callable[[], None]:
    """What breaks every connection of the engine, from any thread; who waits gets an error.

    A PostgreSQL that is stopped or hangs keeps its connections, for which the kernel goes on
    answering: no timeout of TCP or libpq ends the wait. SQLite's own waits end by themselves.
    """
    connections: WeakSet[Any] = WeakSet()
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", lambda connection, _record: connections.add(connection))

    def cut() -> None:
        for connection in list(connections):
            if not connection.closed:
                # A duplicate: closing it here must not close psycopg's.
                with suppress(OSError), socket(fileno=os.dup(connection.fileno())) as line:
                    line.shutdown(SHUT_RDWR)

    return cut


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session in one transaction that sees one state of the database and changes nothing."""
    reader = engine.execution_options(**_READS[engine.dialect.name])
    with Session(reader, autoflush=False) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session in one transaction: everything is committed at the end, or nothing."""
    writer = engine.execution_options(**_WRITES[engine.dialect.name])
    with Session(writer, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def rebuilding(engine: Engine) -> Iterator[Connection]:
    """A writing transaction for whoever drops tables or copies them under another name.

    References are checked at its end. SQLite would otherwise follow them out of every table that
    Alembic copies, and cannot be told within a transaction (sqlite.org/lang_altertable.html, 7).
    Raises IntegrityError, with nothing changed, if a row refers to another that is not there.
    """
    writer = engine.execution_options(**_WRITES[engine.dialect.name])
    sqlite = engine.dialect.name == "sqlite"
    with writer.connect() as connection:
        driver = connection.connection.driver_connection
        if sqlite and driver is not None:
            driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
                if sqlite:
                    _check_references(connection)
        finally:
            if sqlite and driver is not None:
                driver.execute("PRAGMA foreign_keys = ON")


def lock_site(session: Session) -> None:
    """Wait until no other writer changes the site, and keep others waiting until the end.

    To be called first of all in a writing transaction, so that what it reads stays true. History
    is written beside it, and readers are not held up. SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE config_revision IN EXCLUSIVE MODE"))


def reason_of(error: Exception) -> str:
    """What the database said, without the statement and its values.

    PostgreSQL quotes the whole row in the lines after the first, and so a caller's number.
    """
    said = str(getattr(error, "orig", None) or "").strip()
    return said.splitlines()[0] if said else type(error).__name__


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes only before the first write, so that reads would not be in the
    # transaction; with None we say BEGIN ourselves (Python docs, sqlite3, isolation_level).
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        f"busy_timeout = {_BUSY_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _check_references(connection: Connection) -> None:
    check = "PRAGMA foreign_key_check"
    broken = connection.exec_driver_sql(check).first()
    if broken is not None:
        table, row, other, _ = broken
        reason = ValueError(f"table {table}, row {row}: refers to a row of {other} that is missing")
        raise IntegrityError(check, None, reason)


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get(_BEGIN, "BEGIN")
    connection.exec_driver_sql(begin)
