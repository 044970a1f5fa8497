"""What can happen to the floor: the closed union `Event`.

Every event is idempotent by call, seat or offer id: the two sources of a call's story (AGI
replies, AMI events) come late, twice and in either order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from acd.types import CallId, Device, Failure, Millis, OfferId, Requirement, SeatId, Skills


@dataclass(frozen=True, slots=True)
class SeatLoggedOn:
    """An agent took a seat at `phone`. The optional fields restore a seat after a restart."""

    seat: SeatId
    skills: Skills
    phone: str
    device: Device = Device.AWAY
    paused: str | None = None
    idle_since: Millis | None = None
    wrap_up_until: Millis | None = None
    rests_after: CallId | None = None
    mobile: bool = False
    """The phone is a duty mobile: whoever answers has to accept, and may be rung with others."""
    called_in: CallId | None = None
    """The agent is not on duty and is asked for this call alone; not kept over a restart."""


@dataclass(frozen=True, slots=True)
class SeatLoggedOff:
    """The agent leaves; while talking, the seat goes when the talk ends."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class SeatPaused:
    """No calls until ready again. While it rings the offer is withdrawn."""

    seat: SeatId
    reason: str


@dataclass(frozen=True, slots=True)
class SeatReady:
    """The agent is ready: ends a pause and a wrap-up."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class SkillsChanged:
    """The agent's skills were edited."""

    seat: SeatId
    skills: Skills


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """The seat's phone became free, in use (also ringing) or unreachable."""

    seat: SeatId
    device: Device


@dataclass(frozen=True, slots=True)
class SeatReleased:
    """The seat's own channel left its talk with `call` (AMI BridgeLeave or Hangup)."""

    seat: SeatId
    call: CallId


@dataclass(frozen=True, slots=True)
class CallQueued:
    """A caller waits in `queue` since `arrived`.

    The same call queued again (its session came back) keeps its place.
    """

    call: CallId
    queue: str
    requires: Requirement
    arrived: Millis
    priority: int = 0
    ring: Millis = 20_000
    wrap_up: Millis = 10_000
    again: Millis = 20_000
    """How long a seat that missed or declined this call is not offered it again."""
    attempts: int = 0
    """Offers made before this floor knew the call; its offers are numbered on from there."""
    volunteers: bool = False
    """May it be offered to agents who are logged on though they are not on duty?"""
    mobile_ring: Millis = 40_000
    """How long a duty mobile may ring and its agent think."""
    together: int = 1
    """How many duty mobiles are rung at the same time, if nobody else waits for them."""


@dataclass(frozen=True, slots=True)
class TermsChanged:
    """What a waiting call asks for, or its weight, was changed; an offer that runs goes on."""

    terms: CallQueued


@dataclass(frozen=True, slots=True)
class CallerGone:
    """The caller's line is over, whatever the call was doing."""

    call: CallId


@dataclass(frozen=True, slots=True)
class OfferAnswered:
    """Both parties are in one bridge since `at`."""

    offer: OfferId
    at: Millis
    seat: SeatId | None = None
    """Who took it, if several were rung; None for the first of them."""


@dataclass(frozen=True, slots=True)
class OfferFailed:
    """The offer ended without a talk and the caller's line is free again."""

    offer: OfferId
    cause: Failure


@dataclass(frozen=True, slots=True)
class CallAdopted:
    """A talk found going on after a restart: `seat` talks with `call` since `at`."""

    call: CallId
    seat: SeatId
    queue: str
    at: Millis
    wrap_up: Millis = 10_000


@dataclass(frozen=True, slots=True)
class SeatDials:
    """The seat calls somebody itself, and is busy until TalkEnded.

    Told again for the same call it says what rest follows: none as long as nobody was reached.
    """

    seat: SeatId
    call: CallId
    queue: str
    wrap_up: Millis = 0


@dataclass(frozen=True, slots=True)
class TalkEnded:
    """The caller's Dial returned after a talk, or a seat's own call is over."""

    call: CallId


@dataclass(frozen=True, slots=True)
class RosterTold:
    """The roster in force: exactly these are on duty now.

    None: there is no roster, and whoever is logged on is on duty. So it is until it is told.
    """

    on_duty: frozenset[SeatId] | None


@dataclass(frozen=True, slots=True)
class ShiftBegins:
    """The agent comes on duty by the roster, logged on or not. Nothing new without a roster."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class ShiftEnds:
    """The agent goes off duty by the roster: a ringing offer is withdrawn, a talk goes on."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class OffersHeld:
    """No new offers for `reason` (recovery, switch away, drain) until it is resumed."""

    reason: str


@dataclass(frozen=True, slots=True)
class OffersResumed:
    """`reason` no longer holds offers back."""

    reason: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A deadline may have come."""


SeatEvent: TypeAlias = (
    SeatLoggedOn | SeatLoggedOff | SeatPaused | SeatReady | SkillsChanged | DeviceChanged
)
"""What agents and their phones do."""

DutyEvent: TypeAlias = RosterTold | ShiftBegins | ShiftEnds
"""What the roster says."""

Event: TypeAlias = (
    SeatEvent
    | DutyEvent
    | SeatReleased
    | CallQueued
    | TermsChanged
    | CallerGone
    | OfferAnswered
    | OfferFailed
    | CallAdopted
    | SeatDials
    | TalkEnded
    | OffersHeld
    | OffersResumed
    | Tick
)
