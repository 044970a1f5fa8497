"""Instants at which something falls due."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

from acd.types import Millis

Key = TypeVar("Key", bound=Hashable)


class Deadlines(Generic[Key]):
    """At most one instant for each key, earliest first.

    A heap with lazy deletion: a changed or dropped deadline leaves its entry behind until it comes
    to the top, or until dead entries outnumber the living.
    """

    def __init__(self) -> None:
        self._at: dict[Key, Millis] = {}
        self._heap: list[tuple[Millis, int, Key]] = []
        self._serial = 0

    def __len__(self) -> int:
        return len(self._at)

    def set(self, key: Key, at: Millis) -> None:
        """`key` falls due at `at`, and no more at the instant set before."""
        self._at[key] = at
        self._serial += 1
        heappush(self._heap, (at, self._serial, key))
        if len(self._heap) > 2 * len(self._at) + 64:
            self._heap = [(at, n, key) for n, (key, at) in enumerate(self._at.items())]
            heapify(self._heap)
            self._serial = len(self._heap)

    def drop(self, key: Key) -> None:
        """`key` falls due no more; nothing happens if it did not."""
        self._at.pop(key, None)

    def first(self) -> Millis | None:
        """The earliest instant, None if there is none."""
        while self._heap and not self._lives(self._heap[0]):
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: Millis) -> Iterator[tuple[Key, Millis]]:
        """Take out what is due, earliest first, also what becomes due meanwhile."""
        while (first := self.first()) is not None and first <= now:
            at, _, key = heappop(self._heap)
            del self._at[key]
            yield key, at

    def _lives(self, entry: tuple[Millis, int, Key]) -> bool:
        at, _, key = entry
        return self._at.get(key) == at
