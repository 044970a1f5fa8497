"""Lines of waiting calls, in the order of service."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from heapq import merge
from typing import Generic, TypeVar

from acd.calls import Place

Key = TypeVar("Key", bound=Hashable)
"""What the calls of one line have in common: a requirement, or a queue."""


class Waiting(Generic[Key]):
    """Ordered lines of places, one line for each key.

    Sorted lists: an insertion moves pointers in one block, which for ten thousand of them is
    cheaper than one step in a tree of Python objects.
    """

    def __init__(self) -> None:
        self._lines: dict[Key, list[Place]] = {}

    def add(self, key: Key, place: Place) -> None:
        """Stand in line; nothing happens if it already stands there."""
        line = self._lines.setdefault(key, [])
        at = bisect_left(line, place)
        if at == len(line) or line[at] != place:
            line.insert(at, place)

    def discard(self, key: Key, place: Place) -> None:
        """Leave the line; nothing happens if it does not stand there."""
        line = self._lines.get(key, [])
        at = bisect_left(line, place)
        if at < len(line) and line[at] == place:
            del line[at]
            if not line:
                del self._lines[key]

    def line(self, key: Key) -> Sequence[Place]:
        """Those of one line, first to be served first."""
        return self._lines.get(key, ())

    def ahead(self, key: Key, place: Place) -> int:
        """How many of one line are served before this place."""
        return bisect_left(self._lines.get(key, ()), place)

    def in_order(self) -> Iterator[Place]:
        """All of them, first to be served first."""
        return merge(*self._lines.values())
