"""Who wants to hear what the journal is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from acd.effects import Note
from acd.types import Millis, SeatId


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Listener:
    """What somebody hears, and nothing else: each with its instant, right after it was written."""

    notes: Mapping[str, Callable[[Millis, Note], None]] = field(default_factory=dict)
    """Rows of these kinds."""
    every_note: Callable[[Millis, Note], None] | None = None
    """Rows of all other kinds."""
    call_ended: Callable[[Millis, Mapping[str, object]], None] | None = None
    """With the columns of the call's summary, its outcome among them."""
    seat_changed: Callable[[Millis, SeatId], None] | None = None
    """What is kept of the seat became different, or nothing is kept of it any more."""
