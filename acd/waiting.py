"""The waiting calls that can be offered now, in order, by what they require."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from heapq import merge

from acd.calls import Place
from acd.types import Requirement


class Waiting:
    """Ordered lines of places, one line for each requirement.

    Sorted lists: an insertion moves pointers in one block, which for ten thousand of them is
    cheaper than one step in a tree of Python objects.
    """

    def __init__(self) -> None:
        self._lines: dict[Requirement, list[Place]] = {}

    def add(self, requires: Requirement, place: Place) -> None:
        """Stand in line; nothing happens if it already stands there."""
        line = self._lines.setdefault(requires, [])
        at = bisect_left(line, place)
        if at == len(line) or line[at] != place:
            line.insert(at, place)

    def discard(self, requires: Requirement, place: Place) -> None:
        """Leave the line; nothing happens if it does not stand there."""
        line = self._lines.get(requires, [])
        at = bisect_left(line, place)
        if at < len(line) and line[at] == place:
            del line[at]
            if not line:
                del self._lines[requires]

    def line(self, requires: Requirement) -> Sequence[Place]:
        """Those who require just this, first to be served first."""
        return self._lines.get(requires, ())

    def in_order(self) -> Iterator[Place]:
        """All of them, first to be served first."""
        return merge(*self._lines.values())
