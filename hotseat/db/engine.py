"""Opening the database, and the two kinds of transaction: reading and writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

_BUSY_MS = 2_000
_BEGIN = "hotseat_begin"


def open_engine(url: str) -> Engine:
    """The engine for a SQLAlchemy URL; connects at first use."""
    # Errors are logged, and a caller's number must not be.
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session in one transaction that sees one state of the database and changes nothing."""
    with Session(engine, autoflush=False) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session in one transaction: everything is committed at the end, or nothing."""
    writer = engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
    with Session(writer, expire_on_commit=False) as session, session.begin():
        yield session


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


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once if another wrote in between,
    # busy_timeout or not (SQLITE_BUSY_SNAPSHOT); a writer takes the lock at the start instead.
    begin = connection.get_execution_options().get(_BEGIN, "BEGIN")
    connection.exec_driver_sql(begin)
