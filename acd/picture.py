"""The floor as others may see it: a frozen projection for status, live feed and tests."""

from __future__ import annotations

from dataclasses import dataclass

from acd.calls import Call, CallState
from acd.presence import Seat, SeatState
from acd.routing import Verdict
from acd.types import CallId, Device, Millis, Requirement, SeatId, Skills


@dataclass(frozen=True, slots=True)
class SeatPicture:
    """One seat."""

    seat: SeatId
    skills: Skills
    phone: str
    word: str
    """What it is doing, one of SEAT_WORDS."""
    since: Millis
    """Since when it does."""
    state: SeatState
    device: Device
    paused: str | None
    on_duty: bool
    leaving: bool
    call: CallId | None
    idle_since: Millis
    wrap_up_until: Millis | None


@dataclass(frozen=True, slots=True)
class CallPicture:
    """One call."""

    call: CallId
    queue: str
    state: CallState
    requires: Requirement
    priority: int
    arrived: Millis
    attempts: int
    seat: SeatId | None


@dataclass(frozen=True, slots=True)
class QueuePicture:
    """The line of one queue. Calls that are being offered are still in line."""

    waiting: int
    oldest: Millis | None
    """When the call that waits longest arrived; None if nobody waits."""


@dataclass(frozen=True, slots=True)
class FloorPicture:
    """Seats by id, calls in the order of service, and why offers are held."""

    seats: tuple[SeatPicture, ...] = ()
    calls: tuple[CallPicture, ...] = ()
    held: frozenset[str] = frozenset()


def draw_seat(seat: Seat) -> SeatPicture:
    """The seat as it is now."""
    return SeatPicture(
        seat=seat.id,
        skills=seat.skills,
        phone=seat.phone,
        word=seat.word,
        since=seat.since,
        state=seat.state,
        device=seat.device,
        paused=seat.paused,
        on_duty=seat.on_duty,
        leaving=seat.leaving,
        call=seat.call,
        idle_since=seat.idle_since,
        wrap_up_until=seat.wrap_up_until,
    )


def draw_call(call: Call, talks_with: Seat | None) -> CallPicture:
    """The call as it is now."""
    return CallPicture(
        call=call.terms.call,
        queue=call.terms.queue,
        state=call.state,
        requires=call.terms.requires,
        priority=call.terms.priority,
        arrived=call.terms.arrived,
        attempts=call.attempts,
        seat=call.ringing.offer.seat if call.ringing else talks_with.id if talks_with else None,
    )


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a call is where it is: what every seat lacks for it."""

    call: CallId
    state: CallState
    ahead: int
    """How many of those who require the same are served before it."""
    verdicts: tuple[tuple[SeatId, Verdict], ...]
