"""A database as the server sees it, through inline threads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from hotseat.db.pool import Database
from tests.unit.threads_inline import InlineReactor, InlineThreads


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
def database(url: str, reactor: InlineReactor, pool: InlineThreads) -> Iterator[Database]:
    """The database of `engine`."""
    database = Database(url, reactor, lambda most, name: pool)
    yield database
    SynchronousTestCase().successResultOf(Deferred.fromCoroutine(database.stop()))
