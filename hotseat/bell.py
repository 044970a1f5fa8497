"""Rings the phones and duty mobiles of an offer from the caller's line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from acd.effects import Offer
from acd.types import CallId, SeatId
from hotseat.contact import Contact
from hotseat.live_config import LiveConfig
from hotseat.outbound_calls import OutboundCalls
from hotseat.site.records import DutyTerms, QueueRecord
from ivr.ports import DialResult, Line, MobileLeg
from ivr.prompts import sound_paths
from softphone_bridge.mobiles import is_mobile

TAIL = 4
"""How many digits of the caller's number are read out."""


class Bell:
    """A desk is rung directly; a mobile passes the outbound gate and has to be accepted."""

    def __init__(self, config: LiveConfig, outbound: OutboundCalls) -> None:
        self._config = config
        self._outbound = outbound

    async def ring(self, contact: Contact, line: Line, offer: Offer) -> DialResult:
        """How it ended, with the caller still here. Raises LineGone."""
        queue = self._config.queue(contact.queue or "")
        music = queue.music if queue is not None else "default"

        def talked() -> bool:
            return contact.answered_at is not None

        if not is_mobile(offer.phone):
            return await line.dial(
                [offer.phone], ring_ms=offer.ring, music_class=music, talked=talked
            )
        legs = list(self._mobiles(contact, queue, offer))
        if not legs:
            return DialResult.REFUSED
        return await line.dial_mobiles(legs, ring_ms=offer.ring, music_class=music, talked=talked)

    def _mobiles(
        self, contact: Contact, queue: QueueRecord | None, offer: Offer
    ) -> Iterator[MobileLeg]:
        duty = queue.duty if queue is not None else DutyTerms()
        for leg in offer.legs:
            mobile = self.mobile_leg(
                contact.call, leg.seat, duty.announce, contact.facts.caller_number
            )
            if mobile is not None:
                yield mobile

    def mobile_leg(
        self, call: CallId, seat: SeatId, announce: Sequence[str], number: str
    ) -> MobileLeg | None:
        """The way to an agent's mobile, which is told of the number; None if it may not be dialled.

        Counts as dialled.
        """
        site = self._config.now
        agent = site.agents.get(seat)
        mobile = agent and self._outbound.allow(agent.mobile, call=call, seat=seat)
        if not mobile:
            return None
        return MobileLeg(
            agent=seat,
            number=mobile,
            caller_id=site.outbound.caller_id if site.outbound is not None else "",
            language=site.languages[0],
            sounds=sound_paths((*announce, *_spoken(number), "duty-keys")),
        )


def _spoken(number: str) -> tuple[str, ...]:
    """The end of a caller's number, to be read out; nothing if it is unknown."""
    digits = [digit for digit in number if digit.isdecimal() and digit.isascii()][-TAIL:]
    return ("duty-number", *(f"digit-{digit}" for digit in digits)) if digits else ()
