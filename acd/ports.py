"""What the dispatcher needs from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from acd.effects import Note, SeatGone, SeatKept
from acd.effects import Offer as OfferEffect
from acd.types import CallId, Millis, OfferId, SeatId


class Lines(Protocol):
    """The callers' lines. Outcomes come back to the floor as events."""

    def offer(self, offer: OfferEffect) -> None:
        """Ring the seat's phone from the caller's line; ends in OfferAnswered or OfferFailed."""

    def withdraw(self, offer: OfferId, call: CallId) -> None:
        """Stop ringing; safe at any moment, also before the first ring and after the answer."""

    def check(self, offer: OfferId, call: CallId) -> None:
        """Ask the switch what became of an overdue offer and tell the floor."""


class Journal(Protocol):
    """The append-only history and what must survive a restart. Never blocks, never raises."""

    def note(self, at: Millis, note: Note) -> None:
        """Append one row."""

    def keep_seat(self, at: Millis, seat: SeatKept) -> None:
        """Remember the seat as it is now."""

    def drop_seat(self, at: Millis, seat: SeatGone) -> None:
        """Forget the seat."""

    def call_changed(self, at: Millis, call: CallId, fields: Mapping[str, object]) -> None:
        """Insert or update columns of the call's summary row."""


class Staffing(Protocol):
    """Is somebody with these skills on duty?"""

    def on_duty(self, skill: str, level: int, at: Millis) -> frozenset[SeatId]:
        """The seats on duty at `at` with at least this level."""
