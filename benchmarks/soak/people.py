"""Who calls during a soak, and what each intends: pure, all chance from a `Random` handed in."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

KEYS = "123"
LEAVES = "leave"
LEAVES_IN_MENU = 0.2
LONGEST_MENU, LONGEST_STAY = 3_000, 15_000
"""Milliseconds."""


def callers(count: int, rng: Random) -> Iterator[tuple[str, str, str, str]]:
    """The fields of callers.xml for so many callers, no number twice.

    The stays are spread over all stages of a call: ringing and talking take a few seconds each.
    """
    for n in range(count):
        does = LEAVES if rng.random() < LEAVES_IN_MENU else rng.choice(KEYS)
        yield (
            f"139{n:08}",
            str(rng.randint(0, LONGEST_MENU)),
            does,
            str(rng.randint(0, LONGEST_STAY)),
        )
