"""What the dispatcher needs from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from acd.effects import Note, SeatGone, SeatKept
from acd.effects import Offer as OfferEffect
from acd.types import CallId, Device, Millis, OfferId


class Lines(Protocol):
    """The callers' lines. Outcomes come back to the floor as events."""

    def offer(self, offer: OfferEffect) -> None:
        """Ring the seat's phone from the caller's line; ends in OfferAnswered or OfferFailed."""

    def withdraw(self, offer: OfferId, call: CallId) -> None:
        """Stop ringing; safe at any moment, also before the first ring and after the answer."""

    def check(self, offer: OfferId, call: CallId) -> None:
        """Ask the switch what became of an overdue offer and tell the floor."""


class Journal(Protocol):
    """The append-only history and what must survive a restart. Never blocks, never raises."""

    def note(self, at: Millis, note: Note) -> None:
        """Append one row."""

    def keep_seat(self, at: Millis, seat: SeatKept) -> None:
        """Remember the seat as it is now."""

    def drop_seat(self, at: Millis, seat: SeatGone) -> None:
        """Forget the seat."""

    def call_changed(self, at: Millis, call: CallId, fields: Mapping[str, object]) -> None:
        """Insert or update columns of the call's summary row."""


Side: TypeAlias = Literal["caller", "seat"]
ChannelState: TypeAlias = Literal["gone", "alone", "talking"]


@dataclass(frozen=True, slots=True)
class ChannelSeen:
    """One channel in a snapshot of the switch."""

    channel: str
    uniqueid: str
    linkedid: str
    up: bool
    bridge: str
    """Id of the bridge it is in, or empty."""
    phone: str
    """The phone it belongs to (`p101`), or empty."""
    ticket: str


@dataclass(frozen=True, slots=True)
class SwitchSnapshot:
    """Everything the switch knows at one moment."""

    started: str
    """When the switch itself started, in its own words: a change means that it was restarted."""
    channels: tuple[ChannelSeen, ...]
    phones: Mapping[str, Device]


class Switch(Protocol):
    """Orders to the telephone switch. Nothing here blocks; what comes of it is watched."""

    @property
    def up(self) -> bool:
        """Is the switch in sight, with a snapshot taken?"""

    def follow(self, uniqueid: str, channel: str, call: CallId) -> None:
        """From now on this channel is the caller's side of `call`."""

    def forget(self, call: CallId) -> None:
        """The call is over: drop all that is known of its channels."""

    def withdraw(self, call: CallId) -> None:
        """Hang up every leg of the call that still rings, and one that is about to."""

    def offer_over(self, call: CallId) -> None:
        """The caller's Dial returned: a withdrawal that found no leg is done with."""

    async def look(self, call: CallId) -> ChannelState:
        """Ask the switch itself how the caller's channel is. Raises SwitchAway."""

    async def partner(self, call: CallId) -> str:
        """The phone that the caller is in a bridge with, "" if none. Raises SwitchAway."""

    async def ended_at(self, call: CallId) -> Millis | None:
        """When the dialplan saw the talk end while we were away. Raises SwitchAway."""


class SwitchAway(Exception):
    """The switch cannot be asked now."""


class SwitchWatcher(Protocol):
    """Who wants to know what the switch sees. Calls may be late, repeated or out of order."""

    def switch_up(self, snapshot: SwitchSnapshot) -> None:
        """The switch is in sight and this is its state."""

    def switch_down(self) -> None:
        """The switch is out of sight."""

    def phone_changed(self, phone: str, device: Device) -> None:
        """A phone became free, in use or unreachable."""

    def talk_began(self, call: CallId, phone: str) -> None:
        """Caller and `phone` are in one bridge."""

    def mobile_said(self, call: CallId, phone: str, said: str) -> None:
        """The agent at a duty mobile pressed 1 (`yes`), 2 (`no`), or nothing that counts."""

    def leg_left(self, call: CallId, phone: str) -> None:
        """The phone's channel left the talk."""

    def hang_up_asked(self, call: CallId, side: Side) -> None:
        """A party hung up (the first one ended the call)."""

    def cut_off(self, call: CallId) -> None:
        """The switch hangs the caller up, by our order or its own, and neither party asked."""

    def line_died(self, call: CallId) -> None:
        """The caller's channel is gone."""

    def stranger(self, kind: str) -> None:
        """Somebody was refused by the switch."""
