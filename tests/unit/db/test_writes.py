"""Batches of history can be written twice, in any cut, and come out the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import IntegrityError

from acd.effects import SeatGone, SeatKept
from acd.types import SeatId
from hotseat.db import models
from hotseat.db.engine import open_engine, reading, writing
from hotseat.db.queries import journal_rows, open_calls, recent_calls
from hotseat.db.snapshot import kept_seats, last_placed
from hotseat.db.writes import CALL_COLUMNS, Entry, is_bad_entry, write
from hotseat.history import CallChanged, CallRow, EndedBy, JournalRow, Outcome
from tests.databases import Databases

T = 1_800_000_000_000


def put(engine: Engine, *entries: Entry) -> None:
    """One batch."""
    with writing(engine) as session:
        write(session, entries)


def row(id: int, kind: str = "queued", call: str | None = "C1") -> JournalRow:
    """A row of the journal."""
    return JournalRow(id, T + id, kind, call, None, "consult", {"n": id})


def kept(seat: str, phone: str) -> SeatKept:
    """A seat as the floor tells it."""
    return SeatKept(SeatId(seat), phone, None, T, None)


def everything(engine: Engine) -> tuple[list[JournalRow], list[CallRow], list[SeatKept]]:
    """What a reader sees."""
    with reading(engine) as session:
        return journal_rows(session, limit=1000), recent_calls(session), kept_seats(session)


def test_rows_come_back_as_they_were(engine: Engine) -> None:
    """In the order of their ids."""
    put(engine, row(2), row(1))
    with reading(engine) as session:
        assert journal_rows(session) == [row(1), row(2)]
        assert journal_rows(session, limit=1) == [row(2)]
        assert journal_rows(session, after=1) == [row(2)]
        assert journal_rows(session, call="C2") == []
        assert journal_rows(session, kinds=["queued"], since=T + 2) == [row(2)]


def test_a_row_is_written_once(engine: Engine) -> None:
    """A replay does not double it."""
    put(engine, row(1), row(2))
    put(engine, row(1), row(2), row(3))
    with reading(engine) as session:
        assert [found.id for found in journal_rows(session)] == [1, 2, 3]


def test_a_call_has_one_terminal_row(engine: Engine) -> None:
    """The database sees to it, for `ended` only."""
    put(engine, row(1, "ended"), row(2, "offered"), row(3, "offered"))
    put(engine, row(4, "ended"))
    put(engine, row(5, "ended", call="C2"))
    with reading(engine) as session:
        assert [found.id for found in journal_rows(session, kinds=["ended"])] == [1, 5]
        assert len(journal_rows(session, kinds=["offered"])) == 2
    with pytest.raises(IntegrityError), writing(engine) as session:
        session.add(models.Journal(id=9, at=T, kind="ended", call_id="C1", facts={}))


def test_a_call_grows_field_by_field(engine: Engine) -> None:
    """Columns that a change does not name keep their value; the first change makes the row."""
    put(engine, CallChanged("C1", T, {"number": "4008001000", "caller": "13800138000"}))
    put(
        engine,
        CallChanged("C1", T + 5, {"queue": "consult", "queued_at": T + 5}),
        CallChanged("C1", T + 9, {"seat": "1001", "answered_at": T + 9, "offers": 2}),
        CallChanged("C2", T + 7, {"arrived_at": T + 1}),
    )
    with reading(engine) as session:
        first, second = open_calls(session)
    assert (first.id, first.arrived_at, first.number, first.queue) == (
        "C1",
        T,
        "4008001000",
        "consult",
    )
    assert (first.seat, first.answered_at, first.offers, first.outcome) == ("1001", T + 9, 2, None)
    assert (second.id, second.arrived_at, second.offers, second.estimated) == (
        "C2",
        T + 1,
        0,
        False,
    )


def test_a_call_ends_once(engine: Engine) -> None:
    """A second end, from a late event or another process, is not believed."""
    end = {"outcome": "answered", "ended_by": "caller", "ended_at": T + 50, "talk_ms": 40}
    other = {"outcome": "lost", "ended_by": "unknown", "ended_at": T + 99, "estimated": True}
    put(engine, CallChanged("C1", T, {}), CallChanged("C1", T + 50, end))
    put(engine, CallChanged("C1", T + 99, other))
    put(engine, CallChanged("C2", T, end), CallChanged("C2", T + 99, other))
    with reading(engine) as session:
        assert open_calls(session) == []
        for call in recent_calls(session):
            assert (call.outcome, call.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
            assert call.ended_at == T + 50
        assert recent_calls(session, outcomes=[Outcome.LOST]) == []


def test_long_texts_are_cut_to_their_column(engine: Engine) -> None:
    """PostgreSQL would refuse the whole batch for one caller's name."""
    put(engine, CallChanged("C1", T, {"caller_name": "名" * 300, "caller": "1" * 99}))
    with reading(engine) as session:
        (call,) = recent_calls(session)
    assert (len(call.caller_name or ""), len(call.caller or "")) == (200, 32)


def test_seats_are_kept_as_they_were_last(engine: Engine) -> None:
    """Gone and back is there, back and gone is not."""
    put(engine, kept("1001", "p101"), kept("1002", "p102"))
    put(engine, SeatGone(SeatId("1001")), kept("1001", "p109"), SeatGone(SeatId("1002")))
    with reading(engine) as session:
        assert kept_seats(session) == [kept("1001", "p109")]


def test_where_a_seat_was_placed_last_is_known_however_long_ago(engine: Engine) -> None:
    """Of the seats that are kept, and of no other row in between."""
    month = 30 * 86_400_000

    def placed(id: int, at: int, seat: str, **facts: str) -> JournalRow:
        return JournalRow(id, at, "placed", None, seat, None, facts)

    put(
        engine,
        *(kept(seat, f"mobile:{seat}") for seat in ("1001", "1002", "1004")),
        placed(1, T - month, "1001", place="p101"),
        placed(2, T - month, "1001", place="mobile:1001", override="mobile"),
        placed(3, T - month, "1002", place="mobile:1002", choice="mobile"),
        placed(4, T - month, "1003", place="p103"),
        JournalRow(5, T, "paused", None, "1001", None, {"reason": "meal"}),
    )
    with reading(engine) as session:
        assert last_placed(session) == {
            "1001": {"place": "mobile:1001", "override": "mobile"},
            "1002": {"place": "mobile:1002", "choice": "mobile"},
        }


calls = st.sampled_from(["C1", "C2"])
fields = st.dictionaries(
    st.sampled_from(["queue", "seat", "outcome"]),
    st.sampled_from(["answered", "lost", "menu"]),
    max_size=2,
)
entries = st.one_of(
    st.builds(CallChanged, calls, st.integers(T, T + 9), fields),
    st.builds(kept, st.sampled_from(["1001", "1002"]), st.sampled_from(["p101", "p102"])),
    st.builds(SeatGone, st.sampled_from([SeatId("1001"), SeatId("1002")])),
    st.builds(row, st.integers(1, 9), st.sampled_from(["queued", "ended"]), calls),
)


@given(story=st.lists(entries, max_size=12), data=st.data())
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_cut_and_a_replay_give_the_same(
    three: Sequence[Engine], story: Sequence[Entry], data: st.DataObject
) -> None:
    """One batch, one by one, or a cut with everything written again after a crash."""
    for engine in three:
        with writing(engine) as session:
            for table in (models.Journal, models.Call, models.Seat):
                session.execute(delete(table))
    whole, single, replayed = three
    put(whole, *story)
    for entry in story:
        put(single, entry)
    cut = data.draw(st.integers(0, len(story)))
    put(replayed, *story[:cut])
    put(replayed, *story)
    assert everything(single) == everything(whole)
    # A replay from the start passes once more through what is already there.
    assert everything(replayed)[0] == everything(whole)[0]
    assert everything(replayed)[2] == everything(whole)[2]
    assert ends(replayed) == ends(whole)


def ends(engine: Engine) -> dict[str, str | None]:
    """The outcome of every call."""
    with reading(engine) as session:
        return {
            call: outcome
            for call, outcome in session.execute(select(models.Call.id, models.Call.outcome))
        }


@pytest.fixture
def three(databases: Databases) -> Iterator[Sequence[Engine]]:
    """Databases for the property, emptied before each example."""
    engines = [open_engine(databases.tables()) for _ in range(3)]
    yield engines
    for engine in engines:
        engine.dispose()


@pytest.mark.parametrize("value", [None, 7, -1, 1 << 40, True, "seven", "7", "", "a\0b", "\udce4"])
def test_a_value_of_the_wrong_kind_is_never_taken_for_an_outage(
    engine: Engine, value: str | int | None
) -> None:
    """Else one entry that nobody can write would hold the whole journal up for ever."""
    for column in sorted(CALL_COLUMNS):
        refused: Exception | None = None
        try:
            put(engine, CallChanged("C1", T, {column: value}))
        except Exception as error:
            refused = error
        assert refused is None or is_bad_entry(refused), column
