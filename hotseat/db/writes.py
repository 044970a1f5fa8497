"""Writing history: batches that may be written twice and come out the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Executable, String, Table, delete, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from acd.effects import SeatGone, SeatKept
from acd.types import Millis
from hotseat.db import models
from hotseat.history import CallbackAsked, CallChanged, JournalRow

Entry: TypeAlias = JournalRow | CallChanged | SeatKept | SeatGone | CallbackAsked
"""Everything that is written behind the calls."""

CALL_COLUMNS: Final = frozenset(models.Call.__table__.columns.keys()) - {"id"}
"""What a CallChanged may name."""

FIRST_WINS: Final = frozenset({"outcome", "ended_by", "ended_at"})
"""A call ends once: whoever comes later with another end is not believed."""

_JOURNAL: Final[Table] = models.Base.metadata.tables["journal"]
_CALL: Final[Table] = models.Base.metadata.tables["call"]
_CALLBACK: Final[Table] = models.Base.metadata.tables["callback_request"]
_SEAT: Final[Table] = models.Base.metadata.tables["seat"]

_CALL_LENGTHS: Final = {
    column.name: column.type.length for column in _CALL.columns if isinstance(column.type, String)
}
_PAUSE_LENGTH: Final = models.Title.length


def write(session: Session, entries: Sequence[Entry]) -> None:
    """Write entries as if one after the other. Written again, they change nothing."""
    rows: list[Mapping[str, Any]] = []
    first_seen: dict[str, Millis] = {}
    calls: dict[str, dict[str, Any]] = {}
    seats: dict[str, SeatKept | None] = {}
    callbacks: list[Mapping[str, Any]] = []
    for entry in entries:
        match entry:
            case JournalRow():
                rows.append(_journal_values(entry))
            case CallChanged():
                first_seen.setdefault(entry.call, entry.at)
                _merge(calls.setdefault(entry.call, {}), entry)
            case SeatKept():
                seats[entry.seat] = entry
            case SeatGone():
                seats[entry.seat] = None
            case CallbackAsked():
                callbacks.append(_callback_values(entry))
    dialect = session.get_bind().dialect.name
    if rows:
        session.execute(_insert_rows(dialect, _JOURNAL), rows)
    if callbacks:
        session.execute(_insert_rows(dialect, _CALLBACK), callbacks)
    _write_calls(session, dialect, first_seen, calls)
    _write_seats(session, dialect, seats)


_WRONG_KIND: Final = frozenset({"42804", "42846"})
"""PostgreSQL's datatype_mismatch and cannot_coerce, which it files under faults of the statement
(PostgreSQL manual, appendix A)."""


def is_bad_entry(error: Exception) -> bool:
    """Whether an entry can never be written; every other error means that the database is away."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        return isinstance(error, DataError | IntegrityError) or state in _WRONG_KIND
    return isinstance(error, StatementError | TypeError | ValueError | OverflowError)


def _journal_values(row: JournalRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": row.at,
        "kind": row.kind,
        "call_id": row.call,
        "seat": row.seat,
        "queue": row.queue,
        "facts": row.facts,
    }


def _callback_values(asked: CallbackAsked) -> dict[str, Any]:
    return {
        "call": asked.call,
        "asked_at": asked.at,
        "queue": asked.queue,
        "caller": asked.caller[: models.PhoneNumber.length],
        "language": asked.language,
        "recording": asked.recording,
    }


def _merge(known: dict[str, Any], change: CallChanged) -> None:
    for column, value in change.fields.items():
        if column not in FIRST_WINS or known.get(column) is None:
            known[column] = _cut_to_column(column, value)


def _cut_to_column(column: str, value: object) -> object:
    """A caller's name of 300 characters must not cost the row; PostgreSQL would refuse it."""
    return value[: _CALL_LENGTHS.get(column)] if isinstance(value, str) else value


def _write_calls(
    session: Session,
    dialect: str,
    first_seen: Mapping[str, Millis],
    calls: Mapping[str, dict[str, Any]],
) -> None:
    alike: defaultdict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for call, fields in calls.items():
        row = {"id": call, "arrived_at": first_seen[call], **fields}
        alike[frozenset(fields)].append(row)
    for columns, rows in alike.items():
        session.execute(_upsert_calls(dialect, columns), rows)


def _write_seats(session: Session, dialect: str, seats: Mapping[str, SeatKept | None]) -> None:
    kept = [
        {
            "agent": seat.seat,
            "phone": seat.phone,
            "paused": seat.paused and seat.paused[:_PAUSE_LENGTH],
            "idle_since": seat.idle_since,
            "wrap_up_until": seat.wrap_up_until,
        }
        for seat in seats.values()
        if seat is not None
    ]
    if kept:
        session.execute(_upsert_seats(dialect), kept)
    gone = [agent for agent, seat in seats.items() if seat is None]
    if gone:
        session.execute(delete(_SEAT).where(_SEAT.c.agent.in_(gone)))


# The statements are kept: to build one costs more than to run it.


@cache
def _insert_rows(dialect: str, table: Table) -> Executable:
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def _upsert_calls(dialect: str, columns: frozenset[str]) -> Executable:
    insert = _insert(dialect, _CALL)
    if not columns:
        return insert.on_conflict_do_nothing()
    changed: dict[str, ColumnElement[Any]] = {
        column: func.coalesce(_CALL.c[column], insert.excluded[column])
        if column in FIRST_WINS
        else insert.excluded[column]
        for column in sorted(columns)
    }
    return insert.on_conflict_do_update(index_elements=[_CALL.c.id], set_=changed)


@cache
def _upsert_seats(dialect: str) -> Executable:
    insert = _insert(dialect, _SEAT)
    columns = ("phone", "paused", "idle_since", "wrap_up_until")
    changed = {column: insert.excluded[column] for column in columns}
    return insert.on_conflict_do_update(index_elements=[_SEAT.c.agent], set_=changed)


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say ON CONFLICT, which SQLAlchemy has by database only."""
    return (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)


def names_of(entries: Iterable[Entry]) -> list[str]:
    """What entries are about, for logs: kinds and ids, never numbers of customers."""
    names = []
    for entry in entries:
        match entry:
            case JournalRow():
                names.append(f"{entry.kind} {entry.call or entry.seat or ''}".strip())
            case CallChanged() | CallbackAsked():
                names.append(f"call {entry.call}")
            case SeatKept() | SeatGone():
                names.append(f"seat {entry.seat}")
    return names
