"""The journal that every part of the server tells: written first, then heard by who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

import structlog

from acd.effects import Note, SeatGone, SeatKept
from acd.listener import Listener
from acd.ports import Journal
from acd.types import CallId, Millis, SeatId

log = structlog.get_logger(__name__)
T = TypeVar("T")
Hears: TypeAlias = tuple[Callable[[Millis, T], None], ...]


class LiveJournal:
    """Implements `acd.ports.Journal`; `writer` is the one that keeps.

    A listener that raises is told in the log and costs nobody else anything.
    """

    def __init__(self, writer: Journal) -> None:
        self._writer = writer
        self._listeners: list[Listener] = []
        self._arrange()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """From now on it hears, after those before it, until what comes back is called."""
        self._listeners.append(listener)
        self._arrange()

        def leave() -> None:
            self._listeners.remove(listener)
            self._arrange()

        return leave

    def note(self, at: Millis, note: Note) -> None:
        """Append one row."""
        self._writer.note(at, note)
        if hears := self._by_kind.get(note.kind, self._every_note):
            _tell(hears, at, note, kind=note.kind, call=note.call, seat=note.seat)

    def call_changed(self, at: Millis, call: CallId, fields: Mapping[str, object]) -> None:
        """Insert or update columns of the call's summary; with its outcome the call has ended."""
        self._writer.call_changed(at, call, fields)
        if "outcome" in fields:
            _tell(self._call_ended, at, fields, call=call)

    def keep_seat(self, at: Millis, seat: SeatKept) -> None:
        """Remember the seat as it is now."""
        self._writer.keep_seat(at, seat)
        if self._seat_changed:
            _tell(self._seat_changed, at, seat.seat, seat=seat.seat)

    def drop_seat(self, at: Millis, seat: SeatGone) -> None:
        """Forget the seat."""
        self._writer.drop_seat(at, seat)
        if self._seat_changed:
            _tell(self._seat_changed, at, seat.seat, seat=seat.seat)

    def _arrange(self) -> None:
        """Once for each listener, so that a row is looked up and not asked about."""
        those = self._listeners
        kinds = {kind for one in those for kind in one.notes}
        self._every_note: Hears[Note] = _there(one.every_note for one in those)
        self._by_kind: dict[str, Hears[Note]] = {
            kind: _there(one.notes.get(kind, one.every_note) for one in those) for kind in kinds
        }
        self._call_ended: Hears[Mapping[str, object]] = _there(one.call_ended for one in those)
        self._seat_changed: Hears[SeatId] = _there(one.seat_changed for one in those)


def _there(hears: Iterable[Callable[[Millis, T], None] | None]) -> Hears[T]:
    return tuple(hear for hear in hears if hear is not None)


def _tell(hears: Hears[T], at: Millis, what: T, **where: Any) -> None:
    for hear in hears:
        try:
            hear(at, what)
        except Exception:
            log.exception("journal_listener_failed", **where)
