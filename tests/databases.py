"""New databases for tests, of either kind: empty, with tables, or with the demo site in force."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path
from typing import Protocol

from hotseat.db.engine import open_engine, writing
from hotseat.db.migrations import upgrade
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
    """Databases of one server, copied from two that are made at first."""

    def __init__(self, server: PostgreSQL, site: Site) -> None:
        self._server = server
        self._made: list[str] = []
        self._tables, self._demo = server.copy(), server.copy()
        fill(server.url(self._tables))
        fill(server.url(self._demo), site)

    def empty(self) -> str:
        return self._new(None)

    def tables(self) -> str:
        return self._new(self._tables)

    def demo(self) -> str:
        return self._new(self._demo)

    def drop(self) -> None:
        while self._made:
            self._server.drop(self._made.pop())

    def _new(self, template: str | None) -> str:
        name = self._server.copy(template)
        self._made.append(name)
        return self._server.url(name)
