"""The line of each queue: where a caller stands in it, and how fast it moves."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from acd.calls import Place
from acd.types import Millis
from acd.waiting import Waiting

RECENT = 10
"""So many of the last intervals say how fast a line moves."""

ENOUGH = 3
"""With fewer, nothing is said about it."""

STALE: Millis = 1_800_000
"""A line that has not moved for so long before it begins again tells nothing of the next one."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a waiting call stands."""

    place: int
    """In the line of its queue, counted from 1. Calls that are being offered are still in line."""
    expected: Millis | None
    """About how long it will wait from now on; None if that cannot be told."""


@dataclass(slots=True)
class _Pace:
    """How often somebody in line is answered, measured only while others wait.

    It holds whatever makes a line fast or slow: how many seats there are, how long talks last,
    and what other queues these seats serve.
    """

    since: Millis
    """The last answer, or when the line began."""
    moving: bool = False
    """Did the present interval begin with an answer, and not with an empty line?"""
    intervals: deque[Millis] = field(default_factory=lambda: deque(maxlen=RECENT))

    def begin(self, now: Millis) -> None:
        if now - self.since > STALE:
            self.intervals.clear()
        self.since, self.moving = now, False

    def answer(self, now: Millis) -> None:
        if self.moving:
            self.intervals.append(now - self.since)
        self.since, self.moving = now, True

    def interval(self, now: Millis) -> Millis | None:
        if len(self.intervals) < ENOUGH:
            return None
        total, count = sum(self.intervals), len(self.intervals)
        present = now - self.since
        if present * count > total:
            # The line is slower than it was: what has not ended yet counts as well.
            total, count = total + present, count + 1
        return total // count


class QueueLines:
    """Everybody who waits or is being offered, by queue, in the order of service.

    Each step costs O(log n) in the line of one queue.
    """

    def __init__(self) -> None:
        self._lines: Waiting[str] = Waiting()
        self._paces: dict[str, _Pace] = {}

    def join(self, queue: str, place: Place, now: Millis) -> None:
        """Stand in line."""
        if not self._lines.line(queue):
            self._paces.setdefault(queue, _Pace(now)).begin(now)
        self._lines.add(queue, place)

    def leave(self, queue: str, place: Place) -> None:
        """Not in line any more; nothing happens if it was not."""
        self._lines.discard(queue, place)

    def answer(self, queue: str, place: Place, now: Millis) -> None:
        """Answered, and so not in line any more."""
        self._paces[queue].answer(now)
        self._lines.discard(queue, place)

    def line(self, queue: str) -> Sequence[Place]:
        """Those of one queue, first to be served first."""
        return self._lines.line(queue)

    def outlook(self, queue: str, place: Place, now: Millis) -> Outlook:
        """How the call at this place stands."""
        ahead = self._lines.ahead(queue, place)
        interval = self._paces[queue].interval(now)
        return Outlook(ahead + 1, None if interval is None else (ahead + 1) * interval)
