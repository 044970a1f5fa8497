"""What comes of an offer that rings on a caller's line, and how the floor is told of it."""

from __future__ import annotations

from collections.abc import Callable

from acd.effects import Offer
from acd.events import OfferAnswered, OfferFailed, TalkEnded
from acd.ports import Switch, SwitchAway
from acd.service import Service
from acd.types import Failure, Millis
from hotseat.bell import Bell
from hotseat.contact import Contact
from ivr.ports import DialResult, Line

FAILURES = {
    DialResult.NO_ANSWER: Failure.NO_ANSWER,
    DialResult.DECLINED: Failure.DECLINED,
    DialResult.BUSY: Failure.BUSY,
    DialResult.UNREACHABLE: Failure.UNREACHABLE,
    DialResult.WITHDRAWN: Failure.WITHDRAWN,
    DialResult.REFUSED: Failure.REFUSED,
    DialResult.ERROR: Failure.ERROR,
}


class Ringing:
    """Carries offers out; the talk belongs to it, for Dial returns when that is over."""

    def __init__(
        self, bell: Bell, switch: Switch, service: Service, now: Callable[[], Millis]
    ) -> None:
        self._bell = bell
        self._switch = switch
        self._service = service
        self._now = now

    async def ring(self, contact: Contact, line: Line, offer: Offer) -> bool:
        """Ring one offer; True after a talk. Raises LineGone."""
        if contact.withdrawn:
            self._switch.offer_over(contact.call)
            self._failed(contact, offer, Failure.WITHDRAWN)
            return False
        result = await self._bell.ring(contact, line, offer)
        self._switch.offer_over(contact.call)
        if result is DialResult.WITHDRAWN and not contact.withdrawn:
            # A phone may answer with our own cause 26; rung again at once, it would go in circles.
            result = DialResult.DECLINED
        if result is not DialResult.ANSWERED:
            self._failed(contact, offer, FAILURES[result])
            return False
        if contact.withdrawn and contact.answered_at is None and await self._never_met(contact):
            # Picked up in the instant of the withdrawal: hung up before the two were bridged.
            await line.set({"DIALSTATUS": ""})
            self._failed(contact, offer, Failure.WITHDRAWN)
            return False
        contact.talked = True
        contact.offer = None
        if not self._switch.up:
            contact.talk_ended_at = self._now()
            if contact.answered_at is None:
                self._service.tell(OfferAnswered(offer.offer, self._now()))
                contact.seat = offer.seat
        self._service.tell(TalkEnded(contact.call))
        return True

    async def _never_met(self, contact: Contact) -> bool:
        """Did the two not talk? The question also lets events catch up that were under way."""
        try:
            await self._switch.look(contact.call)
        except SwitchAway:
            return False
        return contact.answered_at is None

    def _failed(self, contact: Contact, offer: Offer, cause: Failure) -> None:
        contact.offer = None
        contact.withdrawn = False
        self._service.tell(OfferFailed(offer.offer, cause))
