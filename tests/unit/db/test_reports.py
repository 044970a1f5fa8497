"""Calls found again and summed up, on both databases."""

from __future__ import annotations

from typing import TypeAlias

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

Story: TypeAlias = tuple[int, str, str, dict[str, str | int]]
"""A row of the journal: (at, kind, seat, facts)."""


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
        JournalRow(10**15 + number, at, kind, "C1", seat, queue, {"on_line_ms": on_line})
        for number, (at, kind, seat, queue, on_line) in enumerate(
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


@pytest.mark.parametrize(
    ("ends", "counted"),
    [
        ([DAY + 10_000], 10_000),
        ([DAY + 10_000, DAY + 4_000], 4_000),
        ([DAY + 10_000, DAY], 0),
        ([], 0),
    ],
    ids=["as foreseen", "cut short", "cut at once", "nobody reached"],
)
def test_the_wrap_up_after_a_call_back(ten: Engine, ends: list[int], counted: int) -> None:
    """Beside that of the calls; the last word says when it was over."""
    story: list[Story] = [
        (DAY - MINUTE, "wrap_up", "1001", {"until": DAY - MINUTE + 10_000}),
        (DAY, "called_back", "1001", {"on_line_ms": 20_000}),
    ]
    story += [(DAY, "wrap_up", "1001", {"until": until}) for until in ends]
    assert wrapped(ten, story) == {"1001": (1, 20_000, counted)}


def test_each_wrap_up_belongs_to_the_call_back_before_it(ten: Engine) -> None:
    """Of the same customer: two of one agent, one of another, and one on the next day.

    The first of the day is from a version that told of the talk alone.
    """
    story: list[Story] = [
        (DAY - 5_000, "called_back", "1001", {"on_line_ms": 500_000}),
        (DAY - 5_000, "wrap_up", "1001", {"until": DAY + 55_000}),
        (DAY + MINUTE, "called_back", "1001", {"talk_ms": 1_000}),
        (DAY + 2 * MINUTE, "called_back", "1001", {"on_line_ms": 2_000}),
        (DAY + 2 * MINUTE, "wrap_up", "1001", {"until": DAY + 2 * MINUTE + 7_000}),
        (DAY + 3 * MINUTE, "called_back", "1009", {"on_line_ms": 3_000}),
        (DAY + 3 * MINUTE, "wrap_up", "1009", {"until": DAY + 3 * MINUTE + 9_000}),
        (END - 1, "called_back", "1009", {"on_line_ms": 4_000}),
        (END - 1, "wrap_up", "1009", {"until": END + 999}),
        (END, "called_back", "1001", {"on_line_ms": 500_000}),
        (END, "wrap_up", "1001", {"until": END + 30_000}),
    ]
    assert wrapped(ten, story) == {"1001": (2, 3_000, 7_000), "1009": (2, 7_000, 10_000)}


def wrapped(engine: Engine, story: list[Story]) -> dict[str, tuple[int, int, int]]:
    """seat -> (call-backs, time in them, time after them), of a call with these rows.

    The wrap-up of the calls is as it was.
    """
    rows = [
        JournalRow(10**15 + number, at, kind, call_id(1), seat, "consult", facts)
        for number, (at, kind, seat, facts) in enumerate(story)
    ]
    with reading(engine) as session:
        before = {seat.seat: seat.wrap_up_ms for seat in figures_by_seat(session, DAY, END)}
    with writing(engine) as session:
        write(session, rows)
    with reading(engine) as session:
        found = figures_by_seat(session, DAY, END)
    assert {seat.seat: seat.wrap_up_ms for seat in found if seat.answered} == before
    return {
        seat.seat: (seat.call_backs, seat.called_back_ms, seat.call_back_wrap_up_ms)
        for seat in found
        if seat.call_backs
    }


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
