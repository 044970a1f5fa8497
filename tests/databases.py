"""New databases for tests, of either kind: empty, with tables, or with the demo site in force."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path
from typing import Protocol

import psycopg

from hotseat.db.engine import open_engine, writing
from hotseat.db.migrations import upgrade
from hotseat.db.models import Base
from hotseat.site.apply import apply
from hotseat.site.records import Site
from tests.postgresql import PostgreSQL

DEMO_AT = 1_800_000_000_000
"""When the demo site was applied."""


class Databases(Protocol):
    """Every call makes one that nobody else uses, and tells its URL."""

    def empty(self) -> str:
        """Without tables; on SQLite there is not even the file."""

    def tables(self) -> str:
        """With tables and nothing in them."""

    def demo(self) -> str:
        """With the demo site in force."""

    def drop(self) -> None:
        """Remove all that were made since the last time."""


def fill(url: str, site: Site | None = None) -> None:
    """Make the tables, and put a site in force."""
    engine = open_engine(url)
    upgrade(engine)
    if site is not None:
        with writing(engine) as session:
            apply(session, site, expected=0, now=DEMO_AT)
    engine.dispose()


class SQLiteDatabases:
    """Files, copied from two that are made at first."""

    def __init__(self, folder: Path, site: Site) -> None:
        self._folder = folder
        self._made: list[Path] = []
        self._numbers = count(1)
        self._tables, self._demo = folder / "tables.db", folder / "demo.db"
        fill(f"sqlite:///{self._tables}")
        fill(f"sqlite:///{self._demo}", site)

    def empty(self) -> str:
        return self._new(None)

    def tables(self) -> str:
        return self._new(self._tables)

    def demo(self) -> str:
        return self._new(self._demo)

    def drop(self) -> None:
        while self._made:
            shutil.rmtree(self._made.pop(), ignore_errors=True)

    def _new(self, template: Path | None) -> str:
        # A folder of its own: SQLite puts files beside the database.
        folder = self._folder / str(next(self._numbers))
        self._made.append(folder)
        if template is not None:
            folder.mkdir()
            shutil.copy(template, folder / "hotseat.db")
        return f"sqlite:///{folder / 'hotseat.db'}"


class PostgreSQLDatabases:
    """Databases of one server, copied from two that are made at first.

    To copy one takes 40 to 130 ms, so those with tables only are emptied and used again.
    """

    def __init__(self, server: PostgreSQL, site: Site) -> None:
        self._server = server
        self._made: list[str] = []
        self._lent: list[_Emptied] = []
        self._stock: list[_Emptied] = []
        self._tables, self._demo = server.copy(), server.copy()
        fill(server.url(self._tables))
        fill(server.url(self._demo), site)

    def empty(self) -> str:
        return self._new(None)

    def tables(self) -> str:
        if not self._stock:
            name = self._server.copy(self._tables)
            self._stock.append(_Emptied(name, self._server.connect(name)))
        self._lent.append(self._stock.pop())
        return self._server.url(self._lent[-1].name)

    def demo(self) -> str:
        return self._new(self._demo)

    def drop(self) -> None:
        while self._lent:
            database = self._lent.pop()
            if database.empty():
                self._stock.append(database)
            else:
                self._made.append(database.name)
        while self._made:
            self._server.drop(self._made.pop())

    def close(self) -> None:
        """Let go of the server."""
        self.drop()
        while self._stock:
            self._stock.pop().close()

    def _new(self, template: str | None) -> str:
        name = self._server.copy(template)
        self._made.append(name)
        return self._server.url(name)


class _Emptied:
    """A database with tables, for one test after the other."""

    _SHAPE = (
        "SELECT string_agg(concat(oid, relname, relnatts), ' ' ORDER BY oid) FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace"
    )
    _TABLES = ", ".join(f"('{table.name}')" for table in Base.metadata.sorted_tables)
    _EMPTY = f"""
        DO $$ DECLARE name text; BEGIN
            SET LOCAL session_replication_role = replica; -- no order to keep for foreign keys
            SET LOCAL lock_timeout = '1s';
            FOR name IN VALUES {_TABLES} LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
            PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
        END $$
    """

    def __init__(self, name: str, connection: psycopg.Connection) -> None:
        self.name = name
        self._connection = connection
        self._shape = self._shape_now()

    def empty(self) -> bool:
        """Empty it; no if a test has changed its tables or left somebody in it."""
        try:
            if self._shape_now() == self._shape:
                self._connection.execute(self._EMPTY.encode())
                return True
        except psycopg.OperationalError:
            pass
        self.close()
        return False

    def close(self) -> None:
        """Leave the database."""
        self._connection.close()

    def _shape_now(self) -> object:
        return self._connection.execute(self._SHAPE.encode()).fetchone()
