"""Writing history: batches that may be written twice and come out the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Dialect, String, Table, delete, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from acd.effects import SeatGone, SeatKept
from acd.types import Millis
from hotseat.callbacks import CallbackTried
from hotseat.db import models
from hotseat.db.callbacks import write_try
from hotseat.history import CallbackAsked, CallChanged, JournalRow

Entry: TypeAlias = JournalRow | CallChanged | SeatKept | SeatGone | CallbackAsked | CallbackTried
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
    tries: list[CallbackTried] = []
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
            case CallbackTried():
                tries.append(entry)
    connection = session.connection()
    if rows:
        _insert_rows(connection.dialect, _JOURNAL, *rows[0]).run(connection, rows)
    if callbacks:
        _insert_rows(connection.dialect, _CALLBACK, *callbacks[0]).run(connection, callbacks)
    for tried in tries:
        write_try(session, tried)
    _write_calls(connection, first_seen, calls)
    _write_seats(connection, seats)


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
    connection: Connection,
    first_seen: Mapping[str, Millis],
    calls: Mapping[str, dict[str, Any]],
) -> None:
    alike: defaultdict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for call, fields in calls.items():
        row = {"id": call, "arrived_at": first_seen[call], **fields}
        alike[frozenset(fields)].append(row)
    for columns, rows in alike.items():
        _upsert_calls(connection.dialect, columns).run(connection, rows)


def _write_seats(connection: Connection, seats: Mapping[str, SeatKept | None]) -> None:
    kept = [
        {
            "agent": seat.seat,
            "phone": seat.phone,
            "paused": seat.paused and seat.paused[:_PAUSE_LENGTH],
            "idle_since": seat.idle_since,
            "wrap_up_until": seat.wrap_up_until,
            "rests_after": seat.rests_after,
        }
        for seat in seats.values()
        if seat is not None
    ]
    if kept:
        _upsert_seats(connection.dialect).run(connection, kept)
    gone = [agent for agent, seat in seats.items() if seat is None]
    if gone:
        connection.execute(delete(_SEAT).where(_SEAT.c.agent.in_(gone)))


class _Statement:
    """An INSERT in the driver's own words: SQLAlchemy would take longer than the database."""

    def __init__(
        self, insert: sqlite.Insert | postgresql.Insert, columns: Iterable[str], dialect: Dialect
    ) -> None:
        compiled = insert.compile(dialect=dialect, column_keys=list(columns))
        self._sql = str(compiled)
        self._in_turn = compiled.positiontup
        self._given = {
            column.name: column.default.arg
            for column in insert.table.c
            if isinstance(column.default, ScalarElementColumnDefault)
        }
        self._packed = {
            column.name: pack
            for column in insert.table.c
            if (pack := column.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert the rows. What a column cannot hold raises what `is_bad_entry` knows."""
        packed = [self._pack(row) for row in rows]
        if self._in_turn is None:
            connection.exec_driver_sql(self._sql, packed)
            return
        in_turn = [tuple(row[name] for name in self._in_turn) for row in packed]
        connection.exec_driver_sql(self._sql, in_turn)

    def _pack(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        values = {**self._given, **row}
        for name, pack in self._packed.items():
            if name in values:
                values[name] = pack(values[name])
        return values


@cache
def _insert_rows(dialect: Dialect, table: Table, *columns: str) -> _Statement:
    return _Statement(_insert(dialect, table).on_conflict_do_nothing(), columns, dialect)


@cache
def _upsert_calls(dialect: Dialect, columns: frozenset[str]) -> _Statement:
    insert = _insert(dialect, _CALL)
    every = ("id", "arrived_at", *(columns - {"arrived_at"}))
    if not columns:
        return _Statement(insert.on_conflict_do_nothing(), every, dialect)
    changed: dict[str, ColumnElement[Any]] = {
        column: func.coalesce(_CALL.c[column], insert.excluded[column])
        if column in FIRST_WINS
        else insert.excluded[column]
        for column in sorted(columns)
    }
    update = insert.on_conflict_do_update(index_elements=[_CALL.c.id], set_=changed)
    return _Statement(update, every, dialect)


@cache
def _upsert_seats(dialect: Dialect) -> _Statement:
    insert = _insert(dialect, _SEAT)
    columns = ("phone", "paused", "idle_since", "wrap_up_until", "rests_after")
    changed = {column: insert.excluded[column] for column in columns}
    update = insert.on_conflict_do_update(index_elements=[_SEAT.c.agent], set_=changed)
    return _Statement(update, ("agent", *columns), dialect)


def _insert(dialect: Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say ON CONFLICT, which SQLAlchemy has by database only."""
    return (postgresql.insert if dialect.name == "postgresql" else sqlite.insert)(table)


def names_of(entries: Iterable[Entry]) -> list[str]:
    """What entries are about, for logs: kinds and ids, never numbers of customers."""
    names = []
    for entry in entries:
        match entry:
            case JournalRow():
                names.append(f"{entry.kind} {entry.call or entry.seat or ''}".strip())
            case CallChanged() | CallbackAsked() | CallbackTried():
                names.append(f"call {entry.call}")
            case SeatKept() | SeatGone():
                names.append(f"seat {entry.seat}")
    return names
