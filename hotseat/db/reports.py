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
    """After the calls, not after the call-backs."""
    call_backs: int = 0
    """Customers dialled, whether or not they answered."""
    called_back_ms: Millis = 0
    """In these, from when the customer was dialled with the agent on the line."""
    call_back_wrap_up_ms: Millis = 0
    """After these."""


@dataclass(slots=True)
class CallBack:
    """A customer whom an agent dialled, whether or not anybody answered."""

    seat: str
    queue: str
    at: Millis
    """When it ended, and the wrap-up began."""
    on_line_ms: Millis
    wrap_up_ms: Millis = 0


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
    for one in call_backs(session, since, until, seats, queue):
        known = found.get(one.seat, SeatFigures(one.seat, 0, 0, 0, 0, 0))
        found[one.seat] = replace(
            known,
            call_backs=known.call_backs + 1,
            called_back_ms=known.called_back_ms + one.on_line_ms,
            call_back_wrap_up_ms=known.call_back_wrap_up_ms + one.wrap_up_ms,
        )
    return sorted(found.values(), key=attrgetter("seat"))


def call_backs(
    session: Session,
    since: Millis,
    until: Millis,
    seats: Collection[str] | None = None,
    queue: str = "",
) -> list[CallBack]:
    """The call-backs that ended in the span.

    Wrap-up may go on into the next day, and a customer may be called back again on it: so all that
    the journal says of such a call is read, and then those of the span are taken.
    """
    journal = models.Journal
    ended = [journal.kind == "called_back", journal.at >= since, journal.at < until]
    if seats is not None:
        ended.append(journal.seat.in_(seats))
    if queue:
        ended.append(journal.queue == queue)
    of_these = journal.call_id.in_(select(journal.call_id).where(*ended))
    query = select(journal).where(of_these, journal.kind.in_(("called_back", "wrap_up")))
    found: list[CallBack] = []
    last: dict[tuple[str | None, str | None], CallBack] = {}
    # Not sorted by the database, which might walk the whole journal in the order of its ids.
    for row in sorted(session.scalars(query), key=attrgetter("id")):
        key, facts = (row.call_id, row.seat), row.facts
        if row.kind == "called_back":
            # Rows of earlier versions tell of the talk alone.
            on_line_ms = facts.get("on_line_ms", facts.get("talk_ms", 0))
            last[key] = CallBack(str(row.seat), str(row.queue), row.at, on_line_ms)
            found.append(last[key])
        elif key in last:
            last[key].wrap_up_ms = max(0, facts["until"] - last[key].at)
    return [
        one
        for one in found
        if since <= one.at < until
        and (seats is None or one.seat in seats)
        and queue in ("", one.queue)
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
