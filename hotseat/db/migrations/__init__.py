"""The way of the database from each version to the next."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from hotseat.db.engine import reason_of, rebuilding
from hotseat.db.models import Base
from words import Message, listed, said

_UPGRADING = 0x686F7473656174
"""The number of our lock, in a space that all users of a PostgreSQL database share."""


class DatabaseNotReady(Exception):
    """The database cannot be used as it is; the text says what to run."""


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the tables to this version; (version before, version now). Safe to repeat."""
    with changing_tables(engine) as connection:
        before = tables_version(connection)
        migrate(connection)
    return before, newest_version()


@contextmanager
def changing_tables(engine: Engine) -> Iterator[Connection]:
    """A transaction in which nobody else makes or changes tables; all of it, or nothing."""
    _make_sqlite_file(engine)
    # Two at once would both find no tables.
    with rebuilding(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_UPGRADING)))
        yield connection


def tables_version(connection: Connection) -> str | None:
    """The version of the tables that are there; None if there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(connection: Connection, version: str = "head") -> None:
    """Bring the tables up to a version."""
    command.upgrade(_config(connection), version)


def make_anew(connection: Connection, version: str) -> None:
    """Drop tables of the newest version with all that is in them, and make those of `version`."""
    Base.metadata.drop_all(connection)
    command.stamp(_config(connection), "base")
    migrate(connection, version)


def versions() -> list[str]:
    """Every version of the tables that we know, the oldest first."""
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return [script.revision for script in scripts][::-1]


def newest_version() -> str:
    """The version that this hotseat works with."""
    return versions()[-1]


def require_current(engine: Engine) -> None:
    """Raises DatabaseNotReady unless the tables are of this version."""
    shown = engine.url.render_as_string(hide_password=True)
    path = _sqlite_path(engine)
    if path is not None and not path.exists():
        # Connecting would create an empty file, with the wrong mode.
        raise _behind(said("%(database)s: no database yet", database=shown))
    try:
        with engine.connect() as connection:
            found = tables_version(connection)
    except SQLAlchemyError as error:
        raise DatabaseNotReady(f"{shown}: {reason_of(error)}") from error
    wanted = newest_version()
    if found != wanted:
        raise _behind(
            said(
                "%(database)s: tables are of version %(found)s, this hotseat needs %(wanted)s",
                database=shown,
                found=found or "none",
                wanted=wanted,
            )
        )


def _behind(why: Message) -> DatabaseNotReady:
    return DatabaseNotReady(listed([why, said("run `%(command)s`", command="hotseat db upgrade")]))


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.attributes["connection"] = connection
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


def _sqlite_path(engine: Engine) -> Path | None:
    database = engine.url.database
    return Path(database) if engine.dialect.name == "sqlite" and database else None


def _make_sqlite_file(engine: Engine) -> None:
    """The file holds the phones' secrets; SQLite gives its side files the same mode."""
    path = _sqlite_path(engine)
    if path is not None and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT, 0o640))
