"""SQL beside the reactor: our own threads, and only plain records come back from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from threading import Thread
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Result, Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from hotseat.db.engine import cutter, open_engine, reading, reason_of, writing
from hotseat.db.models import Base

log = structlog.get_logger(__name__)
T = TypeVar("T")

READERS = 4

WRITE_SECONDS = 5.0
"""A batch of history takes milliseconds, a locked SQLite file is given up after two seconds. A
database that takes so long hangs, though it is connected: that is away, too."""


class _Thread(Thread):
    """Keeps no process alive: a server that failed to start must still end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, daemon=True, **kwargs)


def threads(most: int, name: str) -> ThreadPool:
    """Up to `most` threads, started when there is work."""
    pool = ThreadPool(minthreads=0, maxthreads=most, name=name)
    pool.threadFactory = _Thread
    pool.start()
    return pool


class Database:
    """The database as the reactor sees it.

    One thread writes: SQLite has one writer anyway, and what is written in turn stays in turn.
    """

    def __init__(
        self, url: str, reactor: Any, make_threads: Callable[[int, str], ThreadPool] = threads
    ) -> None:
        self._engine = open_engine(url)
        self._cut = cutter(self._engine)
        self._reactor = reactor
        self._readers = make_threads(READERS, "database-readers")
        self._writer = make_threads(1, "database-writer")

    async def run(self, ask: Callable[[Session], T]) -> T:
        """Run `ask` in a reading transaction. Raises what it raises, SQLAlchemyError above all.

        Raises TypeError if rows or anything else that belongs to the session would come back.
        """
        return await self._in(self._readers, lambda: self._read(ask))

    async def within(self, seconds: float, ask: Callable[[Session], T], default: T) -> T:
        """The same for the path of a call: `default` if the database is late or away."""
        answer = Deferred.fromCoroutine(self.run(ask))
        try:
            return await answer.addTimeout(seconds, self._reactor)
        except (TimeoutError, SQLAlchemyError) as error:
            log.warning("database_default", reason=reason_of(error))
            return default

    async def write(self, change: Callable[[Session], T]) -> T:
        """Run `change` in a writing transaction, committed at its end; after all earlier writes.

        If the database hangs, all its connections are cut: reads that hang end then as well.
        """
        deadline = self._reactor.callLater(WRITE_SECONDS, self._cut)
        try:
            return await self._in(self._writer, lambda: self._write(change))
        finally:
            if deadline.active():
                deadline.cancel()

    async def in_writer(self, work: Callable[[], T]) -> T:
        """Run something without SQL in the writer's thread, in turn with the writes."""
        return await self._in(self._writer, work)

    async def stop(self) -> None:
        """Wait for what runs (a locked SQLite file at most two seconds) and let go."""
        self._readers.stop()
        self._writer.stop()
        self._engine.dispose()

    async def _in(self, pool: ThreadPool, work: Callable[[], T]) -> T:
        result: T = await deferToThreadPool(self._reactor, pool, work)
        return result

    def _read(self, ask: Callable[[Session], T]) -> T:
        with reading(self._engine) as session:
            return _plain(ask(session))

    def _write(self, change: Callable[[Session], T]) -> T:
        with writing(self._engine) as session:
            return _plain(change(session))


def _plain(result: T) -> T:
    """`result`, unless it or one of its items would ask the database when touched."""
    items: Collection[object] = ()
    if isinstance(result, Mapping):
        items = result.values()
    elif isinstance(result, list | tuple | set | frozenset):
        items = result
    for value in (result, *items):
        if isinstance(value, Base | Row | Result | Session | Connection):
            raise TypeError(f"{type(value).__name__} must not leave its session; return a record")
    return result
