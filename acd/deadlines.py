"""Instants at which something falls due on the floor."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from acd.types import CallId, Millis, OfferId, SeatId


class Due(enum.IntEnum):
    """What a deadline is for. Integers, because the keys are hashed all the time."""

    WRAP_UP = 1
    SEAT_HELD = 2
    CALL_HELD = 3
    BARRED = 4
    OVERDUE = 5


class Deadline(NamedTuple):
    """What falls due, and for whom; fields without meaning for it stay empty."""

    due: Due
    seat: SeatId = SeatId("")
    call: CallId = CallId("")
    offer: OfferId = OfferId("")


class Deadlines:
    """At most one instant for each deadline, earliest first.

    A heap with lazy deletion: a changed or dropped deadline leaves its entry behind until it comes
    to the top, or until dead entries outnumber the living.
    """

    def __init__(self) -> None:
        self._at: dict[Deadline, Millis] = {}
        self._heap: list[tuple[Millis, int, Deadline]] = []
        self._serial = 0

    def set(self, deadline: Deadline, at: Millis) -> None:
        """It falls due at `at`, and no more at an instant set before."""
        self._at[deadline] = at
        self._serial += 1
        heappush(self._heap, (at, self._serial, deadline))
        if len(self._heap) > 2 * len(self._at) + 64:
            self._heap = [(at, n, deadline) for n, (deadline, at) in enumerate(self._at.items())]
            heapify(self._heap)

    def drop(self, deadline: Deadline) -> None:
        """It falls due no more; nothing happens if it did not."""
        self._at.pop(deadline, None)

    def first(self) -> Millis | None:
        """The earliest instant, None if there is none."""
        heap, living = self._heap, self._at
        while heap:
            at, _, deadline = heap[0]
            if living.get(deadline) == at:
                return at
            heappop(heap)
        return None

    def due(self, now: Millis) -> Iterator[tuple[Deadline, Millis]]:
        """Take out what is due, earliest first, with what becomes due meanwhile."""
        while (first := self.first()) is not None and first <= now:
            at, _, deadline = heappop(self._heap)
            del self._at[deadline]
            yield deadline, at
