"""Databases to begin with: made once, copied for each test that needs one.

Tests that ask for `databases` run twice, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from hotseat.db.engine import open_engine
from hotseat.site.records import Site
from tests.databases import Databases, PostgreSQLDatabases
from tests.postgresql import PostgreSQL


@pytest.fixture(scope="session")
def postgresql(postgresql_server: PostgreSQL, demo: Site) -> Iterator[PostgreSQLDatabases]:
    """Databases in a server of the tests' own."""
    databases = PostgreSQLDatabases(postgresql_server, demo)
    yield databases
    databases.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def each_kind(request: pytest.FixtureRequest) -> Databases:
    """SQLite first, PostgreSQL next."""
    kind: Databases = request.getfixturevalue(request.param)
    return kind


@pytest.fixture
def databases(each_kind: Databases) -> Iterator[Databases]:
    """Where a test gets its databases; they are gone after it."""
    yield each_kind
    each_kind.drop()


@pytest.fixture
def url(databases: Databases) -> str:
    """A database with tables and nothing in them."""
    return databases.tables()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """The same, where a test looks what was written."""
    engine = open_engine(url)
    yield engine
    engine.dispose()
