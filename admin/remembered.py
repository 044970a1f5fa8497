"""What was worked out of things that never change again, kept for the next visitor."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Final, TypeVar, cast

Found = TypeVar("Found")

MOST: Final = 16
"""Entries; a month of a thousand agents takes some ten megabytes."""


class Remembered:
    """The last answers by their questions. A question must name all that its answer depends on."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, question: Hashable, answer: Callable[[], Found]) -> Found:
        """The answer; `answer()` only if nobody has asked of late. Two may work it out at once."""
        with self._lock:
            if question in self._known:
                self._known.move_to_end(question)
                return cast(Found, self._known[question])
        found = answer()
        with self._lock:
            self._known[question] = found
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        return found
