"""Questions about what happened; the answers are frozen records."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from acd.stats import Ended
from acd.types import Millis
from hotseat.db import models
from hotseat.history import CallRow, EndedBy, JournalRow, Outcome


def open_calls(session: Session) -> list[CallRow]:
    """Calls without an outcome, in the order of their arrival."""
    query = (
        select(models.Call)
        .where(models.Call.outcome.is_(None))
        .order_by(models.Call.arrived_at, models.Call.id)
    )
    return [call_row(row) for row in session.scalars(query)]


def recent_calls(
    session: Session,
    *,
    limit: int = 50,
    since: Millis | None = None,
    call: str | None = None,
    queue: str | None = None,
    seat: str | None = None,
    outcomes: Collection[Outcome] = (),
) -> list[CallRow]:
    """The last `limit` calls that fit every given condition, newest first."""
    query = select(models.Call).order_by(models.Call.arrived_at.desc(), models.Call.id.desc())
    if since is not None:
        query = query.where(models.Call.arrived_at >= since)
    if call is not None:
        query = query.where(models.Call.id == call)
    if queue is not None:
        query = query.where(models.Call.queue == queue)
    if seat is not None:
        query = query.where(models.Call.seat == seat)
    if outcomes:
        query = query.where(models.Call.outcome.in_([outcome.value for outcome in outcomes]))
    return [call_row(row) for row in session.scalars(query.limit(limit))]


def journal_rows(
    session: Session,
    *,
    limit: int = 100,
    after: int | None = None,
    since: Millis | None = None,
    call: str | None = None,
    seat: str | None = None,
    kinds: Collection[str] = (),
) -> list[JournalRow]:
    """Rows that fit every given condition, in order.

    With `after` (a row's id) the next `limit` rows behind it, otherwise the last `limit` rows.
    """
    query = select(models.Journal)
    if since is not None:
        query = query.where(models.Journal.at >= since)
    if call is not None:
        query = query.where(models.Journal.call_id == call)
    if seat is not None:
        query = query.where(models.Journal.seat == seat)
    if kinds:
        # From IN, even with one word in it, SQLite does not conclude that a partial index fits.
        query = query.where(or_(*(models.Journal.kind == kind for kind in kinds)))
    if after is not None:
        query = query.where(models.Journal.id > after).order_by(models.Journal.id)
        return [_journal(row) for row in session.scalars(query.limit(limit))]
    newest = session.scalars(query.order_by(models.Journal.id.desc()).limit(limit))
    return [_journal(row) for row in reversed(newest.all())]


def ended_since(session: Session, since: Millis, until: Millis) -> list[Ended]:
    """The calls that arrived since then and ended until then, summed up by queue and outcome."""
    query = (
        select(
            models.Call.outcome,
            models.Call.queue,
            func.coalesce(func.sum(models.Call.wait_ms), 0),
            func.count(),
            func.count(case((models.Call.in_time.is_(True), 1))),
        )
        .where(
            models.Call.arrived_at >= since,
            models.Call.outcome.is_not(None),
            models.Call.ended_at <= until,
        )
        .group_by(models.Call.outcome, models.Call.queue)
    )
    return [
        Ended(str(outcome), queue, int(wait or 0), calls, in_time)
        for outcome, queue, wait, calls, in_time in session.execute(query)
    ]


def last_journal_id(session: Session) -> int:
    """The highest id in the journal; 0 if it is empty."""
    return session.scalar(select(func.max(models.Journal.id))) or 0


_PLAIN = [field.name for field in fields(CallRow) if field.name not in ("outcome", "ended_by")]


def call_row(row: models.Call) -> CallRow:
    """The record of a row."""
    return CallRow(
        **{name: getattr(row, name) for name in _PLAIN},
        outcome=None if row.outcome is None else Outcome(row.outcome),
        ended_by=None if row.ended_by is None else EndedBy(row.ended_by),
    )


def _journal(row: models.Journal) -> JournalRow:
    return JournalRow(row.id, row.at, row.kind, row.call_id, row.seat, row.queue, row.facts)
