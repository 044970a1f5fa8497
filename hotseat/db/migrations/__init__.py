"""The way of the database from each version to the next."""

from __future__ import annotations

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from hotseat.db.engine import reason_of, writing

_UPGRADING = 0x686F7473656174
"""The number of our lock, in a space that all users of a PostgreSQL database share."""


class DatabaseNotReady(Exception):
    """The database cannot be used as it is; the text says what to run."""


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the tables to this version; (version before, version now). Safe to repeat."""
    _make_sqlite_file(engine)
    config = _config()
    # Two at once would both find no tables.
    with writing(engine) as session:
        connection = session.connection()
        if engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_UPGRADING)))
        before = MigrationContext.configure(connection).get_current_revision()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, _head(config)


def require_current(engine: Engine) -> None:
    """Raises DatabaseNotReady unless the tables are of this version."""
    shown = engine.url.render_as_string(hide_password=True)
    path = _sqlite_path(engine)
    if path is not None and not path.exists():
        # Connecting would create an empty file, with the wrong mode.
        raise DatabaseNotReady(f"{shown}: no database yet; run `hotseat db upgrade`")
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        raise DatabaseNotReady(f"{shown}: {reason_of(error)}") from error
    wanted = _head(_config())
    if found != wanted:
        raise DatabaseNotReady(
            f"{shown}: tables are of version {found or 'none'}, this hotseat needs {wanted};"
            " run `hotseat db upgrade`"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


def _head(config: Config) -> str:
    head = ScriptDirectory.from_config(config).get_current_head()
    assert head is not None, "there is at least the first migration"
    return head


def _sqlite_path(engine: Engine) -> Path | None:
    database = engine.url.database
    return Path(database) if engine.dialect.name == "sqlite" and database else None


def _make_sqlite_file(engine: Engine) -> None:
    """The file holds the phones' secrets; SQLite gives its side files the same mode."""
    path = _sqlite_path(engine)
    if path is not None and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT, 0o640))
