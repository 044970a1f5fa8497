"""What the floor wants done: the closed union `Effect`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from acd.types import CallId, Leg, Millis, OfferId, SeatId


@dataclass(frozen=True, slots=True)
class Offer:
    """Ring `seat` at `phone` for `call`, for `ring` milliseconds."""

    offer: OfferId
    call: CallId
    seat: SeatId
    phone: str
    ring: Millis
    also: tuple[Leg, ...] = ()
    """Other seats that are rung at the same time; the first to accept has the call."""

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Everybody who is rung."""
        return (Leg(self.seat, self.phone), *self.also)

    def phone_of(self, seat: SeatId) -> str | None:
        """Where this seat is rung; None if it is not."""
        return next((leg.phone for leg in self.legs if leg.seat == seat), None)

    def seat_at(self, phone: str) -> SeatId | None:
        """Which seat is rung there."""
        return next((leg.seat for leg in self.legs if leg.phone == phone), None)


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Stop ringing for `offer`; the caller keeps music and place. Its failure is still awaited."""

    offer: OfferId
    call: CallId
    seat: SeatId
    why: str


@dataclass(frozen=True, slots=True)
class Check:
    """`offer` is overdue: find out what became of it and tell (never cut: it may be a talk)."""

    offer: OfferId
    call: CallId
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Note:
    """One row for the journal.

    `kind` is one of: logged_on logged_off pause_asked paused pause_over ready wrap_up device
    queued offered answered failed withdrawn released gone talk_ended adopted dials held resumed
    on_duty off_duty. `paused` stands where a pause begins to keep calls away, after the talk and
    wrap-up in which it was asked for: so a seat's talks, wrap-ups and pauses never overlap.
    `wrap_up` says until when, as foreseen; after a call-back it is written again if cut short.
    """

    kind: str
    call: CallId | None = None
    seat: SeatId | None = None
    queue: str | None = None
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeatKept:
    """The seat as it must be found after a restart; None fields are 'not so'."""

    seat: SeatId
    phone: str
    paused: str | None
    idle_since: Millis
    wrap_up_until: Millis | None
    rests_after: CallId | None = None
    """The call that the wrap-up belongs to; None after a call-back, which is no part of it."""


@dataclass(frozen=True, slots=True)
class WrapUpSet:
    """The wrap-up after the call is over at `until`: foreseen, and told again if cut short.

    Never after a call-back, whose wrap-up would overwrite that of the call.
    """

    call: CallId
    until: Millis


@dataclass(frozen=True, slots=True)
class SeatGone:
    """Forget the kept seat."""

    seat: SeatId


Effect: TypeAlias = Offer | Withdraw | Check | Note | SeatKept | SeatGone | WrapUpSet
