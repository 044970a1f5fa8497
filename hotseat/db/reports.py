"""Calls found again, and the figures of a day: what pages ask of the history."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from operator import attrgetter

from sqlalchemy import ColumnElement, Integer, case, func, literal_column, select, tuple_
from sqlalchemy.orm import Session

from acd.stats import Ended
from acd.types import Millis
from hotseat.db import models
from hotseat.db.models import Call
from hotseat.db.queries import call_row
from hotseat.history import CallRow, Outcome

HALF_HOUR: Millis = 1_800_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsWanted:
    """Conditions that calls have to fit; those that are left out do not matter."""

    since: Millis
    until: Millis
    """Arrived from `since` until before `until`."""
    ends_with: str = ""
    """The last digits of the caller's number."""
    queue: str = ""
    seats: Collection[str] | None = None
    """Talked with one of these; None for all calls."""
    outcome: str = ""
    """An outcome, or `open`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of calls ended; the next one reads on from there."""

    arrived_at: Millis
    id: str


@dataclass(frozen=True, slots=True)
class HalfHour:
    """Calls that arrived in one half hour and ended alike; `number` counts from `since`."""

    number: int
    ended: Ended
    talk_ms: Millis = 0
    wrap_up_ms: Millis = 0


@dataclass(frozen=True, slots=True)
class SeatFigures:
    """What one agent's seat did: answered calls and call-backs, and the time in and after them."""

    seat: str
    answered: int
    in_time: int
    talk_ms: Millis
    longest_ms: Millis
    hung_up: int
    """Talks that the seat ended first."""
    wrap_up_ms: Millis = 0
    call_backs: int = 0
    """Customers dialled, whether or not they answered."""
    called_back_ms: Millis = 0
    """In these, from when the agent was on the line."""


def find_calls(
    session: Session, wanted: CallsWanted, *, limit: int, after: Place | None = None
) -> list[CallRow]:
    """The calls that fit, newest first."""
    query = select(Call).where(Call.arrived_at >= wanted.since, Call.arrived_at < wanted.until)
    if wanted.ends_with:
        query = query.where(Call.caller.endswith(wanted.ends_with, autoescape=True))
    if wanted.queue:
        query = query.where(Call.queue == wanted.queue)
    if wanted.seats is not None:
        query = query.where(Call.seat.in_(wanted.seats))
    if wanted.outcome == "open":
        query = query.where(Call.outcome.is_(None))
    elif wanted.outcome:
        query = query.where(Call.outcome == Outcome(wanted.outcome).value)
    if after is not None:
        query = query.where(tuple_(Call.arrived_at, Call.id) < (after.arrived_at, after.id))
    query = query.order_by(Call.arrived_at.desc(), Call.id.desc()).limit(limit)
    return [call_row(row) for row in session.scalars(query)]


def call_of(session: Session, call: str) -> CallRow | None:
    """One call."""
    row = session.get(Call, call)
    return None if row is None else call_row(row)


def ended_by_half_hour(
    session: Session,
    since: Millis,
    until: Millis,
    seats: Collection[str] | None = None,
    queue: str = "",
) -> list[HalfHour]:
    """The calls that arrived in the span and have ended, summed up by half hour, queue, outcome."""
    # Not bound values: PostgreSQL would not see that SELECT and GROUP BY say the same.
    number = literal_column(f"(arrived_at - {since:d}) / {HALF_HOUR:d}", Integer)
    query = (
        select(
            number,
            Call.outcome,
            Call.queue,
            func.coalesce(func.sum(Call.wait_ms), 0),
            func.count(),
            func.count(case((Call.in_time.is_(True), 1))),
            func.coalesce(func.sum(Call.talk_ms), 0),
            func.coalesce(func.sum(_WRAP_UP), 0),
        )
        .where(*_ended_in(since, until, seats, queue))
        .group_by(number, Call.outcome, Call.queue)
    )
    return [
        HalfHour(
            int(at),
            Ended(str(outcome), name, int(wait or 0), calls, in_time),
            int(talk or 0),
            int(wrap_up or 0),
        )
        for at, outcome, name, wait, calls, in_time, talk, wrap_up in session.execute(query)
    ]


def figures_by_seat(
    session: Session,
    since: Millis,
    until: Millis,
    seats: Collection[str] | None = None,
    queue: str = "",
) -> list[SeatFigures]:
    """The answered calls that arrived in the span, by the seat that talked, and its call-backs."""
    query = (
        select(
            Call.seat,
            func.count(),
            func.count(case((Call.in_time.is_(True), 1))),
            func.coalesce(func.sum(Call.talk_ms), 0),
            func.coalesce(func.max(Call.talk_ms), 0),
            func.count(case((Call.ended_by == "seat", 1))),
            func.coalesce(func.sum(_WRAP_UP), 0),
        )
        .where(
            *_ended_in(since, until, seats, queue),
            Call.outcome == Outcome.ANSWERED.value,
            Call.seat.is_not(None),
        )
        .group_by(Call.seat)
        .order_by(Call.seat)
    )
    found = {
        str(seat): SeatFigures(
            str(seat), answered, in_time, int(talk or 0), int(longest or 0), hung_up, int(wrap or 0)
        )
        for seat, answered, in_time, talk, longest, hung_up, wrap in session.execute(query)
    }
    for seat, number, talk_ms in call_backs(session, since, until, seats, queue):
        known = found.get(seat, SeatFigures(seat, 0, 0, 0, 0, 0))
        found[seat] = replace(known, call_backs=number, called_back_ms=talk_ms)
    return sorted(found.values(), key=attrgetter("seat"))


def call_backs(
    session: Session,
    since: Millis,
    until: Millis,
    seats: Collection[str] | None = None,
    queue: str = "",
) -> list[tuple[str, int, Millis]]:
    """(seat, how many, time) of the call-backs that ended in the span."""
    journal = models.Journal
    talk = journal.facts["talk_ms"].as_integer()
    query = select(journal.seat, func.count(), func.coalesce(func.sum(talk), 0)).where(
        journal.kind == "called_back", journal.at >= since, journal.at < until
    )
    if seats is not None:
        query = query.where(journal.seat.in_(seats))
    if queue:
        query = query.where(journal.queue == queue)
    return [
        (str(seat), number, int(talk_ms or 0))
        for seat, number, talk_ms in session.execute(query.group_by(journal.seat))
    ]


_WRAP_UP = case(
    (Call.wrap_up_ended_at > Call.talk_ended_at, Call.wrap_up_ended_at - Call.talk_ended_at)
)


def _ended_in(
    since: Millis, until: Millis, seats: Collection[str] | None, queue: str
) -> list[ColumnElement[bool]]:
    conditions = [
        Call.arrived_at >= since,
        Call.arrived_at < until,
        Call.outcome.is_not(None),
    ]
    if seats is not None:
        conditions.append(Call.seat.in_(seats))
    if queue:
        conditions.append(Call.queue == queue)
    return conditions
