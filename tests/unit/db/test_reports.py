"""Calls found again and summed up, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from acd.stats import Ended
from hotseat.db.engine import reading, writing
from hotseat.db.reports import (
    CallsWanted,
    HalfHour,
    Place,
    SeatFigures,
    call_of,
    ended_by_half_hour,
    figures_by_seat,
    find_calls,
)
from hotseat.db.writes import write
from hotseat.history import JournalRow
from tests.web.history import DAY, MINUTE, call_id, write_history

END = DAY + 24 * 60 * MINUTE


@pytest.fixture
def ten(engine: Engine) -> Engine:
    """Ten calls, four minutes apart."""
    write_history(engine, 10)
    return engine


def test_half_hours_by_outcome_and_queue(ten: Engine) -> None:
    """A call belongs to the half hour in which it arrived."""
    with reading(ten) as session:
        found = ended_by_half_hour(session, DAY, END)
        none = ended_by_half_hour(session, END, END + MINUTE)
        one = ended_by_half_hour(session, DAY, END, ["1003"])
        narrow = ended_by_half_hour(session, DAY, END, queue="complaint")
        seats = figures_by_seat(session, DAY, END)
    assert none == []
    assert sum(half.ended.calls for half in found) == 10
    assert {half.number for half in found} == {0, 1}
    assert HalfHour(0, Ended("abandoned", "consult", 7_000, 1, 1)) in found
    assert HalfHour(0, Ended("menu", None, 0, 1, 0)) in found
    assert all(half.ended.outcome == "answered" for half in one)
    assert sum(half.wrap_up_ms for half in found) == 8 * 10_000
    assert sum(half.talk_ms for half in found) == sum(seat.talk_ms for seat in seats)
    assert {half.ended.queue for half in narrow} == {"complaint"}


def test_figures_of_seats(ten: Engine) -> None:
    """Talks, the longest, those in time."""
    with reading(ten) as session:
        found = {seat.seat: seat for seat in figures_by_seat(session, DAY, END)}
    assert sum(seat.answered for seat in found.values()) == 8
    assert found["1001"] == SeatFigures("1001", 2, 1, 265_000, 225_000, 0, 20_000)


def test_figures_of_call_backs(ten: Engine) -> None:
    """They count when they end, also of a seat without an answered call, and without a talk."""
    rows = [
        JournalRow(10**15 + number, at, kind, "C1", seat, queue, {"talk_ms": talk})
        for number, (at, kind, seat, queue, talk) in enumerate(
            [
                (DAY - 1, "called_back", "1001", "consult", 1_000),
                (DAY, "called_back", "1001", "consult", 20_000),
                (DAY + MINUTE, "called_back", "1001", "complaint", 0),
                (DAY + MINUTE, "called_back", "1009", "consult", 70_000),
                (DAY + MINUTE, "reached", "1001", "consult", 9_000),
                (END, "called_back", "1001", "consult", 5_000),
            ]
        )
    ]
    with writing(ten) as session:
        write(session, rows)
    with reading(ten) as session:
        every = figures_by_seat(session, DAY, END)
        mine = figures_by_seat(session, DAY, END, ["1001"])
        complaints = figures_by_seat(session, DAY, END, queue="complaint")
    assert [seat.seat for seat in every] == sorted(seat.seat for seat in every)
    found = {seat.seat: seat for seat in every}
    assert found["1001"] == SeatFigures("1001", 2, 1, 265_000, 225_000, 0, 20_000, 2, 20_000)
    assert found["1009"] == SeatFigures("1009", 0, 0, 0, 0, 0, 0, 1, 70_000)
    assert mine == [found["1001"]]
    assert {seat.seat: seat.call_backs for seat in complaints if seat.call_backs} == {"1001": 1}


def test_calls_page_by_page(ten: Engine) -> None:
    """Newest first, by every condition."""
    with reading(ten) as session:
        wanted = CallsWanted(since=DAY, until=END)
        first = find_calls(session, wanted, limit=4)
        rest = find_calls(session, wanted, limit=9, after=Place(first[-1].arrived_at, first[-1].id))
        exact = find_calls(session, CallsWanted(since=DAY, until=END, ends_with="0009"), limit=9)
        wild = find_calls(session, CallsWanted(since=DAY, until=END, ends_with="%"), limit=9)
        nobodys = find_calls(session, CallsWanted(since=DAY, until=END, seats=[]), limit=9)
        known, unknown = call_of(session, call_id(3)), call_of(session, "nothing")
    assert [call.id for call in [*first, *rest]] == [call_id(n) for n in range(9, -1, -1)]
    assert [call.id for call in exact] == [call_id(9)]
    assert (wild, nobodys, unknown) == ([], [], None)
    assert known is not None
    assert known.id == call_id(3)
