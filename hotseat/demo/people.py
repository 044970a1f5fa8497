"""What simulated people intend: when callers dial, how long they wait, what agents do.

Pure: all chance comes from a `random.Random` that is handed in, so a seed repeats a whole day.
Times are seconds. A talk of this world takes half a minute, so that a newcomer sees many of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from random import Random

WAVE_SECONDS = 120.0
WAVE_HEIGHT = 0.7
"""Arrivals swell and ebb by so much of their mean: queues form, and clear again."""

PATIENCE_MEDIAN, PATIENCE_SIGMA = 50.0, 0.5
TALK_MEAN, TALK_SHAPE, TALK_LEAST = 24.0, 3.0, 5.0

LEAVES_IN_MENU = 0.05
LEAVES_AFTER = 2.0, 8.0
AGENT_ENDS_TALK = 0.6

MISSES, DECLINES = 0.05, 0.03
READY_EARLY, PAUSES = 0.3, 0.12
PAUSE_REASONS = ("tea 喝茶", "team lead 找组长", "notes 补记录")


class Side(Enum):
    """Who puts the phone down first."""

    CALLER = "caller"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A key, pressed so long after the call was answered or after the key before it."""

    after: float
    key: str


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller's intentions."""

    number: str
    keys: tuple[KeyPress, ...]
    patience: float
    """From the last key to giving up, while nobody has answered; without a key, from the start."""
    talk: float
    ends_talk: Side


class Response(Enum):
    """What an agent does about a ringing phone."""

    PICKS_UP = "picks up"
    MISSES = "misses"
    DECLINES = "declines"


@dataclass(frozen=True, slots=True)
class Turn:
    """What an agent does about one call, and afterwards."""

    response: Response
    after: float
    """How long the phone rings before the response."""
    ready_early: float | None
    """How much of the wrap-up the agent needs; None: all that there is."""
    pause: str | None
    """The reason for a pause after this call."""
    pause_length: float


def rate_at(rate: float, t: float) -> float:
    """Calls a minute at `t` seconds, whose mean over a wave is `rate`; it begins by growing."""
    return rate * (1 + WAVE_HEIGHT * math.sin(2 * math.pi * t / WAVE_SECONDS))


def arrivals(rate: float, rng: Random) -> Iterator[float]:
    """Instants at which callers dial, of `rate` calls a minute; the first dials at once.

    A Poisson process whose rate changes, by thinning (Lewis and Shedler 1979): candidates come at
    the highest rate, each is kept with the probability that the rate of its instant asks for.
    """
    highest = rate * (1 + WAVE_HEIGHT)
    t = 0.0
    yield t
    while True:
        t += rng.expovariate(highest / 60)
        if rng.random() * highest < rate_at(rate, t):
            yield t


def callers(rng: Random) -> Iterator[Caller]:
    """One caller after another."""
    while True:
        keys = () if rng.random() < LEAVES_IN_MENU else _keys(rng)
        yield Caller(
            number=f"1{rng.randint(3, 9)}{rng.randrange(10**9):09}",
            keys=keys,
            patience=_patience(rng) if keys else rng.uniform(*LEAVES_AFTER),
            talk=max(TALK_LEAST, rng.gammavariate(TALK_SHAPE, TALK_MEAN / TALK_SHAPE)),
            ends_talk=Side.AGENT if rng.random() < AGENT_ENDS_TALK else Side.CALLER,
        )


def turns(rng: Random) -> Iterator[Turn]:
    """One agent's turns, call after call."""
    responses = (Response.MISSES, Response.DECLINES, Response.PICKS_UP)
    weights = (MISSES, DECLINES, 1 - MISSES - DECLINES)
    while True:
        pauses, early = rng.random() < PAUSES, rng.random() < READY_EARLY
        yield Turn(
            response=rng.choices(responses, weights)[0],
            after=rng.uniform(1, 4),
            ready_early=rng.uniform(2, 6) if early else None,
            pause=rng.choice(PAUSE_REASONS) if pauses else None,
            pause_length=rng.uniform(10, 30),
        )


def _patience(rng: Random) -> float:
    return rng.lognormvariate(math.log(PATIENCE_MEDIAN), PATIENCE_SIGMA)


def _keys(rng: Random) -> tuple[KeyPress, ...]:
    """The demo site: 1 consult, 2 complaint, 9 the other language, 0 again; 5 is wrong."""
    sequence = rng.choices(("1", "2", "91", "01", "51"), (55, 22, 13, 5, 5))[0]
    return tuple(
        KeyPress(rng.uniform(4, 9) if place == 0 else rng.uniform(3, 6), key)
        for place, key in enumerate(sequence)
    )
