"""How long to wait after wrong tries: pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from acd.types import Millis


@dataclass(frozen=True, slots=True)
class Patience:
    """Some tries are free; each one after them doubles the wait, up to a longest."""

    free: int
    longest: Millis

    def wait(self, failures: int) -> Millis:
        """How long after the last of so many wrong tries the next one is looked at."""
        over = failures - self.free
        return min(self.longest, 1_000 << min(over, 20)) if over >= 0 else 0


PASSWORD: Final = Patience(free=5, longest=60_000)
"""For one log-in: not longer, or strangers could keep its owner out."""
CODE: Final = Patience(free=5, longest=900_000)
"""Who gets here knows the password."""
ADDRESS: Final = Patience(free=20, longest=900_000)
FORGOTTEN: Final[Millis] = 24 * 3_600_000
"""Wrong tries older than this no longer count."""


def left(patience: Patience, failures: tuple[int, Millis], now: Millis) -> Millis:
    """How long still to wait at `now`; `failures` are (how many in a row, when the last)."""
    count, last = failures
    return max(0, last + patience.wait(count) - now)
