"""SQL runs in threads, and only plain records come back."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from hotseat.db import models
from hotseat.db.engine import lock_site, open_engine, reading, reason_of, writing
from hotseat.db.pool import WRITE_SECONDS, Database
from tests.databases import PostgreSQLDatabases, SQLiteDatabases
from tests.postgresql import PostgreSQL
from tests.unit.threads_inline import InlineReactor, InlineThreads, WaitingReactor

result_of = SynchronousTestCase().successResultOf
failure_of = SynchronousTestCase().failureResultOf


def a_skill(name: str) -> Callable[[Session], None]:
    """Writes one row."""
    return lambda session: session.add(models.Skill(name=name, title=name))


def skills(session: Session) -> list[str]:
    """Reads all rows."""
    return list(session.scalars(select(models.Skill.name).order_by(models.Skill.name)))


def test_what_is_written_is_read(database: Database) -> None:
    """In one transaction each."""
    result_of(Deferred.fromCoroutine(database.write(a_skill("one"))))
    assert result_of(Deferred.fromCoroutine(database.run(skills))) == ["one"]


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    """The error comes back, the row does not stay."""

    def half(session: Session) -> None:
        session.add(models.Skill(name="half", title="half"))
        session.flush()
        raise RuntimeError("in the middle")

    failure_of(Deferred.fromCoroutine(database.write(half)), RuntimeError)
    assert result_of(Deferred.fromCoroutine(database.run(skills))) == []


def test_a_reader_cannot_write(database: Database) -> None:
    """What `run` changes is not committed."""
    result_of(Deferred.fromCoroutine(database.run(a_skill("one"))))
    assert result_of(Deferred.fromCoroutine(database.run(skills))) == []


@pytest.mark.parametrize(
    "leak",
    [
        lambda session: session,
        lambda session: session.get(models.Skill, "one"),
        lambda session: session.scalars(select(models.Skill)).all(),
        lambda session: {"one": session.get(models.Skill, "one")},
        lambda session: session.execute(select(models.Skill.name)),
        lambda session: session.execute(select(models.Skill.name)).all(),
    ],
)
def test_rows_do_not_leave_their_session(database: Database, leak: Callable[..., Any]) -> None:
    """Touching them later would ask the database in the reactor's thread."""
    result_of(Deferred.fromCoroutine(database.write(a_skill("one"))))
    failure_of(Deferred.fromCoroutine(database.run(leak)), TypeError)


def test_a_late_answer_is_the_default(
    database: Database, reactor: InlineReactor, pool: InlineThreads
) -> None:
    """And the true answer, when it comes, harms nobody."""
    pool.idle = True
    answer = Deferred.fromCoroutine(database.within(0.5, skills, ["default"]))
    reactor.advance(0.4)
    assert not answer.called
    reactor.advance(0.2)
    assert result_of(answer) == ["default"]
    pool.work()


def test_an_answer_in_time_is_the_answer(database: Database) -> None:
    """No timer is left."""
    assert result_of(Deferred.fromCoroutine(database.within(0.5, skills, ["default"]))) == []


def test_a_database_that_is_away_is_the_default(database: Database, engine: Engine) -> None:
    """The call goes on."""
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE skill RENAME TO skill_away"))
    answer = Deferred.fromCoroutine(database.within(0.5, skills, ["default"]))
    assert result_of(answer) == ["default"]


def test_real_threads_keep_the_order_of_writes(url: str) -> None:
    """One writer: fifty writes at once land in the order they were asked for."""
    reactor = WaitingReactor()
    database = Database(url, reactor)
    names: set[str] = set()

    def change(number: int) -> Callable[[Session], None]:
        def write(session: Session) -> None:
            names.add(threading.current_thread().name)
            session.add(models.ConfigRevision(revision=number, applied_at=number, changes=[]))

        return write

    done: list[int] = []
    for number in range(50):
        Deferred.fromCoroutine(database.write(change(number))).addCallback(
            lambda _, number=number: done.append(number)
        )
    while len(done) < 50:
        reactor.take_one()
    assert done == list(range(50))
    assert len(names) == 1
    assert threading.current_thread().name not in names
    result_of(Deferred.fromCoroutine(database.stop()))


def test_sqlite_is_set_up(sqlite: SQLiteDatabases) -> None:
    """Readers beside a writer, foreign keys, and no sync for each of 10,000 commits."""
    with open_engine(sqlite.tables()).connect() as connection:
        found = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "busy_timeout": 2000,
    }


def test_a_reader_sees_one_state(engine: Engine) -> None:
    """A site that is applied between two of its questions does not tear its answer."""
    with reading(engine) as reader:
        assert skills(reader) == []
        with writing(engine) as writer:
            a_skill("one")(writer)
        assert skills(reader) == []
    with reading(engine) as reader:
        assert skills(reader) == ["one"]


def test_who_changes_the_site_takes_the_lock_before_reading(engine: Engine, url: str) -> None:
    """So nobody is told half way that what was read is out of date; others still read."""
    impatient = open_engine(url)
    event.listen(impatient, "connect", make_impatient)
    with writing(engine) as first:
        lock_site(first)
        skills(first)
        with pytest.raises(OperationalError, match="lock"), writing(impatient) as second:  # noqa: PT012
            lock_site(second)
            skills(second)
        with reading(impatient) as reader:
            assert skills(reader) == []
    with writing(impatient) as second:
        lock_site(second)
        a_skill("two")(second)
    with reading(engine) as reader:
        assert skills(reader) == ["two"]
    impatient.dispose()


def make_impatient(raw: Any, _record: object) -> None:
    """Give up at once what is locked."""
    if isinstance(raw, sqlite3.Connection):
        raw.execute("PRAGMA busy_timeout = 0")
    else:
        raw.execute("SET lock_timeout = 1")
        raw.commit()


def test_postgresql_gives_up_in_seconds(postgresql: PostgreSQLDatabases) -> None:
    """A lock that is held, and a host that does not answer any more, hang no thread for hours."""
    engine = open_engine(postgresql.tables())
    with engine.connect() as connection:
        found = {
            name: connection.scalar(text(f"SHOW {name}")) for name in ("lock_timeout", "timezone")
        }
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        told = raw.info.get_parameters()
    assert found == {"lock_timeout": "2s", "timezone": "UTC"}
    assert (told["connect_timeout"], told["keepalives_idle"]) == ("3", "5")
    engine.dispose()


def test_a_reader_of_postgresql_may_not_write(postgresql: PostgreSQLDatabases) -> None:
    """Its transactions are opened read-only, at one state."""
    engine = open_engine(postgresql.tables())
    with reading(engine) as session:
        assert session.scalar(text("SHOW transaction_isolation")) == "repeatable read"
        with pytest.raises(DBAPIError, match="read-only transaction"):
            session.execute(text("DELETE FROM skill"))
    with writing(engine) as session:
        assert session.scalar(text("SHOW transaction_isolation")) == "read committed"
    engine.dispose()


def test_a_reason_quotes_no_row(engine: Engine) -> None:
    """PostgreSQL's second line holds the refused row, and a caller's number in it."""
    call = models.Call(id="C1", arrived_at=1, caller="13800138000", outcome="unheard of")
    with pytest.raises(IntegrityError) as refused, writing(engine) as session:
        session.add(call)
    assert "ck_call_outcome" in reason_of(refused.value)
    assert "13800138000" not in reason_of(refused.value)
    assert reason_of(RuntimeError("13800138000")) == "RuntimeError"


@pytest.mark.postgresql
def test_a_database_that_hangs_is_away(
    postgresql_server: PostgreSQL, postgresql: PostgreSQLDatabases
) -> None:
    """Writer and readers get an error in time, and go on when it answers again."""
    reactor = WaitingReactor()
    database = Database(postgresql.tables(), reactor)
    written = Deferred.fromCoroutine(database.write(a_skill("before")))
    reactor.take_one()
    result_of(written)
    with postgresql_server.frozen():
        read = Deferred.fromCoroutine(database.run(skills))
        written = Deferred.fromCoroutine(database.write(a_skill("during")))
        reactor.advance(WRITE_SECONDS - 0.1)
        assert not written.called
        reactor.advance(0.1)
        reactor.take_one()
        reactor.take_one()
        failure_of(written, OperationalError)
        failure_of(read, OperationalError)
    written = Deferred.fromCoroutine(database.write(a_skill("after")))
    reactor.take_one()
    result_of(written)
    assert reactor.getDelayedCalls() == []
    read = Deferred.fromCoroutine(database.run(skills))
    reactor.take_one()
    assert result_of(read) == ["after", "before"]
    result_of(Deferred.fromCoroutine(database.stop()))
