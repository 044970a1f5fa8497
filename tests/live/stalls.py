"""When the machine itself stood still: a sound that was late then says nothing about the call."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager

TICK_SECONDS = 0.01
STALL_MS = 30.0


class Stalls(AbstractContextManager["Stalls"]):
    """Wakes up a hundred times a second and writes down when it was woken late."""

    def __init__(self) -> None:
        self._late: list[tuple[float, float]] = []
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._run, name="stalls", daemon=True)
        self._watch.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()

    def longest_ms(self, start: float, end: float) -> float:
        """The longest stall between two instants (epoch ms), 0 if there was none."""
        return max((late for at, late in self._late if at > start and at - late < end), default=0.0)

    def _run(self) -> None:
        due = time.time() * 1000 + TICK_SECONDS * 1000
        while not self._over.wait(TICK_SECONDS):
            now = time.time() * 1000
            if now - due > STALL_MS:
                self._late.append((now, now - due))
            due = now + TICK_SECONDS * 1000
