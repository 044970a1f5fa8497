"""The journal never holds a call up, and loses nothing while the database is away."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from acd.effects import Note, SeatGone, SeatKept
from acd.types import CallId, SeatId
from hotseat.db.engine import open_engine, reading
from hotseat.db.pool import Database
from hotseat.db.queries import journal_rows, recent_calls
from hotseat.db.snapshot import kept_seats
from hotseat.history import Outcome
from hotseat.journal import APART_SECONDS, BATCH, JournalWriter
from tests.databases import Databases
from tests.unit.db.full_disk import most_bytes
from tests.unit.threads_inline import InlineReactor, InlineThreads

T = 1_800_000_000_000
result_of = SynchronousTestCase().successResultOf

Make = Callable[[], JournalWriter]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where the spool goes."""
    return tmp_path / "state"


@pytest.fixture
def journal(database: Database, reactor: InlineReactor, state: Path) -> JournalWriter:
    """Started, with nothing in it."""
    journal = JournalWriter(database, reactor, state, spool_bytes=20_000)
    start(journal)
    return journal


def start(journal: JournalWriter) -> None:
    """Run to the end of the start."""
    result_of(Deferred.fromCoroutine(journal.start()))


def stop(journal: JournalWriter) -> None:
    """Run to the end of the stop."""
    result_of(Deferred.fromCoroutine(journal.stop()))


def note(journal: JournalWriter, number: int) -> None:
    """A row that can be told from others."""
    journal.note(T + number, Note("queued", call=CallId(f"C{number}"), facts={"n": number}))


def written(engine: Engine) -> list[object]:
    """The numbers of the rows in the database, in order."""
    with reading(engine) as session:
        return [row.facts["n"] for row in journal_rows(session, limit=5000)]


def take_away(engine: Engine) -> None:
    """The database answers no write any more."""
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE journal RENAME TO journal_away"))


def bring_back(engine: Engine) -> None:
    """It does again."""
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE journal_away RENAME TO journal"))


@contextmanager
def away(engine: Engine) -> Iterator[None]:
    """Between these two."""
    take_away(engine)
    yield
    bring_back(engine)


def test_rows_are_written_after_50_ms(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor
) -> None:
    """Together, with one timer, and none when there is nothing to write."""
    note(journal, 1)
    reactor.advance(0.03)
    note(journal, 2)
    assert (written(engine), len(reactor.getDelayedCalls()), journal.lag) == ([], 1, 30)
    reactor.advance(0.02)
    assert (written(engine), reactor.getDelayedCalls(), journal.lag) == ([1, 2], [], 0)


def test_batches_are_a_quarter_of_a_second_apart(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor
) -> None:
    """In a rush they are few and long; nothing waits longer than that."""
    note(journal, 1)
    reactor.advance(0.05)
    for number in range(2, 22):
        note(journal, number)
        reactor.advance(0.01)
    assert (written(engine), journal.lag) == ([1], 200)
    reactor.advance(0.06)
    assert written(engine) == list(range(1, 22))
    reactor.advance(1)
    note(journal, 22)
    reactor.advance(0.05)
    assert written(engine)[-1] == 22


def test_a_full_batch_does_not_wait(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor
) -> None:
    """It goes in the next turn of the reactor, not in the call's own."""
    note(journal, 0)
    reactor.advance(0.05)
    for number in range(1, BATCH + 1):
        note(journal, number)
    assert written(engine) == [0]
    reactor.advance(0)
    assert written(engine) == list(range(BATCH + 1))


def test_everything_else_is_written_too(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor
) -> None:
    """Calls and seats, in the same batch."""
    journal.call_changed(T, CallId("C1"), {"queue": "consult"})
    journal.call_changed(T + 1, CallId("C1"), {"outcome": "abandoned", "estimated": True})
    journal.keep_seat(T, SeatKept(SeatId("1001"), "p101", None, T, None))
    journal.keep_seat(T, SeatKept(SeatId("1002"), "p102", None, T, None))
    journal.drop_seat(T, SeatGone(SeatId("1002")))
    reactor.advance(0.05)
    with reading(engine) as session:
        (call,) = recent_calls(session)
        assert (call.queue, call.outcome, call.estimated) == ("consult", Outcome.ABANDONED, True)
        assert [seat.seat for seat in kept_seats(session)] == ["1001"]


def test_rows_that_come_during_a_write_wait_for_the_next_beginning(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor, pool: InlineThreads
) -> None:
    """A slow write holds nobody up, there is only one at a time, and no tiny ones follow it."""
    pool.idle = True
    note(journal, 1)
    reactor.advance(0.05)
    for number in range(2, 300):
        note(journal, number)
    reactor.advance(0.1)
    assert journal.lag == 150
    pool.work()
    assert written(engine) == [1]
    note(journal, 300)
    pool.idle = False
    reactor.advance(0.14)
    assert written(engine) == [1]
    reactor.advance(0.02)
    assert written(engine) == list(range(1, 301))
    assert reactor.getDelayedCalls() == []


def test_a_write_slower_than_they_are_apart_is_followed_soon(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor, pool: InlineThreads
) -> None:
    """What came in those seconds goes together, 50 ms after its end."""
    pool.idle = True
    note(journal, 1)
    reactor.advance(0.05)
    for number in range(2, 300):
        note(journal, number)
    reactor.advance(10)
    assert journal.lag == 10_050
    pool.idle = False
    pool.work()
    assert written(engine) == [1]
    reactor.advance(0.06)
    assert written(engine) == list(range(1, 300))


def test_a_slow_database_has_as_many_transactions_as_a_quick_one(
    journal: JournalWriter,
    engine: Engine,
    reactor: InlineReactor,
    pool: InlineThreads,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A row each 10 ms for five seconds, and 100 ms for each answer."""
    transactions = 0
    wrote = journal._database.write

    async def count(change: Callable[[Session], None]) -> None:
        nonlocal transactions
        transactions += 1
        reactor.callLater(0.1, pool.work)
        await wrote(change)

    monkeypatch.setattr(journal._database, "write", count)
    pool.idle = True
    for number in range(500):
        note(journal, number)
        reactor.advance(0.01)
    reactor.pump([0.01] * 50)
    assert written(engine) == list(range(500))
    assert transactions <= 22


def a_row_comes_with_each_write(
    journal: JournalWriter, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Each write leaves a new row behind, up to so many."""
    wrote = journal._database.write
    newest = 0

    async def write(change: Callable[[Session], None]) -> None:
        nonlocal newest
        await wrote(change)
        if newest < most:
            newest += 1
            note(journal, newest)

    monkeypatch.setattr(journal._database, "write", write)


def test_a_flush_ends_though_calls_come(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for what was there, also for what came during a write, and for no more."""
    a_row_comes_with_each_write(journal, monkeypatch, 10)
    note(journal, 0)
    result_of(Deferred.fromCoroutine(journal.flush()))
    assert written(engine) == [0]
    result_of(Deferred.fromCoroutine(journal.flush()))
    assert written(engine) == [0, 1]
    stop(journal)


def test_a_flush_during_a_write_brings_what_came_meanwhile(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor, pool: InlineThreads
) -> None:
    """At once: who flushes waits for no timer."""
    pool.idle = True
    note(journal, 1)
    reactor.advance(0.05)
    note(journal, 2)
    flushes = [Deferred.fromCoroutine(journal.flush()) for _ in range(2)]
    assert [flush.called for flush in flushes] == [False, False]
    pool.work()
    for flush in flushes:
        result_of(flush)
    assert written(engine) == [1, 2]
    assert reactor.getDelayedCalls() == []


def test_rows_go_to_the_spool_while_the_database_is_away(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor, state: Path
) -> None:
    """They are on the disk at once, and in the tables, in order, a second after its return."""
    note(journal, 1)
    reactor.advance(0.05)
    with away(engine):
        for number in range(2, 40):
            note(journal, number)
            reactor.advance(0.26)
        lines = (state / "journal.spool").read_text().splitlines()
        assert len(lines) == 38
        assert journal.lag >= 37 * 260
    note(journal, 40)
    reactor.advance(1.05)
    assert written(engine) == list(range(1, 41))
    assert not (state / "journal.spool").exists()
    assert (journal.lag, journal.lost) == (0, 0)
    note(journal, 41)
    reactor.advance(0.26)
    assert written(engine)[-1] == 41


def test_nothing_newer_passes_the_spool(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor
) -> None:
    """Else the seat would be found, after the replay, where it sat before."""
    with away(engine):
        note(journal, 1)
        journal.keep_seat(T, SeatKept(SeatId("1001"), "p101", None, T, None))
        reactor.advance(0.05)
    journal.keep_seat(T, SeatKept(SeatId("1001"), "p102", None, T, None))
    reactor.advance(0.05)
    reactor.advance(1)
    with reading(engine) as session:
        assert [seat.phone for seat in kept_seats(session)] == ["p102"]


def test_what_comes_while_a_long_spool_is_written_is_on_the_disk_too(
    journal: JournalWriter,
    engine: Engine,
    reactor: InlineReactor,
    state: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A crash in those minutes must not cost more than one in any others."""
    monkeypatch.setattr("hotseat.journal.BATCH", 10)
    with away(engine):
        for number in range(30):
            note(journal, number)
        reactor.advance(0.05)
    newest = 29
    wrote = journal._database.write

    async def write_while_calls_come(change: Callable[[Session], None]) -> None:
        nonlocal newest
        file = state / "journal.spool"
        if file.exists():
            assert f'"n": {newest}}}' in file.read_text()
        await wrote(change)
        if newest < 40:
            newest += 1
            note(journal, newest)

    monkeypatch.setattr(journal._database, "write", write_while_calls_come)
    reactor.advance(1)
    reactor.advance(1)
    reactor.pump([APART_SECONDS] * 6)  # the spool is empty by now: one row a batch
    assert newest == 40
    assert written(engine) == list(range(41))
    assert (journal.lag, journal.trouble) == (0, None)


def test_a_full_spool_is_told_once_while_it_is_written(
    journal: JournalWriter,
    engine: Engine,
    reactor: InlineReactor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many batches it has."""
    monkeypatch.setattr("hotseat.journal.BATCH", 10)
    with capture_logs() as logs:
        with away(engine):
            for number in range(300):
                note(journal, number)
                reactor.advance(0.05)
        reactor.advance(2)
        reactor.advance(2)
    assert written(engine) == list(range(300))
    assert [line["event"] for line in logs].count("journal_only_in_memory") == 1
    assert journal.trouble is None


def test_trouble_is_told_at_its_edges(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor
) -> None:
    """Once when it begins, once when it is over, and never with a caller's number."""
    with capture_logs() as logs:
        with away(engine):
            for number in range(50):
                journal.call_changed(T, CallId("C1"), {"caller": "13800138000"})
                note(journal, number)
                reactor.advance(0.2)
        reactor.advance(2)
    assert [line["event"] for line in logs] == ["journal_in_trouble", "journal_in_order_again"]
    assert "13800138000" not in str(logs)


def test_a_restart_writes_the_spool_first(
    journal: JournalWriter,
    database: Database,
    engine: Engine,
    reactor: InlineReactor,
    state: Path,
) -> None:
    """What an earlier server left comes before anything new, and new ids are higher."""
    with away(engine):
        note(journal, 1)
        note(journal, 2)
        stop(journal)
    assert written(engine) == []
    reactor.rightNow -= 3600  # the wall clock was set back meanwhile
    later = JournalWriter(database, reactor, state)
    start(later)
    assert written(engine) == [1, 2]
    note(later, 3)
    stop(later)
    assert written(engine) == [1, 2, 3]


def test_a_spool_that_was_not_removed_doubles_nothing(
    journal: JournalWriter,
    database: Database,
    engine: Engine,
    reactor: InlineReactor,
    state: Path,
) -> None:
    """The server was killed between the last commit and the removal."""
    with away(engine):
        note(journal, 1)
        journal.call_changed(T, CallId("C1"), {"outcome": "lost"})
        reactor.advance(0.05)
        shutil.copy(state / "journal.spool", state / "kept")
    stop(journal)
    shutil.copy(state / "kept", state / "journal.spool")
    later = JournalWriter(database, reactor, state)
    start(later)
    assert written(engine) == [1]
    assert not (state / "journal.spool").exists()
    stop(later)


def test_the_server_starts_while_the_database_is_away(
    database: Database, engine: Engine, reactor: InlineReactor, state: Path
) -> None:
    """And writes when it comes."""
    with away(engine):
        journal = JournalWriter(database, reactor, state)
        start(journal)
        note(journal, 1)
        reactor.advance(0.05)
    reactor.advance(2)
    assert written(engine) == [1]
    stop(journal)


def test_the_bounds_are_told_and_kept(
    journal: JournalWriter,
    engine: Engine,
    reactor: InlineReactor,
    state: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Past spool and memory rows are lost and counted; what was kept is written in the end."""
    monkeypatch.setattr("hotseat.journal.MEMORY_ENTRIES", 100)
    with capture_logs() as logs, away(engine):
        for number in range(500):
            note(journal, number)
            reactor.advance(0.05)
        assert (state / "journal.spool").stat().st_size <= 20_000
        assert journal.trouble is not None
        assert "100 entries only in memory" in journal.trouble
    reactor.advance(2)
    reactor.advance(0.05)
    found = written(engine)
    assert found == list(range(len(found)))
    assert 200 < len(found) < 500
    assert journal.lost == 500 - len(found)
    assert journal.trouble is None
    told = [line["event"] for line in logs]
    for event in ("journal_in_trouble", "journal_only_in_memory", "journal_loses_entries"):
        assert told.count(event) == 1, event


def test_a_full_disk_leaves_memory(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor, state: Path
) -> None:
    """What the spool has stays there, what it could not take waits, and nothing is doubled."""
    with capture_logs() as logs, away(engine):
        note(journal, 0)
        reactor.advance(0.05)
        room = (state / "journal.spool").stat().st_size
        with most_bytes(room + 50):
            for number in range(1, 40):
                note(journal, number)
                reactor.advance(0.05)
            assert (state / "journal.spool").stat().st_size == room
            assert journal.trouble is not None
            assert "only in memory: [Errno" in journal.trouble
        for number in range(40, 60):
            note(journal, number)
            reactor.advance(0.05)
        assert (state / "journal.spool").stat().st_size > room
        assert journal.trouble.endswith("kept in the spool")
    reactor.advance(2)
    assert written(engine) == list(range(60))
    assert (journal.lag, journal.lost, journal.trouble) == (0, 0, None)
    assert [line["event"] for line in logs].count("journal_only_in_memory") == 1


def test_a_disk_that_fails_as_well_leaves_memory(
    database: Database, engine: Engine, reactor: InlineReactor, state: Path
) -> None:
    """Rows wait there, and are written when the database is back."""
    state.write_text("a file where the folder should be")
    journal = JournalWriter(database, reactor, state)
    start(journal)
    with away(engine):
        for number in range(40):
            note(journal, number)
            reactor.advance(0.05)
    reactor.advance(1)
    assert written(engine) == list(range(40))
    assert journal.lost == 0


def test_memory_is_bounded(
    journal: JournalWriter, pool: InlineThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that hangs for ever must not take the process with it."""
    monkeypatch.setattr("hotseat.journal.MEMORY_ENTRIES", 10)
    pool.idle = True
    for number in range(15):
        note(journal, number)
    assert journal.lost == 5
    pool.idle = False
    stop(journal)


def test_one_bad_entry_costs_no_other(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor
) -> None:
    """A text that no database can hold, in the middle of a batch."""
    with capture_logs() as logs:
        for number in range(9):
            note(journal, number)
        journal.call_changed(T, CallId("C1"), {"caller_name": "\udce4"})
        journal.call_changed(T, CallId("C2"), {"priority": 1 << 70})
        for number in range(9, 20):
            note(journal, number)
        reactor.advance(0.05)
    assert written(engine) == list(range(20))
    assert journal.lost == 2
    assert [line["entry"] for line in logs] == [["call C1"], ["call C2"]]
    with reading(engine) as session:
        assert recent_calls(session) == []


def test_a_wrong_field_is_told_and_left_out(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor
) -> None:
    """The call goes on, and so do its other fields."""
    with capture_logs() as logs:
        journal.call_changed(T, CallId("C1"), {"quue": "x", "seat": object(), "queue": "consult"})
    assert [(line["event"], line["column"]) for line in logs] == [
        ("call_field_refused", "quue"),
        ("call_field_refused", "seat"),
    ]
    reactor.advance(0.05)
    with reading(engine) as session:
        assert recent_calls(session)[0].queue == "consult"


def test_stop_writes_what_waits(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor
) -> None:
    """At once, and no timer stays behind."""
    note(journal, 1)
    stop(journal)
    assert written(engine) == [1]
    assert reactor.getDelayedCalls() == []


def test_stop_writes_what_comes_during_its_writes(
    journal: JournalWriter, engine: Engine, reactor: InlineReactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would write it later."""
    a_row_comes_with_each_write(journal, monkeypatch, 10)
    note(journal, 0)
    stop(journal)
    assert written(engine) == list(range(11))
    assert reactor.getDelayedCalls() == []


def test_stop_ends_when_nothing_takes_what_is_left(
    database: Database, engine: Engine, reactor: InlineReactor, state: Path
) -> None:
    """It is told how much is lost."""
    state.write_text("a file where the folder should be")
    journal = JournalWriter(database, reactor, state)
    start(journal)
    with away(engine), capture_logs() as logs:
        for number in range(3):
            note(journal, number)
        stop(journal)
    assert [line["entries"] for line in logs if line["event"] == "journal_lost_at_stop"] == [3]
    assert reactor.getDelayedCalls() == []


STEPS = ["note", "note", "note", "burst", "tick", "second", "down", "up", "full", "room", "restart"]
SMALL = 3_000
"""Bytes that a file on the full disk may have: SQLite has more, the spool not yet."""


@given(steps=st.lists(st.sampled_from(STEPS), max_size=30))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_happens_every_row_is_there_once_and_in_order(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    """The database comes and goes, the disk gets full, the server stops and starts."""
    folder = tmp_path_factory.mktemp("story")
    url = databases.tables()
    engine = open_engine(url)
    reactor = InlineReactor()
    reactor.advance(1_800_000_000)
    database = Database(url, reactor, lambda most, name: InlineThreads())
    journal = JournalWriter(database, reactor, folder)
    start(journal)
    count, up, full = 0, True, False
    with ExitStack() as disk:
        for step in [*steps, "room", "up", "second", "second"]:
            match step:
                case "note" | "burst":
                    for _ in range(120 if step == "burst" else 1):
                        note(journal, count)
                        count += 1
                case "tick":
                    reactor.advance(0.05)
                case "second":
                    reactor.advance(1)
                # Both are writes, for which a full disk has no room either.
                case "down" if up and not full:
                    take_away(engine)
                    up = False
                case "up" if not up and not full:
                    bring_back(engine)
                    up = True
                case "full" if not full:
                    disk.enter_context(most_bytes(SMALL))
                    full = True
                case "room":
                    disk.close()
                    full = False
                case "restart":
                    disk.close()  # else it would lose what is in memory, and say so
                    full = False
                    stop(journal)
                    reactor.advance(1)
                    journal = JournalWriter(database, reactor, folder)
                    start(journal)
    stop(journal)
    assert written(engine) == list(range(count))
    assert (journal.lost, reactor.getDelayedCalls()) == (0, [])
    result_of(Deferred.fromCoroutine(database.stop()))
    engine.dispose()
