"""A database with tables and nothing in them, seen directly and through inline threads."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hotseat.db.engine import open_engine
from hotseat.db.pool import Database
from tests.unit.threads_inline import InlineReactor, InlineThreads


@pytest.fixture
def engine(tmp_path: Path, tables: Path) -> Iterator[Engine]:
    """Where a test looks what was written."""
    engine = open_engine(f"sqlite:///{shutil.copy(tables, tmp_path / 'hotseat.db')}")
    yield engine
    engine.dispose()


@pytest.fixture
def reactor() -> Iterator[InlineReactor]:
    """Virtual time; a timer that is left over fails the test."""
    reactor = InlineReactor()
    reactor.advance(1_800_000_000)
    yield reactor
    assert reactor.getDelayedCalls() == []


@pytest.fixture
def pool() -> InlineThreads:
    """The threads of `database`."""
    return InlineThreads()


@pytest.fixture
def database(engine: Engine, reactor: InlineReactor, pool: InlineThreads) -> Database:
    """The same database as the server sees it."""
    return Database(str(engine.url), reactor, lambda most, name: pool)
