"""What agents write down of calls, and what is known of a caller when the phone rings."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from acd.types import Millis
from hotseat.db import models
from hotseat.db.queries import call_row
from hotseat.history import CallNote, CallRow, Category


def note_of(session: Session, call: str) -> CallNote | None:
    """What was written down of a call."""
    return notes_of(session, [call]).get(call)


def notes_of(session: Session, calls: Iterable[str]) -> dict[str, CallNote]:
    """What was written down of each call."""
    query = select(models.CallNote).where(models.CallNote.call.in_(list(calls)))
    return {
        row.call: CallNote(row.call, Category(row.category), row.text, row.author, row.at)
        for row in session.scalars(query)
    }


def put_note(session: Session, note: CallNote) -> None:
    """Write it down, in the place of what was there."""
    row = session.get(models.CallNote, note.call)
    if row is None:
        row = models.CallNote(call=note.call)
        session.add(row)
    row.category, row.text = note.category.value, note.text
    row.author, row.at = note.author, note.at


def earlier_calls(session: Session, call: CallRow, limit: int) -> list[CallRow]:
    """Calls from the same number before this one, newest first; none of an unknown number."""
    if not call.caller:
        return []
    query = (
        select(models.Call)
        .where(models.Call.caller == call.caller, models.Call.arrived_at < call.arrived_at)
        .order_by(models.Call.arrived_at.desc())
        .limit(limit)
    )
    return [call_row(row) for row in session.scalars(query)]


def calls_of_seat(session: Session, seat: str, since: Millis, limit: int) -> list[CallRow]:
    """The calls that a seat talked with, newest first."""
    query = (
        select(models.Call)
        .where(models.Call.arrived_at >= since, models.Call.seat == seat)
        .order_by(models.Call.arrived_at.desc())
        .limit(limit)
    )
    return [call_row(row) for row in session.scalars(query)]


def was_offered(session: Session, call: str, seat: str) -> bool:
    """Whether a seat was ever rung for a call: whoever was may read who calls."""
    query = (
        select(models.Journal.id)
        .where(
            models.Journal.call_id == call,
            models.Journal.seat == seat,
            models.Journal.kind == "offered",
        )
        .limit(1)
    )
    return session.scalar(query) is not None
