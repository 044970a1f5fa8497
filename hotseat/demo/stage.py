"""Plays many people's scenes on one thread.

A scene is a generator: it acts, and yields how many seconds it wants to be left alone.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from itertools import count
from typing import TypeAlias

Scene: TypeAlias = Generator[float, None, None]

LOOK_SECONDS = 0.1
"""How often a scene looks whether what it waits for has come."""


class Stage:
    """Everybody who acts, and when each goes on. `now` is seconds, of any beginning."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._due: list[tuple[float, int, Scene]] = []
        self._entries = count()

    def enter(self, scene: Scene) -> None:
        """Somebody comes; the scene begins with the next `play`."""
        heapq.heappush(self._due, (self._now(), next(self._entries), scene))

    def play(self) -> float:
        """Let everybody act whose time has come; returns the seconds until somebody is next."""
        while self._due and self._due[0][0] <= self._now():
            due, entry, scene = heapq.heappop(self._due)
            pause = next(scene, None)
            if pause is not None:
                # From when it was due, so that a slow moment does not shift the whole evening.
                heapq.heappush(self._due, (max(due + pause, self._now()), entry, scene))
        return max(0.0, self._due[0][0] - self._now()) if self._due else LOOK_SECONDS

    def until(
        self, happened: Callable[[], bool], seconds: float = float("inf")
    ) -> Generator[float, None, bool]:
        """Wait for something: `yield from stage.until(...)`. False if it did not happen in time."""
        deadline = self._now() + seconds
        while not happened():
            if self._now() >= deadline:
                return False
            yield min(LOOK_SECONDS, max(0.0, deadline - self._now()))
        return True
