"""What time it is, for decisions: milliseconds UTC that never jump."""

from __future__ import annotations

import time


class Clock:
    """UTC milliseconds, anchored to the wall clock once and advanced by the monotonic clock.

    A wall clock that is set back must not make callers wait twice. `offset_seconds` moves the
    anchor: it lets a test see the evening shift in the morning.
    """

    def __init__(self, offset_seconds: int = 0) -> None:
        # Nanoseconds until the last step: parts that are cut off twice make a millisecond.
        self._ahead = time.time_ns() + offset_seconds * 1_000_000_000 - time.monotonic_ns()

    def now(self) -> int:
        """Milliseconds UTC."""
        return (time.monotonic_ns() + self._ahead) // 1_000_000

    def from_wall(self, milliseconds: int) -> int:
        """An instant that somebody else read off the wall clock, in this clock's time."""
        # By its age: the wall clock may have been set since our anchor.
        return self.now() - (time.time_ns() // 1_000_000 - milliseconds)
