"""The words the dispatcher is written in: names, requirements, causes.

Instants are integer milliseconds UTC, spans are integer milliseconds.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import NamedTuple, NewType, TypeAlias

CallId = NewType("CallId", str)
"""Our own id of one contact, a ULID; Asterisk's unique ids map to it and are never keys."""

SeatId = NewType("SeatId", str)
"""The agent number (工号): there is exactly one seat for each logged-on agent."""

OfferId = NewType("OfferId", str)
"""`<call id>-<attempt>`: one attempt to hand one call to one seat, never used twice."""

Millis: TypeAlias = int
Skills: TypeAlias = Mapping[str, int]
"""What a seat can do: skill -> level, 1 to 10."""

Requirement: TypeAlias = tuple[tuple[str, int], ...]
"""What a call needs: (skill, least level), sorted by skill; hashable, so an index key."""


def requirement(skills: Skills) -> Requirement:
    """The normal form of required skills."""
    return tuple(sorted(skills.items()))


class Device(enum.Enum):
    """What is known of a phone: can it be rung?"""

    FREE = "free"
    IN_USE = "in use"
    AWAY = "away"


class Failure(enum.Enum):
    """Why an offer did not become a talk."""

    NO_ANSWER = "no answer"
    DECLINED = "declined"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    WITHDRAWN = "withdrawn"
    CALLER_GONE = "caller gone"
    ELSEWHERE = "answered elsewhere"
    """Another of the seats that were rung together was first."""
    REFUSED = "refused"
    """The seat's number may not be dialled (now)."""
    ERROR = "error"


class Leg(NamedTuple):
    """One seat that is rung, and the phone or mobile where it is rung."""

    seat: SeatId
    phone: str


class FloorError(Exception):
    """An event was refused; the floor is as it was before."""


class IllegalEvent(FloorError):
    """Nothing that a sound outside can tell, e.g. a call that has talked queues again."""
