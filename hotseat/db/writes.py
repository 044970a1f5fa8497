"""Writing history: batches that may be written twice and come out the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Table, delete, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from acd.effects import SeatGone, SeatKept
from acd.types import Millis
from hotseat.db import models
from hotseat.history import CallChanged, JournalRow

Entry: TypeAlias = JournalRow | CallChanged | SeatKept | SeatGone
"""Everything that is written behind the calls."""

CALL_COLUMNS: Final = frozenset(models.Call.__table__.columns.keys()) - {"id"}
"""What a CallChanged may name."""

FIRST_WINS: Final = frozenset({"outcome", "ended_by", "ended_at"})
"""A call ends once: whoever comes later with another end is not believed."""

_JOURNAL: Final[Table] = models.Base.metadata.tables["journal"]
_CALL: Final[Table] = models.Base.metadata.tables["call"]
_SEAT: Final[Table] = models.Base.metadata.tables["seat"]


def write(session: Session, entries: Sequence[Entry]) -> None:
    """Write entries as if one after the other. Written again, they change nothing."""
    rows: list[Mapping[str, Any]] = []
    first_seen: dict[str, Millis] = {}
    calls: dict[str, dict[str, Any]] = {}
    seats: dict[str, SeatKept | None] = {}
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
    if rows:
        insert = _insert(session, _JOURNAL)
        session.execute(insert.on_conflict_do_nothing(), rows)
    _write_calls(session, first_seen, calls)
    _write_seats(session, seats)


def is_bad_entry(error: Exception) -> bool:
    """Whether an entry can never be written; every other error means that the database is away."""
    if isinstance(error, DBAPIError):
        return isinstance(error, DataError | IntegrityError)
    return isinstance(error, StatementError | TypeError | ValueError | OverflowError)


def _journal_values(row: JournalRow) -> dict[str, Any]:
    values = asdict(row)
    values["call_id"] = values.pop("call")
    return _fitting(_JOURNAL, values)


def _merge(known: dict[str, Any], change: CallChanged) -> None:
    for column, value in change.fields.items():
        if column not in FIRST_WINS or known.get(column) is None:
            known[column] = value


def _write_calls(
    session: Session, first_seen: Mapping[str, Millis], calls: Mapping[str, dict[str, Any]]
) -> None:
    alike: defaultdict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for call, fields in calls.items():
        row = {"id": call, "arrived_at": first_seen[call], **fields}
        alike[frozenset(fields)].append(_fitting(_CALL, row))
    for columns, rows in alike.items():
        insert = _insert(session, _CALL)
        changed: dict[str, ColumnElement[Any]] = {
            column: func.coalesce(_CALL.c[column], insert.excluded[column])
            if column in FIRST_WINS
            else insert.excluded[column]
            for column in sorted(columns)
        }
        session.execute(
            insert.on_conflict_do_update(index_elements=[_CALL.c.id], set_=changed)
            if changed
            else insert.on_conflict_do_nothing(),
            rows,
        )


def _write_seats(session: Session, seats: Mapping[str, SeatKept | None]) -> None:
    kept = [seat for seat in seats.values() if seat is not None]
    if kept:
        insert = _insert(session, _SEAT)
        columns = ("phone", "paused", "idle_since", "wrap_up_until")
        session.execute(
            insert.on_conflict_do_update(
                index_elements=[_SEAT.c.agent],
                set_={column: insert.excluded[column] for column in columns},
            ),
            [_seat_values(seat) for seat in kept],
        )
    gone = [agent for agent, seat in seats.items() if seat is None]
    if gone:
        session.execute(delete(_SEAT).where(_SEAT.c.agent.in_(gone)))


def _seat_values(seat: SeatKept) -> dict[str, Any]:
    values = asdict(seat)
    values["agent"] = values.pop("seat")
    return _fitting(_SEAT, values)


def _fitting(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    """Texts cut to their columns: a caller's name of 300 characters must not cost the row."""
    for column, value in values.items():
        if isinstance(value, str):
            values[column] = value[: getattr(table.c[column].type, "length", None)]
    return values


def _insert(session: Session, table: Table) -> Any:
    """An INSERT that can say ON CONFLICT, which SQLAlchemy has by database only."""
    dialect = session.get_bind().dialect.name
    return (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)


def names_of(entries: Iterable[Entry]) -> list[str]:
    """What entries are about, for logs: kinds and ids, never numbers of customers."""
    names = []
    for entry in entries:
        match entry:
            case JournalRow():
                names.append(f"{entry.kind} {entry.call or entry.seat or ''}".strip())
            case CallChanged():
                names.append(f"call {entry.call}")
            case SeatKept() | SeatGone():
                names.append(f"seat {entry.seat}")
    return names
